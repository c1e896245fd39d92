// The mistakes that the implementation of the slab allocator can be told to make, by name. Each stands beside the line that
// it changes (impl/slab*.hpp); a test holds this list and the lines together.
#pragma once

#include <refmm/tests/museum_mutant.hpp>

#include <array>
#include <string_view>

namespace refmm {

inline constexpr std::array slab_mutants{
    Mutant{"slab.impl.alloc.hands_out_twice", "the last but one object of a slab stays in the chain"},
    Mutant{"slab.impl.alloc.keeps_firstnotfull", "the pointer stays at a slab that has become full"},
    Mutant{"slab.impl.create.at_end_of_chain", "a new cache goes to the end of the ring of caches"},
    Mutant{"slab.impl.create.halves_at_half", "an object of half a line is aligned to half a line"},
    Mutant{"slab.impl.create.looks_at_name_first", "a taken name is noticed before the descriptor is had"},
    Mutant{"slab.impl.create.moves_back_only_with_room_to_spare", "a descriptor that just fits stays outside"},
    Mutant{"slab.impl.destroy.busy_cache_keeps_place", "a busy cache stays where it was in the ring"},
    Mutant{"slab.impl.destroy.hand_moves_back", "the reap clock's hand moves to the cache before"},
    Mutant{"slab.impl.destroy.leaks_descriptor", "the descriptor of a destroyed cache is not given back"},
    Mutant{"slab.impl.free.keeps_inuse_of_full_slab", "the first object freed of a full slab is not counted"},
    Mutant{"slab.impl.free.leaves_free_slab_in_place", "a slab that becomes free does not go to the end"},
    Mutant{"slab.impl.free.leaves_full_slab_in_place", "a full slab that gets an object back stays in its place"},
    Mutant{"slab.impl.free.links_to_itself", "a freed object is linked to itself"},
    Mutant{"slab.impl.free.loses_link", "a freed object is not linked to the rest of the chain"},
    Mutant{"slab.impl.free.pointer_follows_free_slab",
           "the pointer goes to the end with a slab that becomes free"},
    Mutant{"slab.impl.grow.at_front_of_list", "a new slab goes to the front of the list"},
    Mutant{"slab.impl.grow.colour_wraps_late", "there is one colour too many"},
    Mutant{"slab.impl.grow.forgets_dma", "the pages of a DMA cache are asked for without the DMA bit"},
    Mutant{"slab.impl.grow.keeps_colour_on_failure", "a growth that fails does not use up its colour"},
    Mutant{"slab.impl.grow.leaks_pages", "pages without a descriptor are not given back"},
    Mutant{"slab.impl.kmalloc.takes_next_class", "a request of exactly a class goes to the class above"},
    Mutant{"slab.impl.reap.counts_destructor", "a destructor counts against a cache, a constructor does not"},
    Mutant{"slab.impl.reap.forgets_order", "slabs of several pages do not count against a cache"},
    Mutant{"slab.impl.reap.hand_stays_after_perfect", "the hand stays where it was after ten free slabs"},
    Mutant{"slab.impl.reap.ignores_growth", "a cache that has just grown is reaped"},
    Mutant{"slab.impl.reap.looks_at_one_more", "the search goes on to an eleventh cache"},
    Mutant{"slab.impl.reap.takes_all", "all free slabs go, not four fifths"},
    Mutant{"slab.impl.reap.takes_last_of_equals", "of caches of equal worth the last is reaped"},
    Mutant{"slab.impl.release.leaks_descriptor", "an outside descriptor is not given back"},
    Mutant{"slab.impl.release.skips_last_destructor", "the destructor is not run on the last object"},
    Mutant{"slab.impl.release.takes_slab_with_one_object", "a slab with one object in use is given back"},
    Mutant{"slab.impl.shrink.leaves_one_slab", "shrinking leaves the first slab of a list"},
};

/// The mutant called `name`, or nullptr.
constexpr const Mutant* find_slab_mutant(std::string_view name) {
  for (const Mutant& mutant : slab_mutants) {
    if (mutant.name == name) return &mutant;
  }
  return nullptr;
}

}  // namespace refmm
