// The implementation beside the model: random sessions, exhaustive failures of pages, and all clauses of the chapter.
#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/slab_state.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using namespace slab;
using testing::IsEmpty;

CheckReport<SlabFamily> check_runs(std::uint64_t seed, std::uint64_t runs, unsigned jobs) {
  return check<SlabFamily>({.seed = seed, .jobs = jobs, .runs = runs});
}

std::string text_of(const CheckReport<SlabFamily>& report) {
  return report.failure ? report.failure->counterexample.text : std::string();
}

// ---- Random sessions ----------------------------------------------------------------------------------------------------

class Refinement : public testing::TestWithParam<std::uint64_t> {};

/// Fewer runs than a check makes in the ten seconds that it takes if it is not told otherwise.
TEST_P(Refinement, TheImplementationDoesWhatTheModelDoesAndEveryClauseIsExercised) {
  const auto report = check_runs(GetParam(), 4000, std::max(1u, std::thread::hardware_concurrency()));
  EXPECT_EQ(text_of(report), "");
  EXPECT_EQ(report.runs, 4000u);
  EXPECT_GT(report.commands, 100'000u);
  std::vector<std::string_view> unexercised;
  for (const Clause* clause : clauses_to_exercise("slab")) {
    if (report.coverage.hits(*clause) == 0) unexercised.push_back(clause->name);
  }
  EXPECT_THAT(unexercised, IsEmpty());
  EXPECT_THAT(starved_labels<SlabFamily>(report.labels, report.runs), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Refinement, testing::Values(1, 2, 3, 2000, 0xffffffffffffffff));

TEST(Check, TheSameSeedMakesTheSameRunsHoweverManyProcesses) {
  const auto one = check_runs(7, 300, 1);
  const auto three = check_runs(7, 300, 3);
  EXPECT_EQ(one.runs, three.runs);
  EXPECT_EQ(one.commands, three.commands);
  for (const Clause* clause : clauses_to_exercise("slab"))
    EXPECT_EQ(one.coverage.hits(*clause), three.coverage.hits(*clause)) << clause->name;
}

// ---- Failures of the page source ----------------------------------------------------------------------------------------

/// A list of commands to be carried out with each request for pages failing in turn.
struct Scenario {
  const char* name;
  std::vector<Command> commands;
};

void PrintTo(const Scenario& scenario, std::ostream* stream) { *stream << scenario.name; }

Command create(const char* name, std::uint32_t size, std::uint32_t flags = 0, bool hooks = false) {
  return CacheCreate{.name = name, .size = size, .offset = 0, .flags = flags, .ctor = hooks, .dtor = hooks};
}

std::vector<Command> many_requests() {
  std::vector<Command> commands;
  for (const std::uint32_t size : model::general_sizes) {
    for (const std::uint32_t flags : {SLAB_KERNEL, SLAB_ATOMIC | GFP_DMA})
      commands.push_back(Kmalloc{size, flags});
  }
  return commands;
}

/// Each slab of `a` has a descriptor that is an object of size-32, of which a slab holds 113.
std::vector<Command> many_outside_descriptors() {
  std::vector<Command> commands{create("a", 4096)};
  for (int i = 0; i < 130; ++i) commands.push_back(CacheAlloc{"a", SLAB_KERNEL});
  commands.push_back(CacheShrink{"a"});
  return commands;
}

std::vector<Command> many_caches() {
  std::vector<Command> commands;
  for (char name = 'a'; name <= 'z'; ++name) {
    const std::string text(1, name);
    commands.push_back(create(text.c_str(), 8000, name % 2 == 0 ? SLAB_HWCACHE_ALIGN : 0, name % 3 == 0));
    commands.push_back(CacheAlloc{Name(text), name % 2 == 0 ? SLAB_ATOMIC : SLAB_KERNEL});
  }
  for (char name = 'a'; name <= 'z'; ++name) commands.push_back(CacheDestroy{Name(std::string(1, name))});
  return commands;
}

/// Reaping in the middle of growth as well.
std::vector<Command> reaping_while_growing() {
  std::vector<Command> commands{
      SetKnobs{.fail_pages = {}, .fail_skip = {}, .reap_before = 1000, .in_interrupt = {}},
      create("a", 2000, SLAB_HWCACHE_ALIGN, true), create("b", 4096)};
  for (int i = 0; i < 40; ++i) {
    commands.push_back(CacheAlloc{"a", SLAB_KERNEL});
    commands.push_back(CacheAlloc{"b", SLAB_KERNEL});
    commands.push_back(Kmalloc{1024, SLAB_KERNEL});
  }
  return commands;
}

/// Runs the commands on model and implementation; the objects that come of them are freed in turn, so that slabs of all
/// kinds are there. A command on a cache that a failure has kept from being created is left out. Returns how many pages were
/// asked for.
std::uint32_t run_with_failure(const Scenario& scenario, std::optional<std::uint32_t> failing_request) {
  const auto subject = make_slab_implementation();
  Lockstep<SlabFamily> lockstep(i386_2_4_0, *subject);
  EXPECT_TRUE(lockstep.agree());
  std::uint32_t requests = 0;
  std::vector<Object> held;
  const auto run = [&](const Command& command) {
    EXPECT_TRUE(lockstep.step(command))
        << notation(command) << ", request " << failing_request.value_or(0)
        << " failing: " << lockstep.finding().difference.path << " is " << lockstep.finding().difference.found
        << ", not " << lockstep.finding().difference.expected;
    for (const Effect& effect : lockstep.effects()) requests += std::holds_alternative<GetPages>(effect) ? 1 : 0;
    if (const auto* object = std::get_if<Object>(&lockstep.result())) held.push_back(*object);
    return lockstep.agree();
  };
  if (failing_request &&
      !run(SetKnobs{.fail_pages = 1, .fail_skip = *failing_request, .reap_before = {}, .in_interrupt = {}}))
    return requests;
  for (const Command& command : scenario.commands) {
    const auto* alloc = std::get_if<CacheAlloc>(&command);
    const auto* destroy = std::get_if<CacheDestroy>(&command);
    const auto* shrink = std::get_if<CacheShrink>(&command);
    const auto there = [&](const Name& cache) { return cache_named(lockstep.state(), cache) != nullptr; };
    if ((alloc && !there(alloc->cache)) || (destroy && !there(*destroy->cache)) ||
        (shrink && !there(*shrink->cache)))
      continue;
    if (!run(command)) break;
    if (held.size() >= 60 && held.size() % 3 == 0) {
      const Object freed = held[held.size() / 2];
      std::erase(held, freed);
      if (!run(Kfree{freed})) break;
    }
  }
  return requests;
}

class FailingPages : public testing::TestWithParam<Scenario> {};

TEST_P(FailingPages, AFailureOfAnyRequestLeavesTheStateOfTheModel) {
  const std::uint32_t requests = run_with_failure(GetParam(), std::nullopt);
  EXPECT_GT(requests, 20u);
  for (std::uint32_t request = 0; request < requests && !HasFailure(); ++request)
    run_with_failure(GetParam(), request);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, FailingPages,
                         testing::Values(Scenario{"many_requests", many_requests()},
                                         Scenario{"many_outside_descriptors", many_outside_descriptors()},
                                         Scenario{"many_caches", many_caches()},
                                         Scenario{"reaping_while_growing", reaping_while_growing()}),
                         [](const auto& tested) { return std::string(tested.param.name); });

// ---- The subject as its interface promises ------------------------------------------------------------------------------

TEST(SlabSubject, AnswersEveryCommandAfterAUsageErrorWithItAgain) {
  const auto subject = make_slab_implementation();
  subject->reset(i386_2_4_0);
  const Result bug = Refused{Refusal::shrink_without_cache};
  EXPECT_EQ(subject->apply(CacheShrink{}).result, bug);
  const State after = subject->observe();
  EXPECT_EQ(subject->apply(Kmalloc{32, SLAB_KERNEL}).result, bug);
  EXPECT_EQ(subject->observe(), after);
  subject->reset(i386_2_4_0);
  EXPECT_EQ(subject->apply(Kmalloc{32, SLAB_KERNEL}).result, Result(Object{"size-32", 0, 0}));
}

TEST(SlabSubject, IgnoresAFreeOfWhatWasNeverAllocated) {
  const auto subject = make_slab_implementation();
  subject->reset(i386_2_4_0);
  const State before = subject->observe();
  for (const Object& object :
       {Object{"size-32", 0, 0}, Object{"nothing", 0, 0}, Object{"size-32", 7, 4000000000}}) {
    subject->apply(Kfree{object});
    subject->apply(CacheFree{object});
    EXPECT_EQ(subject->observe(), before) << notation(object);
  }
}

TEST(SlabSubject, RefusesAMachineWithOtherPages) {
  Machine machine = i386_2_4_0;
  machine.page_size = 8192;
  EXPECT_THROW(make_slab_implementation()->reset(machine), std::invalid_argument);
}

TEST(SlabSubject, RefusesAMachineWithOtherDescriptors) {
  for (std::uint32_t Machine::*const size :
       {&Machine::sizeof_slab, &Machine::sizeof_bufctl, &Machine::sizeof_kmem_cache, &Machine::word_size,
        &Machine::cache_namelen}) {
    Machine machine = i386_2_4_0;
    machine.*size *= 2;
    EXPECT_THROW(make_slab_implementation()->reset(machine), std::invalid_argument);
  }
}

TEST(SlabSubject, ForgetsAtResetWhateverWasBefore) {
  const auto used = make_slab_implementation();
  used->reset(i386_2_4_0);
  for (const Command& command : many_caches()) used->apply(command);
  Machine machine = i386_2_4_0;
  machine.l1_cache_bytes = 128;
  used->reset(machine);
  EXPECT_EQ(used->observe(), model::boot(machine));
}

TEST(SlabSubject, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto plain = make_slab_implementation();
  const auto mutant = make_mutable_slab_implementation();
  plain->reset(i386_2_4_0);
  mutant->reset(i386_2_4_0);
  for (const Command& command : reaping_while_growing()) EXPECT_EQ(plain->apply(command), mutant->apply(command));
  EXPECT_EQ(plain->observe(), mutant->observe());
}

}  // namespace
}  // namespace refmm
