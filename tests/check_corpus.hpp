// A corpus: a folder of transcripts that showed a difference once. A check replays it before it draws anything.
//
// What is replayed are the calls; what the transcript says that anybody answered does not count. The subject is held to the model and to the
// laws as in a random session, in a process of its own.
#pragma once

#include <refmm/spec/diagnostic.hpp>
#include <refmm/tests/check.hpp>

#include <cstddef>
#include <filesystem>
#include <vector>

namespace refmm {

template <class Family>
struct CorpusReport {
  std::size_t transcripts = 0;  // of the family, that were replayed
  struct Failure {
    std::filesystem::path file;
    Position at;                            // of the boot line of the transcript
    Counterexample<Family> counterexample;  // not shrunk: it is what somebody kept
  };
  std::vector<Failure> failures{};
};

/// Replays the transcripts of a family in the files `*.mmt` of a folder, in the order of their names, on the subject of a request. A folder that
/// is not there is empty. Throws InputError for a file that cannot be read or has no meaning.
template <class Family>
CorpusReport<Family> replay_corpus(const std::filesystem::path& folder, const CheckRequest<Family>& request);

}  // namespace refmm
