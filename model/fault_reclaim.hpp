// Pages leave memory: first the entry of a process, then, when nobody else has it, the page.
//
// Unmapping writes nothing. A page is written when its frame is wanted. Follows try_to_swap_out, page_launder and reclaim_page in
// mm/vmscan.c.
#pragma once

#include <refmm/model/fault_shmem.hpp>
#include <refmm/model/fault_unmap.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- The entry ----------------------------------------------------------------------------------------------------

template <class M>
struct SwappedOut {
  MemoryStep<M> so_far;
  bool unmapped;
};

/// The process has one page less, the page one reference less. 2.4.0: the end of try_to_swap_out.
template <class M>
constexpr SwappedOut<M> entry_given_up(MemoryStep<M> so_far, const WordOf<M>& pid,
                                       const PtePlace<WordOf<M>>& place, const WordOf<M>& pfn,
                                       const WordOf<M>& entry) {
  so_far = set_pte(std::move(so_far), place, entry);
  if (!mutant("fault.swap_out.forgets_rss")) so_far = rss_changed(std::move(so_far), pid, WordOf<M>(0u) - 1u);
  return {put_page(std::move(so_far), pfn), true};
}

/// Unmaps a page that has not been used for long, if it can be had back. 2.4.0: try_to_swap_out.
template <class M>
constexpr SwappedOut<M> try_to_swap_out(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                                        const WordOf<M>& pid, const PtePlace<WordOf<M>>& place) {
  using W = WordOf<M>;

  // refuse
  const W entry = is_there(place) ? pte_at(so_far.memory, place) : W(0u);
  if (!pte_present(entry)) return {cited(std::move(so_far), "fault.swap_out.no_page"), false};
  const W pfn = pfn_of<W>(machine, entry);
  if (is_reserved(so_far.memory, pfn)) return {cited(std::move(so_far), "fault.swap_out.reserved_page"), false};

  // change
  const auto page = frame(so_far.memory, pfn);
  const bool dirty = has(entry, fault::PAGE_DIRTY) && !mutant("fault.swap_out.takes_dirty_for_clean");
  if (has(page.flags, fault::PG_swap_cache)) {
    if (dirty && !mutant("fault.swap_out.loses_the_dirty_bit")) so_far = set_page_dirty(std::move(so_far), pfn);
    so_far = swap_duplicate(cited(std::move(so_far), "fault.swap_out.swap_cache"), page.index);
    const W slot = mutant("fault.swap_out.names_the_next_slot") ? page.index + W(1u) : page.index;
    return entry_given_up(std::move(so_far), pid, place, pfn, entry_of_slot<W>(slot));
  }
  if (!dirty) return entry_given_up(cited(std::move(so_far), "fault.swap_out.clean"), pid, place, pfn, W(0u));
  if (page.mapping != W(fault::none)) {
    so_far = set_page_dirty(cited(std::move(so_far), "fault.swap_out.file"), pfn);
    return entry_given_up(std::move(so_far), pid, place, pfn, W(0u));
  }
  auto taken = get_swap_page(std::move(so_far), 1);
  so_far = std::move(taken.so_far);
  if (!taken.slot) {
    so_far = set_pte(std::move(so_far), place, flags_cleared(entry, fault::PAGE_ACCESSED));
    return {cited(std::move(so_far), "fault.swap_out.no_slot"), false};
  }
  so_far = set_page_dirty(add_to_swap_cache(std::move(so_far), pfn, *taken.slot), pfn);
  so_far = cited(std::move(so_far), "fault.swap_out.anonymous");
  if (!mutant("fault.swap_out.forgets_the_entry")) so_far = swap_duplicate(std::move(so_far), *taken.slot);
  return entry_given_up(std::move(so_far), pid, place, pfn, entry_of_slot<W>(*taken.slot));
}

// ---- The page -----------------------------------------------------------------------------------------------------

/// True if only its cache and its buffer have a page. [fault.reclaim.only_the_cache]
template <class M>
constexpr bool can_be_reclaimed(const M& memory, const WordOf<M>& pfn) {
  const auto page = frame(memory, pfn);
  if (mutant("fault.reclaim.takes_mapped_pages")) return is_true(page.mapping != WordOf<M>(fault::none));
  return page.mapping != WordOf<M>(fault::none) && is_true(page.count == page.buffers + 1u);
}

template <class M>
struct Laundered {
  MemoryStep<M> so_far;
  bool clean;  // it may be dropped
};

/// Writes what is dirty. A dirty page of shared memory gets a slot first; a page that could not be written to its slot is lost, as built:
/// [defect.fault.swap_write_error]. 2.4.0: page_launder.
template <class M>
constexpr Laundered<M> laundered(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                 const WordOf<M>& pfn) {
  const auto page = frame(so_far.memory, pfn);
  if (!has(page.flags, fault::PG_dirty) || mutant("fault.reclaim.drops_dirty_pages"))
    return {cited(std::move(so_far), "fault.reclaim.clean"), true};
  so_far = clear_page_dirty(std::move(so_far), pfn);
  if (!has(page.flags, fault::PG_swap_cache)) {
    if (!is_shared_memory(lookup(so_far.memory.objects, page.mapping))) {
      so_far = write_page(kernel.machine(), cited(std::move(so_far), "fault.reclaim.file"), pfn);
      return {std::move(so_far), true};
    }
    auto moved = shmem_writepage(std::move(so_far), pfn);
    if (!moved.moved) return {set_page_dirty(cited(std::move(moved.so_far), "fault.reclaim.no_slot"), pfn), false};
    so_far = clear_page_dirty(cited(std::move(moved.so_far), "fault.reclaim.shared_memory"), pfn);
  }
  auto written = swap_write(cited(std::move(so_far), "fault.reclaim.swap_cache"), pfn);
  so_far = std::move(written.so_far);
  if (written.done) return {std::move(so_far), true};
  if (kernel.corrected.swap_write_error)
    return {set_page_dirty(cited(std::move(so_far), "fault.reclaim.unwritten"), pfn), false};
  return {cited(std::move(so_far), "defect.fault.swap_write_error"), true};
}

template <class M>
struct Reclaimed {
  MemoryStep<M> so_far;
  bool freed;
};

/// Writes a page if need be, and frees its frame. 2.4.0: page_launder, reclaim_page.
template <class M>
constexpr Reclaimed<M> page_reclaimed(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                      const WordOf<M>& pfn) {
  if (!can_be_reclaimed(so_far.memory, pfn)) return {std::move(so_far), false};
  auto clean = laundered(kernel, cited(std::move(so_far), "fault.reclaim.only_the_cache"), pfn);
  so_far = std::move(clean.so_far);
  if (!clean.clean) return {std::move(so_far), false};
  if (in_swap_cache(so_far.memory, pfn)) return {delete_from_swap_cache(std::move(so_far), pfn), true};
  return {remove_from_page_cache(std::move(so_far), pfn), true};
}

}  // namespace refmm::model::inline REFMM_BUILD
