// mremap in later eras: other refusals, moves of several areas, and moves that leave the old range behind.
//
// Follows do_mremap and its callees in mm/mremap.c.
#pragma once

#include <refmm/model/since_merge.hpp>
#include <refmm/model/since_unmapped.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// What a call of a later era asks for; lengths are rounded.
template <Word W>
struct EraRemap {
  RemapRequest<W> r;
  bool leaves_old;          // MREMAP_DONTUNMAP
  std::optional<W> chosen;  // where the kernel put it, if that is known
};

/// Whether `new_addr` counts: as the destination, or as a hint.
template <Word W>
constexpr bool names_destination(const EraRemap<W>& request) {
  return request.r.fixed || request.leaves_old;
}

/// What is asked of the arguments. Source: check_mremap_params.
template <Word W>
constexpr EraStep<W> check_arguments(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                     const vma::Mremap<W>& call, const EraRemap<W>& request) {
  const MachineOf<W>& machine = kernel.base.machine;
  const RemapRequest<W>& r = request.r;
  const since::Era& era = kernel.era;
  const W known =
      W(vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED) | W(era.mremap_dontunmap ? since::MREMAP_DONTUNMAP : 0u);
  if ((call.flags & ~known) != W(0u))
    return refused(std::move(so_far), vma::Refusal::unknown_flags, "vma.mremap.unknown_flags");
  if (!is_page_aligned<W>(machine, r.addr))
    return refused(std::move(so_far), vma::Refusal::address_unaligned, "vma.mremap.unaligned");
  if (r.new_len == W(0u)) return refused(std::move(so_far), vma::Refusal::length_zero, "vma.mremap.length_zero");
  if (era.mremap_arguments && r.new_len > W(machine.task_size))
    return refused(std::move(so_far), since::Refusal::length_too_large, "since.mremap.arguments");
  if (!names_destination(request)) return so_far;
  if (request.leaves_old && (!r.may_move || r.old_len != r.new_len))
    return refused(std::move(so_far), since::Refusal::dontunmap_resizes, "since.mremap.dontunmap");
  const bool overlap =
      !era.mremap_arguments || (r.addr < r.new_addr + r.new_len && r.new_addr < r.addr + r.old_len);
  const auto bad = bad_destination<W>(machine, r);
  if (bad && (bad->refusal != vma::Refusal::ranges_overlap || overlap)) return refused(std::move(so_far), *bad);
  return so_far;
}

/// Whether the area that holds the source lets itself be moved or lengthened. Source: check_prep_vma.
template <Word W>
constexpr EraStep<W> check_source(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                  const EraRemap<W>& request) {
  const RemapRequest<W>& r = request.r;
  const auto& areas = so_far.state.base.mm.areas;
  const std::size_t position = first_above(areas, r.addr);
  if (position == areas.size() || areas[position].vm_start > r.addr)
    return refused(std::move(so_far), vma::Refusal::not_mapped, "vma.mremap.not_mapped");
  const vma::Area<W>& area = areas[position];
  if (!names_destination(request) && r.new_len <= r.old_len) return so_far;
  if (kernel.era.mremap_private && r.old_len == W(0u) && !has(area.vm_flags, vma::VM_SHARED | vma::VM_MAYSHARE))
    return refused(std::move(so_far), since::Refusal::private_mapped_again, "since.mremap.private");
  if (request.leaves_old && has(area.vm_flags, vma::VM_DONTEXPAND))
    return refused(std::move(so_far), since::Refusal::dontunmap_resizes, "since.mremap.dontunmap");
  const W moved = r.new_len < r.old_len ? r.new_len : r.old_len;
  if (moved > area.vm_end - r.addr)
    return refused(std::move(so_far), vma::Refusal::beyond_area, "vma.mremap.beyond_area");
  if (r.new_len <= r.old_len) return so_far;
  if (offset_would_wrap<W>(kernel.base.machine, area, r))
    return refused(std::move(so_far), vma::Refusal::offset_wraps, "vma.mremap.page_offset");
  if (has(area.vm_flags, vma::VM_DONTEXPAND))
    return refused(std::move(so_far), vma::Refusal::not_expandable, "vma.mremap.not_expandable");
  const W pages = pages_in<W>(kernel.base.machine, r.new_len - r.old_len);
  if (has(area.vm_flags, vma::VM_LOCKED) && passes_locked_limit<W>(kernel, so_far.state, pages))
    return refused(std::move(so_far), vma::Refusal::locked_limit, "vma.mremap.locked_limit");
  return check_limits<W>(kernel, std::move(so_far), area.vm_flags, r.addr, W(0u),
                         bytes_in<W>(kernel.base.machine, pages));
}

/// The part of the moved area that has no pages of its own yet gets the offset of its new place, as memory without a file has it.
template <Word W>
constexpr EraStep<W> offset_of_place(const since::KernelOf<W>& kernel, EraStep<W> so_far, W to, bool was_written) {
  for (vma::Area<W>& area : so_far.state.base.mm.areas) {
    if (area.vm_start != to) continue;
    std::erase(so_far.state.written, area.id);
    if (was_written) so_far.state.written.push_back(area.id);
    if (!was_written && area.vm_file == 0) area.vm_pgoff = pages_in<W>(kernel.base.machine, to);
  }
  return so_far;
}

/// A copy of the old range at `to`, to which its pages go; the old one stays. [since.mremap.dontunmap]
template <Word W>
constexpr VmaStep<W> copied_to(const since::KernelOf<W>& kernel, VmaStep<W> base, const vma::Area<W>& area,
                               const RemapRequest<W>& r, W to) {
  vma::Area<W> copy = part_of<vma::Area<W>, W>(kernel.base.machine, area, r.addr, r.addr + r.old_len);
  copy.vm_start = to;
  copy.vm_end = to + r.new_len;
  auto structure = vma_alloc(std::move(base));
  base = std::move(structure.so_far);
  if (!structure.id) return refused(std::move(base), vma::Refusal::no_area_structure, "vma.mremap.no_structure");
  copy.id = *structure.id;
  base.effects.push_back(vma::MovePageTables<W>{r.addr, to, r.old_len, true});
  base = insert_vm_struct(opened(std::move(base), copy), copy);
  const W pages = pages_in<W>(kernel.base.machine, r.new_len);
  base.state.mm.total_vm = base.state.mm.total_vm + pages;
  if (has(copy.vm_flags, vma::VM_LOCKED)) base.state.mm.locked_vm = base.state.mm.locked_vm + pages;
  base.because.push_back("since.mremap.dontunmap");
  base.result = vma::Address<W>{to};
  return base;
}

/// The area that the old range lies in is not locked any more, whole or not, though it goes on to count as locked; it has no pages
/// of its own if it is the old range. Source: dontunmap_complete.
template <Word W>
constexpr EraStep<W> old_range_left(EraStep<W> so_far, const RemapRequest<W>& r) {
  auto& areas = so_far.state.base.mm.areas;
  vma::Area<W>& left = areas[first_above(areas, r.addr)];
  left.vm_flags = left.vm_flags & ~W(vma::VM_LOCKED | since::VM_LOCKONFAULT);
  if (left.vm_start == r.addr && left.vm_end == r.addr + r.old_len) std::erase(so_far.state.written, left.id);
  return so_far;
}

/// Of what was moved and is locked only what is new is made present; 2.4.0 touches all of it. [since.merge.alike]
template <Word W>
constexpr EraStep<W> new_part_present(EraStep<W> so_far, const RemapRequest<W>& r, W to) {
  std::erase_if(so_far.effects, [](const vma::Effect<W>& effect) {
    return std::holds_alternative<vma::MakePagesPresent<W>>(effect);
  });
  const auto& areas = so_far.state.base.mm.areas;
  const bool is_locked = has(areas[first_above(areas, to)].vm_flags, vma::VM_LOCKED);
  if (is_locked && r.new_len > r.old_len)
    so_far.effects.push_back(vma::MakePagesPresent<W>{to + r.old_len, to + r.new_len});
  return so_far;
}

/// Moves the source, which is good, to `to`. The result is the Address, or Refused.
template <Word W>
constexpr EraStep<W> moved_to(const since::KernelOf<W>& kernel, EraStep<W> so_far, const EraRemap<W>& request,
                              W to) {
  const auto& areas = so_far.state.base.mm.areas;
  const vma::Area<W> area = areas[first_above(areas, request.r.addr)];
  const bool written = was_written(so_far.state, area);
  so_far = as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
    if (request.leaves_old) return copied_to<W>(kernel, std::move(base), area, request.r, to);
    return move_vma<W>(kernel.base, std::move(base), area, request.r, to);
  });
  if (was_refused(so_far)) return so_far;
  so_far = new_part_present<W>(std::move(so_far), request.r, to);
  so_far = offset_of_place<W>(kernel, std::move(so_far), to, written);
  so_far = merged_around<W>(kernel, std::move(so_far), to, W(to + request.r.new_len));
  return request.leaves_old ? old_range_left<W>(std::move(so_far), request.r) : so_far;
}

/// Where a source without a fixed destination goes: Address, Refused, or ChoiceForbidden.
template <Word W>
constexpr EraStep<W> destination_found(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                       const EraRemap<W>& request) {
  const auto& areas = so_far.state.base.mm.areas;
  const vma::Area<W>& area = areas[first_above(areas, request.r.addr)];
  const bool large = area.vm_file == 0;
  so_far = place_found<W>(kernel, std::move(so_far),
                          {.hint = request.leaves_old ? request.r.new_addr : W(0u),
                           .len = request.r.new_len,
                           .large_alignment = large,
                           .raises_hint = false,
                           .chosen = request.chosen});
  return so_far;
}

/// Takes out what is at the destination, cuts off what is too long, and moves. Source: mremap_to.
template <Word W>
constexpr EraStep<W> remapped_to(const since::KernelOf<W>& kernel, EraStep<W> so_far, EraRemap<W> request) {
  RemapRequest<W>& r = request.r;
  const auto unmapped = [&](EraStep<W> step, W addr, W len) {
    return as_in_2_4_0<W>(std::move(step),
                          [&](VmaStep<W> base) { return do_munmap<W>(kernel.base, std::move(base), addr, len); });
  };
  if (r.fixed) {
    so_far = unmapped(std::move(so_far), r.new_addr, r.new_len);
    if (was_refused(so_far)) return so_far;
    so_far.because.push_back("vma.mremap.fixed.unmaps_destination");
    const auto& areas = so_far.state.base.mm.areas;
    const std::size_t position = first_above(areas, r.addr);
    if (position == areas.size() || areas[position].vm_start > r.addr)
      return refused(std::move(so_far), vma::Refusal::not_mapped, "vma.mremap.not_mapped");
  }
  if (r.old_len > r.new_len) {
    so_far = unmapped(std::move(so_far), r.addr + r.new_len, r.old_len - r.new_len);
    if (was_refused(so_far)) return so_far;
    so_far.because.push_back("vma.mremap.shrinks");
    r.old_len = r.new_len;
  }
  if (request.leaves_old) {
    const W flags = so_far.state.base.mm.areas[first_above(so_far.state.base.mm.areas, r.addr)].vm_flags;
    so_far = check_limits<W>(kernel, std::move(so_far), flags, r.addr, W(0u), r.old_len);
    if (was_refused(so_far)) return so_far;
  }
  W to = r.new_addr;
  if (r.fixed && kernel.era.mmap_lowest_address && to < W(kernel.lowest_address))
    return refused(std::move(so_far), since::Refusal::below_lowest_address, "since.mmap.lowest_address");
  if (!r.fixed) {
    so_far = destination_found<W>(kernel, std::move(so_far), request);
    if (was_refused(so_far)) return so_far;
    to = std::get<vma::Address<W>>(so_far.result).value;
  }
  return moved_to<W>(kernel, std::move(so_far), request, to);
}

/// Moves all areas of the old range, the gaps between them as they are. Source: remap_move. [since.mremap.several]
template <Word W>
constexpr EraStep<W> several_moved(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                   const EraRemap<W>& request) {
  const RemapRequest<W> whole = request.r;
  const W end = whole.addr + whole.old_len;
  std::vector<vma::Area<W>> touched;
  for (const vma::Area<W>& area : so_far.state.base.mm.areas) {
    if (meets(area, whole.addr, end)) touched.push_back(area);
  }
  if (touched.empty() || touched.front().vm_start > whole.addr)
    return refused(std::move(so_far), vma::Refusal::not_mapped, "vma.mremap.not_mapped");
  if (touched.size() > 1) so_far.because.push_back("since.mremap.several");
  for (const vma::Area<W>& area : touched) {
    EraRemap<W> part = request;
    part.r.addr = area.vm_start < whole.addr ? whole.addr : area.vm_start;
    part.r.old_len = part.r.new_len = (area.vm_end > end ? end : area.vm_end) - part.r.addr;
    part.r.new_addr = whole.new_addr + (part.r.addr - whole.addr);
    so_far = check_source<W>(kernel, std::move(so_far), part);
    if (!was_refused(so_far)) so_far = remapped_to<W>(kernel, std::move(so_far), part);
    if (was_refused(so_far)) return so_far;
  }
  so_far.result = vma::Address<W>{whole.new_addr};
  return so_far;
}

/// Shrinks, grows in place or moves where no destination is given. Source: mremap_at.
template <Word W>
constexpr EraStep<W> remapped_at(const since::KernelOf<W>& kernel, EraStep<W> so_far, const EraRemap<W>& request) {
  const RemapRequest<W>& r = request.r;
  if (r.old_len == r.new_len)
    return succeeded<W>(std::move(so_far), vma::Address<W>{r.addr}, "since.mremap.arguments");
  if (r.old_len > r.new_len) {
    so_far = as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
      return do_munmap<W>(kernel.base, std::move(base), r.addr + r.new_len, r.old_len - r.new_len);
    });
    if (was_refused(so_far)) return so_far;
    return succeeded<W>(std::move(so_far), vma::Address<W>{r.addr}, "vma.mremap.shrinks");
  }
  const auto& areas = so_far.state.base.mm.areas;
  const vma::Area<W> area = areas[first_above(areas, r.addr)];
  if (can_grow_in_place<W>(kernel.base.machine, so_far.state.base.mm, area, r)) {
    so_far = as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
      return grown_in_place<W>(kernel.base, std::move(base), area, r);
    });
    return merged_at<W>(kernel, std::move(so_far), W(r.addr + r.new_len));
  }
  if (!r.may_move) return refused(std::move(so_far), vma::Refusal::no_room_to_grow, "vma.mremap.no_room");
  return remapped_to<W>(kernel, std::move(so_far), request);
}

/// The result is the Address, or Refused, or ChoiceForbidden.
template <Word W>
constexpr EraStep<W> mremap_since(const since::KernelOf<W>& kernel, EraStep<W> so_far, const vma::Mremap<W>& call,
                                  std::optional<W> chosen) {
  const since::Era& era = kernel.era;
  if (!era.merge) {  // no later kernel resizes without joining
    return carried_out_by_2_4_0<W>(kernel, std::move(so_far), call);
  }

  // refuse
  const MachineOf<W>& machine = kernel.base.machine;
  const EraRemap<W> request{.r = {.addr = call.addr,
                                  .old_len = page_align<W>(machine, call.old_len),
                                  .new_len = page_align<W>(machine, call.new_len),
                                  .may_move = has(call.flags, vma::MREMAP_MAYMOVE),
                                  .fixed = has(call.flags, vma::MREMAP_FIXED),
                                  .new_addr = call.new_addr},
                            .leaves_old = era.mremap_dontunmap && has(call.flags, since::MREMAP_DONTUNMAP),
                            .chosen = chosen};
  so_far = check_arguments<W>(kernel, std::move(so_far), call, request);
  if (was_refused(so_far)) return so_far;
  const bool only_moves = request.r.fixed && request.r.old_len == request.r.new_len;
  if (!(only_moves && era.mremap_several)) so_far = check_source<W>(kernel, std::move(so_far), request);
  if (was_refused(so_far)) return so_far;

  // change
  if (only_moves && era.mremap_several) return several_moved<W>(kernel, std::move(so_far), request);
  return names_destination(request) ? remapped_to<W>(kernel, std::move(so_far), request)
                                    : remapped_at<W>(kernel, std::move(so_far), request);
}

}  // namespace refmm::model::inline REFMM_BUILD
