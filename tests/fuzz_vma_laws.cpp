#include <refmm/tests/fuzz_laws.hpp>
#include <refmm/tests/vma_sampled_laws.hpp>

std::vector<refmm::FuzzTarget> refmm::fuzz_targets() {
  std::vector<FuzzTarget> targets;
  vma::for_laws_of_the_model([&](const auto& laws, auto subject) { add_targets(targets, "vma", laws, subject); });
  return targets;
}
