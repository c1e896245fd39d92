// Ways to break the laws about malloc: where a block comes from, and how the heap grows.
#include <refmm/tests/malloc_step_laws_tamperings.hpp>

#include <vector>

namespace refmm::malloc {
namespace {

/// Free are a chunk of 104 bytes at 0x0804b000 and two of 64 at 0x0804b080 and 0x0804b0d8, which was freed last.
#define THREE_FREE                                                                              \
  "malloc(100)\nmalloc(16)\nmalloc(60)\nmalloc(16)\nmalloc(60)\nmalloc(16)\nfree(0x0804b008)\n" \
  "free(0x0804b088)\nfree(0x0804b0e0)\n"
constexpr const char* two_of_one_size_fit = THREE_FREE "malloc(50)\n";
constexpr const char* one_fits = THREE_FREE "malloc(90)\n";
constexpr const char* none_fits = THREE_FREE "malloc(200)\n";
#undef THREE_FREE

/// The program has moved the break: the second block is in a region of its own.
constexpr const char* second_region = "malloc(100)\nsbrk(4096)\nmalloc(4096)\n";

/// The kernel has no address space for the mapping: the heap grows instead, or cannot either.
constexpr const char* heap_serves = "malloc(16)\nset rlimit_as=139264\nmalloc(131072)\n";
constexpr const char* nothing_serves = "malloc(16)\nset rlimit_as=4096\nmalloc(131072)\n";

/// The kernel does not move the break: the second block is mapped instead, or there is none.
#define BREAK_STAYS "malloc(100)\nset rlimit_data=8192\n"
constexpr const char* break_stays = BREAK_STAYS "malloc(8000)\n";
constexpr const char* nothing_is_mapped_instead = BREAK_STAYS "set rlimit_as=4096\nmalloc(8000)\n";
#undef BREAK_STAYS

constexpr const char* one_mapping_at_most = "boot family=malloc checks=all mmap_max=1";
constexpr const char* endless_pad = "boot family=malloc checks=all top_pad=4294967295";
constexpr const char* perturbed = "boot family=malloc checks=all perturb=85";

}  // namespace

std::vector<Tampering> tamperings_of_requests() {
  return {
      // Which way a request goes.
      {"requests_are_too_large_exactly_above_the_largest", "malloc(0x7fffe000)\n", refuse<Refusal::no_memory>},
      {"requests_are_too_large_exactly_above_the_largest", "malloc(0x7fffe000)\n", return_address<0x40000008>},
      {"requests_are_too_large_exactly_above_the_largest", "malloc(0x7fffdfff)\n", refuse<Refusal::too_large>},
      {"requests_are_too_large_exactly_above_the_largest", "malloc(16)\n", refuse<Refusal::too_large>},
      {"requests_from_the_threshold_on_are_mapped", "malloc(131072)\n", write_after<0x40000004, 0x00021000>},
      {"requests_from_the_threshold_on_are_mapped", "malloc(131071)\n", write_after<0x0804b004, 0x00020003>},
      {"requests_from_the_threshold_on_are_mapped", "malloc(131072)\nmalloc(131072)\n",
       [](Carried& made) { made.allocator.parameters.mmap_max = 2; }, one_mapping_at_most},
      {"requests_from_the_threshold_on_are_mapped", "malloc(131072)\nmalloc(131072)\n",
       [](Carried& made) { made.before.mapped_blocks = 0; }, one_mapping_at_most},
      {"requests_from_the_threshold_on_are_mapped", "malloc(16)\nset rlimit_as=139264\nmalloc(131072)\n",
       [](Carried& made) { effect<MapPages<Word32>>(made).addr = 0x40000000; }},
      {"requests_from_the_threshold_on_are_mapped", "set rlimit_data=8192\nmalloc(100)\nmalloc(8000)\n",
       [](Carried& made) { effect<Brk<Word32>>(made).moved = true; }},
      {"requests_from_the_threshold_on_are_mapped", "malloc(100)\n",
       [](Carried& made) { made.allocator.parameters.top_pad = 0; }, endless_pad},
      {"a_mapped_block_takes_one_mapping", "malloc(131072)\n", forget_effects},
      {"a_mapped_block_takes_one_mapping", "malloc(131072)\n",
       [](Carried& made) { effect<MapPages<Word32>>(made).addr += 4096; }},
      {"a_mapped_block_takes_one_mapping", "malloc(131072)\n",
       [](Carried& made) { effect<MapPages<Word32>>(made).len += 4096; }},
      {"a_mapped_block_takes_one_mapping", "realloc(NULL, 131072)\n", forget_effects},
      {"where_a_mapping_is_refused_the_heap_serves", heap_serves, refuse<Refusal::no_memory>},
      {"where_a_mapping_is_refused_the_heap_serves", heap_serves, write_after<0x0804b01c, 0x00020012>},
      {"where_a_mapping_is_refused_the_heap_serves", heap_serves,
       [](Carried& made) {
         made.effects.push_back(MapPages<Word32>{0x21000, 0});
       }},
      {"where_a_mapping_is_refused_the_heap_serves", nothing_serves,
       [](Carried& made) { effect<Brk<Word32>>(made).moved = true; }},
      {"what_the_heap_cannot_grow_for_is_mapped", break_stays, refuse<Refusal::no_memory>},
      {"what_the_heap_cannot_grow_for_is_mapped", break_stays, forget_last_effect},
      {"what_the_heap_cannot_grow_for_is_mapped", break_stays,
       [](Carried& made) { effect<MapPages<Word32>>(made).len += 4096; }},
      {"what_the_heap_cannot_grow_for_is_mapped", break_stays, hand_out<0x40000010>},
      {"what_the_heap_cannot_grow_for_is_mapped", nothing_is_mapped_instead, forget_last_effect},
      {"what_the_heap_cannot_grow_for_is_mapped", nothing_is_mapped_instead, return_address<0>},
      {"what_the_heap_cannot_grow_for_is_mapped", "malloc(100)\n", forget_effects, endless_pad},
      {"what_the_heap_cannot_grow_for_is_mapped", "calloc(10, 10)\n", forget_effects, endless_pad},

      // Which free chunk it gets.
      {"a_block_is_cut_from_the_smallest_free_chunk_that_fits", two_of_one_size_fit, hand_out<0x0804b008>},
      {"a_block_is_cut_from_the_smallest_free_chunk_that_fits", one_fits, hand_out<0x0804b088>},
      {"a_block_is_cut_from_the_smallest_free_chunk_that_fits", one_fits, hand_out<0x0804b140>},
      {"of_equal_chunks_the_first_on_the_list_is_taken", two_of_one_size_fit, hand_out<0x0804b088>},
      // As if the list of 64 bytes, the eighth, had none.
      {"of_equal_chunks_the_first_on_the_list_is_taken", two_of_one_size_fit,
       [](Carried& made) { write(made.before, 0x0804a048, 0x0804a040); }},
      // Of 104 bytes the block needs 96.
      {"a_chunk_that_is_hardly_longer_than_needed_is_given_whole", one_fits,
       write_after<0x0804b004, 96 | PREV_INUSE>},
      {"a_chunk_that_is_hardly_longer_than_needed_is_given_whole", "malloc(100)\nrealloc(0x0804b008, 90)\n",
       write_after<0x0804b004, 96 | PREV_INUSE>},
      {"a_chunk_that_is_hardly_longer_than_needed_is_given_whole",
       "malloc(100)\nmalloc(60)\nmalloc(16)\nfree(0x0804b070)\nrealloc(0x0804b008, 156)\n",
       write_after<0x0804b004, 160 | PREV_INUSE>},
      {"a_chunk_that_is_hardly_longer_than_needed_is_given_whole",
       "malloc(100)\nmalloc(16)\nmalloc(60)\nmalloc(16)\nfree(0x0804b008)\nrealloc(0x0804b088, 90)\n",
       write_after<0x0804b004, 96 | PREV_INUSE>},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", none_fits, hand_out<0x0804b148>},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", none_fits, refuse<Refusal::no_memory>},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", none_fits,
       [](Carried& made) { made.after.top += 8; }},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", none_fits,
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804d000, true});
       }},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", "malloc(16)\nmalloc(5000)\n",
       hand_out<0x0804c008>},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", second_region, hand_out<0x0804d010>},
      {"where_no_free_chunk_fits_a_block_is_cut_from_the_front_of_the_top", "malloc(16)\nmemalign(8, 100)\n",
       hand_out<0x0804b030>},

      // How the heap grows.
      {"the_heap_grows_only_where_nothing_fits", "malloc(16)\nmalloc(16)\n",
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804d000, true});
       }},
      {"the_heap_grows_only_where_nothing_fits", "malloc(5000)\nmalloc(16)\nfree(0x0804b008)\nmalloc(5000)\n",
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804e000, true});
       }},
      {"the_heap_grows_only_where_nothing_fits", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { write(made.before, 0x0804b01c, 5000 + 4 + 4 + 32 + 1); }},
      {"the_heap_ends_at_a_page", "malloc(16)\n", [](Carried& made) { made.after.top_end -= 8; }},
      {"the_heap_ends_at_a_page", "malloc(20000)\nmalloc(40000)\nfree(0x0804fe30)\nmalloc_trim(0)\n",
       [](Carried& made) { made.after.top_end += 16; }},
      {"a_heap_that_cannot_go_on_begins_anew_behind_the_break", second_region,
       [](Carried& made) { made.before.space.mm.brk = made.before.top_end; }},
      {"a_heap_that_cannot_go_on_begins_anew_behind_the_break", second_region,
       [](Carried& made) { made.after.regions.push_back(made.after.regions.back() + 16); }},
      {"a_heap_that_cannot_go_on_begins_anew_behind_the_break", second_region,
       [](Carried& made) { made.after.regions.back() = made.before.space.mm.brk - 16; }},
      {"a_heap_that_cannot_go_on_begins_anew_behind_the_break", second_region,
       [](Carried& made) { made.after.regions.clear(); }},
      {"a_heap_that_cannot_go_on_begins_anew_behind_the_break", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { made.after.regions.push_back(0x0804c000); }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\nmalloc(5000)\n",
       forget_effects},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { effect<Brk<Word32>>(made).brk += 4096; }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { effect<Brk<Word32>>(made).brk -= 4096; }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { made.effects.push_back(made.effects.front()); }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { made.after.top_end -= 4096; }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { made.after.space.mm.brk += 4096; }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(16)\n",
       [](Carried& made) { made.allocator.parameters.top_pad = 4096; }},
      // What is needed and the smallest chunk end just at a page.
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", "malloc(4076)\n",
       [](Carried& made) { made.allocator.parameters.top_pad = 1; }},
      {"the_break_is_moved_as_far_as_is_needed_for_the_request_and_the_pad", break_stays,
       [](Carried& made) { effect<Brk<Word32>>(made).brk += 4096; }},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is", break_stays,
       [](Carried& made) { made.after.top += 8; }},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is", break_stays,
       [](Carried& made) { made.after.top_end += 4096; }},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is", break_stays,
       [](Carried& made) { made.after.space.mm.brk += 4096; }},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is", break_stays,
       [](Carried& made) { made.after.regions.push_back(0x0804c000); }},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is", break_stays,
       write_after<0x0804b004, 96 | PREV_INUSE>},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is", nothing_is_mapped_instead,
       [](Carried& made) { made.after.top = 0; }},
      {"where_the_break_is_not_moved_the_heap_stays_as_it_is",
       "malloc(100)\nset rlimit_data=8192\nmemalign(64, 8000)\n", [](Carried& made) { made.after.top += 8; }},
      {"the_heap_does_not_grow_around_the_end_of_the_address_space", "malloc(100)\n",
       [](Carried& made) {
         made.effects.insert(made.effects.begin(), Brk<Word32>{0x0804b000, true});
       },
       endless_pad},
      {"the_heap_does_not_grow_around_the_end_of_the_address_space", "malloc(100)\n",
       [](Carried& made) { made.after.top = 0x0804b000; }, endless_pad},
      {"the_heap_does_not_grow_around_the_end_of_the_address_space", "malloc(16)\nmalloc(5000)\n",
       [](Carried& made) { effect<Brk<Word32>>(made).brk = 0x00001000; }},

      // What stands in it: of a block with 12 bytes the first and the last word.
      {"new_memory_is_filled_where_that_is_asked_for", "malloc(8)\n", write_after<0x0804b008, 0>, perturbed},
      {"new_memory_is_filled_where_that_is_asked_for", "malloc(8)\n", write_after<0x0804b010, 0x55aaaaaa>,
       perturbed},
      {"new_memory_is_filled_where_that_is_asked_for", "malloc(131072)\n", write_after<0x40000008, 0x55555555>,
       perturbed},
  };
}

}  // namespace refmm::malloc
