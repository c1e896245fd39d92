// The flags of page frames as transcripts name them, lowest bit first. 2.4.0: PG_* of include/linux/mm.h, whose bit numbers have
// gaps that nothing here depends on.
#pragma once

#include <cstdint>

namespace refmm::buddy {

inline constexpr std::uint32_t PG_locked = 0x1;
inline constexpr std::uint32_t PG_error = 0x2;
inline constexpr std::uint32_t PG_referenced = 0x4;
inline constexpr std::uint32_t PG_uptodate = 0x8;
inline constexpr std::uint32_t PG_dirty = 0x10;
inline constexpr std::uint32_t PG_decr_after = 0x20;
inline constexpr std::uint32_t PG_active = 0x40;
inline constexpr std::uint32_t PG_inactive_dirty = 0x80;
inline constexpr std::uint32_t PG_slab = 0x100;
inline constexpr std::uint32_t PG_swap_cache = 0x200;
inline constexpr std::uint32_t PG_skip = 0x400;
inline constexpr std::uint32_t PG_inactive_clean = 0x800;
inline constexpr std::uint32_t PG_highmem = 0x1000;
inline constexpr std::uint32_t PG_reserved = 0x2000;

/// The age of a frame that was released. 2.4.0: PAGE_AGE_START.
inline constexpr std::uint32_t page_age_start = 2;

}  // namespace refmm::buddy
