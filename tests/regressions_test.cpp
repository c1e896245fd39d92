// What once showed a difference is replayed for ever: every transcript in tests/regressions/, on the implementation beside the model. A file
// that is put there is a test, with nothing else to be done.
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check_corpus.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/malloc_check.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/temporary_folder.hpp>
#include <refmm/tests/vma_check.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> regressions() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("tests/regressions")) {
    if (entry.path().extension() == ".mmt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// How many transcripts of the family are in the folder; each agrees.
template <class Family>
std::size_t expect_agreement(const fs::path& folder) {
  const CorpusReport<Family> report = replay_corpus<Family>(folder, {});
  for (const auto& failure : report.failures) ADD_FAILURE() << failure.counterexample.text;
  return report.transcripts;
}

class Regression : public testing::TestWithParam<fs::path> {};

TEST_P(Regression, StaysAway) {
  const TemporaryFolder alone;
  fs::copy_file(GetParam(), alone.path() / GetParam().filename());
  const std::size_t transcripts =
      expect_agreement<BuddyFamily>(alone.path()) + expect_agreement<SlabFamily>(alone.path()) +
      expect_agreement<KernelMapFamily>(alone.path()) + expect_agreement<VmaFamily>(alone.path()) +
      expect_agreement<FaultFamily>(alone.path()) + expect_agreement<MallocFamily>(alone.path());
  EXPECT_GT(transcripts, 0u) << "no family knows it";
}

std::string name_of(const testing::TestParamInfo<fs::path>& tested) {
  std::string name = tested.param.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Regression, testing::ValuesIn(regressions()), name_of);

}  // namespace
}  // namespace refmm
