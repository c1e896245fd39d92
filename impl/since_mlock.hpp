// mlock and its family in later eras: a limit in place of a privilege. Part of impl/since.hpp.
//
// Follows do_mlock, apply_vma_lock_flags and apply_mlockall_flags in mm/mlock.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>
#include <refmm/impl/since_limits.hpp>
#include <refmm/impl/since_merge.hpp>

#include <algorithm>

namespace refmm::impl::inline REFMM_BUILD {

/// Gives a part of an area `bits` of lock_bits in place of what it had; areas of the kernel's own are left alone. Source: mlock_fixup.
inline EraReturned<Done> EraAddressSpace::lock_one(Area* area, Word start, Word end, std::uint32_t bits) {
  const std::uint32_t before = area->vm_flags;
  const std::uint32_t after = (before & ~lock_bits) | bits;
  if (after == before || has(before, vma::VM_DONTEXPAND | since::VM_DROPPABLE)) return Done{};
  if (auto changed = set_flags(area, start, end, after, vma::Refusal::no_structure_to_lock); !changed)
    return changed;
  const Word pages = pages_in(end - start);
  if (has(before, vma::VM_LOCKED)) locked_vm_ -= pages;
  if (has(after, vma::VM_LOCKED)) locked_vm_ += pages;
  return Done{};
}

/// The same of whole pages. A refusal leaves changed what came before it.
inline EraReturned<Done> EraAddressSpace::lock_range(Word addr, Word len, std::uint32_t bits) {
  const Word end = addr + len;
  if (end < addr) return vma::Refusal::range_wraps;
  if (end == addr) return Done{};
  return part_by_part(addr, end, vma::Refusal::not_mapped_lock,
                      [&](Area* area, Word from, Word to) { return lock_one(area, from, to, bits); });
}

/// The first address of an area of which nothing can be made present: nobody may access it, or its file ends there.
inline auto EraAddressSpace::end_of_presence(const Area& area) const -> Word {
  if (!area.has(vma::VM_ACCESS)) return area.vm_start;
  const EraObject* const object = area.vm_file == nullptr ? nullptr : layer_.objects().find(*area.vm_file->inode);
  if (object == nullptr) return area.vm_end;
  const Word first = bytes_in(area.vm_pgoff);
  const Word last = page_align(object->size);
  return last <= first ? area.vm_start : std::min(area.vm_end, area.vm_start + (last - first));
}

/// [since.mlock.present]: the end of a range as far as its pages can be made present: up to the first one that cannot. What is locked
/// on fault is not tried.
inline auto EraAddressSpace::end_of_presence(Word start, Word end) -> Word {
  for (const Area& area : areas_.meeting(start, end)) {
    if (area.has(since::VM_LOCKONFAULT)) continue;
    const Word first = end_of_presence(area);
    if (first < area.vm_end && first < end) return std::max(first, start);
  }
  return end;
}

/// [since.mlock.unprivileged], [since.mlock.counts_once], [since.mlock.present]
inline EraReturned<Done> EraAddressSpace::lock_with(Word addr, Word len, std::uint32_t bits) {
  if (!era_.mlock_unprivileged) return Base::mlock(addr, len);
  if (!may_lock()) return since::Refusal::locking_not_permitted;
  const Word start = page_of(addr);
  const Word bytes = whole_pages(addr, len);
  const Word end = start + bytes;
  Word pages = pages_in(bytes);
  if (era_.mlock_counts_once && end >= start)
    pages -= pages_inside(start, end, [](const Area& area) { return area.has(vma::VM_LOCKED); });
  if (passes_locked_limit(pages)) return since::Refusal::lock_limit;

  if (auto locked = lock_range(start, bytes, bits); !locked) return locked;
  if (bytes == 0) return Done{};
  const Word present = end_of_presence(start, end);
  // The page that is not there was tried: its area is prepared for pages of its own if it may be accessed.
  const bool tried = present != end && areas_.find(present)->has(vma::VM_ACCESS);
  const Word last = tried ? present + machine_.page_size : present;
  if (last != start) layer_.make_pages_present(start, last);
  if (present != end && era_.mlock_present) return since::Refusal::not_present;
  return Done{};
}

inline EraReturned<Done> EraAddressSpace::mlock(Word addr, Word len) {
  return lock_with(addr, len, vma::VM_LOCKED);
}

/// [since.mlock.on_fault]: with MLOCK_ONFAULT it locks what is touched.
inline EraReturned<Done> EraAddressSpace::mlock2(Word addr, Word len, Word flags) {
  if ((flags & ~Word{since::MLOCK_ONFAULT}) != 0) return since::Refusal::unknown_call_flags;
  return lock_with(addr, len, flags != 0 ? lock_bits : vma::VM_LOCKED);
}

inline EraReturned<Done> EraAddressSpace::munlock(Word addr, Word len) {
  if (!era_.mlock_unprivileged) return Base::munlock(addr, len);
  return lock_range(page_of(addr), whole_pages(addr, len), 0);
}

/// Gives every area `bits` of lock_bits. What cannot be had of one is left out.
inline void EraAddressSpace::lock_all(std::uint32_t bits) {
  for (const Area* area = areas_.find(0); area != nullptr;) {
    const Word start = area->vm_start;
    const Word end = area->vm_end;
    static_cast<void>(lock_range(start, end - start, bits));
    area = areas_.find(end);
  }
}

/// [since.mlock.unprivileged], [since.mlock.on_fault]
inline EraReturned<Done> EraAddressSpace::mlockall(Word flags) {
  if (!era_.mlock_unprivileged) return Base::mlockall(flags);
  const Word known = vma::MCL_CURRENT | vma::MCL_FUTURE | (era_.mlock_on_fault ? since::MCL_ONFAULT : 0);
  if (flags == 0 || (flags & ~known) != 0 || flags == since::MCL_ONFAULT) return vma::Refusal::unknown_flags;
  if (!may_lock()) return since::Refusal::locking_not_permitted;
  const bool passes = !limits.cap_ipc_lock && total_vm_ > pages_in(limits.memlock);
  if (has(flags, vma::MCL_CURRENT) && passes) return since::Refusal::lock_limit;

  const std::uint32_t bits = has(flags, since::MCL_ONFAULT) ? lock_bits : vma::VM_LOCKED;
  def_flags_ = has(flags, vma::MCL_FUTURE) ? bits : 0;
  if (has(flags, vma::MCL_CURRENT)) {
    lock_all(bits);
    layer_.make_pages_present(0, machine_.task_size);
  }
  return Done{};
}

/// Needs no privilege in later eras.
inline EraReturned<Done> EraAddressSpace::munlockall() {
  if (!era_.mlock_unprivileged) return Base::munlockall();
  def_flags_ = 0;
  lock_all(0);
  return Done{};
}

}  // namespace refmm::impl::inline REFMM_BUILD
