// Each of 2.4.0's defects in the page allocator is found by random checking, and shown by a short transcript that cites its clause;
// and a boot with reserved ranges comes back whole from the processes that a check runs in.
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/defect_search.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

void PrintTo(const Defect<BuddyFamily>& defect, std::ostream* stream) { *stream << defect.name; }

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

Trials<BuddyFamily> trials(const buddy::Corrections& with, const buddy::Corrections& without) {
  return {[with, without] { return make_defective_model<BuddyFamily>(with, without); },
          10s,
          {.effects = true, .laws = false, .companion = false, .only_unlawful = false}};
}

std::vector<Defect<BuddyFamily>> all_defects() {
  const auto all = defects<BuddyFamily>();
  return {all.begin(), all.end()};
}

std::string test_name(const testing::TestParamInfo<Defect<BuddyFamily>>& tested) {
  return std::string(tested.param.name);
}

class BuddyDefectSearch : public testing::TestWithParam<Defect<BuddyFamily>> {};

TEST_P(BuddyDefectSearch, FindsItAndShowsItInAFewCommands) {
  const Defect<BuddyFamily>& defect = GetParam();
  EXPECT_TRUE(defect.is_alone());
  const auto report = look_for(defect, {.seed = 1, .most_runs = 20'000, .shrink_time = 20s});
  ASSERT_TRUE(report.failure) << report.runs << " runs";
  const Counterexample<BuddyFamily>& shown = report.failure->counterexample;
  EXPECT_LE(shown.script.items.size(), 4u) << shown.text;
  EXPECT_EQ(shown.testimony.finding.clause, defect.clause) << shown.text;
  EXPECT_THAT(shown.text, AllOf(HasSubstr("#   clause   " + std::string(defect.clause->name) + "\n"),
                                HasSubstr("refmm run " + shown.file_name + " --profile as-built\n")));

  // It breaks a law; that of boot is about numbers of frames, and shows in what is free at first.
  const Finding& finding = shown.testimony.finding;
  if (defect.name == "bootmap_last_frame") {
    EXPECT_EQ(shown.script.items.size(), 0u) << shown.text;
  } else {
    ASSERT_NE(finding.law, nullptr) << shown.text;
    EXPECT_EQ(area_of(finding.law->name), "buddy");
    EXPECT_THAT(shown.text, HasSubstr("#   law      " + std::string(finding.sentence)));
  }

  const transcript::File file = transcript::parse(transcript::Source(shown.file_name, shown.text));
  EXPECT_EQ(transcript::print(file), shown.text);

  // It is this defect that it shows: the kernel without it does what the transcript says.
  EXPECT_EQ(trials(defect.with, defect.without).failing_part(shown.script), shown.script);
  EXPECT_EQ(trials(defect.without, defect.without).failing_part(shown.script), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Switches, BuddyDefectSearch, testing::ValuesIn(all_defects()), test_name);

TEST(BuddyDefectSearch, LooksForThoseThatHaveAClause) {
  std::set<std::string_view> named, listed;
  for (const Clause* clause : clauses_to_exercise("buddy")) {
    if (clause->kind == ClauseKind::defect) named.insert(clause->name);
  }
  for (const Defect<BuddyFamily>& defect : defects<BuddyFamily>()) {
    ASSERT_NE(defect.clause, nullptr) << defect.name;
    listed.insert(defect.clause->name);
  }
  EXPECT_EQ(named, listed);
}

TEST(BuddySharedBoot, ComesBackAsItWas) {
  buddy::Boot<std::uint32_t> boot{};
  boot.kernel = buddy::corrected;
  boot.zone_start = 300;
  boot.zone_pages = 777;
  boot.free = buddy::AtBoot::boot;
  boot.bootmap = 310;
  boot.reserved = {{301, 305}, {400, 400}};
  EXPECT_EQ(buddy::Boot<std::uint32_t>(buddy::SharedBoot(boot)), boot);
  boot.reserved.resize(buddy::SharedBoot::most_ranges + 1);
  EXPECT_THROW(buddy::SharedBoot{boot}, std::length_error);
}

TEST(BuddyCheck, PlacesAreNamedByFramesAndOrders) {
  using Own = Checking<BuddyFamily>;
  buddy::Boot<std::uint32_t> boot{};
  boot.kernel = buddy::corrected;
  boot.zone_start = 64;
  boot.zone_pages = 64;
  const BuddyFamily::State state = BuddyFamily::boot(boot);
  const auto query = [&](std::string path) {
    const Finding finding{
        .kind = Finding::Kind::state, .difference = {std::move(path), "", ""}, .clause = nullptr, .because = {}};
    return Own::query_that_shows(finding, state);
  };
  EXPECT_EQ(Own::place_in_words("pages[63].count", state), "page 127: count");
  EXPECT_EQ(Own::place_in_words("free_area[3].free_list[0]", state), "order 3: free_list[0]");
  EXPECT_EQ(Own::place_in_words("free_pages", state), "free_pages");
  EXPECT_EQ(query("pages[63].count"), "page 127");
  EXPECT_EQ(query("free_area[3].map"), "free_map");
  EXPECT_EQ(query("free_area[3].free_list[0]"), "free_area");
  EXPECT_EQ(query("free_pages"), "free_area");
  EXPECT_EQ(query("pages[64].count"), "");
  EXPECT_EQ(Own::block_of("page 127", state), (std::vector<std::string>{"count 0 age 0 flags reserved"}));
  EXPECT_TRUE(Own::block_of("page 128", state).empty());
}

}  // namespace
}  // namespace refmm
