// A load or a store, as far as areas decide it: allowed, or SIGSEGV; and what it leaves behind.
//
// Stacks of later eras keep away from what is mapped below them. Follows lock_mm_and_find_vma, expand_downwards and access_error
// in mm/mmap_lock.c, mm/vma.c and arch/x86/mm/fault.c.
#pragma once

#include <refmm/model/since_merge.hpp>
#include <refmm/model/since_unmapped.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// True if an area would come too near to the accessible area below it by growing down to `addr`.
template <Word W>
constexpr bool enters_guard_gap(const since::KernelOf<W>& kernel, const vma::Mm<W>& mm, std::size_t position,
                                W addr) {
  if (!kernel.era.guard_gap || position == 0) return false;
  const vma::Area<W>& below = mm.areas[position - 1];
  if (has(below.vm_flags, vma::VM_GROWSDOWN) || !has(below.vm_flags, vma::VM_ACCESS)) return false;
  return is_true(addr - below.vm_end < W(kernel.stack_guard_gap));
}

/// The area at `position` grows down to `addr`, if it may. Success, or Signal.
template <Word W>
constexpr EraStep<W> grown_down(const since::KernelOf<W>& kernel, EraStep<W> so_far, std::size_t position,
                                W addr) {
  const vma::Mm<W>& mm = so_far.state.base.mm;
  const bool grows = has(mm.areas[position].vm_flags, vma::VM_GROWSDOWN);
  if (grows && kernel.era.mmap_lowest_address && addr < W(kernel.lowest_hint))
    return succeeded<W>(std::move(so_far), since::Signal{}, "since.mmap.lowest_address");
  if (grows && enters_guard_gap<W>(kernel, mm, position, addr))
    return succeeded<W>(std::move(so_far), since::Signal{}, "since.guard_gap");
  const vma::Area<W>& area = mm.areas[position];
  const std::uint32_t id = area.id;
  const W pages = pages_between<W>(kernel.base.machine, addr, area.vm_start);
  // The kernel prepares it for pages of its own before it looks at the limits.
  if (grows && !was_written(so_far.state, area)) so_far.state.written.push_back(id);
  if (grows && kernel.era.mmap_locked && has(area.vm_flags, vma::VM_LOCKED) &&
      passes_locked_limit<W>(kernel, so_far.state, pages))
    return succeeded<W>(std::move(so_far), since::Signal{}, "since.mmap.locked");
  so_far = as_in_2_4_0<W>(std::move(so_far),
                          [&](VmaStep<W> base) { return find_extend_vma<W>(kernel.base, std::move(base), addr); });
  if (was_refused(so_far)) so_far.result = since::Signal{};
  return so_far;
}

/// The result is Success, or Signal.
template <Word W>
constexpr EraStep<W> touch_since(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                 const since::Touch<W>& touch) {
  const W page = page_of<W>(kernel.base.machine, touch.addr);
  const auto& areas = so_far.state.base.mm.areas;
  const std::size_t position = first_above(areas, page);
  if (position == areas.size()) return succeeded<W>(std::move(so_far), since::Signal{}, "vma.stack.no_area_above");
  if (areas[position].vm_start > page) {
    so_far = grown_down<W>(kernel, std::move(so_far), position, page);
    if (std::holds_alternative<since::Signal>(so_far.result)) return so_far;
  }
  const vma::Area<W>& area = so_far.state.base.mm.areas[position];
  const std::uint32_t needed = touch.writes ? vma::VM_WRITE : vma::VM_ACCESS;
  if (!has(area.vm_flags, needed))
    return succeeded<W>(std::move(so_far), since::Signal{}, "since.touch.permissions");
  if (touch.writes && !has(area.vm_flags, vma::VM_SHARED) && !was_written(so_far.state, area))
    so_far.state.written.push_back(area.id);
  return succeeded<W>(std::move(so_far), vma::Success{}, "since.touch.permissions");
}

}  // namespace refmm::model::inline REFMM_BUILD
