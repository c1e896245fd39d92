// brk: the heap grows and shrinks at its end. Part of impl/vma.hpp.
//
// Source: sys_brk and do_brk in mm/mmap.c of 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [vma.brk.*]
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::sys_brk(Word new_brk) -> Word {
  if (new_brk < end_code) return brk;
  const Word from = page_align(brk);
  const Word to = page_align(new_brk);
  if (from != to) {
    const bool grows = new_brk > brk;
    if (grows && !may_grow_heap(new_brk, from, to)) return brk;
    if (grows ? !do_brk(from, to - from) : !do_munmap(to, from - to) && !mutant("vma.impl.brk.ignores_munmap"))
      return brk;
  }
  return brk = new_brk;
}

/// [vma.brk.data_limit], [vma.brk.collision], [vma.brk.memory]: the page above the heap stays free.
template <PagingLayer Layer, PageSource Pages>
bool AddressSpace<Layer, Pages>::may_grow_heap(Word new_brk, Word from, Word to) {
  if (limits.data != Limits<Word>::infinity && static_cast<Word>(new_brk - start_data) > limits.data) return false;
  const Word guarded = mutant("vma.impl.brk.touches_next") ? to : to + machine_.page_size;
  if (find_vma_intersection(from, guarded) != nullptr) return false;
  return layer_.vm_enough_memory(pages_in(to - from));
}

/// [vma.do_brk.*]. There is no check of the range but that of do_munmap, which therefore must be called whatever is there:
/// CVE-2003-0961.
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::do_brk(Word addr, Word len) -> Returned<Word> {
  len = page_align(len);
  if (len == 0) return addr;
  if ((def_flags_ & vma::VM_LOCKED) != 0 && static_cast<Word>(bytes_in(locked_vm_) + len) > limits.memlock)
    return vma::Refusal::locked_limit;
  const bool unmaps =
      !mutant("vma.impl.cve_2003_0961.do_brk_unmaps_what_it_finds") || areas_.find_meeting(addr, addr + len);
  if (unmaps) {
    if (const auto unmapped = do_munmap(addr, len); !unmapped) return unmapped.refusal();
  }
  if (static_cast<Word>(bytes_in(total_vm_) + len) > limits.address_space)
    return vma::Refusal::address_space_limit;
  Area* area = area_to_lengthen(addr);
  if (area == nullptr && map_count_ >= layer_.max_map_count()) return vma::Refusal::too_many_areas;
  if (!layer_.vm_enough_memory(pages_in(len))) return vma::Refusal::no_memory;

  if (area != nullptr) {
    areas_.set_end(*area, addr + len);
  } else {
    area = vma_alloc();
    if (area == nullptr) return vma::Refusal::no_area_structure;
    area->vm_start = addr;
    area->vm_end = addr + len;
    area->vm_flags = vma::VM_ACCESS | vma::VM_MAYACCESS | def_flags_;
    link(area);
  }
  account(*area, pages_in(len));
  if (area->has(vma::VM_LOCKED) && !mutant("vma.impl.do_brk.leaves_locked_pages_out"))
    layer_.make_pages_present(addr, addr + len);
  return addr;
}

/// [vma.do_brk.lengthens]: the area that memory at `addr` is joined to: it ends there, has no file and exactly the flags of the
/// heap. nullptr if there is none.
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::area_to_lengthen(Word addr) -> Area* {
  if (addr == 0) return nullptr;
  Area* const area = areas_.find(addr - 1);
  if (area == nullptr || area->vm_end != addr || area->vm_file != nullptr) return nullptr;
  const std::uint32_t compared = mutant("vma.impl.do_brk.joins_stack") ? ~vma::VM_GROWSDOWN : ~0u;
  return (area->vm_flags & compared) == (vma::VM_ACCESS | vma::VM_MAYACCESS | def_flags_) ? area : nullptr;
}

}  // namespace refmm::impl::inline REFMM_BUILD
