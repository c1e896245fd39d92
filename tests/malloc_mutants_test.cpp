// Sessions beside the model find each of the mistakes that the heap can be told to make.
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/malloc_lockstep.hpp>
#include <refmm/tests/malloc_mutants.hpp>
#include <refmm/tests/museum_fixture.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

namespace refmm {
namespace {

class MallocMutants : public testing::TestWithParam<Mutant> {};

TEST_P(MallocMutants, DifferFromTheModel) {
  const WithMutant on(GetParam().name);
  std::optional<std::string> difference;
  for (std::uint64_t seed = 0; seed < 400 && !difference; ++seed)
    difference = run_lawful_program<std::uint32_t>(seed, 250).difference;
  EXPECT_NE(difference, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All, MallocMutants, testing::ValuesIn(malloc_mutants),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(MallocWithoutMutants, IsTheSameAsTheModel) {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    ASSERT_EQ(run_lawful_program<std::uint32_t>(seed, 250).difference.value_or(""), "");
}

}  // namespace
}  // namespace refmm
