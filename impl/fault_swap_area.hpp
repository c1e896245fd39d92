// The swap area: its slots, how often each is held, and what they hold.
//
// Slots count from 1. A free one is found in a few steps. Source: scan_swap_map and __swap_free in mm/swapfile.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_number_set.hpp>
#include <refmm/impl/fault_page.hpp>
#include <refmm/impl/fault_store.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// What became of a swap area that was to be used no longer.
enum class EndOfUse {
  done,
  no_page,     // there was no frame for a page
  unreadable,  // a page could not be read
};

class SwapArea {
 public:
  static constexpr std::uint32_t no_slot = NumberSet::none;

  /// In use if it has slots. Throws std::bad_alloc if the host has no memory.
  explicit SwapArea(std::uint32_t pages)
      : slots_(std::size_t{pages} + 1), free_(pages), contents_(pages + 1), in_use_(pages != 0) {
    free_.fill();
  }

  std::uint32_t pages() const { return free_.last(); }
  bool is_in_use() const { return in_use_; }
  std::uint32_t free_slots() const { return in_use_ ? free_.size() : 0; }
  std::uint32_t cluster_next() const { return cluster_next_; }
  std::uint32_t cluster_nr() const { return cluster_nr_; }

  SwapSlot& slot(std::uint32_t number) { return slots_[number]; }
  const SwapSlot& slot(std::uint32_t number) const { return slots_[number]; }
  std::uint32_t number_of(const SwapSlot& slot) const { return static_cast<std::uint32_t>(&slot - slots_.data()); }
  std::byte* contents(std::uint32_t number) const { return contents_.page(number); }

  /// How often a slot is held; 0 also for slots that do not exist.
  std::uint32_t count(std::uint32_t number) const { return number < slots_.size() ? slots_[number].count : 0; }

  /// Takes a free slot, with so many references; no_slot if there is none. [fault.slot.next_fit] [fault.slot.lowest]
  /// [fault.slot.none]
  std::uint32_t get(std::uint32_t count) {
    if (!in_use_) return no_slot;
    std::uint32_t found = cluster_nr_ != 0 ? free_.first_from(cluster_next_) : no_slot;
    if (found != no_slot) {
      --cluster_nr_;
    } else {
      found = free_.first();
      if (found == no_slot) return no_slot;
      cluster_nr_ = swapfile_cluster;
    }
    cluster_next_ = found + 1;
    free_.erase(found);
    slots_[found].count = count;
    return found;
  }

  /// One more reference to a slot that is held. 2.4.0: swap_duplicate.
  void duplicate(std::uint32_t number) { ++slots_[number].count; }

  /// One less; the last one frees the slot, whose contents stay. [fault.slot.freed]
  void free(std::uint32_t number) {
    if (slots_[number].count == 0 || --slots_[number].count != 0) return;
    free_.insert(number);
  }

  /// Takes all references of a slot.
  void free_wholly(std::uint32_t number) {
    if (slots_[number].count == 0) return;
    slots_[number].count = 0;
    free_.insert(number);
  }

  /// The lowest slot from `number` on that is held, or no_slot.
  std::uint32_t held_from(std::uint32_t number) const {
    while (number <= pages() && slots_[number].count == 0) ++number;
    return number <= pages() ? number : no_slot;
  }

  void end_use() { in_use_ = false; }
  void begin_use() {
    in_use_ = true;
    cluster_nr_ = cluster_next_ = 0;
  }

 private:
  /// Slots taken in a row before the search begins anew. 2.4.0: SWAPFILE_CLUSTER.
  static constexpr std::uint32_t swapfile_cluster = 256;

  std::vector<SwapSlot> slots_;  // the first is none
  NumberSet free_;
  PageStore contents_;
  bool in_use_;
  std::uint32_t cluster_next_ = 0;  // where the search goes on
  std::uint32_t cluster_nr_ = 0;    // slots that are still taken from there
};

}  // namespace refmm::impl::inline REFMM_BUILD
