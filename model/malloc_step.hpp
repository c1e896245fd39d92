// What the calls of the allocator share: the call under way, and the heap that it changes.
#pragma once

#include <refmm/model/malloc_chunk.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/outcome.hpp>

#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The outcome of a call, and of every operation within it: an operation takes what has happened so far by value and returns
/// it with its own changes, effects and clauses added.
template <Word W>
using MallocStep = Outcome<malloc::State<W>, malloc::Result<W>, malloc::Effect<W>>;

/// The heap of a state in memory: its words, by their addresses.
template <Word W>
using HeapInMemory = malloc::Heap<Map<W, W>, W>;

template <Word W>
constexpr MallocStep<W> refused(MallocStep<W> so_far, malloc::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = malloc::Refused{refusal};
  return so_far;
}

template <Word W>
constexpr MallocStep<W> succeeded(MallocStep<W> so_far, malloc::Result<W> result, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = std::move(result);
  return so_far;
}

template <Word W>
constexpr bool was_refused(const MallocStep<W>& step) {
  return std::holds_alternative<malloc::Refused>(step.result);
}

/// True if the program is at its end: nothing goes on after it.
template <Word W>
constexpr bool has_ended(const MallocStep<W>& step) {
  return was_refused(step) && malloc::ends_everything(std::get<malloc::Refused>(step.result).refusal);
}

/// Where there is memory: the areas, and neighbours among them as one.
template <Word W>
constexpr std::vector<malloc::Range<W>> mapped_ranges(const vma::State<W>& space) {
  std::vector<malloc::Range<W>> ranges;
  for (const vma::Area<W>& area : space.mm.areas) {
    if (!ranges.empty() && ranges.back().end == area.vm_start) {
      ranges.back().end = area.vm_end;
    } else {
      ranges.push_back({area.vm_start, area.vm_end});
    }
  }
  return ranges;
}

/// True if there is memory at every byte of a range.
template <Word W>
constexpr bool is_memory(const MallocStep<W>& so_far, W addr, W len) {
  if (len == 0u) return true;
  for (const malloc::Range<W>& range : mapped_ranges(so_far.state.space)) {
    if (range.start <= addr && addr < range.end) return len <= range.end - addr;
  }
  return false;
}

/// A read or write of a range, by the program or for it, where not all is memory ends the program. [malloc.access.not_mapped]
template <Word W>
constexpr MallocStep<W> accessed(MallocStep<W> so_far, W addr, W len) {
  if (is_memory(so_far, addr, len)) return so_far;
  return refused<W>(std::move(so_far), malloc::Refusal::not_mapped, "malloc.access.not_mapped");
}

/// The heap of a call, taken out of it to be changed, and the call with a changed heap put back.
template <Word W>
constexpr HeapInMemory<W> heap_of(const malloc::AllocatorOf<W>& allocator, MallocStep<W>& so_far) {
  const malloc::State<W>& state = so_far.state;
  return {.words = std::move(so_far.state.words),
          .mapped = mapped_ranges(state.space),
          .all_mapped = false,
          .corrected = allocator.corrected,
          .bins = state.bins,
          .top = state.top,
          .top_end = state.top_end,
          .because = {},
          .ended = {}};
}
template <Word W>
constexpr MallocStep<W> with_heap(MallocStep<W> so_far, HeapInMemory<W> heap) {
  so_far.state.words = std::move(heap.words);
  so_far.state.top = heap.top;
  so_far.state.top_end = heap.top_end;
  so_far.because.insert(so_far.because.end(), heap.because.begin(), heap.because.end());
  if (heap.ended) so_far.result = malloc::Refused{*heap.ended};
  return so_far;
}

/// What `change` does to the heap of a call.
template <Word W, class Change>
constexpr MallocStep<W> in_heap(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, Change change) {
  if (has_ended(so_far)) return so_far;
  HeapInMemory<W> heap = heap_of(allocator, so_far);
  return with_heap(std::move(so_far), change(std::move(heap)));
}

/// Words of the memory of a call.
template <Word W>
constexpr W word_at(const MallocStep<W>& so_far, W addr) {
  return malloc::word_at<W>(so_far.state.words, addr);
}
template <Word W>
constexpr W size_of(const MallocStep<W>& so_far, W chunk) {
  return word_at<W>(so_far, malloc::address_of_size(chunk)) & ~W(malloc::SIZE_FLAGS);
}
template <Word W>
constexpr bool has_own_mapping(const MallocStep<W>& so_far, W chunk) {
  return has(word_at<W>(so_far, malloc::address_of_size(chunk)), malloc::IS_MMAPPED);
}

/// Bytes that a program may use of the block of a chunk.
template <Word W>
constexpr W usable_bytes(const MallocStep<W>& so_far, W chunk) {
  const W size = size_of(so_far, chunk);
  return has_own_mapping(so_far, chunk) ? bytes_of_mapped_block<W>(size) : bytes_of_block<W>(size);
}

}  // namespace refmm::model::inline REFMM_BUILD
