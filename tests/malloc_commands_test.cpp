// Sessions on the user's heap: they are what they are drawn to be, keep to the rules up to their last intent, and come to everything.
#include <refmm/spec/clause.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/tests/malloc_commands.hpp>
#include <refmm/tests/malloc_family.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::malloc {
namespace {

using testing::Contains;
using testing::IsEmpty;
using W = std::uint32_t;

/// What became of a session on the model.
struct Told {
  Boot<W> boot;
  std::vector<Command<W>> commands;
  std::size_t lawful = 0;  // commands before the first that is against the rules
  std::string end;         // the result that ended it; empty if none did
};

template <class See>
Told tell(std::uint64_t seed, std::uint64_t run, See see) {
  Session session = draw_session(seed, run);
  Told told{session.boot, {}, 0, ""};
  Caller caller(std::move(session));
  Knowledge knowledge;
  State<W> state = MallocFamily::boot(told.boot);
  bool is_lawful = true;
  while (const auto command = caller.next(state)) {
    is_lawful = is_lawful && knowledge.allows(*command, state);
    auto outcome = MallocFamily::step(told.boot, std::move(state), *command);
    state = std::move(outcome.state);
    told.commands.push_back(*command);
    if (is_lawful) ++told.lawful;
    see(outcome, state, is_lawful);
    knowledge.note(*command, outcome.result);
    if (MallocFamily::ends_everything(outcome.result)) {
      told.end = notation(*command, outcome.result);
      break;
    }
    caller.answered(*command, outcome.result);
  }
  return told;
}

constexpr auto see_nothing = [](const auto&, const auto&, bool) {};

TEST(MallocSessions, AreTheSameForTheSameSeed) {
  for (std::uint64_t run = 0; run < 40; ++run) {
    const Told one = tell(7, run, see_nothing), other = tell(7, run, see_nothing);
    EXPECT_EQ(one.boot, other.boot);
    EXPECT_EQ(one.commands, other.commands);
  }
  EXPECT_NE(tell(7, 30, see_nothing).commands, tell(8, 30, see_nothing).commands);
}

/// What is against the rules comes last, and a lawful program never damages its heap, nor is it ended.
TEST(MallocSessions, KeepToTheRulesUpToTheirLastIntent) {
  for (std::uint64_t run = 0; run < 200; ++run) {
    bool keeps_laws = true, goes_on = true;
    const Told told = tell(3, run, [&](const auto& outcome, const State<W>& state, bool is_lawful) {
      if (!is_lawful) return;
      const bool ends = MallocFamily::ends_everything(outcome.result);
      goes_on = goes_on && !ends;
      keeps_laws = keeps_laws && (ends || !broken_conjunct(state));
    });
    EXPECT_LE(told.commands.size() - told.lawful, 2u) << run;
    EXPECT_TRUE(keeps_laws) << run;
    EXPECT_TRUE(goes_on) << run;
  }
}

TEST(MallocSessions, ComeToEveryDecisionAndEveryEnd) {
  std::set<std::string_view> decided;
  std::set<std::string> ends;
  for (std::uint64_t run = 0; run < 1200; ++run) {
    const Told told = tell(1, run, [&](const auto& outcome, const auto&, bool) {
      for (const ClauseRef clause : outcome.because) decided.insert(clause->name);
    });
    ends.insert(told.end);
  }
  EXPECT_THAT(ends, testing::IsSupersetOf({"SIGSEGV", "SIGABRT invalid_pointer", "SIGABRT invalid_size",
                                           "SIGABRT double_free", "SIGABRT corrupted_prev_size",
                                           "SIGABRT corrupted_links", "SIGABRT corrupted_top"}));
  // Each kind of call is refused, and succeeds, somewhere.
  for (const std::string_view clause :
       {"malloc.malloc.too_large", "malloc.mapped.refused", "malloc.malloc.maps_instead",
        "malloc.malloc.no_memory", "malloc.grow.fence", "malloc.grow.refused", "malloc.grow.wraps",
        "malloc.trim.not_at_break", "malloc.trim.refused", "malloc.calloc.wraps", "malloc.realloc.remap_refused",
        "malloc.realloc.into_next", "malloc.memalign.mapped", "malloc.sbrk.refused", "malloc.perturb"})
    EXPECT_THAT(decided, Contains(clause));
}

// ---- Rules ----------------------------------------------------------------------------------------------------

TEST(MallocKnowledge, AllowsWhatAProgramMayDo) {
  const Boot<W> boot{corrected, 0x0804a000, 0x0804b000};
  State<W> state = MallocFamily::boot(boot);
  Knowledge knowledge;
  const auto run = [&](const Command<W>& command) {
    auto outcome = MallocFamily::step(boot, state, command);
    state = std::move(outcome.state);
    knowledge.note(command, outcome.result);
  };
  const W block = 0x0804b008;
  EXPECT_FALSE(knowledge.allows(Free<W>{block}, state));
  run(Malloc<W>{100});
  EXPECT_TRUE(knowledge.allows(Free<W>{block}, state));
  EXPECT_TRUE(knowledge.allows(Free<W>{0}, state));
  EXPECT_FALSE(knowledge.allows(Free<W>{block + 8}, state));
  EXPECT_FALSE(knowledge.allows(LoadByte<W>{block}, state)) << "nothing was written";
  EXPECT_TRUE(knowledge.allows(Memset<W>{block, 1, 100}, state));
  EXPECT_FALSE(knowledge.allows(Memset<W>{block, 1, 101}, state));
  EXPECT_FALSE(knowledge.allows(StoreWord<W>{block - 4, 1}, state));
  run(Memset<W>{block, 1, 10});
  EXPECT_TRUE(knowledge.allows(LoadByte<W>{block + 9}, state));
  EXPECT_FALSE(knowledge.allows(LoadWord<W>{block + 8}, state));
  run(Realloc<W>{block, 200});
  EXPECT_EQ(knowledge.known_bytes(block), 10u);
  EXPECT_FALSE(knowledge.allows(Sbrk<W>{W{0} - 4096}, state)) << "that is the allocator's";
  run(Sbrk<W>{4096});
  EXPECT_TRUE(knowledge.allows(Sbrk<W>{W{0} - 4096}, state));
  run(Free<W>{block});
  EXPECT_FALSE(knowledge.allows(Free<W>{block}, state));
  run(Calloc<W>{3, 5});
  EXPECT_EQ(knowledge.known_bytes(block), 15u);
}

}  // namespace
}  // namespace refmm::malloc
