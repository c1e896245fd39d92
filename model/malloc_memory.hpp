// Whole ranges of memory: filled, copied, and gone with their pages.
#pragma once

#include <refmm/model/malloc_chunk.hpp>
#include <refmm/model/malloc_step.hpp>
#include <refmm/spec/map.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The words of a range are 0: its pages were given back, and whoever maps there again gets new ones.
template <Word W, class Words>
constexpr Words without_range(const Words& words, W start, W end) {
  return joined(start, words, values_from(words, end, W(0u)));
}

/// The words with one byte changed.
template <Word W, class Words>
constexpr Words with_byte(Words words, W addr, W byte) {
  const W offset = addr & W(malloc::word_bytes<W> - 1), bits = offset * W(8u);
  const W word = (lookup(words, addr - offset) & ~(W(0xffu) << bits)) | ((byte & W(0xffu)) << bits);
  return updated(std::move(words), addr - offset, word);
}

/// A word of which every byte is the same.
template <Word W>
constexpr W word_of_bytes(W byte) {
  return (byte & W(0xffu)) * (~W(0u) / W(0xffu));
}

/// The words with one byte everywhere in a range.
template <Word W, class Words>
constexpr Words filled(Words words, W start, W end, W byte) {
  while (start != end && (start & W(malloc::word_bytes<W> - 1)) != 0u) {
    words = with_byte<W>(std::move(words), start, byte);
    start = start + 1u;
  }
  // Whole words at once: a block can be of a size at which one by one among the others takes minutes.
  const W whole = start + (end - start) / W(malloc::word_bytes<W>) * W(malloc::word_bytes<W>);
  const W word = word_of_bytes<W>(byte);
  Words within{};
  for (W at = start; word != W(0u) && at != whole; at = at + W(malloc::word_bytes<W>))
    within = updated(std::move(within), at, word);
  words = joined(start, words, joined(whole, within, words));
  for (start = whole; start != end;) {
    words = with_byte<W>(std::move(words), start, byte);
    start = start + 1u;
  }
  return words;
}

/// The words of one range copied to another place, which the range does not reach into; in whole words and single bytes behind them.
template <Word W, class Words>
constexpr Words copied(Words words, W to, W from, W bytes) {
  for (W done = 0u; done < bytes;) {
    if (bytes - done >= W(malloc::word_bytes<W>)) {
      const W word = malloc::word_at<W>(words, from + done);
      words = with_word<W>(std::move(words), to + done, word);
      done = done + W(malloc::word_bytes<W>);
    } else {
      const W byte = malloc::byte_at<W>(words, from + done);
      words = with_byte<W>(std::move(words), to + done, byte);
      done = done + 1u;
    }
  }
  return words;
}

/// New memory of a program, and memory that it gives back, filled so that nobody can rely on what was there. [malloc.perturb]
template <Word W>
constexpr MallocStep<W> perturbed(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W start, W end,
                                  bool is_new) {
  const W byte = allocator.parameters.perturb;
  if (byte == 0u || has_ended(so_far)) return so_far;
  so_far = accessed<W>(std::move(so_far), start, end - start);
  if (has_ended(so_far)) return so_far;
  so_far.state.words = filled<W>(std::move(so_far.state.words), start, end, is_new ? ~byte : byte);
  so_far.because.push_back("malloc.perturb");
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
