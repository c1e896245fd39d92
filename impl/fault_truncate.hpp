// The cached pages of a file that shrinks, and of a shared memory object that goes. Part of impl/fault.hpp.
//
// Source: truncate_inode_pages in mm/filemap.c, shmem_truncate in mm/shmem.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// Of the clean ones first, then of the dirty ones; who maps a page keeps the frame. [fault.truncate.page]
/// [fault.truncate.partial_page]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::truncate_inode_pages(MemoryObject& object, std::uint32_t start, Address partial) {
  for (PageList* const list : {&object.clean_pages, &object.dirty_pages}) {
    for (auto next = list->begin(); next != list->end();) {
      Page& page = *next++;
      if (page.index >= start)
        remove_from_page_cache(page);
      else if (partial != 0 && page.index + 1 == start)
        std::memset(frames_.frame(frames_.pfn_of_page(page)) + partial, 0, page_size - partial);
    }
  }
}

template <FaultTracer Tracer>
void PagedMemory<Tracer>::clear_tail(const MemoryObject& object, std::uint32_t index, Address from) {
  const Pfn pfn = cache_.find(object, index);
  if (pfn != 0) std::memset(frames_.frame(pfn) + from, 0, page_size - from);
}

/// Its slots go upwards, with what the swap cache has of them. [fault.shmem.released] [fault.truncate.slot]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::release_object(MemoryObject& object) {
  truncate_inode_pages(object, 0, 0);
  while (!object.slots.empty()) {
    SwapSlot& slot = *object.slots.begin();
    const std::uint32_t number = swap_.number_of(slot);
    slot.unlink();
    slot.object = nullptr;
    swap_.free(number);
    if (const Pfn cached = cache_.find(swapper_space_, number); cached != 0)
      delete_from_swap_cache(frames_.page(cached));
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
