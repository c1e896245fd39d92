// The lists of free blocks: rings through the frames, and a word that says which of them have a block.
//
// Source: free_area_struct.free_list of 2.4.0. A ring begins and ends at its head; heads are frames behind the last one, so that
// no step of a list asks where it is. Neighbours are named by their positions.
#pragma once

#include <refmm/impl/buddy_frame.hpp>
#include <refmm/spec/mutant.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

class FreeLists {
 public:
  /// Empty lists, and frames as they are before memory is given to the lists: reserved. [buddy.init.nothing_free]
  FreeLists(std::uint32_t frames, std::uint32_t orders)
      : heads_(frames), frames_(std::size_t{frames} + orders, Frame{0, 0, 0, buddy::PG_reserved, 0}) {
    for (std::uint32_t order = 0; order < orders; ++order) {
      const std::uint32_t head = head_of(order);
      frames_[head].next = frames_[head].prev = head;
    }
  }

  Frame& frame(std::uint32_t position) { return frames_[position]; }
  const Frame& frame(std::uint32_t position) const { return frames_[position]; }

  /// Where the list of `order` begins and ends. It is no position of a frame.
  std::uint32_t head_of(std::uint32_t order) const { return heads_ + order; }

  /// The orders from `order` on whose lists have a block, one bit each.
  std::uint32_t orders_with_blocks(std::uint32_t order) const { return occupied_ & (~std::uint32_t{0} << order); }

  /// The block in front of a list that has one.
  std::uint32_t front(std::uint32_t order) const {
    if (mutant("buddy.impl.alloc.takes_last")) return frames_[head_of(order)].prev;
    return frames_[head_of(order)].next;
  }

  /// [buddy.alloc.front], [buddy.free.front]: lists are stacks.
  void push_front(std::uint32_t order, std::uint32_t position) {
    const std::uint32_t head = head_of(order);
    const std::uint32_t first = frames_[head].next;
    insert(position, head, first);
    occupied_ |= 1u << order;
  }

  /// The same for a list that is empty.
  void push_only(std::uint32_t order, std::uint32_t position) {
    const std::uint32_t head = head_of(order);
    insert(position, head, head);
    occupied_ |= 1u << order;
  }

  /// Takes a block out of its list, wherever in it it is.
  void remove(std::uint32_t order, std::uint32_t position) {
    const std::uint32_t next = frames_[position].next;
    const std::uint32_t prev = frames_[position].prev;
    frames_[prev].next = next;
    frames_[next].prev = prev;
    // The neighbours of a block are one only if both are the head.
    occupied_ &= ~(std::uint32_t{next == prev} << order);
    if (mutant("buddy.impl.alloc.forgets_order_with_one_block") && frames_[next].next == prev)
      occupied_ &= ~(1u << order);
  }

 private:
  void insert(std::uint32_t position, std::uint32_t prev, std::uint32_t next) {
    frames_[position].next = next;
    frames_[position].prev = prev;
    frames_[next].prev = position;
    frames_[prev].next = position;
  }

  std::uint32_t heads_;         // frames of the zone
  std::uint32_t occupied_ = 0;  // bit k: the list of order k has a block
  std::vector<Frame> frames_;   // by position, and then the heads by order
};

}  // namespace refmm::impl::inline REFMM_BUILD
