// What always holds of the structure of a tree of areas. Included by area_tree.hpp.
#pragma once

#include <refmm/impl/area_tree_areas.hpp>

#include <algorithm>
#include <cstddef>

namespace refmm::impl::inline REFMM_BUILD {

/// What a walk over the tree in order has seen, and what is to come.
template <OrderedArea Area, class Nodes, std::size_t entries>
struct AreaTree<Area, Nodes, entries>::Walk {
  const Area* before = nullptr;
  std::size_t areas = 0;
  Word lower = 0;       // of the addresses that lead to the node
  Word upper = no_key;  // and behind them
  bool nearby_is_there = false;
};

template <OrderedArea Area, class Nodes, std::size_t entries>
const char* AreaTree<Area, Nodes, entries>::broken_law() const {
  std::size_t spares = 0;
  for (const Node* node = spare_; spares < spares_; node = node->chained(), ++spares)
    if (node == nullptr || node->count() != 0) return "spares_are_counted_and_have_no_entries";
  if (spares_ < promised_ * height_) return "spares_keep_the_promise";
  if (size_ == 0) {
    if (root_ != nullptr && (height_ != 0 || root_->count() != 0)) return "an_empty_tree_is_at_most_a_leaf";
    if (nearby_.width != 0) return "an_empty_tree_has_nothing_nearby";
    return first_ == nullptr && last_ == nullptr ? nullptr : "an_empty_tree_has_no_ends";
  }
  if (height_ != 0 && root_->count() < 2) return "the_root_has_two_nodes";

  if (first_ == nullptr || first_->vm_prev != nullptr) return "the_first_area_is_the_first";
  Walk walk;
  if (const char* const broken = broken_law_below(root_, height_, walk)) return broken;
  if (walk.areas != size_) return "size_counts_the_areas";
  if (walk.before != last_ || last_->vm_next != nullptr) return "the_last_area_is_the_last";
  if (nearby_.width != 0 && !walk.nearby_is_there) return "nearby_is_a_leaf_and_what_leads_to_it";
  return nullptr;
}

template <OrderedArea Area, class Nodes, std::size_t entries>
const char* AreaTree<Area, Nodes, entries>::broken_law_below(const Node* node, std::size_t level,
                                                             Walk& walk) const {
  if (node->count() == 0) return "nodes_have_entries";
  if (!node->is_lawful()) return "unused_keys_are_no_key";
  if (level == 0) {
    walk.nearby_is_there |= nearby_.leaf == node && nearby_.lower == walk.lower && nearby_.upper() == walk.upper;
    return broken_law_of_leaf(node, walk);
  }

  if (const char* const broken = broken_law_of_inner(node)) return broken;
  const Word upper = walk.upper;
  for (std::size_t i = 0; i < node->count(); ++i) {
    walk.upper = i + 1 == node->count() ? upper : node->key(i);
    if (walk.upper <= walk.lower || walk.upper > upper) return "separators_ascend";
    if (const char* const broken = broken_law_below(node->node(i), level - 1, walk)) return broken;
    walk.lower = walk.upper;
  }
  return nullptr;
}

template <OrderedArea Area, class Nodes, std::size_t entries>
const char* AreaTree<Area, Nodes, entries>::broken_law_of_inner(const Node* node) {
  if (node->key(node->count() - 1) != no_key) return "the_last_node_has_no_separator";
  for (std::size_t i = 0; i < node->count(); ++i) {
    const Node* const here = node->node(i);
    if (here->gap() > node->gap()) return "bounds_of_gaps_hold_below";
    if (i != 0 && here->count() <= sparse && node->node(i - 1)->count() <= sparse)
      return "of_two_neighbours_one_is_not_sparse";
  }
  return nullptr;
}

template <OrderedArea Area, class Nodes, std::size_t entries>
const char* AreaTree<Area, Nodes, entries>::broken_law_of_leaf(const Node* leaf, Walk& walk) {
  for (std::size_t i = 0; i < leaf->count(); ++i) {
    const Area* const area = leaf->area(i);
    if (area->vm_start >= area->vm_end) return "areas_are_not_empty";
    if (area->vm_start < end_of(walk.before)) return "areas_are_sorted_and_disjoint";
    if (area->vm_prev != walk.before) return "areas_are_linked_backward";
    if (walk.before != nullptr && walk.before->vm_next != area) return "areas_are_linked_forward";
    if (leaf->key(i) != area->vm_end) return "keys_of_leaves_are_the_ends";
    if (area->vm_end <= walk.lower || area->vm_end > walk.upper) return "separators_divide_the_ends";
    if (area->vm_start - end_of(walk.before) > leaf->gap()) return "bounds_of_gaps_hold";
    walk.before = area;
    ++walk.areas;
  }
  return nullptr;
}

}  // namespace refmm::impl::inline REFMM_BUILD
