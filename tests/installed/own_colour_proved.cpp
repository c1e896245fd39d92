// The laws of colours, proved of the program's own rule for every colour and every number of them.
#include <refmm/proofs/proof.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>

#include "own_colour.hpp"
#include <iostream>

int main() {
  bool proved = true;
  const auto look_at = [&](const auto& law) {
    const refmm::Theorem claim =
        refmm::theorem(law, OwnColours{}, "every colour", {}, {"own.colour.begins_at_one"});
    const refmm::Proof proof = refmm::prove(claim);
    proved &= proof.verdict == refmm::Verdict::proved;
    std::cout << law.name << ": " << refmm::name_of(proof.verdict) << (proof.reason.empty() ? "" : ", ")
              << proof.reason;
    for (const refmm::KilledMutant& mutant : proof.killed)
      std::cout << "; not so of " << mutant.name << ", with " << refmm::in_words(mutant.counterexample.inputs);
    std::cout << '\n';
  };
  look_at(refmm::slab::colours_come_in_turn);
  look_at(refmm::slab::colours_wrap);
  return proved ? 0 : 1;
}
