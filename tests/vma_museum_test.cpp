// Every mutant of the address space is found, those of the history of the kernel among them, and shrinks to a transcript that is
// short, and is caught by that transcript again.
#include <refmm/tests/museum_fixture.hpp>
#include <refmm/tests/vma_check.hpp>
#include <refmm/tests/vma_mutants.hpp>

namespace refmm {
namespace {

class VmaMuseum : public testing::TestWithParam<Mutant> {};

TEST_P(VmaMuseum, FindsTheMutantAndShowsItInAFewCommands) { expect_shown<VmaFamily>(GetParam(), 8); }

INSTANTIATE_TEST_SUITE_P(Mutants, VmaMuseum, testing::ValuesIn(vma_mutants),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(VmaMutants, AreThoseThatTheImplementationNames) { expect_all_listed<VmaFamily>(); }

}  // namespace
}  // namespace refmm
