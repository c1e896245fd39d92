// The model and a subject side by side: the same commands, and after each the same result, the same effects and the
// same state, with the invariant and every law of a step kept.
#pragma once

#include <refmm/tests/check_family.hpp>

#include <optional>
#include <vector>

namespace refmm {

/// What is held against a subject, beyond its results and states.
struct Demands {
  bool effects = true;  // the same effects
  bool laws =
      true;  // the laws of the chapter, of both; else of the subject, but for those that the model breaks, too
  bool companion = true;  // what the family's companion has to say
  // A difference counts only where the subject breaks a law by it; where it does not, the two part without a finding.
  bool only_unlawful = false;
  bool hangs = true;  // a subject that does not come back; where that is no finding such a run is passed over
};

/// Runs commands on the model and on a subject until they differ.
template <class Family>
class Lockstep {
 public:
  using Boot = typename Family::Boot;
  using State = typename Family::State;
  using Command = typename Family::Command;
  using Result = typename Family::Result;
  using Effect = typename Family::Effect;
  using Answer = typename Subject<Family>::Answer;

  /// Boots both.
  Lockstep(const Boot& boot, Subject<Family>& subject, const Demands& demands = {});

  /// True while the two agree and keep the laws; before the first command it is about the boot.
  bool agree() const { return agree_; }

  /// Runs a command on both. They must agree so far, and ended() must be false. Returns agree().
  bool step(const Command& command);

  /// True after a result that ends everything, as nothing that follows it is defined, and where the two have parted.
  bool ended() const { return parted_ || Family::ends_everything(result_); }

  /// The state of the model.
  const State& state() const { return after_; }

  /// The last command, if there was one.
  const std::optional<Command>& command() const { return command_; }

  /// What it led to: in the model, and in the subject.
  const Result& result() const { return result_; }
  const std::vector<Effect>& effects() const { return effects_; }
  const Because& because() const { return because_; }
  const Answer& answer() const { return answer_; }
  const State& observed() const { return observed_; }

  /// The last command, as the model carried it out; there must be one.
  Carried<Family> carried() const { return {boot_, before_, *command_, result_, effects_, after_}; }

  /// Adds the clauses that the last command (or the boot) exercised.
  void count(Coverage& coverage) const;

  /// Where the two differ, and the clause that follows from it; only where agree() is false.
  Finding finding() const;

  /// A law that the subject breaks where it differs, and that the model need not break. It looks at whatever the subject has left of its structures, and
  /// may not survive that.
  std::optional<BrokenLaw> law_broken_by_subject() const;

 private:
  using Own = Checking<Family>;

  bool keeps_laws();

  Boot boot_;
  Subject<Family>& subject_;
  Demands demands_;
  State before_{};
  std::optional<Command> command_{};  // none yet: the boot
  State after_;
  Result result_{};
  std::vector<Effect> effects_{};
  Because because_{};
  Answer answer_{};
  State observed_{};
  std::optional<typename Own::Companion> companion_{};
  std::optional<BrokenLaw> broken_by_both_{};
  bool agree_;
  bool parted_ = false;
};

}  // namespace refmm
