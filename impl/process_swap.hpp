// What the kernel does with memory that it wants back, and with its swap area. Part of impl/process.hpp.
//
// Source: swap_out_vma in mm/vmscan.c, sys_swapoff and sys_swapon in mm/swapfile.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.swap_out.not_mapped], [process.swap_out.locked]
template <FaultTracer Tracer>
ProcessReturned<std::uint32_t> ProcessMachine<Tracer>::swap_out(std::uint32_t pid, Address addr) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  const Area* const area = process->mm.find_vma(addr);
  if (area == nullptr || area->vm_start > addr || area->has(vma::VM_LOCKED)) return 0u;
  return memory_.try_to_swap_out(process->tables(), addr) ? 1u : 0u;
}

/// [process.swapoff], [process.swapoff.no_page], [process.swapoff.not_in_use]
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::swapoff() {
  if (!memory_.swap().is_in_use()) return Refusal::swap_not_in_use;
  const EndOfUse outcome = memory_.swapoff([&](auto visit) {
    for (Process* const process : processes_) {
      if (process == nullptr) continue;
      for (const Area& area : process->mm.areas()) visit(process->tables(), area);
    }
  });
  if (outcome == EndOfUse::no_page) return Refusal::no_room_for_slots;
  if (outcome == EndOfUse::unreadable) return Refusal::slot_unreadable;
  return {};
}

/// [process.swapon], [process.swapon.in_use], [process.swapon.no_area]
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::swapon() {
  if (memory_.swap().is_in_use()) return Refusal::swap_in_use;
  if (memory_.swap().pages() == 0) return Refusal::swap_not_in_use;
  memory_.swap().begin_use();
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
