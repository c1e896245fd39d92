// brk in later eras: the heap begins where it began, is not executable, and keeps away from stacks.
//
// Follows sys_brk and do_brk_flags in mm/mmap.c and mm/vma.c.
#pragma once

#include <refmm/model/since_merge.hpp>
#include <refmm/model/since_unmapped.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The break as it is, whatever was asked for.
template <Word W>
constexpr EraStep<W> break_stays(EraStep<W> so_far, ClauseRef clause) {
  const W brk = so_far.state.base.mm.brk;
  return succeeded<W>(std::move(so_far), vma::Address<W>{brk}, clause);
}

/// The flags of the heap: [since.brk.flags].
template <Word W>
constexpr W heap_flags(const since::KernelOf<W>& kernel, W def_flags) {
  const W flags = heap_flags<W>(def_flags);
  return kernel.era.brk_flags ? flags & ~W(vma::VM_EXEC) : flags;
}

/// Whether the heap may grow up to `newbrk`. As it was, or the break stays and the result is its Address.
template <Word W>
constexpr EraStep<W> check_heap_growth(const since::KernelOf<W>& kernel, EraStep<W> so_far, W oldbrk, W newbrk) {
  const MachineOf<W>& machine = kernel.base.machine;
  const vma::Mm<W>& mm = so_far.state.base.mm;
  const W pages = pages_between<W>(machine, oldbrk, newbrk);
  const auto in_the_way = [&](const vma::Area<W>& area) {
    return meets(area, oldbrk, W(newbrk + machine.page_size));
  };
  const bool looks = kernel.era.guard_gap || kernel.era.brk_flags;  // else 2.4.0 does
  if (looks && std::ranges::any_of(guarded<W>(kernel, mm), in_the_way))
    return break_stays(std::move(so_far),
                       kernel.era.guard_gap ? ClauseRef("since.guard_gap") : ClauseRef("vma.brk.collision"));
  if (kernel.era.mmap_locked && has(mm.def_flags, vma::VM_LOCKED) &&
      passes_locked_limit<W>(kernel, so_far.state, pages))
    return break_stays(std::move(so_far), "since.mmap.locked");
  if (passes_data_limit<W>(kernel, so_far.state, heap_flags<W>(kernel, mm.def_flags), pages))
    return break_stays(std::move(so_far), "since.data_limit");
  return so_far;
}

/// The heap up to `newbrk`, as a mapping that may not be executed; the same as 2.4.0's in everything else.
template <Word W>
constexpr EraStep<W> heap_mapped(const since::KernelOf<W>& kernel, EraStep<W> so_far, W brk, W oldbrk, W newbrk) {
  const vma::Mmap2<W> piece{.addr = oldbrk,
                            .len = newbrk - oldbrk,
                            .prot = W(vma::PROT_READ | vma::PROT_WRITE),
                            .flags = W(vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_ANONYMOUS),
                            .fd = -1,
                            .pgoff = pages_in<W>(kernel.base.machine, oldbrk)};
  const W def_flags = so_far.state.base.mm.def_flags;
  so_far.state.base.mm.def_flags = def_flags | W(kernel.era.merge ? since::VM_ACCOUNT : 0u);
  so_far = carried_out_by_2_4_0<W>(kernel, std::move(so_far), piece);
  so_far.state.base.mm.def_flags = def_flags;
  if (was_refused(so_far)) return break_stays(std::move(so_far), "vma.brk.refused");
  so_far.state.base.mm.brk = brk;
  so_far.state = as_new_at<W>(std::move(so_far.state), oldbrk);
  return break_stays(std::move(so_far), "since.brk.flags");
}

/// Moves the break. The result is the Address of the break afterwards, whatever happened.
template <Word W>
constexpr EraStep<W> brk_since(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Brk<W>& call) {
  // refuse
  const MachineOf<W>& machine = kernel.base.machine;
  const vma::Mm<W>& mm = so_far.state.base.mm;
  if (kernel.era.brk_lowest && call.brk < so_far.state.start_brk)
    return break_stays(std::move(so_far), "since.brk.lowest");
  const W newbrk = page_align<W>(machine, call.brk), oldbrk = page_align<W>(machine, mm.brk);
  const W data = call.brk - mm.start_data;
  if (kernel.era.brk_lowest && so_far.state.base.knobs.rlimit_data != ~W(0u) &&
      data > so_far.state.base.knobs.rlimit_data)
    return break_stays(std::move(so_far), "vma.brk.data_limit");
  if (newbrk < oldbrk && kernel.era.brk_shrink &&
      pages_inside<W>(kernel, mm, newbrk, oldbrk, [](const vma::Area<W>&) { return true; }) == W(0u))
    return break_stays(std::move(so_far), "since.brk.shrink");
  if (newbrk > oldbrk) {
    so_far = check_heap_growth<W>(kernel, std::move(so_far), oldbrk, newbrk);
    if (!std::holds_alternative<vma::Nothing>(so_far.result)) return so_far;
  }

  // change
  so_far = with_limits_lifted<W>(kernel, std::move(so_far), [&](EraStep<W> step) {
    if (kernel.era.brk_flags && newbrk > oldbrk)
      return heap_mapped<W>(kernel, std::move(step), call.brk, oldbrk, newbrk);
    return carried_out_by_2_4_0<W>(kernel, std::move(step), call);
  });
  return newbrk > oldbrk ? merged_at<W>(kernel, std::move(so_far), oldbrk) : so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
