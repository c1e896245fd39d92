// BuddyAllocator: what it can be asked, what it holds, and what is short enough to be inlined. buddy.hpp has all of it, and says how to use it.
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
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

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
        frames_(zone_pages_, Frame{0, buddy::PG_reserved, 0}),
        lists_(zone_pages_, orders_),
        maps_(zone_pages_),
        observer_(std::move(observer)) {}
  BuddyAllocator(const BuddyAllocator&) = delete;
  BuddyAllocator& operator=(const BuddyAllocator&) = delete;

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
  buddy::Page page(Word pfn) const { return page_of(frames_[position_of(pfn)]); }

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

  std::uint32_t refuse(buddy::Refusal refusal) {
    refusal_ = refusal;
    return nowhere;
  }
  bool refuse_release(buddy::Refusal refusal) {
    refusal_ = refusal;
    return false;
  }

  std::uint32_t rmqueue(std::uint32_t order);
  std::uint32_t take(std::uint32_t from, std::uint32_t order);
  void split(std::uint32_t position, std::uint32_t from, std::uint32_t to);
  bool release(Frame& frame, std::uint32_t position, std::uint32_t order);
  bool may_be_released(const Frame& frame, std::uint32_t position, std::uint32_t order);
  void merge(std::uint32_t position, std::uint32_t order);
  void note_whether_held(std::uint32_t position);
  [[gnu::cold]] void forget_references(std::uint32_t position, std::uint32_t order);

  bool boot_free_one(std::uint32_t position);
  bool boot_free_run(std::uint32_t first, std::uint32_t end);
  bool boot_free_block(std::uint32_t position, std::uint32_t order);

  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t orders_;
  Word zone_start_;
  std::uint32_t zone_pages_;
  std::uint32_t free_pages_ = 0;
  Word page_size_;
  std::vector<Frame> frames_;  // by position
  FreeLists lists_;
  FrameMaps maps_;
  buddy::Refusal refusal_{};
  [[no_unique_address]] Observer observer_;
};

template <std::unsigned_integral Word, class First, class Count>
BuddyAllocator(const BasicMachine<Word>&, First, Count) -> BuddyAllocator<UnobservedZone<Word>>;

// ---- alloc_pages -----------------------------------------------------------------------------------------------------------------
// What is returned out of line is a position: GCC returns an optional through memory, by which a processor is held up.

template <BuddyObserver Observer>
inline auto BuddyAllocator<Observer>::alloc_pages(std::uint32_t order) -> std::optional<Word> {
  const std::uint32_t position = rmqueue(order);
  return position == nowhere ? std::nullopt : std::optional<Word>(pfn_of(position));
}

/// [buddy.alloc.first_order_with_a_block]
template <BuddyObserver Observer>
inline std::uint32_t BuddyAllocator<Observer>::rmqueue(std::uint32_t order) {
  if (order >= orders_) [[unlikely]]
    return refuse(buddy::Refusal::order_too_large);
  if (lists_.has_block(order) && !mutant("buddy.impl.alloc.takes_largest")) return take(order, order);
  const std::uint64_t candidates = lists_.orders_with_blocks(order);
  if (candidates == 0) [[unlikely]]
    return refuse(buddy::Refusal::no_block);
  return take(static_cast<std::uint32_t>(mutant("buddy.impl.alloc.takes_largest") ? std::bit_width(candidates) - 1
                                                                                  : std::countr_zero(candidates)),
              order);
}

/// A block of `order`, of the first one on the list of `from`. The frame that will be handed out is looked at before anything
/// changes.
template <BuddyObserver Observer>
inline std::uint32_t BuddyAllocator<Observer>::take(std::uint32_t from, std::uint32_t order) {
  const std::uint32_t block = lists_.front(from);
  const bool upper = !mutant("buddy.impl.alloc.hands_out_lower_half");
  const std::uint32_t taken = upper ? block + frames_of(from) - frames_of(order) : block;
  Frame& frame = frames_[taken];
  if ((frame.marks & on_lru_list) != 0 && !mutant("buddy.impl.alloc.ignores_marks")) [[unlikely]]
    return refuse(buddy::Refusal::page_on_lru_list);

  free_pages_ -= frames_of(order);
  frame.count = mutant("buddy.impl.alloc.adds_reference") ? frame.count + 1 : 1;
  const bool others_are_held = order != 0 && maps_.is_another_held(order, taken);
  maps_.become_used(order, taken);
  if (others_are_held) [[unlikely]]
    forget_references(taken, order);
  const bool flips_first = !(mutant("buddy.impl.alloc.leaves_largest_bit") && from == orders_ - 1);
  if (flips_first || from != order) maps_.flip_path(flips_first ? from : from - 1, order, taken);

  lists_.pop(from, block);
  observer_.unlink(from, pfn_of(block));
  observer_.flip(from, Word{block} >> (from + 1));
  split(block, from, order);
  return taken;
}

/// [buddy.alloc.upper_half]: expand. The lists of the orders between are empty, or the block would have come from there.
template <BuddyObserver Observer>
inline void BuddyAllocator<Observer>::split(std::uint32_t position, std::uint32_t from, std::uint32_t to) {
  lists_.will_have_blocks(from, to);
  while (from > to) {
    --from;
    const bool upper = !mutant("buddy.impl.alloc.hands_out_lower_half");
    const std::uint32_t half = upper ? position : position + frames_of(from);
    lists_.push_only(from, half);
    observer_.link(from, pfn_of(half));
    observer_.flip(from, Word{half} >> (from + 1));
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
  Frame& frame = frames_[position];
  if (frame.is_reserved() && !mutant("buddy.impl.free.releases_reserved")) [[unlikely]]
    return true;
  const std::int32_t count = frame.count - 1;
  if (count < 0) [[unlikely]]  // [defect.buddy.count_underflow]
    return refuse_release(buddy::Refusal::count_underflow);
  frame.count = count;
  if (count != 0) return true;
  maps_.let_go(position);
  return release(frame, position, order);
}

template <BuddyObserver Observer>
inline bool BuddyAllocator<Observer>::free_pages_ok(Word pfn, std::uint32_t order) {
  const std::uint32_t position = position_of(pfn);
  if (position == nowhere) [[unlikely]]
    return refuse_release(buddy::Refusal::page_behind_ram);
  return release(frames_[position], position, order);
}

/// __free_pages_ok, and what the corrected kernel looks at beside.
template <BuddyObserver Observer>
inline bool BuddyAllocator<Observer>::release(Frame& frame, std::uint32_t position, std::uint32_t order) {
  if (!may_be_released(frame, position, order)) [[unlikely]]
    return false;
  frame.was_released();
  maps_.become_free(order, position);
  free_pages_ += frames_of(order);
  merge(position, order);
  return true;
}

/// [buddy.free.bug.*]. What is free already is told by one bit a frame, what is held by others by another.
template <BuddyObserver Observer>
inline bool BuddyAllocator<Observer>::may_be_released(const Frame& frame, std::uint32_t position,
                                                      std::uint32_t order) {
  using enum buddy::Refusal;
  const std::uint32_t ignored = mutant("buddy.impl.free.ignores_decr_after") ? buddy::PG_decr_after : 0;
  if ((frame.marks & in_use & ~ignored) != 0) [[unlikely]]
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
  if (order != 0 && maps_.is_another_held(order, position)) [[unlikely]]
    return refuse_release(more_than_was_held);
  // [defect.buddy.double_free], [defect.buddy.largest_double_free]
  const std::uint32_t looked_at = mutant("buddy.impl.free.first_frame_free_already") ? 0 : order;
  if (maps_.is_any_free(looked_at, position)) [[unlikely]]
    return refuse_release(free_already);
  return true;
}

/// [buddy.free.partner], [buddy.free.merges], [buddy.free.largest]: the loop of __free_pages_ok.
template <BuddyObserver Observer>
inline void BuddyAllocator<Observer>::merge(std::uint32_t position, std::uint32_t order) {
  const std::uint32_t largest = orders_ - 1;
  std::uint64_t emptied = 0;
  maps_.climb(
      order, largest, position,
      [&](std::uint32_t merged) {
        const std::uint32_t partner = position ^ frames_of(merged);
        emptied |= std::uint64_t{lists_.unlink(partner)} << merged;
        observer_.flip(merged, Word{position} >> (merged + 1));
        observer_.unlink(merged, pfn_of(partner));
        position &= ~frames_of(merged);
        order = merged + 1;
      },
      [&](std::uint32_t last) { observer_.flip(last, Word{position} >> (last + 1)); });
  if (mutant("buddy.impl.free.flips_largest_bit") && order == largest) maps_.flip_path(largest, largest, position);
  lists_.push_front(order, position, emptied);
  observer_.link(order, pfn_of(position));
}

}  // namespace refmm::impl::inline REFMM_BUILD
