// A node of the tree of areas: keys side by side in whole cache lines, so that a search in it reads few lines and takes no
// branch that depends on what it reads.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>

namespace refmm::impl::inline REFMM_BUILD {

/// What an area must have to stand in a tree.
template <class Area>
concept OrderedArea = requires(Area& area) {
  requires std::unsigned_integral<decltype(area.vm_start)>;
  requires std::same_as<decltype(area.vm_start), decltype(area.vm_end)>;
  requires std::same_as<decltype(area.vm_prev), Area*>;
  requires std::same_as<decltype(area.vm_next), Area*>;
};

/// A leaf holds areas, and as keys their ends. An inner node holds nodes, and as keys between each and the next a separator:
/// not below any end of the one, below every end of the other. So in both, the number of keys not above an address says where
/// to look for it. Keys that are not in use, and that of the last node in an inner one, are `no_key`.
template <OrderedArea Area, std::size_t entries = 63>
class alignas(64) AreaTreeNode {
 public:
  using Word = decltype(Area::vm_start);

  union Slot {
    Area* area;
    AreaTreeNode* node;
  };

  static constexpr std::size_t capacity = entries;
  static constexpr Word no_key = std::numeric_limits<Word>::max();

  AreaTreeNode() { std::ranges::fill(keys_, no_key); }

  std::size_t count() const { return count_; }
  bool is_full() const { return count_ == capacity; }
  Word key(std::size_t place) const { return keys_[place]; }
  Area* area(std::size_t place) const { return slots_[place].area; }
  AreaTreeNode* node(std::size_t place) const { return slots_[place].node; }

  /// Nodes without entries can be chained.
  void chain(AreaTreeNode* next) { slots_[0].node = next; }
  AreaTreeNode* chained() const { return slots_[0].node; }

  /// No area below this node has more free bytes in front of it; often, but not always, one has as many.
  Word gap() const { return gap_; }
  void set_gap(Word gap) { gap_ = gap; }

  /// The number of keys not above `addr`, which is not no_key. Counts lines by their last keys, and then keys in one line. The branch
  /// is well predicted: nodes have few keys in small trees and many in large ones.
  [[gnu::always_inline]] std::size_t rank(Word addr) const {
    std::size_t lines = is_line_below(0, addr);
    if (count_ >= 2 * keys_a_line)
      for (std::size_t i = 1; i < lines_of_keys - 1; ++i) lines += is_line_below(i, addr);
    const Word* const line = keys_ + lines * keys_a_line;
    std::size_t inside = 0;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < keys_a_line - 1; ++i) inside += line[i] <= addr ? 1 : 0;
    return lines * keys_a_line + inside;
  }

  void set_key(std::size_t place, Word key) { keys_[place] = key; }

  /// Makes room for a key and a slot at these places.
  void insert(std::size_t key_place, Word key, std::size_t slot_place, Slot slot) {
    shift_up(keys_ + key_place, keys_ + count_);
    shift_up(slots_ + slot_place, slots_ + count_);
    keys_[key_place] = key;
    slots_[slot_place] = slot;
    ++count_;
  }

  /// Takes `number` keys and slots away from these places on.
  void remove(std::size_t key_place, std::size_t slot_place, std::size_t number) {
    shift_down(keys_ + key_place + number, keys_ + count_, number);
    shift_down(slots_ + slot_place + number, slots_ + count_, number);
    std::fill(keys_ + count_ - number, keys_ + count_, no_key);
    count_ -= static_cast<Word>(number);
  }

  /// Moves the keys and slots from `place` on behind those of `to`, which has room for them.
  void move_to(AreaTreeNode& to, std::size_t place) {
    const auto number = static_cast<Word>(count_ - place);
    std::copy(keys_ + place, keys_ + count_, to.keys_ + to.count_);
    std::copy(slots_ + place, slots_ + count_, to.slots_ + to.count_);
    std::fill(keys_ + place, keys_ + count_, no_key);
    to.count_ += number;
    count_ -= number;
  }

  /// Whether the keys that are not in use are what they must be.
  bool is_lawful() const {
    return count_ <= capacity &&
           std::all_of(keys_ + count_, keys_ + capacity, [](Word key) { return key == no_key; });
  }

 private:
  static constexpr std::size_t keys_a_line = 64 / sizeof(Word);
  static constexpr std::size_t lines_of_keys = (capacity + 1) / keys_a_line;
  static_assert((capacity + 1) % keys_a_line == 0 && lines_of_keys > 1,
                "keys and their count fill two lines or more");

  std::size_t is_line_below(std::size_t line, Word addr) const {
    return keys_[(line + 1) * keys_a_line - 1] <= addr ? 1 : 0;
  }

  // Shifts by blocks, in place of a call: what moves is most often shorter than such a call takes.
  template <std::size_t number, class T>
  static void copy(const T* from, T* to) {
    T block[number];
    std::memcpy(block, from, sizeof block);
    std::memcpy(to, block, sizeof block);
  }
  template <class T>
  static void shift_up(T* first, T* last) {
    while (last - first >= 4) {
      last -= 4;
      copy<4>(last, last + 1);
    }
    if (last - first >= 2) {
      last -= 2;
      copy<2>(last, last + 1);
    }
    if (last != first) first[1] = first[0];
  }
  template <class T>
  static void shift_down(T* first, T* last, std::size_t by) {
    for (; last - first >= 4; first += 4) copy<4>(first, first - by);
    if (last - first >= 2) {
      copy<2>(first, first - by);
      first += 2;
    }
    if (last != first) first[-static_cast<std::ptrdiff_t>(by)] = *first;
  }

  Word keys_[capacity];
  Word count_ = 0;
  Slot slots_[capacity];
  Word gap_ = 0;
};

}  // namespace refmm::impl::inline REFMM_BUILD
