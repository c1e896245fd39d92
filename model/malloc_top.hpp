// The end of the heap: the top, which grows by brk and is trimmed by it.
//
// The top is free but on no list; it is what is taken from only when nothing else fits. It ends where the heap ends.
#pragma once

#include <refmm/model/malloc_merge.hpp>
#include <refmm/model/malloc_space.hpp>
#include <refmm/spec/malloc.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// True if a chunk of `needed` bytes can be taken from the top, and a top be left. What its tag says is believed, or looked at.
/// [malloc.check.top] [defect.malloc.top]
template <class Words, Word W>
constexpr Fit<Words, W> room_in_top(malloc::Heap<Words, W> heap, const W& needed) {
  if (heap.ended || heap.top == 0u) return {std::move(heap), std::nullopt};
  heap = touched(std::move(heap), malloc::address_of_size(heap.top));
  if (heap.ended) return {std::move(heap), std::nullopt};
  const W size = size_of(heap, heap.top);
  if (size != heap.top_end - heap.top) {
    if (heap.corrected.top)
      return {ended(std::move(heap), malloc::Refusal::corrupted_top, "malloc.check.top"), std::nullopt};
    heap = decided(std::move(heap), "defect.malloc.top");
  }
  const W smallest = mutant("malloc.top.takes_all") ? 0u : malloc::smallest_chunk<W>;
  if (size < needed || size - needed < smallest) return {std::move(heap), std::nullopt};
  const W top = heap.top;
  return {std::move(heap), top};
}

/// A chunk taken from the front of the top, which has room. [malloc.top.front]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> taken_from_top(malloc::Heap<Words, W> heap, const W& needed) {
  const W chunk = heap.top, size = size_of(heap, chunk);
  heap.top = next_of(chunk, needed);
  const W rest = heap.top;
  heap = with_size(std::move(heap), rest, (size - needed) | W(malloc::PREV_INUSE));
  return decided(tagged_in_use(std::move(heap), chunk, needed), "malloc.top.front");
}

/// An old top behind which the heap does not go on: two tags of chunks in use stand at its end, so that nothing ever merges beyond
/// it, and what is in front of them is given back. [malloc.grow.fence]
template <class Words, Word W>
constexpr malloc::Heap<Words, W> fenced(malloc::Heap<Words, W> heap, const W& top, const W& size) {
  const W tag = malloc::chunk_alignment<W>, fences = W(2u) * tag;
  const W rest = size - fences, first = next_of(top, rest);
  heap.top = 0u;
  heap = with_size(std::move(heap), first, tag | W(malloc::PREV_INUSE));
  const W second = mutant("malloc.grow.one_fence") ? W(0u) : tag | W(malloc::PREV_INUSE);
  heap = with_size(std::move(heap), next_of(first, tag), second);
  if (heap.ended || rest == 0u) return heap;
  // What cannot be a chunk stays in use.
  if (rest < W(malloc::smallest_chunk<W>)) return with_size(std::move(heap), top, rest | W(malloc::PREV_INUSE));
  return given_back(std::move(heap), top, rest);
}

/// The heap made larger by the kernel, so that `needed` bytes can be taken from the top. It may refuse.
template <Word W>
constexpr MallocStep<W> grown(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W needed) {
  const MachineOf<W>& machine = allocator.kernel.machine;

  // find
  const W brk = so_far.state.space.mm.brk, top = so_far.state.top;
  const bool goes_on = top != 0u && brk == so_far.state.top_end && !mutant("malloc.grow.always_new_region");
  const W begins = goes_on ? top : rounded_up<W>(brk, malloc::chunk_alignment<W>);
  const W least = needed + W(malloc::smallest_chunk<W>);
  const W with_top = least + W(allocator.parameters.top_pad);
  const W end = break_for_top<W>(machine, begins, with_top);

  // refuse
  const bool wraps = with_top < least || end < begins || end - begins < with_top;
  if (wraps) {
    so_far.because.push_back("malloc.grow.wraps");
    return so_far;
  }
  auto moving = move_break<W>(allocator, std::move(so_far), end);
  so_far = std::move(moving.so_far);
  if (moving.addr == 0u) {
    so_far.because.push_back("malloc.grow.refused");
    return so_far;
  }

  // change
  so_far.because.push_back(goes_on ? ClauseRef("malloc.grow.goes_on") : ClauseRef("malloc.grow.new_region"));
  if (!goes_on) so_far.state.regions.push_back(begins);
  return in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    if (!goes_on && top != 0u) {
      const W old_size = size_of(heap, top);
      heap = decided(fenced(std::move(heap), top, old_size), "malloc.grow.fence");
    }
    heap.top = begins;
    heap.top_end = end;
    return with_size(std::move(heap), begins, (end - begins) | W(malloc::PREV_INUSE));
  });
}

/// The top without the whole pages at its end that are more than `pad`, given back to the kernel. The result is a Number: 1 if there
/// were any. [malloc.trim.whole_pages]
template <Word W>
constexpr MallocStep<W> trimmed(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W pad) {
  // refuse
  const W top = so_far.state.top, end = so_far.state.top_end;
  if (top == 0u) return succeeded<W>(std::move(so_far), malloc::Number<W>{0u}, "malloc.trim.no_heap");
  const W bytes = bytes_to_trim<W>(allocator.kernel.machine, size_of(so_far, top), pad);
  if (bytes == 0u) return succeeded<W>(std::move(so_far), malloc::Number<W>{0u}, "malloc.trim.no_page");
  if (so_far.state.space.mm.brk != end)
    return succeeded<W>(std::move(so_far), malloc::Number<W>{0u}, "malloc.trim.not_at_break");

  // change
  auto moving = move_break<W>(allocator, std::move(so_far), end - bytes);
  so_far = std::move(moving.so_far);
  if (moving.addr == 0u) return succeeded<W>(std::move(so_far), malloc::Number<W>{0u}, "malloc.trim.refused");
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    heap.top_end = end - bytes;
    const W size = mutant("malloc.trim.keeps_size") ? size_of(heap, top) : heap.top_end - top;
    return with_size(std::move(heap), top, size | W(malloc::PREV_INUSE));
  });
  if (has_ended(so_far)) return so_far;
  return succeeded<W>(std::move(so_far), malloc::Number<W>{1u}, "malloc.trim.whole_pages");
}

}  // namespace refmm::model::inline REFMM_BUILD
