// The generator of sessions: the same for the same seed, of many kinds, and far enough from always being refused.
#include <refmm/model/kernel_map.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/kernel_map_commands.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {
namespace {

using W = std::uint32_t;
using Step = model::KernelMapStep<W>;

bool ends(const Step& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome.result);
  return refused && ends_everything(refused->refusal);
}

/// Carries a session out on the model of a kernel; calls `visit(before, command, outcome)` for each command.
void carry_out(Session session, auto visit) {
  const Boot<W> boot = session.boot;
  Caller caller(std::move(session));
  State<W> state = model::boot<W>(boot);
  while (const auto command = caller.next(state)) {
    auto outcome = model::step<W>(boot, state, *command);
    visit(state, *command, outcome);
    state = std::move(outcome.state);
    caller.answered(*command, outcome.result);
    if (ends(outcome)) return;
  }
}

std::vector<Command<W>> commands_of(std::uint64_t seed, std::uint64_t run) {
  std::vector<Command<W>> commands;
  carry_out(draw_session(seed, run),
            [&](const State<W>&, const Command<W>& command, const Step&) { commands.push_back(command); });
  return commands;
}

TEST(KernelMapSessions, AreDeterminedBySeedAndRun) {
  EXPECT_EQ(commands_of(1, 19), commands_of(1, 19));
  EXPECT_NE(commands_of(1, 19), commands_of(2, 19));
  EXPECT_NE(commands_of(1, 19), commands_of(1, 39));
}

/// Where the kernel stops, its caller is to blame, and has not gone on.
/// Boot's tables fit below the first frame that is free, above all.
TEST(KernelMapSessions, BeginOnMachinesThatTranscriptsCanHave) {
  for (std::uint64_t run = 0; run < 3000; ++run) {
    const std::string line = boot_notation(draw_session(3, run).boot, false);
    const auto file = transcript::parse({"boot", line + '\n'});
    EXPECT_NO_THROW(read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content)))
        << line;
  }
}

TEST(KernelMapSessions, AreOnTheCorrectedKernelAndEndItOnlyByAMisuse) {
  std::set<Refusal> misuses;
  for (std::uint64_t run = 0; run < 400; ++run) {
    const Session session = draw_session(5, run);
    KernelOf<W> kernel = corrected;
    kernel.sharing = session.boot.kernel.sharing;
    EXPECT_EQ(session.boot.kernel, kernel);
    carry_out(session, [&](const State<W>&, const Command<W>&, const Step& outcome) {
      if (ends(outcome)) misuses.insert(std::get<Refused>(outcome.result).refusal);
    });
  }
  EXPECT_THAT(misuses,
              testing::IsSubsetOf({Refusal::vmalloc_size, Refusal::kunmap_not_mapped, Refusal::kunmap_not_used,
                                   Refusal::quick_lists_empty, Refusal::window_full}));
  EXPECT_GE(misuses.size(), 3u);
}

TEST(KernelMapSessions, RunOnTheKernelAsBuiltToo) {
  std::set<Refusal> ended;
  for (std::uint64_t run = 0; run < 400; ++run) {
    Session session = draw_session(6, run);
    session.boot.kernel = as_built;
    carry_out(std::move(session), [&](const State<W>&, const Command<W>&, const Step& outcome) {
      if (ends(outcome)) ended.insert(std::get<Refused>(outcome.result).refusal);
    });
  }
  EXPECT_THAT(ended, testing::IsSupersetOf({Refusal::remap_page_exists, Refusal::remap_end_below}));
}

TEST(KernelMapSessions, AskForEverythingAndAreRefusedForEveryReason) {
  std::set<std::size_t> kinds, results, effects;
  std::set<Refusal> refusals;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    carry_out(draw_session(9, run), [&](const State<W>&, const Command<W>& command, const Step& outcome) {
      kinds.insert(command.index());
      results.insert(outcome.result.index());
      for (const Effect<W>& effect : outcome.effects) effects.insert(effect.index());
      if (const auto* refused = std::get_if<Refused>(&outcome.result)) refusals.insert(refused->refusal);
    });
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command<W>>);
  EXPECT_EQ(results.size(), std::variant_size_v<Result<W>>);
  EXPECT_EQ(effects.size(), std::variant_size_v<Effect<W>>);
  const std::set<Refusal> of_defects{Refusal::remap_page_exists, Refusal::remap_end_below,
                                     Refusal::kmap_entry_gone};
  std::vector<int> missing;
  for (int number = 0; number <= static_cast<int>(Refusal::window_full); ++number) {
    const auto refusal = static_cast<Refusal>(number);
    if (refusals.contains(refusal) == of_defects.contains(refusal)) missing.push_back(number);
  }
  EXPECT_THAT(missing, testing::IsEmpty());
}

TEST(KernelMapSessions, AreShortOnesAndLongOnesWithDozensOfProcessesAndAreas) {
  std::size_t longest = 0, commands = 0, refused = 0, most_areas = 0, most_pgds = 0, preallocated = 0;
  for (std::uint64_t run = 0; run < 600; ++run) {
    std::size_t length = 0;
    const Session session = draw_session(4, run);
    preallocated += session.boot.kernel.sharing == Sharing::preallocated ? 1 : 0;
    carry_out(session, [&](const State<W>& before, const Command<W>&, const Step& outcome) {
      ++length;
      most_areas = std::max(most_areas, before.vmlist.size());
      most_pgds = std::max(most_pgds, before.pgds.size());
      refused += std::holds_alternative<Refused>(outcome.result) ? 1 : 0;
    });
    EXPECT_LE(length, Caller::most_commands);
    longest = std::max(longest, length);
    commands += length;
  }
  EXPECT_GT(longest, 1000u) << "the window for high frames has 1024 entries";
  EXPECT_GT(most_areas, 30u);
  EXPECT_GT(most_pgds, 48u);
  EXPECT_GT(preallocated, 50u);
  EXPECT_LT(refused, commands / 2);
  EXPECT_GT(refused, commands / 20);
}

/// Calls meet at every edge.
TEST(KernelMapSessions, CollideAtEveryEdge) {
  std::size_t first_fits = 0, over_slots = 0, at_range_end = 0, isa = 0, to_the_top = 0, no_room = 0, undone = 0,
              recycled = 0, absent = 0;
  for (std::uint64_t run = 0; run < 600; ++run) {
    const Session session = draw_session(8, run);
    const Boot<W> boot = session.boot;
    carry_out(session, [&](const State<W>& before, const Command<W>& command, const Step& outcome) {
      const auto cites = [&](const char* clause) {
        return std::ranges::any_of(outcome.because,
                                   [&](ClauseRef c) { return c->name == std::string_view(clause); });
      };
      first_fits += cites("kernel.get_vm_area.first_fit") ? 1 : 0;
      no_room += cites("kernel.get_vm_area.no_room") ? 1 : 0;
      undone += cites("kernel.vmalloc.undone") ? 1 : 0;
      recycled += cites("paging.pgd_alloc.quick_list") ? 1 : 0;
      isa += cites("kernel.ioremap.isa_window") ? 1 : 0;
      absent += cites("paging.kernel.synced") ? 1 : 0;
      for (const VmStruct<W>& area : before.vmlist) {
        over_slots += (area.addr ^ (area.addr + area.size - 1)) >> 22 != 0 ? 1 : 0;
        at_range_end += area.addr + area.size == vmalloc_end(boot) ? 1 : 0;
      }
      const auto* ioremap = std::get_if<Ioremap<W>>(&command);
      to_the_top += ioremap && ioremap->phys != 0 && ioremap->phys + ioremap->size == 0 ? 1 : 0;
    });
  }
  EXPECT_GT(first_fits, 500u);
  EXPECT_GT(over_slots, 100u);
  EXPECT_GT(at_range_end, 5u);
  EXPECT_GT(isa, 50u);
  EXPECT_GT(to_the_top, 10u);
  EXPECT_GT(no_room, 20u);
  EXPECT_GT(undone, 200u);
  EXPECT_GT(recycled, 100u);
  EXPECT_GT(absent, 100u);
}

}  // namespace
}  // namespace refmm::kernel_map
