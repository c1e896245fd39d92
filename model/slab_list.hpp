// Where slabs stand in the list of their cache.
//
// One list holds all slabs of a cache: the full ones, then the partial ones, then the free ones
// ([slab.order]); `firstnotfull` is the position behind the full ones ([slab.first_not_full]). The functions
// here are the only ones that move a slab or the pointer. They follow kmem_cache_alloc_one_tail,
// kmem_cache_free_one, kmem_cache_grow and __kmem_cache_shrink in mm/slab.c.
//
// They read and change the list only through spec/sequence.hpp, so they run on lists of slabs and are proved
// on lists of any length (proofs/slab.cpp).
#pragma once

#include <refmm/model/slab_chain.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

using slab::Occupancy;
using slab::SlabList;

/// The list after one object was taken from the slab that `firstnotfull` points to. There must be one.
template <class List, Word W>
constexpr Decision<SlabList<List, W>> take(SlabList<List, W> before, W num) {
  // find
  const W here = mutant("slab.take.from_last") ? W{length(before.slabs) - 1} : before.firstnotfull;
  const auto fills = at(before.slabs, here).inuse + 1 == num;

  // change: [slab.alloc.slab_fills] a slab that fills stays where it is, the pointer steps on
  SlabList<List, W> after{
      changed(std::move(before.slabs), here, [](auto slab) { return handed_out(std::move(slab)); }), here};
  if (!fills) return {std::move(after), {}};
  if (!mutant("slab.take.keeps_firstnotfull")) after.firstnotfull = here + 1;
  return {std::move(after), {"slab.alloc.slab_fills"}};
}

/// The list after object `index` of the slab at `position`, in use until now, was given back.
template <class List, Word W>
constexpr Decision<SlabList<List, W>> give_back(SlabList<List, W> before, W position, W index, W num) {
  // find
  const auto was_full = at(before.slabs, position).inuse == num;
  const auto becomes_free = at(before.slabs, position).inuse == 1;

  // change
  SlabList<List, W> after{
      changed(std::move(before.slabs), position, [&](auto slab) { return taken_back(std::move(slab), index); }),
      before.firstnotfull};
  if (was_full) {
    // In front of all partial and free slabs, even if it is free itself now.
    const W front = before.firstnotfull - 1;
    if (mutant("slab.give_back.full_slab_stays")) return {std::move(after), {"slab.free.was_full"}};
    return {SlabList<List, W>{moved(std::move(after.slabs), position, front), front}, {"slab.free.was_full"}};
  }
  if (becomes_free) {
    // To the very end. If it was the slab pointed to, the pointer now has the one that followed it: the same position.
    const W end = mutant("slab.give_back.free_slab_to_front") ? before.firstnotfull : length(after.slabs) - 1;
    after.slabs = moved(std::move(after.slabs), position, end);
    return {std::move(after), {"slab.free.becomes_free"}};
  }
  if (mutant("slab.give_back.partial_slab_to_front"))
    after.slabs = moved(std::move(after.slabs), position, after.firstnotfull);
  return {std::move(after), {"slab.free.stays_partial"}};
}

/// The list with a new, free slab at its end. A pointer to the head of the list comes to point to the new slab:
/// the position behind all full slabs is now its own.
template <class List, Word W, class Slab>
constexpr Decision<SlabList<List, W>> append(SlabList<List, W> before, Slab fresh) {
  const W end = mutant("slab.append.at_front") ? W{0} : W{length(before.slabs)};
  return {SlabList<List, W>{inserted(std::move(before.slabs), end, std::move(fresh)), before.firstnotfull},
          {"slab.grow.appended"}};
}

/// The list without its last slab, which must be free. A pointer to that slab comes to point to the head of the
/// list: the position behind all full slabs is now the length.
template <class List, Word W>
constexpr Decision<SlabList<List, W>> drop_last(SlabList<List, W> before) {
  const W last = mutant("slab.drop_last.drops_first_not_full") ? before.firstnotfull : W{length(before.slabs) - 1};
  if (mutant("slab.drop_last.to_front"))
    return {{moved(std::move(before.slabs), last, W{0}), before.firstnotfull}, {}};
  return {SlabList<List, W>{erased(std::move(before.slabs), last), before.firstnotfull},
          {"slab.shrink.free_slabs"}};
}

/// True if the list ends with a free slab: what shrink and reap may give back.
template <class List, Word W>
constexpr bool last_is_free(const SlabList<List, W>& list) {
  const W slabs = length(list.slabs);
  if (slabs == 0) return false;
  return bool(at(list.slabs, slabs - 1).inuse == 0);
}

}  // namespace refmm::model::inline REFMM_BUILD
