// mremap: a range becomes longer or shorter, where it is or elsewhere. Part of impl/vma.hpp.
//
// Source: do_mremap and move_vma in mm/mremap.c of 2.4.0, with its eight defects mended: the source is looked at before the
// destination goes; whatever could not be unmapped ends the call; and a move that cannot be finished is undone.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [vma.mremap.*]
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::mremap(Word addr, Word old_len, Word new_len, Word flags, Word new_addr)
    -> Returned<Word> {
  if ((flags & ~Word{vma::MREMAP_MAYMOVE | vma::MREMAP_FIXED}) != 0) return vma::Refusal::unknown_flags;
  if (!is_page_aligned(addr)) return vma::Refusal::address_unaligned;
  RemapRequest r{.addr = addr,
                 .old_len = page_align(old_len),
                 .new_len = page_align(new_len),
                 .may_move = has(flags, vma::MREMAP_MAYMOVE),
                 .fixed = has(flags, vma::MREMAP_FIXED),
                 .new_addr = new_addr};
  if (r.new_len == 0 && !mutant("vma.impl.cve_2003_0985.mremap_makes_empty_area"))
    return vma::Refusal::length_zero;
  if (r.fixed) {
    if (const auto refusal = bad_destination(r)) return *refusal;
    if (const auto cleared = clear_destination(r); !cleared) return cleared.refusal();
  }
  if (r.old_len >= r.new_len) {
    if (const auto cut = cut_tail(r); !cut) return cut.refusal();
    if (!r.fixed) return addr;
    r.old_len = r.new_len;
  }
  return grow_or_move(r);
}

// ---- What is looked at --------------------------------------------------------------------------------------------

/// [vma.mremap.fixed.*]: why the destination cannot be one. Sums may wrap, as in 2.4.0; the source is looked at behind this.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::bad_destination(const RemapRequest& r) const {
  if (!is_page_aligned(r.new_addr)) return vma::Refusal::address_unaligned;
  if (!r.may_move) return vma::Refusal::fixed_without_maymove;
  if (!lies_in_task(r.new_addr, r.new_len)) return vma::Refusal::range_outside_task;
  const Word new_end = r.new_addr + r.new_len;
  const Word old_end = r.addr + r.old_len;
  if (mutant("vma.impl.mremap.overlaps_from_below")) {
    if (r.addr <= r.new_addr && old_end > r.new_addr) return vma::Refusal::ranges_overlap;
    return std::nullopt;
  }
  if ((r.new_addr <= r.addr && new_end > r.addr) || (r.addr <= r.new_addr && old_end > r.new_addr))
    return vma::Refusal::ranges_overlap;
  return std::nullopt;
}

/// [vma.mremap.not_mapped], [vma.mremap.beyond_area], [vma.mremap.not_expandable]: why the area found above `r.addr` cannot be
/// the source. It must hold the whole old range.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::bad_source(const Area* area, const RemapRequest& r) const {
  if (area == nullptr || area->vm_start > r.addr) return vma::Refusal::not_mapped;
  if (r.old_len > area->vm_end - r.addr) return vma::Refusal::beyond_area;
  if (area->has(vma::VM_DONTEXPAND) && r.new_len > r.old_len && !mutant("vma.impl.mremap.expands_all"))
    return vma::Refusal::not_expandable;
  return std::nullopt;
}

/// [vma.mremap.page_offset]: true if the area would grow over the last page offset.
template <PagingLayer Layer, PageSource Pages>
bool AddressSpace<Layer, Pages>::offset_would_wrap(const Area& area, const RemapRequest& r) const {
  const Word pgoff = area.vm_pgoff + pages_in(r.addr - area.vm_start);
  return r.new_len > r.old_len && static_cast<Word>(pgoff + pages_in(r.new_len)) < pgoff;
}

/// [vma.mremap.locked_limit], [vma.mremap.address_space], [vma.mremap.memory]: also asked if nothing grows.
template <PagingLayer Layer, PageSource Pages>
std::optional<vma::Refusal> AddressSpace<Layer, Pages>::check_growth(const Area& area, const RemapRequest& r) {
  const Word difference = r.new_len - r.old_len;
  if (area.has(vma::VM_LOCKED) && static_cast<Word>(bytes_in(locked_vm_) + difference) > limits.memlock)
    return vma::Refusal::locked_limit;
  if (static_cast<Word>(bytes_in(total_vm_) + difference) > limits.address_space)
    return vma::Refusal::address_space_limit;
  if (area.is_charged() && !area.mapped_noreserve && !layer_.vm_enough_memory(pages_in(difference)))
    return vma::Refusal::no_memory;
  return std::nullopt;
}

// ---- Before the move ----------------------------------------------------------------------------------------------

/// [vma.mremap.fixed.unmaps_destination], [vma.mremap.fixed.destination_stays]. That the result of the unmapping was ignored,
/// here and at the tail and the source, was CVE-2004-0077.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::clear_destination(const RemapRequest& r) {
  const Area* const area = areas_.find(r.addr);
  std::optional<vma::Refusal> bad = bad_source(area, r);
  if (!bad && offset_would_wrap(*area, r)) bad = vma::Refusal::offset_wraps;
  if (bad && !mutant("vma.impl.mremap.clears_destination_first")) return *bad;
  const auto cleared = do_munmap(r.new_addr, r.new_len);
  if (r.new_len == 0 || mutant("vma.impl.cve_2004_0077.mremap_ignores_munmap")) return {};
  return cleared;
}

/// [vma.mremap.shrinks], [vma.mremap.tail_stays].
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::cut_tail(const RemapRequest& r) {
  if (const auto bad = bad_source(areas_.find(r.addr), r); bad && !mutant("vma.impl.mremap.shrinks_unmapped"))
    return *bad;
  if (r.old_len == r.new_len) return {};
  return do_munmap(r.addr + r.new_len, r.old_len - r.new_len);
}

// ---- The move -----------------------------------------------------------------------------------------------------

/// Grows in place or moves. [vma.mremap.no_room], [vma.mremap.no_gap].
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::grow_or_move(const RemapRequest& r) -> Returned<Word> {
  Area* const area = areas_.find(r.addr);
  if (const auto refusal = bad_source(area, r)) return *refusal;
  if (offset_would_wrap(*area, r) && !mutant("vma.impl.mremap.grows_over_last_offset"))
    return vma::Refusal::offset_wraps;
  if (const auto refusal = check_growth(*area, r)) return *refusal;
  if (can_grow_in_place(area, r)) {
    grow_in_place(area, r);
    return r.addr;
  }
  if (!r.may_move) return vma::Refusal::no_room_to_grow;
  if (r.fixed) return move_vma(*area, r, r.new_addr);
  const auto to = get_unmapped_area(0, r.new_len);
  if (!to) return to.refusal();
  return move_vma(*area, r, *to);
}

/// The old range reaches to the end of the area, and the new one ends in front of the next area and of the end of the task.
template <PagingLayer Layer, PageSource Pages>
bool AddressSpace<Layer, Pages>::can_grow_in_place(Area* area, const RemapRequest& r) {
  if (r.fixed || r.old_len != area->vm_end - r.addr) return false;
  const Area* const next = area->vm_next;
  const Word limit = next != nullptr ? next->vm_start : machine_.task_size;
  return limit - r.addr >= r.new_len;
}

/// [vma.mremap.grows_in_place]: only what is added is faulted in.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::grow_in_place(Area* area, const RemapRequest& r) {
  areas_.set_end(*area, r.addr + r.new_len);
  account(*area, pages_in(r.new_len - r.old_len));
  if (area->has(vma::VM_LOCKED)) layer_.make_pages_present(r.addr + r.old_len, r.addr + r.new_len);
}

/// [vma.mremap.too_many_areas]: room for one area more, and for the piece above the hole that a move may leave behind.
template <PagingLayer Layer, PageSource Pages>
bool AddressSpace<Layer, Pages>::has_room_for_move(const Area& area, const RemapRequest& r) {
  const Word limit = layer_.max_map_count();
  if (mutant("vma.impl.mremap.moves_beyond_limit")) return true;
  if (r.old_len == 0) return map_count_ < limit;
  const Word end = r.addr + r.old_len;
  const bool leaves_hole = area.surrounds(r.addr, end);
  return areas_without(r.addr, end) < limit && !(leaves_hole && map_count_ + 1 >= limit);
}

/// [vma.mremap.moves], [vma.mremap.maps_again], [vma.mremap.no_page_tables]: a length of 0 is mapped a second time.
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::move_vma(const Area& area, const RemapRequest& r, Word to) -> Returned<Word> {
  if (!has_room_for_move(area, r)) return vma::Refusal::too_many_areas;
  Area* const moved = vma_alloc();
  if (moved == nullptr) return vma::Refusal::no_area_structure;
  if (!layer_.move_page_tables(r.addr, to, r.old_len)) {
    layer_.zap_page_range(to, r.old_len);
    if (!mutant("vma.impl.mremap.leaks_structure_without_tables")) free_unused(moved);
    return vma::Refusal::no_page_tables;
  }

  part_of(area, r.addr, r.addr + r.old_len, moved);
  moved->vm_start = to;
  moved->vm_end = to + r.new_len;
  open_new(moved);
  link(moved);
  if (r.old_len != 0 && !do_munmap(r.addr, r.old_len) && !mutant("vma.impl.mremap.leaves_source")) {
    undo_move(moved, r);
    return vma::Refusal::no_area_structure;
  }
  const Word pages = pages_in(r.new_len);
  account(*moved, pages);
  if (moved->has(vma::VM_LOCKED)) {
    layer_.make_pages_present(mutant("vma.impl.mremap.faults_in_what_is_new") ? to + r.old_len : to,
                              moved->vm_end);
  }
  return to;
}

/// [vma.mremap.no_structure]: there was none to unmap the old range with, so the page tables return and the new area goes.
template <PagingLayer Layer, PageSource Pages>
void AddressSpace<Layer, Pages>::undo_move(Area* moved, const RemapRequest& r) {
  areas_.erase(*moved);
  unshare(moved);
  --map_count_;
  layer_.return_page_tables(moved->vm_start, r.addr, r.old_len);
  if (moved->vm_ops) layer_.vm_close(*moved);
  if (moved->vm_file != nullptr && !mutant("vma.impl.mremap.keeps_file_of_undone")) files_.fput(*moved->vm_file);
  vma_free(moved);
}

}  // namespace refmm::impl::inline REFMM_BUILD
