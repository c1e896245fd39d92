// Every step law can fail: what the model does keeps all of them, and something that it does not do breaks each.

#include <refmm/spec/malloc_step_laws.hpp>
#include <refmm/tests/malloc_script.hpp>
#include <refmm/tests/malloc_step_laws_tamperings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace refmm::malloc {
namespace {

std::vector<Tampering> all_tamperings() {
  std::vector<Tampering> all;
  for (const auto& rows : {tamperings_of_blocks(), tamperings_of_requests(), tamperings_of_growth(),
                           tamperings_of_giving_back(), tamperings_of_resizing()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

std::string where(const Tampering& tampering) {
  return std::string(tampering.boot) + "\n" + tampering.script + "where " + tampering.broken + " is to be broken";
}

TEST(MallocStepLaws, HoldOfTheCallsThatAreTamperedWith) {
  for (const Tampering& tampering : all_tamperings()) {
    for (const Carried& made : carried_out(tampering.script, tampering.boot)) {
      const auto broken = broken_law(made.transition());
      EXPECT_FALSE(broken) << broken->name << " is broken by\n" << where(tampering);
    }
  }
}

TEST(MallocStepLaws, EachCanBeBroken) {
  for (const Tampering& tampering : all_tamperings()) {
    const auto law = std::ranges::find(step_laws, tampering.broken, &StepLaw<Transition>::name);
    ASSERT_NE(law, step_laws.end()) << "no law is called " << tampering.broken;
    Carried made = carried_out(tampering.script, tampering.boot).back();
    tampering.tamper(made);
    EXPECT_FALSE(law->holds(made.transition())) << law->name << " holds in spite of the tampering with\n"
                                                << where(tampering);
  }
}

TEST(MallocStepLaws, EveryLawIsTamperedWith) {
  std::set<std::string> stated, tampered;
  for (const auto& law : step_laws) stated.insert(std::string(law.name));
  for (const Tampering& tampering : all_tamperings()) tampered.insert(tampering.broken);
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::malloc
