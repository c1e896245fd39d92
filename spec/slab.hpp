// The vocabulary of the slab allocator: what is observed of it, what it is asked, what it answers.
//
// Source: mm/slab.c, include/linux/slab.h of 2.4.0, uniprocessor, without debugging. Chapter: spec/book/slab.md.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/slab_flags.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::slab {

// ---- Objects --------------------------------------------------------------------------------------------------

/// An object as a caller holds it: `session:3[7]` is object 7 of slab 3 of the cache `session`.
struct Object {
  REFMM_RECORD(Object, (Name, cache),    // the name of its cache
               (std::uint32_t, slab),    // the slab, numbered in the order of creation within its cache
               (std::uint32_t, index));  // 0 .. num - 1
};

// ---- State ----------------------------------------------------------------------------------------------------

/// The descriptor inside its slab: bytes from the start of the slab's first page.
struct OnSlab {
  REFMM_RECORD(OnSlab, (std::uint32_t, offset));
};

/// Where a slab descriptor is: inside its slab, or an object of a general cache.
using Management = std::variant<OnSlab, Object>;

/// One slab. 2.4.0: slab_t and its bufctl array; `free` is the chain that starts at `free` and ends with BUFCTL_END.
struct Slab {
  REFMM_RECORD(Slab, (std::uint32_t, number),       // order of creation within the cache, from 0
               (std::uint32_t, inuse),              // objects handed out
               (std::vector<std::uint32_t>, free),  // indices of the free objects, next to be handed out first
               (std::uint32_t, colouroff),          // bytes from the start of the first page to object 0
               (Management, mgmt));
};

inline constexpr std::uint32_t BUFCTL_END = 0xffffffff;

/// The chain of a slab as the kernel keeps it: slab_t.free and the bufctl array behind the descriptor.
template <class Links, Word W>
struct LinkedChain {
  W free;        // the first free object, or BUFCTL_END
  Links bufctl;  // for each free object the one after it, or BUFCTL_END: a total map (spec/map.hpp)
};

/// A slab of which only the objects in use are known: all that its place in the list depends on.
template <Word W>
struct Occupancy {
  REFMM_RECORD(Occupancy, (W, inuse));
};

/// The list of a cache's slabs and its pointer `firstnotfull`, as a position; the length of the list where the
/// kernel's pointer points to the head. `List` is a sequence (spec/sequence.hpp) of slabs or occupancies.
template <class List, class Position>
struct SlabList {
  List slabs;
  Position firstnotfull;
};

/// What a caller of kmem_cache_create asks for, as far as the geometry depends on it.
template <Word W>
struct GeometryRequest {
  REFMM_RECORD(GeometryRequest, (W, size),  // bytes of an object, word_size .. 2^max_gfp_order pages
               (W, offset),                 // bytes between colours, 0 .. size; 0 for a cache line
               (W, flags));                 // of CREATE_MASK
};

/// What kmem_cache_create makes of size, offset and flags; constant for the life of a cache.
template <Word W>
struct Geometry {
  REFMM_RECORD(Geometry, (W, objsize),  // bytes from one object to the next
               (W, num),                // objects in a slab
               (W, gfporder),           // a slab has 2^gfporder pages
               (W, colour),             // how many colours slabs cycle through; 0 acts as 1
               (W, colour_off),         // bytes from one colour to the next
               (W, slab_size),          // bytes of a slab descriptor with its bufctl array, whole cache lines
               (W, left_over),          // bytes of a slab of colour 0 behind its last object
               (W, flags));             // flags of the cache, the internal ones included
};

/// One cache. 2.4.0: kmem_cache_t.
struct Cache {
  REFMM_RECORD(Cache, (Name, name), (Geometry<std::uint32_t>, geometry),
               (std::uint32_t, gfpflags),           // 0 or GFP_DMA: added to every request for pages
               (std::uint32_t, colour_next),        // the colour the next growth uses
               (bool, grown),                       // DFLGS_GROWN: grown since the reap clock last passed
               (std::uint32_t, growing),            // growths under way; 0 between commands
               (std::optional<Name>, slabp_cache),  // the general cache of outside descriptors
               (std::optional<Object>, descr),      // its own descriptor; none for kmem_cache, which is static
               (bool, ctor),                        // it has a constructor
               (bool, dtor),                        // it has a destructor
               (std::uint32_t, slabs_created),      // the number of the next slab
               (std::vector<Slab>, slabs),          // the list: full slabs, partial ones, free ones
               (std::uint32_t, firstnotfull));      // position of the first slab that is not full, or the
                                                    // length of the list: the pointer points to its head
};

/// What the layer below does with requests for pages; see [slab.pages.knobs].
struct PageLayer {
  REFMM_RECORD(PageLayer, (std::uint32_t, fail_pages),  // this many requests fail,
               (std::uint32_t, fail_skip),              // after this many that succeed
               (std::uint32_t, reap_before),            // before each of this many requests caches are reaped
               (bool, in_interrupt));                   // calls are made inside an interrupt
};

/// The whole allocator between two commands.
struct State {
  REFMM_RECORD(State, (std::vector<Cache>, chain),  // the ring of caches from kmem_cache on
               (std::uint32_t, clock_searchp),      // position in the ring where the next reap starts
               (PageLayer, pages));
};

// ---- Commands -------------------------------------------------------------------------------------------------
// Caches are named. A second cache called kmem_cache cannot be told from the first ([slab.create.name_of_head]).

struct CacheCreate {
  REFMM_RECORD(CacheCreate, (std::optional<Name>, name), (std::uint32_t, size), (std::uint32_t, offset),
               (std::uint32_t, flags), (bool, ctor), (bool, dtor));
};
struct CacheDestroy {
  REFMM_RECORD(CacheDestroy, (std::optional<Name>, cache));
};
struct CacheShrink {
  REFMM_RECORD(CacheShrink, (std::optional<Name>, cache));
};
struct CacheAlloc {
  REFMM_RECORD(CacheAlloc, (Name, cache), (std::uint32_t, flags));
};
/// The object must be one that was handed out and not freed since; its cache is named by the object.
struct CacheFree {
  REFMM_RECORD(CacheFree, (Object, object));
};
struct Kmalloc {
  REFMM_RECORD(Kmalloc, (std::uint32_t, size), (std::uint32_t, flags));
};
/// As CacheFree; without an object it is kfree(NULL).
struct Kfree {
  REFMM_RECORD(Kfree, (std::optional<Object>, object));
};
struct FindGeneralCachep {
  REFMM_RECORD(FindGeneralCachep, (std::uint32_t, size), (std::uint32_t, gfpflags));
};
struct CacheReap {
  REFMM_RECORD(CacheReap, (std::uint32_t, gfp_mask));
};
/// `set`: knobs that are given replace what was left of them.
struct SetKnobs {
  REFMM_RECORD(SetKnobs, (std::optional<std::uint32_t>, fail_pages), (std::optional<std::uint32_t>, fail_skip),
               (std::optional<std::uint32_t>, reap_before), (std::optional<bool>, in_interrupt));
};

using Command = std::variant<CacheCreate, CacheDestroy, CacheShrink, CacheAlloc, CacheFree, Kmalloc, Kfree,
                             FindGeneralCachep, CacheReap, SetKnobs>;

// ---- Results --------------------------------------------------------------------------------------------------

/// Why a call was refused. Callers see BUG or NULL (`notation`); tests compare the refusal.
enum class Refusal {
  name_missing,
  name_too_long,
  create_in_interrupt,
  size_below_word,
  size_above_limit,
  dtor_without_ctor,
  offset_above_size,
  unknown_create_flag,
  name_taken,
  no_descriptor,
  shrink_without_cache,
  shrink_in_interrupt,
  shrink_unchained,
  destroy_without_cache,
  destroy_in_interrupt,
  unknown_alloc_flag,
  sleeping_in_interrupt,
  growth_forbidden,
  no_pages,
  no_management,
  request_too_large,
  no_general_cache,
};

/// How the transcripts print a refusal.
constexpr const char* notation(Refusal refusal) {
  switch (refusal) {
    case Refusal::no_descriptor:
    case Refusal::growth_forbidden:
    case Refusal::no_pages:
    case Refusal::no_management:
    case Refusal::no_general_cache:
      return "NULL";
    default:
      return "BUG";
  }
}

/// True of a usage error: nothing after it is defined.
constexpr bool is_bug(Refusal refusal) { return notation(refusal)[0] == 'B'; }

struct Nothing {
  REFMM_RECORD(Nothing);
};
struct CacheName {
  REFMM_RECORD(CacheName, (Name, name));
};
/// 0, or 1: slabs are left (shrink), the cache is still there (destroy).
struct Status {
  REFMM_RECORD(Status, (std::uint32_t, value));
};
struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};

using Result = std::variant<Nothing, CacheName, Object, Status, Refused>;

// ---- Effects --------------------------------------------------------------------------------------------------

/// 2^order pages were got for slab `slab`, or (no slab) could not be had; `gfp` is the mask of the request.
struct GetPages {
  REFMM_RECORD(GetPages, (Name, cache), (std::optional<std::uint32_t>, slab), (std::uint32_t, order),
               (std::uint32_t, gfp));
};
/// The outside descriptor of a new slab, or that there was no memory for it.
struct Mgmt {
  REFMM_RECORD(Mgmt, (Name, cache), (std::uint32_t, slab), (std::optional<Object>, object));
};
/// The constructor was run on all `num` objects of a slab, in the order of their indices.
struct Ctor {
  REFMM_RECORD(Ctor, (Name, cache), (std::uint32_t, slab), (std::uint32_t, num), (std::uint32_t, flags));
};
struct Dtor {
  REFMM_RECORD(Dtor, (Name, cache), (std::uint32_t, slab), (std::uint32_t, num));
};
struct FreePages {
  REFMM_RECORD(FreePages, (Name, cache), (std::uint32_t, slab), (std::uint32_t, order));
};
struct MgmtFree {
  REFMM_RECORD(MgmtFree, (Name, cache), (std::uint32_t, slab), (Object, object));
};

using Effect = std::variant<GetPages, Mgmt, Ctor, Dtor, FreePages, MgmtFree>;

}  // namespace refmm::slab
