// The lists of free chunks: rings through the chunks themselves, that begin and end at a head in static data.
//
// Each list is in the order of sizes; of equal ones the chunk that was freed last comes first. So the first that is large enough is the
// smallest that is.
#pragma once

#include <refmm/model/malloc_chunk.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/malloc_heap.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Links ----------------------------------------------------------------------------------------------------------

/// A chunk leaves its list: its neighbours are linked with each other, wherever its links lead to.
///
/// In a heap without checks the two writes go where the words at fd and bk say: whoever can write those can write anywhere.
/// [malloc.bins.unlink] [defect.malloc.links]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> unlinked(malloc::Heap<Words, W> heap, const W& chunk) {
  // find
  heap = touched(touched(std::move(heap), malloc::address_of_fd(chunk)), malloc::address_of_bk(chunk));
  if (heap.ended) return heap;
  const W fd = fd_of(heap, chunk), bk = bk_of(heap, chunk);
  heap = touched(touched(std::move(heap), malloc::address_of_bk(fd)), malloc::address_of_fd(bk));
  if (heap.ended) return heap;

  // refuse
  const bool leads_back = is_true(both(bk_of(heap, fd) == chunk, fd_of(heap, bk) == chunk));
  if (!leads_back && heap.corrected.links)
    return ended(std::move(heap), malloc::Refusal::corrupted_links, "malloc.check.links");
  if (!leads_back) heap = decided(std::move(heap), "defect.malloc.links");

  // change
  heap = with_bk(std::move(heap), fd, bk);
  if (!mutant("malloc.bins.unlinks_one_way")) heap = with_fd(std::move(heap), bk, fd);
  if (mutant("malloc.bins.unlinks_into_block")) heap = with_fd(std::move(heap), chunk, W(0u));
  return decided(std::move(heap), "malloc.bins.unlink");
}

/// A chunk is put in front of `next`, a chunk on a list or its head. [malloc.bins.link]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> linked(malloc::Heap<Words, W> heap, const W& chunk, const W& next) {
  // find
  heap = touched(std::move(heap), malloc::address_of_bk(next));
  if (heap.ended) return heap;
  const W previous = bk_of(heap, next);
  heap = touched(std::move(heap), malloc::address_of_fd(previous));
  if (heap.ended) return heap;

  // refuse
  const bool leads_back = is_true(fd_of(heap, previous) == next);
  if (!leads_back && heap.corrected.links)
    return ended(std::move(heap), malloc::Refusal::corrupted_links, "malloc.check.links");
  if (!leads_back) heap = decided(std::move(heap), "defect.malloc.links");

  // change
  heap = with_bk(with_fd(std::move(heap), chunk, next), chunk, previous);
  heap = with_fd(std::move(heap), previous, chunk);
  if (!mutant("malloc.bins.links_one_way")) heap = with_bk(std::move(heap), next, chunk);
  return decided(std::move(heap), "malloc.bins.link");
}

// ---- Searching ------------------------------------------------------------------------------------------------------

/// Where a walk along a list stops: at a chunk, or at the head.
template <class Words, Word W>
struct Place {
  malloc::Heap<Words, W> heap;
  W at;
};

/// The first chunk on a list of `size` bytes or more; the head if all are smaller. [malloc.bins.ascending]
///
/// A list that a program has damaged may lead back into itself: the walk comes again to where it was, and that never ends. Where it was
/// is looked at after 1, 2, 4, ... steps, and only where memory is: of other heaps no law speaks of lists without an end.
template <class Words, Word W>
constexpr Place<Words, W> first_from_size(malloc::Heap<Words, W> heap, const W& head, const W& size) {
  heap = touched(std::move(heap), malloc::address_of_fd(head));
  W node = fd_of(heap, head);
  W was_at = head;
  std::uint32_t steps = 0, look_at = 1;
  for (; !heap.ended && node != head; ++steps) {
    heap = touched(touched(std::move(heap), malloc::address_of_size(node)), malloc::address_of_fd(node));
    if (!heap.all_mapped && is_true(node == was_at))
      heap = ended(std::move(heap), malloc::Refusal::endless_list, "malloc.bins.endless");
    if (heap.ended) break;
    const W here = size_of(heap, node);
    if (mutant("malloc.bins.first_of_list") || here >= size) break;
    if (steps == look_at) {
      was_at = node;
      look_at *= 2;
    }
    node = fd_of(heap, node);
  }
  return {std::move(heap), node};
}

/// A free chunk is put on the list of its size, in front of the first that is not smaller.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> put_on_list(malloc::Heap<Words, W> heap, const W& chunk, const W& size) {
  const W head = head_of_bin<W>(heap.bins, bin_of<W>(size));
  const W from = mutant("malloc.bins.equal_ones_last") ? size + W(1u) : size;
  auto place = first_from_size(std::move(heap), head, from);
  if (place.heap.ended) return std::move(place.heap);
  return linked(std::move(place.heap), chunk, place.at);
}

/// A free chunk that was found, if any, and the heap after the search.
template <class Words, Word W>
struct Fit {
  malloc::Heap<Words, W> heap;
  std::optional<W> chunk;
};

/// The smallest free chunk of `size` bytes or more; of equal ones the one that was freed last. [malloc.malloc.best_fit]
template <class Words, Word W>
constexpr Fit<Words, W> smallest_that_fits(malloc::Heap<Words, W> heap, const W& size) {
  const W own = bin_of<W>(size);
  const W first = mutant("malloc.bins.skips_own_list") ? own + 1u : own;
  for (W bin = first; bin < W(number_of_bins<W>); bin = bin + 1u) {
    const W head = head_of_bin<W>(heap.bins, bin);
    auto place = first_from_size(std::move(heap), head, size);
    heap = std::move(place.heap);
    if (heap.ended) break;
    if (place.at != head) return {std::move(heap), place.at};
  }
  return {std::move(heap), std::nullopt};
}

}  // namespace refmm::model::inline REFMM_BUILD
