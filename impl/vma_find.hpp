// Where there is room: the search for a free range. Part of impl/vma.hpp.
//
// Source: get_unmapped_area in mm/mmap.c of 2.4.0, which walks over all areas; here each subtree knows its largest gap.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [vma.unmapped.first_fit]. As in 2.4.0 address 0 means that there is no room.
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::get_unmapped_area(Word hint, Word len) -> Returned<Word> {
  Word addr = hint == 0 ? machine_.task_unmapped_base : hint;
  addr = mutant("vma.impl.unmapped.rounds_hint_down") ? addr & ~(machine_.page_size - 1) : page_align(addr);
  if (mutant("vma.impl.unmapped.leaves_guard_page")) len += machine_.page_size;
  const std::optional<Word> hole = areas_.find_hole(addr, len, machine_.task_size);
  if (!hole || *hole == 0) return vma::Refusal::no_gap;
  return *hole;
}

}  // namespace refmm::impl::inline REFMM_BUILD
