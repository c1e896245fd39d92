// A set-associative cache with least recently used lines replaced: which touches of memory miss it, and why.
//
//   ClassifiedCache cache({.bytes = 16384, .ways = 4, .line = 32});
//   cache.touch(0x1000);  // Touch::compulsory, and Touch::hit from now on
//
// Of a real cache it is the part that colours are about: where lines may stand. There are no prefetches, no writes back, and no
// second level. Why a line misses is said as M. D. Hill said it (Aspects of Cache Memory and Instruction Buffer Performance,
// 1987): it was never there; a cache of this size would have lost it even if any line might stand anywhere; or only the
// others of its set have driven it out.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <unordered_set>
#include <vector>

namespace refmm {

/// What a cache is made of. The set of a line is its number modulo the number of sets.
struct CacheShape {
  std::uint64_t bytes;  // of all its lines; a multiple of ways * line
  std::uint64_t ways;   // lines in a set, at least 1
  std::uint64_t line;   // bytes in a line, a power of two

  std::uint64_t lines() const { return bytes / line; }
  std::uint64_t sets() const { return lines() / ways; }
  /// The same with a single set.
  CacheShape fully_associative() const { return {bytes, lines(), line}; }

  friend bool operator==(const CacheShape&, const CacheShape&) = default;
};

/// Throws std::invalid_argument if there is no cache of this shape.
inline const CacheShape& checked(const CacheShape& shape) {
  if (!std::has_single_bit(shape.line))
    throw std::invalid_argument(
        fmt::format("a cache line has a power of two of bytes, such as 32, and not {}", shape.line));
  if (shape.ways == 0 || shape.bytes == 0 || shape.bytes / shape.line % shape.ways != 0 ||
      shape.bytes % shape.line != 0)
    throw std::invalid_argument(
        fmt::format("{} bytes are not so many sets of {} lines of {} bytes", shape.bytes, shape.ways, shape.line));
  return shape;
}

/// Empty at first. A touch takes time proportional to the ways.
class SetAssociativeCache {
 public:
  /// Throws std::invalid_argument if there is no cache of this shape.
  explicit SetAssociativeCache(const CacheShape& shape)
      : shape_(checked(shape)), used_(shape.sets()), lines_(shape.lines()) {}

  const CacheShape& shape() const { return shape_; }

  /// Reads or writes the byte at an address: true if its line was there. It is from now on, as the last to be replaced.
  bool touch(std::uint64_t address) {
    const std::uint64_t line = address / shape_.line;
    const std::uint64_t set = line % used_.size();
    const auto first = lines_.begin() + static_cast<std::ptrdiff_t>(set * shape_.ways);
    const auto end = first + static_cast<std::ptrdiff_t>(used_[set]);
    auto place = std::find(first, end, line);
    const bool hit = place != end;
    if (!hit && used_[set] == shape_.ways) --place;
    if (!hit && used_[set] != shape_.ways) ++used_[set];
    std::shift_right(first, place + 1, 1);
    *first = line;
    return hit;
  }

 private:
  CacheShape shape_;
  std::vector<std::uint64_t> used_;   // of each set, how many lines it has
  std::vector<std::uint64_t> lines_;  // of one set after the other, the most recently used first
};

enum class Touch {
  hit,
  compulsory,  // a miss: the line has never been touched before
  capacity,    // a miss that a fully associative cache of the size would have had as well
  conflict,    // a miss that it would not have had: other lines of the set have taken the place
};

/// A cache that says why a touch misses.
class ClassifiedCache {
 public:
  explicit ClassifiedCache(const CacheShape& shape) : cache_(shape), unrestricted_(shape.fully_associative()) {}

  Touch touch(std::uint64_t address) {
    const bool is_new = seen_.insert(address / cache_.shape().line).second;
    const bool hit = cache_.touch(address);
    const bool hit_if_unrestricted = unrestricted_.touch(address);
    if (hit) return Touch::hit;
    if (is_new) return Touch::compulsory;
    return hit_if_unrestricted ? Touch::conflict : Touch::capacity;
  }

 private:
  SetAssociativeCache cache_;
  SetAssociativeCache unrestricted_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace refmm
