// Loads and stores as far as areas decide them, pages that are made present, and the copy of an address space. Part of impl/since.hpp.
//
// Follows lock_mm_and_find_vma, expand_downwards and access_error in mm/mmap_lock.c, mm/vma.c and arch/x86/mm/fault.c, and dup_mmap
// in mm/mmap.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [since.guard_gap]: true if a stack would come too near to the accessible area below it by growing down to `addr`.
inline bool EraAddressSpace::enters_guard_gap(const Area& area, Word addr) const {
  const Area* const below = area.vm_prev;
  if (!era_.guard_gap || below == nullptr) return false;
  if (below->has(vma::VM_GROWSDOWN) || !below->has(vma::VM_ACCESS)) return false;
  return addr - below->vm_end < kernel_.stack_guard_gap;
}

/// [since.mmap.lowest_address], [since.mmap.locked]: an area that lies above `addr` grows down to it, if it may. The kernel prepares
/// it for pages of its own before it looks at the limits.
inline bool EraAddressSpace::grow_down(Area* area, Word addr) {
  if (!area->has(vma::VM_GROWSDOWN)) return false;
  if (era_.mmap_lowest_address && addr < kernel_.lowest_hint) return false;
  if (enters_guard_gap(*area, addr)) return false;
  area->was_written = true;
  const bool locks = era_.mmap_locked && area->has(vma::VM_LOCKED);
  if (locks && passes_locked_limit(pages_in(area->vm_start - addr))) return false;
  return static_cast<bool>(find_extend_vma(addr));
}

/// [since.touch.permissions]
inline auto EraAddressSpace::touch(Word addr, bool writes) -> Area* {
  const Word page = page_of(addr);
  Area* const area = areas_.find(page);
  if (area == nullptr) return nullptr;
  if (area->vm_start > page && !grow_down(area, page)) return nullptr;
  if (!area->has(writes ? vma::VM_WRITE : vma::VM_ACCESS)) return nullptr;
  if (writes && !area->has(vma::VM_SHARED)) area->was_written = true;
  return area;
}

inline bool EraAddressSpace::is_behind_end(const Area& area, Word addr) const {
  if (area.vm_file == nullptr || layer_.pages().find(page_of(addr)) != nullptr) return false;
  const EraObject* const object = layer_.objects().find(*area.vm_file->inode);
  return object != nullptr && object->ends_before(offset_in_file(area, addr));
}

/// What is made present is written to as far as it may be, unless it is locked by touching it.
inline void EraAddressSpace::mm_populate() {
  for (const auto& [start, end] : layer_.take_present()) {
    for (Area& area : areas_.meeting(start, end)) {
      constexpr std::uint32_t all = since::VM_LOCKONFAULT | vma::VM_SHARED | vma::VM_WRITE;
      if ((area.vm_flags & all) == vma::VM_WRITE) area.was_written = true;
    }
  }
}

/// [since.fork.unlocked]
inline void EraAddressSpace::dup_mmap(EraAddressSpace& child) {
  static_cast<void>(Base::dup_mmap(child));
  for (Area& area : child.areas_.all()) area.vm_flags &= ~lock_bits;
  if (era_.fork_unlocked) child.def_flags_ = 0;
  child.start_brk_ = start_brk_;
  child.is_copy_ = true;
}

}  // namespace refmm::impl::inline REFMM_BUILD
