#include <refmm/tests/fuzz_laws.hpp>
#include <refmm/tests/malloc_sampled_laws.hpp>

std::vector<refmm::FuzzTarget> refmm::fuzz_targets() {
  std::vector<FuzzTarget> targets;
  malloc::for_laws_of_the_model(
      [&](const auto& laws, auto subject) { add_targets(targets, "malloc", laws, subject); });
  return targets;
}
