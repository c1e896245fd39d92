// Address spaces as people see them.

#include <refmm/model/vma.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_picture.hpp>
#include <refmm/tests/transcript_recordings.hpp>
#include <refmm/tests/vma_family.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::vma {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Word = std::uint32_t;

/// What a transcript leaves behind.
State<Word> state_after(const transcript::File& file) {
  Boot<Word> boot{};
  State<Word> state{};
  for (const transcript::Line& line : file.lines) {
    if (const auto* machine = std::get_if<transcript::Boot>(&line.content)) {
      boot = read_boot(*file.source, line, *machine).boot;
      state = VmaFamily::boot(boot);
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      state = VmaFamily::step(boot, std::move(state), read_set(*file.source, line, *set)).state;
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      state = VmaFamily::step(boot, std::move(state), read_call(*file.source, *call)).state;
    }
  }
  return state;
}

std::vector<std::string> picture_of(const std::string& script) {
  return picture(state_after(transcript::parse({"script.mmt", script})), as_built);
}

std::size_t widest(const std::vector<std::string>& lines) {
  return std::ranges::max(lines, {}, &std::string::size).size();
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

TEST(VmaPicture, is_of_a_program) {
  EXPECT_EQ(
      joined(picture_of(
          R"(boot family=vma end_code=0x0804b000 start_data=0x0804b000 brk=0x0804c123 free_pages=9999 stack=0xbfffd000-0xc0000000 physpages=9999
open("app", O_RDWR)
do_mmap(0x08048000, 12288, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED, 3, 0)
do_mmap(0x0804b000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED, 3, 0x2000)
do_brk(0x0804c000, 4096)
brk(0x08060000)
mmap(0, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)
mmap(0x40004000, 0x500000, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)
mmap(0x50000000, 0x4000, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)
mlock(0x50002000, 1)
)")),
      R"(9 areas, 1313 pages (5252K), of 3G; the break is 08060000

Page directory: a column is a slot of 4M
  00000000 |................................h...............................| 3 areas, 96K
           :                      768M without an area                      :
  40000000 |mm..............................................................| 2 areas, 5128K
  50000000 |m...............................................................| 3 areas, 16K
           :                     1.25G without an area                      :
  b0000000 |...............................................................s| 1 area, 12K
  h heap, s stack, f file, m memory, z shared; a capital: all of the column is mapped

08048000-08060000, 3 areas: a column is 4K
  08048000-0804b000    12K r-xp app                          |FFF.....................|
  0804b000-0804c000     4K rw-p app @2                       |...F....................|
  0804c000-08060000    80K rwxp heap up to the break         |....HHHHHHHHHHHHHHHHHHHH|

08060000-40000000, a hole of 895.6M

40000000-40504000, 2 areas: a column is 256K
  40000000-40002000     8K rw-s dev/zero:0                   |z....................|
  40002000-40004000     8K      hole                         |.....................|
  40004000-40504000     5M ---p memory                       |mMMMMMMMMMMMMMMMMMMMm|

40504000-50000000, a hole of 251.0M

50000000-50004000, 3 areas: a column is 4K
  50000000-50002000     8K r--p memory                       |MM..|
  50002000-50003000     4K r--p memory, locked               |..M.|
  50003000-50004000     4K r--p memory                       |...M|

50004000-bfffd000, a hole of 1.75G

bfffd000-c0000000, 1 area: a column is 4K
  bfffd000-c0000000    12K rwxp stack                        |SSS|
)");
}

TEST(VmaPicture, is_short_where_nothing_is_mapped) {
  EXPECT_THAT(picture_of("boot family=vma brk=0x00001000\n"),
              ElementsAre("0 areas, 0 pages (0K), of 3G; the break is 00001000"));
}

/// A script that maps `count` areas of `pages(i)` pages each, `apart` bytes apart.
template <class Pages>
std::string areas(std::uint32_t count, std::uint32_t apart, Pages pages) {
  std::string script = "boot family=vma free_pages=4000000\n";
  for (std::uint32_t i = 0; i < count; ++i)
    script += fmt::format("mmap(0x{:08x}, {}, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)\n",
                          0x40000000 + i * apart, pages(i) * 4096);
  return script;
}

TEST(VmaPicture, puts_a_thousand_areas_that_are_alike_into_one_line) {
  const auto lines = picture_of(areas(1000, 8192, [](std::uint32_t) { return 1; }));
  EXPECT_LE(lines.size(), 10u);
  EXPECT_THAT(lines.back(), HasSubstr("4000K r--p 1000 of 4K +4K memory"));
}

TEST(VmaPicture, draws_a_thousand_areas_that_are_not_alike) {
  const auto lines = picture_of(areas(1000, 32768, [](std::uint32_t i) { return 1 + i * i * i % 4099 % 8; }));
  ASSERT_EQ(lines.size(), 25u);
  EXPECT_EQ(lines[4],
            "  40000000 |mmmmmmmm........................................................| 1000 areas, 17M");
  EXPECT_EQ(lines[8], "40000000-41f3e000, 1000 areas: a column is 32K");
  EXPECT_EQ(lines[9],
            "  40000000 |mmmmmmmMmmmmmmmMmmmmmMmmMmmMmmmmmmmmMmmmmmmmmmmmmmmmmmmMmmmmmmmm| 64 areas, 1020K");
  EXPECT_EQ(lines[24],
            "  41e00000 |mmmmmmmmMmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm                        | 40 areas, 704K");
}

constexpr const char* directory_of_one_slot = R"(
Page directory: a column is a slot of 4M
           :                       1G without an area                       :
  40000000 |{}...............................................................| 2 areas, {}
           :                     1.75G without an area                      :
  h heap, s stack, f file, m memory, z shared{}; a capital: all of the column is mapped
)";

TEST(VmaPicture, shows_areas_without_pages) {
  const auto lines = picture_of(R"(boot family=vma
mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)
mremap(0x40000000, 0, 0, MREMAP_MAYMOVE|MREMAP_FIXED, 0x40002000)
)");
  EXPECT_EQ(joined(lines), "2 areas, 1 page (4K), of 3G; the break is 00000000\n" +
                               fmt::format(fmt::runtime(directory_of_one_slot), '!', "4K", ", ! no pages") + R"(
40000000-40002000, 2 areas: a column is 4K
  40000000-40001000     4K r--p memory                       |M.|
  40001000-40002000     4K      hole                         |..|
  40002000-40002000     0K r--p memory, no pages             |.!|
)");
}

TEST(VmaPicture, shows_areas_that_overlap) {
  const auto lines = picture_of(R"(boot family=vma max_map_count=2
mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)
mmap(0x40004000, 12288, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)
mremap(0x40000000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x40005000)
)");
  EXPECT_EQ(joined(lines), "2 areas, 4 pages (16K), of 3G; the break is 00000000\n" +
                               fmt::format(fmt::runtime(directory_of_one_slot), 'm', "16K", "") + R"(
40004000-40007000, 2 areas: a column is 4K
  40004000-40007000    12K r--p memory                       |MMM|
  40005000-40006000     4K r--p memory, overlaps             |.M.|
)");
}

TEST(VmaPicture, is_readable_of_every_recording) {
  for (const auto& path : recordings("vma")) {
    const auto lines = picture(state_after(transcript::parse(transcript::load(path))), as_built);
    EXPECT_LE(widest(lines), 100u) << path;
    EXPECT_LE(lines.size(), 550u) << path;
  }
}

}  // namespace
}  // namespace refmm::vma
