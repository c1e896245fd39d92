// Every recording of the slab family: what 2.4.0 did, the model and the implementation do, effects and blocks included.

#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <variant>

namespace refmm::replay {
namespace {

class SlabRecording : public testing::TestWithParam<std::filesystem::path> {
 protected:
  static transcript::File recording() { return transcript::parse(transcript::load(GetParam())); }

  static void expect_agreement(const Options& options) {
    const Report report = run(recording(), options);
    EXPECT_FALSE(report.transcripts.empty());
    for (const Replayed& replayed : report.transcripts) {
      EXPECT_EQ(replayed.not_compared, 0u);
      EXPECT_EQ(replayed.filled, 0u);
      for (const Disagreement& disagreement : replayed.disagreements) {
        ADD_FAILURE() << GetParam().string() << ':' << disagreement.at.line << ": " << disagreement.line << '\n'
                      << disagreement.subject << ": " << disagreement.field.path << " is "
                      << disagreement.field.expected << " in the recording, " << disagreement.field.found
                      << " here";
      }
    }
  }
};

TEST_P(SlabRecording, agrees_with_the_model) { expect_agreement({}); }

TEST_P(SlabRecording, agrees_with_the_implementation) {
  const auto implementation = make_slab_implementation();
  expect_agreement({.model = false, .implementation = {.slab = implementation.get()}});
}

/// The recording without anything that 2.4.0 answered.
transcript::File script_of(transcript::File file) {
  std::erase_if(file.lines,
                [](const auto& line) { return std::holds_alternative<transcript::Effect>(line.content); });
  for (auto& line : file.lines) {
    if (auto* call = std::get_if<transcript::Call>(&line.content)) call->result.reset();
    if (auto* query = std::get_if<transcript::Query>(&line.content)) query->lines.clear();
    line.end = 0;
  }
  return file;
}

TEST_P(SlabRecording, is_filled_in_again_from_its_questions) {
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

INSTANTIATE_TEST_SUITE_P(OfTheSlabAllocator, SlabRecording, testing::ValuesIn(recordings("slab")), test_name);

/// Names, as one text: a clause that stands here alone is not tested here.
std::set<std::string, std::less<>> names_in(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

/// Clauses that decide nothing by themselves: laws and the invariant keep them.
const auto kept_by_laws = names_in(
    " slab.order slab.first_not_full slab.chain.permutation slab.chain.length slab.chain.links"
    " slab.layout.disjoint slab.layout.inside slab.layout.aligned slab.layout.pages slab.colour.range"
    " slab.descriptors slab.alloc.not_twice slab.free.next_alloc slab.free.keeps_pages"
    " slab.shrink.live_objects_stay slab.failure.loses_nothing slab.slabinfo");

/// Clauses that decide, and that no recording shows.
const auto not_recorded = names_in(" slab.create.offslab_limit slab.shrink.bug.null slab.shrink.bug.in_interrupt");

TEST(SlabRecordings, show_all_other_clauses_deciding) {
  Coverage coverage;
  for (const auto& path : recordings("slab")) {
    for (const Replayed& replayed : run(transcript::parse(transcript::load(path)), {}).transcripts)
      coverage.add(replayed.coverage);
  }
  for (const Clause* clause : clauses_to_exercise("slab")) {
    const bool expected = !kept_by_laws.contains(clause->name) && !not_recorded.contains(clause->name);
    EXPECT_EQ(coverage.hits(*clause) != 0, expected) << clause->name;
  }
}

}  // namespace
}  // namespace refmm::replay
