// Every mutant of the page allocator is found, and shrinks to a transcript that is short, and is caught by that transcript again.
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/buddy_mutants.hpp>
#include <refmm/tests/museum_fixture.hpp>

namespace refmm {
namespace {

class BuddyMuseum : public testing::TestWithParam<Mutant> {};

TEST_P(BuddyMuseum, FindsTheMutantAndShowsItInAFewCommands) { expect_shown<BuddyFamily>(GetParam(), 6); }

INSTANTIATE_TEST_SUITE_P(Mutants, BuddyMuseum, testing::ValuesIn(buddy_mutants),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(BuddyMutants, AreThoseThatTheImplementationNames) { expect_all_listed<BuddyFamily>(); }

}  // namespace
}  // namespace refmm
