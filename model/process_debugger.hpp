// A debugger reads and writes the memory of another process, or its own.
//
// Follows access_process_vm in kernel/ptrace.c.
#pragma once

#include <refmm/model/process_access.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Who looks, and at whom.
template <Word W>
struct Debugging {
  W debugger, target;
  bool write;
};

/// A byte that can be accessed is in this frame; or why there is none.
template <Word W>
struct Reached {
  ProcessStep<W> so_far;
  std::optional<W> pfn;
  std::optional<process::Refusal> refusal;
};

/// Finds the area of an address, a stack after it has grown. The new pages of a locked stack are faulted in, as built in the address space
/// of the debugger: [defect.fault.debugger_stack]. The result is Success or Refused. 2.4.0: find_extend_vma.
template <Word W>
constexpr ProcessStep<W> area_found(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far,
                                    const Debugging<W>& who, W addr) {
  VmaStep<W> found = find_extend_vma<W>(kernel.areas, areas_of(so_far.state, who.target), addr);
  const bool refused = was_refused(found);
  const auto effects = found.effects;
  so_far = with_areas(std::move(so_far), who.target, std::move(found));
  if (refused) return model::refused(std::move(so_far), process::Refusal::no_area, "process.debugger.no_area");
  so_far.result = vma::Success{};
  if (effects.empty()) return so_far;
  const bool astray = who.debugger != who.target && !kernel.corrected.debugger_stack;
  if (astray) so_far = cited(std::move(so_far), "defect.fault.debugger_stack");
  if (astray && !found_along_list(process_of(so_far.state, who.debugger).mm, addr).first) {
    so_far.result = process::Refused{process::Refusal::debugger_without_area};
    return so_far;
  }
  return carried_out(Carrying<W>{kernel, astray ? who.debugger : who.target, true}, std::move(so_far), effects);
}

/// True if an entry lets a debugger do what it wants: what it writes must be writable, and dirty.
template <Word W>
constexpr bool serves_debugger(W entry, bool write) {
  if (mutant("process.debugger.writes_through")) return pte_present(entry);
  return pte_present(entry) && (!write || (has(entry, fault::PAGE_RW) && has(entry, fault::PAGE_DIRTY)));
}

/// The page is faulted in as often as needed; what the area permits is not looked at. As built, a page that was made writable for the
/// debugger is writable for the process: [defect.fault.debugger_write]. 2.4.0: access_one_page. [process.debugger.faults]
template <Word W>
constexpr Reached<W> page_reached(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, const Debugging<W>& who,
                                  W addr) {
  const MachineOf<W>& machine = kernel.machine();
  const AreaId area = looked_up(so_far.state, who.target, addr);
  const Mapping<W> mapping = mapping_of(so_far.state, who.target, *area);
  for (;;) {
    const W entry = pte_of(machine, so_far.state.memory, who.target, addr);
    if (serves_debugger(entry, who.write)) {
      const W pfn = pfn_of<W>(machine, entry);
      if (is_reserved(so_far.state.memory, pfn) && (who.write || pfn != W(fault::ZERO_PAGE)))
        return {cited(std::move(so_far), "process.debugger.reserved_page"), std::nullopt,
                process::Refusal::reserved_page};
      return {std::move(so_far), pfn, std::nullopt};
    }
    auto done = handle_mm_fault(kernel, pages_taken(so_far), {who.target, who.target == who.debugger}, mapping,
                                addr, who.write);
    so_far = pages_returned(std::move(so_far), std::move(done.so_far));
    so_far = cited(std::move(so_far), "process.debugger.faults");
    if (is_handled(done.handled)) continue;
    return {cited(std::move(so_far), "process.debugger.no_page"), std::nullopt,
            is_sigbus(done.handled) ? process::Refusal::beyond_object : process::Refusal::no_page};
  }
}

/// True if the area lets the process write: only then may a debugger's write leave it a writable entry.
template <Word W>
constexpr bool may_write(const process::State<W>& state, W pid, W addr) {
  const vma::Mm<W>& mm = process::process_of(state, pid).mm;
  const AreaId area = found_along_list(mm, addr).first;
  return area && has(vma::area_of(mm, *area).vm_flags, vma::VM_WRITE);
}

/// The result is Byte, or Refused. 2.4.0: access_process_vm.
template <Word W>
constexpr ProcessStep<W> peek(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W debugger,
                              const process::Peek<W>& call) {
  if (!process::exists(so_far.state, call.pid))
    return refused(std::move(so_far), process::Refusal::no_such_process, "process.no_such_process");
  const Debugging<W> who{debugger, call.pid, false};
  so_far = area_found(kernel, std::move(so_far), who, call.addr);
  if (std::holds_alternative<process::Refused>(so_far.result)) return so_far;
  auto reached = page_reached(kernel, std::move(so_far), who, call.addr);
  if (reached.refusal) {
    reached.so_far.result = process::Refused{*reached.refusal};
    return std::move(reached.so_far);
  }
  const W byte = byte_at(kernel.machine(), reached.so_far.state.memory, *reached.pfn, call.addr);
  return succeeded<W>(std::move(reached.so_far), process::Byte<W>{byte}, "process.debugger.peek");
}

/// The result is Success, or Refused. 2.4.0: access_process_vm.
template <Word W>
constexpr ProcessStep<W> poke(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W debugger,
                              const process::Poke<W>& call) {
  if (!process::exists(so_far.state, call.pid))
    return refused(std::move(so_far), process::Refusal::no_such_process, "process.no_such_process");
  const Debugging<W> who{debugger, call.pid, true};
  so_far = area_found(kernel, std::move(so_far), who, call.addr);
  if (std::holds_alternative<process::Refused>(so_far.result)) return so_far;
  if (!may_write(so_far.state, call.pid, call.addr)) {
    if (kernel.corrected.debugger_write)
      return refused(std::move(so_far), process::Refusal::not_permitted, "process.debugger.not_permitted");
    so_far = cited(std::move(so_far), "defect.fault.debugger_write");
  }
  auto reached = page_reached(kernel, std::move(so_far), who, call.addr);
  if (reached.refusal) {
    reached.so_far.result = process::Refused{*reached.refusal};
    return std::move(reached.so_far);
  }
  so_far = byte_written(kernel.machine(), std::move(reached.so_far), *reached.pfn, call.addr, call.byte);
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.debugger.poke");
}

}  // namespace refmm::model::inline REFMM_BUILD
