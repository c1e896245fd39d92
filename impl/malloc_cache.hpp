// What a thread keeps of the small blocks that it frees, for its next requests: no lock, no neighbours.
//
// To the heap below these blocks are in use; they go back in batches when there are many, and come in batches when there are none. A
// block on such a list holds the next one, and a mark by which it is noticed when it is freed again.
#pragma once

#include <refmm/impl/malloc_native.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// Of one thread. Sizes are those of chunks.
class ThreadCache {
 public:
  using Heap = UserHeap<NativeLayer>;
  using Word = Heap::Word;
  using Layout = Heap::Layout;

  /// Requests below this come from here.
  static constexpr Word end_of_requests = Layout::first_large - Layout::word - Layout::alignment + 1;

  /// `mark` is a number that nobody guesses.
  explicit ThreadCache(Word mark) : mark_(mark) {}

  // ---- The paths that are taken every time ----

  /// A block of the list, or 0.
  Word take(unsigned bin) {
    List& list = lists_[bin];
    const Word block = list.first;
    if (block == 0) return 0;
    list.first = NativeLayer::load(block);
    --list.count;
    NativeLayer::store(at_mark(block), 0);
    ++taken;
    return block;
  }

  /// True if the list is full then.
  bool put(unsigned bin, Word block) {
    const Word chunk_behind = Layout::chunk_of(block) + bin * Layout::alignment;
    if (is_marked(block) || (tag_of(chunk_behind) & Layout::prev_in_use) == 0) [[unlikely]]
      NativeLayer::ends(malloc::Refusal::double_free, "free", block);
    ++given_back;
    List& list = lists_[bin];
    NativeLayer::store(block, list.first);
    NativeLayer::store(at_mark(block), mark_);
    list.first = block;
    return ++list.count > list.most;
  }

  /// True of the blocks on the lists of all threads: nobody guesses the mark, and what goes back to the heap loses it.
  bool is_marked(Word block) const { return NativeLayer::load(at_mark(block)) == mark_; }

  /// The tag of a chunk. Another thread may just be writing what it says of the chunk in front, if that is another one.
  static Word tag_of(Word chunk) {
    return __atomic_load_n(reinterpret_cast<const Word*>(Layout::at_size(chunk)), __ATOMIC_RELAXED);
  }

  /// The list of a block by its tag, if it has one here; else 0, a list that no chunk is on.
  static unsigned bin_of_tag(Word tag) {
    const Word odd = tag & (Layout::alignment - 1) & ~Layout::prev_in_use;
    const bool is_small = Layout::smallest <= tag && tag < Layout::first_large && odd == 0;
    return is_small ? static_cast<unsigned>(tag / Layout::alignment) : 0;
  }

  // ---- With the lock held ----

  /// Fills an empty list up to half, and takes one; 0 if there is no memory.
  Word refill(Heap& heap, unsigned bin) {
    List& list = lists_[bin];
    Word taken_first = 0, last = 0;
    heap.allocate_many(bin * Layout::alignment - Layout::word, list.most / 2 + 1, [&](Word block) {
      if (taken_first == 0) {
        taken_first = block;
        return;
      }
      // In the order of addresses.
      if (last == 0)
        list.first = block;
      else
        NativeLayer::store(last, block);
      NativeLayer::store(block, 0);
      NativeLayer::store(at_mark(block), mark_);
      last = block;
      ++list.count;
    });
    list.most = std::min(2 * list.most, most_of(bin));
    if (taken_first != 0) ++taken;
    return taken_first;
  }

  /// Gives back all but the `kept` blocks that were freed last.
  void flush(Heap& heap, unsigned bin, unsigned kept) {
    List& list = lists_[bin];
    Word last = 0, block = list.first;
    for (unsigned count = 0; count < kept && block != 0; ++count) {
      last = block;
      block = NativeLayer::load(block);
    }
    if (last == 0)
      list.first = 0;
    else
      NativeLayer::store(last, 0);
    heap.release_many([&] {
      const Word released = block;
      if (released == 0) return released;
      block = NativeLayer::load(released);
      NativeLayer::store(at_mark(released), 0);
      --list.count;
      return released;
    });
  }

  /// Of a list that is full: it may become longer, up to a limit.
  void shorten(Heap& heap, unsigned bin) {
    List& list = lists_[bin];
    if (list.most < most_of(bin))
      list.most = std::min(2 * list.most, most_of(bin));
    else
      flush(heap, bin, list.most / 2);
  }
  void flush_all(Heap& heap) {
    for (unsigned bin = 0; bin < Layout::exact_bins; ++bin) flush(heap, bin, 0);
  }

  std::uint64_t taken = 0, given_back = 0;

 private:
  struct List {
    Word first = 0;
    unsigned count = 0;
    unsigned most = 8;
  };

  static Word at_mark(Word block) { return block + Layout::word; }

  /// Blocks on a list.
  static constexpr unsigned most_of(unsigned bin) {
    constexpr unsigned bytes = 64 << 10;
    return bytes / static_cast<unsigned>(bin * Layout::alignment);
  }

  const Word mark_;
  std::array<List, Layout::exact_bins> lists_{};
};

}  // namespace refmm::impl::inline REFMM_BUILD
