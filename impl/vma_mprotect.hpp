// mprotect: a range gets other permissions, area by area. And how an area is split. Part of impl/vma.hpp.
//
// Source: sys_mprotect, mprotect_fixup and its four cases in mm/mprotect.c of 2.4.0.
#pragma once

#include <refmm/impl/vma.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// The protection of page table entries that follows from the flags of an area. 2.4.0: protection_map.
constexpr std::uint32_t page_protection(std::uint32_t vm_flags) {
  constexpr std::uint32_t shared_and_writable = vma::VM_SHARED | vma::VM_WRITE;
  if ((vm_flags & vma::VM_ACCESS) == 0) return vma::PAGE_NONE;
  return (vm_flags & shared_and_writable) == shared_and_writable ? vma::PAGE_SHARED : vma::PAGE_READONLY;
}

/// [vma.mprotect.*]. Behind the arguments a refusal leaves changed what came before it.
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
Returned<void> AddressSpace<Word, Layer, Pages>::mprotect(Word addr, Word len, Word prot) {
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
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
Returned<void> AddressSpace<Word, Layer, Pages>::protect_part(Area* area, Word start, Word end,
                                                              std::uint32_t prot) {
  const std::uint32_t after = (area->vm_flags & ~vma::VM_ACCESS) | prot;
  const std::uint32_t may = after >> vma::may_shift;
  if ((after & ~may & vma::VM_ACCESS) != 0 && !mutant("vma.impl.mprotect.ignores_may"))
    return vma::Refusal::not_permitted;
  if (after == area->vm_flags) return {};
  if (auto changed = set_flags(area, start, end, after, vma::Refusal::no_area_structure); !changed) return changed;
  layer_.change_protection(start, end, page_protection(after));
  return {};
}

/// Calls change(area, start, end) for the part in addr..end of each area in turn. Where nothing is mapped it is refused with
/// `not_mapped`: at the first page before anything has changed, at a hole after what came before it.
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
template <class Change>
Returned<void> AddressSpace<Word, Layer, Pages>::area_by_area(Word addr, Word end, vma::Refusal not_mapped,
                                                              Change change) {
  for (Area* area = areas_.find(addr); area != nullptr && area->vm_start <= addr;) {
    if (area->vm_end >= end) return change(area, addr, end);
    Area* const next = area->vm_next;
    const Word area_end = area->vm_end;
    if (auto changed = change(area, addr, area_end); !changed) return changed;
    addr = area_end;
    area = next;
    if (mutant("vma.impl.area_by_area.steps_over_hole") && area != nullptr && area->vm_start < end)
      addr = area->vm_start;
  }
  return not_mapped;
}

// ---- Splits -------------------------------------------------------------------------------------------------------

/// Gives start..end, a part of an area, other flags: [vma.split.*]. Nothing has changed if it is refused, with
/// `no_structure`.
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
Returned<void> AddressSpace<Word, Layer, Pages>::set_flags(Area* area, Word start, Word end,
                                                           std::uint32_t vm_flags, vma::Refusal no_structure) {
  const unsigned wanted = (area->vm_start != start ? 1 : 0) + (area->vm_end != end ? 1 : 0);
  if (wanted == 0) {
    area->vm_flags = vm_flags;
    return {};
  }
  Structures structures{};
  if (!structures_for_split(wanted, structures)) return no_structure;
  split(area, start, end, vm_flags, structures);
  return {};
}

/// [vma.split.limit], [vma.split.no_structure]: one structure or two, or none of them.
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
bool AddressSpace<Word, Layer, Pages>::structures_for_split(unsigned wanted, Structures& structures) {
  if (static_cast<Word>(map_count_ + wanted) > layer_.max_map_count() && !mutant("vma.impl.split.ignores_limit"))
    return false;
  structures.first = vma_alloc();
  if (structures.first == nullptr) return false;
  if (wanted == 1) return true;
  structures.second = vma_alloc();
  if (structures.second != nullptr) return true;
  if (!mutant("vma.impl.split.leaks_first_structure")) free_unused(structures.first);
  return false;
}

/// [vma.split.start], [vma.split.end], [vma.split.middle]: at an end of the area the part is the new one; in the middle the
/// outer two are new, so that the old structure becomes the part.
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
void AddressSpace<Word, Layer, Pages>::split(Area* area, Word start, Word end, std::uint32_t vm_flags,
                                             const Structures& structures) {
  const Word area_start = area->vm_start;
  const Word area_end = area->vm_end;
  if (structures.second != nullptr) {
    Area* const before = part_of(*area, area_start, start, structures.first);
    Area* const behind = part_of(*area, end, area_end, structures.second);
    area->vm_flags = vm_flags;
    if (before->vm_file != nullptr) files_.get_file(*before->vm_file);
    if (behind->vm_file != nullptr) files_.get_file(*behind->vm_file);
    if (before->vm_ops) layer_.vm_open(*before);
    if (behind->vm_ops) layer_.vm_open(*behind);
    set_bounds(area, start, end);
    link(before);
    link(behind);
    return;
  }
  Area* const part = part_of(*area, start, end, structures.first);
  part->vm_flags = vm_flags;
  open_new(part);
  if (start == area_start)
    set_bounds(area, end, area_end);
  else
    set_bounds(area, area_start, start);
  link(part);
}

/// `into` as the part start..end of an area, in no list yet.
template <std::unsigned_integral Word, PagingLayer<Word> Layer, PageSource Pages>
auto AddressSpace<Word, Layer, Pages>::part_of(const Area& area, Word start, Word end, Area* into) const -> Area* {
  *into = area;
  if (!mutant("vma.impl.part_of.keeps_offset")) into->vm_pgoff += pages_in(start - area.vm_start);
  into->vm_start = start;
  into->vm_end = end;
  return into;
}

}  // namespace refmm::impl::inline REFMM_BUILD
