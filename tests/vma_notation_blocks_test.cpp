// The blocks that answer the queries of the vma family, of states that are lawful and of states that no lawful subject has.

#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::vma {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Word = std::uint32_t;
using Block = Question::Block;

constexpr std::uint32_t may_all = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

Area<Word> area(std::uint32_t id, Word start, Word end, Word flags, std::uint32_t file = 0, Word pgoff = 0) {
  return {.vm_start = start,
          .vm_end = end,
          .vm_pgoff = pgoff,
          .vm_flags = flags,
          .vm_file = file,
          .vm_ops = false,
          .mapped_noreserve = false,
          .id = id};
}

/// Three areas: of a file, of shared memory, and a stack; a tree over them.
State<Word> small_state() {
  State<Word> state{};
  state.mm.areas = {
      area(1, 0x40000000, 0x40003000, VM_READ | VM_EXEC | may_all | VM_DENYWRITE | VM_EXECUTABLE, 1, 0x10),
      area(5, 0x40010000, 0x40011000, VM_READ | VM_WRITE | VM_SHARED | VM_MAYSHARE | may_all | VM_LOCKED, 2),
      area(3, 0xbffff000, 0xc0000000, VM_ACCESS | may_all | VM_GROWSDOWN, 0, 0xffffffff)};
  state.mm.total_vm = 5;
  state.mm.locked_vm = 1;
  state.mm.map_count = 3;
  state.mm.brk = 0x0804c123;
  state.inodes = {{"ld.so", 0, false, -1, {1}, {}}, {"dev/zero:7", 0, true, 0, {}, {5}}};
  state.files = {{1, "ld.so", FMODE_READ, 2, 3}, {2, "dev/zero:7", FMODE_READ | FMODE_WRITE, 1, {}}};
  state.lookup.mmap_avl = 5;
  state.lookup.nodes = {{1, {}, {}, 1}, {3, {}, {}, 1}, {5, 1, 3, 2}};
  return state;
}

std::vector<std::string> ask(Block block, const State<Word>& state) { return answer(Question{block}, state); }

TEST(VmaBlocks, show_the_areas) {
  EXPECT_THAT(ask(Block::maps, small_state()),
              ElementsAre("40000000-40003000 r-xp 00000010 ld.so may=rwx denywrite|executable",
                          "40010000-40011000 rw-s 00000000 dev/zero:7 may=rwx shared|locked",
                          "bffff000-c0000000 rwxp ffffffff - may=rwx growsdown"));
}

TEST(VmaBlocks, show_every_flag_by_its_place_or_name) {
  State<Word> state{};
  const auto shown = [&](Word flags) {
    state.mm.areas = {area(1, 0x1000, 0x2000, flags)};
    return ask(Block::maps, state).at(0).substr(18);
  };
  EXPECT_EQ(shown(0), "---p 00000000 - may=--- 0");
  EXPECT_EQ(shown(VM_READ | VM_MAYWRITE), "r--p 00000000 - may=-w- 0");
  EXPECT_EQ(shown(VM_WRITE | VM_MAYEXEC), "-w-p 00000000 - may=--x 0");
  EXPECT_EQ(shown(VM_EXEC | VM_MAYREAD), "--xp 00000000 - may=r-- 0");
  EXPECT_EQ(shown(VM_MAYSHARE), "---s 00000000 - may=--- 0");
  EXPECT_EQ(shown(VM_SHARED | VM_GROWSDOWN | VM_DENYWRITE | VM_EXECUTABLE | VM_LOCKED | VM_DONTEXPAND),
            "---p 00000000 - may=--- shared|growsdown|denywrite|executable|locked|dontexpand");
  EXPECT_EQ(shown(VM_DONTCOPY), "---p 00000000 - may=--- 0");  // nobody can set it here
}

TEST(VmaBlocks, show_the_accounts) {
  State<Word> state = small_state();
  EXPECT_THAT(ask(Block::mm, state),
              ElementsAre("total_vm=5 locked_vm=1 map_count=3 brk=0x0804c123 def_flags=0 tree=yes"));
  state.mm.def_flags = VM_LOCKED;
  state.lookup = {};
  EXPECT_THAT(ask(Block::mm, state),
              ElementsAre("total_vm=5 locked_vm=1 map_count=3 brk=0x0804c123 def_flags=locked tree=no"));
}

TEST(VmaBlocks, show_the_tree_node_before_left_before_right) {
  EXPECT_THAT(
      ask(Block::tree, small_state()),
      ElementsAre("40010000-40011000 height=2", "40000000-40003000 height=1", "bffff000-c0000000 height=1"));
  EXPECT_THAT(ask(Block::tree, {}), IsEmpty());
}

TEST(VmaBlocks, show_the_files) {
  State<Word> state = small_state();
  state.inodes[0].i_mmap = {3, 1};
  state.files.push_back({9, "ld.so", 0, 1, 4});
  EXPECT_THAT(ask(Block::files, state),
              ElementsAre("inode ld.so i_writecount=-1 i_mmap=bffff000,40000000 i_mmap_shared=-",
                          "inode dev/zero:7 i_writecount=0 i_mmap=- i_mmap_shared=40010000",
                          "file 3 ld.so O_RDONLY f_count=2", "file - dev/zero:7 O_RDWR f_count=1",
                          "file 4 ld.so O_ACCMODE f_count=1"));
}

TEST(VmaBlocks, say_so_where_a_subject_has_lost_something) {
  State<Word> state = small_state();
  state.mm.areas.pop_back();
  state.files.pop_back();
  state.inodes[0].i_mmap = {3};
  EXPECT_EQ(ask(Block::maps, state).at(1), "40010000-40011000 rw-s 00000000 ? may=rwx shared|locked");
  EXPECT_EQ(ask(Block::files, state).at(0), "inode ld.so i_writecount=-1 i_mmap=? i_mmap_shared=-");
  EXPECT_THAT(ask(Block::tree, state),
              ElementsAre("40010000-40011000 height=2", "40000000-40003000 height=1", "? height=1"));
}

TEST(VmaBlocks, show_of_a_tree_that_is_none_every_node_once) {
  State<Word> state = small_state();
  state.lookup.nodes = {{1, 5, 1, 1}, {5, 1, 77, 2}};
  EXPECT_THAT(ask(Block::tree, state),
              ElementsAre("40010000-40011000 height=2", "40000000-40003000 height=1", "?", "?", "?"));
}

}  // namespace
}  // namespace refmm::vma
