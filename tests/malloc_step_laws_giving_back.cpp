// Ways to break the laws about free and malloc_trim.
#include <refmm/tests/malloc_step_laws_tamperings.hpp>

#include <vector>

namespace refmm::malloc {
namespace {

constexpr const char* mapped_freed = "malloc(200000)\nfree(0x40000008)\n";

/// The kernel has no memory for what it needs to unmap a range: the pages stay.
constexpr const char* mapped_kept = "malloc(200000)\nset fail_vma=1\nfree(0x40000008)\n";

constexpr const char* first_of_two_freed = "malloc(16)\nmalloc(16)\nfree(0x0804b008)\n";
constexpr const char* second_of_two_freed = "malloc(16)\nmalloc(16)\nfree(0x0804b020)\n";

/// One block at the end keeps all memory.
constexpr const char* pinned = "malloc(100000)\nmalloc(100000)\nmalloc(16)\nfree(0x0804b008)\nfree(0x080636b0)\n";

/// The top has more than 128 K then, and is trimmed.
constexpr const char* trimmed_by_free = "malloc(100000)\nmalloc(100000)\nfree(0x080636b0)\nfree(0x0804b008)\n";

/// Likewise, but the break is not where the heap ends.
constexpr const char* break_is_elsewhere =
    "malloc(100000)\nmalloc(100000)\nsbrk(4096)\nfree(0x080636b0)\nfree(0x0804b008)\n";

/// The top begins at 0x0804fe28 and has ten pages and a bit.
#define LONG_TOP "malloc(20000)\nmalloc(40000)\nfree(0x0804fe30)\n"
constexpr const char* long_top = LONG_TOP;
constexpr const char* trimmed = LONG_TOP "malloc_trim(0)\n";
constexpr const char* trimmed_but_a_pad = LONG_TOP "malloc_trim(8192)\n";
/// The second of three is free already, and the first is freed.
constexpr const char* merged_behind = "malloc(40)\nmalloc(40)\nmalloc(40)\nfree(0x0804b038)\nfree(0x0804b008)\n";
/// The kernel has no memory for what it needs to move the break back.
constexpr const char* not_trimmed = LONG_TOP "set fail_vma=1\nmalloc_trim(0)\n";
#undef LONG_TOP

constexpr const char* nothing_to_trim = "malloc(16)\nmalloc_trim(0)\n";

/// The top ends elsewhere, as its tag says, too.
template <int bytes>
void lengthen_top(Carried& made) {
  made.after.top_end += static_cast<Word32>(bytes);
  write(made.after, address_of_size(made.after.top), (made.after.top_end - made.after.top) | PREV_INUSE);
}

}  // namespace

std::vector<Tampering> tamperings_of_giving_back() {
  return {
      // free.
      {"freeing_null_does_nothing", "malloc(16)\nfree(NULL)\n", forget_blocks},
      {"freeing_null_does_nothing", "free(NULL)\n", [](Carried& made) { made.after.mapped_blocks = 1; }},
      {"freeing_null_does_nothing", "free(NULL)\n", write_after<0x0804a008, 0>},
      {"a_mapped_block_is_returned_at_once", mapped_freed, forget_effects},
      {"a_mapped_block_is_returned_at_once", mapped_freed,
       [](Carried& made) { effect<UnmapPages<Word32>>(made).addr += 8; }},
      {"a_mapped_block_is_returned_at_once", mapped_freed,
       [](Carried& made) { effect<UnmapPages<Word32>>(made).len -= 4096; }},
      {"a_mapped_block_is_returned_at_once", mapped_freed,
       [](Carried& made) { made.effects.push_back(made.effects.front()); }},
      {"a_mapped_block_is_returned_at_once", mapped_freed,
       [](Carried& made) { made.after.space = made.before.space; }},
      {"a_mapped_block_is_returned_at_once", mapped_kept,
       [](Carried& made) { made.before.space.knobs.fail_vma = 0; }},
      {"a_mapped_block_is_returned_at_once", first_of_two_freed,
       [](Carried& made) {
         made.effects.push_back(UnmapPages<Word32>{0x0804b000, 4096});
       }},
      {"a_freed_chunk_is_free_or_top_or_gone", first_of_two_freed, undo},
      {"a_freed_chunk_is_free_or_top_or_gone", first_of_two_freed, write_after<0x0804b01c, 24 | PREV_INUSE>},
      {"a_freed_chunk_is_free_or_top_or_gone", second_of_two_freed, undo},
      {"what_was_free_behind_a_freed_block_is_one_with_it", merged_behind,
       [](Carried& made) {
         write(made.after, 0x0804b004, 48 | PREV_INUSE);
         write(made.after, 0x0804b034, 48);
       }},

      // What is given back to the kernel.
      {"without_a_heap_nothing_is_trimmed", "malloc_trim(0)\n", return_number<1>},
      {"without_a_heap_nothing_is_trimmed", "malloc_trim(0)\n",
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804a000, true});
       }},
      {"without_a_heap_nothing_is_trimmed", "malloc_trim(0)\n",
       [](Carried& made) { made.after.space.mm.brk -= 4096; }},
      {"nothing_is_given_back_below_what_the_program_put_there", break_is_elsewhere,
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x08050000, true});
       }},
      {"a_top_that_cannot_be_given_back_keeps_its_pages", not_trimmed, return_number<1>},
      {"a_top_that_cannot_be_given_back_keeps_its_pages", not_trimmed,
       [](Carried& made) { made.after.top_end -= 4096; }},
      {"a_top_that_cannot_be_given_back_keeps_its_pages", not_trimmed,
       [](Carried& made) { made.after.space.mm.brk -= 4096; }},
      {"what_lies_below_a_block_stays", pinned, [](Carried& made) { made.after.space.mm.brk = 0x0804c000; }},
      {"what_lies_below_a_block_stays", pinned,
       [](Carried& made) { area_of_heap(made.after).vm_end = 0x0804c000; }},
      {"what_lies_below_a_block_stays", pinned,
       [](Carried& made) { area_of_heap(made.after).vm_start = 0x0804c000; }},
      {"the_top_is_trimmed_when_it_is_long", trimmed_by_free,
       [](Carried& made) {
         made.effects.clear();
         write(made.after, made.after.top + 4, made.before.top_end - made.after.top + PREV_INUSE);
       }},
      {"the_top_is_trimmed_when_it_is_long", break_is_elsewhere,
       [](Carried& made) { made.before.space.mm.brk = made.before.top_end; }},
      {"the_top_is_trimmed_when_it_is_long", long_top,
       [](Carried& made) { made.allocator.parameters.trim_threshold = 32768; }},
      {"the_top_is_trimmed_when_it_is_long", "malloc(16)\nfree(0x0804b008)\n",
       [](Carried& made) { made.allocator.parameters.top_pad = 0; },
       "boot family=malloc checks=all top_pad=200000"},

      // malloc_trim.
      {"malloc_trim_says_whether_it_gave_something_back", trimmed, return_number<0>},
      {"malloc_trim_says_whether_it_gave_something_back", trimmed, return_number<2>},
      {"malloc_trim_says_whether_it_gave_something_back", trimmed, undo},
      {"malloc_trim_says_whether_it_gave_something_back", trimmed, [](Carried& made) { made.after.top += 8; }},
      {"malloc_trim_says_whether_it_gave_something_back", nothing_to_trim, return_number<1>},
      {"malloc_trim_says_whether_it_gave_something_back", nothing_to_trim, return_number<2>},
      {"malloc_trim_says_whether_it_gave_something_back", nothing_to_trim,
       [](Carried& made) { made.after.top_end -= 4096; }},
      {"what_is_trimmed_is_whole_pages_but_the_pad", trimmed, undo},
      {"what_is_trimmed_is_whole_pages_but_the_pad", trimmed, [](Carried& made) { made.after.top_end += 8; }},
      {"what_is_trimmed_is_whole_pages_but_the_pad", trimmed_but_a_pad, undo},
      {"what_is_trimmed_is_whole_pages_but_the_pad", trimmed_but_a_pad, lengthen_top<-4096>},
      {"what_is_trimmed_is_whole_pages_but_the_pad", trimmed_but_a_pad, lengthen_top<4096>},
      {"what_is_trimmed_is_whole_pages_but_the_pad", not_trimmed,
       [](Carried& made) { effect<Brk<Word32>>(made).moved = true; }},
  };
}

}  // namespace refmm::malloc
