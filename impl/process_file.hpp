// Calls about what is mapped: msync and madvise. Part of impl/process.hpp.
//
// Source: sys_msync, sys_madvise and their parts in mm/filemap.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// Calls change(area, from, to) for the part in addr..end of each area in turn, until one is refused. What is not mapped is passed over,
/// and refused in the end. [process.msync.hole] [process.madvise.hole]
template <FaultTracer Tracer>
template <class Change>
ProcessReturned<void> ProcessMachine<Tracer>::mapped_parts(Process& process, Address addr, Address end,
                                                           Change change) {
  bool had_hole = false;
  Area* area = process.mm.find_vma(addr);
  for (Address from = addr;;) {
    if (area == nullptr) return Refusal::not_mapped;
    if (from < area->vm_start) {
      had_hole = true;
      from = area->vm_start;
    }
    Area* const next = area->vm_next;
    const Address area_end = area->vm_end;
    const Address to = std::min(end, area_end);
    if (from < to) {
      if (const ProcessReturned<void> changed = change(*area, from, to); !changed) return changed;
    }
    if (end <= area_end) break;
    from = area_end;
    area = next;
  }
  if (had_hole) return Refusal::not_mapped;
  return {};
}

// ---- msync --------------------------------------------------------------------------------------------------------

/// [process.msync.*]
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::msync(std::uint32_t pid, Address addr, Address len, Address flags) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  if (offset_in_page(addr) != 0) return Refusal::address_unaligned;
  const Address end = addr + page_align(len);
  if (end < addr) return Refusal::range_wraps;
  if ((flags & ~(fault::MS_ASYNC | fault::MS_INVALIDATE | fault::MS_SYNC)) != 0) return Refusal::unknown_flags;
  if (end == addr) return {};
  return mapped_parts(*process, addr, end, [&](Area& area, Address from, Address to) -> ProcessReturned<void> {
    if (area.vm_file == nullptr || !area.has(vma::VM_SHARED)) return {};  // [fault.msync.private]
    memory_.filemap_sync({process->tables(), true}, from, to);
    if ((flags & fault::MS_SYNC) != 0) memory_.sync_pages(*area.vm_file->inode->i_mapping);
    return {};
  });
}

// ---- madvise ------------------------------------------------------------------------------------------------------

/// [process.madvise.*]
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::madvise(std::uint32_t pid, Address addr, Address len,
                                                      Address advice) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  if (offset_in_page(addr) != 0) return Refusal::address_unaligned;
  const Address end = addr + page_align(len);
  if (end < addr) return Refusal::range_wraps;
  if (end == addr) return {};
  return mapped_parts(*process, addr, end, [&](Area& area, Address from, Address to) -> ProcessReturned<void> {
    switch (advice) {
      case fault::MADV_DONTNEED:
        return not_needed(*process, area, from, to);
      case fault::MADV_WILLNEED:
        return will_be_needed(area, from, to);
      case fault::MADV_NORMAL:
      case fault::MADV_RANDOM:
      case fault::MADV_SEQUENTIAL:
        return will_be_read(*process, area, from, to, advice);
      default:
        return Refusal::unknown_advice;
    }
  });
}

/// [process.madvise.dontneed]: the pages are given up; those of files are still there to be read again.
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::not_needed(Process& process, const Area& area, Address from,
                                                         Address to) {
  if (area.has(vma::VM_LOCKED)) return Refusal::locked_area;
  memory_.zap_page_range({process.tables(), true}, from, to);
  return {};
}

/// [process.madvise.willneed]: the pages of the file are brought into the cache, with their groups. Shared memory has no disk to be read
/// from ([process.madvise.shared_memory], [defect.fault.willneed_without_readpage]).
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::will_be_needed(const Area& area, Address from, Address to) {
  if (area.vm_file == nullptr) return Refusal::no_file_to_read;
  MemoryObject& object = *area.vm_file->inode->i_mapping;
  if (object.shared_memory) return {};
  const bool random = area.has(fault::VM_RAND_READ);
  const std::uint32_t step = random ? 1 : memory_.group();
  const auto index = [&](Address addr) { return ((addr - area.vm_start) >> page_shift) + area.vm_pgoff; };
  const std::uint32_t end = (index(to) + step - 1) & ~(step - 1);
  for (std::uint32_t page = index(from) & ~(step - 1); page < end && page < object.pages(); page += step) {
    const bool had_frames =
        random ? memory_.page_cache_read(object, page) : memory_.read_cluster(object, page).had_frames;
    if (!had_frames) return Refusal::no_page;
  }
  return {};
}

/// [process.madvise.reading], [process.madvise.too_many_areas]: the area is split where the part begins and ends, with or without a
/// file ([defect.fault.madvise_without_file]).
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::will_be_read(Process& process, Area& area, Address from, Address to,
                                                           Address advice) {
  if (process.mm.map_count() > process::max_map_count) return Refusal::too_many_areas;
  std::uint32_t flags = area.vm_flags & ~(fault::VM_SEQ_READ | fault::VM_RAND_READ);
  if (advice == fault::MADV_SEQUENTIAL) flags |= fault::VM_SEQ_READ;
  if (advice == fault::MADV_RANDOM) flags |= fault::VM_RAND_READ;
  if (!process.mm.set_flags(&area, from, to, flags, vma::Refusal::no_structure_to_lock))
    return Refusal::no_structure;
  area.vm_raend = 0;
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
