// Every mistake that an implementation can be told to make is noticed by a recording: what the recordings show is enough to
// tell it from a correct one.

#include <refmm/spec/mutant.hpp>
#include <refmm/tests/kernel_map_mutants.hpp>
#include <refmm/tests/kernel_map_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_mutants.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tests/vma_mutants.hpp>
#include <refmm/tests/vma_subject.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
  const auto kernel_map = make_mutable_kernel_map_implementation();
  const Options options{.model = false,
                        .implementation = {.slab = slab.get(), .kernel_map = kernel_map.get(), .vma = vma.get()}};
  for (const char* family : {"slab", "kernel", "vma"}) {
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

/// What no recording shows: the user's half (its calls are refmm's own), what the TLB has (recorded accesses are without one), and a
/// search that goes round the window for high frames. tests/kernel_map_impl_test.cpp finds these, too.
constexpr std::array not_of_recordings{"kernel.impl.kmap.forgets_flush",
                                       "paging.impl.clear_page_tables.forgets_flush",
                                       "paging.impl.clear_page_tables.keeps_table",
                                       "paging.impl.map_user.always_writable",
                                       "paging.impl.pgd_alloc.keeps_user_half",
                                       "paging.impl.table.keeps_contents",
                                       "paging.impl.table.keeps_link",
                                       "paging.impl.tlb.keeps_global_pages",
                                       "paging.impl.walk.large_page_is_small"};

TEST(Mistakes, of_the_kernels_mappings_are_noticed_by_a_recording) {
  const auto implementation = make_mutable_kernel_map_implementation();
  for (const auto& mutant : kernel_map_mutants) {
    if (std::ranges::find(not_of_recordings, mutant.name) != not_of_recordings.end()) continue;
    expect_notice(mutant.name, "kernel", {.kernel_map = implementation.get()});
  }
}

TEST(Mistakes, of_the_address_space_are_noticed_by_a_recording) {
  const auto implementation = make_mutable_vma_implementation();
  for (const auto& mutant : vma_mutants) expect_notice(mutant.name, "vma", {.vma = implementation.get()});
}

}  // namespace
}  // namespace refmm::replay
