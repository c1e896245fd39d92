// The model and a subject side by side: the same commands, and after each the same result, the same effects and the
// same state, with the invariant and every law of a step kept.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/tests/check_coverage.hpp>
#include <refmm/tests/check_laws.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// What was found to be wrong with a command, or with the boot.
struct Finding {
  enum class Kind {
    result,   // the subject answered something else
    effects,  // it did something else to the layer below
    state,    // it is in another state
    law,      // both agree, and break a law: the model is wrong as well
    crash,    // the subject did not survive the command
    hang,     // it did not come back from it
  };
  Kind kind;
  Difference difference;        // what the model has, what the subject has; the path names what differs
  const Clause* clause;         // the clause that is violated
  std::string_view sentence{};  // the law of that clause which the subject breaks, where there is one
  Because because{};            // the clauses that decided what the model did
};

/// Runs commands on the model and on a subject until they differ.
class Lockstep {
 public:
  /// Boots both.
  Lockstep(const Machine& machine, SlabSubject& subject);

  /// True while the two agree and keep the laws; before the first command it is about the boot.
  bool agree() const { return agree_; }

  /// Runs a command on both. They must agree so far, and ended() must be false. Returns agree().
  bool step(const slab::Command& command);

  /// True after a usage error: nothing that follows it is defined.
  bool ended() const;

  /// The state of the model.
  const slab::State& state() const { return after_; }

  /// What the last command led to: in the model, and in the subject.
  const slab::Result& result() const { return result_; }
  const std::vector<slab::Effect>& effects() const { return effects_; }
  const Because& because() const { return because_; }
  const SlabSubject::Answer& answer() const { return answer_; }
  const slab::State& observed() const { return observed_; }

  /// Adds the clauses that the last command (or the boot) exercised.
  void count(Coverage& coverage) const;

  /// Where the two differ, and the clause that follows from it; only where agree() is false.
  Finding finding() const;

  /// A law that the subject breaks where it differs. It looks at whatever the subject has left of its structures, and
  /// may not survive that.
  std::optional<BrokenLaw> law_broken_by_subject() const;

 private:
  bool keeps_laws();

  Machine machine_;
  SlabSubject& subject_;
  slab::State before_{};
  std::optional<slab::Command> command_{};  // none yet: the boot
  slab::State after_;
  slab::Result result_{};
  std::vector<slab::Effect> effects_{};
  Because because_{};
  SlabSubject::Answer answer_{};
  slab::State observed_{};
  std::optional<BrokenLaw> broken_by_both_{};
  bool agree_;
};

}  // namespace refmm
