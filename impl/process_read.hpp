// pread: bytes of a file, copied from its page cache to the memory of a process. Part of impl/process.hpp.
//
// Source: sys_pread in fs/read_write.c, do_generic_file_read and file_read_actor in mm/filemap.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.read]: a page of which only some bytes could be copied is tried once more from there ([process.read.buffer]).
template <FaultTracer Tracer>
ProcessReturned<Address> ProcessMachine<Tracer>::pread(std::uint32_t pid, std::int32_t fd, Address addr,
                                                       Address len, Address offset) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  const auto* const open = files_.fget(fd);
  if (open == nullptr) return Refusal::descriptor_not_open;
  if ((open->f_mode & vma::FMODE_READ) == 0) return Refusal::descriptor_not_readable;
  if (process::is_negative(offset)) return Refusal::offset_negative;
  if (!is_user_range(addr, len)) return Refusal::buffer_outside_task;

  MemoryObject& file = *open->inode->i_mapping;
  std::optional<Refusal> refusal;
  Address done = 0;
  while (done != len && offset + done < file.i_size) {
    const Address at = offset + done;
    const auto page = memory_.page_to_read(file, at >> page_shift);
    if (page.pfn == 0) {
      refusal = page.had_frame ? Refusal::file_page_unreadable : Refusal::no_page_for_file;
      break;
    }
    const Address there = mutant("process.impl.read.reads_the_whole_page") ? page_size : file.i_size - at;
    const Copy copied = copy(*process, Way::to_user, addr + done, memory_.frames().frame(page.pfn),
                             offset_in_page(at), part_of(at, std::min(len - done, there)));
    memory_.put_page(page.pfn);
    done += copied.bytes;
    refusal = copied.refusal;
    if (copied.bytes == 0) break;
  }
  if (done == 0 && refusal) return *refusal;
  return done;
}

}  // namespace refmm::impl::inline REFMM_BUILD
