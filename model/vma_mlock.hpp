// mlock and its family: pages that stay in memory.
//
// Follows sys_mlock, do_mlock, mlock_fixup, sys_mlockall and do_mlockall in mm/mlock.c.
#pragma once

#include <refmm/model/vma_split.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Locks the part start..end of an area, or unlocks it. The result is Success, or Refused. 2.4.0: mlock_fixup.
template <Word W>
constexpr VmaStep<W> lock_part(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, std::uint32_t id, W start, W end,
                               bool locks) {
  const W before = vma::area_of(so_far.state.mm, id).vm_flags;
  const W after = locks ? before | W(vma::VM_LOCKED) : before & ~W(vma::VM_LOCKED);
  if (after == before) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.split.same_flags");
  so_far = with_flags<W>(kernel, std::move(so_far), id, start, end, after, refusals_of_mlock);
  if (was_refused(so_far)) return so_far;
  const W pages = pages_between<W>(kernel.machine, start, end);
  W& locked_vm = so_far.state.mm.locked_vm;
  if (!locks) {
    locked_vm = locked_vm - pages;
    so_far.because.push_back("vma.mlock.unlocks");
    return so_far;
  }
  locked_vm = locked_vm + pages;
  so_far.because.push_back("vma.mlock.locks");
  return make_pages_present<W>(std::move(so_far), start, end);
}

/// Locks addr..addr + len, or unlocks it; `addr` is a whole number of pages. The result is Success, or Refused; what came
/// before a refusal stays. 2.4.0: do_mlock.
template <Word W>
constexpr VmaStep<W> do_mlock(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr, W len, bool locks) {
  // refuse
  if (locks && !so_far.state.knobs.cap_ipc_lock)
    return refused(std::move(so_far), vma::Refusal::not_privileged, "vma.mlock.not_privileged");
  const W end = addr + page_align<W>(kernel.machine, len);
  if (end < addr) return refused(std::move(so_far), vma::Refusal::range_wraps, "vma.mlock.wraps");
  if (end == addr) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.mlock.length_zero");

  // change
  return area_by_area<W>(
      std::move(so_far), addr, end,
      [&](VmaStep<W> step, std::uint32_t id, W from, W to) {
        return lock_part<W>(kernel, std::move(step), id, from, to, locks);
      },
      [](VmaStep<W> step) {
        return refused(std::move(step), vma::Refusal::not_mapped_lock, "vma.mlock.not_mapped");
      },
      [](VmaStep<W> step) { return refused(std::move(step), vma::Refusal::not_mapped_lock, "vma.mlock.hole"); });
}

/// Bytes from the page of `addr` to the end of the last page of addr..addr + len.
template <Word W>
constexpr W whole_pages(const MachineOf<W>& machine, W addr, W len) {
  const W odd = addr & W(machine.page_size - 1);
  return page_align<W>(machine, mutant("vma.mlock.forgets_odd_bytes") ? len : len + odd);
}

template <Word W>
constexpr W page_of(const MachineOf<W>& machine, W addr) {
  return addr & ~W(machine.page_size - 1);
}

/// True if so many locked pages are more than the process may have.
template <Word W>
constexpr bool passes_lock_limit(const MachineOf<W>& machine, const vma::Knobs<W>& knobs, W pages) {
  return is_true(pages > pages_in<W>(machine, knobs.rlimit_memlock));
}

/// The result is Success, or Refused. Pages that are locked already are counted again. 2.4.0: sys_mlock.
template <Word W>
constexpr VmaStep<W> mlock(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr, W len) {
  const MachineOf<W>& machine = kernel.machine;
  const W bytes = whole_pages<W>(machine, addr, len);
  const W locked = so_far.state.mm.locked_vm + pages_in<W>(machine, bytes);
  if (passes_lock_limit<W>(machine, so_far.state.knobs, locked))
    return refused(std::move(so_far), vma::Refusal::lock_limit, "vma.mlock.limit");
  if (locked > so_far.state.knobs.physpages >> W(1u))
    return refused(std::move(so_far), vma::Refusal::half_of_memory, "vma.mlock.half_of_memory");
  return do_mlock<W>(kernel, std::move(so_far), page_of<W>(machine, addr), bytes, true);
}

/// The result is Success, or Refused. Needs no privilege. 2.4.0: sys_munlock.
template <Word W>
constexpr VmaStep<W> munlock(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr, W len) {
  const W bytes = whole_pages<W>(kernel.machine, addr, len);
  return do_mlock<W>(kernel, std::move(so_far), page_of<W>(kernel.machine, addr), bytes, false);
}

/// Every area is locked, or unlocked, or left alone, and so are those to come. The result is Success, or Refused. 2.4.0:
/// do_mlockall; munlockall is that without a flag.
template <Word W>
constexpr VmaStep<W> do_mlockall(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W flags) {
  // refuse
  if (!so_far.state.knobs.cap_ipc_lock)
    return refused(std::move(so_far), vma::Refusal::not_privileged, "vma.mlockall.not_privileged");

  // find
  const bool locks = has(flags, vma::MCL_CURRENT);
  const bool future = has(flags, vma::MCL_FUTURE);
  bool leaves_alone = false;
  if (!locks && future) {
    leaves_alone = kernel.corrected.lock_future;
    if (!leaves_alone && so_far.state.mm.locked_vm != 0u) so_far.because.push_back("defect.vma.lock_future");
  }

  // change
  so_far.state.mm.def_flags = future ? W(vma::VM_LOCKED) : W(0u);
  so_far.because.push_back(future  ? ClauseRef("vma.mlockall.future")
                           : locks ? ClauseRef("vma.mlockall.current")
                                   : ClauseRef("vma.mlockall.unlocks"));
  so_far.result = vma::Success{};
  if (leaves_alone) return so_far;
  for (AreaId here = behind(so_far.state.mm, std::nullopt); here; here = behind(so_far.state.mm, here)) {
    const vma::Area<W> area = vma::area_of(so_far.state.mm, *here);
    so_far = lock_part<W>(kernel, std::move(so_far), *here, area.vm_start, area.vm_end, locks);
    if (was_refused(so_far)) return so_far;
  }
  return so_far;
}

/// The result is Success, or Refused. 2.4.0: sys_mlockall.
template <Word W>
constexpr VmaStep<W> mlockall(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W flags) {
  if (flags == 0u || (flags & ~W(vma::MCL_CURRENT | vma::MCL_FUTURE)) != 0u)
    return refused(std::move(so_far), vma::Refusal::unknown_flags, "vma.mlockall.flags");
  const W total = so_far.state.mm.total_vm;
  if (passes_lock_limit<W>(kernel.machine, so_far.state.knobs, total))
    return refused(std::move(so_far), vma::Refusal::lock_limit, "vma.mlockall.limit");
  if (total > so_far.state.knobs.physpages >> W(1u))
    return refused(std::move(so_far), vma::Refusal::half_of_memory, "vma.mlockall.half_of_memory");
  return do_mlockall<W>(kernel, std::move(so_far), flags);
}

}  // namespace refmm::model::inline REFMM_BUILD
