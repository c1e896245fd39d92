// The page allocator: blocks of 2^order frames of one zone, split when they are taken and merged when they are given back.
//
// It behaves as 2.4.0 does (mm/page_alloc.c, mm/bootmem.c) but for 2.4.0's defects, none of which it has; spec/book/buddy.md is
// the chapter, and its [defect.buddy.*] clauses say what is different. A call takes time that grows with the number of orders, not
// with the zone; nothing is allocated after construction. The frames themselves are never touched: a zone is numbers.
//
// This program is tests/page_allocator_example.cpp, which the tests run:
//
//   #include <refmm/impl/buddy.hpp>
//
//   #include <cstdio>
//
//   int main() {
//     refmm::impl::BuddyAllocator zone(refmm::native_64, 1000, 64);  // frames 1000 to 1063
//     zone.boot_free(1000, 1063);
//     const auto one = zone.alloc_pages(0), four = zone.alloc_pages(2);
//     if (!one || !four) return 1;
//     std::printf("frame %ju, frames %ju and three more, %u left\n", *one, *four, zone.free_pages_count());
//     zone.free_pages(*one, 0);
//     if (!zone.free_pages(*one, 0)) std::printf("released once too often\n");
//   }
//
// It prints two lines. One thread at a time: the kernel holds the zone's lock.
#pragma once

#include <refmm/impl/buddy_frame.hpp>
#include <refmm/impl/buddy_lists.hpp>
#include <refmm/impl/buddy_maps.hpp>
#include <refmm/impl/buddy_observer.hpp>
#include <refmm/spec/buddy.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/mutant.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

/// A zone. Frames are named by their numbers (pfn). After a usage error, that is after a refusal that buddy::ends_everything, nothing
/// is promised of 2.4.0; here nothing has changed but the count of the frame.
template <BuddyObserver Observer = UnobservedZone<std::uint64_t>>
class BuddyAllocator {
 public:
  using Word = typename Observer::Word;

  /// Frames `zone_start` to `zone_start + zone_pages - 1`, all reserved: nothing is free yet. Throws std::invalid_argument if the
  /// machine has no orders or more than 12, or if the zone has 2^32 - 13 frames or more.
  BuddyAllocator(const BasicMachine<Word>& machine, Word zone_start, Word zone_pages, Observer observer = {})
      : orders_(checked_orders(machine)),
        zone_start_(zone_start),
        zone_pages_(checked_pages(zone_pages)),
        page_size_(machine.page_size),
        lists_(zone_pages_, orders_),
        maps_(zone_pages_, orders_),
        observer_(std::move(observer)) {}

  // ---- Memory for the lists ------------------------------------------------------------------------------------------------------

  /// Gives the zone to the lists as boot does: all but the `reserved` frames (ascending ranges), those of the boot-time bit map last.
  /// 2.4.0: free_all_bootmem_core.
  void free_all_bootmem(std::optional<Word> bootmap, std::span<const buddy::FrameRange<Word>> reserved);

  /// Gives frames `first` to `last` to the lists. False if one of them was free already or is in use: those before it are given
  /// nevertheless.
  bool boot_free(Word first, Word last);

  // ---- Blocks --------------------------------------------------------------------------------------------------------------------

  /// Takes a block. The number of its first frame, which is a multiple of 2^order counted from the start of the zone, and has one
  /// reference. Nothing if there is no such block, or a frame was marked as in use while it was free.
  std::optional<Word> alloc_pages(std::uint32_t order);

  /// Drops a reference, and with the last one gives the block back. A reserved frame is left alone. False for a usage error.
  bool free_pages(Word pfn, std::uint32_t order);

  /// Gives a block back whatever its references. It may be part of what was taken. False for a usage error.
  bool free_pages_ok(Word pfn, std::uint32_t order);

  /// One reference more.
  void get_page(Word pfn);

  /// Sets or takes off a mark. Frames outside the zone have none.
  void mark(Word pfn, const buddy::Mark& mark);
  void unmark(Word pfn, const buddy::Mark& mark);

  /// Why the last refused call was refused.
  buddy::Refusal refusal() const { return refusal_; }

  // ---- What observers ask for ----------------------------------------------------------------------------------------------------

  std::uint32_t orders() const { return orders_; }
  Word zone_start() const { return zone_start_; }
  Word zone_pages() const { return zone_pages_; }

  /// Frames on the lists.
  std::uint32_t free_pages_count() const { return free_pages_; }

  /// A frame of the zone.
  buddy::Page page(Word pfn) const { return page_of(lists_.frame(position_of(pfn))); }

  /// The bit of the map of `order` of the pair that `pfn` is in.
  bool pair(std::uint32_t order, Word pfn) const { return maps_.pair(order, position_of(pfn)); }

  /// Calls `visit` with the first frame of each block on the list of `order`, front first, as long as it returns true.
  template <std::predicate<Word> Visit>
  void for_free_blocks(std::uint32_t order, Visit visit) const;

  Observer& observer() { return observer_; }

 private:
  static std::uint32_t checked_orders(const BasicMachine<Word>& machine);
  static std::uint32_t checked_pages(Word zone_pages);
  static constexpr std::uint32_t frames_of(std::uint32_t order) { return std::uint32_t{1} << order; }

  /// Of frames outside the zone something that is no position.
  std::uint32_t position_of(Word pfn) const {
    const Word position = pfn - zone_start_;
    return position < zone_pages_ ? static_cast<std::uint32_t>(position) : nowhere;
  }
  Word pfn_of(std::uint32_t position) const { return zone_start_ + position; }

  std::nullopt_t refuse(buddy::Refusal refusal) {
    refusal_ = refusal;
    return std::nullopt;
  }
  bool refuse_release(buddy::Refusal refusal) {
    refusal_ = refusal;
    return false;
  }

  bool may_be_released(const Frame& frame, std::uint32_t position, std::uint32_t order, bool counted);
  void give_back(std::uint32_t position, std::uint32_t order);
  void split(std::uint32_t position, std::uint32_t from, std::uint32_t to);
  void merge(std::uint32_t position, std::uint32_t order);

  bool boot_free_one(std::uint32_t position);
  bool boot_free_run(std::uint32_t first, std::uint32_t end);
  bool boot_free_block(std::uint32_t position, std::uint32_t order);

  void unlink(std::uint32_t order, std::uint32_t position) {
    lists_.remove(order, position);
    observer_.unlink(order, pfn_of(position));
  }
  void link(std::uint32_t order, std::uint32_t position) {
    lists_.push_front(order, position);
    observer_.link(order, pfn_of(position));
  }
  bool flip(std::uint32_t order, std::uint32_t position) {
    observer_.flip(order, Word{position} >> (order + 1));
    return maps_.flip(order, position);
  }

  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t orders_;
  Word zone_start_;
  std::uint32_t zone_pages_;
  std::uint32_t free_pages_ = 0;
  Word page_size_;
  FreeLists lists_;
  FrameMaps maps_;
  buddy::Refusal refusal_{};
  [[no_unique_address]] Observer observer_;
};

template <std::unsigned_integral Word, class First, class Count>
BuddyAllocator(const BasicMachine<Word>&, First, Count) -> BuddyAllocator<UnobservedZone<Word>>;

// ---- alloc_pages -----------------------------------------------------------------------------------------------------------------

/// [buddy.alloc.first_order_with_a_block]: rmqueue. The frame that will be handed out is looked at before anything changes.
template <BuddyObserver Observer>
inline auto BuddyAllocator<Observer>::alloc_pages(std::uint32_t order) -> std::optional<Word> {
  if (order >= orders_) [[unlikely]]
    return refuse(buddy::Refusal::order_too_large);
  const std::uint32_t candidates = lists_.orders_with_blocks(order);
  if (candidates == 0) [[unlikely]]
    return refuse(buddy::Refusal::no_block);
  const auto from = static_cast<std::uint32_t>(
      mutant("buddy.impl.alloc.takes_largest") ? std::bit_width(candidates) - 1 : std::countr_zero(candidates));
  const std::uint32_t block = lists_.front(from);
  const bool upper = !mutant("buddy.impl.alloc.hands_out_lower_half");
  const std::uint32_t taken = upper ? block + frames_of(from) - frames_of(order) : block;
  Frame& frame = lists_.frame(taken);
  if ((frame.marks & on_lru_list) != 0 && !mutant("buddy.impl.alloc.ignores_marks")) [[unlikely]]
    return refuse(buddy::Refusal::page_on_lru_list);

  unlink(from, block);
  if (!(mutant("buddy.impl.alloc.leaves_largest_bit") && from == orders_ - 1)) flip(from, block);
  split(block, from, order);
  maps_.become_used(order, taken);
  maps_.hold(taken);
  free_pages_ -= frames_of(order);
  frame.count = mutant("buddy.impl.alloc.adds_reference") ? frame.count + 1 : 1;
  return pfn_of(taken);
}

/// [buddy.alloc.upper_half]: expand. The lists of the orders between are empty, or the block would have come from there.
template <BuddyObserver Observer>
inline void BuddyAllocator<Observer>::split(std::uint32_t position, std::uint32_t from, std::uint32_t to) {
  while (from > to) {
    --from;
    const bool upper = !mutant("buddy.impl.alloc.hands_out_lower_half");
    const std::uint32_t half = upper ? position : position + frames_of(from);
    lists_.push_only(from, half);
    observer_.link(from, pfn_of(half));
    flip(from, half);
    if (upper) position += frames_of(from);
  }
}

// ---- free_pages, free_pages_ok ---------------------------------------------------------------------------------------------------

/// [buddy.free.reserved], [buddy.free.still_held], [buddy.free.last_reference]: __free_pages.
template <BuddyObserver Observer>
inline bool BuddyAllocator<Observer>::free_pages(Word pfn, std::uint32_t order) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) [[unlikely]]
    return refuse_release(buddy::Refusal::page_behind_ram);
  Frame& frame = lists_.frame(position);
  if (frame.is_reserved() && !mutant("buddy.impl.free.releases_reserved")) return true;
  if (frame.count <= 0) [[unlikely]]  // [defect.buddy.count_underflow]
    return refuse_release(buddy::Refusal::count_underflow);
  if (--frame.count != 0) return true;
  maps_.let_go(position);
  if (!may_be_released(frame, position, order, true)) [[unlikely]]
    return false;
  give_back(position, order);
  return true;
}

template <BuddyObserver Observer>
inline bool BuddyAllocator<Observer>::free_pages_ok(Word pfn, std::uint32_t order) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) [[unlikely]]
    return refuse_release(buddy::Refusal::page_behind_ram);
  if (!may_be_released(lists_.frame(position), position, order, false)) [[unlikely]]
    return false;
  give_back(position, order);
  return true;
}

/// [buddy.free.bug.*]. What is free already is told by one bit a frame, what is held by others by another.
template <BuddyObserver Observer>
inline bool BuddyAllocator<Observer>::may_be_released(const Frame& frame, std::uint32_t position,
                                                      std::uint32_t order, bool counted) {
  using enum buddy::Refusal;
  if ((frame.marks & in_use) != 0) [[unlikely]]
    return refuse_release(refusal_of(frame.marks));
  if (order >= orders_) [[unlikely]]
    return refuse_release(block_too_large);
  const auto aligned =
      static_cast<std::uint32_t>(mutant("buddy.impl.free.aligned_by_pfn") ? pfn_of(position) : position);
  if ((aligned & (frames_of(order) - 1)) != 0) [[unlikely]]
    return refuse_release(block_misaligned);
  // [defect.buddy.larger_order]
  if (zone_pages_ - position < frames_of(order)) [[unlikely]]
    return refuse_release(more_than_was_held);
  if (counted && maps_.is_another_held(order, position)) [[unlikely]]
    return refuse_release(more_than_was_held);
  // [defect.buddy.double_free], [defect.buddy.largest_double_free]
  const std::uint32_t looked_at = mutant("buddy.impl.free.first_frame_free_already") ? 0 : order;
  if (maps_.is_any_free(looked_at, position)) [[unlikely]]
    return refuse_release(free_already);
  return true;
}

/// What of __free_pages_ok is left once nothing stands against it.
template <BuddyObserver Observer>
inline void BuddyAllocator<Observer>::give_back(std::uint32_t position, std::uint32_t order) {
  lists_.frame(position).was_released();
  maps_.become_free(order, position);
  free_pages_ += frames_of(order);
  merge(position, order);
}

/// [buddy.free.merges], [buddy.free.largest]: the loop of __free_pages_ok.
template <BuddyObserver Observer>
inline void BuddyAllocator<Observer>::merge(std::uint32_t position, std::uint32_t order) {
  const std::uint32_t largest = orders_ - 1;
  while (order < largest && !flip(order, position)) {
    const std::uint32_t partner = position ^ frames_of(order);
    unlink(order, partner);
    position &= ~frames_of(order);
    ++order;
  }
  if (mutant("buddy.impl.free.flips_largest_bit") && order == largest) flip(order, position);
  link(order, position);
}

}  // namespace refmm::impl::inline REFMM_BUILD

#include <refmm/impl/buddy_boot.hpp>
#include <refmm/impl/buddy_marks.hpp>
