// An mremap as the step laws speak of it: what is asked for, and what the address space ought to be after each of its stages.
//
// A call whose arguments are good looks at the source; clears the destination, if that is given; cuts off the tail, if the new
// length is less; looks at the limits; and grows the area in place or moves it. Each stage may end the call, and what the
// stages before it did stays.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_munmap_step_laws.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refmm::vma::holds {

/// Lengths are rounded.
struct RemapCall {
  std::uint32_t addr, old_len, new_len, new_addr;
  bool may_move, fixed;

  constexpr bool is_shorter() const { return new_len < old_len; }
  /// True if what is left to do after the tail is gone is nothing.
  constexpr bool only_cuts() const { return !fixed && new_len <= old_len; }
  /// Bytes whose pages move, if they do.
  constexpr std::uint32_t moved_len() const { return std::min(old_len, new_len); }
  constexpr std::uint32_t difference() const { return new_len - moved_len(); }
  constexpr Addresses source() const { return {addr, addr + moved_len()}; }
  constexpr Addresses tail() const { return {addr + moved_len(), addr + old_len}; }
  constexpr Addresses destination() const {
    return fixed ? Addresses{new_addr, new_addr + new_len} : Addresses{0, 0};
  }
};

/// The claim about an mremap whose flags are known and whose address is one.
constexpr bool of_mremap(const Transition& t, auto claim) {
  const auto* remap = call<Mremap>(t);
  if (!remap || (remap->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) || !is_aligned(remap->addr)) return true;
  return claim(RemapCall{.addr = remap->addr,
                         .old_len = rounded_up(remap->old_len),
                         .new_len = rounded_up(remap->new_len),
                         .new_addr = remap->new_addr,
                         .may_move = (remap->flags & MREMAP_MAYMOVE) != 0,
                         .fixed = (remap->flags & MREMAP_FIXED) != 0});
}

constexpr bool lies_outside_task(const RemapCall& r) {
  return r.new_len > machine.task_size || r.new_addr > machine.task_size - r.new_len;
}

/// True if the new range has the old address, or the old range the new one: said without sums that wrap.
constexpr bool has_overlap(const RemapCall& r) {
  return (r.new_addr <= r.addr && r.addr - r.new_addr < r.new_len) ||
         (r.addr <= r.new_addr && r.new_addr - r.addr < r.old_len);
}

constexpr bool has_bad_destination(const RemapCall& r) {
  return r.fixed && (!is_aligned(r.new_addr) || !r.may_move || lies_outside_task(r) || has_overlap(r));
}

/// The claim about an mremap to at least one page whose arguments are good.
constexpr bool of_good_mremap(const Transition& t, auto claim) {
  return of_mremap(t, [&](const RemapCall& r) { return r.new_len == 0 || has_bad_destination(r) || claim(r); });
}

/// True if the area at the address is the source, all of it.
constexpr bool is_good_source(const Mapping* area, const RemapCall& r) {
  if (!area || r.old_len > area->end - r.addr) return false;
  if (r.new_len <= r.old_len) return true;
  const std::uint32_t pgoff = area->pgoff + pages_in(r.addr - area->start);
  return !(area->flags & VM_DONTEXPAND) && pgoff + pages_in(r.new_len) >= pgoff;
}

/// How the call goes on when its source is good.
struct RemapStages {
  Mappings before;
  Mapping source;                      // the area that holds the old range
  Mappings cleared;                    // without the destination
  Mappings cut;                        // and without the tail
  bool keeps_destination, keeps_tail;  // they cannot be unmapped

  RemapStages(const Transition& t, const RemapCall& r)
      : before(mappings(t.before)),
        source(*holder_of(before, r.addr)),
        cleared(without(before, r.destination())),
        cut(without(cleared, r.tail())) {
    const bool clears = !inside(before, r.destination()).empty();
    keeps_destination = clears && cannot_unmap(t, before, r.destination(), t.before.knobs.fail_vma);
    const std::uint32_t fail = t.before.knobs.fail_vma;
    keeps_tail = r.is_shorter() && cannot_unmap(t, cleared, r.tail(), clears && fail != 0 ? fail - 1 : fail);
  }

  /// What of `areas` is mapped in the range cannot be unmapped: a hole at the limit, or no structure.
  static bool cannot_unmap(const Transition& t, const Mappings& areas, const Addresses& range,
                           std::uint32_t fail) {
    return fail == 1 || (is_hole(areas, range) && areas.size() >= t.before.knobs.max_map_count);
  }
};

/// The claim about an mremap whose arguments and source are good.
inline bool of_remapped_source(const Transition& t, auto claim) {
  return of_good_mremap(t, [&](const RemapCall& r) {
    const Mappings areas = mappings(t.before);
    return !is_good_source(holder_of(areas, r.addr), r) || claim(r, RemapStages(t, r));
  });
}

/// The same of one that came as far as the limits.
inline bool of_remap_past_cutting(const Transition& t, auto claim) {
  return of_remapped_source(t, [&](const RemapCall& r, const RemapStages& stages) {
    return r.only_cuts() || stages.keeps_destination || stages.keeps_tail || claim(r, stages);
  });
}

/// True if the area can become longer where it is: the old range reaches to its end, and the new one ends in front of the next
/// area and of the end of the task.
inline bool can_grow_in_place(const RemapCall& r, const RemapStages& stages) {
  if (r.fixed || r.new_len <= r.old_len || r.addr + r.old_len != stages.source.end) return false;
  const std::size_t next = first_above(stages.cut, stages.source.end);
  const std::uint32_t limit = next < stages.cut.size() ? stages.cut[next].start : machine.task_size;
  return limit - r.addr >= r.new_len;
}

/// The area at its new place.
inline Mapping moved_to(const RemapCall& r, const RemapStages& stages, std::uint32_t to) {
  Mapping moved = part_of(stages.source, r.addr, r.addr + r.moved_len());
  moved.start = to;
  moved.end = to + r.new_len;
  return moved;
}

}  // namespace refmm::vma::holds
