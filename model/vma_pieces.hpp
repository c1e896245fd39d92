// What is left of one area when a range is taken out, and the parts of one area whose flags change.
//
// These are the heart of munmap, mprotect and mlock: whatever a call does to a list of areas of any length, it does to each
// area on its own by one of these. The laws of the lists are proved from them, one area at a time.
#pragma once

#include <refmm/model/vma_step.hpp>

#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The part of an area from `start` to `end`, both within it: what the first byte is in the file moves along.
template <class A, Word W>
constexpr A part_of(const MachineOf<W>& machine, A area, W start, W end) {
  if (!mutant("vma.part.keeps_offset"))
    area.vm_pgoff = area.vm_pgoff + pages_between<W>(machine, area.vm_start, start);
  area.vm_start = start;
  area.vm_end = end;
  return area;
}

/// True if the area has a byte in the range.
template <class A, Word W>
constexpr bool meets(const A& area, W start, W end) {
  return area.vm_start < end && area.vm_end > start;
}

/// How an area lies to a range that it meets.
enum class Cut { whole, head, tail, hole };

/// What the range takes of the area. 2.4.0: the four cases of unmap_fixup.
template <class A, Word W>
constexpr Cut cut_of(const A& area, W start, W end) {
  const bool from_start =
      is_true(mutant("vma.cut.head_is_inside") ? area.vm_start > start : area.vm_start >= start);
  const bool to_end = is_true(area.vm_end <= end);
  if (from_start) return to_end ? Cut::whole : Cut::head;
  return to_end ? Cut::tail : Cut::hole;
}

/// The pieces of an area outside a range, lower one first: none, one or two.
template <class A, Word W>
constexpr std::vector<A> pieces_outside(const MachineOf<W>& machine, const A& area, W start, W end) {
  if (!meets(area, start, end)) return {area};
  const auto below = [&] {
    return part_of<A, W>(machine, area, area.vm_start,
                         mutant("vma.pieces.lower_ends_late") ? start + machine.page_size : start);
  };
  const auto above = [&] {
    return part_of<A, W>(machine, area, mutant("vma.pieces.upper_starts_late") ? end + machine.page_size : end,
                         area.vm_end);
  };
  switch (cut_of(area, start, end)) {
    case Cut::whole:
      return {};
    case Cut::head:
      return {above()};
    case Cut::tail:
      return {below()};
    case Cut::hole:
      if (mutant("vma.pieces.upper_first")) return {above(), below()};
      return {below(), above()};
  }
  return {};
}

/// The parts of an area in front of a range within it, in it, and behind it: one, two or three.
template <class A>
struct Parts {
  std::optional<A> before;
  A inside;
  std::optional<A> behind;
};

/// `start` and `end` lie within the area, `start` below `end`.
template <class A, Word W>
constexpr Parts<A> parts_at(const MachineOf<W>& machine, const A& area, W start, W end) {
  Parts<A> parts{
      .before = std::nullopt,
      .inside = part_of<A, W>(machine, area, start, mutant("vma.parts.inside_reaches_end") ? area.vm_end : end),
      .behind = std::nullopt};
  if (mutant("vma.parts.always_splits") || area.vm_start != start)
    parts.before = part_of<A, W>(machine, area, area.vm_start, start);
  if (area.vm_end != end) parts.behind = part_of<A, W>(machine, area, end, area.vm_end);
  return parts;
}

/// How many areas there are when a range is taken out of all of them.
template <Word W>
constexpr W areas_without(const vma::Mm<W>& mm, W start, W end) {
  W count = 0u;
  for (const vma::Area<W>& area : mm.areas) {
    if (!meets(area, start, end)) {
      count = count + 1u;
      continue;
    }
    const Cut cut = cut_of(area, start, end);
    count = count + W(cut == Cut::whole ? 0u : cut == Cut::hole ? 2u : 1u);
  }
  return count;
}

}  // namespace refmm::model::inline REFMM_BUILD
