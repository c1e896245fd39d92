// Memory of a process held for direct input or output.
//
// Each page that is held has one reference more. As built, a reference to the zero page is taken and never given back:
// [defect.fault.zero_page]. Follows map_user_kiobuf and unmap_kiobuf in mm/memory.c.
#pragma once

#include <refmm/model/process_access.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The references of what is held are given back. The result is Nothing. 2.4.0: unmap_kiobuf.
template <Word W>
constexpr ProcessStep<W> unmap_kiobuf(ProcessStep<W> so_far) {
  const auto held = std::exchange(so_far.state.iobuf, {});
  so_far = with_pages(std::move(so_far), [&](auto pages) {
    for (const W pfn : held) pages = put_page(std::move(pages), pfn);
    return pages;
  });
  return succeeded<W>(std::move(so_far), vma::Nothing{}, "process.kiobuf.unmap");
}

/// The area of a page to be held, a stack after it has grown: which it is, or why there is none.
template <Word W>
struct HoldableArea {
  ProcessStep<W> so_far;
  AreaId area;
  std::optional<process::Refusal> refusal;
};

template <Word W>
constexpr HoldableArea<W> area_to_hold(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W addr,
                                       bool write) {
  const AreaId area = looked_up(so_far.state, pid, addr);
  if (!area) return {cited(std::move(so_far), "process.kiobuf.not_mapped"), area, process::Refusal::not_mapped};
  if (vma::area_of(process_of(so_far.state, pid).mm, *area).vm_start > addr) {
    auto grown = expand_stack<W>(kernel.areas, areas_of(so_far.state, pid), *area, addr);
    const bool refused = was_refused(grown);
    so_far = with_areas(std::move(so_far), pid, std::move(grown));
    if (refused)
      return {cited(std::move(so_far), "process.kiobuf.not_mapped"), area, process::Refusal::not_mapped};
  }
  const W vm_flags = vma::area_of(process_of(so_far.state, pid).mm, *area).vm_flags;
  if ((write && !has(vm_flags, vma::VM_WRITE)) || !has(vm_flags, vma::VM_READ))
    return {cited(std::move(so_far), "process.kiobuf.not_permitted"), area, process::Refusal::not_permitted_io};
  return {std::move(so_far), area, std::nullopt};
}

/// Faults a range in page by page, for writing if it will be written, and holds it; what was held is given back if one cannot be
/// had. The result is Success, or Refused. 2.4.0: map_user_kiobuf.
template <Word W>
constexpr ProcessStep<W> map_kiobuf(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                    const process::MapKiobuf<W>& call) {
  const MachineOf<W>& machine = kernel.machine();
  if (!so_far.state.iobuf.empty())
    return refused(std::move(so_far), process::Refusal::iobuf_in_use, "process.kiobuf.in_use");
  const bool write = call.rw == process::Direction::READ;
  const W end = page_align<W>(machine, call.addr + call.len);
  const auto given_up = [](ProcessStep<W> step, process::Refusal refusal) {
    if (!mutant("process.kiobuf.keeps_what_it_held")) step = unmap_kiobuf(std::move(step));
    step.result = process::Refused{refusal};
    return step;
  };
  for (W addr = page_of<W>(machine, call.addr); addr < end; addr = addr + W(machine.page_size)) {
    auto holdable = area_to_hold(kernel, std::move(so_far), pid, addr, write);
    so_far = std::move(holdable.so_far);
    if (holdable.refusal) return given_up(std::move(so_far), *holdable.refusal);
    const Mapping<W> mapping = mapping_of(so_far.state, pid, *holdable.area);
    auto done = handle_mm_fault(kernel, pages_taken(so_far), {pid, true}, mapping, addr, write);
    so_far = pages_returned(std::move(so_far), std::move(done.so_far));
    if (!is_handled(done.handled))
      return given_up(cited(std::move(so_far), "process.kiobuf.no_page"), process::Refusal::not_mapped);
    const W pfn = pfn_of<W>(machine, pte_of(machine, so_far.state.memory, pid, addr));
    if (is_reserved(so_far.state.memory, pfn)) {
      if (kernel.corrected.zero_page) continue;
      so_far = cited(std::move(so_far), "defect.fault.zero_page");
    }
    if (!mutant("process.kiobuf.takes_no_reference"))
      so_far = with_pages(std::move(so_far), [&](auto pages) { return get_page(std::move(pages), pfn); });
    so_far.state.iobuf.push_back(pfn);
  }
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.kiobuf.map");
}

}  // namespace refmm::model::inline REFMM_BUILD
