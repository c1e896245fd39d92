// The laws of paging and of the kernel's mappings, and the recordings: the corrected kernel keeps every law at every call of every
// recording; of the kernel as it was built only defects break any.

#include <refmm/model/kernel_map.hpp>
#include <refmm/spec/kernel_map_defects.hpp>
#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/laws_of_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

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

/// The laws that a call or the state that it leaves breaks.
std::vector<std::string_view> broken_laws(const Transition& transition) {
  const Observed left{transition.boot, transition.after};
  return laws_broken_by(transition, step_laws, invariant, ended_everything(transition) ? nullptr : &left);
}

/// A machine and what it has been asked.
class Machine {
 public:
  explicit Machine(LawBoot boot) : boot_(std::move(boot)), state_(model::boot(boot_)) {}

  const LawBoot& boot() const { return boot_; }
  const LawState& state() const { return state_; }
  const Result<Word32>& result() const { return result_; }

  /// Carries a call out; false if nothing after it is defined, or if `seen`, where there is one, says so.
  bool run(const Command<Word32>& command, const std::string& where = "",
           const std::function<bool(const JudgedCall&)>& seen = nullptr) {
    auto step = model::step<Word32>(boot_, state_, command);
    const Transition transition{boot_, state_, command, step.result, step.effects, step.state};
    const bool goes_on =
        (!seen || seen({step.because, broken_laws(transition), where})) && !ended_everything(transition);
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
                      const std::function<bool(const JudgedCall&)>& seen) {
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
    if (!recorded->run(command)) break;
    frames.taken(command, recorded->result(), carried_out->result());
  }
  return calls;
}

CarryOut on_kernel_with(const Corrections& corrections) {
  return [&](const auto& path, const auto& seen) { return carry_out(path, corrections, seen); };
}

TEST(KernelMapLawsOfRecordings, AreKeptByTheCorrectedKernelAtEveryCall) {
  expect_laws_kept("kernel", on_kernel_with(all_corrected), 10'000u);
}

TEST(KernelMapLawsOfRecordings, AreBrokenByTheKernelAsBuiltOnlyThroughDefects) {
  expect_laws_broken_only_through_defects("kernel", on_kernel_with(nothing_corrected), broken_by, 8u);
}

}  // namespace
}  // namespace refmm::kernel_map
