// Sets of addresses, as ranges: what is known of an address space of which a log tells a part.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace refmm::strace {

/// The bytes from `begin` to `end`, which is behind the last one.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool is_empty() const { return begin >= end; }
  friend bool operator==(const Range&, const Range&) = default;
};

class Ranges {
 public:
  void add(Range range) {
    if (range.is_empty()) return;
    std::vector<Range> sum;
    for (const Range& other : ranges_) {
      if (other.end < range.begin || other.begin > range.end) {
        sum.push_back(other);
      } else {
        range = {std::min(range.begin, other.begin), std::max(range.end, other.end)};
      }
    }
    sum.insert(std::ranges::upper_bound(sum, range.begin, {}, &Range::begin), range);
    ranges_ = std::move(sum);
  }

  void remove(Range range) {
    if (range.is_empty()) return;
    std::vector<Range> rest;
    for (const Range& other : ranges_) {
      const Range below{other.begin, std::min(other.end, range.begin)};
      const Range above{std::max(other.begin, range.end), other.end};
      if (!below.is_empty()) rest.push_back(below);
      if (!above.is_empty()) rest.push_back(above);
    }
    ranges_ = std::move(rest);
  }

  /// What of `range` is in the set.
  std::vector<Range> inside(Range range) const {
    std::vector<Range> parts;
    for (const Range& other : ranges_) {
      const Range part{std::max(other.begin, range.begin), std::min(other.end, range.end)};
      if (!part.is_empty()) parts.push_back(part);
    }
    return parts;
  }

  /// What of `range` is not.
  std::vector<Range> missing(Range range) const {
    Ranges rest;
    rest.add(range);
    for (const Range& part : inside(range)) rest.remove(part);
    return rest.ranges_;
  }

  bool holds(Range range) const { return missing(range).empty(); }
  bool meets(Range range) const { return !inside(range).empty(); }
  const std::vector<Range>& all() const { return ranges_; }

 private:
  std::vector<Range> ranges_;  // ascending; they do not touch
};

}  // namespace refmm::strace
