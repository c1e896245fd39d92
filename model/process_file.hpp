// Calls about what is mapped: msync, madvise and truncate.
//
// Follows sys_msync, sys_madvise and their parts in mm/filemap.c, vmtruncate in mm/memory.c.
#pragma once

#include <refmm/model/fault_truncate.hpp>
#include <refmm/model/process_areas.hpp>
#include <refmm/model/vma_split.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// Calls `change(so_far, area, from, to)` for the part in addr..end of each area of a process in turn, until one is refused. What is not
/// mapped is passed over, and is `hole` in the end. The common form of sys_msync and sys_madvise.
template <Word W>
constexpr ProcessStep<W> mapped_parts(ProcessStep<W> so_far, W pid, W addr, W end, process::Refusal hole,
                                      ClauseRef hole_clause, auto change) {
  bool had_hole = false;
  AreaId here = looked_up(so_far.state, pid, addr);
  for (W from = addr;;) {
    if (!here) return refused(std::move(so_far), hole, hole_clause);
    const vma::Area<W> area = vma::area_of(process_of(so_far.state, pid).mm, *here);
    if (from < area.vm_start) {
      had_hole = true;
      from = area.vm_start;
    }
    const AreaId next = behind(process_of(so_far.state, pid).mm, here);
    const W to = end < area.vm_end ? end : area.vm_end;
    if (from < to) {
      so_far = change(std::move(so_far), area, from, to);
      if (process::is_refused(so_far.result)) return so_far;
    }
    if (end <= area.vm_end) break;
    from = area.vm_end;
    here = next;
  }
  if (had_hole) return refused(std::move(so_far), hole, hole_clause);
  so_far.result = vma::Success{};
  return so_far;
}

// ---- msync --------------------------------------------------------------------------------------------------------

/// What writing the dirty pages of an object has come to.
template <Word W>
struct Written {
  PageStep<W> so_far;
  bool returns = true;
};

/// Writes what is still dirty of the dirty list, from its front; all of it goes to the front of the clean list, the last one first. Shared
/// memory has no disk: as built its pages are moved to the swap cache, though they may be mapped ([defect.fault.msync_swap_cache]), and
/// without a slot the call never returns ([defect.fault.msync_without_slot]). Each can be mended alone: what a page is moved to is dropped then.
/// 2.4.0: filemap_fdatasync, filemap_fdatawait.
template <Word W>
constexpr Written<W> pages_synced(const fault::KernelOf<W>& kernel, PageStep<W> so_far, W object) {
  const bool shared_memory = lookup(so_far.memory.objects, object).shared_memory;
  if (shared_memory && kernel.corrected.msync_swap_cache && kernel.corrected.msync_without_slot)
    return {cited(std::move(so_far), "fault.msync.shared_memory")};
  const auto dirty = lookup(so_far.memory.objects, object).dirty_pages;
  std::vector<W> clean;
  for (const W pfn : dirty) {
    const bool is_dirty = has(frame(so_far.memory, pfn).flags, fault::PG_dirty);
    if (is_dirty && shared_memory) {
      auto moved = shmem_writepage(clear_page_dirty(so_far, pfn), pfn);
      if (!moved.moved && !kernel.corrected.msync_without_slot)
        return {cited(std::move(moved.so_far), "defect.fault.msync_without_slot"), false};
      if (moved.moved && !kernel.corrected.msync_swap_cache)
        so_far = cited(std::move(moved.so_far), "defect.fault.msync_swap_cache");
      continue;
    }
    if (is_dirty)
      so_far =
          write_page(kernel.machine(), clear_page_dirty(cited(std::move(so_far), "fault.msync.writes"), pfn), pfn);
    clean.push_back(pfn);
  }
  for (auto page = clean.rbegin(); page != clean.rend(); ++page)
    so_far.memory = listed(std::move(so_far.memory), object, *page, PageList::clean);
  return {std::move(so_far)};
}

/// The result is Success, or Refused. 2.4.0: msync_interval.
template <Word W>
constexpr ProcessStep<W> msync_part(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                    const vma::Area<W>& area, W from, W to, W flags) {
  const Mapping<W> mapping = mapping_of(so_far.state, pid, area.id);
  so_far.result = vma::Success{};
  if (mapping.object == W(fault::none) || !is_shared(mapping))
    return cited(std::move(so_far), "fault.msync.private");
  auto synced = filemap_sync(kernel.corrected.msync_without_file, kernel.machine(), pages_taken(so_far),
                             Space<W>{pid, true}, from, to);
  so_far = pages_returned(std::move(so_far), std::move(synced.so_far));
  if (!synced.had_files && !kernel.corrected.msync_without_file)
    return refused(std::move(so_far), process::Refusal::page_without_mapping, "defect.fault.msync_without_file");
  if (!has(flags, fault::MS_SYNC)) return cited(std::move(so_far), "fault.msync.later");
  auto written = pages_synced(kernel, pages_taken(so_far), mapping.object);
  so_far = pages_returned(std::move(so_far), std::move(written.so_far));
  if (!written.returns) so_far.result = process::Refused{process::Refusal::page_stays_locked};
  return so_far;
}

/// The result is Success, or Refused. 2.4.0: sys_msync.
template <Word W>
constexpr ProcessStep<W> msync(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                               const process::Msync<W>& call) {
  const MachineOf<W>& machine = kernel.machine();
  if (!is_page_aligned<W>(machine, call.addr))
    return refused(std::move(so_far), process::Refusal::address_unaligned, "process.msync.unaligned");
  const W end = call.addr + page_align<W>(machine, call.len);
  if (end < call.addr) return refused(std::move(so_far), process::Refusal::range_wraps, "process.msync.wraps");
  if ((call.flags & ~W(fault::MS_ASYNC | fault::MS_INVALIDATE | fault::MS_SYNC)) != 0u)
    return refused(std::move(so_far), process::Refusal::unknown_flags, "process.msync.unknown_flags");
  if (end == call.addr) return succeeded<W>(std::move(so_far), vma::Success{}, "process.msync.length_zero");
  return mapped_parts<W>(std::move(so_far), pid, call.addr, end, process::Refusal::not_mapped,
                         "process.msync.hole", [&](ProcessStep<W> step, const vma::Area<W>& area, W from, W to) {
                           return msync_part<W>(kernel, std::move(step), pid, area, from, to, call.flags);
                         });
}

// ---- madvise ------------------------------------------------------------------------------------------------------

/// The pages of a part of an area are given up; those of files are still there to be read again. The result is Success, or Refused.
/// 2.4.0: madvise_dontneed. [process.madvise.dontneed]
template <Word W>
constexpr ProcessStep<W> not_needed(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                    const vma::Area<W>& area, W from, W to) {
  if (has(area.vm_flags, vma::VM_LOCKED))
    return refused(std::move(so_far), process::Refusal::locked_area, "process.madvise.locked");
  so_far = carried_out(Carrying<W>{kernel, pid, true}, std::move(so_far), vma::ZapPageRange<W>{from, to - from});
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.madvise.dontneed");
}

/// Shared memory has no disk to be read from: there is nothing to do. As built, the first page that is not in memory gets a frame, and
/// is read through a null pointer: [defect.fault.willneed_without_readpage].
template <Word W>
constexpr ProcessStep<W> memory_will_be_needed(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far,
                                               const Mapping<W>& mapping, W from, W to) {
  const MachineOf<W>& machine = kernel.machine();
  const W pages = pages_of_object(machine, so_far.state.memory, mapping.object);
  const W end = page_index<W>(machine, mapping, to);
  for (W page = page_index<W>(machine, mapping, from); page < end && page < pages; page = page + 1u) {
    if (kernel.corrected.willneed_without_readpage) break;
    if (find_page(so_far.state.memory, mapping.object, page) != W(fault::none)) continue;
    so_far = cited(std::move(so_far), "defect.fault.willneed_without_readpage");
    auto taken = alloc_page(pages_taken(so_far), fault::Gfp::GFP_USER);
    so_far = pages_returned(std::move(so_far), std::move(taken.so_far));
    if (!taken.pfn) return refused(std::move(so_far), process::Refusal::no_page, "process.madvise.no_page");
    so_far.result = process::Refused{process::Refusal::object_without_readpage};
    return so_far;
  }
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.madvise.shared_memory");
}

/// The pages of the file that a part of an area shows are brought into the cache, with their groups. The result is Success, or
/// Refused. 2.4.0: madvise_willneed. [process.madvise.willneed]
template <Word W>
constexpr ProcessStep<W> will_be_needed(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                        const vma::Area<W>& area, W from, W to) {
  const Mapping<W> mapping = mapping_of(so_far.state, pid, area.id);
  if (mapping.object == W(fault::none))
    return refused(std::move(so_far), process::Refusal::no_file_to_read, "process.madvise.no_file");
  if (lookup(so_far.state.memory.objects, mapping.object).shared_memory)
    return memory_will_be_needed(kernel, std::move(so_far), mapping, from, to);
  const MachineOf<W>& machine = kernel.machine();
  const W pages = pages_of_object(machine, so_far.state.memory, mapping.object);
  const bool random = has(area.vm_flags, fault::VM_RAND_READ);
  const W group = W(1u) << so_far.state.memory.page_cluster;
  const W first = page_index<W>(machine, mapping, from), last = page_index<W>(machine, mapping, to);
  W page = random ? first : first & ~(group - 1u);
  const W end = random ? last : (last + group - 1u) & ~(group - 1u);
  while (page < end && page < pages) {
    auto read = random ? page_cache_read(pages_taken(so_far), mapping.object, page)
                       : read_cluster<W>(pages_taken(so_far), mapping.object, page, pages);
    so_far = pages_returned(std::move(so_far), std::move(read.so_far));
    if (!read.had_frames) return refused(std::move(so_far), process::Refusal::no_page, "process.madvise.no_page");
    page = page + (random ? W(1u) : group);
  }
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.madvise.willneed");
}

/// How the pages of a part of an area will be read; the area is split where the part begins and ends. As built, an area without a
/// file cannot be split: [defect.fault.madvise_without_file]. The result is Success, or Refused. 2.4.0: madvise_behavior.
template <Word W>
constexpr ProcessStep<W> will_be_read(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                      const vma::Area<W>& area, W from, W to, W advice) {
  if (process_of(so_far.state, pid).mm.map_count > W(process::max_map_count))
    return refused(std::move(so_far), process::Refusal::too_many_areas, "process.madvise.too_many_areas");
  const bool splits = from != area.vm_start || to != area.vm_end;
  W vm_flags = area.vm_flags & ~W(fault::VM_SEQ_READ | fault::VM_RAND_READ);
  if (advice == W(fault::MADV_SEQUENTIAL)) vm_flags = vm_flags | W(fault::VM_SEQ_READ);
  if (advice == W(fault::MADV_RANDOM)) vm_flags = vm_flags | W(fault::VM_RAND_READ);
  VmaStep<W> split =
      with_flags<W>(kernel.areas, areas_of(so_far.state, pid), area.id, from, to, vm_flags, refusals_of_mlock);
  const bool refused = was_refused(split);
  if (refused) so_far.result = vma::Refused{refusal_of(split)};
  if (!refused && splits && area.vm_file == 0 && !kernel.corrected.madvise_without_file)
    return model::refused(std::move(so_far), process::Refusal::area_without_file,
                          "defect.fault.madvise_without_file");
  so_far = with_areas(std::move(so_far), pid, std::move(split));
  if (refused) return so_far;
  so_far.state.memory.raend = updated(std::move(so_far.state.memory.raend), W(area.id), W(0u));
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.madvise.reading");
}

/// The result is Success, or Refused. 2.4.0: sys_madvise, madvise_vma.
template <Word W>
constexpr ProcessStep<W> madvise(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                 const process::Madvise<W>& call) {
  const MachineOf<W>& machine = kernel.machine();
  if (!is_page_aligned<W>(machine, call.addr))
    return refused(std::move(so_far), process::Refusal::address_unaligned, "process.madvise.unaligned");
  const W end = call.addr + page_align<W>(machine, call.len);
  if (end < call.addr) return refused(std::move(so_far), process::Refusal::range_wraps, "process.madvise.wraps");
  if (end == call.addr) return succeeded<W>(std::move(so_far), vma::Success{}, "process.madvise.length_zero");
  return mapped_parts<W>(std::move(so_far), pid, call.addr, end, process::Refusal::not_mapped,
                         "process.madvise.hole", [&](ProcessStep<W> step, const vma::Area<W>& area, W from, W to) {
                           if (call.advice > W(fault::MADV_DONTNEED))
                             return refused(std::move(step), process::Refusal::unknown_advice,
                                            "process.madvise.unknown");
                           if (call.advice == W(fault::MADV_DONTNEED))
                             return not_needed<W>(kernel, std::move(step), pid, area, from, to);
                           if (call.advice == W(fault::MADV_WILLNEED))
                             return will_be_needed<W>(kernel, std::move(step), pid, area, from, to);
                           return will_be_read<W>(kernel, std::move(step), pid, area, from, to, call.advice);
                         });
}

// ---- truncate -----------------------------------------------------------------------------------------------------

/// The process that has an area, and the area.
template <Word W>
struct AreaOf {
  W pid;
  vma::Area<W> area;
};
template <Word W>
constexpr AreaOf<W> area_with_id(const process::State<W>& state, std::uint32_t id) {
  for (const process::Process<W>& process : state.processes) {
    const std::size_t position = vma::position_of(process.mm, id);
    if (position < process.mm.areas.size()) return {process.pid, process.mm.areas[position]};
  }
  return {};
}

/// Every mapping of a file loses what it showed behind the new end, private copies as well: first the private ones, then the shared
/// ones, from the front of the file's lists. 2.4.0: vmtruncate_list. [process.truncate.mappings]
template <Word W>
constexpr ProcessStep<W> mappings_truncated(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W caller,
                                            W file, W pgoff) {
  const vma::Inode inode = so_far.state.inodes.at(static_cast<std::size_t>(file - 1u));
  auto ids = mutant("process.truncate.leaves_private_mappings") ? std::vector<std::uint32_t>{} : inode.i_mmap;
  ids.insert(ids.end(), inode.i_mmap_shared.begin(), inode.i_mmap_shared.end());
  for (const std::uint32_t id : ids) {
    const AreaOf<W> mapping = area_with_id(so_far.state, id);
    const auto part = truncated_part<W>(kernel.machine(), mapping.area, pgoff);
    if (!part) continue;
    const vma::ZapPageRange<W> zap{part->first, part->second - part->first};
    so_far = carried_out(Carrying<W>{kernel, mapping.pid, mapping.pid == caller},
                         cited(std::move(so_far), "process.truncate.mappings"), zap);
  }
  return so_far;
}

/// What a file grows by is zeros, also in the page that it ended in if that is in memory. As built, bytes that were stored behind the old
/// end show: [defect.fault.growth]. Before: the size of the file, in bytes.
template <Word W>
constexpr ProcessStep<W> tail_cleared(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W file, W before) {
  const MachineOf<W>& machine = kernel.machine();
  const W end = offset_in_page<W>(machine, before);
  const W pfn = find_page(so_far.state.memory, file, pages_in<W>(machine, before));
  if (end == 0u || pfn == W(fault::none)) return so_far;
  auto bytes = lookup(so_far.state.memory.contents, pfn);
  auto zeroed = cut(bytes, end);
  if (zeroed == bytes) return so_far;
  if (!kernel.corrected.growth) return cited(std::move(so_far), "defect.fault.growth");
  so_far.state.memory.contents = updated(std::move(so_far.state.memory.contents), pfn, std::move(zeroed));
  return cited(std::move(so_far), "process.truncate.tail");
}

/// What the disk holds of a file that ends after `size` bytes: zeros from there on.
template <Word W>
constexpr Map<W, fault::Bytes<W>> disk_cut(const MachineOf<W>& machine, const Map<W, fault::Bytes<W>>& disk,
                                           W size) {
  Map<W, fault::Bytes<W>> left;
  for (const auto& [page, bytes] : disk.written) {
    const W start = bytes_in<W>(machine, page);
    if (start < size) left = updated(std::move(left), page, cut(bytes, size - start));
  }
  return left;
}

/// Gives a file another size. The result is Success. 2.4.0: vmtruncate.
template <Word W>
constexpr ProcessStep<W> truncate(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W caller,
                                  const process::Truncate<W>& call) {
  const MachineOf<W>& machine = kernel.machine();
  const W before = lookup(so_far.state.memory.objects, call.file).i_size;
  fault::Memory<W>& memory = so_far.state.memory;
  memory.objects = changed_at(std::move(memory.objects), call.file, [&](auto object) {
    object.i_size = call.size;
    return object;
  });
  if (before < call.size) {
    so_far = tail_cleared(kernel, std::move(so_far), call.file, before);
    return succeeded<W>(std::move(so_far), vma::Success{}, "process.truncate.grows");
  }

  const W pgoff = pages_in<W>(machine, call.size + W(machine.page_size - 1));
  const W partial = offset_in_page<W>(machine, call.size);
  so_far = with_pages(std::move(so_far), [&](auto pages) {
    return truncate_inode_pages(std::move(pages), call.file, pgoff, partial);
  });
  so_far = mappings_truncated(kernel, std::move(so_far), caller, call.file, pgoff);
  so_far.state.memory.objects = changed_at(std::move(so_far.state.memory.objects), call.file, [&](auto object) {
    object.disk = disk_cut(machine, std::move(object.disk), call.size);
    return object;
  });
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.truncate.shrinks");
}

}  // namespace refmm::model::inline REFMM_BUILD
