// Every step law can fail: what the model does keeps all of them, and something that it does not do breaks each.

#include <refmm/spec/process_step_laws.hpp>
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

std::vector<Tampering> all_tamperings() {
  std::vector<Tampering> all;
  for (const auto& rows :
       {tamperings_of_frames(), tamperings_of_objects(), tamperings_of_swapping(), tamperings_of_address_spaces(),
        tamperings_of_accesses(), tamperings_of_calls(), tamperings_of_transfers()})
    all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

TEST(FaultStepLaws, HoldOfTheCallsThatAreTamperedWith) {
  for (const Tampering& tampering : all_tamperings()) {
    const Carried made = carried(tampering.script);
    const auto broken = broken_step_law(made.transition());
    EXPECT_FALSE(broken) << broken->name << " where " << tampering.broken << " is to be broken";
  }
}

TEST(FaultStepLaws, EachCanBeBroken) {
  for (const Tampering& tampering : all_tamperings()) {
    const auto law = std::ranges::find(step_laws, tampering.broken, &StepLaw<Transition>::name);
    ASSERT_NE(law, step_laws.end()) << "no law is called " << tampering.broken;
    Carried made = carried(tampering.script);
    tampering.tamper(made);
    EXPECT_FALSE(law->holds(made.transition())) << law->name << " holds in spite of the tampering with\n"
                                                << tampering.script;
  }
}

TEST(FaultStepLaws, EveryLawIsTamperedWith) {
  std::set<std::string> stated, tampered;
  for (const auto& law : step_laws) stated.insert(std::string(law.name));
  for (const Tampering& tampering : all_tamperings()) tampered.insert(std::string(tampering.broken));
  EXPECT_EQ(tampered, stated);
}

}  // namespace
}  // namespace refmm::process
