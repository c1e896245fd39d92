// Dirty bits of entries become dirty pages, and dirty pages are written.
//
// Follows filemap_sync, filemap_fdatasync and filemap_fdatawait in mm/filemap.c, and shmem_writepage in mm/shmem.c.
#pragma once

#include <refmm/model/fault_mapping.hpp>

#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

// ---- From entries to pages ----------------------------------------------------------------------------------------

/// A range of entries whose dirty bits went to their pages.
template <class M>
struct Synced {
  MemoryStep<M> so_far;
  bool had_files;      // no dirty page was without a file
  bool ended = false;  // as built, such a page is a null pointer
};

/// Moves the dirty bit of an entry to its page. A page without a file has nowhere to be written: mended, it stays as it is. 2.4.0:
/// filemap_sync_pte.
template <class M>
constexpr Synced<M> filemap_sync_pte(bool corrected, const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                                     const Space<WordOf<M>>& space, const WordOf<M>& addr,
                                     const PtePlace<WordOf<M>>& place) {
  using W = WordOf<M>;
  const W entry = pte_at(so_far.memory, place);
  if (!pte_present(entry) || !has(entry, fault::PAGE_DIRTY)) return {std::move(so_far), true};
  const W pfn = pfn_of<W>(machine, entry);
  const bool has_file = is_true(frame(so_far.memory, pfn).mapping != W(fault::none));
  if (!has_file && corrected) return {std::move(so_far), false};
  const W left = mutant("fault.msync.forgets_the_entry") ? W(0u) : flags_cleared(entry, fault::PAGE_DIRTY);
  so_far = set_pte(std::move(so_far), place, left);
  so_far = flush_tlb_page(std::move(so_far), space, addr);
  if (!has_file) return {std::move(so_far), false, true};
  so_far = cited(std::move(so_far), "fault.msync.dirty_bit");
  if (mutant("fault.msync.loses_the_dirty_bit")) return {std::move(so_far), true};
  return {set_page_dirty(std::move(so_far), pfn), true};
}

/// The same for the entries of a range, and a flush. 2.4.0: filemap_sync.
template <Word W>
constexpr Synced<fault::Memory<W>> filemap_sync(bool corrected, const MachineOf<W>& machine,
                                                MemoryStep<fault::Memory<W>> so_far, const Space<W>& space,
                                                W start, W end) {
  bool had_files = true;
  for (W addr = start; addr != end; addr = addr + W(machine.page_size)) {
    const auto place = pte_offset(machine, so_far.memory, space.pid, addr);
    if (!is_there(place)) continue;
    auto synced = filemap_sync_pte(corrected, machine, std::move(so_far), space, addr, place);
    had_files = had_files && synced.had_files;
    if (synced.ended) return synced;
    so_far = std::move(synced.so_far);
  }
  return {flush_tlb(std::move(so_far), space), had_files};
}

// ---- From pages to the disk ---------------------------------------------------------------------------------------

/// Writes a page of a file: the bytes below the end of the file. 2.4.0: the writepage method.
template <class M>
constexpr MemoryStep<M> write_page(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                                   const WordOf<M>& pfn) {
  using W = WordOf<M>;
  const auto page = frame(so_far.memory, pfn);
  so_far.effects.push_back(fault::FileTransfer<W>{fault::Transfer::write, page.mapping, page.index, pfn, true});
  const W size = lookup(so_far.memory.objects, page.mapping).i_size;
  const W start = bytes_in<W>(machine, page.index);
  const W below = size <= start ? W(0u) : size - start;
  const auto bytes = cut(lookup(so_far.memory.contents, pfn), below);
  so_far.memory.objects = changed_at(std::move(so_far.memory.objects), page.mapping, [&](auto object) {
    const W index = mutant("fault.msync.writes_the_next_page") ? page.index + 1u : page.index;
    object.disk = updated(std::move(object.disk), index, bytes);
    return object;
  });
  return so_far;
}

template <class M>
struct MovedToSwap {
  MemoryStep<M> so_far;
  bool moved;
};

/// Moves a page of a shared memory object to the swap cache: the object has a slot in its place, and so has the cache. Without a
/// free slot it stays. 2.4.0: shmem_writepage.
template <class M>
constexpr MovedToSwap<M> shmem_writepage(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  auto taken = get_swap_page(std::move(so_far), 2);
  so_far = std::move(taken.so_far);
  if (!taken.slot) return {std::move(so_far), false};
  const auto page = frame(so_far.memory, pfn);
  so_far.memory.objects = changed_at(std::move(so_far.memory.objects), page.mapping, [&](auto object) {
    object.slots = updated(std::move(object.slots), page.index, *taken.slot);
    return object;
  });
  so_far = remove_from_page_cache(get_page(std::move(so_far), pfn), pfn);
  so_far = add_to_swap_cache(std::move(so_far), pfn, *taken.slot);
  so_far = set_page_dirty(put_page(std::move(so_far), pfn), pfn);
  return {cited(std::move(so_far), "fault.shmem.to_slot"), true};
}

}  // namespace refmm::model::inline REFMM_BUILD
