// The mistakes that the implementation of the page allocator can be told to make, by name. Each stands beside the line that it
// changes (impl/buddy*.hpp); a test holds this list and the lines together.
#pragma once

#include <refmm/tests/museum_mutant.hpp>

#include <array>

namespace refmm {

inline constexpr std::array buddy_mutants{
    Mutant{"buddy.impl.alloc.adds_reference", "a reference is added to those that a raw release has left"},
    Mutant{"buddy.impl.alloc.forgets_order_with_one_block", "a list with one block left passes for an empty one"},
    Mutant{"buddy.impl.alloc.hands_out_lower_half", "a split keeps the upper half on the list"},
    Mutant{"buddy.impl.alloc.ignores_marks", "a frame that is marked as on an LRU list is handed out"},
    Mutant{"buddy.impl.alloc.keeps_old_references",
           "other frames of the block keep references of an earlier life"},
    Mutant{"buddy.impl.alloc.leaves_largest_bit", "the map of the largest order is not changed"},
    Mutant{"buddy.impl.alloc.takes_largest", "the last order with a block is tried first"},
    Mutant{"buddy.impl.alloc.takes_last", "the block that was freed first is taken"},
    Mutant{"buddy.impl.boot.bitmap_in_its_place", "the frames of the bit map are released in the order of frames"},
    Mutant{"buddy.impl.boot.keeps_reserved_mark", "memory that only boot needed stays marked as reserved"},
    Mutant{"buddy.impl.boot.loses_last_bitmap_frame", "the last of several frames of the bit map is not released"},
    Mutant{"buddy.impl.free.aligned_by_pfn",
           "alignment is looked at from frame 0 on, not from the start of the zone"},
    Mutant{"buddy.impl.free.first_frame_free_already", "only the first frame is looked at for a double release"},
    Mutant{"buddy.impl.free.flips_largest_bit", "a release changes the map of the largest order"},
    Mutant{"buddy.impl.free.held_in_first_64_frames", "behind 64 frames nobody is looked for who holds one"},
    Mutant{"buddy.impl.free.ignores_decr_after", "a frame that is marked decr_after is released"},
    Mutant{"buddy.impl.free.keeps_age", "the age of a frame stays what it was"},
    Mutant{"buddy.impl.free.keeps_dirty", "a frame on the lists stays referenced and dirty"},
    Mutant{"buddy.impl.free.releases_reserved", "a counted release takes reserved frames"},
    Mutant{"buddy.impl.free.takes_reserved_frame_with_block",
           "a block is released although a frame of it is reserved"},
    Mutant{"buddy.impl.get_page.holds_nothing", "a reference does not keep a frame from a larger release"},
};

}  // namespace refmm
