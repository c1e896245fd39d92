// Every mistake that an implementation can be told to make is noticed by a recording: what the recordings show is enough to
// tell it from a correct one.

#include <refmm/spec/mutant.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_mutants.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tests/vma_mutants.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::replay {
namespace {

/// The recordings of a family, the shortest first.
std::vector<std::filesystem::path> shortest_first(const std::string& family) {
  auto paths = recordings(family);
  std::ranges::sort(paths, {}, [](const auto& path) { return std::filesystem::file_size(path); });
  return paths;
}

bool notices(const std::filesystem::path& recording, Options options) {
  const auto file = transcript::parse(transcript::load(recording));
  options.death = rehearse(file, options);
  return std::ranges::any_of(run(file, options).transcripts,
                             [](const Replayed& replayed) { return !replayed.agrees(); });
}

void expect_notice(std::string_view mutant, const std::string& family, const Implementations& implementation) {
  const WithMutant mistake(mutant);
  const Options options{.model = false, .implementation = implementation};
  EXPECT_TRUE(std::ranges::any_of(shortest_first(family), [&](const auto& path) {
    return notices(path, options);
  })) << mutant;
}

/// The same build without a mistake: it is the mistakes that are noticed.
TEST(Mistakes, that_are_not_made_are_not_noticed) {
  const auto slab = make_mutable_slab_implementation();
  const auto vma = make_mutable_vma_implementation();
  const Options options{.model = false, .implementation = {.slab = slab.get(), .vma = vma.get()}};
  for (const char* family : {"slab", "vma"}) {
    for (const auto& path : recordings(family)) {
      for (const Replayed& replayed : run(transcript::parse(transcript::load(path)), options).transcripts)
        EXPECT_TRUE(replayed.agrees()) << path;
    }
  }
}

TEST(Mistakes, of_the_slab_allocator_are_noticed_by_a_recording) {
  const auto implementation = make_mutable_slab_implementation();
  for (const auto& mutant : slab_mutants) expect_notice(mutant.name, "slab", {.slab = implementation.get()});
}

TEST(Mistakes, of_the_address_space_are_noticed_by_a_recording) {
  const auto implementation = make_mutable_vma_implementation();
  for (const auto& mutant : vma_mutants) expect_notice(mutant.name, "vma", {.vma = implementation.get()});
}

}  // namespace
}  // namespace refmm::replay
