// The page allocator of impl/ beside the model: random sessions with all clauses of the chapter, with the steps recorded and without.
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/buddy_subject.hpp>
#include <refmm/tests/check.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace refmm {
namespace {

using namespace buddy;
using testing::IsEmpty;
using W = std::uint32_t;

CheckRequest<BuddyFamily> request(std::uint64_t seed, std::uint64_t runs) {
  CheckRequest<BuddyFamily> request;
  request.seed = seed;
  request.runs = runs;
  request.jobs = std::max(1u, std::thread::hardware_concurrency());
  return request;
}

std::string text_of(const CheckReport<BuddyFamily>& report) {
  return report.failure ? report.failure->counterexample.text : std::string();
}

class BuddyRefinement : public testing::TestWithParam<std::uint64_t> {};

/// Fewer runs than a check makes in the ten seconds that it takes if it is not told otherwise.
TEST_P(BuddyRefinement, TheImplementationDoesWhatTheModelDoesAndEveryClauseIsExercised) {
  const auto report = check(request(GetParam(), 1500));
  EXPECT_EQ(text_of(report), "");
  EXPECT_EQ(report.runs, 1500u);
  EXPECT_GT(report.commands, 50'000u);
  std::vector<std::string_view> unexercised;
  for (const Clause* clause : clauses_to_exercise("buddy")) {
    if (report.coverage.hits(*clause) == 0) unexercised.push_back(clause->name);
  }
  EXPECT_THAT(unexercised, IsEmpty());
  EXPECT_THAT(starved_labels<BuddyFamily>(report.labels, report.runs), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, BuddyRefinement, testing::Values(1, 2000, 0xffffffffffffffff));

/// As a program uses it: it gives whole blocks to the lists at boot, and has no effects.
TEST(BuddyRefinement, WithNobodyToTellOfItsStepsItDoesTheSame) {
  auto unobserved = request(5, 800);
  unobserved.subject = [] { return make_unobserved_buddy_implementation(); };
  unobserved.demands.effects = false;
  unobserved.demands.laws = false;  // some speak of effects
  const auto report = check(unobserved);
  EXPECT_EQ(text_of(report), "");
  EXPECT_EQ(report.runs, 800u);
}

TEST(BuddyCheck, TheSameSeedMakesTheSameRunsHoweverManyProcesses) {
  auto one = request(7, 60), three = request(7, 60);
  one.jobs = 1;
  three.jobs = 3;
  const auto first = check(one), second = check(three);
  EXPECT_EQ(first.runs, second.runs);
  EXPECT_EQ(first.commands, second.commands);
  for (const Clause* clause : clauses_to_exercise("buddy"))
    EXPECT_EQ(first.coverage.hits(*clause), second.coverage.hits(*clause)) << clause->name;
}

TEST(BuddySubject, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto plain = make_buddy_implementation();
  const auto mutant = make_mutable_buddy_implementation();
  for (std::uint64_t run = 0; run < 100; ++run) {
    Session session = draw_session(3, run);
    const Boot<W> boot = session.boot;
    plain->reset(boot);
    mutant->reset(boot);
    Caller caller(std::move(session));
    while (const auto command = caller.next(plain->observe())) {
      const auto answer = plain->apply(*command);
      ASSERT_EQ(answer, mutant->apply(*command)) << notation(*command);
      caller.answered(*command, answer.result);
      if (BuddyFamily::ends_everything(answer.result)) break;
    }
    ASSERT_EQ(plain->observe(), mutant->observe());
  }
}

TEST(BuddySubject, ForgetsAtResetWhateverWasBefore) {
  const auto used = make_buddy_implementation();
  const Boot<W> boot = draw_session(3, 199).boot;
  used->reset(boot);
  for (std::uint32_t order = 0; order < orders; ++order) used->apply(AllocPages{order});
  used->apply(FreePagesOk<W>{boot.zone_start + boot.zone_pages, 0});
  used->reset(boot);
  EXPECT_EQ(used->observe(), canonical(BuddyFamily::boot(boot)));
}

}  // namespace
}  // namespace refmm
