// What the kernel does with memory that it wants back, and with its swap area.
//
// Follows swap_out_vma in mm/vmscan.c, try_to_unuse, sys_swapoff and sys_swapon in mm/swapfile.c.
#pragma once

#include <refmm/model/fault_reclaim.hpp>
#include <refmm/model/fault_swapoff.hpp>
#include <refmm/model/process_step.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Unmaps a page of a process if it can be had back; locked areas are passed over. The result is Pages: 0 or 1; or Refused.
///
template <Word W>
constexpr ProcessStep<W> swap_out(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far,
                                  const process::SwapOut<W>& call) {
  if (!process::exists(so_far.state, call.pid))
    return refused(std::move(so_far), process::Refusal::no_such_process, "process.no_such_process");
  const vma::Mm<W>& mm = process_of(so_far.state, call.pid).mm;
  const AreaId area = found_along_list(mm, call.addr).first;
  if (!area || vma::area_of(mm, *area).vm_start > call.addr)
    return succeeded<W>(std::move(so_far), process::Pages<W>{W(0u)}, "process.swap_out.not_mapped");
  if (has(vma::area_of(mm, *area).vm_flags, vma::VM_LOCKED) && !mutant("process.swap_out.takes_locked_pages"))
    return succeeded<W>(std::move(so_far), process::Pages<W>{W(0u)}, "process.swap_out.locked");
  const auto place = pte_offset(kernel.machine(), so_far.state.memory, call.pid, call.addr);
  auto out = try_to_swap_out(kernel.machine(), pages_taken(so_far), call.pid, place);
  so_far = pages_returned(std::move(so_far), std::move(out.so_far));
  so_far.result = process::Pages<W>{W(out.unmapped ? 1u : 0u)};
  return so_far;
}

/// Frees every page that only its cache has, in the order of their frames. The result is Pages. [process.reclaim]
template <Word W>
constexpr ProcessStep<W> reclaim(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far) {
  W freed = 0u;
  for (W pfn = 1u; pfn <= so_far.state.memory.ram_pages; pfn = pfn + 1u) {
    auto reclaimed = page_reclaimed(kernel, pages_taken(so_far), pfn);
    so_far = pages_returned(std::move(so_far), std::move(reclaimed.so_far));
    if (reclaimed.freed) freed = freed + 1u;
  }
  return succeeded<W>(std::move(so_far), process::Pages<W>{freed}, "process.reclaim");
}

/// Brings the page of a slot into memory and gives it to everybody who holds the slot. 2.4.0: one turn of try_to_unuse.
template <Word W>
struct Unused {
  ProcessStep<W> so_far;
  std::optional<process::Refusal> refusal;
};

template <Word W>
constexpr Unused<W> slot_unused(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W slot) {
  auto read = read_swap_cache(swap_duplicate(pages_taken(so_far), slot), slot);
  so_far = pages_returned(std::move(so_far), std::move(read.so_far));
  const auto slot_given_up = [&](auto pages) { return swap_free(std::move(pages), slot); };
  if (!read.pfn) {
    so_far = with_pages(cited(std::move(so_far), "process.swapoff.no_page"), slot_given_up);
    return {std::move(so_far), process::Refusal::no_room_for_slots};
  }
  const W pfn = *read.pfn;
  if (!is_uptodate(so_far.state.memory, pfn)) {
    if (kernel.corrected.swap_read_error) {
      so_far = with_pages(std::move(so_far), [&](auto pages) {
        return swap_free(unread_page_forgotten(std::move(pages), pfn), slot);
      });
      return {cited(std::move(so_far), "process.swapoff.unreadable"), process::Refusal::slot_unreadable};
    }
    so_far = cited(std::move(so_far), "defect.fault.swap_read_error");
  }
  so_far =
      with_pages(std::move(so_far), [&](auto pages) { return delete_from_swap_cache(std::move(pages), pfn); });
  const auto processes = so_far.state.processes;
  for (const process::Process<W>& process : processes) {
    for (const vma::Area<W>& area : process.mm.areas) {
      const Mapping<W> mapping = mapping_of(so_far.state, process.pid, area.id);
      so_far = with_pages(std::move(so_far), [&](auto pages) {
        return unuse_area(kernel.machine(), std::move(pages), process.pid, mapping, slot, pfn);
      });
    }
  }
  so_far = with_pages(std::move(so_far), [&](auto pages) {
    return swap_free(put_page(shmem_unuse(std::move(pages), slot, pfn), pfn), slot);
  });
  return {std::move(so_far), std::nullopt};
}

/// Ends the use of the swap area, once the pages of all slots are in memory, in the order of the slots. The result is Success, or
/// Refused; then the area stays in use, with fewer slots taken. 2.4.0: sys_swapoff. [process.swapoff]
template <Word W>
constexpr ProcessStep<W> swapoff(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far) {
  if (!so_far.state.memory.swap.in_use)
    return refused(std::move(so_far), process::Refusal::swap_not_in_use, "process.swapoff.not_in_use");
  while (!so_far.state.memory.swap.swap_map.written.empty()) {
    const W slot = so_far.state.memory.swap.swap_map.written.front().first;
    auto unused = slot_unused(kernel, std::move(so_far), slot);
    so_far = std::move(unused.so_far);
    if (unused.refusal) {
      so_far.result = process::Refused{*unused.refusal};
      return so_far;
    }
    so_far.state.memory.swap.swap_map = updated(std::move(so_far.state.memory.swap.swap_map), slot, W(0u));
  }
  so_far.state.memory.swap.in_use = false;
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.swapoff");
}

/// The swap area is in use again, empty. The result is Success, or Refused. 2.4.0: sys_swapon. [process.swapon]
template <Word W>
constexpr ProcessStep<W> swapon(ProcessStep<W> so_far) {
  fault::SwapArea<W>& area = so_far.state.memory.swap;
  if (area.in_use) return refused(std::move(so_far), process::Refusal::swap_in_use, "process.swapon.in_use");
  if (area.pages == 0u)
    return refused(std::move(so_far), process::Refusal::swap_not_in_use, "process.swapon.no_area");
  area.in_use = true;
  area.cluster_nr = area.cluster_next = W(0u);
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.swapon");
}

}  // namespace refmm::model::inline REFMM_BUILD
