// AreaTree: what it can be asked, what it holds, and what is short enough to be inlined. area_tree.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/area_run.hpp>
#include <refmm/impl/area_tree_node.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <new>
#include <optional>

namespace refmm::impl::inline REFMM_BUILD {

/// `Nodes` has allocate(), which returns memory for an AreaTreeNode<Area> or nullptr, and release(void*): an ObjectCache. Tests take
/// nodes of fewer entries, so that few areas make many of them.
template <OrderedArea Area, class Nodes, std::size_t entries = default_entries<Area>>
class AreaTree {
 public:
  using Word = decltype(Area::vm_start);
  using Node = AreaTreeNode<Area, entries>;

  using Run = AreaRun<Area>;

  /// An empty tree. `nodes` must outlive it.
  explicit AreaTree(Nodes& nodes) : nodes_(&nodes) {}
  ~AreaTree() {
    clear();
    release_spares(0);
  }
  AreaTree(const AreaTree&) = delete;
  AreaTree& operator=(const AreaTree&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// The areas at the two ends, or nullptr of an empty tree.
  Area* first() const { return first_; }
  Area* last() const { return last_; }

  /// All of them.
  Run all() const { return Run(first_, nullptr); }

  /// The area in front of `area`, or the last one in front of nullptr, which stands for the end; nullptr if there is none. With
  /// find, this is find_vma_prev.
  Area* in_front_of(const Area* area) const { return area == nullptr ? last_ : area->vm_prev; }

  /// The first area that ends above `addr`, which may be in it or below it; nullptr if there is none. 2.4.0: find_vma.
  Area* find(Word addr) const {
    const Node* leaf = nearby_.leaf;
    if (addr - nearby_.lower >= nearby_.width) {
      leaf = descend(addr);
      if (leaf == nullptr) return nullptr;
    }
    const std::size_t place = nearby_.place = leaf->rank(addr);
    return area_at(leaf, place);
  }

  /// The first area with a byte in [start, end), or nullptr. start < end. 2.4.0: find_vma_intersection.
  Area* find_meeting(Word start, Word end) const {
    Area* const area = find(start);
    return area != nullptr && area->vm_start < end ? area : nullptr;
  }

  /// All areas with a byte in [start, end). start < end.
  Run meeting(Word start, Word end) const {
    Area* const first_one = find(start);
    Area* behind = first_one;
    while (behind != nullptr && behind->vm_start < end) behind = behind->vm_next;
    return Run(first_one, behind);
  }

  /// Makes sure that the next `count` inserts succeed, whatever is erased or changed between them. False if there is no
  /// memory for that; then nothing has changed.
  [[nodiscard]] bool reserve(std::size_t count) {
    if (promised_ >= count) return true;
    if (!have_spares(nodes_to_insert(count))) return false;
    promised_ = count;
    return true;
  }

  /// Puts `area` in its place, and sets its links. It must not be empty nor meet an area of the tree. False if there is no
  /// memory; then nothing has changed. Cannot fail after reserve.
  bool insert(Area& area);

  /// Takes `area` out. Its own links are then null. Never fails.
  void erase(Area& area);

  /// Takes all areas with a byte in [start, end) out at once, and returns them as a chain: in order, by vm_next, ending with
  /// nullptr. start < end. Never fails. Pieces that shall stay are cut and put back by insert, for which a reservation holds.
  Area* take_out(Word start, Word end);

  /// Takes all areas out, and returns them as take_out does. A reservation ends.
  Area* clear();

  /// Moves an end of an area of the tree. The area must stay non-empty and meet no other. Never fails.
  void set_start(Area& area, Word vm_start);
  void set_end(Area& area, Word vm_end);

  /// The lowest address at or above `from` at which `length` bytes lie in no area and end at or below `limit`; nothing if there
  /// is none. The search of get_unmapped_area, in O(log n).
  std::optional<Word> find_hole(Word from, Word length, Word limit) const;

  /// The name of the first law that does not hold of the structure, or nullptr if all do: for tests; takes linear time.
  const char* broken_law() const;

 private:
  using Slot = typename Node::Slot;
  static constexpr Word no_key = Node::no_key;

  /// A node with this many entries or fewer is joined to one beside it if they then have no more than half_full. So of two
  /// neighbours one has more, and between a split and the next join of the same nodes are many calls.
  static constexpr std::size_t sparse = Node::capacity / 4;
  static constexpr std::size_t half_full = Node::capacity / 2;

  /// Nodes are at least 4 times as many as those above them, and all are at different addresses of the host.
  static constexpr std::size_t max_levels = 32;

  /// The leaf of the last lookup, and the addresses that lead to it: `width` of them from `lower` on; none if it is 0.
  struct Nearby {
    Node* leaf = nullptr;
    Word lower = 0;
    Word width = 0;
    std::size_t place = 0;  // where in the leaf a lookup ended, when it did

    Word upper() const { return lower + width; }
  };

  /// The way from the root, levels[height], to a leaf, levels[0]; `place` is that of the next node in this one.
  struct Step {
    Node* node;
    std::size_t place;
  };
  using Way = std::array<Step, max_levels>;

  void link(Area* before, Area* behind) {
    (before == nullptr ? first_ : before->vm_next) = behind;
    (behind == nullptr ? last_ : behind->vm_prev) = before;
  }
  /// The place in its leaf of `addr`: most often behind that of the last lookup.
  std::size_t place_behind(const Node* leaf, Word addr) const {
    const std::size_t place = nearby_.place + 1;
    const bool is_it = place <= leaf->count() && leaf->key(place - 1) <= addr && addr < leaf->key(place);
    return is_it ? place : leaf->rank(addr);
  }
  /// The place in its leaf of an area, to which `addr` leads: most often that of the last lookup, or the one behind it.
  std::size_t place_of(const Node* leaf, const Area& area, Word addr) const {
    for (std::size_t place = nearby_.place; place < leaf->count() && place <= nearby_.place + 1; ++place)
      if (leaf->area(place) == &area) return place;
    return leaf->rank(addr);
  }
  static Word end_of(const Area* area) { return area == nullptr ? 0 : area->vm_end; }

  /// The area at `place` of a leaf, or the one behind them.
  static Area* area_at(const Node* leaf, std::size_t place) {
    return place < leaf->count() ? leaf->area(place) : leaf->area(leaf->count() - 1)->vm_next;
  }

  // The leaf that an address leads to: nullptr if there can be no area above it, or (nearby_leaf) if it is not nearby.
  Node* nearby_leaf(Word addr) const { return addr - nearby_.lower < nearby_.width ? nearby_.leaf : nullptr; }
  Node* leaf_of(Word addr) const {
    Node* const leaf = nearby_leaf(addr);
    return leaf == nullptr ? descend(addr) : leaf;
  }
  Node* descend(Word addr) const;
  void remove(Node* leaf, Word addr, std::size_t place, std::size_t number);

  // Nodes, separators and gaps: area_tree_shape.hpp.
  std::size_t nodes_to_insert(std::size_t count) const;
  bool have_spares(std::size_t nodes) { return spares_ >= nodes || make_spares(nodes); }
  [[gnu::noinline]] bool make_spares(std::size_t nodes);
  void release_spares(std::size_t keep);
  Node* take_spare();
  void put_spare(Node* node);
  void give_back(Node* node, std::size_t level);
  Way way_to(Word addr) const;
  [[gnu::noinline]] void split(const Area& area);
  void add(const Way& way, Word separator, Node* node, const Area& area);
  void add_root(Word separator, Node* node);
  [[gnu::noinline]] void join(Word addr);
  bool join_with_neighbour(Step& above, std::size_t level);
  void join(Node* above, std::size_t place, std::size_t level);
  void lower_root();
  [[gnu::noinline]] void raise_separator(Word addr, Word end);
  [[gnu::noinline]] void lower_separator(Word addr, Word start);
  void gap_grew(const Node* leaf, const Area& area);
  [[gnu::noinline]] void raise_gap(Word addr, Word gap);
  Area* first_behind_gap(Node* node, std::size_t level, Word from, Word length) const;

  // Laws: area_tree_laws.hpp.
  struct Walk;
  const char* broken_law_below(const Node* node, std::size_t level, Walk& walk) const;
  static const char* broken_law_of_inner(const Node* node);
  static const char* broken_law_of_leaf(const Node* leaf, Walk& walk);

  Nodes* nodes_;
  Node* root_ = nullptr;  // an empty tree has none, or a leaf that was left behind
  std::size_t height_ = 0;
  std::size_t size_ = 0;
  Area* first_ = nullptr;
  Area* last_ = nullptr;
  mutable Nearby nearby_;
  Node* spare_ = nullptr;  // chained by their first slots
  std::size_t spares_ = 0;
  std::size_t kept_ = 0;      // as many spares as were ever needed at once; more are given back
  std::size_t promised_ = 0;  // inserts that cannot fail
};

// ---- Lookups ----------------------------------------------------------------------------------------------------

/// The leaf that `addr` leads to, which is from then on nearby; nullptr if there can be no area above `addr`.
template <OrderedArea Area, class Nodes, std::size_t entries>
auto AreaTree<Area, Nodes, entries>::descend(Word addr) const -> Node* {
  if (empty() || addr == no_key) return nullptr;
  Node* node = root_;
  Word lower = 0;
  Word upper = no_key;
  for (std::size_t level = height_; level != 0; --level) {
    const std::size_t place = node->rank(addr);
    lower = place == 0 ? lower : node->key(place - 1);
    upper = std::min(upper, node->key(place));
    node = node->node(place);
  }
  nearby_ = {node, lower, static_cast<Word>(upper - lower), 0};
  return node;
}

// ---- Changes ----------------------------------------------------------------------------------------------------

template <OrderedArea Area, class Nodes, std::size_t entries>
bool AreaTree<Area, Nodes, entries>::insert(Area& area) {
  const Word addr = area.vm_start;
  Node* leaf = empty() ? root_ : leaf_of(addr);
  if ((leaf == nullptr || leaf->is_full()) && promised_ == 0 && !have_spares(nodes_to_insert(1))) return false;
  if (promised_ != 0) --promised_;
  if (leaf == nullptr) leaf = root_ = take_spare();
  if (empty()) nearby_ = {leaf, 0, no_key, 0};

  std::size_t place = place_behind(leaf, addr);
  area.vm_next = empty() ? nullptr : area_at(leaf, place);
  area.vm_prev = in_front_of(area.vm_next);
  link(area.vm_prev, &area);
  link(&area, area.vm_next);
  ++size_;

  if (area.vm_end > nearby_.upper()) raise_separator(addr, area.vm_end);
  if (leaf->is_full()) [[unlikely]] {
    split(area);
    leaf = descend(addr);
    place = leaf->rank(addr);
  }
  leaf->insert(place, area.vm_end, place, Slot{.area = &area});
  gap_grew(leaf, area);
  return true;
}

template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::erase(Area& area) {
  const Word addr = area.vm_end - 1;
  Area* const behind = area.vm_next;
  link(area.vm_prev, behind);
  area.vm_prev = area.vm_next = nullptr;
  Node* const leaf = leaf_of(addr);
  remove(leaf, addr, place_of(leaf, area, addr), 1);
  if (behind != nullptr) gap_grew(nearby_leaf(behind->vm_end - 1), *behind);
}

template <OrderedArea Area, class Nodes, std::size_t entries>
Area* AreaTree<Area, Nodes, entries>::take_out(Word start, Word end) {
  Area* const chain = find_meeting(start, end);
  if (chain == nullptr) return nullptr;
  Area* last_one = nullptr;
  Area* behind = chain;
  while (behind != nullptr && behind->vm_start < end) {
    const Word addr = behind->vm_end - 1;
    Node* const leaf = leaf_of(addr);
    const std::size_t from = place_of(leaf, *behind, addr);
    std::size_t to = from + 1;
    while (to < leaf->count() && leaf->area(to)->vm_start < end) ++to;
    last_one = leaf->area(to - 1);
    behind = mutant("area_tree.take_out.stops_at_leaf") && to == leaf->count() ? nullptr : last_one->vm_next;
    remove(leaf, addr, from, to - from);
  }
  link(chain->vm_prev, behind);
  chain->vm_prev = last_one->vm_next = nullptr;
  if (behind != nullptr) gap_grew(nearby_leaf(behind->vm_end - 1), *behind);
  return chain;
}

/// Takes `number` areas from `place` on out of a leaf, to which `addr` leads. Their links are the caller's.
template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::remove(Node* leaf, Word addr, std::size_t place, std::size_t number) {
  leaf->remove(place, place, number);
  size_ -= number;
  if (leaf->count() <= sparse && height_ != 0) join(addr);
  if (empty()) nearby_ = {};
}

template <OrderedArea Area, class Nodes, std::size_t entries>
Area* AreaTree<Area, Nodes, entries>::clear() {
  Area* const chain = first_;
  if (root_ != nullptr) give_back(root_, height_);
  root_ = nullptr;
  height_ = size_ = promised_ = 0;
  first_ = last_ = nullptr;
  nearby_ = {};
  return chain;
}

template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::set_start(Area& area, Word vm_start) {
  const bool gap_grows = vm_start > area.vm_start;
  area.vm_start = vm_start;
  if (gap_grows) gap_grew(nearby_leaf(area.vm_end - 1), area);
}

template <OrderedArea Area, class Nodes, std::size_t entries>
void AreaTree<Area, Nodes, entries>::set_end(Area& area, Word vm_end) {
  const Word addr = area.vm_end - 1;
  Node* const leaf = leaf_of(addr);
  if (vm_end > nearby_.upper() && !mutant("area_tree.set_end.keeps_separator_behind"))
    raise_separator(addr, vm_end);
  if (vm_end <= nearby_.lower && !mutant("area_tree.set_end.keeps_separator_before"))
    lower_separator(addr, area.vm_start);
  const std::size_t place = place_of(leaf, area, addr);
  const bool gap_grows = vm_end < area.vm_end && area.vm_next != nullptr;
  leaf->set_key(place, vm_end);
  area.vm_end = vm_end;
  if (gap_grows) gap_grew(place + 1 < leaf->count() ? leaf : nullptr, *area.vm_next);
}

}  // namespace refmm::impl::inline REFMM_BUILD
