#include <refmm/model/since_memory.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/tests/conform_run.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace refmm::conform {
namespace {

/// Where areas begin, in the lines that areas_notation writes.
std::vector<std::string> starts_of(const std::vector<std::string>& lines) {
  std::vector<std::string> starts;
  for (const std::string& line : lines) starts.push_back(line.substr(0, line.find('-')));
  return starts;
}

/// The state with those areas joined of which it is free whether they are, and which the kernel has joined.
since::State<Native> joined_as_seen(const since::KernelOf<Native>& kernel, since::State<Native> state,
                                    const std::vector<std::string>& seen) {
  const std::vector<std::string> starts = starts_of(seen);
  const auto begins_there = [&](Native start) {
    return std::ranges::find(starts, fmt::format("{:08x}", start)) != starts.end();
  };
  model::EraStep<Native> so_far{std::move(state), vma::Nothing{}, {}, {}};
  return model::merged_as_seen<Native>(kernel, std::move(so_far),
                                       [&](Native start) { return !begins_there(start); })
      .state;
}

}  // namespace

std::variant<SideBySide, Refusal> SideBySide::start(const Session& session) {
  auto reality = Reality::start(session.bits, session.limits);
  if (auto* refusal = std::get_if<Refusal>(&reality)) return std::move(*refusal);
  SideBySide both(std::move(std::get<Reality>(reality)));
  if (session.without) both.kernel_.era.*session.without->is_in = false;
  return both;
}

std::optional<Difference> SideBySide::compare_areas(std::size_t process) {
  since::State<Native>& state = world_.processes[process].state;
  const std::vector<std::string> seen = reality_.areas(process);
  std::vector<std::string> expected = since::areas_notation(state);
  if (expected == seen) return std::nullopt;
  state = joined_as_seen(kernel_, std::move(state), seen);
  expected = since::areas_notation(state);
  const auto [here, there] = std::ranges::mismatch(expected, seen);
  if (here == expected.end() && there == seen.end()) return std::nullopt;
  return Difference{.step = 0,
                    .field = fmt::format("area {} of process {}", here - expected.begin() + 1, process + 1),
                    .expected = here == expected.end() ? "no further area" : *here,
                    .found = there == seen.end() ? "no further area" : *there,
                    .because = {}};
}

std::variant<Compared, Difference> SideBySide::carry_out(const SessionStep& step) {
  model::WorldStep<Native> expected = model::step<Native>(kernel_, std::move(world_), step.process, step.command);
  world_ = std::move(expected.world);
  const std::string text = since::notation(expected.result);
  const std::string found = reality_.carry_out(step.process, step.command);
  if (text != found) return Difference{0, "result", text, found, expected.because};
  auto difference = compare_areas(step.process);
  if (!difference && std::holds_alternative<since::Fork>(step.command))
    difference = compare_areas(world_.processes.size() - 1);
  if (!difference) return Compared{text, std::move(expected.because)};
  difference->because = std::move(expected.because);
  return *std::move(difference);
}

std::variant<std::optional<Difference>, Refusal> run(const Session& session) {
  auto started = SideBySide::start(session);
  if (auto* refusal = std::get_if<Refusal>(&started)) return std::move(*refusal);
  auto& both = std::get<SideBySide>(started);
  for (std::size_t at = 0; at < session.steps.size(); ++at) {
    if (session.steps[at].process >= both.world().processes.size()) continue;
    auto compared = both.carry_out(session.steps[at]);
    if (auto* difference = std::get_if<Difference>(&compared)) {
      difference->step = at;
      return std::optional(std::move(*difference));
    }
  }
  return std::optional<Difference>{};
}

}  // namespace refmm::conform
