// mlock and its family in later eras: a limit in place of a privilege.
//
// Follows do_mlock, apply_vma_lock_flags and apply_mlockall_flags in mm/mlock.c.
#pragma once

#include <refmm/model/since_merge.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The first address of an area of which nothing can be made present: nobody may access it, or its file ends there.
template <Word W>
constexpr W end_of_presence(const since::KernelOf<W>& kernel, const since::State<W>& state,
                            const vma::Area<W>& area) {
  if (!has(area.vm_flags, vma::VM_ACCESS)) return area.vm_start;
  if (area.vm_file == 0) return area.vm_end;
  const auto known = std::ranges::find(state.ends, file_name(state.base, area), &since::FileEnd<W>::name);
  if (known == state.ends.end()) return area.vm_end;
  const MachineOf<W>& machine = kernel.base.machine;
  const W pages = pages_in<W>(machine, page_align<W>(machine, known->size));
  if (pages <= area.vm_pgoff) return area.vm_start;
  const W there = bytes_in<W>(machine, pages - area.vm_pgoff);
  return there < area.vm_end - area.vm_start ? area.vm_start + there : area.vm_end;
}

/// The range as far as its pages can be made present: up to the first one that cannot. What is locked on fault is not tried.
/// [since.mlock.present]
template <Word W>
constexpr W end_of_presence(const since::KernelOf<W>& kernel, const since::State<W>& state, W start, W end) {
  for (const vma::Area<W>& area : state.base.mm.areas) {
    if (!meets(area, start, end) || has(area.vm_flags, since::VM_LOCKONFAULT)) continue;
    const W first = end_of_presence<W>(kernel, state, area);
    if (first < area.vm_end && first < end) return first < start ? start : first;
  }
  return end;
}

/// Gives the part start..end of an area `bits` of VM_LOCKED_MASK in place of what it had; areas of the kernel's own are left alone.
/// Success, or Refused. Source: mlock_fixup.
template <Word W>
constexpr VmaStep<W> part_locked(const since::KernelOf<W>& kernel, VmaStep<W> base, std::uint32_t id, W start,
                                 W end, W bits) {
  const W before = vma::area_of(base.state.mm, id).vm_flags;
  const W after = (before & ~W(VM_LOCKED_MASK)) | bits;
  if (after == before || has(before, vma::VM_DONTEXPAND | since::VM_DROPPABLE))
    return succeeded<W>(std::move(base), vma::Success{}, "vma.split.same_flags");
  base = with_flags<W>(kernel.base, std::move(base), id, start, end, after, refusals_of_mlock);
  if (was_refused(base)) return base;
  const W pages = pages_between<W>(kernel.base.machine, start, end);
  W& locked_vm = base.state.mm.locked_vm;
  if (has(before, vma::VM_LOCKED)) locked_vm = locked_vm - pages;
  if (has(after, vma::VM_LOCKED)) locked_vm = locked_vm + pages;
  base.because.push_back(has(bits, vma::VM_LOCKED) ? ClauseRef("vma.mlock.locks")
                                                   : ClauseRef("vma.mlock.unlocks"));
  return base;
}

/// Gives addr..addr + len, of whole pages, `bits` of VM_LOCKED_MASK. The result is Success, or Refused.
template <Word W>
constexpr EraStep<W> range_locked(const since::KernelOf<W>& kernel, EraStep<W> so_far, W addr, W len, W bits) {
  const W end = addr + len;
  if (end < addr) return refused(std::move(so_far), vma::Refusal::range_wraps, "vma.mlock.wraps");
  if (end == addr) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.mlock.length_zero");
  return part_by_part<W>(
      kernel, std::move(so_far), addr, end,
      [&](EraStep<W> step, const vma::Area<W>& area, W from, W to) {
        return as_in_2_4_0<W>(std::move(step), [&](VmaStep<W> base) {
          return part_locked<W>(kernel, std::move(base), area.id, from, to, bits);
        });
      },
      [](EraStep<W> step) { return refused(std::move(step), vma::Refusal::not_mapped_lock, "vma.mlock.hole"); });
}

/// The result is Success, or Refused.
template <Word W>
constexpr EraStep<W> mlock_since(const since::KernelOf<W>& kernel, EraStep<W> so_far, W addr, W len, W bits) {
  const MachineOf<W>& machine = kernel.base.machine;
  const since::Era& era = kernel.era;
  if (!era.mlock_unprivileged) return carried_out_by_2_4_0<W>(kernel, std::move(so_far), vma::Mlock<W>{addr, len});

  // refuse
  if (!may_lock(so_far.state.base.knobs))
    return refused(std::move(so_far), since::Refusal::locking_not_permitted, "since.mlock.unprivileged");
  const W bytes = whole_pages<W>(machine, addr, len), start = page_of<W>(machine, addr);
  W pages = pages_in<W>(machine, bytes);
  if (era.mlock_counts_once && start + bytes >= start)
    pages = pages - pages_inside<W>(kernel, so_far.state.base.mm, start, start + bytes,
                                    [](const vma::Area<W>& area) { return has(area.vm_flags, vma::VM_LOCKED); });
  if (passes_locked_limit<W>(kernel, so_far.state, pages))
    return refused(std::move(so_far), since::Refusal::lock_limit, "since.mlock.unprivileged");

  // change
  so_far.because.push_back("since.mlock.unprivileged");
  if (era.mlock_counts_once) so_far.because.push_back("since.mlock.counts_once");
  so_far = range_locked<W>(kernel, std::move(so_far), start, bytes, bits);
  if (was_refused(so_far) || bytes == W(0u)) return so_far;
  const W end = start + bytes, present = end_of_presence<W>(kernel, so_far.state, start, end);
  // The page that is not there was tried: its area is prepared for pages of its own if it may be accessed.
  const auto& areas = so_far.state.base.mm.areas;
  const bool tried = present != end && has(areas[first_above(areas, present)].vm_flags, vma::VM_ACCESS);
  const W last = tried ? present + machine.page_size : present;
  if (last != start) so_far.effects.push_back(vma::MakePagesPresent<W>{start, last});
  if (present != end && era.mlock_present)
    return refused(std::move(so_far), since::Refusal::not_present, "since.mlock.present");
  return so_far;
}

/// mlock2 with MLOCK_ONFAULT locks what is touched. The result is Success, or Refused.
template <Word W>
constexpr EraStep<W> mlock2_since(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                  const since::Mlock2<W>& call) {
  if ((call.flags & ~W(since::MLOCK_ONFAULT)) != W(0u))
    return refused(std::move(so_far), since::Refusal::unknown_call_flags, "since.mlock.on_fault");
  const W on_fault = W(call.flags != W(0u) ? since::VM_LOCKONFAULT : 0u);
  note(so_far.because, is_true(on_fault != W(0u)), "since.mlock.on_fault");
  return mlock_since<W>(kernel, std::move(so_far), call.addr, call.len, W(vma::VM_LOCKED) | on_fault);
}

template <Word W>
constexpr EraStep<W> munlock_since(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                   const vma::Munlock<W>& call) {
  if (!kernel.era.mlock_unprivileged) return carried_out_by_2_4_0<W>(kernel, std::move(so_far), call);
  const MachineOf<W>& machine = kernel.base.machine;
  return range_locked<W>(kernel, std::move(so_far), page_of<W>(machine, call.addr),
                         whole_pages<W>(machine, call.addr, call.len), W(0u));
}

/// Gives every area `bits` of VM_LOCKED_MASK. Success, or Refused.
template <Word W>
constexpr EraStep<W> all_locked(const since::KernelOf<W>& kernel, EraStep<W> so_far, W bits) {
  for (W from = W(0u);;) {
    const auto& areas = so_far.state.base.mm.areas;
    const std::size_t position = first_above(areas, from);
    if (position == areas.size()) return so_far;
    const W start = areas[position].vm_start, end = areas[position].vm_end;
    so_far = range_locked<W>(kernel, std::move(so_far), start, end - start, bits);
    from = end;
  }
}

/// The result is Success, or Refused.
template <Word W>
constexpr EraStep<W> mlockall_since(const since::KernelOf<W>& kernel, EraStep<W> so_far, W flags) {
  const since::Era& era = kernel.era;
  if (!era.mlock_unprivileged) return carried_out_by_2_4_0<W>(kernel, std::move(so_far), vma::Mlockall<W>{flags});

  // refuse
  const W known = W(vma::MCL_CURRENT | vma::MCL_FUTURE) | W(era.mlock_on_fault ? since::MCL_ONFAULT : 0u);
  if (flags == W(0u) || (flags & ~known) != W(0u) || flags == W(since::MCL_ONFAULT))
    return refused(std::move(so_far), vma::Refusal::unknown_flags, "vma.mlockall.flags");
  const vma::Knobs<W>& knobs = so_far.state.base.knobs;
  if (!may_lock(knobs))
    return refused(std::move(so_far), since::Refusal::locking_not_permitted, "since.mlock.unprivileged");
  const bool passes =
      is_true(so_far.state.base.mm.total_vm > pages_in<W>(kernel.base.machine, knobs.rlimit_memlock));
  if (has(flags, vma::MCL_CURRENT) && passes && !knobs.cap_ipc_lock)
    return refused(std::move(so_far), since::Refusal::lock_limit, "since.mlock.unprivileged");

  // change
  const W bits = W(vma::VM_LOCKED) | W(has(flags, since::MCL_ONFAULT) ? since::VM_LOCKONFAULT : 0u);
  so_far.because.push_back("since.mlock.unprivileged");
  note(so_far.because, has(flags, since::MCL_ONFAULT), "since.mlock.on_fault");
  so_far.state.base.mm.def_flags = has(flags, vma::MCL_FUTURE) ? bits : W(0u);
  if (has(flags, vma::MCL_CURRENT)) {
    so_far = all_locked<W>(kernel, std::move(so_far), bits);
    so_far.effects.push_back(vma::MakePagesPresent<W>{W(0u), W(kernel.base.machine.task_size)});
  }
  so_far.result = vma::Success{};
  return so_far;
}

/// Needs no privilege in later eras.
template <Word W>
constexpr EraStep<W> munlockall_since(const since::KernelOf<W>& kernel, EraStep<W> so_far) {
  if (!kernel.era.mlock_unprivileged) return carried_out_by_2_4_0<W>(kernel, std::move(so_far), vma::Munlockall{});
  so_far.state.base.mm.def_flags = W(0u);
  so_far = all_locked<W>(kernel, std::move(so_far), W(0u));
  so_far.because.push_back("since.mlock.unprivileged");
  so_far.result = vma::Success{};
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
