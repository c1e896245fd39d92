// Lookups as 2.4.0 makes them: through the area that was found last, through the tree while there is one, along the list
// otherwise. In lawful states all of them find what model/vma_find.hpp finds ([vma.lookup.no_effect]).
//
// Follows find_vma and find_vma_prev in mm/mmap.c.
#pragma once

#include <refmm/model/vma_step.hpp>
#include <refmm/model/vma_tree.hpp>
#include <refmm/spec/sequence.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// An area by its id, or none.
using AreaId = std::optional<std::uint32_t>;

/// The end of each area as a key of the tree.
template <Word W>
constexpr auto ends_of(const vma::Mm<W>& mm) {
  return [&mm](std::uint32_t id) {
    const std::size_t position = vma::position_of(mm, id);
    return position < mm.areas.size() ? mm.areas[position].vm_end : W(0u);
  };
}

template <Word W>
constexpr AreaId id_at(const vma::Mm<W>& mm, std::size_t position) {
  return position < mm.areas.size() ? AreaId(mm.areas[position].id) : std::nullopt;
}

/// The area behind another in the list, or the first one.
template <Word W>
constexpr AreaId behind(const vma::Mm<W>& mm, AreaId area) {
  return id_at(mm, area ? vma::position_of(mm, *area) + 1 : 0);
}

/// Where the first area that ends above `addr` stands; the length of the list if there is none.
template <class Areas, Word W>
constexpr auto first_above(const Areas& areas, W addr) {
  const bool at_its_end = mutant("vma.find.ends_at_address");
  return first_where(areas,
                     [=](const auto& area) { return at_its_end ? area.vm_end >= addr : area.vm_end > addr; });
}

/// What is found along the list: the first area that ends above the address, and the one before it.
template <Word W>
constexpr std::pair<AreaId, AreaId> found_along_list(const vma::Mm<W>& mm, W addr) {
  const std::uint32_t position = first_above(mm.areas, addr);
  return {id_at(mm, position), position == 0 ? std::nullopt : id_at(mm, position - 1)};
}

/// The same through the tree.
template <Word W>
constexpr std::pair<AreaId, AreaId> found_in_tree(const vma::Mm<W>& mm, const vma::Lookup& lookup, W addr) {
  AreaId found, before_found, last_turn_right;
  for (AreaId place = lookup.mmap_avl; place;) {
    const vma::TreeNode& node = node_of(lookup, *place);
    const vma::Area<W>& area = vma::area_of(mm, *place);
    if (area.vm_end > addr) {
      found = place;
      before_found = last_turn_right;
      if (area.vm_start <= addr) break;
      place = node.left;
    } else {
      last_turn_right = place;
      place = node.right;
    }
  }
  if (!found) return {std::nullopt, last_turn_right};
  AreaId before = before_found;
  if (AreaId left = node_of(lookup, *found).left) {
    for (; left; left = node_of(lookup, *left).right) before = left;
  }
  return {found, before};
}

template <Word W>
struct LookedUp {
  VmaStep<W> so_far;
  AreaId area;
};

/// The first area that ends above `addr`, as find_vma looks for it: the one that was found last, else through the tree or the list.
template <Word W>
constexpr AreaId find_vma_in(const vma::Mm<W>& mm, const vma::Lookup& lookup, W addr) {
  if (lookup.mmap_cache) {
    const vma::Area<W>& cached = vma::area_of(mm, *lookup.mmap_cache);
    if (cached.vm_end > addr && cached.vm_start <= addr) return lookup.mmap_cache;
  }
  return lookup.mmap_avl ? found_in_tree(mm, lookup, addr).first : found_along_list(mm, addr).first;
}

/// The same, and remembers it. 2.4.0: find_vma.
template <Word W>
constexpr LookedUp<W> find_vma(VmaStep<W> so_far, W addr) {
  const AreaId found = find_vma_in(so_far.state.mm, so_far.state.lookup, addr);
  if (found) so_far.state.lookup.mmap_cache = found;
  return {std::move(so_far), found};
}

template <Word W>
struct LookedUpWithPrevious {
  VmaStep<W> so_far;
  AreaId area, previous;
  bool loses_previous;  // there is one, which 2.4.0 does not find: [defect.vma.find_vma_prev]
};

/// The same and the area before it; looks past what was remembered. 2.4.0: find_vma_prev.
template <Word W>
constexpr LookedUpWithPrevious<W> find_vma_prev(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr) {
  const vma::Mm<W>& mm = so_far.state.mm;
  const bool has_tree = so_far.state.lookup.mmap_avl.has_value();
  auto [area, previous] = has_tree ? found_in_tree(mm, so_far.state.lookup, addr) : found_along_list(mm, addr);
  const bool loses_previous = has_tree && !area && previous && !kernel.corrected.find_vma_prev;
  if (loses_previous) previous = std::nullopt;
  if (has_tree && area && behind(mm, previous) != area) {
    so_far.because.push_back("vma.tree.inconsistent");
    so_far.effects.push_back(vma::Printk{vma::Complaint::find_vma_prev_inconsistent, 0});
  }
  return {std::move(so_far), area, previous, loses_previous};
}

}  // namespace refmm::model::inline REFMM_BUILD
