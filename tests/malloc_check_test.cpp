// The random check of the user's heap: the implementation does what the model does, and each defect of a heap without checks is found
// and shown by a short transcript that cites its clause.
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/defect_search_fixture.hpp>
#include <refmm/tests/malloc_check.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace refmm {
namespace {

using testing::IsEmpty;

/// What no session comes to: the laws of sizes are about no call.
bool is_seen_in_sessions(const Clause& clause) {
  static const std::set<std::string_view> others{"malloc.size.chunk", "malloc.size.smallest",
                                                 "malloc.size.aligned", "malloc.mapped.size"};
  return !others.contains(clause.name);
}

class MallocCheck : public testing::TestWithParam<std::uint64_t> {};

TEST_P(MallocCheck, TheImplementationDoesWhatTheModelDoesAndEveryClauseIsExercised) {
  const auto report = check<MallocFamily>(
      {.seed = GetParam(), .jobs = std::max(1u, std::thread::hardware_concurrency()), .runs = 1000});
  EXPECT_EQ(report.failure ? report.failure->counterexample.text : "", "");
  EXPECT_EQ(report.runs, 1000u);
  std::vector<std::string_view> unexercised;
  for (const Clause* clause : clauses_to_exercise("malloc")) {
    if (is_seen_in_sessions(*clause) && report.coverage.hits(*clause) == 0) unexercised.push_back(clause->name);
  }
  EXPECT_THAT(unexercised, IsEmpty());
  EXPECT_THAT(starved_labels<MallocFamily>(report.labels, report.runs), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, MallocCheck, testing::Values(1, 2000));

// ---- Defects --------------------------------------------------------------------------------------------------

class MallocDefectSearch : public testing::TestWithParam<Defect<MallocFamily>> {};

TEST_P(MallocDefectSearch, FindsItAndShowsItInAFewCommands) {
  const Defect<MallocFamily>& defect = GetParam();
  EXPECT_TRUE(defect.is_alone());
  const auto shown = expect_found(defect, 6);
  ASSERT_TRUE(shown);
  // What a damaged heap does is against no law: it shows in that the program goes on, or ends otherwise.
  if (defect.name == "product") expect_broken_law(*shown);
}

INSTANTIATE_TEST_SUITE_P(Switches, MallocDefectSearch, testing::ValuesIn(all_defects<MallocFamily>()),
                         defect_test_name<MallocFamily>);

TEST(MallocDefectSearch, LooksForThoseThatHaveAClause) { expect_all_defects_have_a_clause<MallocFamily>(); }

TEST(MallocDefectSearch, ShowsDefectsOfTheHeapAsItWasBuilt) {
  expect_defects_of_the_kernel_as_built<MallocFamily>();
}

// ---- Views ----------------------------------------------------------------------------------------------------

TEST(MallocCheckView, ShowsWhatDiffers) {
  using Own = Checking<MallocFamily>;
  const malloc::Boot<std::uint32_t> boot{malloc::corrected, 0x0804a000, 0x0804b000};
  const MallocFamily::State state =
      MallocFamily::step(boot, MallocFamily::boot(boot), malloc::Malloc<std::uint32_t>{100}).state;
  const auto query = [&](std::string path) {
    const Finding finding{
        .kind = Finding::Kind::state, .difference = {std::move(path), "", ""}, .clause = nullptr, .because = {}};
    return Own::query_that_shows(finding, state);
  };
  EXPECT_EQ(query("words[134524932]"), "words 0x0804b004 1");
  EXPECT_EQ(query("space.mm.areas[1].vm_end"), "maps");
  EXPECT_EQ(query("blocks[0].addr"), "blocks");
  EXPECT_EQ(query("mapped_blocks"), "blocks");
  EXPECT_EQ(query("top_end"), "heap");
  EXPECT_EQ(query("space.knobs.fail_vma"), "");
  EXPECT_EQ(Own::block_of("words 0x0804b004 1", state), (std::vector<std::string>{"0804b004: 00000069"}));
  EXPECT_EQ(Own::block_of("blocks", state), (std::vector<std::string>{"0804b008 100 usable=100"}));
  EXPECT_EQ(Own::block_of("heap", state).size(), 3u);
  EXPECT_TRUE(Own::block_of("", state).empty());
  EXPECT_EQ(Own::place_in_words("words[134524932]", state), "the word at 0x0804b004");
  EXPECT_EQ(Own::place_in_words("top", state), "top");
}

}  // namespace
}  // namespace refmm
