// The areas that a replay ends with, beside those of the kernel.
#include <refmm/tests/strace_replay_areas.hpp>
#include <refmm/tests/strace_replayed.hpp>

#include <gmock/gmock.h>

namespace refmm::strace {
namespace {

std::vector<Mapping> maps(const std::string& text) { return read_maps(transcript::Source("maps", text)); }

/// The address space that a log ends with.
Space space_behind(std::initializer_list<std::string_view> lines, const std::string& begin) {
  return *replay(understood(lines), {.maps = maps(begin)}).first;
}

const std::string begin =
    "10000000-10002000 r-xp 00001000 fe:00 7 /usr/bin/program\n"
    "20000000-20001000 rw-p 00000000 00:00 0\n"
    "7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 [stack]\n";

TEST(StraceAreas, that_nothing_has_changed_agree) {
  const AreaComparison comparison = compare_areas(space_behind({"brk(NULL) = 0x30000000"}, begin), maps(begin));
  EXPECT_TRUE(comparison.agrees());
  EXPECT_EQ(comparison.compared, 0x2000u + 0x1000u + 0x21000u);
  EXPECT_EQ(comparison.unknown, 0u);
}

TEST(StraceAreas, may_be_split_in_other_ways) {
  EXPECT_TRUE(compare_areas(space_behind({"brk(NULL) = 0x30000000"}, begin),
                            maps("10000000-10001000 r-xp 00001000 fe:00 7 /usr/bin/program\n"
                                 "10001000-10002000 r-xp 00002000 fe:00 7 /usr/bin/program\n"
                                 "20000000-20001000 rw-p 00000000 00:00 0\n"
                                 "7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0 [stack]\n"))
                  .agrees());
}

TEST(StraceAreas, that_differ_are_named) {
  const Space space =
      space_behind({"mprotect(0x10001000, 4096, PROT_READ) = 0", "munmap(0x20000000, 4096) = 0"}, begin);
  const AreaComparison comparison = compare_areas(space, maps(begin));
  ASSERT_EQ(comparison.differences.size(), 2u);
  EXPECT_EQ(comparison.differences[0].range, (Range{0x10001000, 0x10002000}));
  EXPECT_EQ(comparison.differences[0].model, "r--p 00002000 /usr/bin/program");
  EXPECT_EQ(comparison.differences[0].kernel, "r-xp 00002000 /usr/bin/program");
  EXPECT_EQ(comparison.differences[1].range, (Range{0x20000000, 0x20001000}));
  EXPECT_EQ(comparison.differences[1].model, "nothing");
  EXPECT_EQ(comparison.differences[1].kernel, "rw-p");
}

TEST(StraceAreas, of_files_have_their_paths_and_offsets) {
  const Space space = space_behind({R"(openat(AT_FDCWD</tmp>, "data", O_RDWR) = 3</tmp/data>)",
                                    "mmap(NULL, 8192, PROT_READ, MAP_SHARED, 3</tmp/data>, 0x3000) = 0x40000000"},
                                   begin);
  const auto with = [&](const std::string& line) {
    return compare_areas(space,
                         maps(begin.substr(0, begin.find("7ffe")) + line + begin.substr(begin.find("7ffe"))))
        .agrees();
  };
  EXPECT_TRUE(with("40000000-40002000 r--s 00003000 fe:00 8 /tmp/data\n"));
  EXPECT_TRUE(with("40000000-40002000 r--s 00003000 fe:00 8 /tmp/data (deleted)\n"));
  EXPECT_FALSE(with("40000000-40002000 r--s 00003000 fe:00 8 /tmp/other\n"));
  EXPECT_FALSE(with("40000000-40002000 r--s 00002000 fe:00 8 /tmp/data\n"));
  EXPECT_FALSE(with("40000000-40002000 r--p 00003000 fe:00 8 /tmp/data\n"));
}

/// No call shows that a stack grows, and the kernel's own areas are only looked for.
TEST(StraceAreas, that_calls_do_not_show_are_counted) {
  const std::string kernel =
      "10000000-10002000 r-xp 00001000 fe:00 7 /usr/bin/program\n"
      "20000000-20001000 rw-p 00000000 00:00 0\n"
      "7ffdffff0000-7ffe00021000 rw-p 00000000 00:00 0 [stack]\n";
  const AreaComparison comparison = compare_areas(space_behind({"brk(NULL) = 0x30000000"}, begin), maps(kernel));
  EXPECT_TRUE(comparison.agrees());
  EXPECT_EQ(comparison.stack, 0x10000u);
}

TEST(StraceAreas, behind_execve_are_known_as_far_as_the_log_goes) {
  const Space space = space_behind(
      {R"(execve("./a", ["./a"], 0x7ffe0 /* 1 var */) = 0)", R"(execve("./b", ["./b"], 0x7ffe0 /* 1 var */) = 0)",
       "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000000"},
      begin);
  const AreaComparison comparison =
      compare_areas(space, maps("10000000-10002000 r-xp 00001000 fe:00 7 /usr/bin/b\n"
                                "40000000-40001000 r--p 00000000 00:00 0\n"));
  EXPECT_TRUE(comparison.agrees());
  EXPECT_EQ(comparison.compared, 0x1000u);
  EXPECT_EQ(comparison.unknown, 0x2000u);
}

}  // namespace
}  // namespace refmm::strace
