// The flags of the slab allocator, by their values in 2.4.0 (include/linux/slab.h, include/linux/mm.h, mm/slab.c).
#pragma once

#include <cstdint>

namespace refmm::slab {

// Of an allocation. The levels combine: may wait 0x1, high priority 0x2, may do I/O 0x4.
inline constexpr std::uint32_t GFP_WAIT = 0x1;
inline constexpr std::uint32_t SLAB_ATOMIC = 0x2;
inline constexpr std::uint32_t SLAB_BUFFER = 0x3;
inline constexpr std::uint32_t GFP_KSWAPD = 0x4;
inline constexpr std::uint32_t SLAB_USER = 0x5;
inline constexpr std::uint32_t SLAB_KERNEL = 0x7;
inline constexpr std::uint32_t SLAB_LEVEL_MASK = 0x7;
inline constexpr std::uint32_t GFP_DMA = 0x8;
inline constexpr std::uint32_t SLAB_NO_GROW = 0x1000;

// Of a cache, as kmem_cache_create takes them.
inline constexpr std::uint32_t SLAB_NO_REAP = 0x1000;
inline constexpr std::uint32_t SLAB_HWCACHE_ALIGN = 0x2000;
inline constexpr std::uint32_t SLAB_CACHE_DMA = 0x4000;
inline constexpr std::uint32_t CREATE_MASK = SLAB_NO_REAP | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA;

// Of a cache, internal: never given by a caller.
inline constexpr std::uint32_t CFLGS_OFF_SLAB = 0x10000;  // slab descriptors live in another cache
inline constexpr std::uint32_t CFLGS_OPTIMIZE = 0x20000;  // one-page slabs with the descriptor inside

// Given to constructors.
inline constexpr std::uint32_t SLAB_CTOR_CONSTRUCTOR = 0x1;
inline constexpr std::uint32_t SLAB_CTOR_ATOMIC = 0x2;

}  // namespace refmm::slab
