// Scripts tried on a subject, in a process of its own: one that crashes or never comes back is a finding like others.
#pragma once

#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/check_process.hpp>
#include <refmm/tests/shrink_script.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace refmm {

using MakeSubject = std::function<std::unique_ptr<SlabSubject>()>;

/// What became of a script that failed: its finding, and how the subject saw the last command.
struct Testimony {
  Finding finding;
  std::string result{};                // in the notation of transcripts; empty for a call without a result
  std::vector<std::string> effects{};  // likewise
  std::string query{};               // the query whose block shows the difference, "slabs size-32"; empty for none
  std::vector<std::string> block{};  // the subject's answer to it
};

class Trials {
 public:
  static constexpr std::size_t longest_script = 1024;

  /// A subject that takes longer than `patience` over a script hangs.
  Trials(MakeSubject make, std::chrono::milliseconds patience) : make_(std::move(make)), patience_(patience) {}

  /// Carries the script out. What of it fails, cut behind the command that fails and without what has no meaning; nothing
  /// if the subject agrees to the end.
  std::optional<shrink::Script> failing_part(const shrink::Script& script);

  /// What the subject does wrong at the last command of a script that failing_part returned.
  Testimony testimony(const shrink::Script& failing);

 private:
  struct Board;
  enum class Answer { agrees, differs, crashed, hung };

  Answer ask(const shrink::Script& script, int question);
  void work(Line& line) const;
  Finding lost(const shrink::Script& failing, Answer how) const;

  MakeSubject make_;
  std::chrono::milliseconds patience_;
  std::shared_ptr<Shared<Board>> board_{};
  std::unique_ptr<Process> process_{};
  std::string crash_{};
};

}  // namespace refmm
