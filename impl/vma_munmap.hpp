// munmap: exactly the range goes. Part of impl/vma.hpp.
//
// Source: do_munmap, unmap_fixup and free_pgtables in mm/mmap.c of 2.4.0. What of an area stays keeps its place in the ordered
// structure; only areas that go as a whole are taken out of it, all at once.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// A chain of areas that were taken out, last one first.
template <std::unsigned_integral Word>
VmArea<Word>* reversed(VmArea<Word>* chain) {
  VmArea<Word>* done = nullptr;
  while (chain != nullptr) {
    VmArea<Word>* const next = chain->vm_next;
    chain->vm_next = done;
    done = chain;
    chain = next;
  }
  return done;
}

/// [vma.munmap.*]. One structure is requested, needed or not, before anything changes: so that a hole cannot fail half way.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::do_munmap(Word addr, Word len) {
  if (!is_page_aligned(addr)) return vma::Refusal::address_unaligned;
  if (addr > machine_.task_size || len > machine_.task_size - addr) return vma::Refusal::range_outside_task;
  len = page_align(len);
  if (len == 0) return vma::Refusal::length_zero;
  const Word end = addr + len;

  Area* const first = areas_.find_meeting(addr, end);
  if (first == nullptr) return {};
  if (first->surrounds(addr, end) && map_count_ >= layer_.max_map_count() &&
      !mutant("vma.impl.munmap.hole_beyond_limit"))
    return vma::Refusal::too_many_areas;
  Area* const spare = vma_alloc();
  if (spare == nullptr) return vma::Refusal::no_area_structure;
  unmap_range(first, addr, end, spare);
  return {};
}

/// Unmaps addr..end; `first` is the first area that it meets, `spare` an area for what a hole leaves above it.
/// [vma.munmap.highest_first].
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::unmap_range(Area* first, Word addr, Word end, Area* spare) {
  if (first->surrounds(addr, end)) {
    unmap_part(first, addr, end, spare);
    free_pgtables(addr, end);
    return;
  }
  Area* const cut_below = first->vm_start < addr ? first : nullptr;
  Area* const last = first->vm_end >= end ? first : areas_.find_meeting(end - 1, end);
  Area* const cut_above = last != nullptr && last->vm_end > end ? last : nullptr;
  const Word from = cut_below != nullptr ? cut_below->vm_end : addr;
  const Word to = cut_above != nullptr ? cut_above->vm_start : end;
  Area* whole = from < to ? areas_.take_out(from, to) : nullptr;

  if (cut_above != nullptr) unmap_part(cut_above, cut_above->vm_start, end, nullptr);
  for (whole = reversed(whole); whole != nullptr;) unmap_whole(std::exchange(whole, whole->vm_next));
  if (cut_below != nullptr) unmap_part(cut_below, addr, cut_below->vm_end, nullptr);
  if (!mutant("vma.impl.munmap.leaks_spare")) free_unused(spare);
  free_pgtables(addr, end);
}

/// [vma.munmap.whole]: an area that was taken out goes.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::unmap_whole(Area* area) {
  const Word bytes = area->vm_end - area->vm_start;
  unshare(area);
  --map_count_;
  layer_.zap_page_range(area->vm_start, bytes);
  account(*area, -pages_in(bytes));
  if (area->vm_ops) layer_.vm_close(*area);
  if (area->vm_file != nullptr) files_.fput(*area->vm_file);
  vma_free(area);
}

/// [vma.munmap.head], [vma.munmap.tail], [vma.munmap.hole]: start..end goes, a part of the area; `spare` is for a hole. Where
/// the area denies writing it goes on doing so meanwhile ([vma.munmap.denywrite]). What is left of it comes to the front of
/// its file's list, the lower piece of two first.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::unmap_part(Area* area, Word start, Word end, Area* spare) {
  const bool denies = area->has(vma::VM_DENYWRITE) && area->vm_file != nullptr;
  if (denies) files_.change_write_count(*area->vm_file->inode, -1);
  unshare(area);
  layer_.zap_page_range(start, mutant("vma.impl.munmap.zaps_to_end_of_area") ? area->vm_end - start : end - start);
  account(*area, -pages_in(end - start));
  if (spare != nullptr) {
    *spare = *area;
    spare->vm_start = end;
    spare->vm_raend = 0;
    if (!mutant("vma.impl.munmap.upper_piece_keeps_offset")) spare->vm_pgoff += pages_in(end - area->vm_start);
    set_bounds(area, area->vm_start, start);
    if (!mutant("vma.impl.munmap.opens_no_upper_piece")) open_new(spare);
    link(spare);
  } else if (start == area->vm_start) {
    set_bounds(area, end, area->vm_end);
  } else {
    set_bounds(area, area->vm_start, start);
  }
  share(area);
  if (denies && !mutant("vma.impl.munmap.denies_twice")) files_.change_write_count(*area->vm_file->inode, +1);
}

/// [vma.munmap.page_tables]: the page tables go that no area needs now that start..end is unmapped. The range asked for counts,
/// not what was mapped in it.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::free_pgtables(Word start, Word end) {
  const Word up = (Word{1} << pgdir_shift_) - 1;
  const auto [next, previous] = find_vma_prev(start);
  Word first = start >> pgdir_shift_;
  Word last = end + up;
  if (next != nullptr && last > next->vm_start && !mutant("vma.impl.page_tables.ignores_next"))
    last = next->vm_start;
  if (previous != nullptr && previous->vm_end > first << pgdir_shift_) {
    first = mutant("vma.impl.page_tables.shares_with_previous") ? previous->vm_end >> pgdir_shift_
                                                                : (previous->vm_end + up) >> pgdir_shift_;
  }
  last >>= pgdir_shift_;
  if (last > first) layer_.clear_page_tables(first, last - first);
}

}  // namespace refmm::impl::inline REFMM_BUILD
