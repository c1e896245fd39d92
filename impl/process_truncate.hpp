// A file gets another size; and is opened. Part of impl/process.hpp.
//
// Source: vmtruncate and vmtruncate_list in mm/memory.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
Returned<std::uint32_t> ProcessMachine<Tracer>::open(std::uint32_t file, std::uint32_t mode) {
  return files_.open(inodes_.at(file - 1)->name, mode);
}

/// [process.truncate.grows], [process.truncate.tail], [process.truncate.shrinks]: what a file grows by is zeros, also in the page that it
/// ended in ([defect.fault.growth]).
template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::truncate(std::uint32_t pid, std::uint32_t number, Address size) {
  Process* const caller = find(pid);
  if (caller == nullptr) return Refusal::no_such_process;
  Inode<Address>& inode = *inodes_.at(number - 1);
  MemoryObject& file = *inode.i_mapping;
  if (file.i_size < size) {
    file.disk.grow(static_cast<std::uint32_t>((std::uint64_t{size} + page_size - 1) >> page_shift));
    const Address before = std::exchange(file.i_size, size);
    if (offset_in_page(before) != 0) memory_.clear_tail(file, before >> page_shift, offset_in_page(before));
    return {};
  }
  file.i_size = size;
  memory_.truncate_inode_pages(file, file.pages(), offset_in_page(size));
  truncate_mappings(*caller, file, inode.i_mmap);
  truncate_mappings(*caller, file, inode.i_mmap_shared);
  file.disk.clear_from(size);
  return {};
}

/// [process.truncate.mappings]: every mapping loses what it showed behind the new end, private copies as well, in the order of the list.
/// It is the list that leads to them, whoever's they are.
template <FaultTracer Tracer>
void ProcessMachine<Tracer>::truncate_mappings(Process& caller, const MemoryObject& file,
                                               ShareList<Address>& mappings) {
  const std::uint32_t end = file.pages();
  for (Area& area : mappings) {
    const std::uint32_t skipped = area.vm_pgoff >= end ? 0 : end - area.vm_pgoff;
    if (skipped >= (area.vm_end - area.vm_start) >> page_shift) continue;
    memory_.zap_page_range({*area.vm_mm, area.vm_mm == &caller.tables()}, area.vm_start + (skipped << page_shift),
                           area.vm_end);
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
