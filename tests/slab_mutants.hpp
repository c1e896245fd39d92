// The mistakes that the implementation of the slab allocator can be told to make, by name. Each stands beside the line that
// it changes (impl/slab*.hpp); a test holds this list and the lines together.
#pragma once

#include <array>
#include <string_view>

namespace refmm {

struct SlabMutant {
  std::string_view name;
  std::string_view mistake;  // what it does wrong, in a few words
};

inline constexpr std::array slab_mutants{
    SlabMutant{"slab.impl.alloc.hands_out_twice", "the last but one object of a slab stays in the chain"},
    SlabMutant{"slab.impl.alloc.keeps_firstnotfull", "the pointer stays at a slab that has become full"},
    SlabMutant{"slab.impl.create.at_end_of_chain", "a new cache goes to the end of the ring of caches"},
    SlabMutant{"slab.impl.create.halves_at_half", "an object of half a line is aligned to half a line"},
    SlabMutant{"slab.impl.create.looks_at_name_first", "a taken name is noticed before the descriptor is had"},
    SlabMutant{"slab.impl.create.moves_back_only_with_room_to_spare", "a descriptor that just fits stays outside"},
    SlabMutant{"slab.impl.destroy.busy_cache_keeps_place", "a busy cache stays where it was in the ring"},
    SlabMutant{"slab.impl.destroy.hand_moves_back", "the reap clock's hand moves to the cache before"},
    SlabMutant{"slab.impl.destroy.leaks_descriptor", "the descriptor of a destroyed cache is not given back"},
    SlabMutant{"slab.impl.free.keeps_inuse_of_full_slab", "the first object freed of a full slab is not counted"},
    SlabMutant{"slab.impl.free.leaves_free_slab_in_place", "a slab that becomes free does not go to the end"},
    SlabMutant{"slab.impl.free.leaves_full_slab_in_place",
               "a full slab that gets an object back stays in its place"},
    SlabMutant{"slab.impl.free.links_to_itself", "a freed object is linked to itself"},
    SlabMutant{"slab.impl.free.loses_link", "a freed object is not linked to the rest of the chain"},
    SlabMutant{"slab.impl.free.pointer_follows_free_slab",
               "the pointer goes to the end with a slab that becomes free"},
    SlabMutant{"slab.impl.grow.at_front_of_list", "a new slab goes to the front of the list"},
    SlabMutant{"slab.impl.grow.colour_wraps_late", "there is one colour too many"},
    SlabMutant{"slab.impl.grow.forgets_dma", "the pages of a DMA cache are asked for without the DMA bit"},
    SlabMutant{"slab.impl.grow.keeps_colour_on_failure", "a growth that fails does not use up its colour"},
    SlabMutant{"slab.impl.grow.leaks_pages", "pages without a descriptor are not given back"},
    SlabMutant{"slab.impl.kmalloc.takes_next_class", "a request of exactly a class goes to the class above"},
    SlabMutant{"slab.impl.reap.counts_destructor", "a destructor counts against a cache, a constructor does not"},
    SlabMutant{"slab.impl.reap.forgets_order", "slabs of several pages do not count against a cache"},
    SlabMutant{"slab.impl.reap.hand_stays_after_perfect", "the hand stays where it was after ten free slabs"},
    SlabMutant{"slab.impl.reap.ignores_growth", "a cache that has just grown is reaped"},
    SlabMutant{"slab.impl.reap.looks_at_one_more", "the search goes on to an eleventh cache"},
    SlabMutant{"slab.impl.reap.takes_all", "all free slabs go, not four fifths"},
    SlabMutant{"slab.impl.reap.takes_last_of_equals", "of caches of equal worth the last is reaped"},
    SlabMutant{"slab.impl.release.leaks_descriptor", "an outside descriptor is not given back"},
    SlabMutant{"slab.impl.release.skips_last_destructor", "the destructor is not run on the last object"},
    SlabMutant{"slab.impl.release.takes_slab_with_one_object", "a slab with one object in use is given back"},
    SlabMutant{"slab.impl.shrink.leaves_one_slab", "shrinking leaves the first slab of a list"},
};

/// The mutant called `name`, or nullptr.
constexpr const SlabMutant* find_slab_mutant(std::string_view name) {
  for (const SlabMutant& mutant : slab_mutants) {
    if (mutant.name == name) return &mutant;
  }
  return nullptr;
}

}  // namespace refmm
