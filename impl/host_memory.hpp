// Memory of the host, from the host: mmap, munmap, mremap and madvise without <sys/mman.h>.
//
// That header defines PROT_READ, MAP_SHARED and their like as macros. These are names of the memory areas that refmm is about
// (spec/vma_flags.hpp), and nothing can be called PROT_READ beside such a macro. So the host is asked by number.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#ifndef __linux__
#error "refmm gets memory from a Linux host"
#endif

namespace refmm::impl::inline REFMM_BUILD {
namespace host {

inline constexpr long read_and_write = 0x1 | 0x2;
inline constexpr long private_and_anonymous = 0x2 | 0x20;
inline constexpr long without_reserve = 0x4000;
inline constexpr long dont_need = 4;
inline constexpr long huge_page = 14;

/// Fresh pages of zeros, whole pages of the host; nullptr, and errno set, if it has none. With `flags` of without_reserve, pages that
/// are never written to cost nothing.
inline void* map(std::size_t bytes, long flags = 0) {
  const long address = syscall(SYS_mmap, nullptr, bytes, read_and_write, private_and_anonymous | flags, -1L, 0L);
  return address == -1 ? nullptr : reinterpret_cast<void*>(address);
}

inline void unmap(void* pages, std::size_t bytes) { syscall(SYS_munmap, pages, bytes); }

/// A mapping made longer or shorter, where it is or elsewhere; nullptr, and errno set, if the host refuses, and all is as it was.
inline void* remap(void* pages, std::size_t bytes, std::size_t new_bytes) {
  constexpr long may_move = 1;
  const long address = syscall(SYS_mremap, pages, bytes, new_bytes, may_move, nullptr);
  return address == -1 ? nullptr : reinterpret_cast<void*>(address);
}

/// dont_need: the pages read as zeros from now on. huge_page: they are better backed by huge pages.
inline void advise(void* pages, std::size_t bytes, long advice) { syscall(SYS_madvise, pages, bytes, advice); }

}  // namespace host
}  // namespace refmm::impl::inline REFMM_BUILD
