// The second stage of shrinking on toy failures, whose simplest scripts are known.
#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/shrink.hpp>
#include <refmm/tests/slab_commands.hpp>
#include <refmm/tests/slab_shrink.hpp>
#include <refmm/tests/slab_shrink_order.hpp>
#include <refmm/tests/slab_shrink_plain.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::slab {
namespace {

using shrink::commands_of;
using shrink::simplify;
using Fails = shrink::Fails<SlabFamily>;
using GoOn = shrink::GoOn<SlabFamily>;
using Shrunk = shrink::Shrunk<SlabFamily>;

Command create(const char* name, std::uint32_t size) {
  return CacheCreate{.name = name, .size = size, .offset = 0, .flags = 0, .ctor = false, .dtor = false};
}

Command fail_pages(std::uint32_t count) {
  return SetKnobs{.fail_pages = count, .fail_skip = {}, .reap_before = {}, .in_interrupt = {}};
}

/// The commands that a session comes to in the model: a script as a check would find it.
Script random_script(std::uint64_t seed, std::uint64_t run) {
  Caller caller(draw_session(seed, run));
  const Machine machine = draw_session(seed, run).machine;
  State state = model::boot(machine);
  std::vector<Command> commands;
  while (const auto command = caller.next(state)) {
    auto outcome = model::step(machine, std::move(state), *command);
    state = std::move(outcome.state);
    commands.push_back(*command);
    caller.answered(*command, outcome.result);
    const auto* refused = std::get_if<Refused>(&outcome.result);
    if (refused && is_bug(refused->refusal)) break;
  }
  return script_of(machine, commands);
}

/// Fails at the first command that `is_wrong` finds wrong, in the state before it.
Fails fails_at(std::function<bool(const Machine&, const State&, const Command&, const Result&)> is_wrong) {
  return [is_wrong = std::move(is_wrong)](const Script& script) -> std::optional<Script> {
    Script failing{script.boot, {}};
    State state = model::boot(script.boot);
    Resolver resolver;
    for (const Item& item : script.items) {
      const auto command = resolver.resolve(item, state);
      if (!command) continue;
      auto outcome = model::step(script.boot, state, *command);
      failing.items.push_back(item);
      if (is_wrong(script.boot, state, *command, outcome.result)) return failing;
      const auto* refused = std::get_if<Refused>(&outcome.result);
      if (refused && is_bug(refused->refusal)) return std::nullopt;
      resolver.note(item, outcome.result);
      state = std::move(outcome.state);
    }
    return std::nullopt;
  };
}

const GoOn to_the_end = [](const Script&, std::uint64_t) { return true; };

// ---- Scripts ------------------------------------------------------------------------------------------------------------

TEST(Script, ComesToTheCommandsThatItWasMadeOf) {
  const std::vector<Command> commands{create("a", 100),
                                      CacheAlloc{"a", SLAB_KERNEL},
                                      Kmalloc{32, SLAB_KERNEL},
                                      CacheFree{Object{"a", 0, 0}},
                                      Kfree{Object{"size-32", 0, 0}},
                                      Kfree{},
                                      CacheDestroy{"a"}};
  EXPECT_EQ(commands_of(script_of(i386_2_4_0, commands)), commands);
}

TEST(Script, FreesTheAllocationWhateverObjectItReturnsNow) {
  Script script = script_of(i386_2_4_0, std::vector<Command>{Kmalloc{32, SLAB_KERNEL}, Kmalloc{32, SLAB_KERNEL},
                                                             Kfree{Object{"size-32", 0, 1}}});
  script.items.erase(script.items.begin());
  EXPECT_EQ(commands_of(script), (std::vector<Command>{Kmalloc{32, SLAB_KERNEL}, Kfree{Object{"size-32", 0, 0}}}));
}

TEST(Script, LeavesOutWhatHasLostItsMeaning) {
  Script script = script_of(i386_2_4_0, std::vector<Command>{create("a", 100), CacheAlloc{"a", SLAB_KERNEL},
                                                             CacheFree{Object{"a", 0, 0}}, CacheShrink{"a"},
                                                             CacheReap{SLAB_KERNEL}, CacheDestroy{"a"}});
  script.items.erase(script.items.begin());
  EXPECT_EQ(commands_of(script), (std::vector<Command>{CacheReap{SLAB_KERNEL}}));
}

TEST(Script, NeverDestroysAGeneralCacheForGood) {
  const Script idle{i386_2_4_0, {{CacheDestroy{"size-64"}, 1}}};
  EXPECT_TRUE(commands_of(idle).empty());
  const Script busy{i386_2_4_0, {{Kmalloc{64, SLAB_KERNEL}, 1}, {CacheDestroy{"size-64"}, 2}}};
  EXPECT_EQ(commands_of(busy).size(), 2u);
}

TEST(Script, EndsAtAUsageError) {
  const Script script{i386_2_4_0, {{CacheShrink{}, 1}, {Kmalloc{32, SLAB_KERNEL}, 2}}};
  EXPECT_EQ(commands_of(script).size(), 1u);
}

// ---- The order ----------------------------------------------------------------------------------------------------------

TEST(Order, IsTotalOnScriptsThatDiffer) {
  std::vector<Script> scripts;
  for (std::uint64_t run = 0; run < 40; ++run) scripts.push_back(numbered_from_one(random_script(11, run)));
  for (const Script& one : scripts) {
    for (const Script& other : scripts)
      EXPECT_EQ(rank(one) == rank(other), commands_of(one) == commands_of(other) && one.boot == other.boot);
  }
}

TEST(Order, PutsWhatAsksLessOfTheReaderFirst) {
  const auto one = [](Command command, Machine machine = i386_2_4_0) {
    return Script{machine, {{std::move(command), 1}}};
  };
  Machine other_line = i386_2_4_0;
  other_line.l1_cache_bytes = 64;
  const std::vector<Script> simplest_first{
      Script{i386_2_4_0, {}},
      one(Kmalloc{32, SLAB_KERNEL}),
      one(Kmalloc{4096, SLAB_KERNEL}),
      one(Kmalloc{33, SLAB_KERNEL}),
      one(Kmalloc{32, SLAB_KERNEL}, other_line),
      one(create("a", 100)),
      one(create("a", 99)),
      one(fail_pages(1)),
      Script{i386_2_4_0, {{Kmalloc{32, SLAB_KERNEL}, 1}, {Kmalloc{32, SLAB_KERNEL}, 2}}},
  };
  for (std::size_t i = 0; i + 1 < simplest_first.size(); ++i)
    EXPECT_LT(rank(simplest_first[i]), rank(simplest_first[i + 1])) << i;
}

TEST(Order, PlainerValuesArePlainer) {
  for (const std::uint32_t size : {0u, 1u, 33u, 100u, 700u, 4096u, 5461u, 131072u}) {
    for (const std::uint32_t plainer : plainer_requests(size))
      EXPECT_LT(plainness_of_request(plainer), plainness_of_request(size)) << plainer << " for " << size;
    for (const std::uint32_t plainer : plainer_object_sizes(size))
      EXPECT_LT(plainness_of_object_size(plainer), plainness_of_object_size(size)) << plainer << " for " << size;
  }
}

TEST(Order, NumbersFromOne) {
  const Script script{i386_2_4_0, {{Kmalloc{32, SLAB_KERNEL}, 70}, {Kfree{Object{}}, 80, 70}}};
  const Script numbered{i386_2_4_0, {{Kmalloc{32, SLAB_KERNEL}, 1}, {Kfree{Object{}}, 2, 1}}};
  EXPECT_EQ(numbered_from_one(script), numbered);
}

// ---- Moves --------------------------------------------------------------------------------------------------------------

/// Whatever moves do to a script, what it comes to can be carried out: no free of what is not in use, no call on a cache that
/// is not there.
void expect_meaning(const Script& script) {
  State state = model::boot(script.boot);
  for (const Command& command : commands_of(script)) {
    const auto* free = std::get_if<CacheFree>(&command);
    const auto* kfree = std::get_if<Kfree>(&command);
    const auto* alloc = std::get_if<CacheAlloc>(&command);
    EXPECT_TRUE(!free || is_in_use(state, free->object));
    EXPECT_TRUE(!kfree || !kfree->object || is_in_use(state, *kfree->object));
    EXPECT_TRUE(!alloc || cache_named(state, alloc->cache));
    state = model::step(script.boot, std::move(state), command).state;
  }
}

TEST(Moves, MakeScriptsThatHaveAMeaning) {
  for (std::uint64_t run = 0; run < 6; ++run) {
    Script script = random_script(3, run);
    script.items.resize(std::min<std::size_t>(script.items.size(), 8));
    for (const Move move : moves()) {
      move(script, [](const Script& candidate) {
        expect_meaning(candidate);
        return false;
      });
    }
  }
}

TEST(Moves, EndWithTheCandidateThatIsTaken) {
  const Script script = random_script(5, 19);
  for (const Move move : moves()) {
    int proposed = 0;
    const bool taken = move(script, [&](const Script&) { return ++proposed == 1; });
    EXPECT_EQ(taken, proposed == 1);
  }
}

// ---- Simplifying --------------------------------------------------------------------------------------------------------

/// What a toy failure shrinks to, from every random session in which it occurs.
void expect_always(const Fails& fails, const Script& simplest) {
  int failing = 0;
  for (std::uint64_t run = 0; run < 400 && failing < 12; ++run) {
    const Script script = random_script(1, run);
    if (!fails(script)) continue;
    ++failing;
    const Shrunk shrunk = simplify(script, fails, to_the_end);
    EXPECT_TRUE(shrunk.finished);
    EXPECT_EQ(commands_of(shrunk.script), commands_of(simplest)) << "from run " << run;
    EXPECT_EQ(shrunk.script.boot, simplest.boot) << "from run " << run;
    EXPECT_EQ(simplify(shrunk.script, fails, to_the_end).script, shrunk.script) << "simplifying again";
  }
  EXPECT_EQ(failing, 12);
}

TEST(Simplify, AThirdObjectOfOneSlab) {
  expect_always(fails_at([](const Machine&, const State&, const Command&, const Result& result) {
                  const auto* object = std::get_if<Object>(&result);
                  return object && object->index == 2;
                }),
                script_of(i386_2_4_0, std::vector<Command>(3, Kmalloc{32, SLAB_KERNEL})));
}

TEST(Simplify, AReapOfAFreeSlab) {
  const auto is_wrong = [](const Machine& machine, const State& before, const Command& command, const Result&) {
    return std::holds_alternative<CacheReap>(command) && !model::step(machine, before, command).effects.empty();
  };
  // The hand passes 10 of 27 caches each time, and takes the mark of growth off at first: three times for the caches that
  // stand behind kmem_cache, more for others.
  std::vector<Command> simplest{Kmalloc{131072, SLAB_KERNEL}, Kfree{Object{"size-131072", 0, 0}}};
  simplest.resize(5, CacheReap{SLAB_KERNEL});
  expect_always(fails_at(is_wrong), script_of(i386_2_4_0, simplest));
}

TEST(Simplify, AnArgumentThatNothingElseExplains) {
  expect_always(fails_at([](const Machine&, const State&, const Command& command, const Result& result) {
                  const auto* create = std::get_if<CacheCreate>(&command);
                  return create && create->size > 517 && std::holds_alternative<CacheName>(result);
                }),
                script_of(i386_2_4_0, std::vector<Command>{create("a", 1000)}));
}

TEST(Simplify, AMachineThatIsNeeded) {
  Machine lines_of_16 = i386_2_4_0;
  lines_of_16.l1_cache_bytes = 16;
  expect_always(fails_at([](const Machine& machine, const State&, const Command& command, const Result&) {
                  return machine.l1_cache_bytes == 16 && std::holds_alternative<Kmalloc>(command);
                }),
                script_of(lines_of_16, std::vector<Command>{Kmalloc{32, SLAB_KERNEL}}));
}

TEST(Simplify, StopsWhenItIsToldTo) {
  const Fails fails = fails_at([](const Machine&, const State&, const Command& command, const Result&) {
    return std::holds_alternative<CacheReap>(command);
  });
  std::uint64_t run = 0;
  while (!fails(random_script(1, run))) ++run;
  const Script failing = *fails(random_script(1, run));
  const Shrunk not_begun = simplify(failing, fails, [](const Script&, std::uint64_t) { return false; });
  EXPECT_FALSE(not_begun.finished);
  EXPECT_EQ(not_begun.tries, 0u);
  EXPECT_EQ(not_begun.script, failing);
  const Shrunk begun = simplify(failing, fails, [](const Script&, std::uint64_t tries) { return tries < 2; });
  EXPECT_FALSE(begun.finished);
  EXPECT_TRUE(fails(begun.script));
}

// ---- The reaper -----------------------------------------------------------------------------------------------------------

Item item(const Command& command, std::uint32_t id, std::uint32_t frees = 0) { return {command, id, frees}; }

Command set_reap_before(std::uint32_t calls) {
  return SetKnobs{.fail_pages = {}, .fail_skip = {}, .reap_before = calls, .in_interrupt = {}};
}

/// What a move proposes, none of it being taken.
std::vector<Script> proposed_by(shrink::Move<SlabFamily> move, const Script& script) {
  std::vector<Script> proposed;
  EXPECT_FALSE(move(script, [&](const Script& candidate) {
    proposed.push_back(candidate);
    return false;
  }));
  return proposed;
}

TEST(SlabReaper, IsCalledInPlaceOfWhatMakesItRun) {
  const Item request = item(Kmalloc{512, SLAB_KERNEL}, 1);
  const Script before{i386_2_4_0,
                      {request, item(set_reap_before(2), 2), item(Kmalloc{64, SLAB_KERNEL}, 3),
                       item(Kmalloc{128, SLAB_KERNEL}, 4)}};
  const Script after{i386_2_4_0, {request, item(CacheReap{SLAB_KERNEL}, 2), item(CacheReap{SLAB_KERNEL}, 3)}};
  std::vector<Script> proposed = proposed_by(call_reaper, before);
  std::ranges::transform(proposed, proposed.begin(), numbered_from_one);
  EXPECT_THAT(proposed, testing::Contains(after));
}

TEST(SlabReaper, StandsBeforeTheKnobThatMakesItRun) {
  const Item first = item(CacheReap{SLAB_KERNEL}, 1), second = item(CacheReap{SLAB_KERNEL}, 2),
             third = item(CacheReap{SLAB_KERNEL}, 3);
  const Script called{i386_2_4_0, {first, second, third}};
  const Script made{
      i386_2_4_0,
      {item(set_reap_before(3), 1), item(Kmalloc{32, SLAB_KERNEL}, 2), item(Kmalloc{64, SLAB_KERNEL}, 3)}};
  EXPECT_LT(rank(called), rank(made));
}

TEST(SlabReaper, HasPlainScriptsThatAreTriedTheSimplestFirst) {
  const Script before{
      i386_2_4_0,
      {item(create("a", 777), 1), item(CacheAlloc{Name("a"), SLAB_KERNEL}, 2), item(Kmalloc{4096, SLAB_KERNEL}, 3),
       item(Kmalloc{4096, SLAB_KERNEL}, 4), item(CacheFree{Object{}}, 5, 2), item(Kfree{Object{}}, 6, 3),
       item(Kfree{Object{}}, 7, 4), item(set_reap_before(2), 8), item(Kmalloc{128, SLAB_KERNEL}, 9)}};
  const std::vector<Script> proposed = proposed_by(plain_reaps, before);
  const Script after{i386_2_4_0,
                     {item(Kmalloc{32, SLAB_KERNEL}, 1), item(Kmalloc{4096, SLAB_KERNEL}, 2),
                      item(Kfree{Object{}}, 3, 1), item(Kfree{Object{}}, 4, 2), item(CacheReap{SLAB_KERNEL}, 5)}};
  EXPECT_THAT(proposed, testing::Contains(after));
  EXPECT_TRUE(std::ranges::is_sorted(proposed, {}, rank));
  EXPECT_LT(rank(proposed.back()), rank(before));
}

}  // namespace
}  // namespace refmm::slab
