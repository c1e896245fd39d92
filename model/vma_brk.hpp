// brk: the heap grows and shrinks at its end.
//
// Follows sys_brk and do_brk in mm/mmap.c.
#pragma once

#include <refmm/model/vma_mmap.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The flags of the heap. 2.4.0 makes it executable.
template <Word W>
constexpr W heap_flags(W def_flags) {
  return W(vma::VM_ACCESS | vma::VM_MAYACCESS) | def_flags;
}

/// The area that memory at `addr` can be joined to: it ends there, has no file, and exactly the flags of the heap.
template <Word W>
constexpr LookedUp<W> area_to_lengthen(VmaStep<W> so_far, W addr) {
  if (addr == 0u) return {std::move(so_far), std::nullopt};
  const W flags = heap_flags<W>(so_far.state.mm.def_flags);
  auto looked = find_vma<W>(std::move(so_far), addr - 1u);
  if (!looked.area) return looked;
  const vma::Area<W>& area = vma::area_of(looked.so_far.state.mm, *looked.area);
  const bool ends_there = mutant("vma.do_brk.joins_over_gap") || area.vm_end == addr;
  if (!(ends_there && area.vm_file == 0 && area.vm_flags == flags)) looked.area = std::nullopt;
  return looked;
}

/// Memory without a file at addr..addr + len, in place of what is there. The result is the Address, or Refused. 2.4.0: do_brk.
template <Word W>
constexpr VmaStep<W> do_brk(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr, W len) {
  const MachineOf<W>& machine = kernel.machine;

  // refuse
  len = page_align<W>(machine, len);
  if (len == 0u) return succeeded<W>(std::move(so_far), vma::Address<W>{addr}, "vma.do_brk.length_zero");
  if (has(so_far.state.mm.def_flags, vma::VM_LOCKED) &&
      bytes_in<W>(machine, so_far.state.mm.locked_vm) + len > so_far.state.knobs.rlimit_memlock)
    return refused(std::move(so_far), vma::Refusal::locked_limit, "vma.do_brk.locked_limit");
  // Later kernels left the unmapping out where there was nothing to unmap, and with it the only check of the range: CVE-2003-0961.
  const bool is_unmapped = !mutant("vma.do_brk.cve_2003_0961_unmaps_only_what_is_there") ||
                           std::ranges::any_of(so_far.state.mm.areas, [&](const vma::Area<W>& area) {
                             return meets(area, addr, addr + len);
                           });
  if (is_unmapped) so_far = do_munmap<W>(kernel, std::move(so_far), addr, len);
  if (has_ended(so_far)) return so_far;
  if (was_refused(so_far)) {
    so_far.because.push_back("vma.do_brk.unmapping_fails");
    return so_far;
  }
  const vma::Knobs<W>& knobs = so_far.state.knobs;
  if (bytes_in<W>(machine, so_far.state.mm.total_vm) + len > knobs.rlimit_as)
    return refused(std::move(so_far), vma::Refusal::address_space_limit, "vma.do_brk.address_space");
  const W count = so_far.state.mm.map_count;
  const bool lengthens = area_to_lengthen<W>(so_far, addr).area.has_value();
  const bool as_built = is_true(count > knobs.max_map_count);
  const bool should = !lengthens && count >= knobs.max_map_count;
  if (!kernel.corrected.map_count_limit && as_built != should)
    so_far.because.push_back("defect.vma.map_count_limit");
  if (kernel.corrected.map_count_limit ? should : as_built)
    return refused(std::move(so_far), vma::Refusal::too_many_areas, "vma.do_brk.too_many_areas");
  if (!vm_enough_memory<W>(so_far.state.knobs, pages_in<W>(machine, len)))
    return refused(std::move(so_far), vma::Refusal::no_memory, "vma.do_brk.memory");

  // find
  auto looked = area_to_lengthen<W>(std::move(so_far), addr);
  so_far = std::move(looked.so_far);
  vma::Mm<W>& mm = so_far.state.mm;

  // change
  if (looked.area) {
    mm.areas[vma::position_of(mm, *looked.area)].vm_end = addr + len;
    so_far.because.push_back("vma.do_brk.lengthens");
  } else {
    const W flags = heap_flags<W>(mm.def_flags);
    auto structure = vma_alloc(std::move(so_far));
    so_far = std::move(structure.so_far);
    if (!structure.id)
      return refused(std::move(so_far), vma::Refusal::no_area_structure, "vma.do_brk.no_structure");
    so_far = insert_vm_struct<W>(std::move(so_far), {.vm_start = addr,
                                                     .vm_end = addr + len,
                                                     .vm_pgoff = 0u,
                                                     .vm_flags = flags,
                                                     .vm_file = 0,
                                                     .vm_ops = false,
                                                     .mapped_noreserve = false,
                                                     .id = *structure.id});
    so_far.because.push_back("vma.do_brk.new_area");
  }
  so_far.state.mm.total_vm = so_far.state.mm.total_vm + pages_in<W>(machine, len);

  // report
  so_far.result = vma::Address<W>{addr};
  if (!has(so_far.state.mm.def_flags, vma::VM_LOCKED)) return so_far;
  so_far.state.mm.locked_vm = so_far.state.mm.locked_vm + pages_in<W>(machine, len);
  so_far.because.push_back("vma.do_brk.locked");
  return make_pages_present<W>(std::move(so_far), addr, addr + len);
}

/// The break as it is, whatever was asked for.
template <Word W>
constexpr VmaStep<W> break_stays(VmaStep<W> so_far, ClauseRef clause) {
  const W brk = so_far.state.mm.brk;
  return succeeded<W>(std::move(so_far), vma::Address<W>{brk}, clause);
}

template <Word W>
constexpr VmaStep<W> break_moves(VmaStep<W> so_far, W brk, ClauseRef clause) {
  so_far.state.mm.brk = brk;
  return break_stays(std::move(so_far), clause);
}

/// The heap up to `newbrk`; all failures look alike. `oldbrk` and `newbrk` are rounded.
template <Word W>
constexpr VmaStep<W> heap_grown(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W brk, W oldbrk, W newbrk) {
  const MachineOf<W>& machine = kernel.machine;
  const W len = newbrk - oldbrk;
  const vma::Knobs<W>& knobs = so_far.state.knobs;

  // refuse
  if (knobs.rlimit_data != ~W(0u) && brk - so_far.state.mm.start_data > knobs.rlimit_data)
    return break_stays(std::move(so_far), "vma.brk.data_limit");
  auto looked = find_vma<W>(std::move(so_far), oldbrk);
  so_far = std::move(looked.so_far);
  const W guarded = newbrk + machine.page_size;
  if (looked.area && guarded > vma::area_of(so_far.state.mm, *looked.area).vm_start)
    return break_stays(std::move(so_far), "vma.brk.collision");
  if (!vm_enough_memory<W>(so_far.state.knobs, pages_in<W>(machine, len)))
    return break_stays(std::move(so_far), "vma.brk.memory");

  // change
  so_far = do_brk<W>(kernel, std::move(so_far), oldbrk, len);
  if (has_ended(so_far)) return so_far;
  if (was_refused(so_far)) return break_stays(std::move(so_far), "vma.brk.refused");
  return break_moves(std::move(so_far), brk, "vma.brk.grows");
}

/// Moves the break. The result is the Address of the break afterwards, whatever happened. 2.4.0: sys_brk.
template <Word W>
constexpr VmaStep<W> sys_brk(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W brk) {
  const vma::Mm<W>& mm = so_far.state.mm;
  if (brk < mm.end_code) return break_stays(std::move(so_far), "vma.brk.below_code");
  const W newbrk = page_align<W>(kernel.machine, brk);
  const W oldbrk = page_align<W>(kernel.machine, mm.brk);
  if (oldbrk == newbrk) return break_moves(std::move(so_far), brk, "vma.brk.same_page");
  if (brk > mm.brk) return heap_grown<W>(kernel, std::move(so_far), brk, oldbrk, newbrk);

  so_far = do_munmap<W>(kernel, std::move(so_far), newbrk, oldbrk - newbrk);
  if (has_ended(so_far)) return so_far;
  if (was_refused(so_far)) return break_stays(std::move(so_far), "vma.brk.shrink_fails");
  return break_moves(std::move(so_far), brk, "vma.brk.shrinks");
}

}  // namespace refmm::model::inline REFMM_BUILD
