// The lists of free chunks of many sizes: a bitwise trie for each power of two, of which the chunks themselves are the nodes.
//
// A node holds the chunks of one size, as a ring: after the node comes the chunk that was freed last, and so on back to the one freed
// first, which is the node. Below a node at depth d stand sizes that agree with it in the d bits after the leading one; the next bit
// says at which child. The way to a size is as long as a word has bits at most, however many sizes there are. D. Lea's malloc has
// such tries from 2.8 on.
//
// Words of a node: fd and bk are the ring; then two children, and the parent, which is the node itself at the root. Of the other
// chunks on the ring the parent is 0.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

#include <bit>
#include <limits>

namespace refmm::impl::inline REFMM_BUILD {

/// The bits of a size after its leading one, from the highest bit of a word on.
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::key_of(Word size) {
  return static_cast<Word>(size << static_cast<unsigned>(std::countl_zero(size)) << 1);
}

template <MallocLayer Layer>
void UserHeap<Layer>::push_large(Word chunk, Word size) {
  const unsigned bin = Layout::large_bin_of(size);
  Word node = roots_[bin];
  if (node == 0 || mutant("malloc.impl.tree.forgets_others")) {
    roots_[bin] = chunk;
    large_ |= std::uint64_t{1} << bin;
    node = chunk;
  } else {
    for (Word key = key_of(size);; key = static_cast<Word>(key << 1)) {
      if (size_of(node) == size) {
        Word next = fd_of(node), previous = node;
        if (bk_of(next) != node) [[unlikely]]
          ends(malloc::Refusal::corrupted_links, "malloc", next);
        if (mutant("malloc.impl.tree.first_in_first_out")) {
          previous = bk_of(node);
          next = node;
        }
        set_fd(chunk, next);
        set_bk(chunk, previous);
        set_fd(previous, chunk);
        set_bk(next, chunk);
        set_parent(chunk, 0);
        return;
      }
      const auto bit = static_cast<unsigned>(key >> top_bit);
      const Word child = child_of(node, bit);
      if (child == 0) {
        set_child(node, bit, chunk);
        break;
      }
      if (parent_of(child) != node) [[unlikely]]
        ends(malloc::Refusal::corrupted_links, "malloc", child);
      node = child;
    }
  }
  set_fd(chunk, chunk);
  set_bk(chunk, chunk);
  set_child(chunk, 0, 0);
  set_child(chunk, 1, 0);
  set_parent(chunk, node);
}

template <MallocLayer Layer>
void UserHeap<Layer>::unlink_large(Word chunk, Word size) {
  const Word fd = fd_of(chunk), bk = bk_of(chunk);
  if (bk_of(fd) != chunk || fd_of(bk) != chunk) [[unlikely]]
    ends(malloc::Refusal::corrupted_links, "malloc", chunk);
  if (parent_of(chunk) == 0) {
    set_bk(fd, bk);
    set_fd(bk, fd);
    return;
  }
  Word replacement = 0;
  if (fd != chunk) {
    // The one that was freed next after it.
    replacement = bk;
    set_bk(fd, bk);
    set_fd(bk, fd);
  } else {
    replacement = leaf_below(chunk, size);
  }
  replace_node(chunk, size, replacement);
}

/// A leaf of the tree below a node, cut off; 0 if the node is one itself.
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::leaf_below(Word node, Word size) {
  Word leaf = node;
  unsigned side = 0;
  // Every step halves the sizes that there can be.
  for (Word sizes = size; sizes != 0; sizes = sizes / 2) {
    const Word right = child_of(leaf, 1), next = right != 0 ? right : child_of(leaf, 0);
    if (next == 0) break;
    if (parent_of(next) != leaf) [[unlikely]]
      ends(malloc::Refusal::corrupted_links, "malloc", next);
    side = right != 0 ? 1 : 0;
    leaf = next;
  }
  if (leaf == node) return 0;
  set_child(parent_of(leaf), side, 0);
  return leaf;
}

/// Another chunk, or none, takes the place of a node in its tree.
template <MallocLayer Layer>
void UserHeap<Layer>::replace_node(Word node, Word size, Word replacement) {
  const Word parent = parent_of(node);
  if (parent == node) {
    const unsigned bin = Layout::large_bin_of(size);
    if (roots_[bin] != node) [[unlikely]]
      ends(malloc::Refusal::corrupted_links, "malloc", node);
    roots_[bin] = replacement;
    if (replacement == 0) large_ &= ~(std::uint64_t{1} << bin);
  } else {
    const unsigned side = child_of(parent, 0) == node ? 0 : 1;
    if (child_of(parent, side) != node) [[unlikely]]
      ends(malloc::Refusal::corrupted_links, "malloc", node);
    set_child(parent, side, replacement);
  }
  if (replacement == 0) return;
  set_parent(replacement, parent == node ? replacement : parent);
  for (const unsigned side : {0u, 1u}) {
    const Word child = mutant("malloc.impl.tree.loses_child") && side == 1 ? 0 : child_of(node, side);
    set_child(replacement, side, child);
    if (child != 0) set_parent(child, replacement);
  }
}

// ---- Searching ----

/// The smallest node of `size` bytes or more among those on the way along the lower sides from `node` on, if it is smaller than
/// `best`, of `best_size`; else `best`.
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::smallest_below(Word node, Word best, Word best_size,
                                                                      Word size) const {
  for (unsigned depth = 0; node != 0; ++depth) {
    const Word here = size_of(node);
    if (depth > top_bit) [[unlikely]]
      ends(malloc::Refusal::corrupted_links, "malloc", node);
    if (here >= size && here < best_size) {
      best = node;
      best_size = here;
    }
    const Word lower = child_of(node, 0);
    node = lower != 0 ? lower : child_of(node, 1);
  }
  return best;
}

/// The smallest node of `size` bytes or more in a tree of which sizes begin with the same bit; 0 if there is none.
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::smallest_in(Word root, Word size) const {
  Word best = 0, best_size = std::numeric_limits<Word>::max();
  Word larger = 0;  // the last tree that was passed on the way, all of larger sizes
  Word node = root;
  Word key = key_of(size);
  for (unsigned depth = 0; node != 0; ++depth) {
    const Word here = size_of(node);
    if (depth > top_bit) [[unlikely]]
      ends(malloc::Refusal::corrupted_links, "malloc", node);
    if (here == size) return node;
    if (here > size && here < best_size) {
      best = node;
      best_size = here;
    }
    const Word upper = child_of(node, 1);
    const bool goes_up = key >> top_bit != 0;
    if (!goes_up && upper != 0 && !mutant("malloc.impl.tree.forgets_larger")) larger = upper;
    node = goes_up ? upper : child_of(node, 0);
    key = static_cast<Word>(key << 1);
  }
  return smallest_below(larger, best, best_size, size);
}

/// The smallest chunk of `size` bytes or more, of equal ones that which was freed last; 0 if there is none.
template <MallocLayer Layer>
typename UserHeap<Layer>::Word UserHeap<Layer>::smallest_large_from(Word size) {
  Word node = 0;
  unsigned next = 0;
  if (size >= Layout::first_large) {
    const unsigned own = Layout::large_bin_of(size);
    if (roots_[own] != 0) node = smallest_in(roots_[own], size);
    next = own + 1;
  }
  if (node == 0) {
    const std::uint64_t above = next >= Layout::large_bins ? 0 : large_ >> next << next;
    if (above == 0) return 0;
    node = smallest_below(roots_[static_cast<unsigned>(std::countr_zero(above))], 0,
                          std::numeric_limits<Word>::max(), size);
  }
  const Word last_freed = fd_of(node);
  if (bk_of(last_freed) != node) [[unlikely]]
    ends(malloc::Refusal::corrupted_links, "malloc", node);
  return last_freed;
}

// ---- What an observer sees ----

/// `limit` chunks at most, so that this ends in a heap in any state.
template <MallocLayer Layer>
template <class See>
void UserHeap<Layer>::for_chunks_of_tree(Word node, Word& limit, See& see) const {
  if (node == 0) return;
  const Word size = size_of(node);
  for (Word chunk = fd_of(node); limit != 0; chunk = fd_of(chunk)) {
    --limit;
    see(chunk, size);
    if (chunk == node) break;
  }
  for (const unsigned side : {0u, 1u}) {
    if (limit != 0) for_chunks_of_tree(child_of(node, side), limit, see);
  }
}

template <MallocLayer Layer>
template <class See>
void UserHeap<Layer>::for_large_free_chunks(See see) const {
  Word limit = (top_end_ - begin_) / Layout::first_large;
  for (const Word root : roots_) for_chunks_of_tree(root, limit, see);
}

}  // namespace refmm::impl::inline REFMM_BUILD
