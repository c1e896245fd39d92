// The machine with processes of impl/ by itself: its pieces, its TLB, its memory, and machines larger than the model is asked for.
#include <refmm/impl/process.hpp>
#include <refmm/spec/fault_kernel.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

namespace refmm {
namespace {

using impl::NumberSet;
using impl::PageStore;
using impl::SwapArea;
using W = std::uint32_t;

// ---- Numbers ----------------------------------------------------------------------------------------------------------

TEST(NumberSet, IsASetFromWhichTheLowestIsFound) {
  for (const W last : {1u, 63u, 64u, 65u, 4095u, 4096u, 300'000u}) {
    NumberSet numbers(last);
    std::set<W> expected;
    std::mt19937 random(last);
    const auto next = [&](W from) {
      const auto found = expected.lower_bound(from);
      return found == expected.end() ? NumberSet::none : *found;
    };
    for (int i = 0; i != 3000; ++i) {
      const W number = 1 + static_cast<W>(random()) % last;
      if (expected.erase(number) != 0)
        numbers.erase(number);
      else
        expected.insert(number), numbers.insert(number);
      ASSERT_EQ(numbers.size(), expected.size());
      ASSERT_EQ(numbers.contains(number), expected.contains(number));
      ASSERT_EQ(numbers.first(), next(1)) << last;
      const W from = 1 + static_cast<W>(random()) % (last + 70);
      ASSERT_EQ(numbers.first_from(from), next(from)) << last << " from " << from;
    }
  }
}

TEST(NumberSet, CanBeEmptyForGoodOrFull) {
  NumberSet nothing(0);
  nothing.fill();
  EXPECT_EQ(nothing.first(), NumberSet::none);
  EXPECT_EQ(nothing.first_from(1), NumberSet::none);
  NumberSet all(200);
  all.fill();
  EXPECT_EQ(all.size(), 200u);
  for (W number = 1; number <= 200; ++number) {
    EXPECT_EQ(all.first(), number);
    all.erase(number);
  }
  EXPECT_EQ(all.first(), NumberSet::none);
}

// ---- Slots ------------------------------------------------------------------------------------------------------------

TEST(SwapArea, GoesOnWhereItTookTheLastSlotAndBeginsAnewAfter256) {
  SwapArea area(600);
  for (W slot = 1; slot <= 10; ++slot) EXPECT_EQ(area.get(1), slot);
  area.free(3);
  EXPECT_EQ(area.get(1), 11u) << "not the free slot behind it";
  for (W slot = 12; slot <= 257; ++slot) EXPECT_EQ(area.get(1), slot);
  EXPECT_EQ(area.get(1), 3u) << "256 were taken from slot 2 on";
  EXPECT_EQ(area.get(2), 258u);
  area.duplicate(258);
  EXPECT_EQ(area.count(258), 3u);
  EXPECT_EQ(area.free_slots(), 600u - 258u);
}

TEST(SwapArea, HasNoSlotWhenItIsFullOrNotInUse) {
  SwapArea area(2);
  EXPECT_EQ(area.get(1), 1u);
  EXPECT_EQ(area.get(1), 2u);
  EXPECT_EQ(area.get(1), SwapArea::no_slot);
  area.free(1);
  area.end_use();
  EXPECT_EQ(area.get(1), SwapArea::no_slot);
  EXPECT_EQ(area.free_slots(), 0u);
  EXPECT_EQ(SwapArea(0).get(1), SwapArea::no_slot);
  EXPECT_EQ(area.count(3), 0u) << "of a slot that there is not";
}

// ---- Pages that are kept ----------------------------------------------------------------------------------------------

TEST(PageStore, KeepsItsPagesWhenItGrowsAndForgetsWhatIsCut) {
  PageStore store(2);
  store.page(0)[5] = std::byte{1};
  store.page(1)[7] = std::byte{2};
  store.grow(4);
  EXPECT_EQ(store.pages(), 4u);
  EXPECT_EQ(store.page(0)[5], std::byte{1});
  EXPECT_EQ(store.page(1)[7], std::byte{2});
  EXPECT_EQ(store.page(3)[0], std::byte{0});
  store.page(3)[0] = std::byte{3};
  store.clear_from(4096 + 7);
  EXPECT_EQ(store.page(0)[5], std::byte{1});
  EXPECT_EQ(store.page(1)[7], std::byte{0});
  EXPECT_EQ(store.page(3)[0], std::byte{0});
  store.grow(3);
  EXPECT_EQ(store.pages(), 4u);
}

// ---- Machines ---------------------------------------------------------------------------------------------------------

class ProcessImplementation : public testing::Test {
 protected:
  using Machine = impl::ProcessMachine<>;
  static constexpr W base = 0x40000000, page = 4096;
  static constexpr W readable = vma::PROT_READ, writable = vma::PROT_READ | vma::PROT_WRITE;
  static constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;

  static process::Boot<W> boot(W ram_pages, W swap_pages) {
    return {.kernel = fault::corrected,
            .ram_pages = ram_pages,
            .swap_pages = swap_pages,
            .page_cluster = 0,
            .files = {3 * page},
            .overcommit = true,
            .survive = true};
  }

  static void map(Machine& machine, W pid, W first, W pages, W prot = writable, W flags = anonymous, int fd = -1) {
    ASSERT_TRUE(machine.mm(pid).mmap(base + first * page, pages * page, prot, flags | vma::MAP_FIXED, fd, 0));
  }
  static int load(Machine& machine, W pid, W addr) {
    const auto byte = machine.load(pid, addr);
    return byte ? *byte : -1;
  }
};

/// What the processor remembers of a page is used as long as nothing has changed, and never afterwards, whoever changed it.
TEST_F(ProcessImplementation, NeverUsesATranslationThatTheTablesDoNotHaveAnyMore) {
  Machine machine(boot(200, 50));
  map(machine, 1, 0, 4);
  const auto set = [&](W pid, int byte) {
    EXPECT_TRUE(machine.store(pid, base, static_cast<std::uint8_t>(byte)));
    EXPECT_EQ(load(machine, pid, base), byte);
  };
  set(1, 1);

  // The kernel takes the page away, and gives its frame to somebody else.
  EXPECT_EQ(*machine.swap_out(1, base), 1u);
  EXPECT_EQ(machine.reclaim(), 1u);
  EXPECT_TRUE(machine.store(1, base + page, 99));
  EXPECT_EQ(load(machine, 1, base), 1);

  // A fork makes it read-only; the child's table is another one.
  set(1, 2);
  const W child = *machine.fork(1);
  set(1, 3);
  EXPECT_EQ(load(machine, child, base), 2);
  set(child, 4);
  EXPECT_EQ(load(machine, 1, base), 3);

  // A debugger writes, and copies what was shared.
  const W grandchild = *machine.fork(child);
  EXPECT_EQ(load(machine, grandchild, base), 4);
  EXPECT_TRUE(machine.poke(1, grandchild, base, 5));
  EXPECT_EQ(load(machine, grandchild, base), 5);
  EXPECT_EQ(load(machine, child, base), 4);

  // A directory in the frame of the one that was active.
  EXPECT_TRUE(machine.exit(grandchild));
  const W next = *machine.fork(1);
  EXPECT_EQ(load(machine, next, base), 3);

  // Protections, moves, advice.
  set(1, 6);
  EXPECT_TRUE(machine.mm(1).mprotect(base, page, readable));
  EXPECT_FALSE(machine.store(1, base, 7));
  EXPECT_TRUE(machine.mm(1).mprotect(base, page, vma::PROT_NONE));
  EXPECT_FALSE(machine.load(1, base));
  EXPECT_TRUE(machine.mm(1).mprotect(base, page, writable));
  EXPECT_EQ(load(machine, 1, base), 6);
  ASSERT_TRUE(machine.mm(1).mremap(base, page, page, vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED, base + 8 * page));
  EXPECT_EQ(load(machine, 1, base + 8 * page), 6);
  EXPECT_FALSE(machine.load(1, base));
  EXPECT_TRUE(machine.madvise(1, base + 8 * page, page, fault::MADV_DONTNEED));
  EXPECT_EQ(load(machine, 1, base + 8 * page), 0);
}

TEST_F(ProcessImplementation, ForgetsPagesThatAnotherProcessCutsOff) {
  Machine machine(boot(200, 50));
  const auto fd = machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  map(machine, 1, 0, 3, writable, vma::MAP_SHARED, static_cast<int>(*fd));
  const W child = *machine.fork(1);
  EXPECT_TRUE(machine.store(child, base + 2 * page, 9));
  EXPECT_TRUE(machine.truncate(1, 1, page));
  EXPECT_EQ(machine.load(child, base + 2 * page).refusal(), process::Refusal::beyond_object);
  EXPECT_TRUE(machine.truncate(1, 1, 3 * page));
  EXPECT_EQ(load(machine, child, base + 2 * page), 0);
}

/// The dirty bit is set again after the kernel has taken it, and the accessed bit after it was cleared for want of a slot.
TEST_F(ProcessImplementation, MarksEntriesAgain) {
  Machine machine(boot(200, 0));
  const auto fd = machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  map(machine, 1, 0, 1, writable, vma::MAP_SHARED, static_cast<int>(*fd));
  map(machine, 1, 1, 1);
  const auto entry = [&](W addr) { return *machine.memory().pte_offset(machine.find(1)->tables(), addr); };
  EXPECT_TRUE(machine.store(1, base, 1));
  EXPECT_TRUE(machine.msync(1, base, page, fault::MS_ASYNC));
  EXPECT_EQ(entry(base) & fault::PAGE_DIRTY, 0u);
  EXPECT_TRUE(machine.store(1, base, 2));
  EXPECT_NE(entry(base) & fault::PAGE_DIRTY, 0u);

  EXPECT_TRUE(machine.store(1, base + page, 1));
  EXPECT_EQ(*machine.swap_out(1, base + page), 0u);
  EXPECT_EQ(entry(base + page) & fault::PAGE_ACCESSED, 0u);
  EXPECT_TRUE(machine.load(1, base + page));
  EXPECT_NE(entry(base + page) & fault::PAGE_ACCESSED, 0u);
}

/// A process of many page tables, copied, written, swapped and brought back; every byte is where it was stored, and in the end nothing is
/// lost.
TEST_F(ProcessImplementation, KeepsTheBytesOfLargeProcesses) {
  constexpr W pages = 20'000, frames = 3 * pages, slots = 2 * pages;
  Machine machine(boot(frames, slots));
  map(machine, 1, 0, pages);
  const auto byte_of = [](W pid, W place) { return static_cast<std::uint8_t>(7 * pid + place + place / 251); };
  const auto fill = [&](W pid, W step) {
    for (W place = 0; place < pages; place += step)
      ASSERT_TRUE(machine.store(pid, base + place * page + place % page, byte_of(pid, place)));
  };
  fill(1, 1);
  const W child = *machine.fork(1);
  fill(child, 2);
  for (W place = 0; place != pages; ++place) {
    const W addr = base + place * page + place % page;
    ASSERT_EQ(load(machine, child, addr), byte_of(place % 2 == 0 ? child : 1, place));
    ASSERT_EQ(load(machine, 1, addr), byte_of(1, place));
  }

  for (const W pid : {1u, child}) {
    for (W place = 0; place < pages; place += 3) ASSERT_EQ(*machine.swap_out(pid, base + place * page), 1u);
  }
  EXPECT_GT(machine.reclaim(), pages / 4);
  for (W place = 0; place < pages; place += 7)
    ASSERT_EQ(load(machine, 1, base + place * page + place % page), byte_of(1, place));
  ASSERT_TRUE(machine.swapoff());
  EXPECT_EQ(machine.memory().swap().free_slots(), 0u);
  for (W place = 0; place != pages; ++place) {
    const W addr = base + place * page + place % page;
    ASSERT_EQ(load(machine, child, addr), byte_of(place % 2 == 0 ? child : 1, place));
    ASSERT_EQ(load(machine, 1, addr), byte_of(1, place));
  }

  ASSERT_TRUE(machine.exit(1));
  ASSERT_TRUE(machine.exit(child));
  EXPECT_EQ(machine.memory().frames().free_frames(), frames);
  ASSERT_TRUE(machine.swapon());
  EXPECT_EQ(machine.memory().swap().free_slots(), slots);
}

TEST_F(ProcessImplementation, GivesEverythingBackWhateverWasGoingOn) {
  Machine machine(boot(500, 100));
  const auto fd = machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  map(machine, 1, 0, 3, writable, vma::MAP_SHARED, static_cast<int>(*fd));
  map(machine, 1, 8, 8, writable, vma::MAP_SHARED | vma::MAP_ANONYMOUS);
  map(machine, 1, 32, 8);
  for (const W first : {0u, 8u, 32u}) {
    for (W place = 0; place != 3; ++place) EXPECT_TRUE(machine.store(1, base + (first + place) * page, 1));
  }
  const W child = *machine.fork(1);
  for (const W pid : {1u, child}) {
    for (const W place : {8u, 9u, 32u, 33u}) EXPECT_EQ(*machine.swap_out(pid, base + place * page), 1u);
  }
  EXPECT_EQ(machine.reclaim(), 4u);
  EXPECT_TRUE(machine.load(child, base + 8 * page));
  EXPECT_TRUE(machine.exit(1));
  EXPECT_TRUE(machine.exit(child));
  EXPECT_EQ(machine.reclaim(), 3u) << "pages of the file";
  EXPECT_EQ(machine.memory().frames().free_frames(), 500u);
  EXPECT_EQ(machine.memory().swap().free_slots(), 100u);
  EXPECT_EQ(machine.memory().cache().size(), 0u);
  EXPECT_EQ(machine.exit(child).refusal(), process::Refusal::no_such_process);
  EXPECT_EQ(machine.load(1, base).refusal(), process::Refusal::no_such_process);
}

TEST_F(ProcessImplementation, KillsWhoRunsOutOfMemory) {
  process::Boot<W> small = boot(6, 0);
  small.survive = false;
  Machine machine(small);
  map(machine, 1, 0, 8);
  const W child = *machine.fork(1);
  W stored = 0;
  while (machine.store(1, base + stored * page, 1)) ++stored;
  EXPECT_EQ(stored, 3u) << "behind two directories and a table";
  EXPECT_EQ(machine.find(1), nullptr);
  EXPECT_NE(machine.find(child), nullptr);
  EXPECT_EQ(machine.memory().frames().free_frames(), 5u);
}

/// Written in odd pieces to a file that grows, read in other odd pieces, and seen through a mapping: the same bytes, whatever was reclaimed.
TEST_F(ProcessImplementation, WritesAndReadsLargeFiles) {
  constexpr W pages = 900;
  Machine machine(boot(2 * pages + 100, 0));
  const auto fd = machine.open(1, vma::FMODE_READ | vma::FMODE_WRITE);
  ASSERT_TRUE(fd);
  const int file = static_cast<int>(*fd);
  map(machine, 1, 0, 20);
  for (W at = 0; at != 20 * page; ++at)
    ASSERT_TRUE(machine.store(1, base + at, static_cast<std::uint8_t>(at % 251)));
  constexpr W piece = 7 * page + 51;
  for (W at = 0; at < pages * page; at += piece)
    ASSERT_EQ(*machine.pwrite(1, file, base + at % 251, std::min(piece, pages * page - at), at),
              std::min(piece, pages * page - at));
  machine.reclaim();
  map(machine, 1, 1024, pages, readable, vma::MAP_SHARED, file);
  std::mt19937 random(5);
  for (int i = 0; i != 3000; ++i) {
    const W at = static_cast<W>(random()) % (pages * page - 9000), bytes = 1 + static_cast<W>(random()) % 9000;
    ASSERT_EQ(*machine.pread(1, file, base + 10 * page, bytes, at), bytes);
    const W place = static_cast<W>(random()) % bytes;
    ASSERT_EQ(load(machine, 1, base + 10 * page + place), static_cast<int>((at + place) % 251));
    ASSERT_EQ(load(machine, 1, base + 1024 * page + at + place), static_cast<int>((at + place) % 251));
  }
  EXPECT_EQ(*machine.pread(1, file, base, page, pages * page - 10), 10u);
  EXPECT_EQ(*machine.pread(1, file, base, page, pages * page), 0u);
}

std::string text_of(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ProcessExample, IsWhatTheHeaderShows) {
  std::istringstream example(text_of("tests/process_example.cpp"));
  std::string shown;
  for (std::string line; std::getline(example, line);) shown += line.empty() ? "//\n" : "//   " + line + "\n";
  EXPECT_GT(shown.size(), 500u);
  EXPECT_NE(text_of("impl/process.hpp").find("//\n" + shown + "//\n"), std::string::npos) << shown;
}

}  // namespace
}  // namespace refmm
