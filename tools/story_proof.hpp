// What a proof finds, as a story: the inputs on which the model breaks a law.
#pragma once

#include <refmm/proofs/proof.hpp>
#include <refmm/proofs/theorem.hpp>
#include <refmm/tools/story.hpp>

#include <string>

namespace refmm::story {

/// `replay` is the command that finds it again.
Story of_refutation(const Theorem& theorem, const Proof& proof, const std::string& replay);

}  // namespace refmm::story
