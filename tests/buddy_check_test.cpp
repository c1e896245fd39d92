// Each of 2.4.0's defects in the page allocator is found by random checking, and shown by a short transcript that cites its clause;
// and a boot with reserved ranges comes back whole from the processes that a check runs in.
#include <refmm/tests/buddy_check.hpp>
#include <refmm/tests/defect_search_fixture.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {
namespace {

class BuddyDefectSearch : public testing::TestWithParam<Defect<BuddyFamily>> {};

TEST_P(BuddyDefectSearch, FindsItAndShowsItInAFewCommands) {
  const Defect<BuddyFamily>& defect = GetParam();
  EXPECT_TRUE(defect.is_alone());
  const auto shown = expect_found(defect, 4);
  ASSERT_TRUE(shown);
  // The law of boot is about numbers of frames, and shows in what is free at first.
  if (defect.name == "bootmap_last_frame") {
    EXPECT_EQ(shown->script.items.size(), 0u) << shown->text;
  } else {
    expect_broken_law(*shown);
  }
}

INSTANTIATE_TEST_SUITE_P(Switches, BuddyDefectSearch, testing::ValuesIn(all_defects<BuddyFamily>()),
                         defect_test_name<BuddyFamily>);

TEST(BuddyDefectSearch, LooksForThoseThatHaveAClause) { expect_all_defects_have_a_clause<BuddyFamily>(); }

TEST(BuddyDefectSearch, ShowsDefectsOfTheKernelAsItWasBuilt) {
  expect_defects_of_the_kernel_as_built<BuddyFamily>();
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
