#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/fault_companion.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace refmm {

namespace {

using W = std::uint32_t;

/// A good moment to see what is left: a process has ended, or pages were reclaimed.
bool ends_something(const FaultFamily::Command& command) {
  const auto* of_process = std::get_if<process::OfProcess<W>>(&command);
  return of_process ? std::holds_alternative<process::Exit>(of_process->call)
                    : std::holds_alternative<process::Reclaim>(command);
}

/// No frame is used, and no slot.
bool everything_is_free(const FaultFamily::State& state) {
  const auto& memory = state.memory;
  const W slots = memory.swap.in_use ? memory.swap.pages : 0;
  return process::free_frames(memory) == memory.ram_pages && process::free_slots(memory) == slots;
}

}  // namespace

std::optional<BrokenLaw> FaultCompanion::step(const Carried<FaultFamily>& carried) {
  because_of_ends_.clear();
  if (const auto broken = as_built_.step(carried)) return broken;
  // What the last process held for direct input or output nobody can give back.
  const bool held = carried.after.processes.empty() && !carried.after.iobuf.empty();
  if (held || !ends_something(carried.command)) return std::nullopt;
  return all_exit(carried.boot, carried.after);
}

std::optional<BrokenLaw> FaultCompanion::all_exit(const FaultFamily::Boot& boot, FaultFamily::State state) {
  const auto carry_out = [&](const FaultFamily::Command& command) {
    auto outcome = FaultFamily::step(boot, std::move(state), command);
    state = std::move(outcome.state);
    std::ranges::copy(outcome.because, std::back_inserter(because_of_ends_));
  };
  // Pages that nobody maps could otherwise stay for want of a slot or of a good transfer.
  process::Set<W> nothing_fails{};
  nothing_fails.fail_swap_read = nothing_fails.fail_swap_write = nothing_fails.fail_read = 0;
  carry_out(nothing_fails);
  while (!state.processes.empty()) {
    const W pid = state.processes.front().pid;
    carry_out(process::OfProcess<W>{pid, process::UnmapKiobuf{}});
    carry_out(process::OfProcess<W>{pid, process::Exit{}});
  }
  carry_out(process::Reclaim{});
  if (everything_is_free(state)) return std::nullopt;
  return BrokenLaw{&*ClauseRef("process.exit"), "when_everybody_is_gone_nothing_is_left"};
}

}  // namespace refmm
