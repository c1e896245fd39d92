// Page directories and the kernel's areas as people see them.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_picture.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/tests/replay_end.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Word = std::uint32_t;
using Lines = std::vector<std::string>;

replay::End<KernelMapFamily> end_of(transcript::File file) {
  return std::get<replay::End<KernelMapFamily>>(replay::end_of(std::move(file)));
}

Lines picture_of(const std::string& script) {
  const auto end = end_of(transcript::parse({"script.mmt", script}));
  return picture(end.boot, end.state);
}

std::size_t line_of(const Lines& lines, const std::string& text) {
  return static_cast<std::size_t>(std::ranges::find(lines, text) - lines.begin());
}

Lines part(const Lines& lines, std::size_t first, std::size_t count) {
  return {lines.begin() + static_cast<std::ptrdiff_t>(first),
          lines.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

TEST(KernelMapPicture, is_of_directories_and_areas) {
  const Lines lines = picture_of(R"(boot family=kernel ram_pages=16384
pgd_alloc() = pgd 1
vmalloc(0x3000)
pgd_alloc() = pgd 2
map_user(pgd 2, 0x08048000, rw)
ioremap(0xe0000000, 0x500000)
pgd_alloc() = pgd 3
)");
  EXPECT_EQ(lines[0], "2 areas, 3 directories of processes; 15350 of 16384 frames free");
  EXPECT_EQ(lines[1], "on the quick lists 0 directories and 0 tables");
  const std::size_t first = line_of(lines, "           swapper                             pgd 1");
  ASSERT_LT(first + 11, lines.size());
  EXPECT_EQ(lines[first - 1], "Page directories: a character is a slot of 4M, a line 128M");
  EXPECT_THAT(part(lines, first + 1, 4),
              ElementsAre("           :                        3G without an entry                         :",
                          "  c0000000 |MMMMMMMMMMMMMMMM..KK............|  |mmmmmmmmmmmmmmmm..--............|",
                          "           :                       768M without an entry                        :",
                          "  f8000000 |...............................K|  |...............................k|"));
  const std::size_t second = line_of(lines, "           pgd 2                               pgd 3");
  ASSERT_LT(second + 6, lines.size());
  EXPECT_THAT(part(lines, second + 1, 4),
              ElementsAre("  00000000 |................................|  |................................|",
                          "  08000000 |U...............................|  |................................|",
                          "           :                       2.75G without an entry                       :",
                          "  c0000000 |mmmmmmmmmmmmmmmm..k-............|  |mmmmmmmmmmmmmmmm..kk............|"));

  const std::size_t range = line_of(lines, "Range for areas, c4800000-ffffe000, 952.0M: a column is 4M");
  ASSERT_EQ(range + 8, lines.size());
  EXPECT_THAT(
      part(lines, range + 1, 7),
      ElementsAre("  c4800000 |Ii..............................................................| 2 areas, 5132K",
                  "           :                      696M without an area                      :",
                  "  v vmalloc, i ioremap, - guard pages; a capital: all of the column is of areas", "",
                  "c4800000-c4d05000, 2 areas: a column is 256K",
                  "  c4800000-c4804000    16K      vmalloc                      |v....................|",
                  "  c4804000-c4d05000  5124K      ioremap of e0000000          |iIIIIIIIIIIIIIIIIIIIi|"));
}

TEST(KernelMapPicture, draws_directories_that_look_the_same_once) {
  const Lines lines = picture_of(R"(boot family=kernel ram_pages=16384
pgd_alloc() = pgd 1
pgd_alloc() = pgd 2
pgd_alloc() = pgd 3
pgd_alloc() = pgd 4
pgd_free(pgd 3)
pgd_alloc() = pgd 5
pgd_free_fast(pgd 5)
)");
  EXPECT_THAT(lines, Contains("           swapper                             pgd 1..2,4"));
  EXPECT_THAT(lines, Contains("           quick list, pfn 1026"));
  EXPECT_EQ(lines.back(), "  v vmalloc, i ioremap, - guard pages; a capital: all of the column is of areas");
}

TEST(KernelMapPicture, draws_a_few_kinds_of_many) {
  std::string script = "boot family=kernel ram_pages=16384\n";
  for (std::uint32_t i = 1; i <= 40; ++i)
    script += fmt::format("pgd_alloc() = pgd {}\nmap_user(pgd {}, 0x{:08x}, rw)\n", i, i, i << 22);
  const Lines lines = picture_of(script);
  EXPECT_THAT(lines, Contains("           pgd 6                               pgd 7"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("pgd 8"))));
  EXPECT_THAT(lines, Contains("  (left out: directories that look like none of these, in 33 more ways)"));
}

TEST(KernelMapPicture, shows_the_stand_in_table_and_what_is_mapped_without_an_area) {
  const Lines lines = picture_of(R"(boot family=kernel ram_pages=16384
pgd_alloc() = pgd 1
set fail_pages=1
vmalloc(4096) = NULL
)");
  EXPECT_THAT(lines,
              Contains("  c0000000 |MMMMMMMMMMMMMMMM..S.............|  |mmmmmmmmmmmmmmmm..-.............|"));
  EXPECT_THAT(part(lines, lines.size() - 2, 2),
              ElementsAre("Mapped without an area:", "  c4802000-c4c00000  4088K"));
}

TEST(KernelMapPicture, shows_an_area_at_zero_and_what_the_processor_may_still_use) {
  Lines lines = picture_of(R"(boot family=kernel ram_pages=16384
ioremap(0x80000000, 0x3b7ff000) = 0xc4800000
vmalloc(4096) = NULL
)");
  EXPECT_THAT(lines, Contains("  00000000 |K...............................|"));
  EXPECT_THAT(lines, Contains("  00000000-00002000     8K      vmalloc                      |V-|"));

  Boot<Word> boot{as_built, 16384, 0, 1024, true, true, Config::up};
  State<Word> state{};
  state.stale = {{0xc4800000, 0x00401163}};
  lines = picture(boot, state);
  EXPECT_THAT(
      part(lines, lines.size() - 2, 2),
      ElementsAre("The processor may still use, though the tables have lost it:", "  c4800000 frame 1025"));
  state.swapper_pg_dir = updated(state.swapper_pg_dir, 1000, 0x00500063);
  state.pgds = {{1, 1024, updated(Entries<Word>{}, 1000, 0x00600063)}};
  EXPECT_THAT(picture(boot, state),
              Contains("  f8000000 |........K.......................|  |........!.......................|"));
}

TEST(KernelMapPicture, is_readable_of_every_recording) {
  std::size_t drawn = 0;
  for (const auto& path : recordings("kernel")) {
    try {
      const auto end = end_of(transcript::parse(transcript::load(path)));
      const Lines lines = picture(end.boot, end.state);
      EXPECT_LE(std::ranges::max(lines, {}, &std::string::size).size(), 100u) << path;
      EXPECT_LE(lines.size(), 300u) << path;
      ++drawn;
    } catch (const InputError& error) {  // of those that end with a BUG
      EXPECT_THAT(error.diagnostic().message, HasSubstr("nothing is defined behind this call")) << path;
    }
  }
  EXPECT_GT(drawn, 80u);
}

// ---- Colours --------------------------------------------------------------------------------------------------

TEST(Picture, has_colours_between_bars) {
  constexpr to_scale::Ink inks[] = {{"Kk", to_scale::Colour::red}, {"-", to_scale::Colour::green}};
  EXPECT_EQ(to_scale::coloured("  K k--|.Kk-x|K-", inks), "  K k--|.\x1b[31mKk\x1b[0m\x1b[32m-\x1b[0mx|K-");
  EXPECT_EQ(to_scale::coloured("", inks), "");
  EXPECT_EQ(to_scale::coloured("|K", inks), "|\x1b[31mK\x1b[0m");
}

}  // namespace
}  // namespace refmm::kernel_map
