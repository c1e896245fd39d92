// Pages of files: brought into the page cache, and found there. Part of impl/fault.hpp.
//
// A page that is not in the cache is read with its neighbours. A page that could not be read stays in the cache, and is read again when
// it is asked for. Source: page_cache_read, read_cluster_nonblocking, nopage_sequential_readahead, filemap_nopage in mm/filemap.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

// ---- Reading ------------------------------------------------------------------------------------------------------

/// Brings a page of a file into the cache unless it is there; false if there is no frame. 2.4.0: page_cache_read.
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::page_cache_read(MemoryObject& file, std::uint32_t index) {
  if (cache_.find(file, index) != 0) return true;
  const Pfn pfn = frames_.alloc_page(fault::Gfp::GFP_USER);
  if (pfn == 0) return false;
  add_to_page_cache(pfn, file, index);
  read_page(pfn);
  put_page(pfn);
  return true;
}

/// [fault.file.read_around]: an aligned group, up to the end of the file; the first page without a frame ends it.
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::read_cluster(MemoryObject& file, std::uint32_t index) -> ClusterRead {
  const std::uint32_t first = index & ~(group_ - 1);
  const std::uint32_t pages = file.pages();
  for (std::uint32_t next = first; next != first + group_ && next < pages; ++next) {
    if (!page_cache_read(file, next)) return {false, next};
  }
  return {true, index};
}

/// A page that is not in the cache, with its group or alone ([fault.file.alone]). If a neighbour has no frame, it is tried alone:
/// [defect.fault.read_around].
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::read_in(const Area& area, MemoryObject& file, std::uint32_t index) {
  if (area.has(fault::VM_RAND_READ)) return page_cache_read(file, index);
  const ClusterRead read = read_cluster(file, index);
  if (read.had_frames) return true;
  return read.last != index && page_cache_read(file, index);
}

// ---- Pages to be read and written by calls --------------------------------------------------------------------------

/// [process.read.cached], [process.read.brought_in], [process.read.again], [process.read.unreadable]
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::page_to_read(MemoryObject& file, std::uint32_t index) -> FilePage {
  Pfn pfn = cache_.find(file, index);
  if (pfn == 0) {
    pfn = frames_.alloc_page(fault::Gfp::GFP_USER);
    if (pfn == 0) return {0, false};
    add_to_page_cache(pfn, file, index);
    read_page(pfn);
  } else {
    get_page(pfn);
    if (!frames_.page(pfn).has(fault::PG_uptodate)) read_page(pfn);
  }
  if (frames_.page(pfn).has(fault::PG_uptodate)) return {pfn, true};
  put_page(pfn);
  return {0, true};
}

/// [process.write.whole_page], [process.write.behind_the_end], [process.write.reads_in], [process.write.unreadable]
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::page_to_write(MemoryObject& file, std::uint32_t index, std::uint32_t bytes) -> FilePage {
  Pfn pfn = cache_.find(file, index);
  if (pfn == 0) {
    pfn = frames_.alloc_page(fault::Gfp::GFP_USER);
    if (pfn == 0) return {0, false};
    add_to_page_cache(pfn, file, index);
  } else {
    get_page(pfn);
  }
  if (frames_.page(pfn).has(fault::PG_uptodate) || bytes == page_size) return {pfn, true};
  if (index >= file.pages()) {
    if (!mutant("process.impl.write.keeps_what_the_frame_had")) std::memset(frames_.frame(pfn), 0, page_size);
    return {pfn, true};
  }
  read_page(pfn);
  if (frames_.page(pfn).has(fault::PG_uptodate)) return {pfn, true};
  put_page(pfn);
  return {0, true};
}

/// [process.write.copies]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::commit_page(Pfn pfn) {
  Page& page = frames_.page(pfn);
  page.flags |= fault::PG_uptodate;
  set_page_dirty(page);
}

// ---- Sequential areas ---------------------------------------------------------------------------------------------

/// [fault.file.sequential]: in an area with MADV_SEQUENTIAL, a fault on the page in the middle of the window reads the next one, and
/// writes back what is dirty in the one before.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::sequential_readahead(Space space, Area& area, MemoryObject& file, std::uint32_t index) {
  constexpr std::uint32_t max_readahead = 31;  // pages
  const std::uint32_t window = (max_readahead + group_ - 1) & ~(group_ - 1);
  if (area.vm_raend == 0) area.vm_raend = area.vm_pgoff + window;
  if (index + (window >> 1) != area.vm_raend) return;
  const std::uint32_t last = (area.vm_end >> page_shift) + area.vm_pgoff;
  const std::uint32_t start = area.vm_pgoff + area.vm_raend;
  const std::uint32_t end = std::min(start + window, last);
  if (start > end) return;

  const std::uint32_t pages = file.pages();
  for (std::uint32_t next = start; next < end && next < pages; next += group_) {
    if (!read_cluster(file, next).had_frames) break;
  }
  if (area.vm_raend > area.vm_pgoff + window + window) {
    const Address passed = area.vm_start + ((area.vm_raend - window - window) << page_shift);
    filemap_sync(space, passed - (window << page_shift), passed);
  }
  area.vm_raend += window;
}

// ---- The nopage method --------------------------------------------------------------------------------------------

/// The page of a file that an address shows. A debugger sees as little behind the end as the process ([fault.file.beyond_end]).
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::filemap_nopage(Space space, Area& area, MemoryObject& file, Address addr, bool no_share)
    -> NoPage {
  const std::uint32_t index = page_index(area, addr);
  if (index >= file.pages()) return no_page(Handled::beyond_object);

  Pfn pfn = cache_.find(file, index);
  if (pfn == 0) {
    if (!read_in(area, file, index)) return no_page(Handled::no_page);
    pfn = cache_.find(file, index);
  }
  Page& page = frames_.page(pfn);
  frames_.get_page(page);
  const int attempts = mutant("fault.impl.file.gives_up_early") ? 1 : 2;
  for (int attempt = 0; attempt != attempts && !page.has(fault::PG_uptodate); ++attempt) read_page(pfn);
  if (!page.has(fault::PG_uptodate)) {
    frames_.put_page(page);
    return no_page(Handled::not_readable);
  }
  if (area.has(fault::VM_SEQ_READ)) sequential_readahead(space, area, file, index);
  return no_share ? copied_early(pfn) : NoPage{pfn, {}};
}

/// [fault.file.early_copy]: what a private mapping gets that is about to be written.
template <FaultTracer Tracer>
auto PagedMemory<Tracer>::copied_early(Pfn pfn) -> NoPage {
  const Pfn copy = frames_.alloc_page(fault::Gfp::GFP_USER);
  if (copy != 0) frames_.copy_page(copy, pfn);
  put_page(pfn);
  return copy != 0 ? NoPage{copy, {}} : no_page(Handled::no_page);
}

}  // namespace refmm::impl::inline REFMM_BUILD
