// No frame and no slot is lost: whatever processes have done, and whatever failed, once all of them are gone and the caches are dropped
// everything is free again. [process.exit] [fault.account.frames] [fault.account.slots]
#include <refmm/model/process.hpp>
#include <refmm/spec/process_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_commands.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>

namespace refmm::process {
namespace {

using W = std::uint32_t;

/// A machine of the corrected kernel, with what has become of it.
struct Machine {
  Boot<W> boot;
  State<W> state;

  Result<W> apply(const Command<W>& command) {
    auto outcome = model::step<W>(boot, std::move(state), command);
    state = std::move(outcome.state);
    return outcome.result;
  }
};

/// The machine after a whole session.
Machine after(Session session) {
  Machine machine{session.boot, model::boot<W>(session.boot)};
  Caller caller(std::move(session));
  while (const auto command = caller.next(machine.state)) caller.answered(*command, machine.apply(*command));
  return machine;
}

/// Nothing fails any more, nothing is held for input or output, and nobody is left.
void end_all_processes(Machine& machine) {
  machine.apply(Set<W>{.fail_alloc = 0,
                       .fail_alloc_all = false,
                       .fail_vma = 0,
                       .fail_read = 0,
                       .fail_swap_read = 0,
                       .fail_swap_write = 0,
                       .overcommit = {},
                       .rlimit_stack = {},
                       .rlimit_as = {},
                       .rlimit_data = {},
                       .rlimit_memlock = {}});
  if (!machine.state.processes.empty() && !machine.state.iobuf.empty())
    machine.apply(OfProcess<W>{machine.state.processes.front().pid, UnmapKiobuf{}});
  while (!machine.state.processes.empty())
    machine.apply(OfProcess<W>{machine.state.processes.front().pid, Exit{}});
}

void drop_caches(Machine& machine) {
  std::uint32_t free = 0;
  do {
    free = free_frames(machine.state.memory);
    machine.apply(Reclaim{});
  } while (free_frames(machine.state.memory) != free);
}

TEST(Frames, AllComeHomeWhenAllProcessesExitAndTheCachesAreDropped) {
  std::uint32_t used = 0, sessions_with_slots = 0;
  for (std::uint64_t run = 0; run < 1800; ++run) {
    Machine machine = after(draw_session(21, run));
    used += machine.state.memory.ram_pages - free_frames(machine.state.memory);
    sessions_with_slots += machine.state.memory.swap.swap_map.written.empty() ? 0 : 1;
    end_all_processes(machine);
    drop_caches(machine);
    // What is held for input or output by nobody that is left stays held.
    const std::set<W> held(machine.state.iobuf.begin(), machine.state.iobuf.end());
    EXPECT_EQ(free_frames(machine.state.memory) + held.size(), machine.state.memory.ram_pages) << "run " << run;
    EXPECT_LE(cached_pages(machine.state.memory), held.size()) << "run " << run;
    for (const auto& [slot, count] : machine.state.memory.swap.swap_map.written)
      EXPECT_EQ(count, 0u) << "slot " << slot << ", run " << run;
  }
  EXPECT_GT(used, 10'000u);
  EXPECT_GT(sessions_with_slots, 300u);
}

}  // namespace
}  // namespace refmm::process
