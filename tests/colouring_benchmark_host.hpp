// The same touches on the host, timed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace refmm::colouring {

/// A walk that touches places in memory in a fixed random order, each load telling where the next one is: so a load that misses
/// the cache cannot be hidden behind others.
class Walk {
 public:
  virtual ~Walk() = default;
  /// Nanoseconds of the processor a touch, over so many of them.
  virtual double nanoseconds(std::size_t touches) = 0;
};

/// Over memory that is laid out as the addresses say, from 0 on; each has room for a pointer. Throws std::bad_alloc.
std::unique_ptr<Walk> walk_over_addresses(const std::vector<std::uint64_t>& addresses, std::uint64_t seed);

/// Over objects of the native object cache, on its own pages (impl/host_pages.hpp), with colours or without. Throws std::bad_alloc.
std::unique_ptr<Walk> walk_over_object_cache(std::uint32_t bytes, bool with_colours, std::size_t objects,
                                             std::uint64_t seed);

}  // namespace refmm::colouring
