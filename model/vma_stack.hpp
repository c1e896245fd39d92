// Stacks: areas that grow down to the address that is touched.
//
// Follows find_extend_vma in mm/mmap.c and expand_stack in include/linux/mm.h.
#pragma once

#include <refmm/model/vma_lookup.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Why an area cannot grow down to `addr`, a whole number of pages below its start, if it cannot.
template <Word W>
constexpr std::optional<Objection> bad_stack_growth(const vma::KernelOf<W>& kernel, const vma::State<W>& state,
                                                    const vma::Area<W>& area, W addr) {
  const W grow = pages_between<W>(kernel.machine, addr, area.vm_start);
  if (area.vm_end - addr > state.knobs.rlimit_stack)
    return Objection{vma::Refusal::stack_limit, "vma.stack.limit"};
  if (bytes_in<W>(kernel.machine, state.mm.total_vm + grow) > state.knobs.rlimit_as)
    return Objection{vma::Refusal::stack_address_space, "vma.stack.address_space"};
  return std::nullopt;
}

/// Area `id` grows down to `addr`, a whole number of pages below its start. The result is Found with its start, or Refused. 2.4.0:
/// expand_stack.
template <Word W>
constexpr VmaStep<W> expand_stack(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, std::uint32_t id, W addr) {
  // refuse
  vma::Mm<W>& mm = so_far.state.mm;
  vma::Area<W>& area = mm.areas[vma::position_of(mm, id)];
  if (!has(area.vm_flags, vma::VM_GROWSDOWN))
    return refused(std::move(so_far), vma::Refusal::does_not_grow, "vma.stack.does_not_grow");
  if (const auto bad = bad_stack_growth<W>(kernel, so_far.state, area, addr))
    return refused(std::move(so_far), *bad);
  const W grow = pages_between<W>(kernel.machine, addr, area.vm_start);
  if (area.vm_file != 0 && area.vm_pgoff < grow) {
    if (kernel.corrected.stack_offset)
      return refused(std::move(so_far), vma::Refusal::stack_below_offset_zero, "vma.stack.offset_zero");
    so_far.because.push_back("defect.vma.stack_offset");
  }

  // change
  area.vm_start = addr;
  area.vm_pgoff = area.vm_pgoff - grow;
  mm.total_vm = mm.total_vm + grow;
  if (has(area.vm_flags, vma::VM_LOCKED)) mm.locked_vm = mm.locked_vm + grow;

  // report
  so_far.because.push_back("vma.stack.grows");
  so_far.result = vma::Found<W>{addr};
  return so_far;
}

/// The area that holds an address, a stack after it has grown down to it. The result is Found with its start, or Refused.
/// 2.4.0: find_extend_vma.
template <Word W>
constexpr VmaStep<W> find_extend_vma(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr) {
  // find
  addr = addr & ~W(kernel.machine.page_size - 1);
  auto looked = find_vma<W>(std::move(so_far), addr);
  so_far = std::move(looked.so_far);
  if (!looked.area) return refused(std::move(so_far), vma::Refusal::no_area_above, "vma.stack.no_area_above");
  const vma::Area<W> area = vma::area_of(so_far.state.mm, *looked.area);
  if (area.vm_start <= addr)
    return succeeded<W>(std::move(so_far), vma::Found<W>{area.vm_start}, "vma.stack.found");

  // change
  so_far = expand_stack<W>(kernel, std::move(so_far), *looked.area, addr);
  if (was_refused(so_far) || !has(area.vm_flags, vma::VM_LOCKED)) return so_far;
  so_far.because.push_back("vma.stack.locked");
  return make_pages_present<W>(std::move(so_far), addr, area.vm_start);
}

}  // namespace refmm::model::inline REFMM_BUILD
