// Areas that are alike and touch each other become one: [since.merge.alike]. Part of impl/since.hpp.
//
// Kernels look only where a call has changed something: what is alike elsewhere stays apart. Follows vma_merge and its successors
// in mm/mmap.c and mm/vma.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// True if the second area goes on where the first one ends, in memory and in the file, and is like it in everything else.
inline bool EraAddressSpace::are_alike(const Area& lower, const Area& upper) const {
  return lower.vm_end == upper.vm_start && lower.vm_flags == upper.vm_flags && lower.vm_file == upper.vm_file &&
         lower.mapped_noreserve == upper.mapped_noreserve &&
         lower.vm_pgoff + pages_in(lower.vm_end - lower.vm_start) == upper.vm_pgoff &&
         !lower.has(vma::VM_DONTEXPAND) && !lower.vm_ops;
}

/// [since.merge.written]: the kernel is free if both have pages of their own, or if one has and the process is a copy. We leave them
/// apart.
inline bool EraAddressSpace::may_stay_apart(const Area& lower, const Area& upper) const {
  return is_copy_ ? lower.was_written || upper.was_written : lower.was_written && upper.was_written;
}

/// An area swallows the next one.
inline void EraAddressSpace::join(Area* lower) {
  Area* const upper = lower->vm_next;
  const Word end = upper->vm_end;
  areas_.erase(*upper);
  unshare(upper);
  --map_count_;
  areas_.set_end(*lower, end);
  lower->was_written |= upper->was_written;
  if (upper->vm_file != nullptr) files_.fput(*upper->vm_file);
  vma_free(upper);
}

/// Joins the areas that touch at `address`, if they are alike and must be joined.
inline void EraAddressSpace::merge_at(Word address) {
  if (!era_.merge) return;
  Area* const upper = areas_.find(address);
  if (upper == nullptr || upper->vm_start != address) return;
  Area* const lower = areas_.in_front_of(upper);
  if (lower != nullptr && are_alike(*lower, *upper) && !may_stay_apart(*lower, *upper)) join(lower);
}

/// The same at both ends of a range that was mapped or changed.
inline void EraAddressSpace::merge_around(Word start, Word end) {
  merge_at(start);
  merge_at(end);
}

/// An area that has an address within it is split there, if there may be one area more. Follows split_vma in mm/vma.c.
inline void EraAddressSpace::split_at(Word address) {
  Area* const area = areas_.find(address);
  if (area == nullptr || area->vm_start >= address) return;
  static_cast<void>(set_flags(area, address, area->vm_end, area->vm_flags, vma::Refusal::no_area_structure));
}

/// Calls change(area, from, to) for the part in start..end of each area in turn, up to a hole or a refusal, joins what is then alike,
/// and makes present what is to be, before the next one. What came before stays.
template <class Change>
EraReturned<Done> EraAddressSpace::part_by_part(Word start, Word end, EraRefusal hole, Change change) {
  for (Word from = start;;) {
    Area* const area = area_at(from);
    if (area == nullptr) return hole;
    const Word to = area->vm_end < end ? area->vm_end : end;
    const std::uint32_t before = area->vm_flags;
    if (auto changed = change(area, from, to); !changed) return changed;
    if (areas_.find(from)->vm_flags != before) merge_around(from, to);
    mm_populate();
    if (to == end) return Done{};
    from = to;
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
