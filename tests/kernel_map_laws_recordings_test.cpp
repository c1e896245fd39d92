// The laws of paging and of the kernel's mappings, and the recordings: the corrected kernel keeps every law at every call of every
// recording; of the kernel as it was built only defects break any.

#include <refmm/model/kernel_map.hpp>
#include <refmm/spec/kernel_map_defects.hpp>
#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {
namespace {

/// A call of a recording, carried out.
struct Step {
  const Transition& transition;
  const Because& because;
  std::string where;  // file and line
};

/// A machine and what it has been asked.
class Machine {
 public:
  explicit Machine(LawBoot boot) : boot_(std::move(boot)), state_(model::boot(boot_)) {}

  const LawBoot& boot() const { return boot_; }
  const LawState& state() const { return state_; }
  const Result<Word32>& result() const { return result_; }

  /// Carries a call out; false if `seen` says so or nothing after it is defined.
  bool run(const Command<Word32>& command, const std::string& where,
           const std::function<bool(const Step&)>& seen) {
    auto step = model::step<Word32>(boot_, state_, command);
    const Transition transition{boot_, state_, command, step.result, step.effects, step.state};
    const bool goes_on = seen({transition, step.because, where}) && !ended_everything(transition);
    state_ = std::move(step.state);
    result_ = std::move(step.result);
    return goes_on;
  }

 private:
  LawBoot boot_;
  LawState state_;
  Result<Word32> result_{};
};

/// Frames that somebody has taken: the recorded number, and the one that the kernel at hand has given. Where defects have changed
/// what is free, these differ, and whoever gives a frame back gives back the one that he has.
class FramesOfOthers {
 public:
  void taken(const Command<Word32>& command, const Result<Word32>& recorded, const Result<Word32>& own) {
    const auto* frame = std::get_if<FrameNumber<Word32>>(&recorded);
    if (!std::holds_alternative<GetPage>(command) || !frame) return;
    const auto* mine = std::get_if<FrameNumber<Word32>>(&own);
    own_[frame->pfn] = mine ? std::optional(mine->pfn) : std::nullopt;
  }

  /// The call with the frame that the kernel at hand has given; nothing if it gave none.
  std::optional<Command<Word32>> translated(Command<Word32> command) {
    Word32* pfn = nullptr;
    if (auto* put = std::get_if<PutPage<Word32>>(&command)) pfn = &put->pfn;
    if (auto* kmap = std::get_if<Kmap<Word32>>(&command)) pfn = &kmap->pfn;
    if (auto* kunmap = std::get_if<Kunmap<Word32>>(&command)) pfn = &kunmap->pfn;
    const auto found = pfn ? own_.find(*pfn) : own_.end();
    if (found == own_.end()) return command;
    if (!found->second) return std::nullopt;
    *pfn = *found->second;
    return command;
  }

 private:
  std::map<Word32, std::optional<Word32>> own_;
};

/// Carries out the calls of a recording on a kernel with some corrections, up to the first of which `seen` returns false or that
/// ends everything. Returns how many. The calls are read beside the kernel as it was built, which they were recorded of.
std::size_t carry_out(const std::filesystem::path& path, const Corrections& corrections,
                      const std::function<bool(const Step&)>& seen) {
  const transcript::File file = transcript::parse(transcript::load(path));
  std::optional<Machine> recorded, carried_out;
  FramesOfOthers frames;
  std::size_t calls = 0;
  for (const transcript::Line& line : file.lines) {
    Command<Word32> command;
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      LawBoot read = read_boot(*file.source, line, *boot).boot;
      recorded.emplace(read);
      read.kernel.corrected = corrections;
      carried_out.emplace(read);
      continue;
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      command = read_set(*file.source, line, *set);
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      command = read_call(*file.source, *call, recorded->boot(), recorded->state());
    } else {
      continue;
    }
    ++calls;
    const std::string where = fmt::format("{}:{}", path.filename().string(), line.at.line);
    const auto own = frames.translated(command);
    if (own && !carried_out->run(*own, where, seen)) break;
    if (!recorded->run(command, "", [](const Step&) { return true; })) break;
    frames.taken(command, recorded->result(), carried_out->result());
  }
  return calls;
}

/// The laws that a call or the state that it leaves breaks.
std::vector<std::string_view> broken_laws(const Transition& transition) {
  std::vector<std::string_view> broken;
  for (const auto& law : step_laws) {
    if (!law.holds(transition)) broken.push_back(law.name);
  }
  if (ended_everything(transition)) return broken;
  for (const auto& conjunct : invariant) {
    if (!conjunct.holds({transition.boot, transition.after})) broken.push_back(conjunct.name);
  }
  return broken;
}

TEST(KernelMapLawsOfRecordings, AreKeptByTheCorrectedKernelAtEveryCall) {
  std::size_t calls = 0;
  for (const auto& path : recordings("kernel")) {
    calls += carry_out(path, all_corrected, [&](const Step& step) {
      const auto broken = broken_laws(step.transition);
      for (const std::string_view law : broken) ADD_FAILURE() << step.where << ": " << law;
      return broken.empty();
    });
  }
  EXPECT_GT(calls, 10'000u);
}

/// True if the defect is said to break the law.
bool is_said_to_break(ClauseRef defect, std::string_view law) {
  return std::ranges::any_of(
      broken_by, [&](const BrokenBy& row) { return row.defect->name == defect->name && row.law == law; });
}

TEST(KernelMapLawsOfRecordings, AreBrokenByTheKernelAsBuiltOnlyThroughDefects) {
  std::map<std::string_view, int> first_broken_by;
  for (const auto& path : recordings("kernel")) {
    carry_out(path, nothing_corrected, [&](const Step& step) {
      const auto broken = broken_laws(step.transition);
      if (broken.empty()) return true;
      // What comes after the first broken law is no lawful state any more.
      const auto defect = std::ranges::find_if(step.because, [&](ClauseRef clause) {
        return std::ranges::any_of(broken, [&](std::string_view law) { return is_said_to_break(clause, law); });
      });
      if (defect == step.because.end()) {
        std::string because;
        for (const ClauseRef clause : step.because) because += " " + std::string(clause->name);
        ADD_FAILURE() << step.where << ": " << broken.front()
                      << " is broken by no defect that is said to:" << because;
      } else {
        ++first_broken_by[(*defect)->name];
      }
      return false;
    });
  }
  for (const auto& [defect, times] : first_broken_by) fmt::print("{:4} recordings: {}\n", times, defect);
  EXPECT_GE(first_broken_by.size(), 8u);
}

}  // namespace
}  // namespace refmm::kernel_map
