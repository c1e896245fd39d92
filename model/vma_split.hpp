// A part of an area gets other flags: the area is split where the part begins and ends.
//
// mprotect and mlock do it alike. In front, the part is a new area; behind, too; in the middle both outer parts are new and the
// old structure becomes the middle. All structures are had before anything changes. Follows mprotect_fixup and its four cases
// in mm/mprotect.c, and their like in mm/mlock.c.
#pragma once

#include <refmm/model/vma_list.hpp>
#include <refmm/model/vma_pieces.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// What a split is refused with: mprotect and mlock report a missing structure differently.
struct SplitRefusals {
  vma::Refusal no_structure;
};
inline constexpr SplitRefusals refusals_of_mprotect{vma::Refusal::no_area_structure};
inline constexpr SplitRefusals refusals_of_mlock{vma::Refusal::no_structure_to_lock};

/// A new area beside the one that it was split from: one more reference, and its operations are told.
template <Word W>
constexpr VmaStep<W> opened(VmaStep<W> so_far, const vma::Area<W>& area) {
  return vm_open(get_file(std::move(so_far), area), area);
}

/// Structures for the new areas of a split: none, one or two. If one is missing those that were had are given back.
template <Word W>
struct Structures {
  VmaStep<W> so_far;
  std::vector<std::uint32_t> ids;
};

template <Word W>
constexpr Structures<W> structures_for_split(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                             std::uint32_t wanted, SplitRefusals refusals) {
  if (so_far.state.mm.map_count + W(wanted) > so_far.state.knobs.max_map_count && wanted != 0) {
    if (kernel.corrected.split_limit)
      return {refused(std::move(so_far), refusals.no_structure, "vma.split.limit"), {}};
    so_far.because.push_back("defect.vma.split_limit");
  }
  std::vector<std::uint32_t> ids;
  while (ids.size() < wanted) {
    auto structure = vma_alloc(std::move(so_far));
    so_far = std::move(structure.so_far);
    if (!structure.id) {
      for (; !ids.empty(); ids.pop_back()) so_far = vma_free(std::move(so_far));
      return {refused(std::move(so_far), refusals.no_structure, "vma.split.no_structure"), {}};
    }
    ids.push_back(*structure.id);
  }
  so_far.result = vma::Success{};
  return {std::move(so_far), std::move(ids)};
}

/// Gives the part start..end of area `id` the flags `vm_flags`. The result is Success, or Refused.
template <Word W>
constexpr VmaStep<W> with_flags(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, std::uint32_t id, W start,
                                W end, W vm_flags, SplitRefusals refusals) {
  // find
  const vma::Area<W> area = vma::area_of(so_far.state.mm, id);
  Parts<vma::Area<W>> parts = parts_at<vma::Area<W>, W>(kernel.machine, area, start, end);
  parts.inside.vm_flags = vm_flags;
  const std::uint32_t wanted = (parts.before ? 1u : 0u) + (parts.behind ? 1u : 0u);
  const auto put_back = [&](VmaStep<W>& step, const vma::Area<W>& changed) {
    step.state.mm.areas[vma::position_of(step.state.mm, id)] = changed;
  };

  // refuse
  auto structures = structures_for_split<W>(kernel, std::move(so_far), wanted, refusals);
  so_far = std::move(structures.so_far);
  if (was_refused(so_far)) return so_far;

  // change
  if (!parts.before && !parts.behind) {
    so_far.because.push_back("vma.split.whole");
    put_back(so_far, parts.inside);
  } else if (!parts.before) {
    so_far.because.push_back("vma.split.start");
    parts.inside.id = structures.ids[0];
    so_far = opened(std::move(so_far), parts.inside);
    put_back(so_far, *parts.behind);
    so_far = insert_vm_struct(std::move(so_far), parts.inside);
  } else if (!parts.behind) {
    so_far.because.push_back("vma.split.end");
    parts.inside.id = structures.ids[0];
    so_far = opened(std::move(so_far), parts.inside);
    put_back(so_far, *parts.before);
    so_far = insert_vm_struct(std::move(so_far), parts.inside);
  } else {
    so_far.because.push_back("vma.split.middle");
    parts.before->id = structures.ids[0];
    parts.behind->id = structures.ids[1];
    so_far = get_file(get_file(std::move(so_far), *parts.before), *parts.behind);
    so_far = vm_open(vm_open(std::move(so_far), *parts.before), *parts.behind);
    put_back(so_far, parts.inside);
    so_far = insert_vm_struct(std::move(so_far), *parts.before);
    so_far = insert_vm_struct(std::move(so_far), *parts.behind);
  }
  so_far.result = vma::Success{};
  return so_far;
}

/// Calls `change(so_far, id, start, end)` for the part in addr..end of each area in turn. Between two parts there must be no
/// hole: `hole(so_far)` is the outcome where there is one, and `not_mapped(so_far)` where nothing is mapped at `addr`. What came
/// before stays changed.
template <Word W>
constexpr VmaStep<W> area_by_area(VmaStep<W> so_far, W addr, W end, auto change, auto not_mapped, auto hole) {
  auto looked = find_vma<W>(std::move(so_far), addr);
  so_far = std::move(looked.so_far);
  if (!looked.area || vma::area_of(so_far.state.mm, *looked.area).vm_start > addr)
    return not_mapped(std::move(so_far));
  AreaId here = looked.area;
  for (W from = addr;;) {
    const W area_end = vma::area_of(so_far.state.mm, *here).vm_end;
    const AreaId next = behind(so_far.state.mm, here);
    if (area_end >= end) return change(std::move(so_far), *here, from, end);
    so_far = change(std::move(so_far), *here, from, area_end);
    if (was_refused(so_far)) return so_far;
    from = area_end;
    here = next;
    if (!here || vma::area_of(so_far.state.mm, *here).vm_start != from) return hole(std::move(so_far));
  }
}

}  // namespace refmm::model::inline REFMM_BUILD
