// Sessions beside the model find each of the mistakes that the heap can be told to make.
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/malloc_lockstep.hpp>
#include <refmm/tests/malloc_mutants.hpp>
#include <refmm/tests/museum_fixture.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

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

INSTANTIATE_TEST_SUITE_P(All, MallocMutants, testing::ValuesIn(malloc_mutants), [](const auto& tested) {
  std::string name(tested.param.name.substr(std::string_view("malloc.impl.").size()));
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(MallocMutantsList, AreThoseThatTheImplementationNames) {
  std::set<std::string> listed;
  for (const Mutant& mutant : malloc_mutants) listed.emplace(mutant.name);
  EXPECT_EQ(mutants_named_in<MallocFamily>("impl"), listed);
  EXPECT_EQ(listed.size(), malloc_mutants.size()) << "a mutant is listed twice";
}

TEST(MallocMutantsList, WithoutAMistakeThereIsNoDifference) {
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    ASSERT_EQ(run_lawful_program<std::uint32_t>(seed, 250).difference.value_or(""), "");
}

}  // namespace
}  // namespace refmm
