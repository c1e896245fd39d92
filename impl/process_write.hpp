// pwrite: bytes of the memory of a process, copied to the page cache of a file. Part of impl/process.hpp.
//
// Source: sys_pwrite in fs/read_write.c, generic_file_write in mm/filemap.c, fs/buffer.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.write.looks_first], [process.write.buffer]: memory that cannot be read is noticed before the page of the file is touched
/// ([defect.fault.unreadable_buffer]).
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::look_first(Process& process, Address addr, Address bytes) -> std::optional<Refusal> {
  if (!is_user_range(addr, bytes)) return Refusal::buffer_outside_task;
  for (const Address at : {addr, addr + bytes - 1}) {
    const Reached reached = access(process, at, {.user = false, .write = false, .wp = true});
    if (reached.byte == nullptr) return reached.refusal;
  }
  return std::nullopt;
}

/// The disk has room for a file that ends there; a half more than it had, so that a file which grows by little is not moved each time.
template <FaultTracer Tracer>
void ProcessMachine<Tracer>::make_room(MemoryObject& file, std::uint64_t end) {
  const auto pages = static_cast<std::uint32_t>((end + page_size - 1) >> page_shift);
  if (pages > file.disk.pages()) file.disk.grow(std::max(pages, file.disk.pages() + file.disk.pages() / 2));
}

/// [process.write]: the bytes of a page are all written, or none. What a file grows by is zeros before it is written
/// ([process.write.grows]).
template <FaultTracer Tracer>
ProcessReturned<Address> ProcessMachine<Tracer>::pwrite(std::uint32_t pid, std::int32_t fd, Address addr,
                                                        Address len, Address offset) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  const auto* const open = files_.fget(fd);
  if (open == nullptr) return Refusal::descriptor_not_open;
  if ((open->f_mode & vma::FMODE_WRITE) == 0) return Refusal::descriptor_not_writable;
  if (process::is_negative(offset)) return Refusal::offset_negative;

  MemoryObject& file = *open->inode->i_mapping;
  std::optional<Refusal> refusal;
  Address done = 0;
  while (done != len) {
    const Address at = offset + done, bytes = part_of(at, len - done);
    if (refusal = look_first(*process, addr + done, bytes); refusal) break;
    if (at + bytes > file.i_size) make_room(file, std::uint64_t{at} + bytes);
    const auto page = memory_.page_to_write(file, at >> page_shift, bytes);
    if (page.pfn == 0) {
      refusal = page.had_frame ? Refusal::file_page_unreadable : Refusal::no_page_for_file;
      break;
    }
    if (at + bytes > file.i_size && offset_in_page(file.i_size) != 0)
      memory_.clear_tail(file, file.i_size >> page_shift, offset_in_page(file.i_size));
    const Copy copied =
        copy(*process, Way::from_user, addr + done, memory_.frames().frame(page.pfn), offset_in_page(at), bytes);
    if (!copied.refusal) {
      memory_.commit_page(page.pfn);
      file.i_size = std::max(file.i_size, at + bytes);
    }
    memory_.put_page(page.pfn);
    if (refusal = copied.refusal; refusal) break;
    done += bytes;
  }
  if (done == 0 && refusal) return *refusal;
  return done;
}

}  // namespace refmm::impl::inline REFMM_BUILD
