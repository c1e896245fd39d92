// Areas put into the address space and taken out of it: the list, the tree, and the list of their file.
//
// Follows __insert_vm_struct, build_mmap_avl and __remove_shared_vm_struct in mm/mmap.c.
#pragma once

#include <refmm/model/vma_lookup.hpp>
#include <refmm/model/vma_step.hpp>
#include <refmm/model/vma_tree.hpp>
#include <refmm/spec/sequence.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Where an area belongs in a list: behind all that begin at or below its start.
template <class Areas, class A>
constexpr auto place_of(const Areas& areas, const A& area) {
  if (mutant("vma.list.new_area_last")) return length(areas);
  return first_where(areas, [start = area.vm_start](const auto& other) { return other.vm_start > start; });
}

template <class Areas, class A>
constexpr Areas put_in_place(Areas areas, const A& area) {
  auto place = place_of(areas, area);
  if (mutant("vma.list.one_too_early") && place != 0u) place = place - 1u;
  if (mutant("vma.list.overwrites_next") && place != length(areas)) return replaced(std::move(areas), place, area);
  return inserted(std::move(areas), place, area);
}

/// The list without the area that stands at `position`.
template <class Areas, class Position>
constexpr Areas taken_out(Areas areas, Position position) {
  if (mutant("vma.list.takes_the_last")) position = length(areas) - 1u;
  return erased(std::move(areas), position);
}

/// The address space with an area in its list: behind all that begin at or below its start. With a tree, behind its neighbour
/// in the tree, which in lawful states is the same.
template <Word W>
constexpr VmaStep<W> linked(VmaStep<W> so_far, const vma::Area<W>& area) {
  vma::Mm<W>& mm = so_far.state.mm;
  if (!so_far.state.lookup.mmap_avl) {
    mm.areas = put_in_place(std::move(mm.areas), area);
    return so_far;
  }
  AreaId before, next;
  for (AreaId place = so_far.state.lookup.mmap_avl; place;) {
    const vma::TreeNode& node = node_of(so_far.state.lookup, *place);
    const bool goes_left = is_true(area.vm_end < vma::area_of(mm, *place).vm_end);
    (goes_left ? next : before) = place;
    place = goes_left ? node.left : node.right;
  }
  if (behind(mm, before) != next) {
    so_far.because.push_back("vma.tree.inconsistent");
    so_far.effects.push_back(vma::Printk{vma::Complaint::insert_vm_struct_inconsistent, 0});
  }
  const std::size_t position = before ? vma::position_of(mm, *before) + 1 : 0;
  mm.areas.insert(mm.areas.begin() + static_cast<std::ptrdiff_t>(position), area);
  so_far.state.lookup = avl_inserted(std::move(so_far.state.lookup), area.id, ends_of(mm));
  so_far.because.push_back("vma.tree.order");
  so_far.because.push_back("vma.tree.balance");
  return so_far;
}

/// The tree of all areas in the order of the list. 2.4.0: build_mmap_avl.
template <Word W>
constexpr vma::Lookup tree_of(const vma::Mm<W>& mm, vma::Lookup lookup) {
  lookup.mmap_avl = std::nullopt;
  lookup.nodes.clear();
  for (const vma::Area<W>& area : mm.areas) lookup = avl_inserted(std::move(lookup), area.id, ends_of(mm));
  return lookup;
}

/// Puts an area into the address space, and in front of the others into the list of its file; an area that denies writing
/// takes one from the write count. 2.4.0: __insert_vm_struct.
template <Word W>
constexpr VmaStep<W> insert_vm_struct(VmaStep<W> so_far, const vma::Area<W>& area) {
  so_far = linked(std::move(so_far), area);
  vma::State<W>& state = so_far.state;
  state.mm.map_count = state.mm.map_count + 1u;
  if (state.mm.map_count >= W(avl_min_map_count) && !state.lookup.mmap_avl) {
    state.lookup = tree_of(state.mm, std::move(state.lookup));
    so_far.because.push_back("vma.tree.threshold");
  }
  if (area.vm_file == 0) return so_far;

  const Name file = file_name(state, area);
  if (has(area.vm_flags, vma::VM_DENYWRITE)) so_far = write_count_changed(std::move(so_far), file, -1);
  vma::Inode& inode = model::inode(so_far.state, file);
  auto& list = has(area.vm_flags, vma::VM_SHARED) ? inode.i_mmap_shared : inode.i_mmap;
  list.insert(list.begin(), area.id);
  return so_far;
}

/// Takes an area out of the list of its file. 2.4.0: __remove_shared_vm_struct.
template <Word W>
constexpr VmaStep<W> remove_shared_vm_struct(VmaStep<W> so_far, const vma::Area<W>& area) {
  if (area.vm_file == 0) return so_far;
  const Name file = file_name(so_far.state, area);
  if (has(area.vm_flags, vma::VM_DENYWRITE)) so_far = write_count_changed(std::move(so_far), file, +1);
  vma::Inode& inode = model::inode(so_far.state, file);
  std::erase(inode.i_mmap, area.id);
  std::erase(inode.i_mmap_shared, area.id);
  return so_far;
}

/// Takes an area out of list and tree; what it was and what it counted stays. Refused if the tree has lost it.
template <Word W>
constexpr VmaStep<W> unlinked(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, std::uint32_t id) {
  vma::State<W>& state = so_far.state;
  if (state.lookup.mmap_avl) {
    auto without = avl_removed(state.lookup, id, ends_of(state.mm), kernel.corrected.tree_keys);
    if (!without) return refused(std::move(so_far), vma::Refusal::tree_lost_area, "vma.tree.inconsistent");
    state.lookup = std::move(without->lookup);
    if (without->another_was_taken) so_far.because.push_back("defect.vma.tree_keys");
    if (!state.lookup.mmap_avl) so_far.because.push_back("vma.tree.goes_with_last_node");
  }
  const auto position = static_cast<std::uint32_t>(vma::position_of(state.mm, id));
  state.mm.areas = taken_out(std::move(state.mm.areas), position);
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
