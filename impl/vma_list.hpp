// Areas put into the address space and taken out of it: the ordered structure, and the list of their file. Part of impl/vma.hpp.
//
// Source: __insert_vm_struct and __remove_shared_vm_struct in mm/mmap.c of 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// A structure for an area, and a place for it in the tree: what was given can be linked whatever happens meanwhile. nullptr if
/// there is no memory.
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::vma_alloc() -> Area* {
  Area* const area = layer_.gives_area() && areas_.reserve(reserved_ + 1) ? caches_.make() : nullptr;
  if (area != nullptr) {
    area->vm_mm = layer_.page_tables();
    ++reserved_;
  }
  layer_.vma_alloc(area != nullptr);
  return area;
}

/// Gives back a structure that stands in no list.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::vma_free(Area* area) {
  caches_.destroy(area);
  layer_.vma_free();
}

/// Gives back a structure that was not needed.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::free_unused(Area* area) {
  --reserved_;
  vma_free(area);
}

/// Puts an area into the address space and into the list of its file. 2.4.0: __insert_vm_struct.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::link(Area* area) {
  --reserved_;
  areas_.insert(*area);
  ++map_count_;
  share(area);
}

/// Puts an area in front of the others in the list of its file; one that denies writing takes one from the write count:
/// [vma.account.share_lists].
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::share(Area* area) {
  if (area->vm_file == nullptr) return;
  Inode& inode = *area->vm_file->inode;
  if (area->has(vma::VM_DENYWRITE)) files_.change_write_count(inode, -1);
  if (mutant("vma.impl.share.at_end_of_list"))
    inode.list_of(*area).push_back(*area);
  else
    inode.list_of(*area).push_front(*area);
}

/// Takes an area out of the list of its file. 2.4.0: __remove_shared_vm_struct.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::unshare(Area* area) {
  if (area->vm_file == nullptr) return;
  Inode& inode = *area->vm_file->inode;
  if (area->has(vma::VM_DENYWRITE) && !mutant("vma.impl.unshare.keeps_writers_out"))
    files_.change_write_count(inode, +1);
  auto& list = inode.list_of(*area);
  list.erase(list.iterator_to(*area));
}

/// A new area beside the one that it was split from: one more reference, and its operations are told.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::open_new(Area* area) {
  if (area->vm_file != nullptr) files_.get_file(*area->vm_file);
  if (area->vm_ops) layer_.vm_open(*area);
}

/// The part start..end of an area, all of it that is left: what its first byte is in the file moves along.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::set_bounds(Area* area, Word start, Word end) {
  if (!mutant("vma.impl.set_bounds.keeps_offset")) area->vm_pgoff += pages_in(start - area->vm_start);
  areas_.set_start(*area, start);
  areas_.set_end(*area, end);
}

/// Pages of an area are there now.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::account(const Area& area, Word pages) {
  total_vm_ += pages;
  if (area.has(vma::VM_LOCKED)) locked_vm_ += pages;
}

/// How many areas there were if start..end were unmapped.
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::areas_without(Word start, Word end) -> Word {
  Word count = map_count_;
  for (const Area& area : areas_.meeting(start, end)) {
    if (area.surrounds(start, end)) return count + 1;
    if (area.vm_start >= start && area.vm_end <= end) --count;
  }
  return count;
}

}  // namespace refmm::impl::inline REFMM_BUILD
