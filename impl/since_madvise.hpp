// madvise, as far as areas show it: advice about the order of reading splits them. Part of impl/since.hpp.
//
// Follows do_madvise and madvise_vma_behavior in mm/madvise.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>
#include <refmm/impl/since_merge.hpp>

#include <algorithm>

namespace refmm::impl::inline REFMM_BUILD {

/// [since.madvise.flags]: the flags of an area that was given advice; what is not about flags leaves them alone.
constexpr std::uint32_t advised_flags(std::uint32_t vm_flags, std::uint32_t advice) {
  const std::uint32_t neither = vm_flags & ~(since::VM_RAND_READ | since::VM_SEQ_READ);
  switch (advice) {
    case since::MADV_NORMAL:
      return neither;
    case since::MADV_RANDOM:
      return neither | since::VM_RAND_READ;
    case since::MADV_SEQUENTIAL:
      return neither | since::VM_SEQ_READ;
    default:
      return vm_flags;
  }
}

/// [since.madvise.locked]: gives advice about a part of an area.
inline EraReturned<Done> EraAddressSpace::advise_one(Area* area, Word start, Word end, std::uint32_t advice) {
  if (advice == since::MADV_DONTNEED) {
    if (area->has(vma::VM_LOCKED)) return since::Refusal::locked_memory;
    layer_.zap_page_range(start, end - start);
  }
  const std::uint32_t after = advised_flags(area->vm_flags, advice);
  if (after == area->vm_flags) return Done{};
  return set_flags(area, start, end, after, vma::Refusal::no_area_structure);
}

/// [since.madvise.arguments], [since.madvise.hole]: holes do not end the call, but are reported at its end.
inline EraReturned<Done> EraAddressSpace::madvise(Word addr, Word len, std::uint32_t advice) {
  if (advice > since::MADV_DONTNEED) return since::Refusal::unknown_advice;
  if (!is_page_aligned(addr)) return since::Refusal::unaligned;
  const Word end = addr + page_align(len);
  if ((len != 0 && page_align(len) == 0) || end < addr) return since::Refusal::range_wraps_around;
  bool has_hole = false;
  for (Word from = addr; from < end;) {
    const Area* const area = areas_.find(from);
    if (area == nullptr || area->vm_start > from) {
      has_hole = true;
      from = area == nullptr ? end : std::min(area->vm_start, end);
      continue;
    }
    const Word to = std::min(area->vm_end, end);
    const auto advised = part_by_part(from, to, since::Refusal::hole, [&](Area* part, Word first, Word last) {
      return advise_one(part, first, last, advice);
    });
    if (!advised) return advised;
    from = to;
  }
  if (has_hole) return since::Refusal::hole;
  return Done{};
}

}  // namespace refmm::impl::inline REFMM_BUILD
