// The pictures of the families as data: that what is said of a state is in them.
#include <refmm/spec/slab_picture.hpp>
#include <refmm/tests/slab_family.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_space.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace refmm::story {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const Panel& panel_of(const Picture& picture, const std::string& title) {
  const auto found = std::ranges::find(picture.panels, title, &Panel::title);
  if (found == picture.panels.end()) throw std::out_of_range("no panel " + title);
  return *found;
}

const Row& row_of(const Panel& panel, const std::string& title) {
  const auto found = std::ranges::find(panel.rows, title, &Row::title);
  if (found == panel.rows.end()) throw std::out_of_range("no row " + title);
  return *found;
}

std::vector<std::string> labels_of(const Row& row) {
  std::vector<std::string> labels;
  for (const Cell& cell : row.cells) labels.push_back(cell.label);
  return labels;
}

/// A cache of slabs with three objects of 1000 bytes in a page, their descriptor inside: the second is the first not full.
slab::State two_slabs() {
  slab::State state = SlabFamily::boot(i386_2_4_0);
  slab::Cache cache = state.chain.front();
  cache.name = Name("session");
  cache.geometry = {.objsize = 1000,
                    .num = 3,
                    .gfporder = 0,
                    .colour = 2,
                    .colour_off = 32,
                    .slab_size = 64,
                    .left_over = 1032,
                    .flags = 0};
  cache.slabs = {{.number = 4, .inuse = 3, .free = {}, .colouroff = 96, .mgmt = slab::OnSlab{32}},
                 {.number = 2, .inuse = 1, .free = {2, 0}, .colouroff = 64, .mgmt = slab::OnSlab{0}}};
  cache.slabs_created = 5;
  cache.firstnotfull = 1;
  state.chain.push_back(cache);
  return state;
}

TEST(StoryPicture, DrawsSlabsToScaleWithColourChainAndPointer) {
  const Picture picture = picture_of(two_slabs(), i386_2_4_0);
  const Panel& session = panel_of(picture, "session");
  EXPECT_THAT(labels_of(row_of(session, "list")), ElementsAre("slab 4", "▸ slab 2", "head"));
  const Row& full = row_of(session, "slab 4");
  EXPECT_EQ(full.cells[0].tone, "colour");
  EXPECT_EQ(full.cells[0].end, 32u);
  EXPECT_EQ(full.cells[1].tone, "descriptor");
  EXPECT_EQ(full.cells.back().end, 4096u);
  const Row& partial = row_of(session, "slab 2");
  EXPECT_THAT(partial.note, HasSubstr("firstnotfull · partial, 1 of 3 in use · free chain 2 -> 0"));
  EXPECT_EQ(partial.cells[1].detail, "object 0: free, number 2 in the chain");
  EXPECT_EQ(partial.cells[2].tone, "used");
  EXPECT_EQ(partial.cells[3].begin, 64u + 2000u);
}

TEST(SlabPicture, DrawsListsAsText) {
  const auto lines = slab::picture(two_slabs());
  EXPECT_THAT(lines, testing::Contains(
                         "    slab 4  |###|  full     3 of 3  free chain END  colour 96  slab_t inside, at 32"));
  EXPECT_THAT(lines, testing::Contains(
                         "  > slab 2  |.#+|  partial  1 of 3  free chain 2 -> 0  colour 64  slab_t inside, at 0"));
  EXPECT_THAT(lines.back(), HasSubstr("without a slab; the next reap begins at"));
}

TEST(SlabPicture, WritesRunsOfTheChainShort) {
  const slab::Slab slab{
      .number = 0, .inuse = 0, .free = {7, 1, 2, 3, 5, 6}, .colouroff = 0, .mgmt = slab::OnSlab{0}};
  EXPECT_EQ(slab::chain_in_words(slab), "7 -> 1..3 -> 5 -> 6");
}

TEST(StorySpace, CutsHolesThatWouldDwarfTheAreas) {
  const auto rows = rows_to_scale("to scale",
                                  {{0x1000, 0x3000, "memory", "a", "a"},
                                   {0x4000, 0x5000, "memory", "b", "b"},
                                   {0x40000000, 0x40001000, "memory", "c", "c"}},
                                  4096);
  ASSERT_THAT(rows, SizeIs(1));
  std::vector<std::string> tones;
  for (const Cell& cell : rows[0].cells) tones.push_back(cell.tone);
  EXPECT_THAT(tones, ElementsAre("memory", "hole", "memory", "gap", "memory"));
}

TEST(StorySpace, DrawsOverlapsBelow) {
  const auto rows = rows_to_scale(
      "to scale", {{0x1000, 0x3000, "memory", "a", "a"}, {0x2000, 0x4000, "memory", "b", "b"}}, 4096);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[1].title, "to scale, overlapping 1");
  EXPECT_EQ(rows[1].cells[0].tone, "blank");  // it stands below the end of the first
  EXPECT_EQ(rows[1].cells[0].end, 0x2000u);
  EXPECT_EQ(rows[1].cells[1].key, "00002000");
}

TEST(StorySpace, GivesASquareTheToneOfMostOfIt) {
  const Row row = grid_of("grid", "", {{0x0000, 0x1000, "file", "", "a"}, {0x1000, 0x4000, "heap", "", "b"}}, 0,
                          0xc000, 0x4000);
  ASSERT_THAT(row.cells, SizeIs(2));
  EXPECT_EQ(row.cells[0].tone, "heap");
  EXPECT_EQ(row.cells[0].detail, "2 areas");
  EXPECT_EQ(row.cells[1].tone, "empty");
  EXPECT_EQ(row.cells[1].end, 3u);
}

TEST(Gallery, KeepsPanelsAndRowsOnce) {
  const Row row{"row", "", Form::list, {{"key", "free", "label", "detail", 0, 0}}};
  const Picture one{{{"one", "", {row}}}}, both{{{"one", "", {row}}, {"two", "", {row}}}};
  Gallery gallery;
  EXPECT_THAT(gallery.hang(one), ElementsAre(0u));
  EXPECT_THAT(gallery.hang(both), ElementsAre(0u, 1u));
  EXPECT_THAT(gallery.rows(), ElementsAre(R"(["row","","list",[["key","free","label","detail",0,0]]])"));
  EXPECT_THAT(gallery.panels(), ElementsAre(R"(["one","",[0]])", R"(["two","",[0]])"));
}

}  // namespace
}  // namespace refmm::story
