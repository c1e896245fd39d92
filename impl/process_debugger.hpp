// A debugger reads and writes the memory of another process, or its own. Part of impl/process.hpp.
//
// Source: access_process_vm in kernel/ptrace.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.debugger.peek]
template <FaultTracer Tracer>
ProcessReturned<std::uint8_t> ProcessMachine<Tracer>::peek(std::uint32_t debugger, std::uint32_t pid,
                                                           Address addr) {
  const Reached reached = debug(debugger, pid, addr, false);
  if (reached.byte == nullptr) return reached.refusal;
  return static_cast<std::uint8_t>(*reached.byte);
}

/// [process.debugger.poke]
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::poke(std::uint32_t debugger, std::uint32_t pid, Address addr,
                                                   std::uint8_t byte) {
  const Reached reached = debug(debugger, pid, addr, true);
  if (reached.byte == nullptr) return reached.refusal;
  *reached.byte = std::byte{byte};
  return {};
}

/// The page is faulted in as often as needed, a stack after it has grown; what the area permits is looked at only before a write
/// ([process.debugger.not_permitted]). [process.debugger.no_area] [process.debugger.faults] [process.debugger.reserved_page]
/// [process.debugger.no_page]
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::debug(std::uint32_t debugger, std::uint32_t pid, Address addr, bool write)
    -> Reached {
  Process* const target = find(pid);
  if (find(debugger) == nullptr || target == nullptr) return {nullptr, Refusal::no_such_process};
  const auto found = target->mm.find_extend_vma(addr);
  if (!found) return {nullptr, Refusal::no_area};
  Area& area = **found;
  if (write && !area.has(vma::VM_WRITE)) return {nullptr, Refusal::not_permitted};

  constexpr Entry written = fault::PAGE_RW | fault::PAGE_DIRTY;
  for (;;) {
    const Entry* const pte = memory_.pte_offset(target->tables(), addr);
    const Entry entry = pte == nullptr ? 0 : *pte;
    if (pte_present(entry) && (!write || (entry & written) == written)) {
      const Pfn pfn = pfn_of(entry);
      if (memory_.frames().is_reserved(pfn) && (write || pfn != fault::ZERO_PAGE))
        return {nullptr, Refusal::reserved_page};
      return {memory_.frames().frame(pfn) + offset_in_page(addr), {}};
    }
    const fault::Handled handled = memory_.handle_mm_fault({target->tables(), pid == debugger}, area, addr, write);
    if (fault::is_handled(handled)) continue;
    return {nullptr, fault::is_sigbus(handled) ? Refusal::beyond_object : Refusal::no_page};
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
