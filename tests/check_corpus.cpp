#include <refmm/spec/transcript.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_corpus.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/replay_buddy.hpp>
#include <refmm/tests/replay_fault.hpp>
#include <refmm/tests/replay_kernel_map.hpp>
#include <refmm/tests/replay_malloc.hpp>
#include <refmm/tests/replay_slab.hpp>
#include <refmm/tests/replay_vma.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/transcript_sessions.hpp>
#include <refmm/tests/vma_check.hpp>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace refmm {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> transcripts_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return files;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".mmt") files.push_back(entry->path());
  }
  if (error)
    throw InputError(
        {.file = folder.string(), .at = {1, 1}, .message = "the corpus cannot be read: " + error.message()});
  std::ranges::sort(files);
  return files;
}

}  // namespace

template <class Family>
CorpusReport<Family> replay_corpus(const fs::path& folder, const CheckRequest<Family>& request) {
  CorpusReport<Family> report;
  Trials<Family> trials(request.subject, request.patience, request.demands);
  for (const fs::path& file : transcripts_in(folder)) {
    for (const auto& session : sessions_in<Family>(transcript::parse(transcript::load(file)))) {
      if (session.commands.size() > Trials<Family>::longest_script)
        throw InputError({.file = file.string(),
                          .at = session.at,
                          .message = "the transcript is too long for a corpus",
                          .expected = "at most " + std::to_string(Trials<Family>::longest_script) + " calls",
                          .found = std::to_string(session.commands.size()),
                          .hint = "refmm run replays it"});
      ++report.transcripts;
      const auto script = shrink::Shrinking<Family>::script_of(session.boot, session.commands);
      if (const auto failing = trials.failing_part(script))
        report.failures.push_back(
            {file, session.at, counterexample(*failing, trials.testimony(*failing), request.replay)});
    }
  }
  return report;
}

template CorpusReport<BuddyFamily> replay_corpus(const fs::path&, const CheckRequest<BuddyFamily>&);
template CorpusReport<SlabFamily> replay_corpus(const fs::path&, const CheckRequest<SlabFamily>&);
template CorpusReport<KernelMapFamily> replay_corpus(const fs::path&, const CheckRequest<KernelMapFamily>&);
template CorpusReport<VmaFamily> replay_corpus(const fs::path&, const CheckRequest<VmaFamily>&);
template CorpusReport<FaultFamily> replay_corpus(const fs::path&, const CheckRequest<FaultFamily>&);
template CorpusReport<MallocFamily> replay_corpus(const fs::path&, const CheckRequest<MallocFamily>&);

}  // namespace refmm
