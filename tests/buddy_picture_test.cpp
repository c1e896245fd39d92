// Free lists as people see them.

#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_picture.hpp>
#include <refmm/tests/buddy_family.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

using testing::HasSubstr;

using Word = std::uint32_t;

/// What a transcript leaves behind.
State<Word> state_after(const transcript::File& file) {
  Boot<Word> boot{};
  State<Word> state{};
  for (const transcript::Line& line : file.lines) {
    if (const auto* zone = std::get_if<transcript::Boot>(&line.content)) {
      boot = read_boot(*file.source, line, *zone).boot;
      state = BuddyFamily::boot(boot);
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      const Command<Word> command = read_call(*file.source, *call, state);
      state = BuddyFamily::step(boot, std::move(state), command).state;
    }
  }
  return state;
}

std::string picture_of(const std::string& script) {
  std::string text;
  for (const std::string& line : picture(state_after(transcript::parse({"script.mmt", script}))))
    text += line + '\n';
  return text;
}

TEST(BuddyPicture, is_of_a_small_zone) {
  EXPECT_EQ(picture_of("boot family=buddy zone_start=300 zone_pages=20 reserved=302\nalloc_pages(1)\n"),
            R"(20 frames, pfn 300..319: 17 free in 4 blocks, 2 in use, 1 reserved

A column is 1 frame: . free, # in use, r reserved, + some of these
        |##r.................|
Free lists by order, front first: a block is [==], or o in one column; a number counts smaller ones
      0 |   o                |   1: 303
      1 |                    |   0
      2 |    [==]        [==]|   2: 316,304
      3 |        [======]    |   1: 308
      4 |                    |   0
      5 |                    |   0
      6 |                    |   0
      7 |                    |   0
      8 |                    |   0
      9 |                    |   0
)");
}

TEST(BuddyPicture, counts_the_blocks_that_share_a_column) {
  const std::string text = picture_of("boot family=buddy zone_pages=65536\nalloc_pages(8)\nalloc_pages(0)\n");
  EXPECT_THAT(text, HasSubstr("A column is 1024 frames"));
  EXPECT_THAT(text, HasSubstr("      9 |2222"));
  EXPECT_THAT(text,
              HasSubstr("      0 |                                                               1|   1: 65278"));
}

TEST(BuddyPicture, shows_what_misuse_did) {
  const std::string text = picture_of(
      "boot family=buddy zone_pages=1024\nalloc_pages(9)\nfree_pages_ok(pfn 512, 9)\n"
      "free_pages_ok(pfn 512, 9)\nalloc_pages(9)\nalloc_pages(9)\nalloc_pages(9)\n");
  EXPECT_THAT(text, HasSubstr("   1: 512 loop"));
  EXPECT_THAT(text, HasSubstr("counted are 0"));
  EXPECT_THAT(picture_of("boot family=buddy zone_pages=64\nalloc_pages(0)\nfree_pages_ok(pfn 63, 0)\n"
                         "free_pages_ok(pfn 63, 0)\n"),
              HasSubstr("1 on two lists"));
}

TEST(BuddyPicture, of_every_recording_fits) {
  for (const auto& path : recordings("buddy")) {
    const auto lines = picture(state_after(transcript::parse(transcript::load(path))));
    EXPECT_LE(lines.size(), 20u) << path;
    EXPECT_LE(std::ranges::max(lines, {}, &std::string::size).size(), 110u) << path;
  }
}

}  // namespace
}  // namespace refmm::buddy
