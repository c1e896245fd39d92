// Bytes read and written: by the processor for a process, and by the kernel for it.
//
// An access that does not go through raises a fault, and is tried again when the fault was handled. Follows do_page_fault in
// arch/i386/mm/fault.c, get_user and put_user in arch/i386/lib/getuser.S.
#pragma once

#include <refmm/model/fault_permission.hpp>
#include <refmm/model/process_exit.hpp>
#include <refmm/model/vma_stack.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- The processor ------------------------------------------------------------------------------------------------

/// What the processor makes of an address of a process: a frame, or a fault with its error code. What lies above the task is there, but
/// not for user mode.
template <Word W>
constexpr Walked<W> translated(const MachineOf<W>& machine, const fault::Memory<W>& memory, W pid, W addr,
                               const paging::Access& access) {
  if (addr >= W(machine.task_size)) return page_fault(true, access);
  const auto table_in = [&](W pfn) { return lookup(memory.tables, pfn); };
  return walk<W>(machine, lookup(memory.pgds, pid), table_in, addr, access).value;
}

/// The entry of an address after an access through it.
template <Word W>
constexpr PageStep<W> entry_marked(const MachineOf<W>& machine, PageStep<W> so_far, W pid, W addr,
                                   const paging::Access& access) {
  const auto place = pte_offset(machine, so_far.memory, pid, addr);
  const W entry = pte_at(so_far.memory, place);
  paging::Access marks = access;
  if (mutant("process.store.leaves_it_clean")) marks.write = false;
  return set_pte(std::move(so_far), place, marked<W>(entry, true, marks));
}

// ---- The fault ----------------------------------------------------------------------------------------------------

/// What became of a fault; it was handled if there is no refusal.
template <Word W>
struct FaultAnswer {
  ProcessStep<W> so_far;
  std::optional<process::Refusal> refusal;
};

/// The kernel gives up the copy that faulted. 2.4.0: search_exception_table.
template <Word W>
constexpr ProcessStep<W> fixed_up(ProcessStep<W> so_far) {
  so_far.effects.push_back(fault::Fixup{});
  return cited(std::move(so_far), "process.fault.fixup");
}

/// The process gets a signal; in kernel mode the kernel gives up its copy instead. 2.4.0: bad_area.
template <Word W>
constexpr FaultAnswer<W> bad_area(ProcessStep<W> so_far, const paging::Access& access, W addr,
                                  fault::SignalCode code, process::Refusal refusal, ClauseRef clause) {
  so_far = cited(std::move(so_far), clause);
  if (access.user) {
    so_far = cited(std::move(so_far), "process.fault.signal");
    so_far.effects.push_back(fault::ForceSig<W>{fault::Signal::sigsegv, code, addr});
  } else {
    so_far = fixed_up(std::move(so_far));
  }
  return {std::move(so_far), refusal};
}

/// Nothing that the kernel knows of can be at the address. A stack may have been meant: it grows, for the process itself only as far as
/// 32 bytes below its stack pointer. [process.stack.*]
template <Word W>
constexpr FaultAnswer<W> stack_grown(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, AreaId above,
                                     W addr, const paging::Access& access) {
  using enum fault::SignalCode;
  const process::Process<W>& process = process_of(so_far.state, pid);

  // refuse
  if (!above || !has(vma::area_of(process.mm, *above).vm_flags, vma::VM_GROWSDOWN))
    return bad_area(std::move(so_far), access, addr, segv_maperr, process::Refusal::no_area,
                    "process.fault.no_area");
  constexpr std::uint32_t pusha_bytes =
      32;  // the most that an instruction pushes before it moves the stack pointer
  const W allowed = mutant("process.stack.one_byte_less") ? W(pusha_bytes - 1) : W(pusha_bytes);
  const bool heeds_pointer = access.user || mutant("process.stack.stops_the_kernel");
  if (heeds_pointer && addr + allowed < process.esp)
    return bad_area(std::move(so_far), access, addr, segv_maperr, process::Refusal::below_stack_pointer,
                    "process.stack.below_pointer");
  const W page = addr & ~W(kernel.machine().page_size - 1);
  auto grown = expand_stack<W>(kernel.areas, areas_of(so_far.state, pid), *above, page);
  if (was_refused(grown)) {
    so_far.because.insert(so_far.because.end(), grown.because.begin(), grown.because.end());
    return bad_area(std::move(so_far), access, addr, segv_maperr, process::Refusal::stack_limit,
                    "process.stack.limit");
  }

  // change
  return {cited(with_areas(std::move(so_far), pid, std::move(grown)), "process.stack.grows"), std::nullopt};
}

/// A fault on a page that cannot be had is counted nowhere. The end of the object is a signal, also where the kernel reads; no memory is
/// the end of the process, in user mode. 2.4.0: do_sigbus, out_of_memory. [process.fault.sigbus] [process.fault.out_of_memory]
template <Word W>
constexpr FaultAnswer<W> page_missing(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid,
                                      const paging::Access& access, W addr, fault::Handled handled) {
  using enum fault::Handled;
  if (handled == window_without_file) return {std::move(so_far), process::Refusal::window_without_file};
  if (is_sigbus(handled)) {
    so_far = cited(std::move(so_far), "process.fault.sigbus");
    so_far.effects.push_back(fault::ForceSig<W>{fault::Signal::sigbus, fault::SignalCode::bus_adrerr, addr});
    if (!access.user) so_far = fixed_up(std::move(so_far));
    return {std::move(so_far),
            handled == beyond_object ? process::Refusal::beyond_object : process::Refusal::not_readable};
  }
  so_far = cited(std::move(so_far), "process.fault.out_of_memory");
  const auto refusal = handled == no_page_table ? process::Refusal::no_page_table : process::Refusal::no_page;
  if (!access.user) return {fixed_up(std::move(so_far)), refusal};
  so_far.effects.push_back(fault::DoExit{});
  if (!so_far.state.settings.survive) so_far = process_gone(kernel, std::move(so_far), pid);
  return {std::move(so_far), refusal};
}

/// 2.4.0: do_page_fault.
template <Word W>
constexpr FaultAnswer<W> do_page_fault(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W addr,
                                       const paging::Access& access, std::uint32_t error_code) {
  using enum fault::SignalCode;
  so_far.effects.push_back(fault::PageFault<W>{addr, error_code});

  // find
  if (addr >= W(kernel.machine().task_size))
    return bad_area(std::move(so_far), access, addr, never_set, process::Refusal::kernel_address,
                    "process.fault.kernel_address");
  const AreaId found = looked_up(so_far.state, pid, addr);
  if (!found || vma::area_of(process_of(so_far.state, pid).mm, *found).vm_start > addr) {
    auto grown = stack_grown(kernel, std::move(so_far), pid, found, addr, access);
    if (grown.refusal) return grown;
    so_far = std::move(grown.so_far);
  }

  // refuse
  const Mapping<W> mapping = mapping_of(so_far.state, pid, *found);
  const bool protection = error_code & paging::FAULT_PROTECTION;
  const auto permitted = is_permitted_access(kernel.corrected, mapping.area.vm_flags, protection, access.write);
  for (const ClauseRef clause : permitted.because) so_far = cited(std::move(so_far), clause);
  if (!permitted.value)
    return bad_area(std::move(so_far), access, addr, segv_accerr, process::Refusal::not_permitted,
                    "process.fault.not_permitted");

  // change
  auto done = handle_mm_fault(kernel, pages_taken(so_far), {pid, true}, mapping, addr, access.write);
  so_far = pages_returned(std::move(so_far), std::move(done.so_far));
  if (!is_handled(done.handled)) return page_missing(kernel, std::move(so_far), pid, access, addr, done.handled);
  process::Process<W>& process = process_of(so_far.state, pid);
  if (done.handled == fault::Handled::minor) {
    process.min_flt = process.min_flt + 1u;
    so_far.effects.push_back(fault::MinorFault{});
    return {cited(std::move(so_far), "process.fault.minor"), std::nullopt};
  }
  process.maj_flt = process.maj_flt + 1u;
  so_far.effects.push_back(fault::MajorFault{});
  return {cited(std::move(so_far), "process.fault.major"), std::nullopt};
}

// ---- The access ---------------------------------------------------------------------------------------------------

/// An access that has gone through, to a frame; or why it has not.
template <Word W>
struct Accessed {
  ProcessStep<W> so_far;
  std::optional<W> pfn;
  std::optional<process::Refusal> refusal;
};

/// Accesses an address until it goes through or a fault is not handled.
template <Word W>
constexpr Accessed<W> accessed(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W addr,
                               const paging::Access& access) {
  const MachineOf<W>& machine = kernel.machine();
  for (;;) {
    const auto walked = translated(machine, so_far.state.memory, pid, addr, access);
    if (const auto* translation = std::get_if<paging::Translation<W>>(&walked)) {
      const W pfn = pages_in<W>(machine, translation->phys);
      so_far = with_pages(std::move(so_far),
                          [&](auto pages) { return entry_marked(machine, std::move(pages), pid, addr, access); });
      return {std::move(so_far), pfn, std::nullopt};
    }
    auto answer = do_page_fault(kernel, std::move(so_far), pid, addr, access,
                                std::get<paging::PageFault>(walked).error_code);
    if (answer.refusal) return {std::move(answer.so_far), std::nullopt, answer.refusal};
    so_far = std::move(answer.so_far);
  }
}

template <Word W>
constexpr W byte_at(const MachineOf<W>& machine, const fault::Memory<W>& memory, W pfn, W addr) {
  return lookup(lookup(memory.contents, pfn), offset_in_page<W>(machine, addr));
}

template <Word W>
constexpr ProcessStep<W> byte_written(const MachineOf<W>& machine, ProcessStep<W> so_far, W pfn, W addr, W byte) {
  so_far.state.memory = byte_written(std::move(so_far.state.memory), pfn, offset_in_page<W>(machine, addr), byte);
  return so_far;
}

/// Reads a byte: in user mode, or in kernel mode for the process, which never reaches above the task. The result is Byte, or
/// Refused. [process.load] [process.get_user]
template <Word W>
constexpr ProcessStep<W> load(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W addr, bool user) {
  if (!user && addr >= W(kernel.machine().task_size))
    return refused(std::move(so_far), process::Refusal::kernel_address, "process.get_user.kernel_address");
  auto read = accessed(kernel, std::move(so_far), pid, addr, {.user = user, .write = false, .wp = true});
  if (read.refusal) {
    read.so_far.result = process::Refused{*read.refusal};
    return std::move(read.so_far);
  }
  const W byte = byte_at(kernel.machine(), read.so_far.state.memory, *read.pfn, addr);
  return succeeded<W>(std::move(read.so_far), process::Byte<W>{byte},
                      user ? ClauseRef("process.load") : ClauseRef("process.get_user"));
}

/// Writes a byte, likewise. The result is Stored or Success, or Refused. [process.store] [process.put_user]
template <Word W>
constexpr ProcessStep<W> store(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, W addr, W byte,
                               bool user) {
  if (!user && addr >= W(kernel.machine().task_size))
    return refused(std::move(so_far), process::Refusal::kernel_address, "process.get_user.kernel_address");
  auto written = accessed(kernel, std::move(so_far), pid, addr, {.user = user, .write = true, .wp = true});
  if (written.refusal) {
    written.so_far.result = process::Refused{*written.refusal};
    return std::move(written.so_far);
  }
  so_far = byte_written(kernel.machine(), std::move(written.so_far), *written.pfn, addr, byte);
  if (user) return succeeded<W>(std::move(so_far), process::Stored{}, "process.store");
  return succeeded<W>(std::move(so_far), vma::Success{}, "process.put_user");
}

}  // namespace refmm::model::inline REFMM_BUILD
