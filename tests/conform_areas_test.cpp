// What the kernel writes about areas, understood or refused.
#include <refmm/tests/conform_areas.hpp>
#include <refmm/tests/input_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace refmm::conform {
namespace {

const std::string stack =
    "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]\n"
    "Size:                132 kB\n"
    "Rss:                   8 kB\n"
    "Anonymous:             4 kB\n"
    "Locked:               12 kB\n"
    "Swap:                 16 kB\n"
    "THPeligible:           0\n"
    "VmFlags: rd wr mr mw me gd ac \n";

TEST(ConformAreas, ReadsMaps) {
  const auto areas = read_maps(
      "08048000-08049000 r-xp 00001000 fe:1a 62940      /memfd:a file (deleted)\n"
      "40000000-40002000 -w-s 00000000 00:00 0 \n"
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n");
  ASSERT_EQ(areas.size(), 2U) << "what is not the process's own is left out";
  EXPECT_EQ(areas[0], (SeenArea{.start = 0x8048000,
                                .end = 0x8049000,
                                .read = true,
                                .execute = true,
                                .offset = 0x1000,
                                .device_major = 0xfe,
                                .device_minor = 0x1a,
                                .inode = 62940,
                                .path = "/memfd:a file (deleted)"}));
  EXPECT_EQ(areas[1], (SeenArea{.start = 0x40000000, .end = 0x40002000, .write = true, .shared = true}));
}

TEST(ConformAreas, ReadsSmaps) {
  const auto areas = read_smaps(stack);
  ASSERT_EQ(areas.size(), 1U);
  EXPECT_EQ(areas[0].path, "[stack]");
  ASSERT_TRUE(areas[0].detail);
  EXPECT_EQ(areas[0].detail->resident, 8192U);
  EXPECT_EQ(areas[0].detail->anonymous, 4096U);
  EXPECT_EQ(areas[0].detail->locked, 3 * 4096U);
  EXPECT_EQ(areas[0].detail->swapped, 4 * 4096U);
  EXPECT_TRUE(areas[0].detail->flags.has(VmFlag::grows_down));
  EXPECT_FALSE(areas[0].detail->flags.has(VmFlag::shared));
  EXPECT_EQ(areas[0].detail->flags.codes(), "rd wr mr mw me gd ac");
  EXPECT_EQ(in_words(areas[0]), "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack] {rd wr mr mw me gd ac}");
}

TEST(ConformAreas, ReadsNothing) {
  EXPECT_TRUE(read_maps("").empty());
  EXPECT_TRUE(read_smaps("").empty());
}

TEST(ConformAreas, RefusesAFlagThatIsNotKnown) {
  const Diagnostic error =
      error_of([] { read_smaps(stack + "00001000-00002000 rw-p 00000000 00:00 0\nVmFlags: rd ?? \n"); });
  EXPECT_EQ(error.file, "smaps");
  EXPECT_EQ(error.at, (Position{10, 13}));
  EXPECT_THAT(error.expected, testing::HasSubstr("a flag of an area"));
  EXPECT_EQ(error.source_line, "VmFlags: rd ?? ");
}

TEST(ConformAreas, RefusesWhatIsNotAnArea) {
  for (const char* const line :
       {"", "1000", "1000-", "2000-1000 rw-p 0 00:00 0", "1000-2000 rq-p 0 00:00 0", "1000-2000 rw-q 0 00:00 0",
        "1000-2000 rw-p 0 0000 0", "1000-2000 rw-p 0 00:00", "1000-20000000000000000 rw-p 0 00:00 0"})
    EXPECT_EQ(error_of([&] { read_maps(std::string(line) + "\n"); }).at.line, 1U) << line;
}

TEST(ConformAreas, RefusesDetailsOfNothing) {
  EXPECT_EQ(error_of([] { read_smaps("Rss: 8 kB\n"); }).expected, "an area");
  EXPECT_EQ(error_of([] { read_smaps(stack + "Rss: 8 MB\n"); }).expected, "\" kB\"");
  EXPECT_EQ(error_of([] { read_smaps(stack + "Rss: much\n"); }).expected, "an amount");
}

}  // namespace
}  // namespace refmm::conform
