// Every mutant of the implementation is found, shrinks to a transcript that is short, and is caught by that transcript again.
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/check_trial.hpp>
#include <refmm/tests/museum.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/slab_mutants.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace refmm {
namespace {

using namespace std::chrono_literals;

std::string test_name(const Mutant& mutant) {
  std::string name(mutant.name.substr(std::string_view("slab.impl.").size()));
  std::ranges::replace(name, '.', '_');
  return name;
}

/// What it takes to show a mutant: ten free slabs for one, no free descriptor for another, a little for the rest. That
/// a constructor does not count shows only between two caches of equal pages, which can be had in so many ways that
/// shrinking ends in one that is not the shortest.
std::size_t most_commands(std::string_view mutant) {
  if (mutant == "slab.impl.reap.hand_stays_after_perfect") return 24;
  if (mutant == "slab.impl.create.looks_at_name_first") return 14;
  if (mutant == "slab.impl.reap.counts_destructor") return 20;
  return 12;
}

class Museum : public testing::TestWithParam<Mutant> {};

TEST_P(Museum, FindsTheMutantAndShowsItInAFewCommands) {
  const Mutant& mutant = GetParam();
  const Exhibit<SlabFamily> found = exhibit<SlabFamily>(mutant, {.seeds = {1}});
  ASSERT_TRUE(found.always_found());
  const Counterexample<SlabFamily>& shown = found.catches[0].counterexample;
  EXPECT_LE(shown.script.items.size(), most_commands(mutant.name)) << shown.text;

  // It is a transcript, and names what replays it.
  const transcript::File file = transcript::parse(transcript::Source(shown.file_name, shown.text));
  EXPECT_EQ(transcript::print(file), shown.text);
  EXPECT_THAT(shown.text,
              testing::HasSubstr("refmm run " + shown.file_name + " " + replay_options<SlabFamily>(mutant.name)));

  // It fails on the mutant, all of it, and on nothing else.
  {
    const WithMutant on(mutant.name);
    EXPECT_EQ(Trials<SlabFamily>(make_mutable_slab_implementation, 10s).failing_part(shown.script), shown.script);
  }
  EXPECT_EQ(Trials<SlabFamily>(make_mutable_slab_implementation, 10s).failing_part(shown.script), std::nullopt);
  EXPECT_EQ(Trials<SlabFamily>(make_slab_implementation, 10s).failing_part(shown.script), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Mutants, Museum, testing::ValuesIn(slab_mutants),
                         [](const auto& tested) { return test_name(tested.param); });

/// One bug, one transcript, whatever the seed. Two are left out, which depend on what several caches are worth beside each
/// other: most of their seeds end at transcripts that differ.
class OneTranscript : public testing::TestWithParam<Mutant> {};

TEST_P(OneTranscript, WithNineOfTenSeeds) {
  const Exhibit<SlabFamily> found = exhibit<SlabFamily>(GetParam(), {});
  EXPECT_TRUE(found.always_found());
  EXPECT_GE(found.alike(), 9u);
}

std::vector<Mutant> canonical_mutants() {
  std::vector<Mutant> mutants;
  std::ranges::copy_if(slab_mutants, std::back_inserter(mutants), [](const Mutant& mutant) {
    return mutant.name != "slab.impl.reap.counts_destructor" && mutant.name != "slab.impl.reap.forgets_order";
  });
  return mutants;
}

INSTANTIATE_TEST_SUITE_P(Mutants, OneTranscript, testing::ValuesIn(canonical_mutants()),
                         [](const auto& tested) { return test_name(tested.param); });

TEST(Mutants, AreThoseThatTheImplementationNames) {
  std::set<std::string> named, listed;
  const std::regex call("mutant\\(\"(slab\\.impl\\.[a-z_.]+)\"\\)");
  for (const auto& entry : std::filesystem::directory_iterator("impl")) {
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match)
      named.insert((*match)[1]);
  }
  for (const Mutant& mutant : slab_mutants) listed.emplace(mutant.name);
  EXPECT_EQ(named, listed);
  EXPECT_EQ(listed.size(), slab_mutants.size()) << "a mutant is listed twice";
}

TEST(Exhibit, CountsWhatIsAlike) {
  const auto caught = [](std::uint64_t runs, const char* text) {
    Catch<SlabFamily> one{};
    one.runs = runs;
    one.counterexample.text = text;
    return one;
  };
  const Exhibit<SlabFamily> exhibit{slab_mutants[0], 4, {caught(50, "b"), caught(2, "a"), caught(7, "a")}};
  EXPECT_FALSE(exhibit.always_found());
  EXPECT_EQ(exhibit.median_runs(), 7u);
  EXPECT_EQ(exhibit.alike(), 2u);
  EXPECT_EQ(exhibit.most_common().runs, 2u);
  EXPECT_EQ((Exhibit<SlabFamily>{slab_mutants[0], 4, {}}.alike()), 0u);
}

}  // namespace
}  // namespace refmm
