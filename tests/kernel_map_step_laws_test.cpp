// Every step law can fail: what the model does keeps all of them, and something that it does not do breaks each.

#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/tests/kernel_map_script.hpp>
#include <refmm/tests/kernel_map_step_laws_tamperings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::kernel_map {
namespace {

std::vector<Tampering> all_tamperings() {
  std::vector<Tampering> all;
  for (const auto& rows : {tamperings_of_areas(), tamperings_of_ranges(), tamperings_of_directories()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

TEST(KernelMapStepLaws, HoldOfTheCallsThatAreTamperedWith) {
  for (const Tampering& tampering : all_tamperings()) {
    const Carried made = tampering.made();
    const auto broken = broken_step_law(made.transition());
    EXPECT_FALSE(broken) << broken->name << " where " << tampering.broken << " is to be broken";
  }
}

TEST(KernelMapStepLaws, EachCanBeBroken) {
  for (const Tampering& tampering : all_tamperings()) {
    const auto law = std::ranges::find(step_laws, tampering.broken, &StepLaw<Transition>::name);
    ASSERT_NE(law, step_laws.end()) << "no law is called " << tampering.broken;
    Carried made = tampering.made();
    tampering.tamper(made);
    EXPECT_FALSE(law->holds(made.transition())) << law->name << " holds in spite of the tampering";
  }
}

TEST(KernelMapStepLaws, EveryLawIsTamperedWith) {
  std::set<std::string> stated, tampered;
  for (const auto& law : step_laws) stated.insert(std::string(law.name));
  for (const Tampering& tampering : all_tamperings()) tampered.insert(std::string(tampering.broken));
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::kernel_map
