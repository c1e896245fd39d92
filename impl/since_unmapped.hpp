// Where there is room, in later eras: the hint as it is, or the first place above the base. Part of impl/since.hpp.
//
// Follows get_unmapped_area and its callees in mm/mmap.c, arch/x86/kernel/sys_x86_64.c and mm/huge_memory.c, in the layout that
// grows upwards. As in 2.4.0 of impl/ each subtree knows its largest gap.
#pragma once

#include <refmm/impl/since_address_space.hpp>

#include <algorithm>

namespace refmm::impl::inline REFMM_BUILD {

/// [since.guard_gap]: where an area begins for its lower neighbours. A stack keeps a gap free, as far as it is free. Source:
/// vm_start_gap.
inline auto EraAddressSpace::guarded_start(const Area& area) const -> Word {
  if (!era_.guard_gap || !area.has(vma::VM_GROWSDOWN)) return area.vm_start;
  const Word gap = kernel_.stack_guard_gap;
  const Word start = area.vm_start < gap ? 0 : area.vm_start - gap;
  return area.vm_prev == nullptr ? start : std::max(start, area.vm_prev->vm_end);
}

/// True if a range touches neither areas nor gaps below stacks: it is enough to look at the first area that ends above its start.
inline bool EraAddressSpace::is_unguarded(Word start, Word end) {
  const Area* const area = areas_.find(start);
  return area == nullptr || guarded_start(*area) >= end;
}

inline bool EraAddressSpace::is_free_range(Word addr, Word len) {
  return lies_in_task(addr, len) && is_unguarded(addr, addr + len);
}

/// The first free place of `len` bytes above the base, if there is one. Where a hole ends in front of a stack and is too short
/// without the gap, the search goes on behind the stack.
inline auto EraAddressSpace::first_place(Word len) -> std::optional<Word> {
  for (Word from = machine_.task_unmapped_base;;) {
    const std::optional<Word> hole = areas_.find_hole(from, len, machine_.task_size);
    if (!hole || is_unguarded(*hole, *hole + len)) return hole;
    from = areas_.find(*hole)->vm_end;
  }
}

/// [since.unmapped.huge]: the place of a large area without a file is a multiple of the size of a huge page. Source:
/// __thp_get_unmapped_area.
inline auto EraAddressSpace::huge_place(Word len) -> std::optional<Word> {
  const Word huge = kernel_.huge_page;
  if (!era_.unmapped_huge || huge == 0 || len == 0 || len % huge != 0) return std::nullopt;
  const Word room = len + huge;
  if (room < len) return std::nullopt;
  const std::optional<Word> place = first_place(room);
  if (!place) return std::nullopt;
  return (*place + huge - 1) & ~(huge - 1);
}

/// The hint as the kernel takes it: rounded down, and not below the lowest address. Source: round_hint_to_min.
inline auto EraAddressSpace::rounded_hint(Word hint) const -> Word {
  const Word page = page_of(hint);
  const bool is_raised = era_.mmap_lowest_address && page != 0 && page < kernel_.lowest_hint;
  return is_raised ? page_align(kernel_.lowest_hint) : page;
}

/// [since.unmapped.hint], [since.unmapped.huge]
inline EraReturned<EraWord> EraAddressSpace::find_place(const PlaceRequest& request) {
  const Word hint = request.raises_hint ? rounded_hint(request.hint) : page_of(request.hint);
  if (hint != 0 && is_free_range(hint, request.len)) return hint;
  if (request.large_alignment && hint == 0) {
    if (const auto place = huge_place(request.len)) return *place;
  }
  const std::optional<Word> place = first_place(request.len);
  if (!place) return vma::Refusal::no_gap;
  return *place;
}

}  // namespace refmm::impl::inline REFMM_BUILD
