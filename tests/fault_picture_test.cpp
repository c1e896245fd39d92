// Frames, slots and page tables as people see them.

#include <refmm/spec/fault_picture.hpp>
#include <refmm/tests/fault_transcript.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Word = std::uint32_t;
using Lines = std::vector<std::string>;

Lines picture(const MachineUnderWay& machine) { return picture(machine.boot, machine.state); }
Lines picture_of(const std::string& script) { return picture(carried_out(script)); }

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

/// `mmap` of private memory by process 1.
std::string memory_at(Word addr, Word pages) {
  return fmt::format("mmap(0x{:08x}, {}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)\n",
                     addr, pages * 4096);
}

// ---- Wholes ---------------------------------------------------------------------------------------------------

TEST(FaultPicture, is_of_pages_that_processes_share) {
  EXPECT_EQ(joined(picture_of(R"(boot family=fault ram_pages=24 swap_pages=4 files=8192
open("file1", O_RDWR)
mmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)
mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)
mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)
store(0x40000000, 1)
store(0x40001000, 2)
load(0x40002000)
store(0x40003000, 3)
load(0x40004000)
store(0x40005000, 4)
fork()
[pid 2] store(0x40001000, 5)
swap_out(2, 0x40001000)
)")),
            R"(11 of 24 frames in use, 13 free; 1 of 4 slots in use; 2 processes

Frames: a column is one
  pfn 1     |dtMmZFfMdtw.............|
  of pid    |11+1++-+22-.............|
  count     :11213312111.............:
  d page directory, t page table, m memory, f file, z shared memory, w swap cache
  a capital: mapped more than once, + of several, - of none

Frames: the count, and the references that it counts
  pfn 1        1 = directory          page directory of pid 1
  pfn 2        1 = table              page table of pid 1: 40000000-40400000
  pfn 3        2 = 2 entries          memory, copied on write: 40000000 of pid 1,2
  pfn 4        1 = entry              memory: 40001000 of pid 1
  pfn 5        3 = 2 entries + cache  shm1:0: 40003000 of pid 1,2
  pfn 6        3 = 2 entries + cache  file1:0, copied on write: 40004000 of pid 1,2
  pfn 7        1 = cache              file1:1
  pfn 8        2 = 2 entries          copy of file1:1, copied on write: 40005000 of pid 1,2
  pfn 9        1 = directory          page directory of pid 2
  pfn 10       1 = table              page table of pid 2: 40000000-40400000
  pfn 11       1 = cache              slot 1, dirty
  pfn 12..24   0 = free
  ZERO_PAGE    0 = reserved           zeros, copied on write: 40002000 of pid 1,2

Slots of the swap area, likewise
  slot 1      2 = entry + cache  in pfn 11: 40001000 of pid 2
  slot 2..4   0 = free

Page tables, their frames by number
                  pid 1         pid 2         area
  directory       1             9
  rss             5 pages       4 pages
  40000000 table  2             10
  40000000        3    r-uad c  3    r-u-d c  rw-p
  40001000        4    r-uad    slot 1        rw-p
  40002000        zero r-ua- c  zero r-ua- c  rw-p
  40003000        5    rwuad =  5    rwu-- =  rw-s shm1
  40004000        6    r-ua- c  6    r-u-- c  rw-p file1
  40005000        8    r-uad c  8    r-u-d c  rw-p file1
  rwuad: present, writable, for user mode, accessed, dirty; c: a write gets a copy
  =: other entries lead to it, too
)");
}

TEST(FaultPicture, is_of_a_machine_at_rest) {
  EXPECT_EQ(joined(picture_of("boot family=fault ram_pages=80 swap_pages=0\n")),
            R"(1 of 80 frames in use, 79 free; no swap area; 1 process

Frames: a column is one
  pfn 1     |d...............................................................|
  of pid    |1...............................................................|
  count     :1...............................................................:
            :                            16 free                             :
  d page directory

Frames: the count, and the references that it counts
  pfn 1       1 = directory  page directory of pid 1
  pfn 2..80   0 = free

Page tables, their frames by number
             pid 1    area
  directory  1
  rss        0 pages
  rwuad: present, writable, for user mode, accessed, dirty
)");
  EXPECT_EQ(joined(picture_of("boot family=fault ram_pages=8\nexit()\nswapoff()\n")),
            R"(0 of 8 frames in use, 8 free; the swap area is not in use; 0 processes

Frames: a column is one
            :                             8 free                             :

Frames: the count, and the references that it counts
  pfn 1..8   0 = free
)");
}

// ---- Frames ---------------------------------------------------------------------------------------------------

TEST(FaultPicture, puts_frames_that_are_alike_into_one_line) {
  std::string script = "boot family=fault ram_pages=700 swap_pages=600\n" + memory_at(0x40000000, 600);
  for (Word i = 0; i != 600; ++i) script += fmt::format("store(0x{:08x}, 1)\n", 0x40000000 + i * 4096);
  const std::string swap_out_all = [] {
    std::string text;
    for (Word i = 0; i != 600; ++i) text += fmt::format("swap_out(1, 0x{:08x})\n", 0x40000000 + i * 4096);
    return text;
  }();
  Lines lines = picture_of(script);
  EXPECT_LE(lines.size(), 40u);
  EXPECT_THAT(lines, AllOf(Contains("Frames: a column is 2 of them"),
                           Contains("  pfn 3..602     1 = entry      memory: 40000000-40258000 of pid 1"),
                           Contains("  40000000-40258000  3..602 rwuad  rw-p")));
  EXPECT_THAT(lines, Contains("  pfn 1     |~mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm|"));
  lines = picture_of(script + swap_out_all + "reclaim()\n");
  EXPECT_THAT(lines, AllOf(Contains("  slot 1..600   1 = entry  on disk: 40000000-40258000 of pid 1"),
                           Contains("  40000000-40258000  slot 1..600  rw-p")));
}

TEST(FaultPicture, says_what_pages_of_caches_are) {
  const std::string script = R"(boot family=fault ram_pages=16 swap_pages=4 files=12288
open("file1", O_RDWR)
mmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)
store(0x40000000, 1)
load(0x40001000)
)";
  EXPECT_THAT(picture_of(script + "swap_out(1, 0x40000000)\nset fail_read=9\nload(0x40002000)\n"),
              AllOf(Contains("  pfn 3       1 = cache          file1:0, dirty"),
                    Contains("  pfn 4       2 = entry + cache  file1:1: 40001000 of pid 1"),
                    Contains("  pfn 5       1 = cache          file1:2, error, not uptodate")));
  EXPECT_THAT(picture_of(R"(boot family=fault ram_pages=16 swap_pages=0
mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)
store(0x40000000, 5)
load(0x40001000)
swap_out(1, 0x40000000)
fork()
)"),
              AllOf(Contains("  pfn 3       1 = cache              shm1:0, dirty"),
                    Contains("  pfn 4       3 = 2 entries + cache  shm1:1: 40001000 of pid 1,2"),
                    Contains("  pfn 1     |dtzZdt..........|")));
}

TEST(FaultPicture, shows_slots_of_objects) {
  const Lines lines = picture_of(R"(boot family=fault ram_pages=16 swap_pages=4
mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)
store(0x40000000, 5)
store(0x40001000, 6)
swap_out(1, 0x40000000)
swap_out(1, 0x40001000)
reclaim()
)");
  EXPECT_THAT(lines,
              AllOf(Contains("  slot 1..2   1 = object  shm1:0..1 on disk"), Contains("  slot 3..4   0 = free")));
}

TEST(FaultPicture, shows_pages_held_for_input_and_output) {
  const std::string script = "boot family=fault ram_pages=8 swap_pages=0\n" + memory_at(0x40000000, 1) +
                             "map_kiobuf(READ, 0x40000000, 4096)\n";
  EXPECT_THAT(picture_of(script), Contains("  pfn 3      2 = entry + held  memory: 40000000 of pid 1"));
  const Lines lines = picture_of(script + "munmap(0x40000000, 4096)\n");
  EXPECT_THAT(lines, AllOf(Contains("  pfn 3      1 = held       memory that no process has any more"),
                           Contains("  pfn 1     |d.i.....|"), Contains("  of pid    |1.-.....|"),
                           Contains("  d page directory, i held for input or output, - of none")));
}

TEST(FaultPicture, tells_processes_apart_whatever_their_numbers) {
  std::string script = "boot family=fault ram_pages=64 swap_pages=0\n";
  for (int i = 0; i != 10; ++i) script += "[pid 1] fork()\n";
  for (int pid = 2; pid != 10; ++pid) script += fmt::format("[pid {}] exit()\n", pid);
  Lines lines = picture_of(script + "[pid 1] exit()\n");
  EXPECT_THAT(lines,
              AllOf(Contains("  of pid    |.........01.....................................................|"),
                    Contains("  d page directory, 0 pid 10, 1 pid 11")));
  lines = picture_of(script);  // 1 and 11 end alike
  EXPECT_THAT(lines,
              AllOf(Contains("  of pid    |a........bc.....................................................|"),
                    Contains("  d page directory, b pid 10, c pid 11")));
}

// ---- Page tables ----------------------------------------------------------------------------------------------

TEST(FaultPicture, shows_entries_of_all_kinds) {
  const Lines lines = picture_of("boot family=fault ram_pages=16 swap_pages=4\n" + memory_at(0x40000000, 4) +
                                 memory_at(0x50000000, 1) + R"(store(0x40000000, 1)
store(0x40001000, 2)
store(0x40002000, 3)
load(0x40003000)
mprotect(0x40001000, 4096, PROT_NONE)
swap_out(1, 0x40002000)
fork()
[pid 1] load(0x50000000)
[pid 2] munmap(0x40003000, 4096)
)");
  const auto begin = std::ranges::find(lines, "Page tables, their frames by number");
  EXPECT_EQ(joined({begin, lines.end()}), R"(Page tables, their frames by number
                  pid 1         pid 2      area
  directory       1             6
  rss             2 pages       2 pages
  40000000 table  2             7
  40000000        3    r-uad c  3 r-u-d c  rw-p
  40001000        4    n--ad =  4 n---d =  ---p
  40002000        slot 1        slot 1     rw-p
  40003000        zero r-ua- c  .          rw-p
  50000000 table  8             -
  50000000        zero r-ua- c             rw-p
  rwuad: present, writable, for user mode, accessed, dirty; n: there, but nobody may access it
  -: no table; .: no entry; c: a write gets a copy; =: other entries lead to it, too
)");
}

TEST(FaultPicture, puts_as_many_processes_beside_each_other_as_there_is_room_for) {
  std::string script = "boot family=fault ram_pages=64 swap_pages=0\n" + memory_at(0x40000000, 12);
  for (Word i = 0; i != 12; ++i) script += fmt::format("store(0x{:08x}, 1)\n", 0x40000000 + i * 4096);
  for (int i = 0; i != 8; ++i) script += "[pid 1] fork()\n";
  const Lines lines = picture_of(script);
  EXPECT_LE(std::ranges::max(lines, {}, &std::string::size).size(), 100u);
  EXPECT_THAT(lines,
              Contains(StartsWith("                     pid 1          pid 2          pid 3          pid 4  ")));
  EXPECT_THAT(lines, Contains(StartsWith("  40000000-4000c000  3..14 r-u-d c  3..14 r-u-d c  ")));
  const auto heads = std::ranges::count_if(lines, [](const std::string& line) { return line.ends_with("area"); });
  EXPECT_EQ(heads, 2);
  EXPECT_THAT(lines, Contains(HasSubstr("memory, copied on write: 40000000-4000c000 of pid 1..9")));
}

TEST(FaultPicture, is_bounded) {
  std::string script = "boot family=fault ram_pages=2000 swap_pages=0\n" + memory_at(0x40000000, 2000);
  for (Word i = 0; i != 900; ++i) script += fmt::format("store(0x{:08x}, 1)\n", 0x40000000 + i * 2 * 4096);
  const Lines lines = picture_of(script);
  EXPECT_LE(lines.size(), 400u);
  EXPECT_EQ(std::ranges::count_if(lines, [](const auto& line) { return line.ends_with(" more lines)"); }), 2);
}

// ---- Defects --------------------------------------------------------------------------------------------------

TEST(FaultPicture, marks_counts_that_references_do_not_explain) {
  const auto whole = [](const std::string& script) {
    return carried_out("boot family=fault ram_pages=8 swap_pages=4\n" + memory_at(0x40000000, 2) + script);
  };
  MachineUnderWay machine = whole("store(0x40000000, 5)\nstore(0x40001000, 6)\nswap_out(1, 0x40001000)\n");
  auto& memory = machine.state.memory;
  EXPECT_THAT(picture(machine), Not(Contains(HasSubstr("?"))));
  const auto tampered = [&](Word frames, Word slots, Word pages) {
    MachineUnderWay with = machine;
    with.state.memory.mem_map = changed_at(memory.mem_map, Word{3}, [&](auto frame) {
      frame.count += frames;
      return frame;
    });
    with.state.memory.swap.swap_map =
        changed_at(memory.swap.swap_map, Word{1}, [&](Word count) { return count + slots; });
    with.state.memory.rss = changed_at(memory.rss, Word{1}, [&](Word count) { return count + pages; });
    return picture(with);
  };
  EXPECT_THAT(tampered(2, 0, 0),
              AllOf(Contains("? references do not explain: count of pfn 3"), Contains("  pfn 1     |dt?w....|"),
                    Contains(HasSubstr("  pfn 3      3 = entry + 2 ?  memory: 40000000 of")),
                    Contains(EndsWith("? its count is not explained"))));
  EXPECT_THAT(tampered(~Word{0}, 0, 0), Contains(HasSubstr("  pfn 3      0 = entry - 1 ?  memory: ")));
  EXPECT_THAT(tampered(0, 1, 0),
              AllOf(Contains("? references do not explain: count of slot 1"),
                    Contains(HasSubstr("  slot 1      3 = entry + cache + 1 ?  in pfn 4: 40001000 of pid 1"))));
  EXPECT_THAT(tampered(0, 0, 1), AllOf(Contains("? references do not explain: rss of pid 1"),
                                       Contains("  rss             2 pages, 1 found ?")));
  EXPECT_THAT(tampered(1, 1, 1),
              Contains("? references do not explain: count of pfn 3; count of slot 1; rss of pid 1"));
}

TEST(FaultPicture, shows_frames_that_are_lost) {
  const Lines lines = picture_of("boot family=fault ram_pages=8 swap_pages=0\n" + memory_at(0x40000000, 2) +
                                 R"(set fail_alloc=1
put_user(0x40000000, 1)
madvise(0x40000000, 4096, MADV_DONTNEED)
store(0x40000000, 6)
set fail_alloc=1
get_user(0xbffff000)
exit()
)");
  EXPECT_THAT(lines, AllOf(Contains("? references do not explain: count of pfn 2"),
                           Contains("  pfn 2      1 = 1 ?   lost: nothing leads to it"),
                           Contains("  pfn 1     |.?......|"), Contains("  of pid    |.-......|")));
}

TEST(FaultPicture, shows_the_table_that_stands_in) {
  const std::string script = "boot family=fault ram_pages=8 swap_pages=0\n" + memory_at(0x40000000, 2) +
                             R"(fork()
set fail_alloc=1
[pid 1] put_user(0x40000000, 1)
set fail_alloc=1
[pid 2] put_user(0x40000000, 1)
[pid 1] madvise(0x40000000, 4096, MADV_DONTNEED)
[pid 1] store(0x40000000, 6)
)";
  EXPECT_THAT(picture_of(script),
              AllOf(Contains("  BAD_PAGETABLE   0 = reserved   stands in for 2 tables of pid 1,2"),
                    Contains("  pfn 3           1 = entry      memory: 40000000 of pid 1,2"),
                    Contains("  40000000 table  bad        bad"),
                    Contains("  40000000        3 rwuad !  3 rwuad !           rw-p"),
                    Contains("? references do not explain: rss of pid 2")));
  EXPECT_THAT(picture_of(script + "[pid 1] exit()\n[pid 2] exit()\n"), Not(Contains(HasSubstr("BAD_PAGETABLE"))));
}

TEST(FaultPicture, shows_what_becomes_of_the_zero_page) {
  const Lines lines = picture_of("boot family=fault ram_pages=8 swap_pages=0\n" + memory_at(0x40000000, 2) +
                                 R"(map_kiobuf(WRITE, 0x40000000, 4096)
unmap_kiobuf()
store(0x40000000, 5)
load(0x40001000)
)");
  EXPECT_THAT(lines, AllOf(Contains("? references do not explain: count of ZERO_PAGE"),
                           Contains(HasSubstr("  ZERO_PAGE   1 = 1 ?        zeros: 40000000 of pid 1, 40001000")),
                           Contains("  40000000        zero rwuad !  rw-p")));
}

TEST(FaultPicture, marks_pages_that_areas_do_not_permit) {
  // What a debugger writes, and where its look goes astray.
  EXPECT_THAT(picture_of(R"(boot family=fault ram_pages=16 swap_pages=0
mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)
load(0x40000000)
poke(1, 0x40000000, 9)
)"),
              AllOf(Contains("  40000000        3 rwuad !  r--p"),
                    Contains(HasSubstr("!: its area does not permit this, or there is none"))));
  EXPECT_THAT(picture_of(R"(boot family=fault ram_pages=16 swap_pages=0
fork()
[pid 1] mlockall(MCL_CURRENT)
[pid 2] peek(1, 0xbfffe000)
)"),
              Contains("  bfffe000        zero r-ua- c  6 rwuad !  rwxp/none"));
}

// ---- Recordings -----------------------------------------------------------------------------------------------

bool shows_a_defect(const std::filesystem::path& path) { return path.filename().string().starts_with("defect-"); }

/// The counts are those of the references behind every call of every recording, but where a defect is at work.
TEST(FaultPicture, explains_every_count_of_every_recording) {
  std::size_t pictures = 0, unexplained = 0;
  for (const auto& path : recordings("fault")) {
    bool explained = true;
    carried_out(transcript::parse(transcript::load(path)), [&](const MachineUnderWay& machine) {
      const Lines lines = picture(machine);
      ASSERT_LE(std::ranges::max(lines, {}, &std::string::size).size(), 100u) << path << '\n' << joined(lines);
      ASSERT_LE(lines.size(), 200u) << path;
      ++pictures;
      explained = explained && !lines[1].starts_with("?");
    });
    EXPECT_TRUE(explained || shows_a_defect(path)) << path;
    unexplained += static_cast<std::size_t>(!explained);
  }
  EXPECT_GT(pictures, 20000u);
  EXPECT_GE(unexplained, 5u);
}

}  // namespace
}  // namespace refmm::process
