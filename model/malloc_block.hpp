// malloc and free: a block for a program, and what becomes of it when the program is done with it.
//
// A large block has a mapping of its own; every other is cut from the smallest free chunk that fits, or from the top of the heap.
#pragma once

#include <refmm/model/malloc_mapped.hpp>
#include <refmm/model/malloc_merge.hpp>
#include <refmm/model/malloc_top.hpp>
#include <refmm/spec/malloc.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- malloc -----------------------------------------------------------------------------------------------------------

/// A chunk of the heap for `size` bytes, from what is there: the address of its block, or 0 if nothing fits.
template <Word W>
constexpr FromKernel<W> block_of_heap(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W size) {
  W block = 0u;
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    auto fit = smallest_that_fits(std::move(heap), size);
    if (fit.chunk) {
      block = malloc::block_of(*fit.chunk);
      const W whole = size_of(fit.heap, *fit.chunk);
      fit.heap = unlinked(std::move(fit.heap), *fit.chunk);
      return decided(used(std::move(fit.heap), *fit.chunk, whole, size), "malloc.malloc.best_fit");
    }
    auto room = room_in_top(std::move(fit.heap), size);
    if (!room.chunk) return std::move(room.heap);
    block = malloc::block_of(*room.chunk);
    return taken_from_top(std::move(room.heap), size);
  });
  return {std::move(so_far), block};
}

/// True if a request is large enough for a mapping of its own, and not too many blocks have one. [malloc.malloc.threshold]
template <Word W>
constexpr bool is_to_be_mapped(const malloc::AllocatorOf<W>& allocator, const MallocStep<W>& so_far, W bytes) {
  const W threshold = allocator.parameters.mmap_threshold;
  const bool is_large = mutant("malloc.threshold.one_byte_late") ? bytes > threshold : bytes >= threshold;
  return is_large && so_far.state.mapped_blocks < W(allocator.parameters.mmap_max);
}

/// A block of `bytes` bytes. The result is its Address, or Refused.
template <Word W>
constexpr MallocStep<W> allocated(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W bytes) {
  const auto is_settled = [](const FromKernel<W>& found) { return found.addr != 0u || has_ended(found.so_far); };
  const auto settled = [&](FromKernel<W> found) {
    if (has_ended(found.so_far)) return std::move(found.so_far);
    found.so_far.result = malloc::Address<W>{found.addr};
    const W end = found.addr + usable_bytes<W>(found.so_far, malloc::chunk_of(found.addr));
    return perturbed<W>(allocator, std::move(found.so_far), found.addr, end, true);
  };

  // refuse
  if (bytes > W(largest_request<W>(allocator.kernel.machine)))
    return refused<W>(std::move(so_far), malloc::Refusal::too_large, "malloc.malloc.too_large");

  // find
  const W size = chunk_size<W>(bytes);
  const bool is_large = is_to_be_mapped<W>(allocator, so_far, bytes);
  FromKernel<W> found{std::move(so_far), 0u};
  if (is_large) found = mapped_block<W>(allocator, std::move(found.so_far), size);
  if (!is_settled(found)) found = block_of_heap<W>(allocator, std::move(found.so_far), size);
  if (!is_settled(found)) {
    found.so_far = grown<W>(allocator, std::move(found.so_far), size);
    if (!has_ended(found.so_far)) found = block_of_heap<W>(allocator, std::move(found.so_far), size);
  }
  if (!is_settled(found) && !is_large) {
    found.so_far.because.push_back("malloc.malloc.maps_instead");
    found = mapped_block<W>(allocator, std::move(found.so_far), size);
  }
  if (!is_settled(found))
    return refused<W>(std::move(found.so_far), malloc::Refusal::no_memory, "malloc.malloc.no_memory");

  // report
  return settled(std::move(found));
}

// ---- free -------------------------------------------------------------------------------------------------------------

/// True if `size` is one that a chunk of the heap can have at `chunk`.
template <class Words, Word W>
constexpr bool can_be_size(const malloc::Heap<Words, W>& heap, const W& chunk, const W& size) {
  return size >= W(malloc::smallest_chunk<W>) && size % W(malloc::chunk_alignment<W>) == 0u &&
         size <= heap.top_end - chunk;
}

/// What a hardened heap looks at before it takes a chunk back: the address, the size, and whether it is in use.
/// `begin` is where the heap begins.
template <class Words, Word W>
constexpr malloc::Heap<Words, W> examined(malloc::Heap<Words, W> heap, const W& begin, const W& chunk) {
  const malloc::Corrections checks = heap.corrected;
  const auto misuse = [](auto found, bool is_checked, malloc::Refusal refusal, ClauseRef check, ClauseRef defect) {
    return is_checked ? ended(std::move(found), refusal, check) : decided(std::move(found), defect);
  };
  heap = touched(std::move(heap), malloc::address_of_size(chunk));
  if (heap.ended) return heap;

  const bool is_in_heap = chunk % W(malloc::chunk_alignment<W>) == 0u && begin <= chunk && chunk < heap.top_end;
  if (!is_in_heap)
    return misuse(std::move(heap), checks.pointer, malloc::Refusal::invalid_pointer, "malloc.check.pointer",
                  "defect.malloc.pointer");
  const W size = size_of(heap, chunk);
  if (!can_be_size(heap, chunk, size))
    return misuse(std::move(heap), checks.pointer, malloc::Refusal::invalid_size, "malloc.check.size",
                  "defect.malloc.pointer");
  if (chunk == heap.top)
    return misuse(std::move(heap), checks.double_free, malloc::Refusal::double_free, "malloc.check.double_free",
                  "defect.malloc.double_free");
  heap = touched(std::move(heap), malloc::address_of_size(next_of(chunk, size)));
  if (heap.ended || prev_is_in_use(heap, next_of(chunk, size))) return heap;
  return misuse(std::move(heap), checks.double_free, malloc::Refusal::double_free, "malloc.check.double_free",
                "defect.malloc.double_free");
}

/// A chunk of the heap is given back, and the top trimmed if it has become long. [malloc.free.trims]
template <Word W>
constexpr MallocStep<W> freed_in_heap(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W chunk) {
  const W begin = so_far.state.regions.empty() ? W(0u) : so_far.state.regions.front();
  so_far = in_heap<W>(allocator, std::move(so_far),
                      [&](HeapInMemory<W> heap) { return examined(std::move(heap), begin, chunk); });
  if (has_ended(so_far)) return so_far;
  const W size = size_of(so_far, chunk);
  const bool is_new = false;
  so_far = perturbed<W>(allocator, std::move(so_far), malloc::block_of(chunk), chunk + size, is_new);
  so_far = in_heap<W>(allocator, std::move(so_far),
                      [&](HeapInMemory<W> heap) { return given_back(std::move(heap), chunk, size); });
  if (has_ended(so_far)) return so_far;
  const W top = so_far.state.top;
  if (top == 0u || size_of(so_far, top) < W(allocator.parameters.trim_threshold)) return so_far;
  so_far.because.push_back("malloc.free.trims");
  return trimmed<W>(allocator, std::move(so_far), W(allocator.parameters.top_pad));
}

/// A block is given back; of NULL nothing. The result is Nothing, or the end of the program.
template <Word W>
constexpr MallocStep<W> freed(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W block) {
  if (block == 0u) return succeeded<W>(std::move(so_far), malloc::Nothing{}, "malloc.free.null");
  const W chunk = malloc::chunk_of(block);
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    return touched(touched(std::move(heap), chunk), malloc::address_of_size(chunk));
  });
  if (has_ended(so_far)) return so_far;
  so_far = has_own_mapping(so_far, chunk) ? unmapped<W>(allocator, std::move(so_far), chunk)
                                          : freed_in_heap<W>(allocator, std::move(so_far), chunk);
  if (!has_ended(so_far)) so_far.result = malloc::Nothing{};
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
