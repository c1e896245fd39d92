// What the allocator asks of the kernel: the break, and mappings. The kernel is the model of spec/book/vma.md.
#pragma once

#include <refmm/model/malloc_memory.hpp>
#include <refmm/model/malloc_step.hpp>
#include <refmm/model/vma.hpp>
#include <refmm/spec/malloc.hpp>
#include <refmm/spec/vma_flags.hpp>

#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The address space after a system call, put back into the call of the allocator, and what the kernel answered: an address, or 0
/// where it refused. Where it refused, its reasons are reasons of this call, too.
template <Word W>
struct FromKernel {
  MallocStep<W> so_far;
  W addr;
};

template <Word W>
constexpr FromKernel<W> from_kernel(MallocStep<W> so_far, VmaStep<W> answer, bool granted) {
  so_far.state.space = std::move(answer.state);
  if (!granted) so_far.because.insert(so_far.because.end(), answer.because.begin(), answer.because.end());
  const auto* address = std::get_if<vma::Address<W>>(&answer.result);
  return {std::move(so_far), granted && address ? address->value : W(0u)};
}

/// The space of a call, taken out of it to be changed.
template <Word W>
constexpr VmaStep<W> space_of(MallocStep<W>& so_far) {
  return {std::move(so_far.state.space), vma::Nothing{}, {}, {}};
}

/// Moves the break to `brk`; the address is that of the break, or 0 if it stays where it was.
template <Word W>
constexpr FromKernel<W> move_break(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W brk) {
  const W before = so_far.state.space.mm.brk;
  auto answer = sys_brk<W>(allocator.kernel, space_of(so_far), brk);
  const bool moved = answer.state.mm.brk == brk;
  auto moving = from_kernel(std::move(so_far), std::move(answer), moved);
  moving.so_far.effects.push_back(malloc::Brk<W>{brk, moved});
  if (moved && brk < before) {
    const MachineOf<W>& machine = allocator.kernel.machine;
    moving.so_far.state.words =
        without_range<W>(moving.so_far.state.words, page_align<W>(machine, brk), page_align<W>(machine, before));
  }
  return moving;
}

/// Maps `len` bytes, whole pages, wherever there is room.
template <Word W>
constexpr FromKernel<W> map_pages(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W len) {
  const MapRequest<W> request{.file = 0,
                              .addr = 0u,
                              .len = len,
                              .prot = W(vma::PROT_READ | vma::PROT_WRITE),
                              .flags = W(vma::MAP_PRIVATE | vma::MAP_ANONYMOUS),
                              .pgoff = 0u};
  auto answer = do_mmap_pgoff<W>(allocator.kernel, space_of(so_far), request);
  const bool granted = !was_refused(answer);
  auto mapping = from_kernel(std::move(so_far), std::move(answer), granted);
  mapping.so_far.effects.push_back(malloc::MapPages<W>{len, mapping.addr});
  return mapping;
}

/// Unmaps a range. Nothing comes of it where the kernel refuses: the pages stay.
template <Word W>
constexpr MallocStep<W> unmap_pages(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W addr, W len) {
  auto answer = do_munmap<W>(allocator.kernel, space_of(so_far), addr, len);
  const bool granted = !was_refused(answer);
  so_far = std::move(from_kernel(std::move(so_far), std::move(answer), granted).so_far);
  so_far.effects.push_back(malloc::UnmapPages<W>{addr, len});
  if (granted) so_far.state.words = without_range<W>(so_far.state.words, addr, addr + len);
  return so_far;
}

/// Makes a mapping longer or shorter; it may move, and its bytes with it.
template <Word W>
constexpr FromKernel<W> remap_pages(const malloc::AllocatorOf<W>& allocator, MallocStep<W> so_far, W addr,
                                    W old_len, W new_len) {
  const vma::Mremap<W> call{addr, old_len, new_len, W(vma::MREMAP_MAYMOVE), W(0u)};
  auto answer = mremap<W>(allocator.kernel, space_of(so_far), call);
  const bool granted = !was_refused(answer);
  auto mapping = from_kernel(std::move(so_far), std::move(answer), granted);
  mapping.so_far.effects.push_back(malloc::RemapPages<W>{addr, old_len, new_len, mapping.addr});
  if (!granted) return mapping;
  Map<W, W>& words = mapping.so_far.state.words;
  const W kept = new_len < old_len ? new_len : old_len;
  if (mapping.addr != addr) words = copied<W>(std::move(words), mapping.addr, addr, kept);
  words = mapping.addr != addr ? without_range<W>(words, addr, addr + old_len)
                               : without_range<W>(words, addr + kept, addr + old_len);
  return mapping;
}

}  // namespace refmm::model::inline REFMM_BUILD
