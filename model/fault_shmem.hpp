// Pages of shared memory objects.
//
// A page is made and cleared at the first touch. While it is in memory it has no slot, and while it has a slot it is not in the object's
// cache. Follows shmem_nopage and shmem_truncate in mm/shmem.c.
#pragma once

#include <refmm/model/fault_file.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

template <class M>
constexpr MemoryStep<M> slot_of_object_set(MemoryStep<M> so_far, const WordOf<M>& object, const WordOf<M>& index,
                                           const WordOf<M>& slot) {
  so_far.memory.objects = changed_at(std::move(so_far.memory.objects), object, [&](auto changed) {
    changed.slots = updated(std::move(changed.slots), index, slot);
    return changed;
  });
  return so_far;
}

template <class M>
constexpr bool is_uptodate(const M& memory, const WordOf<M>& pfn) {
  return has(frame(memory, pfn).flags, fault::PG_uptodate);
}

/// Gives up a page that was to come from its slot and could not be read; nobody else can have it. [fault.swap_in.unreadable]
template <class M>
constexpr MemoryStep<M> unread_page_forgotten(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  so_far = delete_from_swap_cache(cited(std::move(so_far), "fault.swap_in.unreadable"), pfn);
  return put_page(std::move(so_far), pfn);
}

/// Brings a page of an object back from its slot: it leaves the swap area at once, and is dirty. [fault.shmem.from_slot]
template <class M>
constexpr NoPage<M> shmem_swapped_in(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                     const WordOf<M>& object, const WordOf<M>& index, const WordOf<M>& slot) {
  using W = WordOf<M>;
  auto found = swapped_in(std::move(so_far), slot);
  so_far = std::move(found.so_far);
  if (!found.pfn) return no_page_because(std::move(so_far), fault::Handled::no_page, "fault.swap_in.no_page");
  const W pfn = *found.pfn;
  if (!is_uptodate(so_far.memory, pfn)) {
    if (kernel.corrected.swap_read_error)
      return {unread_page_forgotten(std::move(so_far), pfn), std::nullopt, fault::Handled::not_readable};
    so_far = cited(std::move(so_far), "defect.fault.swap_read_error");
  }
  if (!mutant("fault.shmem.keeps_the_slot")) so_far = swap_free(std::move(so_far), slot);
  so_far = delete_from_swap_cache(std::move(so_far), pfn);
  so_far = slot_of_object_set(std::move(so_far), object, index, W(fault::none));
  so_far = add_to_page_cache(std::move(so_far), pfn, object, index);
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    const W marks =
        mutant("fault.shmem.comes_back_clean") ? W(fault::PG_uptodate) : W(fault::PG_uptodate | fault::PG_dirty);
    frame.flags = frame.flags | marks;
    return frame;
  });
  return {cited(std::move(so_far), "fault.shmem.from_slot"), pfn, {}};
}

/// A page of an object that nobody has touched yet. [fault.shmem.fresh]
template <class M>
constexpr NoPage<M> shmem_fresh(MemoryStep<M> so_far, const WordOf<M>& object, const WordOf<M>& index) {
  auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  so_far = std::move(taken.so_far);
  if (!taken.pfn) return no_page_because(std::move(so_far), fault::Handled::no_page, "fault.shmem.no_page");
  so_far = clear_page(std::move(so_far), *taken.pfn);
  so_far = add_to_page_cache(std::move(so_far), *taken.pfn, object, index);
  so_far = page_read(std::move(so_far), *taken.pfn, true);
  return {cited(std::move(so_far), "fault.shmem.fresh"), taken.pfn, {}};
}

/// The page of an object that an address shows. No descriptor leads to an object, so all its mappings are shared. 2.4.0: shmem_nopage.
template <class M>
constexpr NoPage<M> shmem_nopage(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                 const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                 const WordOf<M>& addr) {
  using W = WordOf<M>;
  const W index = page_index<W>(kernel.machine(), mapping, addr);

  // refuse
  if (index >= pages_of_object(kernel.machine(), so_far.memory, mapping.object)) {
    if (space.current || kernel.corrected.debugger_end_of_file)
      return no_page_because(std::move(so_far), fault::Handled::beyond_object, "fault.shmem.beyond_end");
    so_far = cited(std::move(so_far), "defect.fault.debugger_end_of_file");
  }

  // find
  const W cached = find_page(so_far.memory, mapping.object, index);
  const W slot = lookup(lookup(so_far.memory.objects, mapping.object).slots, index);

  // change
  if (cached != W(fault::none))
    return {get_page(cited(std::move(so_far), "fault.shmem.cached"), cached), cached, {}};
  if (slot != W(fault::none)) return shmem_swapped_in(kernel, std::move(so_far), mapping.object, index, slot);
  return shmem_fresh(std::move(so_far), mapping.object, index);
}

}  // namespace refmm::model::inline REFMM_BUILD
