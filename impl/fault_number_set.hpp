// A set of numbers whose lowest member is found in a few steps, however many there are.
//
// A bit for each number, and over every 64 bits one bit that says whether there is any: three or four levels for all the frames
// that a machine can have. It is the set of free frames, of which the lowest is always taken, and that of free slots.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

class NumberSet {
 public:
  /// No number.
  static constexpr std::uint32_t none = 0;

  /// Of numbers from 1 to `last`; empty.
  explicit NumberSet(std::uint32_t last) : last_(last) {
    std::size_t words = (std::size_t{last} + bits) / bits;
    for (;;) {
      level_start_[levels_++] = words_.size();
      words_.resize(words_.size() + words);
      if (words == 1) break;
      words = (words + bits - 1) / bits;
    }
  }

  std::uint32_t last() const { return last_; }
  std::uint32_t size() const { return size_; }
  bool contains(std::uint32_t number) const { return (words_[number / bits] >> number % bits & 1) != 0; }

  /// Adds all numbers.
  void fill() {
    for (std::uint32_t number = 1; number <= last_; ++number) insert(number);
  }

  /// Adds a number that is not in it.
  void insert(std::uint32_t number) {
    ++size_;
    for (unsigned level = 0; level != levels_; ++level, number /= bits) {
      std::uint64_t& word = word_at(level, number);
      const bool was_empty = word == 0;
      word |= bit_of(number);
      if (!was_empty) return;
    }
  }

  /// Takes out a number that is in it.
  void erase(std::uint32_t number) {
    --size_;
    for (unsigned level = 0; level != levels_; ++level, number /= bits) {
      std::uint64_t& word = word_at(level, number);
      word &= ~bit_of(number);
      if (word != 0) return;
    }
  }

  /// The lowest member, or none.
  std::uint32_t first() const {
    if (size_ == 0) return none;
    return lowest_below(levels_, 0);
  }

  /// The lowest member that is not below `from`, or none.
  std::uint32_t first_from(std::uint32_t from) const {
    if (from > last_) return none;
    std::uint32_t place = from;
    for (unsigned level = 0; level != levels_; ++level) {
      const std::uint64_t behind = word_at(level, place) >> place % bits << place % bits;
      if (behind != 0)
        return lowest_below(level, place / bits * bits + static_cast<unsigned>(std::countr_zero(behind)));
      place = place / bits + 1;
      if (level + 1 != levels_ && place / bits >= words_of(level + 1)) return none;
    }
    return none;
  }

 private:
  static constexpr unsigned bits = 64;
  static constexpr std::size_t most_levels = 6;

  static constexpr std::uint64_t bit_of(std::uint32_t number) { return std::uint64_t{1} << number % bits; }

  std::uint64_t& word_at(unsigned level, std::uint32_t number) {
    return words_[level_start_[level] + number / bits];
  }
  const std::uint64_t& word_at(unsigned level, std::uint32_t number) const {
    return words_[level_start_[level] + number / bits];
  }
  std::size_t words_of(unsigned level) const {
    return (level + 1 == levels_ ? words_.size() : level_start_[level + 1]) - level_start_[level];
  }

  /// The lowest member under bit `place` of a level.
  std::uint32_t lowest_below(unsigned level, std::uint32_t place) const {
    while (level != 0) {
      --level;
      place = place * bits + static_cast<unsigned>(std::countr_zero(words_[level_start_[level] + place]));
    }
    return place;
  }

  std::uint32_t last_;
  std::uint32_t size_ = 0;
  unsigned levels_ = 0;
  std::array<std::size_t, most_levels> level_start_{};
  std::vector<std::uint64_t> words_;  // of all levels, the numbers themselves first
};

}  // namespace refmm::impl::inline REFMM_BUILD
