// What the page allocator keeps of one frame: 16 bytes.
//
// Source: struct page of 2.4.0 (include/linux/mm.h), the fields that its page allocator uses.
#pragma once

#include <refmm/spec/buddy.hpp>
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/mutant.hpp>

#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// What stands against giving a frame out, and against taking it back. `PG_*` flags and, in the two bits above them, pointers.
inline constexpr std::uint16_t has_buffers = 0x4000;
inline constexpr std::uint16_t has_mapping = 0x8000;
inline constexpr auto on_lru_list =
    static_cast<std::uint16_t>(buddy::PG_active | buddy::PG_inactive_dirty | buddy::PG_inactive_clean);
inline constexpr auto in_use = static_cast<std::uint16_t>(
    has_buffers | has_mapping | on_lru_list | buddy::PG_swap_cache | buddy::PG_locked | buddy::PG_decr_after);

/// How a list goes on, in positions. 2.4.0: list_head.
struct Links {
  std::uint32_t next;
  std::uint32_t prev;
};

struct Frame {
  std::int32_t count;
  std::uint16_t marks;
  std::uint8_t age;

  bool is_reserved() const { return (marks & buddy::PG_reserved) != 0; }

  /// [buddy.free.first_frame]
  void was_released() {
    constexpr auto cleared = static_cast<std::uint16_t>(buddy::PG_referenced | buddy::PG_dirty);
    if ((marks & cleared) != 0 && !mutant("buddy.impl.free.keeps_dirty")) [[unlikely]]
      marks = static_cast<std::uint16_t>(marks & ~cleared);
    if (!mutant("buddy.impl.free.keeps_age")) age = buddy::page_age_start;
  }
};

// Links and frames stand in arrays of their own: an element of 8 bytes is found without a shift.
static_assert(sizeof(Links) == 8 && sizeof(Frame) == 8);

/// The bits that a mark is kept as.
constexpr std::uint16_t bits_of(const buddy::Mark& mark) {
  return static_cast<std::uint16_t>(mark.flags | (mark.buffers ? has_buffers : 0u) |
                                    (mark.mapping ? has_mapping : 0u));
}

/// The first of the marks in `in_use` that a release meets, in the order in which 2.4.0 looks at them.
constexpr buddy::Refusal refusal_of(std::uint16_t marks) {
  using enum buddy::Refusal;
  if ((marks & has_buffers) != 0) return page_has_buffers;
  if ((marks & has_mapping) != 0) return page_has_mapping;
  if ((marks & buddy::PG_swap_cache) != 0) return page_in_swap_cache;
  if ((marks & buddy::PG_locked) != 0) return page_locked;
  if ((marks & buddy::PG_decr_after) != 0) return page_decr_after;
  if ((marks & buddy::PG_active) != 0) return page_active;
  if ((marks & buddy::PG_inactive_dirty) != 0) return page_inactive_dirty;
  return page_inactive_clean;
}

/// The frame as observers see it.
constexpr buddy::Page page_of(const Frame& frame) {
  return {.count = frame.count,
          .age = frame.age,
          .flags = frame.marks & std::uint32_t{0x3fff},
          .buffers = (frame.marks & has_buffers) != 0,
          .mapping = (frame.marks & has_mapping) != 0};
}

}  // namespace refmm::impl::inline REFMM_BUILD
