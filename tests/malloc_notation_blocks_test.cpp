// The blocks that answer queries about a heap: of heaps as the allocator leaves them, and of damaged ones.

#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/malloc_walks.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/malloc_family.hpp>
#include <refmm/tests/malloc_script.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace refmm::malloc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Blocks of 100 bytes are in chunks of 104: the first chunks begin at 0804b000, 0804b068, 0804b0d0.

TEST(MallocHeapBlock, is_empty_where_there_is_no_heap) {
  EXPECT_THAT(heap_block(after_script("")), IsEmpty());
  EXPECT_THAT(bins_block(after_script("")), IsEmpty());
  EXPECT_THAT(blocks_block(after_script("")), IsEmpty());
}

TEST(MallocHeapBlock, lists_the_chunks_and_the_top) {
  const auto state = after_script("malloc(100)\nmalloc(100)\nmalloc(3000)\nfree(0x0804b070)\n");
  EXPECT_THAT(heap_block(state), ElementsAre("region 0804b000-0804c000", "0804b000 104 used", "0804b068 104 free",
                                             "0804b0d0 3008 used", "0804bc90 880 top"));
  EXPECT_THAT(bins_block(state), ElementsAre("13 104: 0804b068"));
  EXPECT_THAT(blocks_block(state), ElementsAre("0804b008 100 usable=100", "0804b0d8 3000 usable=3004"));
}

TEST(MallocHeapBlock, shows_the_fence_of_a_region_that_others_have_ended) {
  const auto state = after_script("malloc(100)\nsbrk(4096)\nmalloc(5000)\n");
  EXPECT_THAT(heap_block(state), ElementsAre("region 0804b000-0804c000", "0804b000 104 used", "0804b068 3976 free",
                                             "0804bff0 16 fence", "region 0804d000-0804f000", "0804d000 5008 used",
                                             "0804e390 3184 top"));
}

TEST(MallocBlocks, tell_which_have_mappings_of_their_own) {
  EXPECT_THAT(blocks_block(after_script("malloc(200000)\n")), ElementsAre("40000008 200000 usable=200696 mapped"));
}

TEST(MallocBins, list_chunks_from_the_front_on) {
  const auto state = after_script(
      "malloc(100)\nmalloc(1)\nmalloc(100)\nmalloc(1)\nmalloc(600)\nmalloc(1)\nmalloc(700)\nmalloc(1)\n"
      "free(0x0804b008)\nfree(0x0804b080)\nfree(0x0804b0f8)\nfree(0x0804b368)\n");
  EXPECT_THAT(bins_block(state), ElementsAre("13 104: 0804b078,0804b000", "64 512..1016: 0804b0f0,0804b360"));
}

TEST(MallocWords, are_shown_four_a_line) {
  const auto state = after_script("malloc(100)\nmemset(0x0804b008, 65, 4)\n");
  EXPECT_THAT(words_block(state, 0x0804b000, 6),
              ElementsAre("0804b000: 00000000 00000069 41414141 00000000", "0804b010: 00000000 00000000"));
  EXPECT_THAT(words_block(state, 0x0804bffc, 2), ElementsAre("0804bffc: 00000000 --------"));
}

// ---- Damage ---------------------------------------------------------------------------------------------------

constexpr const char* three = "malloc(100)\nmalloc(100)\nmalloc(100)\n";

TEST(MallocHeapBlock, says_where_a_size_leads_out_of_the_heap) {
  EXPECT_THAT(heap_block(after_script(std::string(three) + "store_word(0x0804b06c, 0x41414141)\n")),
              ElementsAre("region 0804b000-0804c000", "0804b000 104 used", "0804b068 1094795584 damaged",
                          "0804b138 3784 top"));
}

TEST(MallocHeapBlock, says_that_the_ends_of_a_chunk_disagree) {
  EXPECT_THAT(heap_block(after_script(std::string(three) + "free(0x0804b070)\nstore_word(0x0804b0d0, 96)\n")),
              ElementsAre("region 0804b000-0804c000", "0804b000 104 used", "0804b068 104 free prev_size=96",
                          "0804b0d0 104 used", "0804b138 3784 top"));
}

TEST(MallocBins, say_where_a_link_does_not_lead_back) {
  const std::string freed = std::string(three) + "malloc(100)\nfree(0x0804b008)\nfree(0x0804b0d8)\n";
  EXPECT_THAT(bins_block(after_script(freed)), ElementsAre("13 104: 0804b0d0,0804b000"));
  // The links of the first: fd at 0804b0d8, bk at 0804b0dc.
  EXPECT_THAT(bins_block(after_script(freed + "store_word(0x0804b0dc, 0x41414141)\n")),
              ElementsAre("13 104: 0804b0d0!,0804b000"));
  EXPECT_THAT(bins_block(after_script(freed + "store_word(0x0804b0d8, 0x41414140)\n")),
              ElementsAre("13 104: 0804b0d0,41414140?"));
  EXPECT_THAT(bins_block(after_script(freed + "store_word(0x0804b0d8, 0x0804b0d0)\n")),
              ElementsAre("13 104: 0804b0d0 loop"));
  // The head, whose links stand as if it were a chunk at 0804a068: the list ends in front of its last chunk.
  EXPECT_THAT(bins_block(after_script(freed + "store_word(0x0804b0d8, 0x0804a068)\n")),
              ElementsAre("13 104: 0804b0d0,head!"));
  EXPECT_THAT(bins_block(after_script(freed + "store_word(0x0804a074, 0)\n")),
              ElementsAre("13 104: 0804b0d0,0804b000,head!"));
}

/// Whatever stands in the words of a heap, what is shown of it ends.
TEST(MallocBlocks, of_any_damage_end) {
  std::uint32_t random = 1;
  const auto next = [&] { return random = random * 1664525 + 1013904223; };
  for (int session = 0; session < 300; ++session) {
    auto state = after_script(std::string(three) + "malloc(600)\nfree(0x0804b008)\nfree(0x0804b0d8)\n");
    for (int stores = 0; stores < 6; ++stores) {
      const std::uint32_t addr = 0x0804a000 + next() % 0x2000 / 4 * 4;
      const std::uint32_t word = next() % 3 == 0 ? next() : 0x0804a000 + next() % 0x2000 / 8 * 8;
      state.words = updated(std::move(state.words), addr, next() % 4 == 0 ? word % 4096 : word);
    }
    EXPECT_GE(heap_block(state).size(), 2u);
    EXPECT_LE(bins_block(state).size(), 90u);
    EXPECT_EQ(blocks_block(state).size(), 2u);
  }
}

}  // namespace
}  // namespace refmm::malloc
