// Address spaces as Linux prints them.

#include <refmm/spec/strace_maps.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace refmm::strace {
namespace {

using testing::HasSubstr;

std::vector<Mapping> maps(const std::string& text) { return read_maps(transcript::Source("session.maps", text)); }

Diagnostic refused(const std::string& text) {
  try {
    maps(text);
  } catch (const InputError& error) {
    EXPECT_EQ(error.diagnostic().file, "session.maps");
    return error.diagnostic();
  }
  ADD_FAILURE() << text << " was read";
  return {};
}

TEST(StraceMaps, have_addresses_permissions_and_files) {
  const auto found = maps(
      "557b34f26000-557b34f2a000 r-xs 00004000 fe:00 247230                     /usr/bin/a file (deleted)\n"
      "557b34f46000-557b34f48000 rw-p 00000000 00:00 0 \n"
      "7ffc42ee4000-7ffc42f05000 ---p 00000000 00:00 0                          [stack]\n"
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].begin, 0x557b34f26000u);
  EXPECT_EQ(found[0].end, 0x557b34f2a000u);
  EXPECT_TRUE(found[0].readable && !found[0].writable && found[0].executable && found[0].shared);
  EXPECT_EQ(found[0].offset, 0x4000u);
  EXPECT_EQ(found[0].device, "fe:00");
  EXPECT_EQ(found[0].inode, 247230u);
  EXPECT_EQ(found[0].name, "/usr/bin/a file (deleted)");
  EXPECT_TRUE(found[1].readable && found[1].writable && !found[1].executable && !found[1].shared);
  EXPECT_EQ(found[1].name, "");
  EXPECT_EQ(found[2].name, "[stack]");
  EXPECT_EQ(found[3].begin, 0xffffffffff600000u);
}

TEST(StraceMaps, are_refused_at_the_place_where_they_cannot_go_on) {
  EXPECT_EQ(refused("hello\n").expected, "an address");
  EXPECT_EQ(refused("1000\n").expected, "`-`");
  EXPECT_EQ(refused("1000-2000 rwz\n").at, (Position{1, 13}));
  EXPECT_EQ(refused("1000-2000 rw").found, "the end of the line");
  EXPECT_THAT(refused("1000-2000 rwxq 0 00:00 0\n").expected, HasSubstr("private or shared"));
  EXPECT_EQ(refused("1000-2000 rwxp 0 00:00 x\n").expected, "the number of a file");
  EXPECT_EQ(refused("1000-2000 rwxp 0 00:00").expected, "a blank");
  EXPECT_EQ(refused("2000-2000 rwxp 0 00:00 0\n").expected, "an area of one byte at least");
  EXPECT_EQ(refused("1000-3000 rwxp 0 00:00 0\n2000-4000 rwxp 0 00:00 0\n").at.line, 2u);
  EXPECT_EQ(refused("11112222333344445-2000 rwxp 0 00:00 0\n").expected, "an address");
  EXPECT_EQ(refused("\n").expected, "an address");
  EXPECT_TRUE(maps("").empty());
}

}  // namespace
}  // namespace refmm::strace
