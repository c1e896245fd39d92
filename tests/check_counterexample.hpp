// Counterexamples: transcripts that show a difference, for people to read and for refmm to replay.
#pragma once

#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <filesystem>
#include <string>

namespace refmm {

struct Counterexample {
  shrink::Script script;
  Testimony testimony;
  std::string file_name;  // made from the clause and the content: the same bug has the same name
  std::string text;       // the transcript
};

/// The counterexample that a script shows, which must fail. `replay` is the option of `refmm run` that chooses the
/// subject, "--subject impl".
Counterexample counterexample(const shrink::Script& failing, Testimony testimony, std::string_view replay);

/// Writes it into a folder, which is made if it is not there. Returns its path; throws std::runtime_error with the
/// reason if it cannot be written.
std::filesystem::path write(const Counterexample& counterexample, const std::filesystem::path& folder);

}  // namespace refmm
