// The laws of the page allocator and the recordings: the corrected kernel keeps every law at every call of every recording; of the
// kernel as it was built only defects break any.

#include <refmm/model/buddy.hpp>
#include <refmm/spec/buddy_defects.hpp>
#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_step_laws.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

/// A call of a recording, carried out.
struct Step {
  const Transition& transition;
  const Because& because;
  std::string where;  // file and line
};

/// Carries out the calls of a recording on the model, up to the first of which `seen` returns false or that ends everything.
/// Returns how many.
std::size_t carry_out(const std::filesystem::path& path, const Corrections& corrections,
                      const std::function<bool(const Step&)>& seen) {
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
    if (!seen({transition, step.because, fmt::format("{}:{}", path.filename().string(), line.at.line)})) break;
    if (ended_everything(transition)) break;
    state = std::move(step.state);
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
    if (!conjunct.holds(transition.after)) broken.push_back(conjunct.name);
  }
  return broken;
}

TEST(BuddyLawsOfRecordings, AreKeptByTheCorrectedKernelAtEveryCall) {
  std::size_t calls = 0;
  for (const auto& path : recordings("buddy")) {
    calls += carry_out(path, all_corrected, [&](const Step& step) {
      for (const std::string_view law : broken_laws(step.transition)) ADD_FAILURE() << step.where << ": " << law;
      return !HasFailure();
    });
  }
  EXPECT_GT(calls, 15'000u);
}

/// True if the defect is said to break the law.
bool is_said_to_break(ClauseRef defect, std::string_view law) {
  return std::ranges::any_of(
      broken_by, [&](const BrokenBy& row) { return row.defect->name == defect->name && row.law == law; });
}

TEST(BuddyLawsOfRecordings, AreBrokenByTheKernelAsBuiltOnlyThroughDefects) {
  std::map<std::string_view, int> first_broken_by;
  for (const auto& path : recordings("buddy")) {
    carry_out(path, nothing_corrected, [&](const Step& step) {
      const auto broken = broken_laws(step.transition);
      if (broken.empty()) return true;
      // What comes after the first broken law is no lawful state any more.
      const auto defect = std::ranges::find_if(step.because, [&](ClauseRef clause) {
        return std::ranges::any_of(broken, [&](std::string_view law) { return is_said_to_break(clause, law); });
      });
      if (defect == step.because.end())
        ADD_FAILURE() << step.where << ": " << broken.front() << " is broken by no defect that is said to";
      else
        ++first_broken_by[(*defect)->name];
      return false;
    });
  }
  for (const auto& [defect, times] : first_broken_by) fmt::print("{:4} recordings: {}\n", times, defect);
  EXPECT_GE(first_broken_by.size(), 3u);
}

}  // namespace
}  // namespace refmm::buddy
