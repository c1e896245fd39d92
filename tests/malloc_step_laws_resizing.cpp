// Ways to break the laws about realloc, calloc and memalign.
#include <refmm/tests/malloc_step_laws_tamperings.hpp>

#include <vector>

namespace refmm::malloc {
namespace {

/// A block of 12 bytes moves to 0x0804b030, behind one that is in use; its last byte is 42.
constexpr const char* moved = "malloc(8)\nmalloc(16)\nstore_byte(0x0804b00f, 42)\nrealloc(0x0804b008, 100)\n";

constexpr const char* made_shorter =
    "malloc(100)\nmalloc(16)\nstore_word(0x0804b02c, 42)\nrealloc(0x0804b008, 40)\n";

/// The one behind it is free, and large enough.
constexpr const char* made_longer =
    "malloc(100)\nmalloc(100)\nmalloc(16)\nstore_word(0x0804b068, 42)\nfree(0x0804b070)\n"
    "realloc(0x0804b008, 150)\n";

constexpr const char* refused = "malloc(16)\nstore_word(0x0804b014, 42)\nrealloc(0x0804b008, 0x7fffffff)\n";

constexpr const char* into_top = "malloc(100)\nrealloc(0x0804b008, 200)\n";

/// The mapping behind it is in the way, and for another place the kernel has no memory.
constexpr const char* copied = "malloc(200000)\nmalloc(200000)\nset fail_vma=1\nrealloc(0x40000008, 300000)\n";
constexpr const char* remapped = "malloc(200000)\nrealloc(0x40000008, 300000)\n";
constexpr const char* same_pages = "malloc(200000)\nrealloc(0x40000008, 200500)\n";

/// What stood there before is 0 afterwards.
constexpr const char* cleared = "malloc(12)\nmemset(0x0804b008, 85, 12)\nfree(0x0804b008)\ncalloc(2, 6)\n";

}  // namespace

std::vector<Tampering> tamperings_of_resizing() {
  return {
      // calloc.
      {"calloc_refuses_products_that_wrap", "calloc(65536, 65537)\n", refuse<Refusal::no_memory>},
      {"calloc_refuses_products_that_wrap", "calloc(65536, 65537)\n", return_address<0x0804b008>},
      {"calloc_refuses_products_that_wrap", "calloc(65535, 65537)\n", refuse<Refusal::product_wraps>},
      {"calloc_refuses_products_that_wrap", "calloc(4, 4)\n", refuse<Refusal::product_wraps>},
      {"calloc_gives_zeros", cleared, write_after<0x0804b008, 0x55>},
      {"calloc_gives_zeros", cleared, write_after<0x0804b010, 0x55000000>},
      {"calloc_gives_zeros", "calloc(2, 100000)\n", write_after<0x40000008, 1>},

      // realloc: what stands in the block.
      {"realloc_keeps_the_prefix", moved, write_after<0x0804b034, 0>},
      {"realloc_keeps_the_prefix", made_shorter, write_after<0x0804b02c, 0>},
      {"realloc_keeps_the_prefix", made_longer, write_after<0x0804b068, 41>},
      {"realloc_keeps_the_prefix", remapped, write_after<0x40000008, 1>},
      {"realloc_that_is_refused_keeps_the_block", refused, forget_blocks},
      {"realloc_that_is_refused_keeps_the_block", refused, write_after<0x0804b014, 0>},

      // realloc of nothing, and to nothing.
      {"realloc_of_nothing_is_malloc", "realloc(NULL, 100)\n", forget_blocks},
      {"realloc_of_nothing_is_malloc", "realloc(NULL, 100)\n", return_address<0>},
      {"realloc_of_nothing_is_malloc", "realloc(NULL, 100)\n",
       [](Carried& made) { made.after.blocks[0].bytes = 99; }},
      {"realloc_to_nothing_is_free", "malloc(100)\nrealloc(0x0804b008, 0)\n", undo},
      {"realloc_to_nothing_is_free", "malloc(100)\nmalloc(16)\nrealloc(0x0804b008, 0)\n",
       return_address<0x0804b070>},

      // realloc: where the block is.
      {"a_block_that_becomes_shorter_stays_where_it_is", made_shorter, hand_out<0x0804b088>},
      {"a_block_that_becomes_shorter_stays_where_it_is", "malloc(13)\nrealloc(0x0804b008, 20)\n",
       hand_out<0x0804b020>},
      {"a_block_grows_into_free_memory_behind_it", made_longer, hand_out<0x0804b0f0>},
      {"a_block_grows_into_free_memory_behind_it",
       "malloc(100)\nmalloc(100)\nmalloc(16)\nfree(0x0804b070)\nrealloc(0x0804b008, 204)\n", hand_out<0x0804b0f0>},
      {"a_block_in_front_of_the_top_grows_into_it", into_top, hand_out<0x0804b200>},
      {"a_block_in_front_of_the_top_grows_into_it", into_top, [](Carried& made) { made.after.top += 8; }},
      {"a_block_in_front_of_the_top_grows_into_it", into_top, refuse<Refusal::no_memory>},
      {"a_block_in_front_of_the_top_grows_into_it", into_top,
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804d000, true});
       }},

      // realloc: mappings.
      {"a_mapped_block_that_needs_as_many_pages_stays_as_it_is", same_pages, hand_out<0x40000010>},
      {"a_mapped_block_that_needs_as_many_pages_stays_as_it_is", same_pages, refuse<Refusal::no_memory>},
      {"a_mapped_block_that_needs_as_many_pages_stays_as_it_is", same_pages,
       [](Carried& made) {
         made.effects.push_back(UnmapPages<Word32>{0x40000000, 4096});
       }},
      {"a_mapped_block_that_needs_as_many_pages_stays_as_it_is", same_pages,
       [](Carried& made) { made.after.space.mm.areas.back().vm_end += 4096; }},
      {"a_block_that_cannot_be_remapped_is_copied_and_unmapped", copied, hand_out<0x40000008>},
      {"a_block_that_cannot_be_remapped_is_copied_and_unmapped", copied,
       [](Carried& made) { made.effects.pop_back(); }},
      {"a_block_that_cannot_be_remapped_is_copied_and_unmapped", copied,
       [](Carried& made) { effect<UnmapPages<Word32>>(made).len -= 4096; }},
      {"a_block_that_cannot_be_remapped_is_copied_and_unmapped", copied,
       [](Carried& made) {
         made.after.blocks.insert(made.after.blocks.begin(), {0x40000008, 200000});
       }},
      {"a_mapped_block_is_remapped", remapped, forget_effects},
      {"a_mapped_block_is_remapped", remapped,
       [](Carried& made) {
         made.effects = {MapPages<Word32>{0x4a000, 0x40031000}};
       }},
      {"a_mapped_block_is_remapped", remapped,
       [](Carried& made) { effect<RemapPages<Word32>>(made).new_len += 4096; }},
      {"a_mapped_block_is_remapped", remapped, write_after<0x40000004, 0x00031000 | IS_MMAPPED>},
      {"a_mapped_block_is_remapped", same_pages, hand_out<0x40000010>},
      {"a_mapped_block_is_remapped", same_pages, return_address<0>},
      {"a_mapped_block_is_remapped", same_pages,
       [](Carried& made) { made.after.space.mm.areas.back().vm_end += 4096; }},

      // memalign.
      {"memalign_aligns", "memalign(48, 100)\n", hand_out<0x0804b060>},
      {"memalign_aligns", "memalign(4096, 100)\n", hand_out<0x0804c800>},
      {"memalign_aligns", "memalign(4, 100)\n", hand_out<0x0804b00c>},
      {"memalign_aligns", "memalign(1024, 200000)\n", hand_out<0x40000408>},
      {"for_the_alignment_of_every_block_nothing_is_cut_off", "malloc(16)\nmemalign(8, 100)\n",
       hand_out<0x0804b040>},
      {"for_the_alignment_of_every_block_nothing_is_cut_off", "memalign(4, 200000)\n", write_after<0x40000000, 8>},
      {"what_memalign_does_not_need_is_free", "memalign(64, 100)\n",
       write_after<0x0804b03c, (104 + 32) | PREV_INUSE>},
  };
}

}  // namespace refmm::malloc
