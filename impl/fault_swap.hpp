// The swap cache: pages of slots while they are in memory. Part of impl/fault.hpp.
//
// A slot's count is the number of entries that hold it, and one more each if its page is in the swap cache and if a shared memory object
// holds it. Source: mm/swap_state.c, mm/page_io.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

// ---- In and out ---------------------------------------------------------------------------------------------------

/// The count of the slot has room for it. 2.4.0: add_to_swap_cache.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::add_to_swap_cache(Pfn pfn, std::uint32_t slot) {
  add_to_page_cache(pfn, swapper_space_, slot);
  frames_.page(pfn).flags |= fault::PG_swap_cache | fault::PG_uptodate;
}

/// With its buffer and the cache's reference to the slot. 2.4.0: delete_from_swap_cache_nolock.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::delete_from_swap_cache(Page& page) {
  if (std::exchange(page.buffers, false)) frames_.put_page(page);
  swap_.free(page.index);
  remove_from_page_cache(page);
}

/// True if somebody else than who asks, with one reference, can get at a page: through the frame, or through the slot.
/// [fault.wp.swap_cache_sole]
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::is_page_shared(const Page& page) const {
  if (!page.is_in_swap_cache()) return page.count > 1;
  const std::uint32_t of_buffer = page.buffers && !mutant("fault.impl.swap.ignores_buffer") ? 1 : 0;
  return page.count + swap_.count(page.index) > 3 + of_buffer;
}

/// Gives up a reference to a page, and its place in the swap cache if nobody else can get at it. [fault.zap.swap_cache_freed]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::free_page_and_swap_cache(Page& page) {
  if (page.is_in_swap_cache() && !is_page_shared(page)) delete_from_swap_cache(page);
  frames_.put_page(page);
}

// ---- Transfers ----------------------------------------------------------------------------------------------------

/// [fault.slot.buffer]: a page that was transferred has a buffer as long as it is in the swap cache.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::attach_buffer(Page& page) {
  if (!std::exchange(page.buffers, true)) frames_.get_page(page);
}

/// A failed transfer moves nothing. 2.4.0: rw_swap_page.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::swap_read(Pfn pfn) {
  Page& page = frames_.page(pfn);
  const bool done = !transfer_fails(fail_swap_read);
  tracer_.record(fault::SwapTransfer<Address>{fault::Transfer::read, page.index, pfn, done});
  attach_buffer(page);
  if (done) std::memcpy(frames_.frame(pfn), swap_.contents(page.index), page_size);
  page_read(page, done);
}

/// False if it failed.
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::swap_write(Page& page) {
  const Pfn pfn = frames_.pfn_of_page(page);
  const bool done = !transfer_fails(fail_swap_write);
  tracer_.record(fault::SwapTransfer<Address>{fault::Transfer::write, page.index, pfn, done});
  attach_buffer(page);
  if (done)
    std::memcpy(swap_.contents(page.index), frames_.frame(pfn), page_size);
  else
    page.flags |= fault::PG_error;
  return done;
}

// ---- Reading in ---------------------------------------------------------------------------------------------------

/// The page of a slot with a reference, from the swap cache or read into it; 0 if there is no frame. 2.4.0: read_swap_cache_async.
template <FaultTracer Tracer>
Pfn PagedMemory<Tracer>::read_swap_cache(std::uint32_t slot) {
  if (const Pfn cached = cache_.find(swapper_space_, slot); cached != 0) {
    get_page(cached);
    return cached;
  }
  const Pfn pfn = frames_.alloc_page(fault::Gfp::GFP_USER);
  if (pfn == 0) return 0;
  swap_.duplicate(slot);
  add_to_swap_cache(pfn, slot);
  swap_read(pfn);
  return pfn;
}

/// [fault.swap_in.group]: the slots of the aligned group as far as they are in use; slot 0 never is.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::swapin_readahead(std::uint32_t slot) {
  const std::uint32_t first = slot & ~(group_ - 1);
  for (std::uint32_t next = first; next != first + group_ && swap_.count(next) != 0; ++next) {
    if (const Pfn pfn = read_swap_cache(next); pfn != 0) put_page(pfn);
  }
}

/// The page of a slot with a reference, read with its group if it is not in the swap cache; 0 if there is no frame.
/// [fault.swap_in.cached] [fault.swap_in.read]
template <FaultTracer Tracer>
Pfn PagedMemory<Tracer>::swapped_in(std::uint32_t slot) {
  if (cache_.find(swapper_space_, slot) == 0) swapin_readahead(slot);
  return read_swap_cache(slot);
}

/// [fault.swap_in.unreadable]: who has a reference to it gives it up.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::forget_unread_page(Page& page) {
  delete_from_swap_cache(page);
  frames_.put_page(page);
}

}  // namespace refmm::impl::inline REFMM_BUILD
