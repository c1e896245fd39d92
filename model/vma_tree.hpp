// The search tree of areas: balanced by height, keyed by the end of the area.
//
// It is built when there are 32 areas, and never changes a result in lawful states ([vma.lookup.no_effect]); that transcripts
// show it, and that areas with equal keys mislead it, is why it is here. Follows mm/mmap_avl.c.
#pragma once

#include <refmm/model/vma_step.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// With this many areas the tree comes into use. 2.4.0: AVL_MIN_MAP_COUNT.
inline constexpr std::uint32_t avl_min_map_count = 32;

using TreePlace = std::optional<std::uint32_t>;  // the id of a node's area; none for an empty tree

constexpr vma::TreeNode& node_of(vma::Lookup& lookup, std::uint32_t area) {
  return *std::ranges::lower_bound(lookup.nodes, area, {}, &vma::TreeNode::area);
}
constexpr const vma::TreeNode& node_of(const vma::Lookup& lookup, std::uint32_t area) {
  return *std::ranges::lower_bound(lookup.nodes, area, {}, &vma::TreeNode::area);
}

constexpr std::uint32_t height_of(const vma::Lookup& lookup, TreePlace place) {
  return place ? node_of(lookup, *place).height : 0;
}

/// The subtree at `place`, its sons balanced, with heights that differ by two at most, balanced itself; the place of its root.
/// One rotation if the outer grandson is at least as high as the inner one, two otherwise. 2.4.0: one turn of avl_rebalance.
constexpr std::uint32_t rebalanced(vma::Lookup& lookup, std::uint32_t place) {
  vma::TreeNode& node = node_of(lookup, place);
  const std::uint32_t left = height_of(lookup, node.left), right = height_of(lookup, node.right);
  // The same in the mirror: `near` is the higher side.
  const auto rotate = [&](TreePlace vma::TreeNode::*near, TreePlace vma::TreeNode::*far) {
    vma::TreeNode& son = node_of(lookup, *(node.*near));
    const std::uint32_t son_place = son.area, inner_height = height_of(lookup, son.*far);
    if (height_of(lookup, son.*near) >= inner_height) {
      node.*near = son.*far;
      son.*far = place;
      node.height = inner_height + 1;
      son.height = node.height + 1;
      return son_place;
    }
    vma::TreeNode& inner = node_of(lookup, *(son.*far));
    son.*far = inner.*near;
    node.*near = inner.*far;
    inner.*near = son_place;
    inner.*far = place;
    son.height = node.height = inner_height;
    inner.height = inner_height + 1;
    return inner.area;
  };
  if (left > right + 1) return rotate(&vma::TreeNode::left, &vma::TreeNode::right);
  if (right > left + 1) return rotate(&vma::TreeNode::right, &vma::TreeNode::left);
  node.height = std::max(left, right) + 1;
  return place;
}

/// Gives the keys of areas, also of those that are in the tree and not in the list.
template <class Key>
struct Tree {
  vma::Lookup lookup;
  Key key;  // (id) -> vm_end

  /// The subtree at `place` with one node more; equal keys go right. 2.4.0: avl_insert.
  constexpr std::uint32_t insert(TreePlace place, std::uint32_t area) {
    if (!place) return area;
    if (key(area) < key(*place)) {
      const std::uint32_t left = insert(node_of(lookup, *place).left, area);
      node_of(lookup, *place).left = left;
    } else {
      const std::uint32_t right = insert(node_of(lookup, *place).right, area);
      node_of(lookup, *place).right = right;
    }
    return rebalanced(lookup, *place);
  }

  struct Removed {
    TreePlace place;  // of the subtree without the node
    TreePlace taken;  // the node that stood where the links were taken out; none if there was none
  };

  /// The subtree at `place` with the links of `area` taken out of it where a node with its key was met first: in 2.4.0 that may
  /// be another area's node ([defect.vma.tree_keys]). 2.4.0: avl_remove.
  constexpr Removed remove(TreePlace place, std::uint32_t area, bool corrected) {
    if (!place) return {place, std::nullopt};
    const bool same_key = is_true(key(*place) == key(area));
    if (*place == area || (same_key && !corrected)) return {without_root(area), place};
    if (same_key || key(area) < key(*place)) {
      const Removed left = remove(node_of(lookup, *place).left, area, corrected);
      if (left.taken) return with_son(*place, &vma::TreeNode::left, left);
      if (!same_key) return {place, std::nullopt};
    }
    const Removed right = remove(node_of(lookup, *place).right, area, corrected);
    if (!right.taken) return {place, std::nullopt};
    return with_son(*place, &vma::TreeNode::right, right);
  }

 private:
  constexpr Removed with_son(std::uint32_t place, TreePlace vma::TreeNode::*son, const Removed& removed) {
    node_of(lookup, place).*son = removed.place;
    return {rebalanced(lookup, place), removed.taken};
  }

  /// The subtree below `area` without it: its predecessor takes its place, or its right son if there is none.
  constexpr TreePlace without_root(std::uint32_t area) {
    const vma::TreeNode root = node_of(lookup, area);
    if (!root.left) return root.right;
    auto [rest, last] = without_last(*root.left);
    vma::TreeNode& successor = node_of(lookup, last);
    successor.left = rest;
    successor.right = root.right;
    successor.height = root.height;
    return rebalanced(lookup, last);
  }

  /// The subtree at `place` without its last node, and that node.
  constexpr std::pair<TreePlace, std::uint32_t> without_last(std::uint32_t place) {
    const vma::TreeNode node = node_of(lookup, place);
    if (!node.right) return {node.left, place};
    auto [rest, last] = without_last(*node.right);
    node_of(lookup, place).right = rest;
    return {rebalanced(lookup, place), last};
  }
};

template <class Key>
Tree(vma::Lookup, Key) -> Tree<Key>;

/// The tree with the node of `area` put in; `key` knows the end of every area in it and of the new one.
template <class Key>
constexpr vma::Lookup avl_inserted(vma::Lookup lookup, std::uint32_t area, const Key& key) {
  const auto place = std::ranges::lower_bound(lookup.nodes, area, {}, &vma::TreeNode::area);
  lookup.nodes.insert(place, vma::TreeNode{.area = area, .left = {}, .right = {}, .height = 1});
  Tree tree{std::move(lookup), key};
  tree.lookup.mmap_avl = tree.insert(tree.lookup.mmap_avl, area);
  return std::move(tree.lookup);
}

/// Adds the areas of the subtree at `place`.
constexpr std::vector<std::uint32_t> areas_below(const vma::Lookup& lookup, TreePlace place,
                                                 std::vector<std::uint32_t> so_far = {}) {
  if (!place) return so_far;
  so_far = areas_below(lookup, node_of(lookup, *place).left, std::move(so_far));
  so_far.push_back(*place);
  return areas_below(lookup, node_of(lookup, *place).right, std::move(so_far));
}

struct WithoutArea {
  vma::Lookup lookup;
  bool another_was_taken;  // and with it, perhaps, all that hung below it
};

/// The tree without the node of `area`; nothing if the tree has lost it.
template <class Key>
constexpr std::optional<WithoutArea> avl_removed(vma::Lookup lookup, std::uint32_t area, const Key& key,
                                                 bool corrected) {
  if (!std::ranges::binary_search(lookup.nodes, area, {}, &vma::TreeNode::area)) return std::nullopt;
  Tree tree{std::move(lookup), key};
  const auto removed = tree.remove(tree.lookup.mmap_avl, area, corrected);
  if (!removed.taken) return std::nullopt;
  tree.lookup.mmap_avl = removed.place;
  const bool another = *removed.taken != area;
  if (another) {
    const auto left = areas_below(tree.lookup, removed.place);
    std::erase_if(tree.lookup.nodes,
                  [&](const vma::TreeNode& node) { return std::ranges::find(left, node.area) == left.end(); });
  } else {
    std::erase_if(tree.lookup.nodes, [&](const vma::TreeNode& node) { return node.area == area; });
  }
  return WithoutArea{std::move(tree.lookup), another};
}

}  // namespace refmm::model::inline REFMM_BUILD
