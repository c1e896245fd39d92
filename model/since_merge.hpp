// Areas that are alike and touch each other become one: [since.merge.alike].
//
// 2.4.0 keeps them apart, except where brk lengthens the heap. Follows vma_merge and its successors in mm/mmap.c and mm/vma.c.
#pragma once

#include <refmm/model/since_step.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// True if the second area goes on where the first one ends, in memory and in the file, and is like it in everything else.
template <Word W>
constexpr bool are_alike(const since::KernelOf<W>& kernel, const vma::Area<W>& lower, const vma::Area<W>& upper) {
  const W pages = vma::pages_of(lower, kernel.base.machine.page_size);
  return lower.vm_end == upper.vm_start && lower.vm_flags == upper.vm_flags && lower.vm_file == upper.vm_file &&
         lower.mapped_noreserve == upper.mapped_noreserve && lower.vm_pgoff + pages == upper.vm_pgoff &&
         !has(lower.vm_flags, vma::VM_DONTEXPAND) && !lower.vm_ops;
}

template <Word W>
constexpr bool was_written(const since::State<W>& state, const vma::Area<W>& area) {
  return std::ranges::find(state.written, area.id) != state.written.end();
}

/// True if it is free whether two areas that are alike are joined: both have pages of their own, or the process is a copy that
/// shares pages with the other one. [since.merge.written]
template <Word W>
constexpr bool may_stay_apart(const since::State<W>& state, const vma::Area<W>& lower, const vma::Area<W>& upper) {
  const bool both = was_written(state, lower) && was_written(state, upper);
  return both || (state.forked && (was_written(state, lower) || was_written(state, upper)));
}

/// The area at `position` swallows the next one.
template <Word W>
constexpr EraStep<W> joined(const since::KernelOf<W>& kernel, EraStep<W> so_far, std::size_t position) {
  const vma::Area<W> lower = so_far.state.base.mm.areas[position];
  const vma::Area<W> upper = so_far.state.base.mm.areas[position + 1];
  if (was_written(so_far.state, upper) && !was_written(so_far.state, lower))
    so_far.state.written.push_back(lower.id);
  const since::Result<W> result = so_far.result;
  so_far = as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
    base = unlinked(kernel.base, std::move(base), upper.id);
    base = remove_shared_vm_struct(std::move(base), upper);
    vma::Mm<W>& mm = base.state.mm;
    mm.map_count = mm.map_count - 1u;
    mm.areas[vma::position_of(mm, lower.id)].vm_end = upper.vm_end;
    base.state.lookup.mmap_cache = std::nullopt;
    if (upper.vm_file != 0) base = fput(std::move(base), upper.vm_file);
    return vma_free(std::move(base));
  });
  so_far.result = result;
  return so_far;
}

/// Where the area that begins at `start` stands, and there is one in front of it; nothing if there is none.
template <Word W>
constexpr std::optional<std::size_t> in_front_of(const vma::Mm<W>& mm, W start) {
  const auto found =
      std::ranges::find_if(mm.areas, [&](const vma::Area<W>& area) { return area.vm_start == start; });
  if (found == mm.areas.end() || found == mm.areas.begin()) return std::nullopt;
  return static_cast<std::size_t>(found - mm.areas.begin()) - 1;
}

/// Joins the areas that touch at `address`, if they are alike and must be joined. Kernels look only where a call has changed
/// something: what is alike elsewhere stays apart.
template <Word W>
constexpr EraStep<W> merged_at(const since::KernelOf<W>& kernel, EraStep<W> so_far, W address) {
  const auto position = in_front_of(so_far.state.base.mm, address);
  if (!kernel.era.merge || !position) return so_far;
  const vma::Area<W>& lower = so_far.state.base.mm.areas[*position];
  const vma::Area<W>& upper = so_far.state.base.mm.areas[*position + 1];
  if (!are_alike<W>(kernel, lower, upper)) return so_far;
  if (may_stay_apart(so_far.state, lower, upper)) {
    so_far.because.push_back("since.merge.written");
    return so_far;
  }
  so_far.because.push_back("since.merge.alike");
  return joined<W>(kernel, std::move(so_far), *position);
}

/// The same at both ends of a range that was mapped or changed.
template <Word W>
constexpr EraStep<W> merged_around(const since::KernelOf<W>& kernel, EraStep<W> so_far, W start, W end) {
  return merged_at<W>(kernel, merged_at<W>(kernel, std::move(so_far), start), end);
}

/// Joins areas of which it is free whether they are joined, where `was_joined(address)` says that the kernel did.
template <Word W>
constexpr EraStep<W> merged_as_seen(const since::KernelOf<W>& kernel, EraStep<W> so_far, auto was_joined) {
  for (std::size_t position = 0; position + 1 < so_far.state.base.mm.areas.size();) {
    const vma::Area<W>& lower = so_far.state.base.mm.areas[position];
    const vma::Area<W>& upper = so_far.state.base.mm.areas[position + 1];
    const bool is_free = are_alike<W>(kernel, lower, upper) && may_stay_apart(so_far.state, lower, upper);
    if (is_free && was_joined(upper.vm_start)) {
      so_far = joined<W>(kernel, std::move(so_far), position);
    } else {
      ++position;
    }
  }
  return so_far;
}

inline constexpr std::uint32_t VM_LOCKED_MASK = vma::VM_LOCKED | since::VM_LOCKONFAULT;

/// What is made present is written to as far as it may be, unless it is locked by touching it.
template <Word W>
constexpr since::State<W> present_is_written(since::State<W> state, const std::vector<vma::Effect<W>>& effects) {
  for (const vma::Effect<W>& effect : effects) {
    const auto* present = std::get_if<vma::MakePagesPresent<W>>(&effect);
    if (!present) continue;
    for (const vma::Area<W>& area : state.base.mm.areas) {
      const W all = W(since::VM_LOCKONFAULT | vma::VM_SHARED | vma::VM_WRITE);
      const bool own = is_true((area.vm_flags & all) == W(vma::VM_WRITE));
      if (own && meets(area, present->start, present->end) && !was_written(state, area))
        state.written.push_back(area.id);
    }
  }
  return state;
}

/// Calls `change(so_far, area, from, to)` for the part in start..end of each area in turn, up to a hole or a refusal, and joins what
/// is then alike. What came before stays. `hole(so_far)` is the outcome where there is one.
template <Word W>
constexpr EraStep<W> part_by_part(const since::KernelOf<W>& kernel, EraStep<W> so_far, W start, W end, auto change,
                                  auto hole) {
  for (W from = start;;) {
    const auto& areas = so_far.state.base.mm.areas;
    const std::size_t position = first_above(areas, from);
    if (position == areas.size() || areas[position].vm_start > from) return hole(std::move(so_far));
    const vma::Area<W> area = areas[position];
    const W to = area.vm_end < end ? area.vm_end : end;
    so_far = change(std::move(so_far), area, from, to);
    if (was_refused(so_far)) return so_far;
    const auto& now = so_far.state.base.mm.areas;
    if (now[first_above(now, from)].vm_flags != area.vm_flags)
      so_far = merged_around<W>(kernel, std::move(so_far), from, to);
    so_far.state = present_is_written(std::move(so_far.state), so_far.effects);
    if (to == end) return so_far;
    from = to;
  }
}

/// Areas are split where a range begins and ends, if that is within one.
template <Word W>
constexpr EraStep<W> split_around(const since::KernelOf<W>& kernel, EraStep<W> so_far, W start, W end) {
  for (const W at : {start, end}) {
    const auto& areas = so_far.state.base.mm.areas;
    const std::size_t position = first_above(areas, at);
    if (position == areas.size() || areas[position].vm_start >= at) continue;
    const vma::Area<W> area = areas[position];
    const since::Result<W> result = so_far.result;
    so_far = as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
      return with_flags<W>(kernel.base, std::move(base), area.id, at, area.vm_end, area.vm_flags,
                           refusals_of_mprotect);
    });
    so_far.result = result;
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
