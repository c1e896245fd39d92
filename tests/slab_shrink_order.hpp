// What makes a script of the slab allocator plainer than another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace refmm::slab {

// How much an argument asks of the reader; 0 is the plainest.
std::uint32_t plainness_of_request(std::uint32_t size);      // of kmalloc: sizes of general caches first
std::uint32_t plainness_of_object_size(std::uint32_t size);  // of kmem_cache_create: round numbers first
std::uint32_t plainness_of_flags(std::uint32_t flags);       // of an allocation: GFP_KERNEL first

/// Sizes of objects that are easy to read, plainest first.
std::span<const std::uint32_t> round_object_sizes();

/// The sizes that are plainer than `size`, plainest first.
std::vector<std::uint32_t> plainer_requests(std::uint32_t size);
std::vector<std::uint32_t> plainer_object_sizes(std::uint32_t size);

}  // namespace refmm::slab
