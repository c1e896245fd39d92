// Every mutant of the kernel's mappings is found, and shrinks to a transcript that is short, and is caught by that transcript
// again.
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/kernel_map_mutants.hpp>
#include <refmm/tests/museum_fixture.hpp>

#include <chrono>
#include <cstddef>

namespace refmm {
namespace {

class KernelMapMuseum : public testing::TestWithParam<Mutant> {};

/// Entries of the window are used again when all 1023 others have been: a get_page and a kmap for each.
std::size_t most_commands(const Mutant& mutant) {
  return mutant.name == "kernel.impl.kmap.forgets_flush" ? 3200 : 6;
}

TEST_P(KernelMapMuseum, FindsTheMutantAndShowsItInAFewCommands) {
  // What needs thousands of commands gets little shorter in a minute.
  const std::size_t most = most_commands(GetParam());
  expect_shown<KernelMapFamily>(GetParam(), most, std::chrono::seconds(most > 1000 ? 10 : 60));
}

/// `paging.impl.walk.ignores_user`: "paging_walk_ignores_user", as two areas have mutants.
std::string name_with_area(const testing::TestParamInfo<Mutant>& tested) {
  return std::string(area_of(tested.param.name)) + "_" + test_name(tested.param);
}

INSTANTIATE_TEST_SUITE_P(Mutants, KernelMapMuseum, testing::ValuesIn(kernel_map_mutants), name_with_area);

TEST(KernelMapMutants, AreThoseThatTheImplementationNames) { expect_all_listed<KernelMapFamily>(); }

}  // namespace
}  // namespace refmm
