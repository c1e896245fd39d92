// The clauses of the chapter on the user's heap, in the order of the book (spec/book/malloc.md).
//
// Sources are functions of glibc 2.2, which programs of 2.4.0's days were linked with: it is a descendant of D. Lea's malloc 2.6.
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::malloc {

namespace why {
inline constexpr std::string_view beginning = "where sessions begin; all laws of states hold of it";
inline constexpr std::string_view harness = "what a program does by itself, not a behaviour of the allocator";
inline constexpr std::string_view damaged = "nothing is promised of a heap that the program has damaged";
inline constexpr std::string_view defect =
    "what a heap without checks does against laws; the chapter says which, and the hardened heap keeps them";
}  // namespace why

inline constexpr std::array clauses{
    // The process at the start.
    Clause{"malloc.boot", ClauseKind::must, "malloc/malloc.c:main_arena", why::beginning},

    // Sizes.
    Clause{"malloc.size.chunk", ClauseKind::must, "malloc/malloc.c:request2size"},
    Clause{"malloc.size.smallest", ClauseKind::must, "malloc/malloc.c:MINSIZE"},
    Clause{"malloc.size.aligned", ClauseKind::must, "malloc/malloc.c:MALLOC_ALIGN_MASK"},
    Clause{"malloc.usable_size", ClauseKind::must, "malloc/malloc.c:malloc_usable_size"},
    Clause{"malloc.usable_size.null", ClauseKind::must, "malloc/malloc.c:malloc_usable_size"},

    // What holds of every heap.
    Clause{"malloc.blocks.aligned", ClauseKind::must, "malloc/malloc.c:aligned_OK"},
    Clause{"malloc.blocks.disjoint", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.blocks.inside_areas", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.blocks.survive", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.heap.tiled", ClauseKind::must, "malloc/malloc.c:next_chunk"},
    Clause{"malloc.heap.no_two_free", ClauseKind::must, "malloc/malloc.c:chunk_free"},
    Clause{"malloc.tags.both_ends", ClauseKind::must, "malloc/malloc.c:set_foot"},
    Clause{"malloc.tags.in_use", ClauseKind::must, "malloc/malloc.c:prev_inuse"},
    Clause{"malloc.top.at_end", ClauseKind::must, "malloc/malloc.c:top"},
    Clause{"malloc.bins.rings", ClauseKind::must, "malloc/malloc.c:bin_at"},
    Clause{"malloc.bins.by_size", ClauseKind::must, "malloc/malloc.c:bin_index"},
    Clause{"malloc.bins.ascending", ClauseKind::must, "malloc/malloc.c:frontlink"},
    Clause{"malloc.bins.every_free_chunk", ClauseKind::must, "malloc/malloc.c:frontlink"},
    Clause{"malloc.mapped.counted", ClauseKind::must, "malloc/malloc.c:n_mmaps"},

    // malloc.
    Clause{"malloc.malloc.too_large", ClauseKind::must, "malloc/malloc.c:checked_request2size"},
    Clause{"malloc.malloc.threshold", ClauseKind::must, "malloc/malloc.c:mmap_threshold"},
    Clause{"malloc.mapped.own_mapping", ClauseKind::must, "malloc/malloc.c:mmap_chunk"},
    Clause{"malloc.mapped.size", ClauseKind::must, "malloc/malloc.c:mmap_chunk"},
    Clause{"malloc.mapped.refused", ClauseKind::must, "malloc/malloc.c:mmap_chunk"},
    Clause{"malloc.malloc.best_fit", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.bins.unlink", ClauseKind::must, "malloc/malloc.c:unlink"},
    Clause{"malloc.bins.link", ClauseKind::must, "malloc/malloc.c:frontlink"},
    Clause{"malloc.split.rest", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.split.whole", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.top.front", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.grow.to_page", ClauseKind::must, "malloc/malloc.c:malloc_extend_top"},
    Clause{"malloc.grow.goes_on", ClauseKind::must, "malloc/malloc.c:malloc_extend_top"},
    Clause{"malloc.grow.new_region", ClauseKind::must, "malloc/malloc.c:malloc_extend_top"},
    Clause{"malloc.grow.fence", ClauseKind::must, "malloc/malloc.c:malloc_extend_top"},
    Clause{"malloc.grow.refused", ClauseKind::must, "malloc/malloc.c:malloc_extend_top"},
    Clause{"malloc.grow.wraps", ClauseKind::must, "malloc/malloc.c:malloc_extend_top"},
    Clause{"malloc.malloc.maps_instead", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.malloc.no_memory", ClauseKind::must, "malloc/malloc.c:chunk_alloc"},
    Clause{"malloc.perturb", ClauseKind::must, "malloc/malloc.c:M_PERTURB"},

    // free and malloc_trim.
    Clause{"malloc.free.null", ClauseKind::must, "malloc/malloc.c:fREe"},
    Clause{"malloc.free.unmaps", ClauseKind::must, "malloc/malloc.c:munmap_chunk"},
    Clause{"malloc.free.merges_before", ClauseKind::must, "malloc/malloc.c:chunk_free"},
    Clause{"malloc.free.merges_behind", ClauseKind::must, "malloc/malloc.c:chunk_free"},
    Clause{"malloc.free.joins_top", ClauseKind::must, "malloc/malloc.c:chunk_free"},
    Clause{"malloc.free.trims", ClauseKind::must, "malloc/malloc.c:chunk_free"},
    Clause{"malloc.trim.whole_pages", ClauseKind::must, "malloc/malloc.c:main_trim"},
    Clause{"malloc.trim.no_heap", ClauseKind::must, "malloc/malloc.c:main_trim"},
    Clause{"malloc.trim.no_page", ClauseKind::must, "malloc/malloc.c:main_trim"},
    Clause{"malloc.trim.not_at_break", ClauseKind::must, "malloc/malloc.c:main_trim"},
    Clause{"malloc.trim.refused", ClauseKind::must, "malloc/malloc.c:main_trim"},
    Clause{"malloc.trim.pinned", ClauseKind::must, "malloc/malloc.c:main_trim"},

    // calloc, realloc, memalign.
    Clause{"malloc.calloc.wraps", ClauseKind::must, "malloc/malloc.c:cALLOc"},
    Clause{"malloc.calloc.zero", ClauseKind::must, "malloc/malloc.c:cALLOc"},
    Clause{"malloc.realloc.null", ClauseKind::must, "malloc/malloc.c:rEALLOc"},
    Clause{"malloc.realloc.zero", ClauseKind::must, "malloc/malloc.c:rEALLOc"},
    Clause{"malloc.realloc.prefix", ClauseKind::must, "malloc/malloc.c:rEALLOc"},
    Clause{"malloc.realloc.shrinks", ClauseKind::must, "malloc/malloc.c:chunk_realloc"},
    Clause{"malloc.realloc.into_top", ClauseKind::must, "malloc/malloc.c:chunk_realloc"},
    Clause{"malloc.realloc.into_next", ClauseKind::must, "malloc/malloc.c:chunk_realloc"},
    Clause{"malloc.realloc.copies", ClauseKind::must, "malloc/malloc.c:chunk_realloc"},
    Clause{"malloc.realloc.same_pages", ClauseKind::must, "malloc/malloc.c:mremap_chunk"},
    Clause{"malloc.realloc.remaps", ClauseKind::must, "malloc/malloc.c:mremap_chunk"},
    Clause{"malloc.realloc.remap_refused", ClauseKind::must, "malloc/malloc.c:mremap_chunk"},
    Clause{"malloc.memalign.aligned", ClauseKind::must, "malloc/malloc.c:mEMALIGn"},
    Clause{"malloc.memalign.every_block", ClauseKind::must, "malloc/malloc.c:mEMALIGn"},
    Clause{"malloc.memalign.leader", ClauseKind::must, "malloc/malloc.c:chunk_align"},
    Clause{"malloc.memalign.mapped", ClauseKind::must, "malloc/malloc.c:chunk_align"},

    // The program's own doings.
    Clause{"malloc.access.load", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault", why::harness},
    Clause{"malloc.access.store", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault", why::harness},
    Clause{"malloc.access.not_mapped", ClauseKind::must, "arch/i386/mm/fault.c:do_page_fault"},
    Clause{"malloc.sbrk.foreign", ClauseKind::must, "misc/sbrk.c:__sbrk", why::harness},
    Clause{"malloc.sbrk.refused", ClauseKind::must, "misc/sbrk.c:__sbrk", why::harness},

    // What a hardened heap looks at, and what one without checks does instead.
    Clause{"malloc.check.pointer", ClauseKind::must, "malloc/malloc.c:_int_free"},
    Clause{"malloc.check.size", ClauseKind::must, "malloc/malloc.c:_int_free"},
    Clause{"malloc.check.double_free", ClauseKind::must, "malloc/malloc.c:_int_free"},
    Clause{"malloc.check.prev_size", ClauseKind::must, "malloc/malloc.c:unlink_chunk"},
    Clause{"malloc.check.links", ClauseKind::must, "malloc/malloc.c:unlink_chunk"},
    Clause{"malloc.check.top", ClauseKind::must, "malloc/malloc.c:_int_malloc"},
    Clause{"malloc.bins.endless", ClauseKind::unspecified, "malloc/malloc.c:frontlink", why::damaged},
    Clause{"defect.malloc.pointer", ClauseKind::defect, "malloc/malloc.c:fREe", why::defect},
    Clause{"defect.malloc.double_free", ClauseKind::defect, "malloc/malloc.c:chunk_free", why::defect},
    Clause{"defect.malloc.prev_size", ClauseKind::defect, "malloc/malloc.c:chunk_free", why::defect},
    Clause{"defect.malloc.links", ClauseKind::defect, "malloc/malloc.c:unlink", why::defect},
    Clause{"defect.malloc.top", ClauseKind::defect, "malloc/malloc.c:chunk_alloc", why::defect},
    Clause{"defect.malloc.product", ClauseKind::defect, "malloc/malloc.c:cALLOc", why::defect},
};

}  // namespace refmm::malloc
