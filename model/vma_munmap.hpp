// munmap: exactly the range goes.
//
// All areas that the range touches are taken out first; then each, from the highest to the lowest, loses its part, and what is
// left of it is put back. Follows do_munmap and unmap_fixup in mm/mmap.c.
#pragma once

#include <refmm/model/vma_list.hpp>
#include <refmm/model/vma_page_tables.hpp>
#include <refmm/model/vma_pieces.hpp>
#include <refmm/model/vma_step.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// Why a range cannot be one to unmap, if it cannot. `len` is not rounded yet.
template <Word W>
constexpr std::optional<Objection> bad_range_to_unmap(const MachineOf<W>& machine, W addr, W len) {
  const W task_size = machine.task_size;
  if (!is_page_aligned<W>(machine, addr))
    return Objection{vma::Refusal::address_unaligned, "vma.munmap.unaligned"};
  if (addr > task_size) return Objection{vma::Refusal::range_outside_task, "vma.munmap.range"};
  if (!mutant("vma.munmap.ignores_end") && len > task_size - addr)
    return Objection{vma::Refusal::range_outside_task, "vma.munmap.range"};
  if (page_align<W>(machine, len) == 0u) return Objection{vma::Refusal::length_zero, "vma.munmap.length_zero"};
  return std::nullopt;
}

/// A range within one area, with something of the area on both sides: unmapping it makes two areas of one.
template <class A, Word W>
constexpr bool is_hole_in(const A& area, W start, W end) {
  return area.vm_start < start && area.vm_end > end;
}

/// What is left of an area is put back, the upper piece first and in a structure of its own; or all of it is given up. Returns
/// with the spare structure if it was not used. 2.4.0: unmap_fixup.
template <Word W>
constexpr Structure<W> unmap_fixup(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                                   W start, W end, AreaId spare) {
  // find
  auto pieces = pieces_outside<vma::Area<W>, W>(kernel.machine, area, start, end);
  vma::Mm<W>& mm = so_far.state.mm;
  const W pages = pages_between<W>(kernel.machine, start, end);

  // change
  mm.total_vm = mm.total_vm - pages;
  if (has(area.vm_flags, vma::VM_LOCKED)) mm.locked_vm = mm.locked_vm - pages;
  switch (cut_of(area, start, end)) {
    case Cut::whole:
      so_far.because.push_back("vma.munmap.whole");
      so_far = vm_close(std::move(so_far), area);
      if (area.vm_file != 0) so_far = fput(std::move(so_far), area.vm_file);
      return {vma_free(std::move(so_far)), spare};
    case Cut::head:
      so_far.because.push_back("vma.munmap.head");
      return {insert_vm_struct(std::move(so_far), pieces.front()), spare};
    case Cut::tail:
      so_far.because.push_back("vma.munmap.tail");
      return {insert_vm_struct(std::move(so_far), pieces.front()), spare};
    case Cut::hole:
      so_far.because.push_back("vma.munmap.hole");
      // Only where areas overlap does one unmapping make two holes; it has a structure for one.
      if (!spare) {
        so_far.result = vma::Refused{vma::Refusal::second_hole};
        return {std::move(so_far), spare};
      }
      pieces.back().id = *spare;
      so_far = get_file(std::move(so_far), pieces.back());
      so_far = vm_open(std::move(so_far), pieces.back());
      so_far = insert_vm_struct(std::move(so_far), pieces.back());
      return {insert_vm_struct(std::move(so_far), pieces.front()), std::nullopt};
  }
  return {std::move(so_far), spare};
}

/// Takes its part of the range from an area that was taken out of list and tree. An area that denies writing and is only cut
/// goes on denying it meanwhile. 2.4.0: one turn of the second loop of do_munmap.
template <Word W>
constexpr Structure<W> unmap_part(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                                  W addr, W end, AreaId spare) {
  // find
  const W from = addr < area.vm_start ? area.vm_start : addr;
  const W to = end > area.vm_end ? area.vm_end : end;
  const bool is_cut = from != area.vm_start || to != area.vm_end;
  const bool denies = has(area.vm_flags, vma::VM_DENYWRITE) && is_cut && area.vm_file != 0;
  const Name file = denies ? file_name(so_far.state, area) : Name();

  // change
  if (denies) {
    so_far.because.push_back("vma.munmap.denywrite");
    so_far = write_count_changed(std::move(so_far), file, -1);
  }
  so_far = remove_shared_vm_struct(std::move(so_far), area);
  so_far.state.mm.map_count = so_far.state.mm.map_count - 1u;
  so_far = zap_page_range<W>(std::move(so_far), from, to - from);
  if (has_ended(so_far)) return {std::move(so_far), spare};
  auto fixed = unmap_fixup<W>(kernel, std::move(so_far), area, from, to, spare);
  if (denies && !has_ended(fixed.so_far)) fixed.so_far = write_count_changed(std::move(fixed.so_far), file, +1);
  return fixed;
}

/// Unmaps a range that area `first` begins or holds, `previous` being the one before it. `spare` is a structure for what a hole
/// leaves above it; it is given back if it was not needed. The result is Success, unless the kernel ended.
template <Word W>
constexpr VmaStep<W> unmap_range(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, AreaId first, AreaId previous,
                                 W addr, W end, AreaId spare) {
  std::vector<vma::Area<W>> touched;
  for (AreaId next = first; next && vma::area_of(so_far.state.mm, *next).vm_start < end;) {
    const std::size_t position = vma::position_of(so_far.state.mm, *next);
    touched.push_back(so_far.state.mm.areas[position]);
    so_far = unlinked(kernel, std::move(so_far), *next);
    if (has_ended(so_far)) return so_far;
    next = id_at(so_far.state.mm, position);
  }
  so_far.state.lookup.mmap_cache = std::nullopt;

  so_far.because.push_back("vma.munmap.exactly");
  if (touched.size() > 1) so_far.because.push_back("vma.munmap.highest_first");
  for (; !touched.empty(); touched.pop_back()) {
    auto unmapped = unmap_part<W>(kernel, std::move(so_far), touched.back(), addr, end, spare);
    if (has_ended(unmapped.so_far)) return std::move(unmapped.so_far);
    so_far = std::move(unmapped.so_far);
    spare = unmapped.id;
  }
  if (spare) so_far = vma_free(std::move(so_far));

  const auto place = previous ? std::optional(vma::position_of(so_far.state.mm, *previous)) : std::nullopt;
  so_far = free_pgtables<W>(kernel, std::move(so_far), place, addr, end);
  so_far.result = vma::Success{};
  return so_far;
}

/// Unmaps addr..addr + len, rounded up to a page. The result is Success or Refused; a refusal has changed nothing. 2.4.0:
/// do_munmap.
template <Word W>
constexpr VmaStep<W> do_munmap(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr, W len) {
  // refuse
  if (const auto bad = bad_range_to_unmap<W>(kernel.machine, addr, len)) return refused(std::move(so_far), *bad);
  const W end = addr + page_align<W>(kernel.machine, len);
  auto found = find_vma_prev<W>(kernel, std::move(so_far), addr);
  so_far = std::move(found.so_far);
  if (!found.area || vma::area_of(so_far.state.mm, *found.area).vm_start >= end)
    return succeeded<W>(std::move(so_far), vma::Success{}, "vma.munmap.nothing_mapped");
  const bool makes_hole = is_hole_in(vma::area_of(so_far.state.mm, *found.area), addr, end);
  if (!mutant("vma.munmap.forgets_limit") && makes_hole &&
      so_far.state.mm.map_count >= so_far.state.knobs.max_map_count)
    return refused(std::move(so_far), vma::Refusal::too_many_areas, "vma.munmap.hole_at_limit");
  auto spare = vma_alloc(std::move(so_far));
  if (!spare.id)
    return refused(std::move(spare.so_far), vma::Refusal::no_area_structure, "vma.munmap.no_structure");

  return unmap_range<W>(kernel, std::move(spare.so_far), found.area, found.previous, addr, end, spare.id);
}

}  // namespace refmm::model::inline REFMM_BUILD
