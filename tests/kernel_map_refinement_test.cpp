// The implementation of the kernel's mappings beside the model: random sessions with all clauses of both chapters, and every
// request that can fail failing in turn.
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/kernel_map_check.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using namespace kernel_map;
using testing::IsEmpty;
using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

CheckReport<KernelMapFamily> check_runs(std::uint64_t seed, std::uint64_t runs, unsigned jobs) {
  return check<KernelMapFamily>({.seed = seed, .jobs = jobs, .runs = runs});
}

std::string text_of(const CheckReport<KernelMapFamily>& report) {
  return report.failure ? report.failure->counterexample.text : std::string();
}

// ---- Random sessions --------------------------------------------------------------------------------------------------------

class KernelMapRefinement : public testing::TestWithParam<std::uint64_t> {};

/// Fewer runs than a check makes in the ten seconds that it takes if it is not told otherwise.
TEST_P(KernelMapRefinement, TheImplementationDoesWhatTheModelDoesAndEveryClauseIsExercised) {
  const auto report = check_runs(GetParam(), 1000, std::max(1u, std::thread::hardware_concurrency()));
  EXPECT_EQ(text_of(report), "");
  EXPECT_EQ(report.runs, 1000u);
  EXPECT_GT(report.commands, 50'000u);
  std::vector<std::string_view> unexercised;
  for (const std::string_view area : areas_of<KernelMapFamily>()) {
    for (const Clause* clause : clauses_to_exercise(area)) {
      if (report.coverage.hits(*clause) == 0) unexercised.push_back(clause->name);
    }
  }
  EXPECT_THAT(unexercised, IsEmpty());
  EXPECT_THAT(starved_labels<KernelMapFamily>(report.labels, report.runs), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, KernelMapRefinement, testing::Values(1, 2000, 0xffffffffffffffff));

TEST(KernelMapCheck, TheSameSeedMakesTheSameRunsHoweverManyProcesses) {
  const auto one = check_runs(7, 60, 1);
  const auto three = check_runs(7, 60, 3);
  EXPECT_EQ(one.runs, three.runs);
  EXPECT_EQ(one.commands, three.commands);
  for (const std::string_view area : areas_of<KernelMapFamily>()) {
    for (const Clause* clause : clauses_to_exercise(area))
      EXPECT_EQ(one.coverage.hits(*clause), three.coverage.hits(*clause)) << clause->name;
  }
}

// ---- Failing requests -------------------------------------------------------------------------------------------------------

constexpr W page = 4096, slot = 0x400000, device = 0xe0000000;

SetKnobs failing_page(W which) {
  SetKnobs set{};
  if (which == 0) return set;
  set.skip_pages = which - 1;
  set.fail_pages = 1;
  return set;
}

SetKnobs failing_element(bool fails) {
  SetKnobs set{};
  set.fail_kmalloc = fails ? 1 : 0;
  return set;
}

W requests_in(const std::vector<Effect<W>>& effects) {
  return static_cast<W>(std::ranges::count_if(effects, [](const Effect<W>& effect) {
    return std::holds_alternative<AllocPage<W>>(effect) || std::holds_alternative<GetFreePage<W>>(effect);
  }));
}

/// Areas in new slots and over several, of all kinds, taken back in the middle; directories, and what programs map in them.
Commands everything() {
  Commands commands{PgdAlloc{},
                    Vmalloc<W>{VmallocGfp::any, 3 * page},
                    Ioremap<W>{device, 2 * slot, false},
                    Vmalloc<W>{VmallocGfp::dma, page},
                    Touch<W>{1, 0xc4800000, false},
                    Vfree<W>{0xc4800000},
                    PteFreeFast{},
                    Ioremap<W>{device + 1, 2 * slot, true},
                    Vmalloc<W>{VmallocGfp::low, 2 * page}};
  for (const W addr : {W{0}, page, slot, W{0xbffff000}}) commands.push_back(MapUser<W>{1, addr, true});
  commands.push_back(ClearPageTables<W>{1, 0, 2});
  commands.push_back(PgdAlloc{});
  commands.push_back(MapUser<W>{2, 0, false});
  commands.push_back(ClearPageTables<W>{1, 0, 768});
  commands.push_back(PgdFreeFast{1});
  commands.push_back(PgdAlloc{});
  commands.push_back(GetPage{false});
  commands.push_back(CheckPgtCache{0, 0});
  return commands;
}

/// Runs the commands on model and implementation, with `first` in front of them. Returns the requests that were made.
W run_after(const Boot<W>& boot, const SetKnobs& first, const Commands& commands) {
  const auto subject = make_kernel_map_implementation();
  Lockstep<KernelMapFamily> lockstep(boot, *subject);
  EXPECT_TRUE(lockstep.agree());
  W requests = 0;
  const auto run = [&](const Command<W>& command) {
    // A directory that there is not is nobody's.
    const auto* number = std::visit(
        [](const auto& call) -> const std::uint32_t* {
          if constexpr (requires { call.pgd; }) return &call.pgd;
          return nullptr;
        },
        command);
    if (number && !pgd_numbered(lockstep.state(), *number)) return true;
    EXPECT_TRUE(lockstep.step(command))
        << notation(first) << ": " << notation(command) << ": " << lockstep.finding().difference.path;
    requests += requests_in(lockstep.effects());
    return lockstep.agree();
  };
  if (run(first)) std::ranges::all_of(commands, run);
  return requests;
}

struct Machine {
  const char* name;
  Boot<W> boot;
};

void PrintTo(const Machine& machine, std::ostream* stream) { *stream << machine.name; }

class FailingRequests : public testing::TestWithParam<Machine> {};

TEST_P(FailingRequests, AFailureOfAnyRequestLeavesTheStateOfTheModel) {
  const W requests = run_after(GetParam().boot, failing_page(0), everything());
  EXPECT_GE(requests, 15u);
  for (W request = 1; request <= requests && !HasFailure(); ++request)
    run_after(GetParam().boot, failing_page(request), everything());
  run_after(GetParam().boot, failing_element(true), everything());
}

constexpr Boot<W> machine_with(Sharing sharing, bool pse, Config config, W highmem_pages) {
  Boot<W> boot{corrected, 16384, highmem_pages, 1024, pse, pse, config};
  boot.kernel.sharing = sharing;
  return boot;
}

INSTANTIATE_TEST_SUITE_P(
    Machines, FailingRequests,
    testing::Values(Machine{"lazy", machine_with(Sharing::lazy, true, Config::up, 0)},
                    Machine{"without_pse", machine_with(Sharing::lazy, false, Config::apic, 0)},
                    Machine{"highmem", machine_with(Sharing::lazy, true, Config::highmem, 16)},
                    Machine{"preallocated", machine_with(Sharing::preallocated, true, Config::up, 0)}),
    [](const auto& tested) { return std::string(tested.param.name); });

// ---- The subject as its interface promises ------------------------------------------------------------------------------------

TEST(KernelMapSubject, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto plain = make_kernel_map_implementation();
  const auto mutant = make_mutable_kernel_map_implementation();
  for (std::uint64_t run = 0; run < 30; ++run) {
    Session session = draw_session(3, run);
    const Boot<W> boot = session.boot;
    plain->reset(boot);
    mutant->reset(boot);
    Caller caller(std::move(session));
    while (const auto command = caller.next(plain->observe())) {
      const auto answer = plain->apply(*command);
      ASSERT_EQ(answer, mutant->apply(*command)) << notation(*command);
      caller.answered(*command, answer.result);
    }
    ASSERT_EQ(plain->observe(), mutant->observe());
  }
}

TEST(KernelMapSubject, ForgetsAtResetWhateverWasBefore) {
  const auto used = make_kernel_map_implementation();
  const Boot<W> boot = machine_with(Sharing::lazy, true, Config::up, 0);
  used->reset(boot);
  for (const Command<W>& command : everything()) used->apply(command);
  used->reset(boot);
  EXPECT_EQ(used->observe(), canonical(KernelMapFamily::boot(boot)));
}

}  // namespace
}  // namespace refmm
