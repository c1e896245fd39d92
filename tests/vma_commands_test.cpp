// The generator of sessions: the same for the same seed, of many kinds, and far enough from always being refused.
#include <refmm/model/vma.hpp>
#include <refmm/tests/vma_commands.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::vma {
namespace {

using W = std::uint32_t;

/// Carries a session out on the model of a kernel; calls `visit(before, command, outcome)` for each command.
void carry_out(Session session, auto visit) {
  const Boot<W> boot = session.boot;
  Caller caller(std::move(session));
  State<W> state = model::boot<W>(boot);
  while (const auto command = caller.next(state)) {
    auto outcome = model::step<W>(boot.kernel, state, *command);
    visit(state, *command, outcome);
    state = std::move(outcome.state);
    caller.answered(*command, outcome.result);
    const auto* refused = std::get_if<Refused>(&outcome.result);
    if (refused && ends_everything(refused->refusal)) return;
  }
}

using Outcome = model::VmaStep<W>;

std::vector<Command<W>> commands_of(std::uint64_t seed, std::uint64_t run) {
  std::vector<Command<W>> commands;
  carry_out(draw_session(seed, run),
            [&](const State<W>&, const Command<W>& command, const Outcome&) { commands.push_back(command); });
  return commands;
}

TEST(VmaSessions, AreDeterminedBySeedAndRun) {
  EXPECT_EQ(commands_of(1, 19), commands_of(1, 19));
  EXPECT_NE(commands_of(1, 19), commands_of(2, 19));
  EXPECT_NE(commands_of(1, 19), commands_of(1, 39));
}

TEST(VmaSessions, AreOnTheCorrectedKernelAndNeverEndIt) {
  for (std::uint64_t run = 0; run < 400; ++run) {
    const Session session = draw_session(5, run);
    EXPECT_EQ(session.boot.kernel, corrected);
    carry_out(session, [&](const State<W>&, const Command<W>&, const Outcome& outcome) {
      const auto* refused = std::get_if<Refused>(&outcome.result);
      EXPECT_FALSE(refused && ends_everything(refused->refusal)) << "run " << run;
    });
  }
}

TEST(VmaSessions, RunOnTheKernelAsBuiltToo) {
  std::uint32_t ended = 0;
  for (std::uint64_t run = 0; run < 400; ++run) {
    Session session = draw_session(6, run);
    session.boot.kernel = as_built;
    carry_out(std::move(session), [&](const State<W>&, const Command<W>&, const Outcome& outcome) {
      const auto* refused = std::get_if<Refused>(&outcome.result);
      if (refused && ends_everything(refused->refusal)) ++ended;
    });
  }
  EXPECT_GT(ended, 0u) << "areas of no pages, and what comes of them";
}

TEST(VmaSessions, AskForEverythingAndAreRefusedForEveryReason) {
  std::set<std::size_t> kinds, results, effects;
  std::set<Refusal> refusals;
  for (std::uint64_t run = 0; run < 3000; ++run) {
    carry_out(draw_session(9, run), [&](const State<W>&, const Command<W>& command, const Outcome& outcome) {
      kinds.insert(command.index());
      results.insert(outcome.result.index());
      for (const Effect<W>& effect : outcome.effects) effects.insert(effect.index());
      if (const auto* refused = std::get_if<Refused>(&outcome.result)) refusals.insert(refused->refusal);
    });
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command<W>>);
  EXPECT_EQ(results.size(), std::variant_size_v<Result<W>>);
  EXPECT_EQ(effects.size(), std::variant_size_v<Effect<W>> - 1) << "all but printk, which lawful states never see";
  std::vector<const char*> missing;
  for (int number = 0; number <= static_cast<int>(Refusal::tree_lost_area); ++number) {
    const auto refusal = static_cast<Refusal>(number);
    if (!ends_everything(refusal) && !refusals.contains(refusal)) missing.push_back(notation(refusal));
  }
  EXPECT_THAT(missing, testing::IsEmpty());
}

TEST(VmaSessions, AreUpToSeveralHundredCommandsOverUpToHundredsOfAreas) {
  std::size_t longest = 0, commands = 0, with_tree = 0, refused = 0, most_areas = 0, most_files = 0;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    std::size_t length = 0;
    carry_out(draw_session(4, run), [&](const State<W>& before, const Command<W>&, const Outcome& outcome) {
      ++length;
      most_areas = std::max(most_areas, before.mm.areas.size());
      most_files = std::max(most_files, before.files.size());
      with_tree += before.lookup.mmap_avl ? 1 : 0;
      refused += std::holds_alternative<Refused>(outcome.result) ? 1 : 0;
    });
    EXPECT_LE(length, Caller::most_commands);
    longest = std::max(longest, length);
    commands += length;
  }
  EXPECT_GT(longest, 400u);
  EXPECT_GT(most_areas, 200u);
  EXPECT_GT(most_files, 10u);
  EXPECT_GT(with_tree, commands / 50);
  EXPECT_LT(refused, commands / 2);
  EXPECT_GT(refused, commands / 10);
}

/// Addresses meet: most that is mapped, unmapped, moved or protected has to do with areas that are there.
TEST(VmaSessions, CollideAtEveryEdge) {
  std::size_t holes = 0, replaced = 0, near_zero = 0, near_task_end = 0, near_page_table = 0, wrapping = 0;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    carry_out(draw_session(8, run),
              [&](const State<W>& before, const Command<W>& command, const Outcome& outcome) {
                const auto cites = [&](const char* clause) {
                  return std::ranges::any_of(outcome.because, [&](ClauseRef c) { return c->name == clause; });
                };
                holes += cites("vma.munmap.hole") ? 1 : 0;
                replaced += cites("vma.mmap.fixed") && cites("vma.munmap.exactly") ? 1 : 0;
                for (const Area<W>& area : before.mm.areas) {
                  near_zero += area.vm_start == 0 ? 1 : 0;
                  near_task_end += area.vm_end == i386_2_4_0.task_size ? 1 : 0;
                  near_page_table +=
                      (area.vm_start & 0x3fffff) != 0 && ((area.vm_start ^ (area.vm_end - 1)) >> 22) != 0 ? 1 : 0;
                }
                if (const auto* unmap = std::get_if<Munmap<W>>(&command))
                  wrapping += unmap->addr + unmap->len < unmap->addr ? 1 : 0;
              });
  }
  EXPECT_GT(holes, 100u);
  EXPECT_GT(replaced, 1000u);
  EXPECT_GT(near_zero, 1000u);
  EXPECT_GT(near_task_end, 1000u);
  EXPECT_GT(near_page_table, 1000u);
  EXPECT_GT(wrapping, 20u);
}

}  // namespace
}  // namespace refmm::vma
