// A node of the tree of areas: keys side by side in whole cache lines, so that a search in it reads few lines and takes no
// branch that depends on what it reads.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
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
template <OrderedArea Area, std::size_t entries = 31>
struct alignas(64) AreaTreeNode {
  using Word = decltype(Area::vm_start);

  union Slot {
    Area* area;
    AreaTreeNode* node;
  };

  static constexpr std::size_t capacity = entries;
  static constexpr Word no_key = std::numeric_limits<Word>::max();

  Word keys[capacity];
  Word count = 0;
  Slot slots[capacity];
  Word gap =
      0;  // no area below this node has more free bytes in front of it; often, but not always, one has as many

  AreaTreeNode() { std::ranges::fill(keys, no_key); }

  /// The number of keys not above `addr`, which is not no_key. Reads the last key of each line, and then one line: the last
  /// keys of other lines cannot lie on the same side of what is looked for as those of this one.
  std::size_t rank(Word addr) const {
    std::size_t before = 0;
    for (std::size_t i = keys_a_line - 1; i < capacity; i += keys_a_line)
      before += keys[i] <= addr ? keys_a_line : 0;
    const Word* const line = keys + before;
    std::size_t inside = 0;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < keys_a_line - 1; ++i) inside += line[i] <= addr ? 1 : 0;
    return before + inside;
  }

  bool is_full() const { return count == capacity; }

  /// Makes room for a key and a slot at these places.
  void insert(std::size_t key_place, Word key, std::size_t slot_place, Slot slot) {
    std::copy_backward(keys + key_place, keys + capacity - 1, keys + capacity);
    std::copy_backward(slots + slot_place, slots + count, slots + count + 1);
    keys[key_place] = key;
    slots[slot_place] = slot;
    ++count;
  }

  /// Takes `number` keys and slots away from these places on.
  void remove(std::size_t key_place, std::size_t slot_place, std::size_t number) {
    std::copy(keys + key_place + number, keys + count, keys + key_place);
    std::copy(slots + slot_place + number, slots + count, slots + slot_place);
    std::fill(keys + count - number, keys + count, no_key);
    count -= static_cast<Word>(number);
  }

  /// Moves the keys and slots from `place` on behind those of `to`, which has room for them.
  void move_to(AreaTreeNode& to, std::size_t place) {
    std::copy(keys + place, keys + count, to.keys + to.count);
    std::copy(slots + place, slots + count, to.slots + to.count);
    std::fill(keys + place, keys + count, no_key);
    to.count += static_cast<Word>(count - place);
    count = static_cast<Word>(place);
  }

 private:
  static constexpr std::size_t keys_a_line = 64 / sizeof(Word);
  static_assert((capacity + 1) % keys_a_line == 0, "the keys and the count fill lines");
};

}  // namespace refmm::impl::inline REFMM_BUILD
