// The notation of the page allocator: what lines mean, and what is refused because no call can have it.

#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/notation_lines.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace refmm::buddy {
namespace {

using testing::ElementsAre;

using Word = std::uint32_t;

OneLine one_line(const std::string& line) {
  return refmm::one_line("boot family=buddy zone_start=64 zone_pages=64", line);
}

State<Word> zone() {
  State<Word> zone{};
  zone.zone_start = zone.zone_pages = 64;
  return zone;
}

// ---- Boot lines -----------------------------------------------------------------------------------------------

BootLine boot(const std::string& text) {
  const transcript::File file = transcript::parse({"line.mmt", text + "\n"});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(BuddyBoot, means_what_it_says) {
  const BootLine line = boot(
      "boot family=buddy zone_start=300 zone_pages=777 free=boot bootmap=0 reserved=310..319,400 "
      "free_pages=766 effects=all");
  const Boot<Word> expected{as_built, 300, 777, AtBoot::boot, 0, {{310, 319}, {400, 400}}};
  EXPECT_EQ(line.boot, expected);
  EXPECT_TRUE(line.all_effects);
  EXPECT_EQ(line.free_pages, 766u);
}

TEST(BuddyBoot, leaves_out_what_is_usual) {
  const BootLine line = boot("boot family=buddy zone_pages=8");
  const Boot<Word> expected{as_built, 0, 8, AtBoot::boot, std::nullopt, {}};
  EXPECT_EQ(line.boot, expected);
  EXPECT_FALSE(line.all_effects);
  EXPECT_FALSE(line.free_pages);
}

TEST(BuddyBoot, is_refused_what_no_zone_can_have) {
  const Bad bad_boots[] = {
      {"boot family=buddy", 1, "has no size", "`zone_pages=N`", "zone_pages=64"},
      {"boot family=buddy zone_pages=0", 30, "a number", "from 1 to 1048576"},
      {"boot family=buddy zone_pages=-4", 30, "a number", "from 1 to 1048576"},
      {"boot family=buddy zone_start=1048576 zone_pages=1", 30, "a number", "from 0 to 1048575"},
      {"boot family=buddy zone_start=1048575 zone_pages=2", 49, "a number", "from 1 to 1"},
      {"boot family=buddy zone_page=64", 19, "no such setting", "`zone_pages`", "zone_pages"},
      {"boot family=buddy zone_pages=64 zone_pages=64", 33, "set already", "once"},
      {"boot family=buddy zone_pages=64,65", 33, "one value", "a blank"},
      {"boot family=buddy zone_pages=64 free=bot", 38, "no way to begin", "`boot` or `none`", "boot"},
      {"boot family=buddy zone_pages=64 effects=some", 41, "only all effects", "effects=all"},
      {"boot family=buddy zone_pages=64 free_pages=65", 44, "a number", "from 0 to 64"},
      {"boot family=buddy zone_pages=64 free=none bootmap=0", 51, "nothing is given", "`free=boot`"},
      {"boot family=buddy zone_pages=64 free=none reserved=3", 52, "nothing is given", "`free=boot`"},
      {"boot family=buddy zone_pages=64 bootmap=64", 41, "RAM ends behind frame 63", "up to 63"},
      {"boot family=buddy zone_pages=40000 bootmap=39999", 44, "has 2 frames", "up to 39998"},
      {"boot family=buddy zone_pages=64 reserved=64", 42, "in ascending order", "from 0 to 63"},
      {"boot family=buddy zone_pages=64 reserved=5..64", 42, "in ascending order", "from 0 to 63"},
      {"boot family=buddy zone_pages=64 reserved=5,5", 44, "in ascending order", "from 6 to 63"},
      {"boot family=buddy zone_pages=64 reserved=x", 42, "in ascending order", "`A` or `A..B`"},
      {"boot family=buddy zone_pages=64 bootmap=7 reserved=3..9", 52, "those of the bit map", "frames but 7"},
  };
  for (const Bad& bad : bad_boots) expect_refused(bad, 1, [&] { boot(bad.line); });
}

// ---- Calls ----------------------------------------------------------------------------------------------------

Command<Word> call(const std::string& line) {
  const OneLine one = one_line(line);
  return read_call(one.source(), one.as<transcript::Call>(), zone());
}

TEST(BuddyCall, means_what_it_says) {
  EXPECT_EQ(call("alloc_pages(10)"), Command<Word>(AllocPages{10}));
  EXPECT_EQ(call("free_pages_ok(pfn 128, 31)"), Command<Word>(FreePagesOk<Word>{128, 31}));
  EXPECT_EQ(call("boot_free(pfn 64..127)"), Command<Word>(BootFree<Word>{{64, 127}}));
  EXPECT_EQ(call("boot_free(pfn 70)"), Command<Word>(BootFree<Word>{{70, 70}}));
  EXPECT_EQ(call("mark(pfn 70, dirty)"), Command<Word>(MarkPage<Word>{70, {PG_dirty, false, false}}));
  EXPECT_EQ(call("unmark(pfn 70, mapping)"), Command<Word>(UnmarkPage<Word>{70, {0, false, true}}));
}

TEST(BuddyCall, is_refused_what_no_call_can_have) {
  const Bad bad_calls[] = {
      {"alloc_page(0)", 1, "the buddy family has no such call", "`alloc_pages`", "alloc_pages"},
      {"[pid 2] alloc_pages(0)", 1, "has no processes", "without `[pid N]`"},
      {"alloc_pages()", 13, "wrong number of arguments", "1: order"},
      {"free_pages(pfn 64)", 18, "wrong number of arguments", "2: pfn N, order"},
      {"alloc_pages(-1)", 13, "an order is a number", "at most 32 bits"},
      {"free_pages(64, 0)", 12, "no frame of the zone", "`pfn N` from 64 to 127"},
      {"free_pages(pfn 63, 0)", 12, "none of the zone", "from 64 to 127"},
      {"free_pages(pfn 128, 0)", 12, "none of the zone", "from 64 to 127"},
      {"free_pages(pfn 64..65, 1)", 12, "no frame of the zone", "`pfn N` from 64"},
      {"free_pages(pfn 64, 32)", 20, "the order of a release", "from 0 to 31"},
      {"free_pages_ok(pfn 63, 0)", 15, "none of the zone", "from 64 to 1048575"},
      {"free_pages_ok(pfn 1048576, 0)", 15, "no frame of the zone", "from 64 to 1048575"},
      {"get_page(pgd 64)", 10, "no frame of the zone", "`pfn N`"},
      {"boot_free(pfn 120..128)", 11, "no frame of the zone", "or `pfn A..B` from 64 to 127"},
      {"boot_free(70..71)", 11, "no frame of the zone", "or `pfn A..B`"},
      {"mark(pfn 64, drity)", 14, "no such mark", "`buffers` or `mapping`", "dirty"},
      {"mark(pfn 64, dirty|locked)", 14, "no such mark", "`locked`"},
      {"mark(pfn 64, 4)", 14, "no such mark", "`locked`"},
  };
  for (const Bad& bad : bad_calls) expect_refused(bad, 2, [&] { call(bad.line); });
}

// ---- Results and effects --------------------------------------------------------------------------------------

std::string result(const std::string& line) {
  const OneLine one = one_line(line);
  const auto& call = one.as<transcript::Call>();
  return read_result(one.source(), read_call(one.source(), call, zone()), *call.result);
}

TEST(BuddyResult, is_one_that_the_call_can_have) {
  EXPECT_EQ(result("alloc_pages(0) = pfn 0x7f"), "pfn 127");
  EXPECT_EQ(result("alloc_pages(0) = NULL"), "NULL");
  EXPECT_EQ(result("free_pages(pfn 64, 0) = BUG"), "BUG");
  const Bad bad_results[] = {
      {"alloc_pages(0) = 127", 18, "cannot have this result", "`pfn N`, `NULL` or `BUG`"},
      {"alloc_pages(0) = pfn 1..2", 18, "cannot have this result", "`pfn N`"},
      {"alloc_pages(0) = -1 ENOMEM", 18, "cannot have this result", "`NULL`"},
      {"alloc_pages(0) = pfn=3", 18, "cannot have this result", "`pfn N`"},
      {"free_pages(pfn 64, 0) = NULL", 23, "cannot have this result", "returns nothing, or `BUG`"},
      {"get_page(pfn 64) = BUG", 18, "cannot have this result", "the call returns nothing"},
  };
  for (const Bad& bad : bad_results) expect_refused(bad, 2, [&] { result(bad.line); });
}

Effect<Word> effect(const std::string& line) {
  const transcript::File file =
      transcript::parse({"line.mmt", "boot family=buddy zone_pages=64\nalloc_pages(0)\n" + line + "\n"});
  return read_effect(*file.source, std::get<transcript::Effect>(file.lines.back().content).call);
}

TEST(BuddyEffect, means_what_it_says) {
  EXPECT_EQ(effect("| unlink(3, pfn 64)"), Effect<Word>(Unlink<Word>{3, 64}));
  EXPECT_EQ(effect("| link(0, pfn 64)"), Effect<Word>(Link<Word>{0, 64}));
  EXPECT_EQ(effect("| flip(9, 1)"), Effect<Word>(Flip<Word>{9, 1}));
  const Bad bad_effects[] = {
      {"| flipp(0, 1)", 3, "no such effect", "`flip`", "flip"},
      {"| flip(10, 1)", 8, "an order", "from 0 to 9"},
      {"| flip(0, pfn 1)", 11, "a bit", "a number"},
      {"| link(0, 1)", 11, "no frame", "`pfn N`"},
      {"| link(0)", 9, "wrong number", "2: order, pfn N"},
      {"| link(0, pfn 1) = 0", 18, "has no result", "the end of the line"},
  };
  for (const Bad& bad : bad_effects) expect_refused(bad, 3, [&] { effect(bad.line); });
}

// ---- Queries --------------------------------------------------------------------------------------------------

Question question(const std::string& line) {
  const OneLine one = one_line(line);
  return read_query(one.source(), one.as<transcript::Query>(), zone());
}

TEST(BuddyQuery, is_about_the_zone_or_a_frame_of_it) {
  EXPECT_EQ(question("page 127:").pfn, 127u);
  EXPECT_EQ(question("free_map:").block, Question::Block::free_map);
  const Bad bad_queries[] = {
      {"maps:", 1, "no such query", "`free_area`"},
      {"free_area 3:", 11, "the one zone", "`:`"},
      {"page 64 65:", 9, "one frame", "`:`"},
      {"page:", 5, "about a frame", "the number of a frame", "page 64:"},
      {"page 63:", 6, "a frame of the zone", "from 64 to 127"},
  };
  for (const Bad& bad : bad_queries) expect_refused(bad, 2, [&] { question(bad.line); });
}

TEST(BuddyBlocks, show_runs_and_marks) {
  State<Word> state = BuddyFamily::boot({as_built, 64, 8, AtBoot::none, std::nullopt, {}});
  state.free_area[0] = {{71, 65, 67}, {0, 1, 3}};
  state.pages[1] = {-1, 2, PG_error | PG_reserved, true, true};
  EXPECT_EQ(free_area_block(state)[0], "0: 71,65,67");
  EXPECT_EQ(free_area_block(state)[1], "1: -");
  EXPECT_EQ(free_map_block(state)[0], "0: 0..1,3");
  EXPECT_THAT(page_block(state, 65), ElementsAre("count -1 age 2 flags error|reserved buffers mapping"));
  EXPECT_THAT(zone_block(state), ElementsAre("start 64 pages 8 free 0 min 10 low 20 high 30"));
}

}  // namespace
}  // namespace refmm::buddy
