// Proofs in processes of their own: what one theorem crashes, leaks or fills is its own.
#pragma once

#include <refmm/proofs/proof.hpp>
#include <refmm/proofs/theorem.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace refmm {

struct ProofRequest {
  symbolic::Limits limits{};
  unsigned jobs = 1;                              // processes at a time
  std::string mutant{};                           // of the model, to be on; empty for none
  std::optional<std::filesystem::path> smtlib{};  // the folder of the obligations, if they are to be written
};

/// Proves each theorem in a forked process. `progress` hears how many are done when that changes; `proved` gets each proof, in
/// the order of the theorems.
void prove_all(std::span<const Theorem* const> theorems, const ProofRequest& request,
               const std::function<void(std::size_t done)>& progress,
               const std::function<void(const Theorem&, const Proof&)>& proved);

}  // namespace refmm
