// Ways to break the laws about slots, and about pages that leave memory and come back.
#include <refmm/tests/fault_step_laws_tamperings.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace refmm::process {
namespace {

const std::string memory = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
const std::string object = "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n";
const std::string file = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE, 3, 0)\n";
const std::string shared = "open(\"file1\", O_RDWR)\nmmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0)\n";
const std::string without_slots = "boot family=fault ram_pages=32 swap_pages=0\n";

}  // namespace

std::vector<Tampering> tamperings_of_swapping() {
  return {
      {"slots_are_taken_upwards_from_the_last_one",
       memory + "store(0x40000000, 1)\nstore(0x40001000, 1)\nswap_out(1, 0x40000000)\nswap_out(1, 0x40001000)",
       [](Carried& made) {
         set_slot(made, 2, 0);
         set_slot(made, 5, 2);
       }},
      {"the_lowest_slot_is_taken_where_the_search_begins_anew",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)",
       [](Carried& made) {
         set_slot(made, 1, 0);
         set_slot(made, 3, 2);
       }},
      {"a_slot_keeps_what_was_written_to_it",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nmunmap(0x40000000, 4096)",
       [](Carried& made) { made.after.memory.swap.contents = {}; }},
      {"a_page_that_was_transferred_has_a_buffer_while_the_swap_cache_has_it",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nload(0x40000000)",
       [](Carried& made) { change_frame(made, 3, [](auto& frame) { frame.buffers = 0; }); }},
      {"a_page_in_the_swap_cache_is_not_read_again",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)",
       [](Carried& made) {
         made.effects.push_back(SwapTransfer{fault::Transfer::read, 1, 3, true});
       }},
      {"a_slot_is_read_with_its_group",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nload(0x40000000)",
       without_effect<SwapTransfer>},
      {"a_slot_is_read_with_its_group",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nload(0x40000000)",
       [](Carried& made) { effect<SwapTransfer>(made).slot = 2; }},
      {"a_page_that_is_not_in_memory_is_read_from_its_slot",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nload(0x40000000)",
       [](Carried& made) { effect<SwapTransfer>(made).pfn = 9; }},
      {"a_swapped_page_lacks_a_frame_only_for_itself_or_its_copy",
       memory +
           "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nset fail_alloc_all=1\nget_user(0x40000000)",
       refuse<Refusal::not_readable>},
      {"a_swapped_page_lacks_a_frame_only_for_itself_or_its_copy",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)", refuse<Refusal::no_page>},
      {"a_page_that_cannot_be_read_from_its_slot_is_refused_and_forgotten",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nset fail_swap_read=1\nload(0x40000000)",
       read_zero},
      {"a_page_that_cannot_be_read_from_its_slot_is_refused_and_forgotten",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nset fail_swap_read=1\nload(0x40000000)",
       [](Carried& made) { set_cached(made, fault::swapper_space, 1, 3); }},
      {"a_swapped_page_that_nobody_else_can_get_at_is_written_at_once",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nstore(0x40000000, 2)",
       take_flags<0x40000000, fault::PAGE_RW>},
      {"a_swapped_page_comes_back_for_reading_unless_it_is_written_by_its_only_owner",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)",
       add_flags<0x40000000, fault::PAGE_RW>},
      {"without_a_page_nothing_is_swapped_out", memory + "swap_out(1, 0x40000000)", return_pages<1>},
      {"a_reserved_page_is_not_swapped_out", memory + "load(0x40000000)\nswap_out(1, 0x40000000)",
       return_pages<1>},
      {"a_page_of_the_swap_cache_goes_back_to_its_slot",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)\nswap_out(1, 0x40000000)",
       return_pages<0>},
      {"a_page_of_the_swap_cache_goes_back_to_its_slot",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)\nswap_out(1, 0x40000000)",
       take_frame_flags<3, fault::PG_dirty>},
      {"a_clean_page_is_forgotten", file + "load(0x40000000)\nswap_out(1, 0x40000000)",
       add_frame_flags<3, fault::PG_dirty>},
      {"a_clean_page_is_forgotten", file + "load(0x40000000)\nswap_out(1, 0x40000000)", return_pages<0>},
      {"a_dirty_page_of_an_object_takes_the_dirt_with_it",
       shared + "store(0x40000000, 1)\nswap_out(1, 0x40000000)", take_frame_flags<3, fault::PG_dirty>},
      {"a_dirty_page_without_a_name_goes_to_a_slot_of_its_own",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)", [](Carried& made) { set_slot(made, 1, 1); }},
      {"a_slot_is_missing_only_where_none_is_free",
       without_slots + memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)", return_pages<1>},
      {"a_slot_is_missing_only_where_none_is_free", memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)",
       return_pages<0>},
      {"without_a_free_slot_only_the_accessed_bit_goes",
       without_slots + memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)",
       add_flags<0x40000000, fault::PAGE_ACCESSED>},
      {"only_pages_that_nobody_but_their_cache_has_are_reclaimed", memory + "store(0x40000000, 1)\nreclaim()",
       count_once_more<3>},
      {"a_clean_page_is_freed_and_not_written", file + "load(0x40000000)\nswap_out(1, 0x40000000)\nreclaim()",
       without_effect<FreePage>},
      {"a_clean_page_is_freed_and_not_written", file + "load(0x40000000)\nswap_out(1, 0x40000000)\nreclaim()",
       [](Carried& made) {
         made.effects.push_back(FileTransfer{fault::Transfer::write, 1, 0, 3, true});
       }},
      {"a_dirty_page_of_a_file_is_written_to_it_and_freed",
       shared + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()", without_effect<FileTransfer>},
      {"a_dirty_page_of_shared_memory_is_written_to_a_slot_of_its_own",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()", without_effect<SwapTransfer>},
      {"a_dirty_page_of_shared_memory_is_written_to_a_slot_of_its_own",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()",
       [](Carried& made) { effect<SwapTransfer>(made).slot = 2; }},
      {"without_a_slot_a_page_of_shared_memory_stays_dirty",
       without_slots + object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()",
       take_frame_flags<3, fault::PG_dirty>},
      {"a_dirty_page_of_the_swap_cache_is_written_to_its_slot",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()",
       [](Carried& made) { effect<SwapTransfer>(made).slot = 2; }},
      {"a_page_that_could_not_be_written_stays_dirty_in_the_swap_cache",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nset fail_swap_write=1\nreclaim()",
       take_frame_flags<3, fault::PG_dirty>},
      {"swapoff_gives_every_entry_of_a_slot_its_page_read_only_and_dirty",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nswapoff()", add_flags<0x40000000, fault::PAGE_RW>},
      {"swapoff_makes_entries_of_the_swap_cache_dirty",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nload(0x40000000)\nswapoff()",
       take_flags<0x40000000, fault::PAGE_DIRTY>},
      {"swapoff_gives_objects_their_pages_back_dirty",
       object + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nswapoff()",
       take_frame_flags<3, fault::PG_dirty>},
      {"swapoff_refuses_what_is_not_in_use", "swapoff()\nswapoff()", succeed},
      {"swapoff_leaves_no_page_in_the_swap_area", "swapoff()",
       [](Carried& made) { made.after.memory.swap.in_use = true; }},
      {"swapoff_leaves_no_page_in_the_swap_area",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nswapoff()",
       [](Carried& made) { set_slot(made, 1, 1); }},
      {"swapoff_fails_where_there_is_no_frame_for_a_page",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nset fail_alloc_all=1\nswapoff()",
       succeed},
      {"swapoff_stops_at_a_slot_that_cannot_be_read",
       memory + "store(0x40000000, 1)\nswap_out(1, 0x40000000)\nreclaim()\nset fail_swap_read=1\nswapoff()",
       succeed},
      {"swapon_refuses_an_area_in_use", "swapon()", succeed},
      {"swapon_refuses_where_there_is_no_area", without_slots + "swapon()", succeed},
      {"swapon_gives_an_empty_area", "swapoff()\nswapon()",
       [](Carried& made) { made.after.memory.swap.in_use = false; }},
      {"what_is_not_mapped_is_not_swapped_out", "swap_out(1, 0x50000000)", return_pages<1>},
      {"locked_memory_is_not_swapped_out", memory + "mlock(0x40000000, 4096)\nswap_out(1, 0x40000000)",
       return_pages<1>},
      {"reclaim_returns_how_many_frames_it_has_freed",
       file + "load(0x40000000)\nswap_out(1, 0x40000000)\nreclaim()", return_pages<0>},
  };
}

}  // namespace refmm::process
