// Memory of a process held for direct input or output. Part of impl/process.hpp.
//
// Each page that is held has one reference more. Source: map_user_kiobuf and unmap_kiobuf in mm/memory.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.kiobuf.unmap]
template <FaultTracer Tracer>
void ProcessMachine<Tracer>::unmap_kiobuf() {
  for (const Pfn pfn : iobuf_) memory_.put_page(pfn);
  iobuf_.clear();
}

/// [process.kiobuf.map], [process.kiobuf.in_use]: faulted in page by page, for writing if it will be written; what was held is given
/// back if one cannot be had.
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::map_kiobuf(std::uint32_t pid, process::Direction rw, Address addr,
                                                         Address len) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  if (!iobuf_.empty()) return Refusal::iobuf_in_use;
  const bool write = rw == process::Direction::READ;
  const Address end = page_align(addr + len);
  if (page_of(addr) < end) iobuf_.reserve((end - page_of(addr)) >> page_shift);
  for (Address page = page_of(addr); page < end; page += page_size) {
    const auto refusal = hold_page(*process, page, write);
    if (!refusal) continue;
    unmap_kiobuf();
    return *refusal;
  }
  return {};
}

/// [process.kiobuf.not_mapped], [process.kiobuf.not_permitted], [process.kiobuf.no_page]: a stack is held after it has grown. The zero page
/// needs no reference ([defect.fault.zero_page]).
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::hold_page(Process& process, Address addr, bool write) -> std::optional<Refusal> {
  Area* const area = process.mm.find_vma(addr);
  if (area == nullptr) return Refusal::not_mapped;
  if (area->vm_start > addr && !process.mm.expand_stack(area, addr)) return Refusal::not_mapped;
  if ((write && !area->has(vma::VM_WRITE)) || !area->has(vma::VM_READ)) return Refusal::not_permitted_io;
  const fault::Handled handled = memory_.handle_mm_fault({process.tables(), true}, *area, addr, write);
  if (!fault::is_handled(handled)) return Refusal::not_mapped;
  const Pfn pfn = pfn_of(*memory_.pte_offset(process.tables(), addr));
  if (memory_.frames().is_reserved(pfn)) return std::nullopt;
  memory_.get_page(pfn);
  iobuf_.push_back(pfn);
  return std::nullopt;
}

}  // namespace refmm::impl::inline REFMM_BUILD
