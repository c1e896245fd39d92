// The end of an address space, and its copy. Part of impl/vma.hpp.
//
// Source: exit_mmap in mm/mmap.c, dup_mmap in kernel/fork.c of 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [vma.exit.*]: in the order of the areas, and all page tables at once.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::exit_mmap() {
  total_vm_ = 0;
  locked_vm_ = 0;
  for (Area* area = areas_.clear(); area != nullptr;) {
    Area* const next = area->vm_next;
    if (area->vm_ops && !mutant("vma.impl.exit.closes_nothing")) layer_.vm_close(*area);
    --map_count_;
    unshare(area);
    layer_.zap_page_range(area->vm_start, area->vm_end - area->vm_start);
    if (area->vm_file != nullptr && !mutant("vma.impl.exit.keeps_files")) files_.fput(*area->vm_file);
    vma_free(area);
    area = next;
  }
  layer_.clear_page_tables(0, machine_.task_size >> pgdir_shift_);
}

/// [vma.fork.*]: the copy of an area stands behind the area in the list of the file. What its pages hold is copied by the layer.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::dup_mmap(AddressSpace& child) {
  child.limits = limits;
  child.end_code = end_code;
  child.start_data = start_data;
  child.brk = brk;
  child.total_vm_ = total_vm_;
  child.def_flags_ = def_flags_;
  for (Area& area : areas_.all()) {
    if (area.has(vma::VM_DONTCOPY)) continue;
    Area* const copy = child.vma_alloc();
    if (copy == nullptr) return vma::Refusal::no_area_structure;
    *copy = area;
    copy->vm_flags &= ~vma::VM_LOCKED;
    copy->vm_mm = child.layer_.page_tables();
    copy->vm_raend = 0;
    if (copy->vm_file != nullptr) {
      files_.get_file(*copy->vm_file);
      Inode& inode = *copy->vm_file->inode;
      if (copy->has(vma::VM_DENYWRITE)) files_.change_write_count(inode, -1);
      auto& list = inode.list_of(area);
      list.insert(std::next(list.iterator_to(area)), *copy);
    }
    if (copy->vm_ops) layer_.vm_open(*copy);
    --child.reserved_;
    child.areas_.insert(*copy);
    ++child.map_count_;
    if (!child.layer_.copy_page_range(layer_, *copy)) return vma::Refusal::no_page_tables;
  }
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
