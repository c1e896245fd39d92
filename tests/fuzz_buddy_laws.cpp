#include <refmm/tests/buddy_sampled_laws.hpp>
#include <refmm/tests/fuzz_laws.hpp>

std::vector<refmm::FuzzTarget> refmm::fuzz_targets() {
  std::vector<FuzzTarget> targets;
  buddy::for_laws_of_the_model(
      [&](const auto& laws, auto subject) { add_targets(targets, "buddy", laws, subject); });
  return targets;
}
