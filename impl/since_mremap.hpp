// mremap in later eras: other refusals, moves of several areas, and moves that leave the old range behind. Part of impl/since.hpp.
//
// Follows do_mremap and its callees in mm/mremap.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>

#include <algorithm>

namespace refmm::impl::inline REFMM_BUILD {

/// [since.mremap.*]
inline EraReturned<EraWord> EraAddressSpace::mremap(Word addr, Word old_len, Word new_len, Word flags,
                                                    Word new_addr) {
  if (!era_.merge) return mremap_as_2_4_0(addr, old_len, new_len, flags, new_addr);
  const EraRemap request{.r = {.addr = addr,
                               .old_len = page_align(old_len),
                               .new_len = page_align(new_len),
                               .may_move = has(flags, vma::MREMAP_MAYMOVE),
                               .fixed = has(flags, vma::MREMAP_FIXED),
                               .new_addr = new_addr},
                         .leaves_old = era_.mremap_dontunmap && has(flags, since::MREMAP_DONTUNMAP)};
  if (const auto refusal = check_arguments(flags, request)) return *refusal;
  const bool only_moves = request.r.fixed && request.r.old_len == request.r.new_len;
  if (only_moves && era_.mremap_several) return remap_several(request);
  if (const auto refusal = check_source(request)) return *refusal;
  return request.names_destination() ? remap_to(request) : remap_at(request);
}

/// What is moved counts as written to where something was that had been written to, and only there.
inline EraReturned<EraWord> EraAddressSpace::mremap_as_2_4_0(Word addr, Word old_len, Word new_len, Word flags,
                                                             Word new_addr) {
  bool was_written = false;
  if (has(flags, vma::MREMAP_FIXED)) {
    for (const Area& area : areas_.meeting(new_addr, new_addr + page_align(new_len)))
      was_written |= area.was_written;
  }
  const auto moved = Base::mremap(addr, old_len, new_len, flags, new_addr);
  if (moved && *moved != addr) areas_.find(*moved)->was_written = was_written;
  return moved;
}

// ---- What is refused ------------------------------------------------------------------------------------------------

/// [since.mremap.arguments], [since.mremap.dontunmap]. Source: check_mremap_params.
inline std::optional<EraRefusal> EraAddressSpace::check_arguments(Word flags, const EraRemap& request) const {
  const RemapRequest& r = request.r;
  const Word known =
      vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED | (era_.mremap_dontunmap ? since::MREMAP_DONTUNMAP : 0);
  if ((flags & ~known) != 0) return vma::Refusal::unknown_flags;
  if (!is_page_aligned(r.addr)) return vma::Refusal::address_unaligned;
  if (r.new_len == 0) return vma::Refusal::length_zero;
  if (era_.mremap_arguments && r.new_len > machine_.task_size) return since::Refusal::length_too_large;
  if (!request.names_destination()) return std::nullopt;
  if (request.leaves_old && (!r.may_move || r.old_len != r.new_len)) return since::Refusal::dontunmap_resizes;
  const bool overlap =
      !era_.mremap_arguments || (r.addr < r.new_addr + r.new_len && r.new_addr < r.addr + r.old_len);
  const auto bad = bad_destination(r);
  if (bad && (*bad != vma::Refusal::ranges_overlap || overlap)) return *bad;
  return std::nullopt;
}

/// [since.mremap.private], [since.mremap.dontunmap]: whether the area that holds the source lets itself be moved or lengthened.
/// Source: check_prep_vma.
inline std::optional<EraRefusal> EraAddressSpace::check_source(const EraRemap& request) {
  const RemapRequest& r = request.r;
  const Area* const area = area_at(r.addr);
  if (area == nullptr) return vma::Refusal::not_mapped;
  if (!request.names_destination() && r.new_len <= r.old_len) return std::nullopt;
  if (era_.mremap_private && r.old_len == 0 && !area->has(vma::VM_SHARED | vma::VM_MAYSHARE))
    return since::Refusal::private_mapped_again;
  if (request.leaves_old && area->has(vma::VM_DONTEXPAND)) return since::Refusal::dontunmap_resizes;
  if (std::min(r.new_len, r.old_len) > area->vm_end - r.addr) return vma::Refusal::beyond_area;
  if (r.new_len <= r.old_len) return std::nullopt;
  if (offset_would_wrap(*area, r)) return vma::Refusal::offset_wraps;
  if (area->has(vma::VM_DONTEXPAND)) return vma::Refusal::not_expandable;
  const Word more = r.new_len - r.old_len;
  if (area->has(vma::VM_LOCKED) && passes_locked_limit(pages_in(more))) return vma::Refusal::locked_limit;
  return check_limits(area->vm_flags, r.addr, 0, more);
}

// ---- Where it goes --------------------------------------------------------------------------------------------------

/// Shrinks, grows in place or moves where no destination is given. Source: mremap_at.
inline EraReturned<EraWord> EraAddressSpace::remap_at(const EraRemap& request) {
  const RemapRequest& r = request.r;
  if (r.old_len == r.new_len) return r.addr;
  if (r.old_len > r.new_len) {
    const auto unmapped = do_munmap(r.addr + r.new_len, r.old_len - r.new_len);
    if (!unmapped) return unmapped.refusal();
    return r.addr;
  }
  Area* const area = areas_.find(r.addr);
  if (can_grow_in_place(area, r)) {
    grow_in_place(area, r);
    merge_at(r.addr + r.new_len);
    return r.addr;
  }
  if (!r.may_move) return vma::Refusal::no_room_to_grow;
  return remap_to(request);
}

/// Takes out what is at the destination, cuts off what is too long, and moves. Source: mremap_to.
inline EraReturned<EraWord> EraAddressSpace::remap_to(EraRemap request) {
  RemapRequest& r = request.r;
  if (r.fixed) {
    if (const auto cleared = do_munmap(r.new_addr, r.new_len); !cleared) return cleared.refusal();
    if (area_at(r.addr) == nullptr) return vma::Refusal::not_mapped;
  }
  if (r.old_len > r.new_len) {
    const auto cut = do_munmap(r.addr + r.new_len, r.old_len - r.new_len);
    if (!cut) return cut.refusal();
    r.old_len = r.new_len;
  }
  const Area& area = *areas_.find(r.addr);
  if (request.leaves_old) {
    if (const auto refusal = check_limits(area.vm_flags, r.addr, 0, r.old_len)) return *refusal;
  }
  if (r.fixed) {
    const bool is_low = era_.mmap_lowest_address && r.new_addr < kernel_.lowest_address;
    return is_low ? EraReturned<Word>(since::Refusal::below_lowest_address) : move_to(request, r.new_addr);
  }
  const auto place = find_place({.hint = request.leaves_old ? r.new_addr : 0,
                                 .len = r.new_len,
                                 .large_alignment = area.vm_file == nullptr,
                                 .raises_hint = false});
  return place ? move_to(request, *place) : place;
}

/// [since.mremap.several]: moves all areas of the old range, the gaps between them as they are. Source: remap_move.
inline EraReturned<EraWord> EraAddressSpace::remap_several(const EraRemap& request) {
  const RemapRequest& whole = request.r;
  const Word end = whole.addr + whole.old_len;
  if (area_at(whole.addr) == nullptr) return vma::Refusal::not_mapped;
  for (Word from = whole.addr; from < end;) {
    const Area* const area = find_vma_intersection(from, end);
    if (area == nullptr) break;
    EraRemap part = request;
    part.r.addr = std::max(area->vm_start, from);
    from = std::min(area->vm_end, end);
    part.r.old_len = part.r.new_len = from - part.r.addr;
    part.r.new_addr = whole.new_addr + (part.r.addr - whole.addr);
    if (const auto refusal = check_source(part)) return *refusal;
    if (const auto moved = remap_to(part); !moved) return moved;
  }
  return whole.new_addr;
}

// ---- The move -------------------------------------------------------------------------------------------------------

/// Moves a good source to `to`, where nothing is. Memory without a file that has no pages of its own yet counts its pages from its
/// new place, and of what is locked only what is new is made present ([since.merge.alike]).
inline EraReturned<EraWord> EraAddressSpace::move_to(const EraRemap& request, Word to) {
  const Area& area = *areas_.find(request.r.addr);
  const RemapRequest& r = request.r;
  const auto moved = request.leaves_old ? copy_to(area, r, to) : move_vma(area, r, to);
  if (!moved) return moved;
  Area& there = *areas_.find(to);
  layer_.take_present();
  if (there.has(vma::VM_LOCKED) && r.new_len > r.old_len)
    layer_.make_pages_present(to + r.old_len, to + r.new_len);
  if (!there.was_written && there.vm_file == nullptr) there.vm_pgoff = pages_in(to);
  merge_around(to, to + r.new_len);
  if (request.leaves_old) leave_old_range(r);
  return to;
}

/// [since.mremap.dontunmap]: a copy of the old range at `to`, to which its pages go; the old one stays.
inline auto EraAddressSpace::copy_to(const Area& area, const RemapRequest& r, Word to) -> Returned<Word> {
  Area* const copy = vma_alloc();
  if (copy == nullptr) return vma::Refusal::no_area_structure;
  layer_.move_page_tables(r.addr, to, r.old_len);
  part_of(area, r.addr, r.addr + r.old_len, copy);
  copy->vm_start = to;
  copy->vm_end = to + r.new_len;
  open_new(copy);
  link(copy);
  account(*copy, pages_in(r.new_len));
  return to;
}

/// The area that the old range lies in is not locked any more, whole or not, though it goes on to count as locked; it has no pages
/// of its own if it is the old range. Source: dontunmap_complete.
inline void EraAddressSpace::leave_old_range(const RemapRequest& r) {
  Area& left = *areas_.find(r.addr);
  left.vm_flags &= ~lock_bits;
  if (left.vm_start == r.addr && left.vm_end == r.addr + r.old_len) left.was_written = false;
}

}  // namespace refmm::impl::inline REFMM_BUILD
