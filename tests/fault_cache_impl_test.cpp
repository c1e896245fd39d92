// Demand paging of impl/ where random sessions hardly come: pages of many objects, windows that end oddly, requests that fail halfway.
#include <refmm/impl/process.hpp>
#include <refmm/spec/fault_kernel.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace refmm {
namespace {

using W = std::uint32_t;

/// Objects 1 and 5 have the same chains in a table of four.
TEST(PageCache, TellsPagesOfObjectsApartThatShareAChain) {
  struct Frames {
    std::array<impl::Page, 4> pages;
    impl::Page& page(W pfn) { return pages[pfn]; }
  } frames;
  impl::PageCache<Frames> cache(frames, 3);
  impl::MemoryObject first, fifth;
  first.number = 1;
  fifth.number = 5;
  frames.page(1).mapping = &first;
  frames.page(2).mapping = &fifth;
  cache.add(1);
  cache.add(2);
  EXPECT_EQ(cache.find(first, 0), 1u);
  EXPECT_EQ(cache.find(fifth, 0), 2u);
}

/// The words of each level are as many as the bits of whole words above them: behind the last one stands the next level.
TEST(NumberSet, FindsNothingBehindTheLastWordOfALevel) {
  constexpr W last = 64 * 64 * 64 - 1;
  impl::NumberSet numbers(last);
  numbers.insert(1);
  EXPECT_EQ(numbers.first_from(last), impl::NumberSet::none);
  EXPECT_EQ(numbers.first_from(1), 1u);
}

class DemandPaging : public testing::Test {
 protected:
  using Machine = impl::ProcessMachine<>;
  static constexpr W base = 0x40000000, page = 4096, table = 0x400000;
  static constexpr W writable = vma::PROT_READ | vma::PROT_WRITE;
  static constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;
  static constexpr W shared_memory = vma::MAP_SHARED | vma::MAP_ANONYMOUS;

  static process::Boot<W> boot(W ram_pages, W swap_pages, W page_cluster, W pages_of_file) {
    return {.kernel = fault::corrected,
            .ram_pages = ram_pages,
            .swap_pages = swap_pages,
            .page_cluster = page_cluster,
            .files = {pages_of_file * page},
            .overcommit = true,
            .survive = true};
  }

  static void map(Machine& machine, W addr, W pages, W flags = anonymous, W prot = writable) {
    ASSERT_TRUE(machine.mm(1).mmap(addr, pages * page, prot, flags | vma::MAP_FIXED, -1, 0));
  }
  static void map_file(Machine& machine, W addr, W pages, W first = 0) {
    const auto fd = machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE);
    ASSERT_TRUE(fd);
    ASSERT_TRUE(machine.mm(1).mmap(addr, pages * page, writable, vma::MAP_SHARED | vma::MAP_FIXED,
                                   static_cast<int>(*fd), first * page));
  }
  static void map_sequential(Machine& machine, W addr, W pages, W first = 0) {
    map_file(machine, addr, pages, first);
    ASSERT_TRUE(machine.madvise(1, addr, pages * page, fault::MADV_SEQUENTIAL));
  }
  static int load(Machine& machine, W pid, W addr) {
    const auto byte = machine.load(pid, addr);
    return byte ? *byte : -1;
  }
  static W entry(Machine& machine, W addr) {
    return *machine.memory().pte_offset(machine.find(1)->tables(), addr);
  }
  static W window_end(Machine& machine, W addr) { return machine.mm(1).find_vma(addr)->vm_raend; }
};

// ---- Failures ---------------------------------------------------------------------------------------------------------

/// The second table could be had, but the first could not.
TEST_F(DemandPaging, DoesNotForkWithoutATableInTheMiddle) {
  Machine machine(boot(50, 0, 0, 1));
  map(machine, base + table - page, 2);
  EXPECT_TRUE(machine.store(1, base + table - page, 1));
  EXPECT_TRUE(machine.store(1, base + table, 2));
  machine.memory().frames().fail_alloc = 2;
  const auto child = machine.fork(1);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.refusal(), process::Refusal::no_page_table_to_copy);
}

/// The upper page has a table to go to, the lower one has none.
TEST_F(DemandPaging, MovesBackWhatItHasMovedIfATableIsMissing) {
  Machine machine(boot(50, 0, 0, 1));
  map(machine, base, 2);
  EXPECT_TRUE(machine.store(1, base, 1));
  EXPECT_TRUE(machine.store(1, base + page, 2));
  machine.memory().frames().fail_alloc = 2;
  EXPECT_FALSE(machine.mm(1).mremap(base, 2 * page, 2 * page, vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED,
                                    base + 2 * table - page));
  EXPECT_EQ(load(machine, 1, base), 1);
  EXPECT_EQ(load(machine, 1, base + page), 2);
}

TEST_F(DemandPaging, MovesNothingBackThatLiesBelowTheTarget) {
  Machine machine(boot(50, 0, 0, 1));
  map(machine, base + page, 1);
  map(machine, base + table - page, 1);
  EXPECT_TRUE(machine.store(1, base + page, 1));
  EXPECT_TRUE(machine.store(1, base + table - page, 2));
  machine.memory().frames().fail_alloc = 1;
  EXPECT_FALSE(
      machine.mm(1).mremap(base + page, page, page, vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED, base + table));
  EXPECT_EQ(load(machine, 1, base + page), 1);
  EXPECT_EQ(load(machine, 1, base + table - page), 2);
}

TEST_F(DemandPaging, LocksWhatLiesBehindAnUnreadablePage) {
  Machine machine(boot(50, 0, 0, 3));
  map_file(machine, base, 3);
  machine.memory().fail_read = 3;
  EXPECT_TRUE(machine.mm(1).mlock(base, 3 * page));
  EXPECT_EQ(machine.memory().fail_read, 0u);
  EXPECT_EQ(entry(machine, base), 0u);
  EXPECT_NE(entry(machine, base + page), 0u);
  EXPECT_NE(entry(machine, base + 2 * page), 0u);
}

// ---- Sequential areas -------------------------------------------------------------------------------------------------

/// The 31 pages of the window behind the first, wherever the area ends.
TEST_F(DemandPaging, ReadsTheNextWindowOfAnAreaOfOneMegabyte) {
  Machine machine(boot(300, 0, 0, 256));
  map_sequential(machine, base, 256);
  EXPECT_TRUE(machine.load(1, base + 16 * page));
  EXPECT_EQ(machine.memory().cache().size(), 1u + 31u);
  EXPECT_EQ(window_end(machine, base), 62u);
}

/// The end of an area is taken for the last page of its file: an area that ends below the window is not read ahead.
TEST_F(DemandPaging, KeepsTheWindowOfAnAreaThatEndsBelowIt) {
  Machine below(boot(100, 0, 0, 20));
  map_sequential(below, 0, 20);
  EXPECT_TRUE(below.load(1, 16 * page));
  EXPECT_EQ(window_end(below, 0), 31u);

  Machine exactly(boot(100, 0, 0, 31));
  map_sequential(exactly, 0, 31);
  EXPECT_TRUE(exactly.load(1, 16 * page));
  EXPECT_EQ(window_end(exactly, 0), 62u);
}

/// A window that does not begin with a group ends with the group of its last step: page 38 would be the next step, pages 36 and 37 stay
/// where they are.
TEST_F(DemandPaging, ReadsNoGroupFromTheEndOfTheFileOn) {
  Machine machine(boot(100, 0, 2, 38));
  map_sequential(machine, base, 37, 1);
  EXPECT_TRUE(machine.load(1, base + 16 * page));
  EXPECT_EQ(machine.memory().cache().size(), 8u) << "pages 16 to 19 and 32 to 35";
}

TEST_F(DemandPaging, WritesBackOnlyTheWindowThatWasPassed) {
  Machine machine(boot(300, 0, 0, 150));
  map_sequential(machine, base, 150);
  for (const W place : {0u, 100u}) EXPECT_TRUE(machine.store(1, base + place * page, 1));
  for (const W place : {16u, 47u, 78u}) EXPECT_TRUE(machine.load(1, base + place * page));
  EXPECT_EQ(window_end(machine, base), 124u);
  EXPECT_EQ(entry(machine, base) & fault::PAGE_DIRTY, 0u);
  EXPECT_NE(entry(machine, base + 100 * page) & fault::PAGE_DIRTY, 0u);
}

// ---- Shared memory ----------------------------------------------------------------------------------------------------

TEST_F(DemandPaging, DoesNotShowAPageOfSharedMemoryThatCouldNotBeRead) {
  Machine machine(boot(50, 4, 0, 1));
  map(machine, base, 1, shared_memory);
  EXPECT_TRUE(machine.store(1, base, 7));
  EXPECT_EQ(*machine.swap_out(1, base), 1u);
  EXPECT_EQ(machine.reclaim(), 1u);
  machine.memory().fail_swap_read = 1;
  EXPECT_EQ(machine.load(1, base).refusal(), process::Refusal::not_readable);
  EXPECT_EQ(load(machine, 1, base), 7);
}

TEST_F(DemandPaging, MarksAPageOfSharedMemoryThatCouldNotBeWritten) {
  Machine machine(boot(50, 4, 0, 1));
  map(machine, base, 1, shared_memory);
  EXPECT_TRUE(machine.store(1, base, 7));
  EXPECT_EQ(*machine.swap_out(1, base), 1u);
  machine.memory().fail_swap_write = 1;
  EXPECT_EQ(machine.reclaim(), 0u);
  std::vector<W> flags;
  machine.memory().cache().for_each([&](W pfn) { flags.push_back(machine.memory().frames().page(pfn).flags); });
  EXPECT_EQ(flags, std::vector<W>{fault::PG_uptodate | fault::PG_error | fault::PG_dirty | fault::PG_swap_cache});
}

/// The only slot had a page of shared memory, and then has one of a process.
TEST_F(DemandPaging, BringsASlotBackToWhoHasItNow) {
  Machine machine(boot(50, 1, 0, 1));
  map(machine, base, 1, shared_memory);
  map(machine, base + 8 * page, 1);
  EXPECT_TRUE(machine.store(1, base, 7));
  EXPECT_EQ(*machine.swap_out(1, base), 1u);
  EXPECT_EQ(machine.reclaim(), 1u);
  EXPECT_EQ(load(machine, 1, base), 7);
  EXPECT_TRUE(machine.store(1, base + 8 * page, 8));
  EXPECT_EQ(*machine.swap_out(1, base + 8 * page), 1u);
  EXPECT_EQ(machine.reclaim(), 1u);
  EXPECT_TRUE(machine.swapoff());
  EXPECT_EQ(machine.memory().cache().size(), 1u);
  EXPECT_EQ(load(machine, 1, base), 7);
  EXPECT_EQ(load(machine, 1, base + 8 * page), 8);
}

}  // namespace
}  // namespace refmm
