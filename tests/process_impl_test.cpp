// Processes of impl/ by themselves: what the random sessions that compare them with the model do not come to, or cannot see.
#include <refmm/impl/process.hpp>
#include <refmm/spec/fault_kernel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <variant>

namespace refmm {
namespace {

using process::Refusal;
using testing::HasSubstr;
using W = std::uint32_t;

constexpr W base = 0x40000000, page = 4096, task_size = 0xc0000000;
constexpr W readable = vma::PROT_READ, writable = vma::PROT_READ | vma::PROT_WRITE;
constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;

process::Boot<W> boot(W ram_pages = 64, W size_of_file = 3 * page) {
  return {.kernel = fault::corrected,
          .ram_pages = ram_pages,
          .swap_pages = 16,
          .page_cluster = 0,
          .files = {size_of_file},
          .overcommit = true,
          .survive = true};
}

class Processes : public testing::Test {
 protected:
  using Machine = impl::ProcessMachine<>;

  template <class AnyMachine>
  static void map(AnyMachine& machine, W addr, W pages, W prot = writable, W flags = anonymous, int fd = -1) {
    ASSERT_TRUE(machine.mm(1).mmap(addr, pages * page, prot, flags | vma::MAP_FIXED, fd, 0));
  }
  /// The file, shared, at `base`. Returns its descriptor.
  static int map_file(Machine& machine, W pages) {
    const int fd = static_cast<int>(*machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE));
    map(machine, base, pages, writable, vma::MAP_SHARED, fd);
    return fd;
  }
  /// A file of one byte, mapped at `base`, where a 9 was stored behind its end; and a page with a 7 to write from, behind its page.
  /// Returns its descriptor.
  static int store_behind_the_end(Machine& machine) {
    const int fd = map_file(machine, 1);
    map(machine, base + page, 1);
    EXPECT_TRUE(machine.store(1, base + 3, 9));
    EXPECT_TRUE(machine.store(1, base + page, 7));
    return fd;
  }
  static int load(Machine& machine, W addr) {
    const auto byte = machine.load(1, addr);
    return byte ? *byte : -1;
  }
};

template <class Returned>
void expect_refused(const Returned& returned, Refusal refusal) {
  ASSERT_FALSE(returned);
  EXPECT_EQ(returned.refusal(), refusal);
}

// ---- Machines ---------------------------------------------------------------------------------------------------------

/// What a machine is refused for, or nothing.
std::string refusal_of(const process::Boot<W>& boot) try {
  const impl::ProcessMachine<> machine(boot);
  return {};
} catch (const std::invalid_argument& refusal) {
  return refusal.what();
}

/// Pages in groups are looked at last: a machine that is refused for them is not too large, and none that large is made here.
TEST_F(Processes, RunOnMachinesUpToTheLimitsOfTheirTables) {
  const char* const frames = "page frames";
  const char* const slots = "slots";
  const char* const groups = "groups";
  process::Boot<W> large = boot();
  large.page_cluster = 22;
  EXPECT_THAT(refusal_of(large), HasSubstr(groups));
  large.ram_pages = 0;
  EXPECT_THAT(refusal_of(large), HasSubstr(frames));
  large.ram_pages = 1;
  EXPECT_THAT(refusal_of(large), HasSubstr(groups));
  large.ram_pages = fault::ZERO_PAGE - 1;
  EXPECT_THAT(refusal_of(large), HasSubstr(groups));
  large.ram_pages = fault::ZERO_PAGE;
  EXPECT_THAT(refusal_of(large), HasSubstr(frames));
  large.ram_pages = 64;
  large.swap_pages = 16'777'215;
  EXPECT_THAT(refusal_of(large), HasSubstr(groups));
  large.swap_pages = 16'777'216;
  EXPECT_THAT(refusal_of(large), HasSubstr(slots));

  process::Boot<W> grouped = boot();
  grouped.page_cluster = 21;
  EXPECT_EQ(refusal_of(grouped), "");
  process::Boot<W> other = large;
  other.kernel.areas.machine.page_size = 8192;
  EXPECT_THAT(refusal_of(other), HasSubstr("page tables"));
}

/// [process.no_such_process]: before anything else is looked at.
TEST_F(Processes, AreRefusedCallsOfNumbersThatNobodyHas) {
  Machine machine(boot());
  constexpr W nobody = 2;
  constexpr Refusal none = Refusal::no_such_process;
  expect_refused(machine.get_user(nobody, task_size), none);
  expect_refused(machine.put_user(nobody, task_size, 1), none);
  expect_refused(machine.peek(nobody, 1, task_size - 1), none);
  expect_refused(machine.poke(nobody, 1, task_size - 1, 1), none);
  expect_refused(machine.map_kiobuf(nobody, process::Direction::READ, base, 0), none);
  expect_refused(machine.madvise(nobody, base + 1, page, fault::MADV_NORMAL), none);
  expect_refused(machine.msync(nobody, base + 1, page, fault::MS_SYNC), none);
  expect_refused(machine.truncate(nobody, 1, 4 * page), none);
  expect_refused(machine.pread(nobody, 99, base, 1, 0), none);
  expect_refused(machine.pwrite(nobody, 99, base, 1, 0), none);
  machine.memory().frames().fail_alloc = 1;
  expect_refused(machine.fork(nobody), none);
  expect_refused(machine.exit(nobody), none);
}

/// Resident memory of this program, in bytes.
std::size_t resident() {
  std::size_t mapped = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> mapped >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// By how much memory grows when something is done very often, for each time that it is done.
std::size_t growth_by(auto act) {
  constexpr std::size_t times = 60'000;
  for (std::size_t i = 0; i != times / 10; ++i) act();
  const std::size_t before = resident();
  for (std::size_t i = 0; i != times; ++i) act();
  const std::size_t after = resident();
  return after < before ? 0 : (after - before) / times;
}

/// The table of processes has a place for each number that there ever was, and grows by leaps.
TEST_F(Processes, TakeNoMemoryOfTheHostWhenTheyAreGone) {
  Machine machine(boot());
  EXPECT_LT(growth_by([&] { ASSERT_TRUE(machine.exit(*machine.fork(1))); }), sizeof(Machine::Process) / 2);
  EXPECT_LT(growth_by([&] {
              machine.memory().frames().fail_alloc = 1;
              expect_refused(machine.fork(1), Refusal::no_page_directory);
            }),
            sizeof(Machine::Process) / 2);
  EXPECT_LT(growth_by([&] {
              map(machine, base, 1, writable, vma::MAP_SHARED | vma::MAP_ANONYMOUS);
              ASSERT_TRUE(machine.mm(1).munmap(base, page));
            }),
            sizeof(impl::MemoryObject) / 2);
}

/// The tracer of a machine goes with it: what happens at its end is counted elsewhere.
struct FrameCounter {
  static void record(const fault::Effect<W>& effect) {
    if (const auto* const asked = std::get_if<fault::AllocPage<W>>(&effect)) taken += asked->pfn ? 1 : 0;
    if (std::holds_alternative<fault::FreePage<W>>(effect)) ++freed;
  }
  static inline unsigned taken = 0, freed = 0;
};

TEST_F(Processes, FreeWhatIsStillHeldAtTheEndOfTheMachine) {
  {
    impl::ProcessMachine<FrameCounter> machine(boot());
    map(machine, base, 2);
    ASSERT_TRUE(machine.map_kiobuf(1, process::Direction::READ, base, 2 * page));
  }
  EXPECT_EQ(FrameCounter::taken, 4u) << "a directory, a table and two pages";
  EXPECT_EQ(FrameCounter::freed, 4u);
}

// ---- Bytes ------------------------------------------------------------------------------------------------------------

/// [process.stack.grows], [process.stack.below_pointer]
TEST_F(Processes, ReachUpTo32BytesBelowTheirStackPointer) {
  Machine machine(boot());
  machine.find(1)->esp = 0xbfffe020;
  EXPECT_EQ(load(machine, 0xbfffe000), 0);
  machine.find(1)->esp = 0xbfffd021;
  expect_refused(machine.load(1, 0xbfffd000), Refusal::below_stack_pointer);
}

/// The numbers of what is held take as much room as there are pages: never more, however long or wrapped the range.
TEST_F(Processes, HoldPagesInAsMuchRoomAsTheyNeed) {
  Machine machine(boot());
  map(machine, base, 5);
  EXPECT_TRUE(machine.map_kiobuf(1, process::Direction::READ, base + 1, W{0} - base - page));
  EXPECT_EQ(machine.iobuf().capacity(), 0u) << "the range ends before it begins";
  EXPECT_TRUE(machine.map_kiobuf(1, process::Direction::READ, base, 5 * page));
  EXPECT_EQ(machine.iobuf().size(), 5u);
  EXPECT_EQ(machine.iobuf().capacity(), 5u);
}

// ---- What is mapped ---------------------------------------------------------------------------------------------------

/// [fault.msync.later]
TEST_F(Processes, WriteToTheDiskOnlyWhenTheySyncAtOnce) {
  Machine machine(boot());
  map_file(machine, 1);
  const auto on_disk = [&] {
    return static_cast<int>(machine.files().inodes().begin()->i_mapping->disk.page(0)[0]);
  };
  const int before = on_disk();
  EXPECT_TRUE(machine.store(1, base, static_cast<std::uint8_t>(before + 1)));
  for (const W flags : {W{0}, fault::MS_ASYNC, fault::MS_INVALIDATE}) {
    EXPECT_TRUE(machine.msync(1, base, page, flags));
    EXPECT_EQ(on_disk(), before) << flags;
  }
  EXPECT_TRUE(machine.msync(1, base, page, fault::MS_SYNC));
  EXPECT_EQ(on_disk(), before + 1);
}

/// [process.madvise.length_zero]: also where nothing is mapped.
TEST_F(Processes, MayAdviseAboutNothing) {
  Machine machine(boot());
  EXPECT_TRUE(machine.madvise(1, base, 0, fault::MADV_NORMAL));
  EXPECT_TRUE(machine.madvise(1, task_size, 0, fault::MADV_NORMAL));
}

/// [process.madvise.willneed]: where pages are read alone, too, the end of the file is the end. The disk has had more pages.
TEST_F(Processes, NeedNoPagesBehindTheEndOfTheFile) {
  Machine machine(boot(64, 5 * page));
  map_file(machine, 5);
  ASSERT_TRUE(machine.truncate(1, 1, 3 * page));
  ASSERT_TRUE(machine.madvise(1, base, 5 * page, fault::MADV_RANDOM));
  EXPECT_TRUE(machine.madvise(1, base, 5 * page, fault::MADV_WILLNEED));
  EXPECT_EQ(machine.memory().cache().size(), 3u);
}

/// [process.madvise.reading], [vma.split.no_structure]: an area that is to be split needs another one.
TEST_F(Processes, AreToldThatAnAreaCannotBeSplit) {
  Machine machine(boot());
  map(machine, base, 2);
  auto settings = machine.settings();
  settings.fail_vma = 1;
  machine.set(settings);
  expect_refused(machine.madvise(1, base, page, fault::MADV_RANDOM), Refusal::no_structure);
}

/// [process.madvise.too_many_areas]: nobody can have more areas than are allowed, and with as many as that advice is still taken.
TEST_F(Processes, TakeAdviceWithAsManyAreasAsTheyMayHave) {
  Machine machine(boot());
  const W areas = process::max_map_count;
  for (W area = 1; area != areas; ++area) map(machine, 0x10000000 + 2 * area * page, 1);
  ASSERT_EQ(machine.mm(1).map_count(), areas);
  EXPECT_FALSE(machine.mm(1).mmap(0xa0000000, page, readable, anonymous | vma::MAP_FIXED, -1, 0));
  EXPECT_TRUE(machine.madvise(1, 0x10000000 + 2 * page, page, fault::MADV_RANDOM));
}

// ---- Files ------------------------------------------------------------------------------------------------------------

/// [process.truncate.tail]: a file of one byte, so that its end is next to the start of a page.
TEST_F(Processes, FindZerosWhereAFileGrows) {
  Machine machine(boot(64, 1));
  map_file(machine, 1);
  EXPECT_TRUE(machine.store(1, base + 5, 9));
  EXPECT_TRUE(machine.truncate(1, 1, 10));
  EXPECT_EQ(load(machine, base + 5), 0);
}

/// [process.write.grows]: what was stored behind the end is zeros from the old end to what is written.
TEST_F(Processes, FindZerosInFrontOfWhatTheyWriteBehindTheEnd) {
  Machine machine(boot(64, 1));
  const int fd = store_behind_the_end(machine);
  EXPECT_EQ(*machine.pwrite(1, fd, base + page, 5, 5), 5u);
  EXPECT_EQ(load(machine, base + 3), 0);
  EXPECT_EQ(load(machine, base + 5), 7);
}

/// A write up to the end of a file does not make it grow: what is behind the end stays until something does.
TEST_F(Processes, LeaveWhatIsBehindTheEndWhenTheyWriteUpToIt) {
  Machine machine(boot(64, 1));
  const int fd = store_behind_the_end(machine);
  EXPECT_EQ(*machine.pwrite(1, fd, base + page, 1, 0), 1u);
  EXPECT_EQ(load(machine, base), 7);
  EXPECT_EQ(load(machine, base + 3), 9);
}

/// [process.read], [process.write.length_zero]: nothing is copied, at the very end of the task as elsewhere.
TEST_F(Processes, MayReadAndWriteNoBytes) {
  Machine machine(boot());
  const int fd = map_file(machine, 1);
  for (const W addr : {base, task_size}) {
    const auto read = machine.pread(1, fd, addr, 0, 0);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, 0u);
    const auto written = machine.pwrite(1, fd, addr, 0, 0);
    ASSERT_TRUE(written);
    EXPECT_EQ(*written, 0u);
  }
  expect_refused(machine.pread(1, fd, task_size, 1, 0), Refusal::buffer_outside_task);
}

// ---- The kernel -------------------------------------------------------------------------------------------------------

/// [process.swapoff.unreadable]
TEST_F(Processes, KeepTheirSlotsWhereOneCannotBeRead) {
  Machine machine(boot());
  map(machine, base, 1);
  EXPECT_TRUE(machine.store(1, base, 5));
  EXPECT_EQ(*machine.swap_out(1, base), 1u);
  EXPECT_EQ(machine.reclaim(), 1u);
  machine.memory().fail_swap_read = 1;
  expect_refused(machine.swapoff(), Refusal::slot_unreadable);
  EXPECT_TRUE(machine.memory().swap().is_in_use());
  EXPECT_EQ(load(machine, base), 5);
  EXPECT_TRUE(machine.swapoff());
  EXPECT_EQ(load(machine, base), 5);
}

}  // namespace
}  // namespace refmm
