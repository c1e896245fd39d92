// The memory of a heap while a call is under way: its words, where the allocator's own variables point, and how to read chunks.
//
// A template over the table of words: a map of what was written (spec/map.hpp), or a function of any address to any word, of which
// laws are proved.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/word.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace refmm::malloc {

/// Bytes in a word.
template <class W>
inline constexpr Native<W> word_bytes = WordTraits<W>::bits / 8;

/// Chunks begin at multiples of this, and have such sizes. 2 words.
template <class W>
inline constexpr Native<W> chunk_alignment = 2 * word_bytes<W>;

/// The smallest chunk: a free one needs room for its tag and its links. 4 words.
template <class W>
inline constexpr Native<W> smallest_chunk = 4 * word_bytes<W>;

/// Addresses from `start` to below `end`.
template <Word W>
struct Range {
  W start, end;
};

template <class Words, Word W>
struct Heap {
  using word_type = W;
  Words words;
  std::vector<Range<W>> mapped;  // ascending; where memory is
  bool all_mapped;               // there is memory everywhere: of laws that do not speak of it
  Corrections corrected;
  W bins, top, top_end;  // as in State
  Because because;
  std::optional<Refusal> ended;  // the program is at its end: nothing is done any more
};

/// True if there is memory at all bytes of a word.
template <class Words, Word W>
constexpr bool is_mapped(const Heap<Words, W>& heap, const W& addr) {
  if (heap.all_mapped) return true;
  const W last = addr + W(word_bytes<W> - 1);
  const auto has = [&](const W& byte) {
    return std::ranges::any_of(heap.mapped,
                               [&](const Range<W>& range) { return range.start <= byte && byte < range.end; });
  };
  return has(addr) && has(last);
}

/// The word at an address, of which the lowest byte comes first; it need not be aligned.
template <Word W, class Words>
constexpr W word_at(const Words& words, const W& addr) {
  const W offset = addr & W(word_bytes<W> - 1);
  if (offset == W(0u)) return lookup(words, addr);
  const W aligned = addr - offset, bits = offset * W(8u);
  return (lookup(words, aligned) >> bits) |
         (lookup(words, aligned + W(word_bytes<W>)) << (W(WordTraits<W>::bits) - bits));
}

/// The byte at an address.
template <Word W, class Words>
constexpr W byte_at(const Words& words, const W& addr) {
  const W offset = addr & W(word_bytes<W> - 1);
  return (lookup(words, addr - offset) >> (offset * W(8u))) & W(0xffu);
}

// ---- The tag of a chunk -------------------------------------------------------------------------------------------

template <Word W>
constexpr W address_of_size(const W& chunk) {
  return chunk + W(word_bytes<W>);
}
template <Word W>
constexpr W address_of_fd(const W& chunk) {
  return chunk + W(2 * word_bytes<W>);
}
template <Word W>
constexpr W address_of_bk(const W& chunk) {
  return chunk + W(3 * word_bytes<W>);
}

/// The block of a chunk, as the program knows it, and the chunk of a block.
template <Word W>
constexpr W block_of(const W& chunk) {
  return chunk + W(2 * word_bytes<W>);
}
template <Word W>
constexpr W chunk_of(const W& block) {
  return block - W(2 * word_bytes<W>);
}

template <class Words, Word W>
constexpr W prev_size_of(const Heap<Words, W>& heap, const W& chunk) {
  return word_at<W>(heap.words, chunk);
}
/// Bytes, without the flags.
template <class Words, Word W>
constexpr W size_of(const Heap<Words, W>& heap, const W& chunk) {
  return word_at<W>(heap.words, address_of_size(chunk)) & ~W(SIZE_FLAGS);
}
template <class Words, Word W>
constexpr W flags_of(const Heap<Words, W>& heap, const W& chunk) {
  return word_at<W>(heap.words, address_of_size(chunk)) & W(SIZE_FLAGS);
}
template <class Words, Word W>
constexpr W fd_of(const Heap<Words, W>& heap, const W& chunk) {
  return word_at<W>(heap.words, address_of_fd(chunk));
}
template <class Words, Word W>
constexpr W bk_of(const Heap<Words, W>& heap, const W& chunk) {
  return word_at<W>(heap.words, address_of_bk(chunk));
}

/// What the size of a chunk says of the chunk in front of it.
template <class Words, Word W>
constexpr auto prev_is_in_use(const Heap<Words, W>& heap, const W& chunk) {
  return (flags_of(heap, chunk) & W(PREV_INUSE)) != W(0u);
}
template <class Words, Word W>
constexpr auto has_own_mapping(const Heap<Words, W>& heap, const W& chunk) {
  return (flags_of(heap, chunk) & W(IS_MMAPPED)) != W(0u);
}

}  // namespace refmm::malloc
