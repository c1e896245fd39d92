// mlock and its family: pages that stay in memory. Part of impl/vma.hpp.
//
// Source: mm/mlock.c of 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [vma.mlock.limit], [vma.mlock.half_of_memory]: pages that are locked already are counted again.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::mlock(Word addr, Word len) {
  const Word in_page = addr & (machine_.page_size - 1);
  len = page_align(mutant("vma.impl.mlock.forgets_odd_bytes") ? len : len + in_page);
  const Word locked = locked_vm_ + pages_in(len);
  if (locked > pages_in(limits.memlock)) return vma::Refusal::lock_limit;
  if (locked > layer_.physpages() >> 1) return vma::Refusal::half_of_memory;
  return do_mlock(addr - in_page, len, true);
}

/// Needs no privilege, and heeds no limit.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::munlock(Word addr, Word len) {
  const Word in_page = addr & (machine_.page_size - 1);
  return do_mlock(addr - in_page, page_align(len + in_page), false);
}

/// [vma.mlock.*]: locks addr..addr + len, whole pages, or unlocks it. A refusal leaves changed what came before it.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::do_mlock(Word addr, Word len, bool locks) {
  if (locks && !limits.cap_ipc_lock) return vma::Refusal::not_privileged;
  const Word end = addr + len;
  if (end < addr) return vma::Refusal::range_wraps;
  if (end == addr) return {};
  return area_by_area(addr, end, vma::Refusal::not_mapped_lock,
                      [&](Area* area, Word from, Word to) { return lock_part(area, from, to, locks); });
}

/// [vma.mlock.locks], [vma.mlock.unlocks]. 2.4.0: mlock_fixup.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::lock_part(Area* area, Word start, Word end, bool locks) {
  const std::uint32_t after = locks ? area->vm_flags | vma::VM_LOCKED : area->vm_flags & ~vma::VM_LOCKED;
  if (after == area->vm_flags && !mutant("vma.impl.mlock.counts_again")) return {};
  if (auto changed = set_flags(area, start, end, after, vma::Refusal::no_structure_to_lock); !changed)
    return changed;
  const Word pages = pages_in(end - start);
  if (!locks) {
    locked_vm_ -= pages;
    return {};
  }
  locked_vm_ += pages;
  layer_.make_pages_present(start, end);
  return {};
}

/// [vma.mlockall.flags], [vma.mlockall.limit], [vma.mlockall.half_of_memory].
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::mlockall(Word flags) {
  if (flags == 0 || (flags & ~Word{vma::MCL_CURRENT | vma::MCL_FUTURE}) != 0) return vma::Refusal::unknown_flags;
  if (total_vm_ > pages_in(limits.memlock)) return vma::Refusal::lock_limit;
  if (total_vm_ > layer_.physpages() >> 1) return vma::Refusal::half_of_memory;
  return do_mlockall(flags);
}

/// [vma.mlockall.future], [vma.mlockall.current], [vma.mlockall.unlocks]: every area is locked, or, without a flag, unlocked. What
/// is there is left alone if only what is to come is to be locked.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::do_mlockall(Word flags) {
  if (!limits.cap_ipc_lock) return vma::Refusal::not_privileged;
  const bool locks = has(flags, vma::MCL_CURRENT);
  const bool future = has(flags, vma::MCL_FUTURE);
  def_flags_ = future ? vma::VM_LOCKED : 0;
  if (future && !locks && !mutant("vma.impl.mlockall.future_unlocks")) return {};
  for (Area& area : areas_.all()) {
    if (auto changed = lock_part(&area, area.vm_start, area.vm_end, locks); !changed) return changed;
  }
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
