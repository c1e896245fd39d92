// The implementation of memory areas beside the model: random sessions with all clauses of the chapter, and every request that
// can fail failing in turn.
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using namespace vma;
using testing::IsEmpty;
using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

CheckReport<VmaFamily> check_runs(std::uint64_t seed, std::uint64_t runs, unsigned jobs) {
  return check<VmaFamily>({.seed = seed, .jobs = jobs, .runs = runs});
}

std::string text_of(const CheckReport<VmaFamily>& report) {
  return report.failure ? report.failure->counterexample.text : std::string();
}

// ---- Random sessions --------------------------------------------------------------------------------------------------------

class VmaRefinement : public testing::TestWithParam<std::uint64_t> {};

/// Fewer runs than a check makes in the ten seconds that it takes if it is not told otherwise.
TEST_P(VmaRefinement, TheImplementationDoesWhatTheModelDoesAndEveryClauseIsExercised) {
  const auto report = check_runs(GetParam(), 4000, std::max(1u, std::thread::hardware_concurrency()));
  EXPECT_EQ(text_of(report), "");
  EXPECT_EQ(report.runs, 4000u);
  EXPECT_GT(report.commands, 300'000u);
  std::vector<std::string_view> unexercised;
  for (const Clause* clause : clauses_to_exercise("vma")) {
    if (report.coverage.hits(*clause) == 0) unexercised.push_back(clause->name);
  }
  EXPECT_THAT(unexercised, IsEmpty());
  EXPECT_THAT(starved_labels<VmaFamily>(report.labels, report.runs), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, VmaRefinement, testing::Values(1, 2000, 0xffffffffffffffff));

TEST(VmaCheck, TheSameSeedMakesTheSameRunsHoweverManyProcesses) {
  const auto one = check_runs(7, 200, 1);
  const auto three = check_runs(7, 200, 3);
  EXPECT_EQ(one.runs, three.runs);
  EXPECT_EQ(one.commands, three.commands);
  for (const Clause* clause : clauses_to_exercise("vma"))
    EXPECT_EQ(one.coverage.hits(*clause), three.coverage.hits(*clause)) << clause->name;
}

// ---- Failing requests -------------------------------------------------------------------------------------------------------

/// What is requested and can be had or not.
enum class Request { structure, shared_memory, page_tables };

SetKnobs<W> failing(Request request, W which) {
  SetKnobs<W> set{};
  if (request == Request::structure) set.fail_vma = which;
  if (request == Request::shared_memory) set.fail_shmem = which;
  if (request == Request::page_tables) set.fail_move = which;
  return set;
}

bool is_granted(const Effect<W>& effect, Request request) {
  const auto* setup = std::get_if<ShmemZeroSetup<W>>(&effect);
  const auto* move = std::get_if<MovePageTables<W>>(&effect);
  if (request == Request::structure) return std::holds_alternative<VmaAlloc>(effect);
  return request == Request::shared_memory ? setup && setup->made : move && move->len != 0;
}

/// A list of commands to be carried out with each request failing in turn.
struct Scenario {
  const char* name;
  Request request;
  W fewest;  // requests there must be
  Commands commands;
};

void PrintTo(const Scenario& scenario, std::ostream* stream) { *stream << scenario.name; }

constexpr W page = 4096;
constexpr W at(W pages) { return 0x40000000 + pages * page; }

Command<W> mapped(W first, W pages, W flags = MAP_PRIVATE | MAP_ANONYMOUS, std::int32_t fd = -1) {
  return DoMmap<W>{at(first), pages * page, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0};
}

/// Holes, pieces and splits of mappings of files that deny writing and have operations, and of private and shared memory.
Commands everything_cut() {
  SetKnobs<W> set{};
  set.file = FileAttributes{"a", FILE_VMOPS};
  Commands commands{set, Open{"a", FMODE_READ}, Open{"b", FMODE_READ | FMODE_WRITE}};
  const std::vector<Command<W>> kinds{mapped(0, 12), mapped(0, 12, MAP_SHARED | MAP_ANONYMOUS),
                                      mapped(0, 12, MAP_PRIVATE | MAP_DENYWRITE, 3), mapped(0, 12, MAP_SHARED, 4)};
  for (const Command<W>& kind : kinds) {
    commands.push_back(kind);
    commands.push_back(Mprotect<W>{at(2), 3 * page, PROT_READ});
    commands.push_back(Mlock<W>{at(3), 4 * page});
    commands.push_back(Munmap<W>{at(9), page});
    commands.push_back(mapped(7, 1));
    commands.push_back(Munlock<W>{at(0), 7 * page});
    commands.push_back(Mprotect<W>{at(0), 2 * page, PROT_NONE});
  }
  commands.push_back(ExitMmap{});
  return commands;
}

/// Moves up, down, longer, shorter, out of the middle, a second time, over others, and in place.
Commands everything_moved() {
  SetKnobs<W> set{};
  set.file = FileAttributes{"a", FILE_VMOPS};
  Commands commands{set,
                    Open{"a", FMODE_READ},
                    mapped(0, 9, MAP_PRIVATE | MAP_DENYWRITE, 3),
                    mapped(20, 6, MAP_SHARED | MAP_ANONYMOUS),
                    mapped(30, 4),
                    Mlock<W>{at(30), 4 * page}};
  constexpr W fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
  const auto remapped = [&](W from, W old_pages, W new_pages, W flags, W to) {
    commands.push_back(Mremap<W>{at(from), old_pages * page, new_pages * page, flags, to == 0 ? 0 : at(to)});
  };
  remapped(3, 3, 3, fixed, 50);
  remapped(0, 3, 1, fixed, 40);
  remapped(6, 3, 5, MREMAP_MAYMOVE, 0);
  remapped(22, 2, 4, fixed, 52);
  remapped(20, 0, 2, MREMAP_MAYMOVE, 0);
  remapped(30, 4, 8, 0, 0);
  remapped(31, 2, 2, fixed, 24);
  remapped(34, 4, 2, 0, 0);
  commands.push_back(Munmap<W>{at(0), 100 * page});
  return commands;
}

/// The heap grows, is cut, and grows again beside it.
Commands heap_and_stack() {
  Commands commands{Mlockall<W>{MCL_FUTURE}};
  for (W pages = 1; pages < 8; ++pages) {
    commands.push_back(Brk<W>{at(pages)});
    commands.push_back(DoBrk<W>{at(20 + 3 * pages), page});
    commands.push_back(Mprotect<W>{at(pages) - page, page, PROT_READ});
  }
  commands.push_back(Brk<W>{at(3)});
  commands.push_back(mapped(60, 2, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN));
  commands.push_back(FindExtendVma<W>{at(55)});
  commands.push_back(Munmap<W>{at(57), page});
  commands.push_back(FindExtendVma<W>{at(50)});
  return commands;
}

Commands shared_memory() {
  Commands commands;
  for (W i = 0; i < 6; ++i) commands.push_back(mapped(2 * i, 4, MAP_SHARED | MAP_ANONYMOUS));
  return commands;
}

/// Over the number of areas from which on there is a search tree, and back.
Commands many_areas() {
  Commands commands;
  for (W i = 0; i < 40; ++i) commands.push_back(mapped(2 * i, 1));
  commands.push_back(mapped(0, 100));
  for (W i = 0; i < 20; ++i) commands.push_back(Munmap<W>{at(4 * i + 1), 2 * page});
  commands.push_back(Munmap<W>{at(0), 100 * page});
  return commands;
}

/// What is as large as it may be, and then a page larger; and moves of which nothing is left.
Commands at_the_limits() {
  constexpr W fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
  SetKnobs<W> memlock{}, address_space{}, none{};
  memlock.rlimit_memlock = 6 * page;
  address_space.rlimit_as = 20 * page;
  none.rlimit_as = ~W{0};
  return {mapped(0, 4), Mlock<W>{at(0), 4 * page}, memlock, Mremap<W>{at(0), 4 * page, 6 * page, 0, 0},
          Mremap<W>{at(0), 6 * page, 7 * page, 0, 0}, mapped(30, 2), mapped(40, 2),
          Mremap<W>{at(30), page, 0, fixed, at(30)}, Mremap<W>{at(30), page, 0, fixed, at(40)},
          // The last page offset is that of the mapping's last page.
          Open{"a", FMODE_READ}, Mmap2<W>{at(50), page, PROT_READ, MAP_PRIVATE | MAP_FIXED, 3, 0xfffffffe},
          mapped(60, 4), Mremap<W>{at(50), page, 4 * page, fixed, at(60)}, Munmap<W>{at(0), 100 * page},
          mapped(90, 2, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN), address_space, FindExtendVma<W>{at(72)},
          FindExtendVma<W>{at(71)}, none};
}

/// Runs the commands on model and implementation, the given request failing. Returns how many were made.
W run_with_failure(const Scenario& scenario, W failing_request) {
  Boot<W> boot{};
  boot.kernel = corrected;
  boot.brk = at(0);
  boot.knobs = {.free_pages = 1000,
                .buffer_pages = 0,
                .cache_pages = 0,
                .swap_pages = 0,
                .overcommit = false,
                .physpages = 1000,
                .rlimit_as = ~W{0},
                .rlimit_data = ~W{0},
                .rlimit_stack = ~W{0},
                .rlimit_memlock = ~W{0},
                .cap_ipc_lock = true,
                .max_map_count = 1000,
                .fail_vma = 0,
                .fail_shmem = 0,
                .fail_move = 0};
  const auto subject = make_vma_implementation();
  Lockstep<VmaFamily> lockstep(boot, *subject);
  EXPECT_TRUE(lockstep.agree());
  W requests = 0;
  const auto run = [&](const Command<W>& command) {
    EXPECT_TRUE(lockstep.step(command))
        << notation(command) << ", request " << failing_request
        << " failing: " << lockstep.finding().difference.path << " is " << lockstep.finding().difference.found
        << ", not " << lockstep.finding().difference.expected;
    for (const Effect<W>& effect : lockstep.effects()) requests += is_granted(effect, scenario.request) ? 1 : 0;
    return lockstep.agree();
  };
  if (!run(failing(scenario.request, failing_request))) return requests;
  std::ranges::all_of(scenario.commands, run);
  return requests;
}

class FailingRequests : public testing::TestWithParam<Scenario> {};

TEST_P(FailingRequests, AFailureOfAnyRequestLeavesTheStateOfTheModel) {
  const W requests = run_with_failure(GetParam(), 0);
  EXPECT_GE(requests, GetParam().fewest);
  for (W request = 1; request <= requests && !HasFailure(); ++request) run_with_failure(GetParam(), request);
}

INSTANTIATE_TEST_SUITE_P(
    Scenarios, FailingRequests,
    testing::Values(Scenario{"structures_of_cuts", Request::structure, 30, everything_cut()},
                    Scenario{"structures_of_moves", Request::structure, 15, everything_moved()},
                    Scenario{"structures_of_heap_and_stack", Request::structure, 15, heap_and_stack()},
                    Scenario{"structures_of_many_areas", Request::structure, 60, many_areas()},
                    Scenario{"structures_at_the_limits", Request::structure, 7, at_the_limits()},
                    Scenario{"shared_memory", Request::shared_memory, 6, shared_memory()},
                    Scenario{"page_tables", Request::page_tables, 4, everything_moved()}),
    [](const auto& tested) { return std::string(tested.param.name); });

// ---- The subject as its interface promises ------------------------------------------------------------------------------------

TEST(VmaSubject, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto plain = make_vma_implementation();
  const auto mutant = make_mutable_vma_implementation();
  for (std::uint64_t run = 0; run < 100; ++run) {
    Session session = draw_session(3, run);
    const Boot<W> boot = session.boot;
    plain->reset(boot);
    mutant->reset(boot);
    Caller caller(std::move(session));
    while (const auto command = caller.next(plain->observe())) {
      ASSERT_EQ(plain->apply(*command), mutant->apply(*command)) << notation(*command);
    }
    ASSERT_EQ(plain->observe(), mutant->observe());
  }
}

TEST(VmaSubject, ForgetsAtResetWhateverWasBefore) {
  const auto used = make_vma_implementation();
  Session session = draw_session(3, 199);
  used->reset(session.boot);
  for (const Command<W>& command : many_areas()) used->apply(command);
  used->reset(session.boot);
  EXPECT_EQ(used->observe(), canonical(VmaFamily::boot(session.boot)));
}

}  // namespace
}  // namespace refmm
