// Scripts of the user's heap, and how they get simple.
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_commands.hpp>
#include <refmm/tests/malloc_shrink.hpp>
#include <refmm/tests/shrink.hpp>
#include <refmm/tests/shrink_fails.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace refmm::malloc {
namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

constexpr W block = 0x0804b008;

Boot<W> plain() { return {corrected, 0x0804a000, 0x0804b000}; }

TEST(MallocScripts, MeanTheCommandsThatTheyAreMadeOf) {
  for (std::uint64_t run = 0; run < 60; ++run) {
    Session session = draw_session(5, run);
    const Boot<W> boot = session.boot;
    Caller caller(std::move(session));
    Commands commands;
    State<W> state = MallocFamily::boot(boot);
    while (const auto command = caller.next(state)) {
      auto outcome = MallocFamily::step(boot, std::move(state), *command);
      state = std::move(outcome.state);
      commands.push_back(*command);
      if (MallocFamily::ends_everything(outcome.result)) break;
      caller.answered(*command, outcome.result);
    }
    EXPECT_EQ(shrink::commands_of(script_of(boot, commands)), commands) << run;
  }
}

TEST(MallocScripts, ACallOnABlockFollowsItsBlock) {
  const Commands commands{Malloc<W>{100}, Malloc<W>{20}, Memset<W>{block + 104, 1, 20},
                          StoreByte<W>{block + 108, 2}};
  Script script = script_of(plain(), commands);
  EXPECT_EQ(script.items[3].from, 2u);
  EXPECT_EQ(script.items[3].command, Command<W>(StoreByte<W>{4, 2}));
  script = shrink::without(script, {0});
  EXPECT_EQ(shrink::commands_of(script),
            (Commands{Malloc<W>{20}, Memset<W>{block, 1, 20}, StoreByte<W>{block + 4, 2}}));
  script = shrink::without(script, {0});
  EXPECT_EQ(shrink::commands_of(script), Commands{});
}

/// What kept to the rules keeps to them, or has no meaning; what did not need not.
TEST(MallocScripts, DoNotComeToMisuseByLosingACommand) {
  const Commands lawful{Malloc<W>{8}, Free<W>{block}, Malloc<W>{8}, Free<W>{block}};
  EXPECT_EQ(shrink::commands_of(shrink::without(script_of(plain(), lawful), {2})),
            (Commands{Malloc<W>{8}, Free<W>{block}}));
  const Commands read{Malloc<W>{8}, StoreWord<W>{block, 1}, LoadWord<W>{block}};
  EXPECT_EQ(shrink::commands_of(shrink::without(script_of(plain(), read), {1})), (Commands{Malloc<W>{8}}));
  const Commands twice{Malloc<W>{8}, Malloc<W>{8}, Free<W>{block}, Free<W>{block}};
  const Script script = script_of(plain(), twice);
  EXPECT_TRUE(script.items[3].misuse);
  EXPECT_EQ(shrink::commands_of(shrink::without(script, {1})),
            (Commands{Malloc<W>{8}, Free<W>{block}, Free<W>{block}}));
}

TEST(MallocScripts, TakeATagForABlocks) {
  const Commands commands{Malloc<W>{100}, StoreWord<W>{block - 4, 9}, StoreWord<W>{block + 100, 9}};
  const Script script = script_of(plain(), commands);
  EXPECT_EQ(script.items[1].from, 1u);
  EXPECT_EQ(script.items[2].from, 1u) << "the tag of the top is behind the block";
  EXPECT_TRUE(script.items[1].misuse && script.items[2].misuse);
}

/// Wherever it begins, shrinking ends at the plainest script that has what is looked for: a free chunk is merged with one in front.
TEST(MallocShrinking, EndsAtThePlainestScript) {
  const auto fails = shrink::fails_where<MallocFamily>([](const Commands&, const auto& outcome) {
    return std::ranges::find(outcome.because, ClauseRef("malloc.free.merges_before")) != outcome.because.end();
  });
  const auto go_on = [](const Script&, std::uint64_t) { return true; };
  Boot<W> odd = plain();
  odd.data = 0x0900'0000;
  odd.brk = odd.data + 5000;
  odd.allocator.parameters = {9000, 2, 5000, 100, 1};
  const W first = (odd.brk + 7) / 8 * 8 + 8;
  const std::vector<Script> beginnings{
      script_of(odd, Commands{Calloc<W>{10, 20}, Malloc<W>{300}, Memalign<W>{64, 40}, Malloc<W>{7}, Free<W>{first},
                              Free<W>{first + 208}}),
      script_of(plain(),
                Commands{Malloc<W>{40}, Realloc<W>{0, 50}, Sbrk<W>{100}, Free<W>{block}, Free<W>{block + 48}})};
  const Script plainest = script_of(plain(), Commands{Memalign<W>{9, 0}, Free<W>{block + 24}});
  for (const Script& beginning : beginnings) {
    ASSERT_TRUE(fails(beginning));
    EXPECT_EQ(shrink::simplify(beginning, fails, go_on).script, plainest);
  }
}

/// Ends where shrinking of a script ends that fails once its commands are as `is_wrong` says.
Script simplest(const Script& beginning, bool (*is_wrong)(const Commands&)) {
  const shrink::Fails<MallocFamily> fails = [=](const Script& script) -> std::optional<Script> {
    const Commands commands = shrink::commands_of(script);
    for (std::size_t count = 1; count <= commands.size(); ++count) {
      if (is_wrong(Commands(commands.begin(), commands.begin() + static_cast<std::ptrdiff_t>(count))))
        return script_of(script.boot, std::span(commands).first(count));
    }
    return std::nullopt;
  };
  return shrink::simplify(beginning, fails, [](const Script&, std::uint64_t) { return true; }).script;
}

W bytes_of(const Command<W>& command) {
  const auto* malloc = std::get_if<Malloc<W>>(&command);
  return malloc ? malloc->bytes : 0;
}

TEST(MallocShrinking, GivesTheLeastToOneOfTwoRequests) {
  const auto ends_at_3000 = [](const Commands& commands) {
    W sum = 0;
    for (const Command<W>& command : commands) sum += std::max(W{16}, (bytes_of(command) + 11) / 8 * 8);
    return commands.size() == 2 && sum == 3000;
  };
  const Script beginning = script_of(plain(), Commands{Malloc<W>{997}, Malloc<W>{1981}});
  EXPECT_EQ(simplest(beginning, ends_at_3000), script_of(plain(), Commands{Malloc<W>{0}, Malloc<W>{2973}}));
}

TEST(MallocShrinking, LeavesARequestAtItsPlaceInAPage) {
  const auto is_at_place = [](const Commands& commands) { return bytes_of(commands.back()) % 4096 / 5 == 401; };
  EXPECT_EQ(simplest(script_of(plain(), Commands{Malloc<W>{3 * 4096 + 2009}}), is_at_place),
            script_of(plain(), Commands{Malloc<W>{2005}}));
}

TEST(MallocShrinking, FindsFactorsWithTheLeastSum) {
  const auto clears_35 = [](const Commands& commands) {
    const auto* calloc = std::get_if<Calloc<W>>(&commands.back());
    return calloc && calloc->count * calloc->size == 35;
  };
  EXPECT_EQ(simplest(script_of(plain(), Commands{Calloc<W>{1, 35}}), clears_35),
            script_of(plain(), Commands{Calloc<W>{5, 7}}));
}

}  // namespace
}  // namespace refmm::malloc
