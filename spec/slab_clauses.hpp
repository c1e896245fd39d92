// The clauses of the slab chapter, in the order of the book (spec/book/slab.md).
#pragma once

#include <refmm/spec/clause_entry.hpp>

#include <array>
#include <string_view>

namespace refmm::slab {

namespace why {
inline constexpr std::string_view usage_error =
    "a usage error: BUG is all there is to it, and nothing after it is defined";
inline constexpr std::string_view unspecified = "nothing is promised";
inline constexpr std::string_view harness = "a knob of the layer below, not a behaviour of the allocator";
}  // namespace why

inline constexpr std::array clauses{
    // The machine and the layer below.
    Clause{"slab.boot", ClauseKind::must, "mm/slab.c:kmem_cache_sizes_init"},
    Clause{"slab.pages.knobs", ClauseKind::must, "mm/page_alloc.c:__alloc_pages", why::harness},
    Clause{"slab.pages.refused", ClauseKind::must, "mm/slab.c:kmem_getpages", why::harness},
    Clause{"slab.pages.reap_before", ClauseKind::must, "mm/vmscan.c:do_try_to_free_pages", why::harness},

    // What holds of every state.
    Clause{"slab.order", ClauseKind::must, "mm/slab.c:slab_t"},
    Clause{"slab.first_not_full", ClauseKind::must, "mm/slab.c:kmem_cache_alloc_one"},
    Clause{"slab.chain.permutation", ClauseKind::must, "mm/slab.c:kmem_cache_init_objs"},
    Clause{"slab.chain.length", ClauseKind::must, "mm/slab.c:kmem_cache_alloc_one_tail"},
    Clause{"slab.chain.links", ClauseKind::must, "mm/slab.c:slab_bufctl"},
    Clause{"slab.layout.disjoint", ClauseKind::must, "mm/slab.c:kmem_cache_init_objs"},
    Clause{"slab.layout.inside", ClauseKind::must, "mm/slab.c:kmem_cache_slabmgmt"},
    Clause{"slab.layout.aligned", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.layout.pages", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.colour.range", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.descriptors", ClauseKind::must, "mm/slab.c:kmem_cache_slabmgmt"},

    // kmem_cache_create: refusals, in the order in which they are looked for.
    Clause{"slab.create.bug.name_missing", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.name_too_long", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.in_interrupt", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.size_below_word", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.size_above_limit", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.dtor_without_ctor", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.offset_above_size", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.bug.unknown_flag", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},
    Clause{"slab.create.null.no_descriptor", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.bug.name_taken", ClauseKind::must, "mm/slab.c:kmem_cache_create", why::usage_error},

    // kmem_cache_create: geometry.
    Clause{"slab.create.word_rounding", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.align.word", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.align.line", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.align.halved", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.management.inside", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.management.outside", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.management.moved_back", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.estimate", ClauseKind::must, "mm/slab.c:kmem_cache_estimate"},
    Clause{"slab.create.order.fits_well", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.order.at_limit", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.order.forced", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.offslab_limit", ClauseKind::must, "mm/slab.c:kmem_cache_sizes_init"},
    Clause{"slab.create.colour.line", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.colour.offset", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.optimize", ClauseKind::must, "mm/slab.c:kmem_cache_create"},

    // kmem_cache_create: the new cache.
    Clause{"slab.create.descriptor", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.chain_front", ClauseKind::must, "mm/slab.c:kmem_cache_create"},
    Clause{"slab.create.name_of_head", ClauseKind::unspecified, "mm/slab.c:kmem_cache_create", why::unspecified},

    // kmem_cache_alloc.
    Clause{"slab.alloc.first_not_full", ClauseKind::must, "mm/slab.c:kmem_cache_alloc_one"},
    Clause{"slab.alloc.head_of_chain", ClauseKind::must, "mm/slab.c:kmem_cache_alloc_one_tail"},
    Clause{"slab.alloc.slab_fills", ClauseKind::must, "mm/slab.c:kmem_cache_alloc_one_tail"},
    Clause{"slab.alloc.grows", ClauseKind::must, "mm/slab.c:__kmem_cache_alloc"},
    Clause{"slab.alloc.not_twice", ClauseKind::must, "mm/slab.c:kmem_cache_alloc_one_tail"},

    // kmem_cache_grow.
    Clause{"slab.grow.bug.unknown_flag", ClauseKind::must, "mm/slab.c:kmem_cache_grow", why::usage_error},
    Clause{"slab.grow.null.forbidden", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.grow.bug.sleeping_in_interrupt", ClauseKind::must, "mm/slab.c:kmem_cache_grow", why::usage_error},
    Clause{"slab.grow.colour", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.grow.colour_wraps", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.grow.mask", ClauseKind::must, "mm/slab.c:kmem_getpages"},
    Clause{"slab.grow.null.no_pages", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.grow.management.inside", ClauseKind::must, "mm/slab.c:kmem_cache_slabmgmt"},
    Clause{"slab.grow.management.outside", ClauseKind::must, "mm/slab.c:kmem_cache_slabmgmt"},
    Clause{"slab.grow.null.no_management", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.grow.constructor", ClauseKind::must, "mm/slab.c:kmem_cache_init_objs"},
    Clause{"slab.grow.constructor.atomic", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
    Clause{"slab.grow.appended", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},

    // kmem_cache_free.
    Clause{"slab.free.head_of_chain", ClauseKind::must, "mm/slab.c:kmem_cache_free_one"},
    Clause{"slab.free.was_full", ClauseKind::must, "mm/slab.c:kmem_cache_free_one"},
    Clause{"slab.free.becomes_free", ClauseKind::must, "mm/slab.c:kmem_cache_free_one"},
    Clause{"slab.free.stays_partial", ClauseKind::must, "mm/slab.c:kmem_cache_free_one"},
    Clause{"slab.free.next_alloc", ClauseKind::must, "mm/slab.c:kmem_cache_free_one"},
    Clause{"slab.free.keeps_pages", ClauseKind::must, "mm/slab.c:kmem_cache_free"},

    // kmalloc, kfree.
    Clause{"slab.kmalloc.smallest", ClauseKind::must, "mm/slab.c:kmem_find_general_cachep"},
    Clause{"slab.kmalloc.dma", ClauseKind::must, "mm/slab.c:kmem_find_general_cachep"},
    Clause{"slab.kmalloc.bug.too_large", ClauseKind::must, "mm/slab.c:kmalloc", why::usage_error},
    Clause{"slab.kmalloc.null.too_large", ClauseKind::must, "mm/slab.c:kmem_find_general_cachep"},
    Clause{"slab.kfree.null", ClauseKind::must, "mm/slab.c:kfree"},
    Clause{"slab.kfree.any_cache", ClauseKind::must, "mm/slab.c:kfree"},

    // Giving slabs back: kmem_cache_shrink, kmem_slab_destroy.
    Clause{"slab.release.destructor", ClauseKind::must, "mm/slab.c:kmem_slab_destroy"},
    Clause{"slab.release.pages", ClauseKind::must, "mm/slab.c:kmem_slab_destroy"},
    Clause{"slab.release.management", ClauseKind::must, "mm/slab.c:kmem_slab_destroy"},
    Clause{"slab.shrink.bug.null", ClauseKind::must, "mm/slab.c:kmem_cache_shrink", why::usage_error},
    Clause{"slab.shrink.bug.in_interrupt", ClauseKind::must, "mm/slab.c:kmem_cache_shrink", why::usage_error},
    Clause{"slab.shrink.bug.unchained", ClauseKind::must, "mm/slab.c:is_chained_kmem_cache", why::usage_error},
    Clause{"slab.shrink.free_slabs", ClauseKind::must, "mm/slab.c:__kmem_cache_shrink"},
    Clause{"slab.shrink.live_objects_stay", ClauseKind::must, "mm/slab.c:__kmem_cache_shrink"},
    Clause{"slab.shrink.result", ClauseKind::must, "mm/slab.c:__kmem_cache_shrink"},

    // kmem_cache_destroy.
    Clause{"slab.destroy.bug.null", ClauseKind::must, "mm/slab.c:kmem_cache_destroy", why::usage_error},
    Clause{"slab.destroy.bug.in_interrupt", ClauseKind::must, "mm/slab.c:kmem_cache_destroy", why::usage_error},
    Clause{"slab.destroy.clock_moves", ClauseKind::must, "mm/slab.c:kmem_cache_destroy"},
    Clause{"slab.destroy.busy", ClauseKind::must, "mm/slab.c:kmem_cache_destroy"},
    Clause{"slab.destroy.done", ClauseKind::must, "mm/slab.c:kmem_cache_destroy"},
    Clause{"slab.destroy.head", ClauseKind::unspecified, "mm/slab.c:kmem_cache_destroy", why::unspecified},

    // kmem_cache_reap.
    Clause{"slab.reap.scan", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.passes.no_reap", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.passes.growing", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.passes.grown", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.worth", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.worth.constructor", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.worth.order", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.perfect", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.nothing", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},
    Clause{"slab.reap.four_fifths", ClauseKind::must, "mm/slab.c:kmem_cache_reap"},

    // /proc/slabinfo.
    Clause{"slab.slabinfo", ClauseKind::must, "mm/slab.c:proc_getdata"},

    // What a failure leaves behind.
    Clause{"slab.failure.loses_nothing", ClauseKind::must, "mm/slab.c:kmem_cache_grow"},
};

}  // namespace refmm::slab
