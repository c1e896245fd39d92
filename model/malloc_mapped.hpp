// Blocks with a mapping of their own: given by mmap, and given back by munmap at once.
#pragma once

#include <refmm/model/malloc_space.hpp>
#include <refmm/model/malloc_step.hpp>
#include <refmm/spec/malloc.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// A mapping of its own for a chunk of `size` bytes. The result is the Address of its block, if the kernel gives the pages.
/// [malloc.mapped.size]
template <Word W>
constexpr FromKernel<W> mapped_block(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W size) {
  const MachineOf<W>& machine = allocator.kernel.machine;
  const W len = bytes_to_map<W>(machine, 0u, size);
  auto mapping = map_pages<W>(allocator, std::move(so_far), len);
  if (mapping.addr == 0u) {
    mapping.so_far.because.push_back("malloc.mapped.refused");
    return mapping;
  }
  const W chunk = mapping.addr;
  mapping.so_far = in_heap<W>(allocator, std::move(mapping.so_far), [&](HeapInMemory<W> heap) {
    return decided(with_size(std::move(heap), chunk, len | W(malloc::IS_MMAPPED)), "malloc.mapped.own_mapping");
  });
  mapping.so_far.state.mapped_blocks = mapping.so_far.state.mapped_blocks + 1u;
  return {std::move(mapping.so_far), malloc::block_of(chunk)};
}

/// A chunk with a mapping of its own, and what lies in front of it in its mapping: so much that its block is aligned.
template <Word W>
struct Mapping {
  W start, len, leader;  // bytes
};
template <Word W>
constexpr Mapping<W> mapping_of(const MallocStep<W>& so_far, W chunk) {
  const W leader = word_at<W>(so_far, chunk);
  return {chunk - leader, leader + size_of(so_far, chunk), leader};
}

/// The block's mapping goes. [malloc.free.unmaps]
template <Word W>
constexpr MallocStep<W> unmapped(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W chunk) {
  const MachineOf<W>& machine = allocator.kernel.machine;
  const auto [start, len, leader] = mapping_of(so_far, chunk);

  // refuse
  const bool can_be_one = is_page_aligned<W>(machine, start) && is_page_aligned<W>(machine, len) && len != 0u;
  if (!can_be_one && allocator.corrected.pointer)
    return refused<W>(std::move(so_far), malloc::Refusal::invalid_pointer, "malloc.check.pointer");
  if (!can_be_one) so_far.because.push_back("defect.malloc.pointer");

  // change
  so_far.state.mapped_blocks = so_far.state.mapped_blocks - 1u;
  so_far = unmap_pages<W>(allocator, std::move(so_far), start, len);
  so_far.because.push_back("malloc.free.unmaps");
  return so_far;
}

/// The block with as many pages as `size` bytes need, where it is or elsewhere; the address of the block then, or 0 if the kernel
/// refuses. [malloc.realloc.remaps]
template <Word W>
constexpr FromKernel<W> remapped(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W chunk, W size) {
  const auto [start, len, leader] = mapping_of(so_far, chunk);
  const W new_len = bytes_to_map<W>(allocator.kernel.machine, leader, size);
  if (new_len == len) {
    so_far.because.push_back("malloc.realloc.same_pages");
    return {std::move(so_far), malloc::block_of(chunk)};
  }
  auto mapping = remap_pages<W>(allocator, std::move(so_far), start, len, new_len);
  if (mapping.addr == 0u) {
    mapping.so_far.because.push_back("malloc.realloc.remap_refused");
    return mapping;
  }
  const W moved = mapping.addr + leader;
  mapping.so_far = in_heap<W>(allocator, std::move(mapping.so_far), [&](HeapInMemory<W> heap) {
    return decided(with_size(std::move(heap), moved, (new_len - leader) | W(malloc::IS_MMAPPED)),
                   "malloc.realloc.remaps");
  });
  return {std::move(mapping.so_far), malloc::block_of(moved)};
}

}  // namespace refmm::model::inline REFMM_BUILD
