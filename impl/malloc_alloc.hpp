// malloc and free.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// Bytes of a block that its program may use: behind a chunk with its own mapping no other stands. [malloc.usable_size]
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::usable_of(Word chunk) const {
  const Word tag = size_word(chunk), size = tag & ~Layout::flags;
  return (tag & Layout::own_mapping) != 0 ? size - 2 * Layout::word : size - Layout::word;
}

template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::usable_bytes(Word block) {
  return block == 0 ? 0 : usable_of(Layout::chunk_of(block));
}

// ---- malloc -----------------------------------------------------------------------------------------------------------

/// New memory of a program, filled so that it cannot rely on what was there. [malloc.perturb]
template <MallocLayer Layer>
inline void UserHeap<Layer>::fill_new(Word start, Word end) {
  if (parameters_.perturb != 0) [[unlikely]]
    layer_.fill(start, end - start, ~parameters_.perturb);
}

template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::handed_out(Word chunk) {
  const Word block = Layout::block_of(chunk);
  if (parameters_.perturb != 0) [[unlikely]]
    fill_new(block, block + usable_of(chunk));
  return block;
}

/// A chunk in use of `size` bytes or hardly more, from what is there; 0 if nothing fits.
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::take(Word size) {
  const Word chunk = take_smallest_from(size);
  if (chunk != 0) {
    use_unlinked(chunk, size_of(chunk), size);
    return chunk;
  }
  return has_room_in_top(size) ? take_from_top(size) : 0;
}

template <MallocLayer Layer>
[[gnu::noinline]] typename UserHeap<Layer>::Word UserHeap<Layer>::allocate_grown(Word size, bool may_be_mapped) {
  Word chunk = grow(size) ? take(size) : 0;
  if (chunk == 0 && may_be_mapped) chunk = map_block(size);
  return chunk == 0 ? refuse(malloc::Refusal::no_memory) : handed_out(chunk);
}

/// Of a request that is large enough for a mapping of its own, if not for none at all. [malloc.malloc.threshold]
template <MallocLayer Layer>
[[gnu::noinline]] typename UserHeap<Layer>::Word UserHeap<Layer>::allocate_mapped_or_not(Word bytes) {
  if (bytes > Layout::largest_request(Layer::page_size)) return refuse(malloc::Refusal::too_large);
  const Word size = Layout::chunk_size(bytes);
  const bool is_mapped = mapped_blocks_ < parameters_.mmap_max &&
                         !(mutant("malloc.impl.malloc.threshold_one_late") && bytes == parameters_.mmap_threshold);
  Word chunk = is_mapped ? map_block(size) : 0;
  if (chunk == 0) chunk = take(size);
  return chunk == 0 ? allocate_grown(size, !is_mapped) : handed_out(chunk);
}

template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::allocate(Word bytes) {
  if (bytes >= ordinary_) [[unlikely]]
    return allocate_mapped_or_not(bytes);
  const Word size = Layout::chunk_size(bytes), chunk = take(size);
  if (chunk == 0) [[unlikely]]
    return allocate_grown(size, true);
  return handed_out(chunk);
}

// ---- free -------------------------------------------------------------------------------------------------------------

/// Is this a chunk in use? [malloc.check.pointer] [malloc.check.size] [malloc.check.double_free]
template <MallocLayer Layer>
inline void UserHeap<Layer>::examine(Word chunk, Word size_and_flags, const char* call) {
  const Word block = Layout::block_of(chunk), size = size_and_flags & ~Layout::flags;
  if (chunk % Layout::alignment != 0 || chunk < begin_ || chunk >= top_end_) [[unlikely]]
    ends(malloc::Refusal::invalid_pointer, call, block);
  if (size < Layout::smallest || size % Layout::alignment != 0 || size > top_end_ - chunk) [[unlikely]]
    ends(malloc::Refusal::invalid_size, call, block);
  if (chunk == top_ || (size_word(chunk + size) & Layout::prev_in_use) == 0) [[unlikely]]
    ends(malloc::Refusal::double_free, call, block);
}

template <MallocLayer Layer>
inline void UserHeap<Layer>::release_chunk(Word chunk, Word size_and_flags) {
  examine(chunk, size_and_flags, "free");
  const Word size = size_and_flags & ~Layout::flags;
  if (parameters_.perturb != 0) [[unlikely]]
    layer_.fill(Layout::block_of(chunk), size - 2 * Layout::word, parameters_.perturb);
  give_back(chunk, size);
  if (should_trim()) [[unlikely]]
    trim(parameters_.top_pad);
}

template <MallocLayer Layer>
inline void UserHeap<Layer>::release(Word block) {
  if (block == 0) return;
  const Word chunk = Layout::chunk_of(block), size_and_flags = size_word(chunk);
  if ((size_and_flags & Layout::own_mapping) != 0) [[unlikely]]
    unmap_block(chunk);
  else
    release_chunk(chunk, size_and_flags);
}

}  // namespace refmm::impl::inline REFMM_BUILD
