// Bytes copied between a page of a file and the memory of a process. Part of impl/process.hpp.
//
// Source: __copy_user in include/asm-i386/uaccess.h of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>

#include <cstring>

namespace refmm::impl::inline REFMM_BUILD {

/// Upwards; a byte that was copied within one page may be copied again, as byte by byte.
inline void copy_upwards(std::byte* to, const std::byte* from, Address bytes) {
  const bool overlap = to > from && to < from + bytes;
  if (!overlap) {
    std::memmove(to, from, bytes);
    return;
  }
  for (Address i = 0; i != bytes; ++i) to[i] = from[i];
}

/// The memory of the process is accessed page by page, and the copy ends where it cannot be.
template <FaultTracer Tracer>
auto ProcessMachine<Tracer>::copy(Process& process, Way way, Address addr, std::byte* page, Address offset,
                                  Address bytes) -> Copy {
  const bool to_user = way == Way::to_user;
  std::optional<Refusal> refusal;
  Address done = 0;
  while (done != bytes) {
    const Reached reached = access(process, addr + done, {.user = false, .write = to_user, .wp = true});
    if (reached.byte == nullptr) {
      refusal = reached.refusal;
      break;
    }
    const Address part = part_of(addr + done, bytes - done);
    std::byte* const in_page = page + offset + done;
    if (to_user)
      copy_upwards(reached.byte, in_page, part);
    else
      copy_upwards(in_page, reached.byte, part);
    done += part;
  }
  if (done != 0 && to_user) tracer_.record(fault::CopyToUser<Address>{addr, done});
  if (done != 0 && !to_user) tracer_.record(fault::CopyFromUser<Address>{addr, done});
  return {done, refusal};
}

}  // namespace refmm::impl::inline REFMM_BUILD
