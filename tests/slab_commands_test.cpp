// The generator of sessions: lawful to the last command, the same for the same seed, and of many kinds.
#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/slab_commands.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <variant>
#include <vector>

namespace refmm::slab {
namespace {

/// Carries a session out on the model; calls `visit(before, command, result)` for each command.
void carry_out(const Session& session, auto visit) {
  Caller caller(session);
  State state = model::boot(session.machine);
  while (const auto command = caller.next(state)) {
    auto outcome = model::step(session.machine, state, *command);
    visit(state, *command, outcome.result);
    state = std::move(outcome.state);
    caller.answered(*command, outcome.result);
    const auto* refused = std::get_if<Refused>(&outcome.result);
    if (refused && is_bug(refused->refusal)) return;
  }
}

const Object* freed(const Command& command) {
  if (const auto* free = std::get_if<CacheFree>(&command)) return &free->object;
  const auto* kfree = std::get_if<Kfree>(&command);
  return kfree && kfree->object ? &*kfree->object : nullptr;
}

TEST(Sessions, AreDeterminedBySeedAndRun) {
  const auto commands = [](std::uint64_t seed, std::uint64_t run) {
    std::vector<Command> commands;
    carry_out(draw_session(seed, run),
              [&](const State&, const Command& c, const Result&) { commands.push_back(c); });
    return commands;
  };
  EXPECT_EQ(commands(1, 19), commands(1, 19));
  EXPECT_NE(commands(1, 19), commands(2, 19));
  EXPECT_NE(commands(1, 19), commands(1, 39));
}

TEST(Sessions, NeverAskWhatHasNoMeaning) {
  for (std::uint64_t run = 0; run < 400; ++run) {
    std::set<std::pair<std::string, std::pair<std::uint32_t, std::uint32_t>>> held;
    const auto key = [](const Object& o) { return std::pair(o.cache.str(), std::pair(o.slab, o.index)); };
    carry_out(draw_session(5, run), [&](const State& before, const Command& command, const Result& result) {
      if (const Object* object = freed(command)) {
        EXPECT_EQ(held.erase(key(*object)), 1u) << "an object that is not the caller's is freed, run " << run;
      }
      if (const auto* object = std::get_if<Object>(&result)) held.insert(key(*object));
      const auto there = [&](const Name& cache) { return cache_named(before, cache) != nullptr; };
      if (const auto* alloc = std::get_if<CacheAlloc>(&command)) {
        EXPECT_TRUE(there(alloc->cache));
        EXPECT_NE(alloc->cache, Name("kmem_cache"));
      }
      if (const auto* destroy = std::get_if<CacheDestroy>(&command); destroy && destroy->cache) {
        EXPECT_TRUE(there(*destroy->cache));
        EXPECT_NE(*destroy->cache, Name("kmem_cache"));
      }
    });
  }
}

TEST(Sessions, EndWithAUsageErrorOrWithoutOne) {
  std::uint32_t with_usage_error = 0;
  std::set<Refusal> refusals;
  for (std::uint64_t run = 0; run < 2000; ++run) {
    bool ended = false;
    carry_out(draw_session(9, run), [&](const State&, const Command&, const Result& result) {
      EXPECT_FALSE(ended);
      const auto* refused = std::get_if<Refused>(&result);
      if (refused) refusals.insert(refused->refusal);
      ended = refused && is_bug(refused->refusal);
    });
    if (ended) ++with_usage_error;
  }
  EXPECT_GT(with_usage_error, 200u);
  EXPECT_LT(with_usage_error, 1800u);
  EXPECT_EQ(refusals.size(), static_cast<std::size_t>(Refusal::no_general_cache) + 1) << "every refusal comes up";
}

TEST(Sessions, AreUpToSeveralHundredCommandsOverSeveralCaches) {
  std::size_t longest = 0, most_created = 0, most_slabs = 0;
  std::set<std::size_t> kinds;
  bool failed_pages = false, reaped_before = false;
  for (std::uint64_t run = 0; run < 600; ++run) {
    std::size_t length = 0, created = 0;
    carry_out(draw_session(4, run), [&](const State& before, const Command& command, const Result& result) {
      ++length;
      kinds.insert(command.index());
      created += std::holds_alternative<CacheName>(result) && std::holds_alternative<CacheCreate>(command) ? 1 : 0;
      for (const Cache& cache : before.chain) most_slabs = std::max(most_slabs, cache.slabs.size());
      failed_pages |= result == Result(Refused{Refusal::no_pages});
      reaped_before |= before.pages.reap_before != 0;
    });
    longest = std::max(longest, length);
    most_created = std::max(most_created, created);
    EXPECT_LE(length, Caller::most_commands);
  }
  EXPECT_GT(longest, 400u);
  EXPECT_GT(most_created, 10u);
  EXPECT_GT(most_slabs, 20u);
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command>);
  EXPECT_TRUE(failed_pages);
  EXPECT_TRUE(reaped_before);
}

}  // namespace
}  // namespace refmm::slab
