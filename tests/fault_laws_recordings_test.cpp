// The laws of demand paging and the recordings: the corrected kernel keeps every law at every call of every recording; of the
// kernel as it was built only defects break any.

#include <refmm/model/process.hpp>
#include <refmm/spec/fault_kernel.hpp>
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/process_defects.hpp>
#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/process_step_laws.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/laws_of_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process {
namespace {

/// The laws that a call or the state that it leaves breaks.
std::vector<std::string_view> broken_laws(const Transition& transition) {
  return laws_broken_by(transition, step_laws, invariant,
                        ended_everything(transition) ? nullptr : &transition.after);
}

/// Carries out the calls of a recording on the model, up to the first of which `seen` returns false or that ends everything.
/// Returns how many.
std::size_t carry_out(const std::filesystem::path& path, const fault::Kernel& kernel,
                      const std::function<bool(const JudgedCall&)>& seen) {
  const transcript::File file = transcript::parse(transcript::load(path));
  Boot<std::uint32_t> boot;
  LawState state;
  std::size_t calls = 0;
  for (const transcript::Line& line : file.lines) {
    Command<std::uint32_t> command;
    if (const auto* begin = std::get_if<transcript::Boot>(&line.content)) {
      boot = read_boot(*file.source, line, *begin).boot;
      boot.kernel = kernel;
      state = model::boot(boot);
      continue;
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      command = read_set(*file.source, line, *set);
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      command = read_call(*file.source, *call, files_of(state));
    } else {
      continue;
    }
    auto step = model::step<std::uint32_t>(boot, state, command);
    const Transition transition{boot, state, command, step.result, step.effects, step.state};
    ++calls;
    if (!seen(
            {step.because, broken_laws(transition), fmt::format("{}:{}", path.filename().string(), line.at.line)}))
      break;
    if (ended_everything(transition)) break;
    state = std::move(step.state);
  }
  return calls;
}

CarryOut on_kernel(const fault::Kernel& kernel) {
  return [&](const auto& path, const auto& seen) { return carry_out(path, kernel, seen); };
}

TEST(FaultLawsOfRecordings, AreKeptByTheCorrectedKernelAtEveryCall) {
  expect_laws_kept("fault", on_kernel(fault::corrected), 25'000u);
}

/// Those that defects of areas break, too.
std::vector<BrokenBy> all_broken_by() {
  std::vector<BrokenBy> rows(broken_by.begin(), broken_by.end());
  rows.insert(rows.end(), broken_by_defects_of_areas.begin(), broken_by_defects_of_areas.end());
  return rows;
}

TEST(FaultLawsOfRecordings, AreBrokenByTheKernelAsBuiltOnlyThroughDefects) {
  expect_laws_broken_only_through_defects("fault", on_kernel(fault::as_built), all_broken_by(), 15u);
}

}  // namespace
}  // namespace refmm::process
