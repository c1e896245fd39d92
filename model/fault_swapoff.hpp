// The end of a swap area's use: every page in it comes back into memory.
//
// Follows try_to_unuse and what it calls in mm/swapfile.c, shmem_unuse in mm/shmem.c, sys_swapon.
#pragma once

#include <refmm/model/fault_shmem.hpp>
#include <refmm/model/fault_unmap.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// An entry that holds the slot gets the page, read-only and dirty; one that has the page already becomes dirty, for the page is about to
/// leave the swap cache. 2.4.0: unuse_pte. [fault.swapoff.entry]
template <class M>
constexpr MemoryStep<M> unuse_pte(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far, const WordOf<M>& pid,
                                  const Mapping<WordOf<M>>& mapping, const PtePlace<WordOf<M>>& place,
                                  const WordOf<M>& slot, const WordOf<M>& pfn) {
  using W = WordOf<M>;
  const W entry = pte_at(so_far.memory, place);
  if (pte_present(entry)) {
    if (pfn_of<W>(machine, entry) != pfn) return so_far;
    so_far = cited(std::move(so_far), "fault.swapoff.dirty");
    if (mutant("fault.swapoff.leaves_it_clean")) return so_far;
    return set_pte(std::move(so_far), place, flags_set(entry, fault::PAGE_DIRTY));
  }
  if (entry != entry_of_slot<W>(slot)) return so_far;
  const W back = flags_set(entry_for<W>(machine, mapping, pfn), fault::PAGE_DIRTY);
  so_far = set_pte(cited(std::move(so_far), "fault.swapoff.entry"), place, back);
  so_far = get_page(swap_free(std::move(so_far), slot), pfn);
  return rss_changed(std::move(so_far), pid, W(1u));
}

/// The same for every entry of an area. 2.4.0: unuse_vma.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> unuse_area(const MachineOf<W>& machine, MemoryStep<fault::Memory<W>> so_far,
                                                  W pid, const Mapping<W>& mapping, W slot, W pfn) {
  return for_each_table_entry(machine, std::move(so_far), pid, mapping.area.vm_start, mapping.area.vm_end,
                              [&](auto step, W addr) {
                                const auto place = pte_offset(machine, step.memory, pid, addr);
                                return unuse_pte(machine, std::move(step), pid, mapping, place, slot, pfn);
                              });
}

/// A shared memory object that holds the slot gets the page, dirty. 2.4.0: shmem_unuse.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> shmem_unuse(MemoryStep<fault::Memory<W>> so_far, W slot, W pfn) {
  const auto objects = so_far.memory.objects;
  for (const auto& [number, object] : objects.written) {
    for (const auto& [index, held] : object.slots.written) {
      if (held != slot || mutant("fault.swapoff.forgets_shared_memory")) continue;
      so_far = slot_of_object_set(swap_free(std::move(so_far), slot), number, index, W(fault::none));
      so_far = add_to_page_cache(cited(std::move(so_far), "fault.swapoff.object"), pfn, number, index);
      return page_read(set_page_dirty(std::move(so_far), pfn), pfn, true);
    }
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
