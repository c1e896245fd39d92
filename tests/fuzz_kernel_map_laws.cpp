#include <refmm/tests/fuzz_laws.hpp>
#include <refmm/tests/kernel_map_sampled_laws.hpp>

std::vector<refmm::FuzzTarget> refmm::fuzz_targets() {
  std::vector<FuzzTarget> targets;
  kernel_map::for_laws_of_the_model(
      [&](const auto& laws, auto subject) { add_targets(targets, "kernel_map", laws, subject); });
  return targets;
}
