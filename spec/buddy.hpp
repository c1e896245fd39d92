// The vocabulary of the page allocator: what is observed of a zone, what it is asked, what it answers.
//
// Source: mm/page_alloc.c, mm/bootmem.c, include/linux/mmzone.h of 2.4.0. Chapter: spec/book/buddy.md. Frames are numbers
// (pfn); a position is `pfn - zone_start`. A block of order k is 2^k frames, the first at a position that is a multiple of 2^k.
#pragma once

#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/spec/buddy_refusal.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::buddy {

// ---- State ------------------------------------------------------------------------------------------------------

/// What the kernel keeps of one frame. 2.4.0: struct page.
struct Page {
  REFMM_RECORD(Page, (std::int32_t, count),  // references; of a block that is given out, the first frame has them
               (std::uint32_t, age), (std::uint32_t, flags),  // PG_*
               (bool, buffers),                               // in use by the buffer cache
               (bool, mapping));                              // in use by the page cache
};

/// The free blocks of one order. 2.4.0: free_area_struct.
template <Word W>
struct FreeArea {
  REFMM_RECORD(FreeArea, (std::vector<W>, free_list),  // pfn of the first frame of each block, front first
               (std::vector<W>, map));  // numbers of the bits that are 1, ascending: bit `position >> (order + 1)`
};

/// The orders that there are, 0 to 9. 2.4.0: MAX_ORDER.
inline constexpr std::uint32_t orders = 10;
/// Blocks of this order have no partner: they never merge.
inline constexpr std::uint32_t largest_order = orders - 1;

/// How a list goes on. 2.4.0: list_head. A list begins and ends at its head; heads are numbered behind the frames, one for each order.
struct ListHead {
  REFMM_RECORD(ListHead, (std::uint32_t, next),
               (std::uint32_t, prev));  // positions of frames, or zone_pages + order
};

/// The zone between two calls. 2.4.0: zone_t and its part of mem_map.
template <Word W>
struct State {
  REFMM_RECORD(State, (W, zone_start),                 // pfn of the first frame
               (W, zone_pages),                        // frames
               (std::vector<FreeArea<W>>, free_area),  // by order
               (std::uint32_t, free_pages),            // frames on the lists, as counted; wraps
               (std::vector<Page>, pages),             // by position
               (std::vector<ListHead>, damaged),       // empty while lists are lists: see model/buddy_damage.hpp
               (std::vector<ListHead>,
                left_behind));  // what the entries of frames say that are on no list; empty in a
                                // kernel that lets no misuse damage its lists
};

enum class AtBoot {
  none,  // nothing is free yet
  boot,  // the frames are given to the lists as boot does it
};

/// Frames `first` to `last`, both included.
template <Word W>
struct FrameRange {
  REFMM_RECORD(FrameRange, (W, first), (W, last));
};

/// What a transcript begins with.
template <Word W>
struct Boot {
  REFMM_RECORD(Boot, (KernelOf<W>, kernel), (W, zone_start), (W, zone_pages), (AtBoot, free),
               (std::optional<W>, bootmap),              // pfn of the first frame of the boot-time bit map
               (std::vector<FrameRange<W>>, reserved));  // ascending, within the zone
};

// ---- Calls ------------------------------------------------------------------------------------------------------

struct AllocPages {
  REFMM_RECORD(AllocPages, (std::uint32_t, order));
};
/// The counted release. 2.4.0: __free_pages.
template <Word W>
struct FreePages {
  REFMM_RECORD(FreePages, (W, pfn), (std::uint32_t, order));
};
/// The release whatever the count. 2.4.0: __free_pages_ok.
template <Word W>
struct FreePagesOk {
  REFMM_RECORD(FreePagesOk, (W, pfn), (std::uint32_t, order));
};
template <Word W>
struct GetPage {
  REFMM_RECORD(GetPage, (W, pfn));
};
/// Gives frames to the lists one by one, as is done with memory that only boot needed.
template <Word W>
struct BootFree {
  REFMM_RECORD(BootFree, (FrameRange<W>, frames));
};
/// What can be marked: a flag by its bit, or a pointer.
struct Mark {
  REFMM_RECORD(Mark, (std::uint32_t, flags), (bool, buffers), (bool, mapping));  // one of them
};
template <Word W>
struct MarkPage {
  REFMM_RECORD(MarkPage, (W, pfn), (Mark, mark));
};
template <Word W>
struct UnmarkPage {
  REFMM_RECORD(UnmarkPage, (W, pfn), (Mark, mark));
};

template <Word W>
using Command =
    std::variant<AllocPages, FreePages<W>, FreePagesOk<W>, GetPage<W>, BootFree<W>, MarkPage<W>, UnmarkPage<W>>;

// ---- Results ----------------------------------------------------------------------------------------------------

struct Nothing {
  REFMM_RECORD(Nothing);
};
/// The first frame of the block that was given out.
template <Word W>
struct Frame {
  REFMM_RECORD(Frame, (W, pfn));
};
struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};

template <Word W>
using Result = std::variant<Nothing, Frame<W>, Refused>;

// ---- Effects ----------------------------------------------------------------------------------------------------
// The changes of lists and bit maps, in their order.

/// A block leaves the list of its order.
template <Word W>
struct Unlink {
  REFMM_RECORD(Unlink, (std::uint32_t, order), (W, pfn));
};
/// A block is put in front of the list of its order.
template <Word W>
struct Link {
  REFMM_RECORD(Link, (std::uint32_t, order), (W, pfn));
};
/// A bit of the map of an order changes.
template <Word W>
struct Flip {
  REFMM_RECORD(Flip, (std::uint32_t, order), (W, bit));
};

template <Word W>
using Effect = std::variant<Unlink<W>, Link<W>, Flip<W>>;

}  // namespace refmm::buddy
