// Every mutant of the user's heap is found, and shrinks to a transcript that is short, and is caught by that transcript again.
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/malloc_mutants.hpp>
#include <refmm/tests/museum_fixture.hpp>

namespace refmm {
namespace {

class MallocMuseum : public testing::TestWithParam<Mutant> {};

TEST_P(MallocMuseum, FindsTheMutantAndShowsItInAFewCommands) { expect_shown<MallocFamily>(GetParam(), 12); }

INSTANTIATE_TEST_SUITE_P(Mutants, MallocMuseum, testing::ValuesIn(malloc_mutants),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(MallocMutantList, HasThoseThatTheImplementationNames) { expect_all_listed<MallocFamily>(); }

}  // namespace
}  // namespace refmm
