// Scripts tried on a subject, in a process of its own: one that crashes or never comes back is a finding like others.
#pragma once

#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/check_process.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace refmm {

template <class Family>
using MakeSubject = std::function<std::unique_ptr<Subject<Family>>()>;

/// What became of a script that failed: its finding, and how the subject saw the last command.
struct Testimony {
  Finding finding;
  std::string result{};                // in the notation of transcripts; empty for a call without a result
  std::vector<std::string> effects{};  // likewise
  std::string query{};               // the query whose block shows the difference, "slabs size-32"; empty for none
  std::vector<std::string> block{};  // the subject's answer to it
};

/// Two scripts that fail in the same way show the same bug, as far as one can tell.
struct Failing {
  Finding::Kind kind;
  const Clause* clause;  // that is violated, whatever law speaks of it; none of a subject that is lost
  friend bool operator==(const Failing&, const Failing&) = default;
};

template <class Family>
class Trials {
 public:
  using Script = shrink::Script<Family>;

  static constexpr std::size_t longest_script = 4096;  // longer than any session

  /// A subject that takes longer than `patience` over a script hangs.
  Trials(MakeSubject<Family> make, std::chrono::milliseconds patience, const Demands& demands = {})
      : make_(std::move(make)), patience_(patience), demands_(demands) {}

  /// Carries the script out. What of it fails, cut behind the command that fails and without what has no meaning; nothing
  /// if the subject agrees to the end, if the script begins in a state that breaks the invariant, or if it is the model that does not
  /// come back.
  std::optional<Script> failing_part(const Script& script);

  /// False if the model does not come back from the script, within the patience: 2.4.0 as it was built may fault for ever.
  bool reference_comes_back(const Script& script);

  /// What the subject does wrong at the last command of a script that failing_part returned.
  Testimony testimony(const Script& failing);

  /// How a script fails; nothing if it agrees, if it fails before its last command, or if one of its commands has no meaning.
  std::optional<Failing> how_it_fails(const Script& script);

 private:
  struct Board;
  enum class Answer { agrees, differs, crashed, hung };

  Answer ask(const Script& script, int question);
  void work(Line& line) const;
  void carry_out_in_model(Board& board) const;
  bool is_finding_to_hang(const Script& script);
  Finding lost(const Script& failing, Answer how) const;

  MakeSubject<Family> make_;
  std::chrono::milliseconds patience_;
  Demands demands_;
  std::shared_ptr<Shared<Board>> board_{};
  std::unique_ptr<Process> process_{};
  std::string crash_{};
};

}  // namespace refmm
