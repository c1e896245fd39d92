// The laws of colours, as properties of the program's own rule.
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/tests/sampled_world.hpp>

#include "own_colour.hpp"
#include <iostream>

int main() {
  bool held = true;
  const auto look_at = [&](const auto& law) {
    const refmm::Sampling sampling = refmm::sample(law, OwnColours{});
    held &= sampling.held();
    std::cout << refmm::to_text(sampling) << '\n';
  };
  look_at(refmm::slab::colours_come_in_turn);
  look_at(refmm::slab::colours_wrap);
  return held ? 0 : 1;
}
