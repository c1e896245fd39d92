// The swap area and the kept pages of impl/ by themselves, and what a machine does where it is rarely asked to: ranges that have several
// page tables, slots of shared memory, pages that are still in the swap cache.
#include <refmm/impl/process.hpp>
#include <refmm/spec/fault_kernel.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <new>
#include <vector>

namespace refmm {
namespace {

using impl::PageStore;
using impl::SwapArea;
using W = std::uint32_t;

// ---- Pages that are kept ----------------------------------------------------------------------------------------------

/// Bytes of addresses that this process has.
std::uint64_t bytes_of_addresses() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

TEST(PageStore, GivesItsMemoryBackToTheHost) {
  constexpr W pages = 1u << 16;
  const std::uint64_t before = bytes_of_addresses(), bytes = std::uint64_t{pages} * 4096;
  {
    const PageStore store(pages);
    EXPECT_GE(bytes_of_addresses(), before + bytes);
  }
  EXPECT_LT(bytes_of_addresses(), before + bytes);
}

/// 16 TiB each: a process has addresses for a few of them.
TEST(PageStore, ThrowsIfTheHostHasNoRoomForIt) {
  std::vector<PageStore> stores;
  const auto use_up_all_addresses = [&] {
    for (int i = 0; i != 64; ++i) stores.emplace_back(std::numeric_limits<W>::max());
  };
  EXPECT_THROW(use_up_all_addresses(), std::bad_alloc);
}

// ---- Slots ------------------------------------------------------------------------------------------------------------

TEST(SwapArea, HasNoCountForSlotsThatThereAreNot) {
  const SwapArea area(2);
  EXPECT_EQ(area.count(3), 0u);
  EXPECT_EQ(area.count(1u << 31), 0u);
}

TEST(SwapArea, FindsTheSlotsThatAreHeldAndNoneBehindTheLastOne) {
  SwapArea area(3);
  EXPECT_EQ(area.held_from(1), SwapArea::no_slot);
  EXPECT_EQ(area.get(1), 1u);
  EXPECT_EQ(area.get(1), 2u);
  area.free(1);
  EXPECT_EQ(area.held_from(1), 2u);
  EXPECT_EQ(area.held_from(2), 2u);
  EXPECT_EQ(area.held_from(3), SwapArea::no_slot);
}

// ---- Machines ---------------------------------------------------------------------------------------------------------

class SwappingMachine : public testing::Test {
 protected:
  using Machine = impl::ProcessMachine<>;
  static constexpr W base = 0x40000000, page = 4096;
  static constexpr W before_next_table = base + 1023 * page;  // two pages from there have entries in two tables
  static constexpr W readable = vma::PROT_READ, writable = vma::PROT_READ | vma::PROT_WRITE;
  static constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
  static constexpr W shared_memory = vma::MAP_SHARED | vma::MAP_ANONYMOUS;

  static process::Boot<W> boot(W swap_pages, W page_cluster = 0, W size_of_file = 3 * page) {
    return {.kernel = fault::corrected,
            .ram_pages = 60,
            .swap_pages = swap_pages,
            .page_cluster = page_cluster,
            .files = {size_of_file},
            .overcommit = true,
            .survive = true};
  }

  static void map(Machine& machine, W addr, W pages, W flags = anonymous, int fd = -1) {
    ASSERT_TRUE(machine.mm(1).mmap(addr, pages * page, writable, flags | vma::MAP_FIXED, fd, 0));
  }
  static int open(Machine& machine) {
    return static_cast<int>(*machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE));
  }
  static int load(Machine& machine, W pid, W addr) {
    const auto byte = machine.load(pid, addr);
    return byte ? *byte : -1;
  }
  /// Stores a byte in each of some pages, and unmaps them.
  static void store_and_swap_out(Machine& machine, W addr, W pages) {
    for (W at = addr; at != addr + pages * page; at += page) {
      ASSERT_TRUE(machine.store(1, at, 1));
      ASSERT_EQ(*machine.swap_out(1, at), 1u);
    }
  }
  static W entry(Machine& machine, W pid, W addr) {
    return *machine.memory().pte_offset(machine.find(pid)->tables(), addr);
  }
};

// ---- Swapping in ----

/// [fault.swap_in.cached]: the neighbour that was dropped stays away.
TEST_F(SwappingMachine, ReadsNoGroupForAPageThatIsInTheSwapCache) {
  Machine machine(boot(8, 1));
  map(machine, base, 3);
  store_and_swap_out(machine, base, 3);
  ASSERT_EQ(machine.reclaim(), 3u);
  const W second = base + page;
  ASSERT_EQ(load(machine, 1, second), 1);
  ASSERT_EQ(machine.memory().cache().size(), 2u) << "slots 2 and 3 are a group";
  ASSERT_EQ(machine.reclaim(), 1u);
  ASSERT_EQ(*machine.swap_out(1, second), 1u);
  EXPECT_EQ(load(machine, 1, second), 1);
  EXPECT_EQ(machine.memory().cache().size(), 1u);
}

// ---- The end of the swap area's use ----

TEST_F(SwappingMachine, GivesPagesToTheEntriesInAllTablesWhenTheSwapAreaGoes) {
  Machine machine(boot(8));
  map(machine, before_next_table, 2);
  store_and_swap_out(machine, before_next_table, 2);
  ASSERT_EQ(machine.reclaim(), 2u);
  ASSERT_TRUE(machine.swapoff());
  EXPECT_TRUE(impl::pte_present(entry(machine, 1, before_next_table)));
  EXPECT_TRUE(impl::pte_present(entry(machine, 1, before_next_table + page)));
  EXPECT_EQ(machine.find(1)->tables().rss, 2u);
}

TEST_F(SwappingMachine, KeepsTheSwapAreaIfASlotCannotBeRead) {
  Machine machine(boot(8));
  map(machine, base, 1);
  store_and_swap_out(machine, base, 1);
  ASSERT_EQ(machine.reclaim(), 1u);
  machine.memory().fail_swap_read = 1;
  EXPECT_EQ(machine.swapoff().refusal(), process::Refusal::slot_unreadable);
  EXPECT_TRUE(machine.memory().swap().is_in_use());
  EXPECT_EQ(machine.memory().cache().size(), 0u);
  EXPECT_EQ(load(machine, 1, base), 1);
}

/// Afterwards nothing of it is read from a slot.
TEST_F(SwappingMachine, GivesPagesToSharedMemoryWhenTheSwapAreaGoes) {
  Machine machine(boot(8));
  map(machine, base, 1, shared_memory);
  store_and_swap_out(machine, base, 1);
  ASSERT_EQ(machine.reclaim(), 1u);
  ASSERT_EQ(machine.memory().swap().count(1), 1u);
  ASSERT_TRUE(machine.swapoff());
  EXPECT_EQ(machine.memory().swap().slot(1).object, nullptr);
  EXPECT_EQ(machine.memory().cache().size(), 1u);
  machine.memory().fail_swap_read = 1;
  EXPECT_EQ(load(machine, 1, base), 1);
}

// ---- Shared memory that goes ----

/// The slot is somebody else's next.
TEST_F(SwappingMachine, ForgetsWhoseASlotWasWhenSharedMemoryGoes) {
  Machine machine(boot(1));
  map(machine, base, 1, shared_memory);
  store_and_swap_out(machine, base, 1);
  ASSERT_EQ(machine.reclaim(), 1u);
  ASSERT_NE(machine.memory().swap().slot(1).object, nullptr);
  ASSERT_TRUE(machine.mm(1).munmap(base, page));
  ASSERT_EQ(machine.memory().swap().slot(1).object, nullptr);
  map(machine, base, 1);
  store_and_swap_out(machine, base, 1);
  ASSERT_TRUE(machine.swapoff());
  EXPECT_EQ(machine.memory().cache().size(), 0u);
  EXPECT_EQ(load(machine, 1, base), 1);
}

/// The page is there because it could not be written.
TEST_F(SwappingMachine, DropsWhatTheSwapCacheHasOfSharedMemoryThatGoes) {
  Machine machine(boot(1));
  map(machine, base, 1, shared_memory);
  store_and_swap_out(machine, base, 1);
  machine.memory().fail_swap_write = 1;
  ASSERT_EQ(machine.reclaim(), 0u);
  ASSERT_EQ(machine.memory().swap().free_slots(), 0u);
  ASSERT_EQ(machine.memory().cache().size(), 1u);
  ASSERT_TRUE(machine.mm(1).munmap(base, page));
  EXPECT_EQ(machine.memory().swap().free_slots(), 1u);
  EXPECT_EQ(machine.memory().cache().size(), 0u);
}

// ---- Ranges that have two tables ----

TEST_F(SwappingMachine, TakesTheDirtyBitsOfAllTables) {
  Machine machine(boot(0));
  map(machine, before_next_table, 2, vma::MAP_SHARED, open(machine));
  for (const W addr : {before_next_table, before_next_table + page}) ASSERT_TRUE(machine.store(1, addr, 1));
  ASSERT_TRUE(machine.msync(1, before_next_table, 2 * page, fault::MS_ASYNC));
  EXPECT_EQ(entry(machine, 1, before_next_table) & fault::PAGE_DIRTY, 0u);
  EXPECT_EQ(entry(machine, 1, before_next_table + page) & fault::PAGE_DIRTY, 0u);
}

TEST_F(SwappingMachine, ProtectsTheEntriesInAllTables) {
  Machine machine(boot(0));
  map(machine, before_next_table, 2);
  for (const W addr : {before_next_table, before_next_table + page}) ASSERT_TRUE(machine.store(1, addr, 1));
  ASSERT_TRUE(machine.mm(1).mprotect(before_next_table, 2 * page, readable));
  EXPECT_FALSE(machine.store(1, before_next_table, 2));
  EXPECT_FALSE(machine.store(1, before_next_table + page, 2));
}

/// [fault.copy.no_table]: that there is a frame for the next table does not help.
TEST_F(SwappingMachine, CopiesNothingBehindATableThatCouldNotBeHad) {
  Machine machine(boot(0));
  map(machine, before_next_table, 2);
  for (const W addr : {before_next_table, before_next_table + page}) ASSERT_TRUE(machine.store(1, addr, 1));
  const W free = machine.memory().frames().free_frames();
  machine.memory().frames().fail_alloc = 2;  // behind the directory
  EXPECT_EQ(machine.fork(1).refusal(), process::Refusal::no_page_table_to_copy);
  EXPECT_EQ(machine.memory().frames().free_frames(), free);
  EXPECT_EQ(machine.find(2), nullptr);
}

// ---- Files that get another size ----

TEST_F(SwappingMachine, KeepsTheLastPageOfAFileThatShrinksToWholePages) {
  Machine machine(boot(0));
  map(machine, base, 3, vma::MAP_SHARED, open(machine));
  ASSERT_TRUE(machine.store(1, base + page + 5, 9));
  ASSERT_TRUE(machine.truncate(1, 1, 2 * page));
  EXPECT_EQ(load(machine, 1, base + page + 5), 9);
}

/// Also where the page is in the first frame, which was that of a page directory.
TEST_F(SwappingMachine, ClearsThePageThatAFileEndedInWhereverItIs) {
  Machine machine(boot(0, 0, 100));
  map(machine, base, 1, vma::MAP_SHARED, open(machine));
  map(machine, base + page, 1);
  const W child = *machine.fork(1);
  ASSERT_TRUE(machine.store(child, base + page, 1)) << "so that it has a table";
  ASSERT_TRUE(machine.exit(1));
  ASSERT_TRUE(machine.store(child, base + 200, 9));
  ASSERT_EQ(impl::pfn_of(entry(machine, child, base)), 1u);
  ASSERT_TRUE(machine.truncate(child, 1, page));
  EXPECT_EQ(load(machine, child, base + 200), 0);
}

}  // namespace
}  // namespace refmm
