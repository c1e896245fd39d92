// The model of the user's heap: what the allocator does with each call, and with the checks that the one at hand makes.
#pragma once

#include <refmm/model/malloc_align.hpp>
#include <refmm/model/malloc_block.hpp>
#include <refmm/model/malloc_program.hpp>
#include <refmm/model/malloc_resize.hpp>
#include <refmm/model/malloc_top.hpp>
#include <refmm/model/vma.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/malloc_state.hpp>

#include <cstdint>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// A process whose static data are mapped and whose heap is empty. The heads of the lists begin its static data. [malloc.boot]
template <Word W>
constexpr malloc::State<W> boot(const malloc::Boot<W>& boot) {
  const malloc::AllocatorOf<W>& allocator = boot.allocator;
  const Native<W> any = ~Native<W>{0};
  const vma::Boot<W> process{.kernel = allocator.kernel,
                             .end_code = boot.data,
                             .start_data = boot.data,
                             .brk = boot.data,
                             .stack_start = 0u,
                             .stack_end = 0u,
                             .knobs = {.free_pages = allocator.kernel.machine.ram_pages,
                                       .buffer_pages = 0u,
                                       .cache_pages = 0u,
                                       .swap_pages = 0u,
                                       .overcommit = true,
                                       .physpages = allocator.kernel.machine.ram_pages,
                                       .rlimit_as = any,
                                       .rlimit_data = any,
                                       .rlimit_stack = any,
                                       .rlimit_memlock = any,
                                       .cap_ipc_lock = false,
                                       .max_map_count = allocator.kernel.machine.max_map_count,
                                       .fail_vma = 0,
                                       .fail_shmem = 0,
                                       .fail_move = 0}};
  VmaStep<W> loaded{model::boot<W>(process), vma::Nothing{}, {}, {}};
  loaded = sys_brk<W>(allocator.kernel, std::move(loaded), boot.brk);
  malloc::State<W> state{.space = std::move(loaded.state),
                         .words = {},
                         .bins = boot.data,
                         .top = 0u,
                         .top_end = 0u,
                         .regions = {},
                         .mapped_blocks = 0u,
                         .blocks = {}};
  for (W bin = 0u; bin < W(number_of_bins<W>); bin = bin + 1u) {
    const W head = head_of_bin<W>(state.bins, bin);
    state.words = updated(std::move(state.words), malloc::address_of_fd(head), head);
    state.words = updated(std::move(state.words), malloc::address_of_bk(head), head);
  }
  return state;
}

// ---- Calls, by their arguments --------------------------------------------------------------------------------------

template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::Malloc<W>& call) {
  return allocated<W>(allocator, std::move(so_far), call.bytes);
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::Free<W>& call) {
  return freed<W>(allocator, std::move(so_far), call.block);
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::Calloc<W>& call) {
  return allocated_zero<W>(allocator, std::move(so_far), call.count, call.size);
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::Realloc<W>& call) {
  return reallocated<W>(allocator, std::move(so_far), call.block, call.bytes);
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::Memalign<W>& call) {
  return allocated_aligned<W>(allocator, std::move(so_far), call.alignment, call.bytes);
}
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::MallocTrim<W>& call) {
  return trimmed<W>(allocator, std::move(so_far), call.pad);
}

/// Bytes of a block that the program may use: those that it asked for, and what was added; of NULL none. [malloc.usable_size]
template <Word W>
constexpr MallocStep<W> run(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far,
                            const malloc::MallocUsableSize<W>& call) {
  if (call.block == 0u) return succeeded<W>(std::move(so_far), malloc::Number<W>{0u}, "malloc.usable_size.null");
  const W chunk = malloc::chunk_of(call.block);
  so_far = in_heap<W>(allocator, std::move(so_far), [&](HeapInMemory<W> heap) {
    return touched(std::move(heap), malloc::address_of_size(chunk));
  });
  if (has_ended(so_far)) return so_far;
  const W bytes = usable_bytes<W>(so_far, chunk);
  return succeeded<W>(std::move(so_far), malloc::Number<W>{bytes}, "malloc.usable_size");
}

/// Carries out one call.
template <Word W>
constexpr MallocStep<W> step(const malloc::AllocatorOf<W>& allocator, malloc::State<W> before,
                             const malloc::Command<W>& command) {
  MallocStep<W> so_far{std::move(before), malloc::Nothing{}, {}, {}};
  so_far = std::visit([&](const auto& call) { return run<W>(allocator, std::move(so_far), call); }, command);
  so_far.state.blocks = malloc::blocks_after<W>(std::move(so_far.state.blocks), command, so_far.result);
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
