// Where there is room, in later eras: the hint as it is, or the first place above the base.
//
// Follows get_unmapped_area and its callees in mm/mmap.c, arch/x86/kernel/sys_x86_64.c and mm/huge_memory.c, in the layout that
// grows upwards.
#pragma once

#include <refmm/model/since_step.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// Where an area begins for its lower neighbours: an area that grows down keeps a gap free. Source: vm_start_gap.
template <Word W>
constexpr W guarded_start(const since::KernelOf<W>& kernel, const vma::Area<W>& area) {
  if (!kernel.era.guard_gap || !has(area.vm_flags, vma::VM_GROWSDOWN)) return area.vm_start;
  const W gap = kernel.stack_guard_gap;
  return area.vm_start < gap ? W(0u) : area.vm_start - gap;
}

/// The areas of the list, with the gaps below them as far as they are free.
template <Word W>
constexpr std::vector<vma::Area<W>> guarded(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm) {
  std::vector<vma::Area<W>> areas = mm.areas;
  W end_below = W(0u);
  for (vma::Area<W>& area : areas) {
    const W start = guarded_start<W>(kernel, area);
    area.vm_start = start < end_below ? end_below : start;
    end_below = area.vm_end;
  }
  return areas;
}

/// True if the range lies in the task, touches no area, and leaves the gaps free.
template <Word W>
constexpr bool is_free_range(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm, W addr, W len) {
  if (!lies_in_task<W>(kernel.base.machine, addr, len)) return false;
  for (const vma::Area<W>& area : guarded<W>(kernel, mm)) {
    if (meets(area, addr, addr + len)) return false;
  }
  return true;
}

/// The first free place of `len` bytes above the base, if there is one.
template <Word W>
constexpr std::optional<W> first_place(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm, W len) {
  const MachineOf<W>& machine = kernel.base.machine;
  const W base = machine.task_unmapped_base;
  std::vector<vma::Area<W>> above;
  for (const vma::Area<W>& area : guarded<W>(kernel, mm)) {
    if (area.vm_end > base) above.push_back(area);
  }
  if (len > W(machine.task_size)) return std::nullopt;
  return first_fit<W>(machine, above, 0, base, len);
}

/// The hint as the kernel takes it: rounded down, and not below the lowest address. Source: round_hint_to_min.
template <Word W>
constexpr W rounded_hint(const since::KernelOf<W>& kernel, W hint) {
  const W page = page_of<W>(kernel.base.machine, hint);
  if (!kernel.era.mmap_lowest_address || page == W(0u) || page >= W(kernel.lowest_hint)) return page;
  return page_align<W>(kernel.base.machine, W(kernel.lowest_hint));
}

/// The place of a large area without a file: a multiple of the size of a huge page. Source: __thp_get_unmapped_area.
template <Word W>
constexpr std::optional<W> huge_place(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm, W len) {
  const W huge = kernel.huge_page;
  if (!kernel.era.unmapped_huge || huge == W(0u) || len == W(0u) || (len & (huge - 1u)) != W(0u))
    return std::nullopt;
  const W room = len + huge;
  if (room < len) return std::nullopt;
  const auto place = first_place<W>(kernel, mm, room);
  if (!place) return std::nullopt;
  return *place + ((W(0u) - *place) & (huge - 1u));
}

/// What is wanted of a place.
template <Word W>
struct PlaceRequest {
  W hint, len;           // bytes; the length is rounded
  bool large_alignment;  // no file, and nothing shared
  bool raises_hint;      // to the lowest address that hints may have
  std::optional<W> chosen;
};

/// The place that a kernel takes for a mapping. Address, Refused, or ChoiceForbidden.
template <Word W>
constexpr EraStep<W> place_found(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                 const PlaceRequest<W>& request) {
  const vma::Mm<W>& mm = so_far.state.base.mm;
  if (request.chosen) {
    const bool aligned = is_true(is_page_aligned<W>(kernel.base.machine, *request.chosen));
    const W lowest = kernel.era.mmap_lowest_address ? W(kernel.lowest_address) : W(kernel.base.machine.page_size);
    if (!aligned || *request.chosen < lowest || !is_free_range<W>(kernel, mm, *request.chosen, request.len))
      return succeeded<W>(std::move(so_far), since::ChoiceForbidden{}, "since.unmapped.anywhere");
    return succeeded<W>(std::move(so_far), vma::Address<W>{*request.chosen}, "since.unmapped.anywhere");
  }
  const W page = page_of<W>(kernel.base.machine, request.hint);
  const W hint = request.raises_hint ? rounded_hint<W>(kernel, request.hint) : page;
  if (hint != W(0u) && is_free_range<W>(kernel, mm, hint, request.len))
    return succeeded<W>(std::move(so_far), vma::Address<W>{hint}, "since.unmapped.hint");
  if (request.large_alignment && hint == W(0u)) {
    if (const auto place = huge_place<W>(kernel, mm, request.len))
      return succeeded<W>(std::move(so_far), vma::Address<W>{*place}, "since.unmapped.huge");
  }
  const auto place = first_place<W>(kernel, mm, request.len);
  if (!place) return refused(std::move(so_far), vma::Refusal::no_gap, "vma.unmapped.no_gap");
  return succeeded<W>(std::move(so_far), vma::Address<W>{*place}, "since.unmapped.hint");
}

}  // namespace refmm::model::inline REFMM_BUILD
