// Heaps as people see them.

#include <refmm/spec/malloc_picture.hpp>
#include <refmm/tests/malloc_script.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace refmm::malloc {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Le;
using testing::SizeIs;

std::vector<std::string> picture_after(const std::string& script) { return picture(after_script(script)); }

constexpr const char* three = "malloc(100)\nmalloc(100)\nmalloc(100)\nfree(0x0804b070)\n";

TEST(MallocPicture, of_no_heap_says_so) {
  EXPECT_THAT(picture_after(""), ElementsAre("no heap yet", "Memory 0804a000-0804b000 (4K)"));
}

TEST(MallocPicture, of_a_small_heap_is_small_and_to_scale) {
  EXPECT_THAT(picture_after("malloc(100)\nmalloc(100)\nmalloc(200)\nmalloc(600)\nmalloc(30)\nfree(0x0804b070)\n"
                            "free(0x0804b1a8)\nmalloc(200000)\n"),
              ElementsAre("3 chunks used (352 bytes), 2 free (712), top 3032; 1 block mapped",
                          "Memory 0804a000-0804c000 (8K), 40000000-40031000 (196K)",
                          "Heap 0804b000-0804c000: a column is 64 bytes; # used, . free, ~ top",
                          "  0804b000          104 used  |##                                      |",
                          "  0804b068          104 free  | ...                                    |",
                          "  0804b0d0          208 used  |   ####                                 |",
                          "  0804b1a0          608 free  |      ..........                        |",
                          "  0804b400           40 used  |                #                       |",
                          "  0804b428         3032 top   |                ~~~~~~~~~~~~~~~~~~~~~~~>|",
                          "Lists of free chunks, front first", "  13          104 head <-> 0804b068 <-> head",
                          "  64    512..1016 head <-> 0804b1a0 <-> head", "Blocks with mappings of their own",
                          "  40000000-40031000    196K  block 40000008, 200000 bytes"));
}

TEST(MallocPicture, puts_chunks_that_are_alike_on_a_line) {
  std::string script;
  for (int i = 0; i < 40; ++i) script += "malloc(100)\n";
  EXPECT_THAT(picture_after(script),
              Contains("  0804b000     40 x 104 used  |#################                       |"));
}

TEST(MallocPicture, of_many_chunks_has_columns_of_several) {
  std::string script;
  for (int i = 0; i < 2000; ++i) script += "malloc(" + std::to_string(i * 37 % 300) + ")\n";
  const auto lines = picture_after(script + "free(0x0804b018)\n");
  EXPECT_THAT(lines, SizeIs(Le(25u)));
  EXPECT_THAT(lines[2], HasSubstr(": a column is 512 bytes; # used, . free, ~ top, + some of these"));
  EXPECT_THAT(lines[3], HasSubstr("  0804b000 |+###"));
}

TEST(MallocPicture, shows_regions_and_what_others_did_to_the_break) {
  const auto lines = picture_after("malloc(100)\nsbrk(4096)\nmalloc(5000)\nsbrk(16)\n");
  EXPECT_THAT(lines[0], HasSubstr("others have moved the break 16 bytes on"));
  EXPECT_THAT(lines, Contains("  0804bff0           16 fence |                               =        |"));
  EXPECT_THAT(lines, Contains(HasSubstr("Heap 0804d000-0804f000: ")));
  EXPECT_THAT(picture_after("malloc(100)\nsbrk(-16)\n")[0], HasSubstr("! the break is 0804bff0, inside the heap"));
}

// ---- Damage ---------------------------------------------------------------------------------------------------

TEST(MallocPicture, shows_a_size_that_leads_out_of_the_heap) {
  const auto lines = picture_after(std::string(three) + "memset(0x0804b008, 65, 112)\n");
  EXPECT_THAT(lines, Contains(HasSubstr("  0804b068   1094795584 ?     |             !!!")));
  EXPECT_THAT(lines, Contains(HasSubstr("! this size leads out of the heap: what follows is not known")));
  EXPECT_THAT(lines,
              Contains("  13          104 head -> 0804b068 (damaged chunk) ! back to 41414141 (no memory) -> "
                       "41414141 (no memory) !"));
}

TEST(MallocPicture, shows_ends_that_disagree) {
  EXPECT_THAT(
      picture_after(std::string(three) + "store_word(0x0804b0d0, 96)\n"),
      Contains(HasSubstr("  0804b068          104 free  |      .......                           | ! its other "
                         "end says 96")));
  EXPECT_THAT(picture_after(std::string(three) + "store_word(0x0804b13c, 0xfffffff9)\n"),
              Contains(HasSubstr("! but 3784 bytes are left of the heap")));
  EXPECT_THAT(picture_after("malloc(100)\nstore_word(0x0804b004, 0x6b)\n"),
              Contains(HasSubstr("! says that it has a mapping of its own")));
  EXPECT_THAT(picture_after("malloc(200000)\nstore_word(0x40000004, 0x7ffff002)\n"),
              Contains(HasSubstr("! that is no mapping")));
}

TEST(MallocPicture, shows_where_a_forged_link_leads) {
  const auto list_with = [](const std::string& fd, const std::string& bk) {
    return picture_after(std::string(three) + "store_word(0x0804b070, " + fd + ")\nstore_word(0x0804b074, " + bk +
                         ")\n")
        .back();
  };
  EXPECT_EQ(list_with("0x0804a800", "0xbfff0000"),
            "  13          104 head -> 0804b068 ! back to bfff0000 (no memory) -> 0804a800 (static data) !");
  EXPECT_EQ(list_with("0x0804b010", "0x0804a068"),
            "  13          104 head <-> 0804b068 -> 0804b010 (in block 0804b008) !");
  EXPECT_EQ(list_with("0x0804b068", "0x0804b0d0"),
            "  13          104 head -> 0804b068 ! back to 0804b0d0 (used chunk) -> 0804b068 again !");
}

TEST(MallocPicture, shows_chunks_that_use_and_lists_disagree_on) {
  // The chunk is on its list, but the chunk behind it says that it is in use; and the other way round.
  EXPECT_THAT(picture_after(std::string(three) + "store_word(0x0804b0d4, 0x69)\n"),
              Contains(HasSubstr("! on a list, though it is in use")));
  EXPECT_THAT(picture_after(std::string(three) + "store_word(0x0804a070, 0x0804a068)\n"),
              Contains(HasSubstr("! on no list, though it is free")));
  EXPECT_THAT(picture_after(std::string(three) + "free(0x0804b070)\n").back(),
              HasSubstr("head -> 0804b068 ! back to itself -> 0804b068 again !"));
}

/// Whatever stands in the words of a heap, it can be drawn, in lines that fit on a screen.
TEST(MallocPicture, of_any_damage_ends) {
  std::uint32_t random = 7;
  const auto next = [&] { return random = random * 1664525 + 1013904223; };
  for (int session = 0; session < 300; ++session) {
    auto state = after_script(std::string(three) + "malloc(600)\nmalloc(300000)\nfree(0x0804b0d8)\n");
    for (int stores = 0; stores < 6; ++stores) {
      const std::uint32_t addr = 0x0804a000 + (next() >> 8) % 0x2000 / 4 * 4;
      const std::uint32_t word = next() % 3 == 0 ? next() : 0x0804a000 + (next() >> 8) % 0x2000 / 8 * 8;
      state.words = updated(std::move(state.words), addr, next() % 4 == 0 ? word % 4096 : word);
    }
    const auto lines = picture(state);
    EXPECT_THAT(lines, SizeIs(Le(200u)));
    for (const std::string& line : lines) EXPECT_THAT(line, SizeIs(Le(240u)));
  }
}

}  // namespace
}  // namespace refmm::malloc
