// Bytes read and written: by the processor for a process, and by the kernel for it. Part of impl/process.hpp.
//
// An access that does not go through raises a fault, and is tried again when the fault was handled. Source: do_page_fault in
// arch/i386/mm/fault.c, get_user and put_user in arch/i386/lib/getuser.S of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.load], [process.get_user]
template <FaultTracer Tracer>
ProcessReturned<std::uint8_t> ProcessMachine<Tracer>::read(std::uint32_t pid, Address addr, bool user) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  if (!user && addr >= machine_.task_size) return Refusal::kernel_address;
  const Reached reached = access(*process, addr, {.user = user, .write = false, .wp = true});
  if (reached.byte == nullptr) return reached.refusal;
  return static_cast<std::uint8_t>(*reached.byte);
}

/// [process.store], [process.put_user]
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::write(std::uint32_t pid, Address addr, std::uint8_t byte,
                                                    bool user) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  if (!user && addr >= machine_.task_size) return Refusal::kernel_address;
  const Reached reached = access(*process, addr, {.user = user, .write = true, .wp = true});
  if (reached.byte == nullptr) return reached.refusal;
  *reached.byte = std::byte{byte};
  return {};
}

/// What lies above the task is there, but not for user mode.
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::access(Process& process, Address addr, const paging::Access& access) -> Reached {
  Processor<typename PagedMemory<Tracer>::Frames>& cpu = memory_.cpu();
  cpu.load_cr3(process.tables().pgd);
  for (;;) {
    std::uint32_t error_code = paging::FAULT_PROTECTION | paging::FAULT_USER;
    if (access.write) error_code |= paging::FAULT_WRITE;
    if (addr < machine_.task_size) [[likely]] {
      const Accessed accessed = cpu.access(addr, access);
      if (accessed.translated) [[likely]]
        return {memory_.frames().at(accessed.phys), {}};
      error_code = accessed.error_code;
    }
    if (const auto refusal = do_page_fault(process, addr, access, error_code)) return {nullptr, *refusal};
  }
}

// ---- The fault ----------------------------------------------------------------------------------------------------

/// True if an area permits the access that faulted. What is there and is read never faults but where nothing is permitted; what may be
/// written may be read ([process.fault.write_only]).
inline bool permits_access(const VmArea<Address>& area, bool protection, bool write) {
  if (write) return area.has(vma::VM_WRITE);
  return !protection && area.has(vma::VM_ACCESS);
}

/// Nothing if the access is to be tried again.
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::do_page_fault(Process& process, Address addr, const paging::Access& access,
                                           std::uint32_t error_code) -> std::optional<Refusal> {
  using enum fault::SignalCode;
  tracer_.record(fault::PageFault<Address>{addr, error_code});
  if (addr >= machine_.task_size) return bad_area(access, addr, never_set, Refusal::kernel_address);
  Area* const area = process.mm.find_vma(addr);
  if (area == nullptr || area->vm_start > addr) {
    if (const auto refusal = grow_stack(process, area, addr, access)) return refusal;
  }
  if (!permits_access(*area, (error_code & paging::FAULT_PROTECTION) != 0, access.write))
    return bad_area(access, addr, segv_accerr, Refusal::not_permitted);

  switch (const fault::Handled handled =
              memory_.handle_mm_fault({process.tables(), true}, *area, addr, access.write)) {
    case fault::Handled::minor:
      ++process.min_flt;
      tracer_.record(fault::MinorFault{});
      return std::nullopt;
    case fault::Handled::major:
      ++(mutant("process.impl.fault.counts_as_minor") ? process.min_flt : process.maj_flt);
      tracer_.record(fault::MajorFault{});
      return std::nullopt;
    default:
      return page_missing(process, access, addr, handled);
  }
}

/// [process.fault.no_area], [process.stack.*]: nothing that the kernel knows of can be at the address. A stack may have been meant: it
/// grows, for the process itself only as far as 32 bytes below its stack pointer.
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::grow_stack(Process& process, Area* above, Address addr, const paging::Access& access)
    -> std::optional<Refusal> {
  using enum fault::SignalCode;
  if (above == nullptr || !above->has(vma::VM_GROWSDOWN))
    return bad_area(access, addr, segv_maperr, Refusal::no_area);
  constexpr Address pusha_bytes = 32;  // the most that an instruction pushes before it moves the stack pointer
  if (access.user && addr + pusha_bytes < process.esp)
    return bad_area(access, addr, segv_maperr, Refusal::below_stack_pointer);
  if (!process.mm.expand_stack(above, page_of(addr)))
    return bad_area(access, addr, segv_maperr, Refusal::stack_limit);
  return std::nullopt;
}

/// [process.fault.signal], [process.fault.fixup]: the process gets a signal; in kernel mode the kernel gives up its copy instead.
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::bad_area(const paging::Access& access, Address addr, fault::SignalCode code,
                                      Refusal refusal) -> Refusal {
  if (access.user)
    tracer_.record(fault::ForceSig<Address>{fault::Signal::sigsegv, code, addr});
  else
    tracer_.record(fault::Fixup{});
  return refusal;
}

/// [process.fault.sigbus], [process.fault.out_of_memory]: the end of the object is a signal, also where the kernel reads; no memory is
/// the end of the process, in user mode.
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::page_missing(Process& process, const paging::Access& access, Address addr,
                                          fault::Handled handled) -> Refusal {
  if (fault::is_sigbus(handled)) {
    tracer_.record(fault::ForceSig<Address>{fault::Signal::sigbus, fault::SignalCode::bus_adrerr, addr});
    if (!access.user) tracer_.record(fault::Fixup{});
    return handled == fault::Handled::beyond_object ? Refusal::beyond_object : Refusal::not_readable;
  }
  const Refusal refusal = handled == fault::Handled::no_page_table ? Refusal::no_page_table : Refusal::no_page;
  if (!access.user) {
    tracer_.record(fault::Fixup{});
    return refusal;
  }
  tracer_.record(fault::DoExit{});
  if (!settings_.survive) destroy(process);
  return refusal;
}

}  // namespace refmm::impl::inline REFMM_BUILD
