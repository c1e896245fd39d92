// The lists of free blocks: rings through the frames, and a word that says which of them have a block.
//
// Source: free_area_struct.free_list of 2.4.0. A ring begins and ends at its head; heads are frames behind the last one, so that
// no step of a list asks where it is. Neighbours are named by their positions.
#pragma once

#include <refmm/impl/buddy_frame.hpp>
#include <refmm/spec/mutant.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// What a list has is asked by branches, not computed: a processor guesses them well, and does not wait for the last operation
/// before it begins the next one. The members are no 32-bit words so that the compiler knows that links are not they.
class FreeLists {
 public:
  FreeLists(std::uint32_t frames, std::uint32_t orders) : heads_(frames), links_(std::size_t{frames} + orders) {
    for (std::uint32_t head = frames; head != frames + orders; ++head) links_[head] = {head, head};
  }

  /// Where the list of `order` begins and ends. It is no position of a frame.
  std::uint32_t head_of(std::uint32_t order) const { return static_cast<std::uint32_t>(heads_ + order); }

  std::uint32_t next_of(std::uint32_t position) const { return links_[position].next; }

  bool has_block(std::uint32_t order) const { return (occupied_ >> order & 1) != 0; }

  /// The orders from `order` on whose lists have a block, one bit each.
  std::uint64_t orders_with_blocks(std::uint32_t order) const { return occupied_ & (~std::uint64_t{0} << order); }

  /// The block in front of a list that has one.
  std::uint32_t front(std::uint32_t order) const {
    if (mutant("buddy.impl.alloc.takes_last")) return links_[head_of(order)].prev;
    return links_[head_of(order)].next;
  }

  /// Takes the block in front out of its list.
  void pop(std::uint32_t order, std::uint32_t position) {
    if (unlink(position)) occupied_ &= ~(std::uint64_t{1} << order);
    if (mutant("buddy.impl.alloc.forgets_order_with_one_block") &&
        next_of(next_of(head_of(order))) == head_of(order))
      occupied_ &= ~(std::uint64_t{1} << order);
  }

  /// Takes a block out of its list, wherever in it it is. True if it was the only one: `emptied` hears of it later.
  bool unlink(std::uint32_t position) {
    const std::uint32_t next = links_[position].next;  // not both at once: they were written one by one
    const std::uint32_t prev = links_[position].prev;
    links_[prev].next = next;
    links_[next].prev = prev;
    return next == prev;  // and both are the head
  }

  /// Blocks were taken out of lists, the only ones of the orders with a bit in `emptied`, and this one is put in front.
  /// [buddy.free.front]: lists are stacks.
  void push_front(std::uint32_t order, std::uint32_t position, std::uint64_t emptied) {
    const std::uint32_t head = head_of(order), first = links_[head].next;
    links_[position] = {first, head};
    links_[first].prev = position;
    links_[head].next = position;
    occupied_ = (occupied_ & ~emptied) | std::uint64_t{1} << order;
  }

  /// The lists of the orders below `from` down to `to` get a block each: they are empty, and push_only follows for all of them.
  void will_have_blocks(std::uint32_t from, std::uint32_t to) {
    occupied_ |= (std::uint64_t{1} << from) - (std::uint64_t{1} << to);
  }
  void push_only(std::uint32_t order, std::uint32_t position) {
    const std::uint32_t head = head_of(order);
    Links* const links = links_.data();
    links[position] = {head, head};
    links[head] = {position, position};
    // The compiler would make three loops of one that does this, and a processor guess three times how often.
    std::atomic_signal_fence(std::memory_order_acq_rel);
  }

 private:
  std::uint64_t heads_;         // frames of the zone
  std::uint64_t occupied_ = 0;  // bit k: the list of order k has a block
  std::vector<Links> links_;    // by position, and then the heads by order
};

}  // namespace refmm::impl::inline REFMM_BUILD
