#include <refmm/tests/fuzz_laws.hpp>
#include <refmm/tests/slab_sampled_laws.hpp>

std::vector<refmm::FuzzTarget> refmm::fuzz_targets() {
  std::vector<FuzzTarget> targets;
  slab::for_laws_of_the_model(
      [&](const auto& laws, auto subject) { add_targets(targets, "slab", laws, subject); });
  slab::for_laws_of_the_implementation(
      [&](const auto& laws, auto subject) { add_targets(targets, "slab_impl", laws, subject); });
  return targets;
}
