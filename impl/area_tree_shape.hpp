// The shape of the tree of areas: nodes split and joined, separators moved, gaps remembered. Included by area_tree.hpp.
#pragma once

#include <refmm/impl/area_tree_areas.hpp>

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

// ---- Memory of nodes --------------------------------------------------------------------------------------------

/// Each insert may split one node of each level, and one of them the root; only a node's worth of them can fill the new root.
template <OrderedArea Area, class Nodes, std::size_t entries>
std::size_t AreaTree<Area, Nodes, entries>::nodes_to_insert(std::size_t count) const {
  if (root_ != nullptr && height_ == 0 && size_ + count <= Node::capacity) return 0;
  if (mutant("area_tree.reserve.forgets_root")) return count * (height_ + 1);
  return count * (height_ + 1) + (count < Node::capacity ? 1 : count);
}

template <OrderedArea Area, class Nodes, std::size_t entries>
bool AreaTree<Area, Nodes, entries>::make_spares(std::size_t nodes) {
  const std::size_t before = spares_;
  while (spares_ < nodes) {
    void* const memory = nodes_->allocate();
    if (memory == nullptr) {
      release_spares(before);
      return false;
    }
    Node* const node = ::new (memory) Node;
    node->chain(spare_);
    spare_ = node;
    ++spares_;
  }
  kept_ = std::max(kept_, nodes);
  return true;
}

template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::release_spares(std::size_t keep) {
  while (spares_ > keep) nodes_->release(take_spare());
}

template <OrderedArea Area, class Nodes, std::size_t entries>
auto AreaTree<Area, Nodes, entries>::take_spare() -> Node* {
  Node* const node = spare_;
  spare_ = node->chained();
  --spares_;
  return node;
}

/// `node` has no entries.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::put_spare(Node* node) {
  if (spares_ >= kept_) return nodes_->release(node);
  node->set_gap(0);
  node->chain(spare_);
  spare_ = node;
  ++spares_;
}

/// Gives back a node and all below it.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::give_back(Node* node, std::size_t level) {
  if (level != 0)
    for (std::size_t i = 0; i < node->count(); ++i) give_back(node->node(i), level - 1);
  nodes_->release(node);
}

template <OrderedArea Area, class Nodes, std::size_t entries>
auto AreaTree<Area, Nodes, entries>::way_to(Word addr) const -> Way {
  Way way;
  Node* node = root_;
  for (std::size_t level = height_;; --level) {
    way[level] = {node, node->rank(addr)};
    if (level == 0) return way;
    node = node->node(way[level].place);
  }
}

// ---- Split ------------------------------------------------------------------------------------------------------

/// Splits the full leaf in which `area` belongs. At the two ends of the address space the old node stays full: areas
/// are often mapped one above or one below the other, and no other will come to where it is.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::split(const Area& area) {
  const Way way = way_to(area.vm_start);
  Node* const leaf = way[0].node;
  const std::size_t place = area.vm_next == nullptr   ? Node::capacity
                            : area.vm_prev == nullptr ? 0
                                                      : (Node::capacity + 1) / 2;
  Node* const right = take_spare();
  leaf->move_to(*right, place);
  if (!mutant("area_tree.split.forgets_gap")) right->set_gap(leaf->gap());
  add(way, place == 0 ? area.vm_end : leaf->key(place - 1), right, area);
}

/// Adds `node` behind the leaf of `way`, with a separator between them, and splits what is full above them.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::add(const Way& way, Word separator, Node* node, const Area& area) {
  for (std::size_t level = 1; level <= height_; ++level) {
    const auto [left, place] = way[level];
    if (!left->is_full()) return left->insert(place, separator, place + 1, Slot{.node = node});

    const std::size_t from = area.vm_next == nullptr   ? Node::capacity - 1
                             : area.vm_prev == nullptr ? 1
                                                       : (Node::capacity + 1) / 2;
    Node* const right = take_spare();
    left->move_to(*right, from);
    right->set_gap(left->gap());
    const Word middle = left->key(from - 1);
    left->set_key(from - 1, no_key);
    if (place < from)
      left->insert(place, separator, place + 1, Slot{.node = node});
    else
      right->insert(place - from, separator, place - from + 1, Slot{.node = node});
    separator = middle;
    node = right;
  }
  add_root(separator, node);
}

/// Adds a root above the old one and `node` behind it.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::add_root(Word separator, Node* node) {
  Node* const root = take_spare();
  root->insert(0, no_key, 0, Slot{.node = root_});
  root->set_gap(root_->gap());
  root->insert(0, separator, 1, Slot{.node = node});
  root_ = root;
  ++height_;
}

// ---- Join -------------------------------------------------------------------------------------------------------

/// Joins the leaf of `addr`, which has become sparse, and what becomes sparse above it, with what stands beside.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::join(Word addr) {
  Way way = way_to(addr);
  if (!mutant("area_tree.join.stays_nearby")) nearby_ = {};
  for (std::size_t level = 0; level < height_; ++level) {
    Node* const node = way[level].node;
    Step& above = way[level + 1];
    const std::size_t before = above.node->count();
    if (node->count() == 0 && before == 1) {
      put_spare(node);
      above.node->remove(0, 0, 1);
    }
    while (join_with_neighbour(above, level)) {
    }
    if (above.node->count() == before) return;
  }
  lower_root();
}

/// Joins the node of `level` at the place that `above` says with one beside it if it is sparse and they fit. False if not.
template <OrderedArea Area, class Nodes, std::size_t entries>
bool AreaTree<Area, Nodes, entries>::join_with_neighbour(Step& above, std::size_t level) {
  const auto [node, place] = above;
  if (place >= node->count() || node->node(place)->count() > sparse) return false;
  for (std::size_t first = place == 0 ? 0 : place - 1; first <= place && first + 1 < node->count(); ++first) {
    const Node* const left = node->node(first);
    const Node* const right = node->node(first + 1);
    if (left->count() != 0 && right->count() != 0 && left->count() + right->count() > half_full) continue;
    join(node, first, level);
    above.place = first;
    return true;
  }
  return false;
}

/// Joins the nodes of `level` at `place` of `above` and behind it. Below them two may now be neighbours that were not.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::join(Node* above, std::size_t place, std::size_t level) {
  Node* const left = above->node(place);
  Node* const right = above->node(place + 1);
  const bool inner = level != 0 && left->count() != 0 && right->count() != 0;
  Step seam{left, left->count()};
  if (inner && !mutant("area_tree.join.loses_separator")) left->set_key(seam.place - 1, above->key(place));
  right->move_to(*left, 0);
  left->set_gap(std::max(left->gap(), right->gap()));
  above->remove(place, place + 1, 1);
  put_spare(right);
  while (inner && !mutant("area_tree.join.forgets_seam") && join_with_neighbour(seam, level - 1)) {
  }
}

/// Takes roots away that have one node below them. A root without any is the leaf that an empty tree leaves behind.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::lower_root() {
  while (height_ != 0 && root_->count() == 1) {
    Node* const root = root_;
    root_ = root->node(0);
    --height_;
    root->remove(0, 0, 1);
    put_spare(root);
  }
  if (root_->count() == 0) height_ = 0;
}

// ---- Separators -------------------------------------------------------------------------------------------------

/// An area in the nearby leaf, to which `addr` leads, comes to end at `end`, behind all that lead there: now these do, too.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::raise_separator(Word addr, Word end) {
  const Way way = way_to(addr);
  std::size_t level = 1;
  while (way[level].place + 1 == way[level].node->count()) ++level;
  way[level].node->set_key(way[level].place, end);
  nearby_.width = end - nearby_.lower;
}

/// The first area in the nearby leaf, to which `addr` leads, comes to end in front of all that lead there, and begins at `start`.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::lower_separator(Word addr, Word start) {
  const Way way = way_to(addr);
  std::size_t level = 1;
  while (way[level].place == 0) ++level;
  way[level].node->set_key(way[level].place - 1, start);
  nearby_.width = nearby_.upper() - start;
  nearby_.lower = start;
}

// ---- Holes ------------------------------------------------------------------------------------------------------
// A node knows a bound on the gaps in front of the areas below it. Where a gap grows, the bound is raised at once; where one
// shrinks, it stays until a search comes by in vain. Each such visit is paid for by the change that made it one.

/// The gap in front of `area` grew. `leaf` is its leaf, or nullptr.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::gap_grew(const Node* leaf, const Area& area) {
  if (mutant("area_tree.gap.never_grows")) return;
  const Word gap = area.vm_start - end_of(area.vm_prev);
  if (leaf == nullptr || gap > leaf->gap()) raise_gap(area.vm_end - 1, gap);
}

template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::raise_gap(Word addr, Word gap) {
  Node* node = root_;
  for (std::size_t level = height_;; --level) {
    node->set_gap(std::max(node->gap(), gap));
    if (level == 0) return;
    node = node->node(node->rank(addr));
  }
}

template <OrderedArea Area, class Nodes, std::size_t entries>
auto AreaTree<Area, Nodes, entries>::find_hole(Word from, Word length, Word limit) const -> std::optional<Word> {
  if (length > limit || from > limit - length) return std::nullopt;
  const Area* const behind = empty() || from == no_key ? nullptr : first_behind_gap(root_, height_, from, length);
  const Word candidate = std::max(from, end_of(in_front_of(behind)));
  return candidate > limit - length ? std::nullopt : std::optional(candidate);
}

/// The first area below `node` that has `length` bytes from `from` on, or between it and the area before it, in front of it.
template <OrderedArea Area, class Nodes, std::size_t entries>
Area* AreaTree<Area, Nodes, entries>::first_behind_gap(Node* node, std::size_t level, Word from,
                                                       Word length) const {
  const std::size_t first = node->rank(from);
  Word largest = 0;
  for (std::size_t i = first; i < node->count(); ++i) {
    if (level != 0) {
      Node* const next = node->node(i);
      if (next->gap() >= length)
        if (Area* const found = first_behind_gap(next, level - 1, from, length)) return found;
      largest = std::max(largest, next->gap());
    } else {
      Area* const area = node->area(i);
      const Word end_before = i == 0 ? end_of(area->vm_prev) : node->key(i - 1);
      const Word begin = std::max(from, end_before);
      if (area->vm_start >= begin && area->vm_start - begin >= length) return area;
      largest = std::max(largest, static_cast<Word>(area->vm_start - end_before));
    }
  }
  if (first == 0 || mutant("area_tree.hole.forgets_what_it_passed")) node->set_gap(largest);
  return nullptr;
}

}  // namespace refmm::impl::inline REFMM_BUILD
