// The cached pages of a file that shrinks, and of a shared memory object that goes.
//
// Follows truncate_inode_pages in mm/filemap.c, vmtruncate_list in mm/memory.c, shmem_truncate in mm/shmem.c.
#pragma once

#include <refmm/model/fault_unmap.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// Drops a page from the cache of its object; who maps it keeps the frame. 2.4.0: truncate_complete_page.
template <class M>
constexpr MemoryStep<M> page_truncated(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  return remove_from_page_cache(cited(std::move(so_far), "fault.truncate.page"), pfn);
}

/// Drops the pages of an object from page `start` on, of the clean list first, then of the dirty one, each from its front. In the
/// page in front of them the bytes from `partial` on become zeros, if `partial` is not 0. 2.4.0: truncate_inode_pages.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> truncate_inode_pages(MemoryStep<fault::Memory<W>> so_far, W object, W start,
                                                            W partial) {
  const auto& before = lookup(so_far.memory.objects, object);
  std::vector<W> pages = before.clean_pages;
  pages.insert(pages.end(), before.dirty_pages.begin(), before.dirty_pages.end());
  for (const W pfn : pages) {
    const W index = frame(so_far.memory, pfn).index;
    if (index >= start) {
      so_far = page_truncated(std::move(so_far), pfn);
    } else if (partial != 0u && index + 1u == start && !mutant("fault.truncate.keeps_the_tail")) {
      so_far.memory.contents = changed_at(std::move(so_far.memory.contents), pfn,
                                          [&](auto bytes) { return cut(std::move(bytes), partial); });
      so_far = cited(std::move(so_far), "fault.truncate.partial_page");
    }
  }
  return so_far;
}

/// Gives up the slots of an object that is gone, upwards, and what the swap cache has of them. 2.4.0: shmem_truncate.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> slots_truncated(MemoryStep<fault::Memory<W>> so_far, W object) {
  const auto slots = lookup(so_far.memory.objects, object).slots;
  for (const auto& [index, slot] : slots.written) {
    so_far = swap_free(cited(std::move(so_far), "fault.truncate.slot"), slot);
    const W cached = find_page(so_far.memory, W(fault::swapper_space), slot);
    if (cached != W(fault::none)) so_far = delete_from_swap_cache(std::move(so_far), cached);
  }
  return so_far;
}

/// A shared memory object goes with its last mapping: its pages, then its slots. 2.4.0: iput of a shmem inode.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> object_released(MemoryStep<fault::Memory<W>> so_far, W object) {
  so_far = truncate_inode_pages(std::move(so_far), object, W(0u), W(0u));
  if (!mutant("fault.shmem.leaves_its_slots")) so_far = slots_truncated(std::move(so_far), object);
  so_far.memory.objects = updated(std::move(so_far.memory.objects), object, fault::Object<W>{});
  return cited(std::move(so_far), "fault.shmem.released");
}

/// The addresses of an area that show pages from page `pgoff` of its object on; nothing if it has none. 2.4.0: vmtruncate_list.
template <Word W>
constexpr std::optional<std::pair<W, W>> truncated_part(const MachineOf<W>& machine, const vma::Area<W>& area,
                                                        W pgoff) {
  if (area.vm_pgoff >= pgoff) return std::pair{area.vm_start, area.vm_end};
  const W skipped = pgoff - area.vm_pgoff;
  if (skipped >= pages_between<W>(machine, area.vm_start, area.vm_end)) return std::nullopt;
  return std::pair{area.vm_start + bytes_in<W>(machine, skipped), area.vm_end};
}

}  // namespace refmm::model::inline REFMM_BUILD
