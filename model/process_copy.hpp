// Bytes copied between a page of a file and the memory of a process.
//
// One byte after the other, upwards; each as put_user writes it, or get_user reads it. 2.4.0 copies four at a time, so a copy that is given up
// within a page may have come up to three bytes less far there. Follows __copy_user in include/asm-i386/uaccess.h.
#pragma once

#include <refmm/model/fault_part.hpp>
#include <refmm/model/process_access.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// True if memory can be a process's: it wraps nowhere and ends with the task. 2.4.0: access_ok.
template <Word W>
constexpr bool is_user_range(const MachineOf<W>& machine, W addr, W len) {
  const W end = machine.task_size;
  return addr <= end && len <= end - addr;
}

// ---- Copies -----------------------------------------------------------------------------------------------------------

/// Bytes from one frame to another, or within one, upwards: what was just copied can be copied again.
template <Word W>
constexpr fault::Memory<W> bytes_moved(const MachineOf<W>& machine, fault::Memory<W> memory, W to, W to_offset,
                                       W from, W from_offset, W bytes) {
  const auto source = lookup(memory.contents, from);
  if (bytes == W(machine.page_size)) {
    memory.contents = updated(std::move(memory.contents), to, source);
    return memory;
  }
  memory.contents = changed_at(std::move(memory.contents), to, [&](fault::Bytes<W> target) {
    for (W i = 0u; i != bytes; i = i + 1u) {
      const W byte = lookup(to == from ? target : source, from_offset + i);
      target = updated(std::move(target), to_offset + i, byte);
    }
    return target;
  });
  return memory;
}

/// Which way bytes are copied.
enum class Way { to_user, from_user };

/// A frame of the kernel's and a place in it.
template <Word W>
struct PlaceInFrame {
  W pfn, offset;
};

/// So many bytes were copied; all of them if there is no refusal.
template <Word W>
struct UserCopy {
  ProcessStep<W> so_far;
  W bytes;
  std::optional<process::Refusal> refusal;
};

/// The memory of the process is accessed page by page. 2.4.0: __copy_to_user, __copy_from_user.
template <Word W>
constexpr UserCopy<W> copied(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid, Way way, W addr,
                             const PlaceInFrame<W>& place, W bytes) {
  const MachineOf<W>& machine = kernel.machine();
  const bool to_user = way == Way::to_user;
  std::optional<process::Refusal> refusal;
  W done = 0u;
  while (done != bytes) {
    const W user = addr + done;
    auto reached = accessed(kernel, std::move(so_far), pid, user, {.user = false, .write = to_user, .wp = true});
    so_far = std::move(reached.so_far);
    refusal = reached.refusal;
    if (refusal) break;
    const W within = offset_in_page<W>(machine, user), kernels = place.offset + done;
    const W left = part_of<W>(machine, user, bytes - done).bytes;
    so_far.state.memory = to_user ? bytes_moved<W>(machine, std::move(so_far.state.memory), *reached.pfn, within,
                                                   place.pfn, kernels, left)
                                  : bytes_moved<W>(machine, std::move(so_far.state.memory), place.pfn, kernels,
                                                   *reached.pfn, within, left);
    done = done + left;
  }
  if (done != 0u) {
    if (to_user)
      so_far.effects.push_back(fault::CopyToUser<W>{addr, done});
    else
      so_far.effects.push_back(fault::CopyFromUser<W>{addr, done});
  }
  return {std::move(so_far), done, refusal};
}

// ---- Requests ---------------------------------------------------------------------------------------------------------

/// A page of a file with a reference to it; or why there is none.
template <Word W>
struct PageHad {
  PageStep<W> so_far;
  W pfn;
  std::optional<process::Refusal> refusal;
};

template <Word W>
constexpr PageHad<W> page_not_had(PageStep<W> so_far, process::Refusal refusal, ClauseRef clause) {
  return {cited(std::move(so_far), clause), W(fault::none), refusal};
}

/// How far a request has come.
template <Word W>
struct Progress {
  ProcessStep<W> so_far;
  W done;                                   // bytes
  bool ends;                                // here
  std::optional<process::Refusal> refusal;  // why, if it is an error
};

/// A request has come to its end: the bytes that were copied are its result, or the error if there are none. What ends everything ends
/// this, too.
template <Word W>
constexpr ProcessStep<W> ended(Progress<W> progress, ClauseRef clause) {
  const bool is_error = progress.refusal && (progress.done == 0u || process::ends_everything(*progress.refusal));
  if (is_error) {
    progress.so_far.result = process::Refused{*progress.refusal};
    return std::move(progress.so_far);
  }
  return succeeded<W>(std::move(progress.so_far), process::Copied<W>{progress.done}, clause);
}

}  // namespace refmm::model::inline REFMM_BUILD
