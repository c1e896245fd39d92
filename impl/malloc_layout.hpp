// How the user's heap lies in memory: sizes of chunks, their lists by size, and where the words of a chunk are.
//
// The layout is that of spec/malloc.hpp. A free chunk on a list of many sizes is a node of a tree as well (impl/malloc_tree.hpp), in
// words that only chunks of such sizes have.
#pragma once

#include <refmm/spec/malloc.hpp>
#include <refmm/spec/mutant.hpp>

#include <bit>
#include <concepts>
#include <limits>

namespace refmm::impl::inline REFMM_BUILD {

/// Sizes and addresses in bytes. Of addresses of a tag, `chunk` is where its chunk begins.
template <std::unsigned_integral WordType>
struct MallocLayout {
  using Word = WordType;

  static constexpr Word word = sizeof(Word);
  static constexpr Word alignment = 2 * word;
  static constexpr Word smallest = 4 * word;
  static constexpr Word prev_in_use = malloc::PREV_INUSE;
  static constexpr Word own_mapping = malloc::IS_MMAPPED;
  static constexpr Word flags = malloc::SIZE_FLAGS;

  /// Lists of one size each, and from this size on lists of the sizes from a power of two to below the next.
  static constexpr unsigned exact_bins = 64;
  static constexpr Word first_large = exact_bins * alignment;
  static constexpr unsigned large_bins =
      std::numeric_limits<Word>::digits - static_cast<unsigned>(std::countr_zero(first_large));
  static constexpr Word bytes_of_bins = (exact_bins + large_bins + 1) * alignment;

  // ---- Sizes ----

  /// Up to a multiple of a power of two; wraps.
  static constexpr Word rounded_up(Word bytes, Word power_of_two) {
    return (bytes + power_of_two - 1) & ~(power_of_two - 1);
  }

  /// Requests above this have no chunk. [malloc.malloc.too_large]
  static constexpr Word largest_request(Word page_size) {
    return std::numeric_limits<Word>::max() / 2 - 2 * page_size;
  }

  /// The size of the chunk for a block of `bytes`, at most the largest request. [malloc.size.chunk]
  static constexpr Word chunk_size(Word bytes) {
    const Word tag = mutant("malloc.impl.size.two_words_of_tag") ? 2 * word : word;
    const Word size = rounded_up(bytes + tag, alignment);
    return size < smallest ? smallest : size;
  }

  static constexpr unsigned bin_of_exact(Word size) { return static_cast<unsigned>(size / alignment); }
  /// Counted from the first list of many sizes.
  static constexpr unsigned large_bin_of(Word size) {
    return static_cast<unsigned>(std::bit_width(size) - std::bit_width(first_large));
  }

  // ---- Addresses ----

  static constexpr Word block_of(Word chunk) { return chunk + 2 * word; }
  static constexpr Word chunk_of(Word block) { return block - 2 * word; }

  static constexpr Word at_size(Word chunk) { return chunk + word; }
  static constexpr Word at_fd(Word chunk) { return chunk + 2 * word; }
  static constexpr Word at_bk(Word chunk) { return chunk + 3 * word; }
  static constexpr Word at_child(Word chunk, unsigned bit) { return chunk + (4 + bit) * word; }
  static constexpr Word at_parent(Word chunk) { return chunk + 6 * word; }
};

}  // namespace refmm::impl::inline REFMM_BUILD
