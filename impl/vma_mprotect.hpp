// mprotect: a range gets other permissions, area by area. Part of impl/vma.hpp.
//
// Source: sys_mprotect and mprotect_fixup in mm/mprotect.c of 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// The protection of page table entries that follows from the flags of an area. 2.4.0: protection_map.
constexpr std::uint32_t page_protection(std::uint32_t vm_flags) {
  constexpr std::uint32_t shared_and_writable = vma::VM_SHARED | vma::VM_WRITE;
  if ((vm_flags & vma::VM_ACCESS) == 0) return vma::PAGE_NONE;
  return (vm_flags & shared_and_writable) == shared_and_writable ? vma::PAGE_SHARED : vma::PAGE_READONLY;
}

/// [vma.mprotect.*]. Behind the arguments a refusal leaves changed what came before it.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::mprotect(Word addr, Word len, Word prot) {
  if (!is_page_aligned(addr)) return vma::Refusal::address_unaligned;
  const Word end = addr + page_align(len);
  if (end < addr) return vma::Refusal::range_wraps;
  if ((prot & ~Word{vma::VM_ACCESS}) != 0) return vma::Refusal::unknown_protection;
  if (end == addr) return {};
  return area_by_area(addr, end, vma::Refusal::not_mapped, [&](Area* area, Word from, Word to) {
    return protect_part(area, from, to, static_cast<std::uint32_t>(prot));
  });
}

/// [vma.mprotect.not_permitted], [vma.split.same_flags], [vma.mprotect.page_protection].
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::protect_part(Area* area, Word start, Word end, std::uint32_t prot) {
  const std::uint32_t after = (area->vm_flags & ~vma::VM_ACCESS) | prot;
  const std::uint32_t may = after >> vma::may_shift;
  if ((after & ~may & vma::VM_ACCESS) != 0 && !mutant("vma.impl.mprotect.ignores_may"))
    return vma::Refusal::not_permitted;
  if (after == area->vm_flags) return {};
  if (auto changed = set_flags(area, start, end, after, vma::Refusal::no_area_structure); !changed) return changed;
  layer_.change_protection(start, end, page_protection(after));
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
