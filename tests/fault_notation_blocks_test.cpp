// The blocks that answer queries about processes and pages.

#include <refmm/spec/fault_notation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Word = std::uint32_t;
using Lines = std::vector<std::string>;

constexpr Word pid = 2, table = 5;

constexpr Word entry(Word frame, Word flags) { return frame << 12 | flags; }
constexpr Word usual = fault::PAGE_PRESENT | fault::PAGE_USER | fault::PAGE_ACCESSED;

/// Two files, two shared memory objects, and a process with areas of all kinds.
State<Word> small_state() {
  State<Word> state{};
  state.inodes = {{"file1", 0, false, 0, {}, {}},
                  {"file2", 0, false, 0, {}, {}},
                  {"dev/zero:0", 0, true, 0, {}, {}},
                  {"dev/zero:11", 0, true, 0, {}, {}}};
  state.files = {{1, "file2", vma::FMODE_READ, 2, 3}, {2, "dev/zero:11", vma::FMODE_READ, 1, std::nullopt}};
  Process<Word> process{};
  process.pid = pid;
  process.min_flt = 3;
  process.maj_flt = 4;
  process.esp = 0xbfffff00;
  process.mm.brk = 0x0804a000;
  process.mm.total_vm = 6;
  process.mm.locked_vm = 1;
  process.mm.map_count = 3;
  constexpr Word read_write = vma::VM_READ | vma::VM_WRITE;
  process.mm.areas = {
      {0x40000000, 0x40002000, 1, read_write, 1, false, false, 1},
      {0x4ffff000, 0x50001000, 0xfffff, read_write | vma::VM_SHARED | vma::VM_MAYSHARE, 2, false, false, 2},
      {0xbffff000, 0xc0000000, 0, read_write | vma::VM_EXEC | vma::VM_GROWSDOWN, 0, false, false, 3}};
  state.processes = {process};

  auto& memory = state.memory;
  memory.ram_pages = 8;
  memory.rss = updated(memory.rss, pid, 9);
  memory.pgds =
      updated(memory.pgds, pid, updated(paging::Entries<Word>{}, 0x100, entry(table, fault::PAGE_TABLE)));
  return state;
}

void put_entry(State<Word>& state, Word frame_of_table, Word index, Word value) {
  auto& tables = state.memory.tables;
  tables = updated(tables, frame_of_table, updated(lookup(tables, frame_of_table), index, value));
}

void put_frame(State<Word>& state, Word pfn, const fault::Frame<Word>& frame) {
  state.memory.mem_map = updated(state.memory.mem_map, pfn, frame);
}

void put_slot(State<Word>& state, Word slot, Word count) {
  state.memory.swap.swap_map = updated(state.memory.swap.swap_map, slot, count);
}

using Block = Question::Block;
Lines ask(Block block, const State<Word>& state, Word of = pid, Word addr = 0) {
  return answer({block, of, addr}, state);
}

// ---- Entries --------------------------------------------------------------------------------------------------

TEST(FaultBlocks, show_one_entry) {
  State<Word> state = small_state();
  put_entry(state, table, 1, entry(7, usual | fault::PAGE_RW | fault::PAGE_DIRTY));
  put_entry(state, table, 2, entry(fault::ZERO_PAGE, fault::PAGE_ACCESSED | fault::PAGE_PROTNONE));
  put_entry(state, table, 3, 12 << 8);
  const auto at = [&](Word addr) { return ask(Block::pte, state, pid, addr); };
  EXPECT_THAT(at(0x3fffffff), ElementsAre("3ffff000 no table"));
  EXPECT_THAT(at(0x40000fff), ElementsAre("40000000 none"));
  EXPECT_THAT(at(0x40001123), ElementsAre("40001000 pfn 7 present|rw|user|accessed|dirty"));
  EXPECT_THAT(at(0x40002000), ElementsAre("40002000 ZERO_PAGE accessed|protnone"));
  EXPECT_THAT(at(0x40003000), ElementsAre("40003000 swap slot 12"));
}

TEST(FaultBlocks, show_tables_in_the_order_of_their_windows) {
  State<Word> state = small_state();
  auto& directory = state.memory.pgds;
  directory = updated(directory, pid, updated(lookup(directory, pid), 0x2ff, entry(6, fault::PAGE_TABLE)));
  put_entry(state, table, 1023, entry(7, usual));
  put_entry(state, table, 3, entry(8, usual));
  EXPECT_THAT(ask(Block::ptes, state),
              ElementsAre("40000000 table pfn 5", "40003000 pfn 8 present|user|accessed",
                          "403ff000 pfn 7 present|user|accessed", "bfc00000 table pfn 6"));
}

TEST(FaultBlocks, show_of_the_bad_table_what_is_not_the_bad_page) {
  State<Word> state = small_state();
  auto& memory = state.memory;
  memory.pgds = updated(memory.pgds, pid,
                        updated(lookup(memory.pgds, pid), 0x101, entry(fault::BAD_PAGETABLE, fault::PAGE_TABLE)));
  const Word bad = entry(fault::BAD_PAGE, usual | fault::PAGE_RW);
  memory.tables = updated(memory.tables, fault::BAD_PAGETABLE, paging::Entries<Word>{bad, {}});
  put_entry(state, fault::BAD_PAGETABLE, 2, 0);
  put_entry(state, fault::BAD_PAGETABLE, 3, entry(7, usual));
  put_entry(state, table, 0, bad);
  EXPECT_THAT(ask(Block::ptes, state),
              ElementsAre("40000000 table pfn 5", "40000000 BAD_PAGE present|rw|user|accessed",
                          "40400000 table BAD_PAGETABLE", "40403000 pfn 7 present|user|accessed"));
  EXPECT_THAT(ask(Block::pte, state, pid, 0x40401000), ElementsAre("40401000 BAD_PAGE present|rw|user|accessed"));
}

// ---- A process ------------------------------------------------------------------------------------------------

TEST(FaultBlocks, show_areas_as_the_kernel_does) {
  State<Word> state = small_state();
  EXPECT_THAT(ask(Block::maps, state),
              ElementsAre("40000000-40002000 rw-p 00001000 03:01 102        /file2",
                          "4ffff000-50001000 rw-s fffff000 00:04 12         /dev/zero (deleted)",
                          "bffff000-c0000000 rwxp 00000000 00:00 0"));
  state.files.pop_back();
  EXPECT_EQ(ask(Block::maps, state).at(1), "4ffff000-50001000 rw-s fffff000 ? 0              ?");
}

TEST(FaultBlocks, show_what_is_counted_of_a_process) {
  const State<Word> state = small_state();
  EXPECT_THAT(ask(Block::rss, state), ElementsAre("9"));
  EXPECT_THAT(ask(Block::mm, state),
              ElementsAre("rss=9 total_vm=6 locked_vm=1 map_count=3 min_flt=3 maj_flt=4 brk=0x0804a000 "
                          "esp=0xbfffff00"));
}

TEST(FaultBlocks, are_empty_of_a_process_that_there_is_not) {
  for (const Block block : {Block::pte, Block::ptes, Block::rss, Block::mm, Block::maps})
    EXPECT_THAT(ask(block, small_state(), 3), IsEmpty());
}

// ---- The machine ----------------------------------------------------------------------------------------------

TEST(FaultBlocks, show_frames_that_are_taken_in_runs) {
  State<Word> state = small_state();
  using fault::Frame;
  EXPECT_THAT(ask(Block::pages, state), IsEmpty());
  for (const Word pfn : {1u, 2u, 3u, 5u}) put_frame(state, pfn, Frame<Word>{1, 0, 0, 0, 0});
  constexpr Word all =
      fault::PG_locked | fault::PG_error | fault::PG_uptodate | fault::PG_dirty | fault::PG_swap_cache;
  put_frame(state, 4, Frame<Word>{0, fault::PG_uptodate, 0, 0, 0});
  put_frame(state, 6, Frame<Word>{3, all, fault::swapper_space, 4, 1});
  put_frame(state, 7, Frame<Word>{1, fault::PG_uptodate, 2, 9, 0});
  put_frame(state, 8, Frame<Word>{1, fault::PG_uptodate, 4, 0, 0});
  put_frame(state, fault::ZERO_PAGE, Frame<Word>{1, fault::PG_reserved, 0, 0, 0});
  put_frame(state, fault::BAD_PAGE, Frame<Word>{0, fault::PG_reserved, 0, 0, 0});
  EXPECT_THAT(ask(Block::pages, state),
              ElementsAre("ZERO_PAGE count=1 flags=0 mapping=NULL buffers=0",
                          "pfn 1..3 count=1 flags=0 mapping=NULL buffers=0",
                          "pfn 5 count=1 flags=0 mapping=NULL buffers=0",
                          "pfn 6 count=3 flags=locked|error|uptodate|dirty|swap_cache mapping=swap:4 buffers=1",
                          "pfn 7 count=1 flags=uptodate mapping=file2:9 buffers=0",
                          "pfn 8 count=1 flags=uptodate mapping=shm2:0 buffers=0"));
}

TEST(FaultBlocks, hide_the_end_of_a_transfer_from_pages_without_a_mapping) {
  State<Word> state = small_state();
  put_frame(state, 1, {1, fault::PG_error | fault::PG_uptodate | fault::PG_dirty, fault::none, 0, 0});
  EXPECT_THAT(ask(Block::pages, state), ElementsAre("pfn 1 count=1 flags=dirty mapping=NULL buffers=0"));
}

TEST(FaultBlocks, show_slots_that_are_taken) {
  State<Word> state = small_state();
  EXPECT_THAT(ask(Block::swap, state), IsEmpty());
  put_slot(state, 3, 2);
  put_slot(state, 1, 1);
  state.memory.page_cache =
      updated(state.memory.page_cache, fault::swapper_space, updated(Map<Word, Word>{}, 3, 7));
  EXPECT_THAT(ask(Block::swap, state), ElementsAre("slot 1 count=1 cache=NULL", "slot 3 count=2 cache=pfn 7"));
}

TEST(FaultBlocks, count_what_could_be_had) {
  State<Word> state = small_state();
  put_frame(state, 1, {1, 0, fault::none, 0, 0});
  put_frame(state, 2, {1, 0, fault::swapper_space, 1, 0});
  put_frame(state, 3, {1, 0, 1, 0, 0});
  put_frame(state, 4, {0, fault::PG_uptodate, fault::none, 0, 0});
  put_frame(state, fault::ZERO_PAGE, {1, fault::PG_reserved, fault::none, 0, 0});
  state.memory.swap.pages = 4;
  put_slot(state, 1, 1);
  EXPECT_THAT(ask(Block::mem, state), ElementsAre("free=5 page_cache=2 swap_free=0"));
  state.memory.swap.in_use = true;
  EXPECT_THAT(ask(Block::mem, state), ElementsAre("free=5 page_cache=2 swap_free=3"));
}

}  // namespace
}  // namespace refmm::process
