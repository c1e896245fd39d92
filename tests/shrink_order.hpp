// Which of two scripts is simpler.
#pragma once

#include <refmm/tests/shrink_script.hpp>

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace refmm::shrink {

/// Where a script stands in a total order; the lower the simpler. Fewer commands come first, then commands that ask less of
/// the reader, then a plainer machine, then plainer arguments; among equals the order of the commands decides.
struct Rank {
  std::vector<std::uint32_t> numbers;
  std::vector<std::string> names;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

Rank rank(const Script& script);

/// The script with the ids 1, 2, ... in the order of its items.
Script numbered_from_one(Script script);

// How much an argument asks of the reader; 0 is the plainest.
std::uint32_t plainness_of_request(std::uint32_t size);      // of kmalloc: sizes of general caches first
std::uint32_t plainness_of_object_size(std::uint32_t size);  // of kmem_cache_create: round numbers first
std::uint32_t plainness_of_flags(std::uint32_t flags);       // of an allocation: GFP_KERNEL first

/// Sizes of objects that are easy to read, plainest first.
std::span<const std::uint32_t> round_object_sizes();

/// The sizes that are plainer than `size`, plainest first.
std::vector<std::uint32_t> plainer_requests(std::uint32_t size);
std::vector<std::uint32_t> plainer_object_sizes(std::uint32_t size);

}  // namespace refmm::shrink
