// Ways to break the laws about where memory comes from: the heap or a mapping, a free chunk or the top, a top that grows.
#include <refmm/tests/malloc_step_laws_tamperings.hpp>

#include <vector>

namespace refmm::malloc {
namespace {

/// A request for a mapping that the kernel refuses: the heap has room for it behind the first block.
constexpr const char* mapping_refused = "malloc(16)\nset rlimit_as=139264\nmalloc(131072)\n";
constexpr const char* mapping_refused_and_room_there =
    "malloc(200)\nmalloc(16)\nfree(0x0804b008)\nset rlimit_as=4096\nmalloc(130)\n";

/// The top has 4096 - 24 bytes, and is asked for more; the kernel refuses.
constexpr const char* growth_refused = "malloc(16)\nset rlimit_data=4096\nmalloc(8000)\n";

constexpr const char* grown = "malloc(16)\nmalloc(5000)\n";
constexpr const char* small_threshold = "boot family=malloc checks=all mmap_threshold=128";
constexpr const char* endless_pad = "boot family=malloc checks=all top_pad=4294967295";
constexpr const char* padded = "boot family=malloc checks=all top_pad=4096";

/// The break is asked to be elsewhere.
template <int bytes>
void move_break_by(Carried& made) {
  effect<Brk<Word32>>(made).brk += static_cast<Word32>(bytes);
}

}  // namespace

std::vector<Tampering> tamperings_of_growth() {
  return {
      // Where a block comes from.
      {"a_request_whose_mapping_is_refused_comes_from_the_heap", mapping_refused,
       write_after<0x0804b01c, 131080 | IS_MMAPPED>},
      {"a_request_whose_mapping_is_refused_comes_from_the_heap", mapping_refused_and_room_there,
       refuse<Refusal::no_memory>, small_threshold},
      {"no_block_of_the_heap_is_longer_than_need_be_by_a_chunk", "malloc(40)\n",
       write_after<0x0804b004, 64 | PREV_INUSE>},
      {"no_block_of_the_heap_is_longer_than_need_be_by_a_chunk", "malloc(40)\n",
       write_after<0x0804b004, 40 | PREV_INUSE>},
      {"no_block_of_the_heap_is_longer_than_need_be_by_a_chunk", "calloc(4, 10)\n",
       write_after<0x0804b004, 64 | PREV_INUSE>},
      {"where_no_free_chunk_fits_the_front_of_the_top_is_taken", "malloc(16)\nmalloc(16)\n", hand_out<0x0804b028>},
      {"where_no_free_chunk_fits_the_front_of_the_top_is_taken", "malloc(16)\nmalloc(16)\n",
       [](Carried& made) { made.after.top += 8; }},
      {"where_no_free_chunk_fits_the_front_of_the_top_is_taken", "malloc(16)\nmalloc(16)\n",
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804d000, true});
       }},

      // How the heap grows.
      {"the_break_is_moved_for_what_is_needed_and_the_pad", grown, move_break_by<4096>},
      {"the_break_is_moved_for_what_is_needed_and_the_pad", grown, move_break_by<-4096>},
      {"the_break_is_moved_for_what_is_needed_and_the_pad", "malloc(16)\n", move_break_by<-4096>, padded},
      {"the_break_is_moved_for_what_is_needed_and_the_pad", "malloc(100)\nsbrk(5000)\nmalloc(4096)\n",
       move_break_by<4096>},
      {"a_heap_does_not_grow_around_the_end_of_the_address_space", "malloc(100)\n",
       [](Carried& made) {
         made.effects.push_back(Brk<Word32>{0x0804c000, true});
       },
       endless_pad},
      {"a_heap_does_not_grow_around_the_end_of_the_address_space", "malloc(100)\n",
       [](Carried& made) { made.after.top_end = 0x0804c000; }, endless_pad},
      {"a_heap_that_is_refused_memory_stays_as_it_is", growth_refused,
       [](Carried& made) { made.after.top_end += 4096; }},
      {"a_heap_that_is_refused_memory_stays_as_it_is", growth_refused, [](Carried& made) { made.after.top += 8; }},
      {"a_heap_that_is_refused_memory_stays_as_it_is", growth_refused,
       [](Carried& made) { made.after.regions.push_back(0x0804c000); }},
      {"a_heap_that_is_refused_memory_stays_as_it_is", growth_refused,
       [](Carried& made) { made.after.space.mm.brk += 4096; }},
      {"what_the_heap_cannot_grow_for_is_mapped", growth_refused, [](Carried& made) { made.effects.pop_back(); }},
      {"what_the_heap_cannot_grow_for_is_mapped", growth_refused, hand_out<0x0804b020>},
  };
}

}  // namespace refmm::malloc
