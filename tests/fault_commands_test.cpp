// The generator of sessions: the same for the same seed, of many kinds, and far enough from always being refused.
#include <refmm/model/process.hpp>
#include <refmm/spec/process_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/type_name.hpp>
#include <refmm/tests/fault_commands.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::process {
namespace {

using W = std::uint32_t;
using Outcome = model::ProcessStep<W>;

/// Carries a session out on the model of its kernel; calls `visit(before, command, outcome)` for each command.
void carry_out(Session session, auto visit) {
  const Boot<W> boot = session.boot;
  Caller caller(std::move(session));
  State<W> state = model::boot<W>(boot);
  while (const auto command = caller.next(state)) {
    const Outcome outcome = model::step<W>(boot, state, *command);
    visit(state, *command, outcome);
    state = outcome.state;
    caller.answered(*command, outcome.result);
    if (ends_everything<W>(outcome.result)) return;
  }
}

std::vector<Command<W>> commands_of(std::uint64_t seed, std::uint64_t run) {
  std::vector<Command<W>> commands;
  carry_out(draw_session(seed, run),
            [&](const State<W>&, const Command<W>& command, const Outcome&) { commands.push_back(command); });
  return commands;
}

TEST(FaultSessions, AreDeterminedBySeedAndRun) {
  EXPECT_EQ(commands_of(1, 19), commands_of(1, 19));
  EXPECT_NE(commands_of(1, 19), commands_of(2, 19));
  EXPECT_NE(commands_of(1, 19), commands_of(1, 39));
}

TEST(FaultSessions, AreOnTheCorrectedKernelAndNeverEndIt) {
  for (std::uint64_t run = 0; run < 400; ++run) {
    const Session session = draw_session(5, run);
    EXPECT_EQ(session.boot.kernel, fault::corrected);
    carry_out(session, [&](const State<W>&, const Command<W>&, const Outcome& outcome) {
      EXPECT_FALSE(ends_everything<W>(outcome.result)) << "run " << run;
    });
  }
}

TEST(FaultSessions, RunOnTheKernelAsBuiltToo) {
  std::uint32_t ended = 0;
  for (std::uint64_t run = 0; run < 600; ++run) {
    Session session = draw_session(6, run);
    session.boot.kernel = fault::as_built;
    carry_out(std::move(session), [&](const State<W>&, const Command<W>&, const Outcome& outcome) {
      if (ends_everything<W>(outcome.result)) ++ended;
    });
  }
  EXPECT_GT(ended, 0u) << "null pointers, and calls that never return";
}

/// In the corrected kernel nothing leads to these: they are the ends of the one as built, the bad page, and more areas than a session
/// makes. Where a structure is missing, the model says so in the words of areas.
bool never_comes(Refusal refusal) {
  return ends_everything(refusal) || refusal == Refusal::reserved_page || refusal == Refusal::too_many_areas ||
         refusal == Refusal::no_structure;
}

TEST(FaultSessions, AskForEverythingAndAreRefusedForEveryReason) {
  std::set<std::size_t> commands, calls, results, effects;
  std::set<Refusal> refusals;
  for (std::uint64_t run = 0; run < 3000; ++run) {
    carry_out(draw_session(9, run), [&](const State<W>&, const Command<W>& command, const Outcome& outcome) {
      commands.insert(command.index());
      if (const auto* of_process = std::get_if<OfProcess<W>>(&command)) calls.insert(of_process->call.index());
      results.insert(outcome.result.index());
      for (const auto& effect : outcome.effects) effects.insert(effect.index());
      if (const auto* refused = std::get_if<Refused>(&outcome.result)) refusals.insert(refused->refusal);
    });
  }
  EXPECT_EQ(commands.size(), std::variant_size_v<Command<W>>);
  EXPECT_EQ(calls.size(), std::variant_size_v<Call<W>>);
  EXPECT_EQ(results.size(), std::variant_size_v<Result<W>>);
  EXPECT_EQ(effects.size(), std::variant_size_v<fault::Effect<W>>);
  std::vector<std::string> missing;
  for (std::size_t number = 0; number < enumerator_names<Refusal>.size(); ++number) {
    const auto refusal = static_cast<Refusal>(number);
    if (enumerator_names<Refusal>[number].empty()) continue;
    if (!never_comes(refusal) && !refusals.contains(refusal)) missing.emplace_back(enumerator_name(refusal));
  }
  EXPECT_THAT(missing, testing::IsEmpty());
}

TEST(FaultSessions, AreUpToSeveralHundredCommandsOfUpToFiveProcesses) {
  std::size_t longest = 0, commands = 0, refused = 0, most_processes = 0, with_many = 0;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    std::size_t length = 0;
    carry_out(draw_session(4, run), [&](const State<W>& before, const Command<W>&, const Outcome& outcome) {
      ++length;
      most_processes = std::max(most_processes, before.processes.size());
      with_many += before.processes.size() > 1 ? 1 : 0;
      refused += is_refused<W>(outcome.result) ? 1 : 0;
    });
    EXPECT_LE(length, Caller::most_commands);
    longest = std::max(longest, length);
    commands += length;
  }
  EXPECT_GT(longest, 250u);
  EXPECT_EQ(most_processes, Caller::most_processes);
  EXPECT_GT(with_many, commands / 4);
  EXPECT_LT(refused, commands / 2);
  EXPECT_GT(refused, commands / 10);
}

/// Sessions reach what is below: pages that processes share, in the swap area and back, and machines without a free frame or slot.
TEST(FaultSessions, ReachDeepStates) {
  std::size_t shared = 0, swapped = 0, back = 0, full = 0, no_slot = 0, mixed = 0;
  for (std::uint64_t run = 0; run < 500; ++run) {
    carry_out(draw_session(8, run), [&](const State<W>& before, const Command<W>&, const Outcome& outcome) {
      const auto cites = [&](const char* clause) {
        return std::ranges::any_of(outcome.because, [&](ClauseRef c) { return c->name == clause; });
      };
      const Counts entries = entries_for_frames(before, false);
      shared += std::ranges::any_of(entries.written, [](const auto& frame) { return frame.second > 1; }) ? 1 : 0;
      const bool in_swap_area = !before.memory.swap.swap_map.written.empty();
      swapped += in_swap_area ? 1 : 0;
      mixed += in_swap_area && cached_pages(before.memory) > 2 ? 1 : 0;
      full += free_frames(before.memory) == 0 ? 1 : 0;
      no_slot += before.memory.swap.in_use && free_slots(before.memory) == 0 ? 1 : 0;
      back += cites("fault.swap_in.read") ? 1 : 0;
    });
  }
  EXPECT_GT(shared, 5000u);
  EXPECT_GT(swapped, 5000u);
  EXPECT_GT(mixed, 1000u);
  EXPECT_GT(full, 500u);
  EXPECT_GT(no_slot, 500u);
  EXPECT_GT(back, 100u);
}

}  // namespace
}  // namespace refmm::process
