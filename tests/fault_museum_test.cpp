// Every mistake in demand paging that the model or the implementation can be told to make is found, and shrinks to a transcript that is
// short, and is caught by that transcript again.
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/fault_mutants.hpp>
#include <refmm/tests/museum_fixture.hpp>

#include <algorithm>
#include <string_view>

namespace refmm {
namespace {

class FaultMuseum : public testing::TestWithParam<Mutant> {};

TEST_P(FaultMuseum, FindsTheMutantAndShowsItInAFewCommands) { expect_shown<FaultFamily>(GetParam(), 6); }

INSTANTIATE_TEST_SUITE_P(Mutants, FaultMuseum, testing::ValuesIn(fault_mutants),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(FaultMutants, AreThoseThatModelAndImplementationName) { expect_all_listed<FaultFamily>({"model", "impl"}); }

/// A mistake of the kernel is shown with the law that it breaks, not only by what differs.
TEST(FaultMutants, BreakLaws) {
  for (const std::string_view name : {"fault.wp.never_copies", "fault.copy.forgets_the_reference",
                                      "fault.swap_in.frees_the_slot_twice", "fault.reclaim.takes_mapped_pages"}) {
    const auto mutant = std::ranges::find(fault_mutants, name, &Mutant::name);
    ASSERT_NE(mutant, fault_mutants.end()) << name;
    const auto found = exhibit<FaultFamily>(*mutant, {.seeds = {2}});
    ASSERT_TRUE(found.always_found()) << name;
    EXPECT_NE(found.shown[0].counterexample.testimony.finding.law, nullptr) << found.shown[0].counterexample.text;
  }
}

}  // namespace
}  // namespace refmm
