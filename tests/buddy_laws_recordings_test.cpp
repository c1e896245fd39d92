// The laws of the page allocator and the recordings: the corrected kernel keeps every law at every call of every recording; of the
// kernel as it was built only defects break any.

#include <refmm/model/buddy.hpp>
#include <refmm/spec/buddy_defects.hpp>
#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_step_laws.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/laws_of_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

/// The laws that a call or the state that it leaves breaks.
std::vector<std::string_view> broken_laws(const Transition& transition) {
  return laws_broken_by(transition, step_laws, invariant,
                        ended_everything(transition) ? nullptr : &transition.after);
}

/// Carries out the calls of a recording on the model, up to the first of which `seen` returns false or that ends everything.
/// Returns how many.
std::size_t carry_out(const std::filesystem::path& path, const Corrections& corrections,
                      const std::function<bool(const JudgedCall&)>& seen) {
  const transcript::File file = transcript::parse(transcript::load(path));
  const Kernel kernel{i386_2_4_0, corrections};
  State<std::uint32_t> state;
  std::size_t calls = 0;
  for (const transcript::Line& line : file.lines) {
    Command<std::uint32_t> command;
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      Boot<std::uint32_t> machine = read_boot(*file.source, line, *boot).boot;
      machine.kernel = kernel;
      state = model::boot(machine);
      continue;
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      command = read_call(*file.source, *call, state);
    } else {
      continue;
    }
    auto step = model::step<std::uint32_t>(kernel, state, command);
    const Transition transition{kernel, state, command, step.result, step.effects, step.state};
    ++calls;
    if (!seen(
            {step.because, broken_laws(transition), fmt::format("{}:{}", path.filename().string(), line.at.line)}))
      break;
    if (ended_everything(transition)) break;
    state = std::move(step.state);
  }
  return calls;
}

CarryOut on_kernel_with(const Corrections& corrections) {
  return [&](const auto& path, const auto& seen) { return carry_out(path, corrections, seen); };
}

TEST(BuddyLawsOfRecordings, AreKeptByTheCorrectedKernelAtEveryCall) {
  expect_laws_kept("buddy", on_kernel_with(all_corrected), 15'000u);
}

TEST(BuddyLawsOfRecordings, AreBrokenByTheKernelAsBuiltOnlyThroughDefects) {
  expect_laws_broken_only_through_defects("buddy", on_kernel_with(nothing_corrected), broken_by, 3u);
}

}  // namespace
}  // namespace refmm::buddy
