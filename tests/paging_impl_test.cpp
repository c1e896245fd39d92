// The processor of impl/ and its TLB by themselves: what only costs time where it is wrong, and accesses that no session makes.
#include <refmm/impl/paging_processor.hpp>
#include <refmm/impl/paging_tlb.hpp>
#include <refmm/spec/paging.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace refmm::impl {
namespace {

using paging::PAGE_ACCESSED;
using paging::PAGE_DIRTY;
using paging::PAGE_GLOBAL;
using paging::PAGE_PRESENT;
using paging::PAGE_PSE;
using paging::PAGE_RW;
using paging::PAGE_USER;

// ---- The TLB ----------------------------------------------------------------------------------------------------------------

constexpr Address same_set = Tlb::sets * page_size;

std::size_t remembered(const Tlb& tlb) {
  std::size_t count = 0;
  tlb.for_each([&](Address, const CachedTranslation&) { ++count; });
  return count;
}

void expect_entry(const Tlb& tlb, Address addr, Entry entry) {
  const CachedTranslation* const found = tlb.lookup(addr);
  ASSERT_NE(found, nullptr) << addr;
  EXPECT_EQ(found->entry, entry) << addr;
}

TEST(Tlb, RemembersAsManyPagesAsItHasPlaces) {
  const auto tlb = std::make_unique<Tlb>();
  EXPECT_EQ(remembered(*tlb), 0u);
  EXPECT_EQ(tlb->lookup(0), nullptr);
  for (Entry page = 0; page != Tlb::sets * Tlb::ways; ++page) tlb->insert(page * page_size, {.entry = page});
  EXPECT_EQ(remembered(*tlb), Tlb::sets * Tlb::ways);
  for (Entry page = 0; page != Tlb::sets * Tlb::ways; ++page) expect_entry(*tlb, page * page_size + 7, page);
  // One more takes the place of the page of its set that came first.
  tlb->insert(Tlb::ways * same_set, {.entry = 100});
  EXPECT_EQ(tlb->lookup(0), nullptr);
  expect_entry(*tlb, same_set, Tlb::sets);
  expect_entry(*tlb, Tlb::ways * same_set, 100);
}

TEST(Tlb, RemembersAPageInOnePlace) {
  Tlb tlb;
  tlb.insert(0, {.entry = 1});
  tlb.insert(0, {.entry = 2});
  expect_entry(tlb, 0, 2);
  EXPECT_EQ(remembered(tlb), 1u);
  for (Entry page = 1; page != Tlb::ways; ++page) tlb.insert(page * same_set, {.entry = page});
  expect_entry(tlb, 0, 2);
  for (Entry page = 1; page != Tlb::ways; ++page) expect_entry(tlb, page * same_set, page);
}

TEST(Tlb, ForgetsNoMoreThanItIsTold) {
  Tlb tlb;
  const auto fill = [&] {
    tlb.insert(0, {.entry = 1, .global = true});
    tlb.insert(same_set, {.entry = 2});
  };
  fill();
  tlb.flush_one(0);
  EXPECT_EQ(tlb.lookup(0), nullptr);
  expect_entry(tlb, same_set, 2);
  fill();
  tlb.flush();
  expect_entry(tlb, 0, 1);
  EXPECT_EQ(tlb.lookup(same_set), nullptr);
  fill();
  tlb.flush_global();
  EXPECT_EQ(remembered(tlb), 0u);
}

// ---- The processor ----------------------------------------------------------------------------------------------------------

/// Frames of tables.
struct Frames {
  std::unique_ptr<std::array<std::array<Entry, entries_per_table>, 4>> all =
      std::make_unique<std::array<std::array<Entry, entries_per_table>, 4>>();

  std::byte* frame(Pfn pfn) const { return reinterpret_cast<std::byte*>((*all)[pfn].data()); }
};

constexpr paging::Access user_reads{.user = true, .write = false, .wp = true};
constexpr paging::Access user_writes{.user = true, .write = true, .wp = true};
constexpr std::uint32_t user_page = PAGE_PRESENT | PAGE_USER | PAGE_ACCESSED;
constexpr Address addr = 5 * page_size + 3;

/// Frame 1 is a directory whose slot 0 leads to the table in frame 2, and slot 1 to a page of 4 MB; frame 3 is an empty directory.
class ProcessorTest : public testing::Test {
 protected:
  ProcessorTest() {
    (*frames.all)[0].fill(mk_entry(77, user_page));  // what nothing leads to
    pde = mk_entry(2, user_page | PAGE_RW);
    large = mk_entry(1024, user_page | PAGE_RW | PAGE_PSE);
  }

  /// Reads or writes through a processor that has the page at `addr` since it led to frame 8; since then it leads to frame 9.
  Pfn frame_reached(Processor<Frames>& cpu, std::uint32_t flags, const paging::Access& access, auto between) {
    cpu.load_cr3(1);
    cpu.flush(true);
    pte = mk_entry(8, flags);
    EXPECT_EQ(cpu.access(addr, access).phys, 8 * page_size + 3);
    pte = mk_entry(9, flags);
    between(cpu);
    const Accessed accessed = cpu.access(addr, access);
    EXPECT_TRUE(accessed.translated);
    EXPECT_EQ(accessed.error_code, 0u);
    EXPECT_EQ(offset_in_page(accessed.phys), 3u);
    return accessed.phys >> page_shift;
  }

  Frames frames{};
  Entry& pde = (*frames.all)[1][0];
  Entry& large = (*frames.all)[1][1];
  Entry& pte = (*frames.all)[2][pte_index(addr)];
};

constexpr auto nothing = [](Processor<Frames>&) {};

/// [paging.tlb.stale]
TEST_F(ProcessorTest, DoesNotWalkToWhatItRemembers) {
  Processor<Frames> cpu(frames, false);
  EXPECT_EQ(frame_reached(cpu, user_page, user_reads, nothing), 8u);
  EXPECT_EQ(frame_reached(cpu, user_page | PAGE_RW | PAGE_DIRTY, user_writes, nothing), 8u);
  EXPECT_EQ(frame_reached(cpu, user_page, user_reads, [](auto& one) { one.load_cr3(1); }), 8u);
  EXPECT_EQ(frame_reached(cpu, user_page, user_reads, [](auto& one) { one.flush_one(same_set + addr); }), 8u);
}

TEST_F(ProcessorTest, WalksWhenItWasToldToForget) {
  Processor<Frames> cpu(frames, false);
  EXPECT_EQ(frame_reached(cpu, user_page, user_reads, [](auto& one) { one.flush_one(addr); }), 9u);
  EXPECT_EQ(frame_reached(cpu, user_page, user_reads, [](auto& one) { one.flush(false); }), 9u);
  const auto to_another_directory_and_back = [](auto& one) {
    one.load_cr3(3);
    EXPECT_FALSE(one.access(addr, user_reads).translated);
    one.load_cr3(1);
  };
  EXPECT_EQ(frame_reached(cpu, user_page, user_reads, to_another_directory_and_back), 9u);
}

/// [paging.tlb.flush]: global pages stay, on a processor that has them.
TEST_F(ProcessorTest, KeepsGlobalPages) {
  const auto flush = [](auto& one) { one.flush(false); };
  const auto flush_global = [](auto& one) { one.flush(true); };
  Processor<Frames> with(frames, true), without(frames, false);
  EXPECT_EQ(frame_reached(with, user_page | PAGE_GLOBAL, user_reads, flush), 8u);
  EXPECT_EQ(frame_reached(with, user_page | PAGE_GLOBAL, user_reads, flush_global), 9u);
  EXPECT_EQ(frame_reached(with, user_page, user_reads, flush), 9u);
  EXPECT_EQ(frame_reached(without, user_page | PAGE_GLOBAL, user_reads, flush), 9u);
}

/// [paging.walk.no_table], whatever is in the frame that an empty entry would lead to.
TEST_F(ProcessorTest, FaultsWhereThereIsNoTable) {
  Processor<Frames> cpu(frames, false);
  cpu.load_cr3(1);
  const Accessed accessed = cpu.access(2 * pgdir_size, user_writes);
  EXPECT_FALSE(accessed.translated);
  EXPECT_EQ(accessed.error_code, paging::FAULT_WRITE | paging::FAULT_USER);
}

/// [paging.walk.write_protect]
TEST_F(ProcessorTest, LetsOnlyTheKernelWriteWhatIsReadOnlyWithoutWriteProtection) {
  Processor<Frames> cpu(frames, false);
  cpu.load_cr3(1);
  pte = mk_entry(8, user_page);
  EXPECT_TRUE(cpu.access(addr, {.user = false, .write = true, .wp = false}).translated);
  EXPECT_FALSE(cpu.access(addr, {.user = false, .write = true, .wp = true}).translated);
  const Accessed of_user = cpu.access(addr, {.user = true, .write = true, .wp = false});
  EXPECT_FALSE(of_user.translated);
  EXPECT_EQ(of_user.error_code, paging::FAULT_PROTECTION | paging::FAULT_WRITE | paging::FAULT_USER);
}

/// [paging.walk.marks]: both levels were accessed, and what maps the page was written to.
TEST_F(ProcessorTest, MarksWhatItUses) {
  Processor<Frames> cpu(frames, false);
  cpu.load_cr3(1);
  pde &= ~PAGE_ACCESSED;
  large &= ~PAGE_ACCESSED;
  pte = mk_entry(8, PAGE_PRESENT | PAGE_USER | PAGE_RW);
  const auto marks = [](Entry entry) { return entry & (PAGE_ACCESSED | PAGE_DIRTY); };

  EXPECT_TRUE(cpu.access(addr, user_reads).translated);
  EXPECT_EQ(marks(pde), PAGE_ACCESSED);
  EXPECT_EQ(marks(pte), PAGE_ACCESSED);
  EXPECT_TRUE(cpu.access(addr, user_writes).translated);
  EXPECT_EQ(marks(pde), PAGE_ACCESSED);
  EXPECT_EQ(marks(pte), PAGE_ACCESSED | PAGE_DIRTY);

  const Accessed read = cpu.access(pgdir_size + addr, user_reads);
  EXPECT_EQ(read.phys, 1024 * page_size + addr);
  EXPECT_EQ(read.error_code, 0u);
  EXPECT_EQ(marks(large), PAGE_ACCESSED);
  EXPECT_TRUE(cpu.access(pgdir_size + addr, user_writes).translated);
  EXPECT_EQ(marks(large), PAGE_ACCESSED | PAGE_DIRTY);
}

}  // namespace
}  // namespace refmm::impl
