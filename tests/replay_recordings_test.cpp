// Every recording of the families that can be replayed: what 2.4.0 did, the model and the implementation do, effects and
// blocks included.

#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/replay_implementations.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <variant>

namespace refmm::replay {
namespace {

class Recording : public testing::TestWithParam<std::filesystem::path> {
 protected:
  static transcript::File recording() { return transcript::parse(transcript::load(GetParam())); }

  static Report expect_agreement(const Options& options) {
    const Report report = run(recording(), options);
    EXPECT_FALSE(report.transcripts.empty());
    for (const Replayed& replayed : report.transcripts) {
      EXPECT_EQ(replayed.not_compared, 0u);
      EXPECT_EQ(replayed.filled, 0u);
      for (const Disagreement& disagreement : replayed.disagreements) {
        ADD_FAILURE() << GetParam().string() << ':' << disagreement.at.line << ": " << disagreement.line << '\n'
                      << disagreement.subject << ": " << disagreement.field.path << " is "
                      << disagreement.field.expected << " in the " << disagreement.reference << ", "
                      << disagreement.field.found << " here";
      }
    }
    return report;
  }
};

TEST_P(Recording, agrees_with_the_model) { expect_agreement({}); }

TEST_P(Recording, agrees_with_the_implementation) {
  const AllImplementations all;
  expect_agreement({.model = false, .implementation = all.implementations()});
}

/// The recording without anything that 2.4.0 answered.
transcript::File script_of(transcript::File file) {
  std::erase_if(file.lines,
                [](const auto& line) { return std::holds_alternative<transcript::Effect>(line.content); });
  for (auto& line : file.lines) {
    if (auto* call = std::get_if<transcript::Call>(&line.content)) call->result.reset();
    if (auto* query = std::get_if<transcript::Query>(&line.content)) {
      query->lines.clear();
      query->empty.reset();
    }
    line.end = 0;
  }
  return file;
}

TEST_P(Recording, is_filled_in_again_from_its_questions) {
  const std::string text = transcript::load(GetParam()).text();
  const std::string questions = print(script_of(recording()));
  ASSERT_NE(questions, text);
  const Report report = run(transcript::parse({"script.mmt", questions}), {});
  EXPECT_EQ(print(report.file), text);
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& recording) {
  std::string name = recording.param.stem();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(OfThePageAllocator, Recording, testing::ValuesIn(recordings("buddy")), test_name);
INSTANTIATE_TEST_SUITE_P(OfTheSlabAllocator, Recording, testing::ValuesIn(recordings("slab")), test_name);
INSTANTIATE_TEST_SUITE_P(OfMemoryAreas, Recording, testing::ValuesIn(recordings("vma")), test_name);

INSTANTIATE_TEST_SUITE_P(OfKernelMappings, Recording, testing::ValuesIn(recordings("kernel")), test_name);

/// The corrected model in the place of the implementation: it does what 2.4.0 did up to the first call that a clause of a
/// defect decides. Where it does not, a correction is without its clause.
class VmaRecording : public Recording {};
class BuddyRecording : public Recording {};

void expect_partings_to_matter(const Report& report) {
  for (const Replayed& replayed : report.transcripts) {
    if (replayed.parting) {
      EXPECT_GE(replayed.parting->calls, 1u);
    }
  }
}

TEST_P(VmaRecording, parts_from_the_corrected_model_at_a_defect) {
  ModelSubject<VmaFamily> corrected;
  expect_partings_to_matter(expect_agreement({.implementation = {.vma = &corrected}}));
}

TEST_P(BuddyRecording, parts_from_the_corrected_model_at_a_defect) {
  ModelSubject<BuddyFamily> corrected;
  expect_partings_to_matter(expect_agreement({.implementation = {.buddy = &corrected}}));
}

INSTANTIATE_TEST_SUITE_P(OfThePageAllocator, BuddyRecording, testing::ValuesIn(recordings("buddy")), test_name);
INSTANTIATE_TEST_SUITE_P(OfMemoryAreas, VmaRecording, testing::ValuesIn(recordings("vma")), test_name);

INSTANTIATE_TEST_SUITE_P(OfDemandPaging, Recording, testing::ValuesIn(recordings("fault")), test_name);

class FaultRecording : public Recording {};

TEST_P(FaultRecording, parts_from_the_corrected_model_at_a_defect) {
  ModelSubject<FaultFamily> corrected;
  expect_partings_to_matter(expect_agreement({.implementation = {.fault = &corrected}}));
}

INSTANTIATE_TEST_SUITE_P(OfDemandPaging, FaultRecording, testing::ValuesIn(recordings("fault")), test_name);

class KernelMapRecording : public Recording {};

TEST_P(KernelMapRecording, parts_from_the_corrected_model_at_a_defect) {
  ModelSubject<KernelMapFamily> corrected;
  expect_partings_to_matter(expect_agreement({.implementation = {.kernel_map = &corrected}}));
}

INSTANTIATE_TEST_SUITE_P(OfKernelMappings, KernelMapRecording, testing::ValuesIn(recordings("kernel")), test_name);

}  // namespace
}  // namespace refmm::replay
