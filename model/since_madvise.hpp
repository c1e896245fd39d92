// madvise, as far as areas show it: advice about the order of reading splits them.
//
// 2.4.0 has it too, but its vocabulary of areas (spec/vma.hpp) has not: an area of 2.4.0 carries no advice that its other calls
// look at. Follows do_madvise and madvise_vma_behavior in mm/madvise.c.
#pragma once

#include <refmm/model/since_merge.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The flags of an area that was given advice; what is not about flags leaves them alone.
template <Word W>
constexpr W advised_flags(W vm_flags, std::uint32_t advice) {
  const W neither = vm_flags & ~W(since::VM_RAND_READ | since::VM_SEQ_READ);
  switch (advice) {
    case since::MADV_NORMAL:
      return neither;
    case since::MADV_RANDOM:
      return neither | W(since::VM_RAND_READ);
    case since::MADV_SEQUENTIAL:
      return neither | W(since::VM_SEQ_READ);
    default:
      return vm_flags;
  }
}

/// Gives advice about the part start..end of an area. Success, or Refused.
template <Word W>
constexpr EraStep<W> part_advised(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Area<W>& area,
                                  W start, W end, std::uint32_t advice) {
  if (advice == since::MADV_DONTNEED) {
    if (has(area.vm_flags, vma::VM_LOCKED))
      return refused(std::move(so_far), since::Refusal::locked_memory, "since.madvise.locked");
    so_far.effects.push_back(vma::ZapPageRange<W>{start, end - start});
  }
  const W after = advised_flags<W>(area.vm_flags, advice);
  if (after == area.vm_flags) return succeeded<W>(std::move(so_far), vma::Success{}, "since.madvise.flags");
  return as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
    return with_flags<W>(kernel.base, std::move(base), area.id, start, end, after, refusals_of_mprotect);
  });
}

/// The result is Success, or Refused; holes do not end the call, but are reported at its end.
template <Word W>
constexpr EraStep<W> madvise_since(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                   const since::Madvise<W>& call) {
  const MachineOf<W>& machine = kernel.base.machine;

  // refuse
  if (call.advice > since::MADV_DONTNEED)
    return refused(std::move(so_far), since::Refusal::unknown_advice, "since.madvise.arguments");
  if (!is_page_aligned<W>(machine, call.addr))
    return refused(std::move(so_far), since::Refusal::unaligned, "since.madvise.arguments");
  const W len = page_align<W>(machine, call.len), end = call.addr + len;
  if ((call.len != W(0u) && len == W(0u)) || end < call.addr)
    return refused(std::move(so_far), since::Refusal::range_wraps_around, "since.madvise.arguments");
  if (len == W(0u)) return succeeded<W>(std::move(so_far), vma::Success{}, "since.madvise.arguments");

  // change
  bool has_hole = false;
  for (W from = call.addr; from < end;) {
    const auto& areas = so_far.state.base.mm.areas;
    const std::size_t position = first_above(areas, from);
    if (position == areas.size() || areas[position].vm_start > from) {
      has_hole = true;
      from = position == areas.size() || areas[position].vm_start > end ? end : areas[position].vm_start;
      continue;
    }
    const W to = areas[position].vm_end < end ? areas[position].vm_end : end;
    so_far = part_by_part<W>(
        kernel, std::move(so_far), from, to,
        [&](EraStep<W> step, const vma::Area<W>& area, W first, W last) {
          return part_advised<W>(kernel, std::move(step), area, first, last, call.advice);
        },
        [](EraStep<W> step) { return step; });
    if (was_refused(so_far)) return so_far;
    from = to;
  }

  // report
  if (has_hole) return refused(std::move(so_far), since::Refusal::hole, "since.madvise.hole");
  return succeeded<W>(std::move(so_far), vma::Success{}, "since.madvise.flags");
}

}  // namespace refmm::model::inline REFMM_BUILD
