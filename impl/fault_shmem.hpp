// Pages of shared memory objects. Part of impl/fault.hpp.
//
// A page is made and cleared at the first touch. While it is in memory it has no slot, and while it has a slot it is not in the object's
// cache. Source: shmem_nopage, shmem_writepage in mm/shmem.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// The page of an object that an address shows. No descriptor leads to an object, so all its mappings are shared.
/// [fault.shmem.beyond_end] [fault.shmem.cached] [fault.shmem.fresh]
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::shmem_nopage(const Area& area, MemoryObject& object, Address addr) -> NoPage {
  const std::uint32_t index = page_index(area, addr);
  if (index >= object.pages()) return no_page(Handled::beyond_object);
  if (const Pfn cached = cache_.find(object, index); cached != 0) {
    get_page(cached);
    return {cached, {}};
  }
  if (const auto slot = object.slots.find(index); slot != object.slots.end())
    return shmem_swapped_in(object, index, *slot);

  const Pfn pfn = frames_.alloc_page(fault::Gfp::GFP_USER);
  if (pfn == 0) return no_page(Handled::no_page);
  frames_.clear_page(pfn);
  add_to_page_cache(pfn, object, index);
  page_read(frames_.page(pfn), true);
  return {pfn, {}};
}

/// [fault.shmem.from_slot]: a page that comes back from its slot leaves the swap area at once, and is dirty.
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::shmem_swapped_in(MemoryObject& object, std::uint32_t index, SwapSlot& slot) -> NoPage {
  const std::uint32_t number = swap_.number_of(slot);
  const Pfn pfn = swapped_in(number);
  if (pfn == 0) return no_page(Handled::no_page);
  Page& page = frames_.page(pfn);
  if (!page.has(fault::PG_uptodate)) {
    forget_unread_page(page);
    return no_page(Handled::not_readable);
  }
  slot.unlink();
  slot.object = nullptr;
  swap_.free(number);
  delete_from_swap_cache(page);
  add_to_page_cache(pfn, object, index);
  page.flags |= fault::PG_uptodate | fault::PG_dirty;
  return {pfn, {}};
}

/// [fault.shmem.to_slot]: moves a page to the swap cache: the object has a slot in its place, and so has the cache. False if there is no
/// free slot.
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::shmem_writepage(Page& page) {
  const std::uint32_t number = swap_.get(2);
  if (number == SwapArea::no_slot) return false;
  SwapSlot& slot = swap_.slot(number);
  slot.object = page.mapping;
  slot.index = page.index;
  slot.object->slots.insert(slot);
  frames_.get_page(page);
  remove_from_page_cache(page);
  add_to_swap_cache(frames_.pfn_of_page(page), number);
  frames_.put_page(page);
  set_page_dirty(page);
  return true;
}

}  // namespace refmm::impl::inline REFMM_BUILD
