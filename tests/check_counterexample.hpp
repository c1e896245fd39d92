// Counterexamples: transcripts that show a difference, for people to read and for refmm to replay.
#pragma once

#include <refmm/tests/check_explanation.hpp>
#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/shrink_script.hpp>

#include <filesystem>
#include <string>

namespace refmm {

template <class Family>
struct Counterexample {
  shrink::Script<Family> script;
  Testimony testimony;
  Explanation explanation;
  std::string summary;    // what differs, on one line
  std::string file_name;  // made from the clause and the content: the same bug has the same name
  std::string text;       // the transcript
};

/// The counterexample that a script shows, which must fail. `replay` is the option of `refmm run` that chooses the
/// subject, "--subject impl".
template <class Family>
Counterexample<Family> counterexample(const shrink::Script<Family>& failing, Testimony testimony,
                                      std::string_view replay, Explanation explanation = {});

/// Writes a text into a file of a folder, which is made if it is not there; others may write into the folder at the same time. Returns its path; throws std::runtime_error with
/// the reason if it cannot be written.
std::filesystem::path write_file(const std::filesystem::path& folder, const std::string& name,
                                 const std::string& text);

/// Writes a counterexample likewise.
template <class Family>
std::filesystem::path write(const Counterexample<Family>& counterexample, const std::filesystem::path& folder) {
  return write_file(folder, counterexample.file_name, counterexample.text);
}

}  // namespace refmm
