// Pages with a name: into the cache of their file or object and out of it, clean and dirty, and their transfers. Part of impl/fault.hpp.
//
// Source: add_to_page_cache_locked, remove_inode_page, __set_page_dirty in mm/filemap.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// Puts a page into a cache, clean; the cache has a reference to it. [fault.cache.order]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::add_to_page_cache(Pfn pfn, MemoryObject& mapping, std::uint32_t index) {
  Page& page = frames_.page(pfn);
  page.mapping = &mapping;
  page.index = index;
  page.flags &= ~(fault::PG_uptodate | fault::PG_error | fault::PG_dirty);
  cache_.add(pfn);
  if (&mapping != &swapper_space_) mapping.clean_pages.push_front(page);
  frames_.get_page(page);
}

/// Takes a page out of its cache, with the cache's reference; it has no name any more. 2.4.0: remove_inode_page.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::remove_from_page_cache(Page& page) {
  cache_.remove(frames_.pfn_of_page(page));
  page.unlink();
  page.mapping = nullptr;
  page.index = 0;
  page.flags &= ~(fault::PG_uptodate | fault::PG_error | fault::PG_dirty | fault::PG_swap_cache);
  frames_.put_page(page);
}

/// The page differs from what is behind it. [fault.cache.order]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::set_page_dirty(Page& page) {
  if (page.has(fault::PG_dirty)) return;
  page.flags |= fault::PG_dirty;
  if (page.mapping == &swapper_space_) return;
  page.unlink();
  page.mapping->dirty_pages.push_front(page);
}

/// The end of a transfer into a page, good or bad.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::page_read(Page& page, bool done) {
  page.flags &= ~(fault::PG_uptodate | fault::PG_error);
  page.flags |= done ? fault::PG_uptodate : fault::PG_error;
}

/// Reads a page of a file into its frame. A failed transfer moves nothing. 2.4.0: the readpage method.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::read_page(Pfn pfn) {
  Page& page = frames_.page(pfn);
  const bool done = !transfer_fails(fail_read);
  tracer_.record(fault::FileTransfer<Address>{fault::Transfer::read, page.mapping->number, page.index, pfn, done});
  if (done) std::memcpy(frames_.frame(pfn), page.mapping->disk.page(page.index), page_size);
  page_read(page, done);
}

/// Writes a page of a file: the bytes below the end of the file. 2.4.0: the writepage method.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::write_page(Page& page) {
  const Pfn pfn = frames_.pfn_of_page(page);
  MemoryObject& file = *page.mapping;
  tracer_.record(fault::FileTransfer<Address>{fault::Transfer::write, file.number, page.index, pfn, true});
  const Address start = page.index << page_shift;
  if (file.i_size <= start) return;
  std::memcpy(file.disk.page(page.index), frames_.frame(pfn), std::min<Address>(file.i_size - start, page_size));
}

}  // namespace refmm::impl::inline REFMM_BUILD
