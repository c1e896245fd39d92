// mremap: an area, or a part of it, becomes longer or shorter, where it is or elsewhere.
//
// Of all calls on areas this is the one that 2.4.0 gets wrong most: eight of its defects are here, each beside the line that
// does right. Follows do_mremap and move_vma in mm/mremap.c.
#pragma once

#include <refmm/model/vma_mmap.hpp>
#include <refmm/model/vma_split.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// What is to be moved or resized; lengths are rounded.
template <Word W>
struct RemapRequest {
  W addr, old_len, new_len;  // bytes
  bool may_move, fixed;
  W new_addr;  // only if fixed
};

/// True if two ranges have a byte in common, as 2.4.0 compares: sums may wrap.
template <Word W>
constexpr bool overlaps(const RemapRequest<W>& r) {
  if (mutant("vma.mremap.looks_one_way")) return r.new_addr <= r.addr && r.new_addr + r.new_len > r.addr;
  return (r.new_addr <= r.addr && r.new_addr + r.new_len > r.addr) ||
         (r.addr <= r.new_addr && r.addr + r.old_len > r.new_addr);
}

/// Why a destination given with MREMAP_FIXED cannot be one, if it cannot.
template <Word W>
constexpr std::optional<Objection> bad_destination(const MachineOf<W>& machine, const RemapRequest<W>& r) {
  if (!is_page_aligned<W>(machine, r.new_addr))
    return Objection{vma::Refusal::address_unaligned, "vma.mremap.fixed.unaligned"};
  if (!r.may_move) return Objection{vma::Refusal::fixed_without_maymove, "vma.mremap.fixed.without_maymove"};
  if (!lies_in_task<W>(machine, r.new_addr, r.new_len))
    return Objection{vma::Refusal::range_outside_task, "vma.mremap.fixed.range"};
  if (overlaps(r)) return Objection{vma::Refusal::ranges_overlap, "vma.mremap.fixed.overlap"};
  return std::nullopt;
}

/// Why the area found above `r.addr` cannot be the source, if it cannot: it must hold the whole old range.
template <Word W>
constexpr std::optional<Objection> bad_source(const vma::Area<W>* area, const RemapRequest<W>& r) {
  if (!area || area->vm_start > r.addr) return Objection{vma::Refusal::not_mapped, "vma.mremap.not_mapped"};
  if (r.old_len > area->vm_end - r.addr) return Objection{vma::Refusal::beyond_area, "vma.mremap.beyond_area"};
  if (has(area->vm_flags, vma::VM_DONTEXPAND) && r.new_len > r.old_len)
    return Objection{vma::Refusal::not_expandable, "vma.mremap.not_expandable"};
  return std::nullopt;
}

/// The same of the state at hand.
template <Word W>
constexpr std::optional<Objection> bad_source(const vma::Mm<W>& mm, const RemapRequest<W>& r) {
  const std::size_t position = first_above(mm.areas, r.addr);
  return bad_source(position < mm.areas.size() ? &mm.areas[position] : nullptr, r);
}

/// True if the area would grow over the last page offset.
template <Word W>
constexpr bool offset_would_wrap(const MachineOf<W>& machine, const vma::Area<W>& area, const RemapRequest<W>& r) {
  const W pgoff = area.vm_pgoff + pages_between<W>(machine, area.vm_start, r.addr);
  return r.new_len > r.old_len && offset_wraps<W>(pgoff, pages_in<W>(machine, r.new_len));
}

/// The same of the state at hand, where the source is good.
template <Word W>
constexpr bool offset_would_wrap(const MachineOf<W>& machine, const vma::Mm<W>& mm, const RemapRequest<W>& r) {
  return offset_would_wrap(machine, mm.areas[first_above(mm.areas, r.addr)], r);
}

/// True if an unmapping failed, and not because there was nothing to unmap.
template <Word W>
constexpr bool unmapping_failed(const VmaStep<W>& step) {
  return was_refused(step) && refusal_of(step) != vma::Refusal::length_zero;
}

// ---- Before the move ------------------------------------------------------------------------------------------------

/// The destination is cleared. Refused if 2.4.0 ought to give up here: see [defect.vma.remap_looks_first] and
/// [defect.vma.remap_destination].
template <Word W>
constexpr VmaStep<W> clear_destination(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                       const RemapRequest<W>& r) {
  // refuse
  const vma::Mm<W>& mm = so_far.state.mm;
  auto bad = bad_source(mm, r);
  if (!bad && kernel.corrected.remap_offset && offset_would_wrap<W>(kernel.machine, mm, r))
    bad = Objection{vma::Refusal::offset_wraps, "vma.mremap.page_offset"};
  if (bad && kernel.corrected.remap_looks_first) return refused(std::move(so_far), *bad);
  const bool loses = std::ranges::any_of(
      mm.areas, [&](const vma::Area<W>& area) { return meets(area, r.new_addr, r.new_addr + r.new_len); });
  if (bad && loses) so_far.because.push_back("defect.vma.remap_looks_first");

  // change
  so_far = do_munmap<W>(kernel, std::move(so_far), r.new_addr, r.new_len);
  if (has_ended(so_far)) return so_far;
  if (unmapping_failed(so_far)) {
    const vma::Refusal reason = refusal_of(so_far);
    if (kernel.corrected.remap_destination)
      return refused(std::move(so_far), reason, "vma.mremap.fixed.destination_stays");
    so_far.because.push_back("defect.vma.remap_destination");
  }
  so_far.result = vma::Success{};
  so_far.because.push_back("vma.mremap.fixed.unmaps_destination");
  return so_far;
}

/// What is behind the new length goes. Refused if 2.4.0 ought to give up here: see [defect.vma.remap_shrinks_checked] and
/// [defect.vma.remap_tail].
template <Word W>
constexpr VmaStep<W> cut_tail(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const RemapRequest<W>& r) {
  // refuse
  if (!r.fixed) {
    if (const auto bad = bad_source(so_far.state.mm, r)) {
      if (kernel.corrected.remap_shrinks_checked) return refused(std::move(so_far), *bad);
      so_far.because.push_back("defect.vma.remap_shrinks_checked");
    }
  }

  // change
  so_far = do_munmap<W>(kernel, std::move(so_far), r.addr + r.new_len, r.old_len - r.new_len);
  if (has_ended(so_far)) return so_far;
  if (unmapping_failed(so_far)) {
    const bool stops = r.fixed ? kernel.corrected.remap_tail : kernel.corrected.remap_shrinks_checked;
    const vma::Refusal reason = refusal_of(so_far);
    if (stops) return refused(std::move(so_far), reason, "vma.mremap.tail_stays");
    so_far.because.push_back(r.fixed ? ClauseRef("defect.vma.remap_tail")
                                     : ClauseRef("defect.vma.remap_shrinks_checked"));
  } else if (r.old_len != r.new_len) {
    so_far.because.push_back("vma.mremap.shrinks");
  }
  so_far.result = vma::Address<W>{r.addr};
  return so_far;
}

/// The limits on what is locked, on the address space, on memory: of the difference, also where nothing grows. Refused, or as it
/// was.
template <Word W>
constexpr VmaStep<W> check_growth(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                                  const RemapRequest<W>& r) {
  const MachineOf<W>& machine = kernel.machine;
  const vma::Knobs<W>& knobs = so_far.state.knobs;
  const vma::Mm<W>& mm = so_far.state.mm;
  const W difference = r.new_len - r.old_len;
  if (has(area.vm_flags, vma::VM_LOCKED) && bytes_in<W>(machine, mm.locked_vm) + difference > knobs.rlimit_memlock)
    return refused(std::move(so_far), vma::Refusal::locked_limit, "vma.mremap.locked_limit");
  if (bytes_in<W>(machine, mm.total_vm) + difference > knobs.rlimit_as)
    return refused(std::move(so_far), vma::Refusal::address_space_limit, "vma.mremap.address_space");
  if (is_charged(area.vm_flags) && !vm_enough_memory<W>(knobs, pages_in<W>(machine, difference))) {
    if (!area.mapped_noreserve || !kernel.corrected.remap_noreserve) {
      if (area.mapped_noreserve) so_far.because.push_back("defect.vma.remap_noreserve");
      return refused(std::move(so_far), vma::Refusal::no_memory, "vma.mremap.memory");
    }
  }
  return so_far;
}

// ---- The move -------------------------------------------------------------------------------------------------------

/// Whether there may be one area more, and a hole where the old range was. Refused, or as it was.
template <Word W>
constexpr VmaStep<W> check_areas(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                                 const RemapRequest<W>& r) {
  const vma::Mm<W>& mm = so_far.state.mm;
  const W limit = so_far.state.knobs.max_map_count;
  const W source_end = r.addr + r.old_len;
  const bool unmaps = is_true(r.old_len != 0u);
  const bool no_room_for_hole = unmaps && is_hole_in(area, r.addr, source_end) && mm.map_count + 1u >= limit;
  const W others = unmaps ? areas_without<W>(mm, r.addr, source_end) : mm.map_count;
  const bool passes_limit = is_true(others >= limit);
  if (passes_limit && !kernel.corrected.split_limit) so_far.because.push_back("defect.vma.split_limit");
  if ((passes_limit && kernel.corrected.split_limit) || (no_room_for_hole && kernel.corrected.remap_source))
    return refused(std::move(so_far), vma::Refusal::too_many_areas, "vma.mremap.too_many_areas");
  return so_far;
}

/// Moves page table entries. The result is Success, or Refused; a refusal has put them back ([vma.knobs]).
template <Word W>
constexpr VmaStep<W> move_page_tables(VmaStep<W> so_far, W from, W to, W len) {
  std::uint32_t& fail = so_far.state.knobs.fail_move;
  bool moved = true;
  if (len != 0u && fail != 0) moved = --fail != 0;
  so_far.effects.push_back(vma::MovePageTables<W>{from, to, len, moved});
  if (!moved) return refused(std::move(so_far), vma::Refusal::no_page_tables, "vma.mremap.no_page_tables");
  so_far.result = vma::Success{};
  return so_far;
}

/// A move that cannot be finished is taken back: the new area goes, the page tables return.
template <Word W>
constexpr VmaStep<W> move_undone(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& moved,
                                 const RemapRequest<W>& r) {
  so_far = unlinked(kernel, std::move(so_far), moved.id);
  if (has_ended(so_far)) return so_far;
  so_far = remove_shared_vm_struct(std::move(so_far), moved);
  so_far.state.mm.map_count = so_far.state.mm.map_count - 1u;
  so_far.state.lookup.mmap_cache = std::nullopt;
  so_far.effects.push_back(vma::MovePageTables<W>{moved.vm_start, r.addr, r.old_len, true});
  so_far = vm_close(std::move(so_far), moved);
  if (moved.vm_file != 0) so_far = fput(std::move(so_far), moved.vm_file);
  return refused(vma_free(std::move(so_far)), vma::Refusal::no_area_structure, "vma.mremap.no_structure");
}

/// The old range is unmapped, or the move taken back where there is no structure for it. 2.4.0 takes no notice of a failure:
/// [defect.vma.remap_source].
template <Word W>
constexpr VmaStep<W> unmap_source(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& moved,
                                  const RemapRequest<W>& r) {
  so_far = do_munmap<W>(kernel, std::move(so_far), r.addr, r.old_len);
  if (has_ended(so_far)) return so_far;
  if (unmapping_failed(so_far)) {
    if (kernel.corrected.remap_source) return move_undone<W>(kernel, std::move(so_far), moved, r);
    so_far.because.push_back("defect.vma.remap_source");
  }
  so_far.result = vma::Success{};
  return so_far;
}

/// Moves the old range of `area` to `to`, and makes it as long as it is to be. The result is the Address, or Refused. 2.4.0:
/// move_vma.
template <Word W>
constexpr VmaStep<W> move_vma(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                              const RemapRequest<W>& r, W to) {
  const MachineOf<W>& machine = kernel.machine;

  // refuse
  so_far = check_areas<W>(kernel, std::move(so_far), area, r);
  if (was_refused(so_far)) return so_far;
  auto structure = vma_alloc(std::move(so_far));
  so_far = std::move(structure.so_far);
  if (!structure.id) return refused(std::move(so_far), vma::Refusal::no_area_structure, "vma.mremap.no_structure");
  so_far = move_page_tables<W>(std::move(so_far), r.addr, to, r.old_len);
  if (was_refused(so_far)) {
    const vma::Result<W> why = so_far.result;
    so_far = zap_page_range<W>(std::move(so_far), to, r.old_len);
    so_far.result = why;
    return vma_free(std::move(so_far));
  }

  // change
  vma::Area<W> moved = part_of<vma::Area<W>, W>(machine, area, r.addr, r.addr + r.old_len);
  moved.vm_start = to;
  moved.vm_end = to + r.new_len;
  moved.id = *structure.id;
  so_far = insert_vm_struct(opened(std::move(so_far), moved), moved);
  so_far = unmap_source<W>(kernel, std::move(so_far), moved, r);
  if (was_refused(so_far)) return so_far;
  const W pages = pages_in<W>(machine, r.new_len);
  so_far.state.mm.total_vm = so_far.state.mm.total_vm + pages;

  // report
  so_far.because.push_back(r.old_len == 0u ? ClauseRef("vma.mremap.maps_again") : ClauseRef("vma.mremap.moves"));
  so_far.result = vma::Address<W>{to};
  if (!has(moved.vm_flags, vma::VM_LOCKED)) return so_far;
  so_far.state.mm.locked_vm = so_far.state.mm.locked_vm + pages;
  so_far.because.push_back("vma.mremap.locked");
  return make_pages_present<W>(std::move(so_far), to, to + r.new_len);
}

/// True if the area can become longer where it is: the old range reaches to its end, and the new one ends in front of the next
/// area and of the end of the task.
template <Word W>
constexpr bool can_grow_in_place(const MachineOf<W>& machine, const vma::Mm<W>& mm, const vma::Area<W>& area,
                                 const RemapRequest<W>& r) {
  if (r.old_len != area.vm_end - r.addr || r.fixed || r.old_len == r.new_len) return false;
  const AreaId next = behind(mm, AreaId(area.id));
  const W limit = next ? vma::area_of(mm, *next).vm_start : W(machine.task_size);
  return is_true(limit - r.addr >= r.new_len);
}

template <Word W>
constexpr VmaStep<W> grown_in_place(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Area<W>& area,
                                    const RemapRequest<W>& r) {
  vma::Mm<W>& mm = so_far.state.mm;
  const W pages = pages_in<W>(kernel.machine, r.new_len - r.old_len);
  mm.areas[vma::position_of(mm, area.id)].vm_end = r.addr + r.new_len;
  if (!mutant("vma.mremap.forgets_total_vm")) mm.total_vm = mm.total_vm + pages;
  so_far.because.push_back("vma.mremap.grows_in_place");
  so_far.result = vma::Address<W>{r.addr};
  if (!has(area.vm_flags, vma::VM_LOCKED)) return so_far;
  mm.locked_vm = mm.locked_vm + pages;
  so_far.because.push_back("vma.mremap.locked");
  return make_pages_present<W>(std::move(so_far), r.addr + r.old_len, r.addr + r.new_len);
}

/// Grows in place or moves what is good to be moved. The result is the Address, or Refused.
template <Word W>
constexpr VmaStep<W> grow_or_move(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const RemapRequest<W>& r) {
  // refuse
  auto looked = find_vma<W>(std::move(so_far), r.addr);
  so_far = std::move(looked.so_far);
  const vma::Mm<W>& mm = so_far.state.mm;
  if (const auto bad = bad_source(looked.area ? &vma::area_of(mm, *looked.area) : nullptr, r))
    return refused(std::move(so_far), *bad);
  const vma::Area<W> area = vma::area_of(mm, *looked.area);
  if (offset_would_wrap<W>(kernel.machine, area, r)) {
    if (kernel.corrected.remap_offset)
      return refused(std::move(so_far), vma::Refusal::offset_wraps, "vma.mremap.page_offset");
    so_far.because.push_back("defect.vma.remap_offset");
  }
  so_far = check_growth<W>(kernel, std::move(so_far), area, r);
  if (was_refused(so_far)) return so_far;

  // change
  if (can_grow_in_place<W>(kernel.machine, so_far.state.mm, area, r))
    return grown_in_place<W>(kernel, std::move(so_far), area, r);
  if (!r.may_move) return refused(std::move(so_far), vma::Refusal::no_room_to_grow, "vma.mremap.no_room");
  W to = r.new_addr;
  if (!r.fixed) {
    so_far = get_unmapped_area<W>(kernel, std::move(so_far), W(0u), r.new_len);
    if (was_refused(so_far)) {
      so_far.because.push_back("vma.mremap.no_gap");
      return so_far;
    }
    to = std::get<vma::Address<W>>(so_far.result).value;
  }
  return move_vma<W>(kernel, std::move(so_far), area, r, to);
}

/// The result is the Address, or Refused. 2.4.0: do_mremap.
template <Word W>
constexpr VmaStep<W> mremap(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, const vma::Mremap<W>& call) {
  const MachineOf<W>& machine = kernel.machine;

  // refuse
  if ((call.flags & ~W(vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED)) != 0u)
    return refused(std::move(so_far), vma::Refusal::unknown_flags, "vma.mremap.unknown_flags");
  if (!is_page_aligned<W>(machine, call.addr))
    return refused(std::move(so_far), vma::Refusal::address_unaligned, "vma.mremap.unaligned");
  RemapRequest<W> r{.addr = call.addr,
                    .old_len = page_align<W>(machine, call.old_len),
                    .new_len = page_align<W>(machine, call.new_len),
                    .may_move = has(call.flags, vma::MREMAP_MAYMOVE),
                    .fixed = has(call.flags, vma::MREMAP_FIXED),
                    .new_addr = call.new_addr};
  if (r.new_len == 0u) {
    if (kernel.corrected.remap_zero_length)
      return refused(std::move(so_far), vma::Refusal::length_zero, "vma.mremap.length_zero");
    so_far.because.push_back("defect.vma.remap_zero_length");
  }
  if (r.fixed) {
    if (const auto bad = bad_destination<W>(machine, r)) return refused(std::move(so_far), *bad);
    so_far = clear_destination<W>(kernel, std::move(so_far), r);
    if (was_refused(so_far)) return so_far;
  }

  // change
  if (r.old_len >= r.new_len) {
    so_far = cut_tail<W>(kernel, std::move(so_far), r);
    if (!r.fixed || was_refused(so_far)) return so_far;
    if (r.old_len > r.new_len) {
      if (kernel.corrected.remap_shrinks_and_moves) {
        r.old_len = r.new_len;
      } else {
        so_far.because.push_back("defect.vma.remap_shrinks_and_moves");
      }
    }
  }
  return grow_or_move<W>(kernel, std::move(so_far), r);
}

}  // namespace refmm::model::inline REFMM_BUILD
