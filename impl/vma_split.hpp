// A part of an area gets other flags: the area is split where the part begins and ends. Part of impl/vma.hpp.
//
// mprotect and mlock do it alike. Source: mprotect_fixup and its four cases in mm/mprotect.c, and their like in mm/mlock.c, of
// 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// Calls change(area, start, end) for the part in addr..end of each area in turn. Where nothing is mapped it is refused with
/// `not_mapped`: at the first page before anything has changed, at a hole after what came before it.
template <PagingLayer Layer, PageSource Pages>
template <class Change>
Returned<void> AddressSpace<Layer, Pages>::area_by_area(Word addr, Word end, vma::Refusal not_mapped,
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

/// Gives start..end, a part of an area, other flags: [vma.split.*]. Nothing has changed if it is refused, with
/// `no_structure`.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::set_flags(Area* area, Word start, Word end, std::uint32_t vm_flags,
                                                     vma::Refusal no_structure) {
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
template <PagingLayer Layer, PageSource Pages>
bool AddressSpace<Layer, Pages>::structures_for_split(unsigned wanted, Structures& structures) {
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
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::split(Area* area, Word start, Word end, std::uint32_t vm_flags,
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
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::part_of(const Area& area, Word start, Word end, Area* into) const -> Area* {
  *into = area;
  if (!mutant("vma.impl.part_of.keeps_offset")) into->vm_pgoff += pages_in(start - area.vm_start);
  into->vm_start = start;
  into->vm_end = end;
  into->vm_raend = 0;
  return into;
}

}  // namespace refmm::impl::inline REFMM_BUILD
