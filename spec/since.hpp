// The vocabulary of the eras: what changed about memory areas since 2.4.0, as far as a user program can see it.
//
// A kernel of a later era is 2.4.0 with its defects mended (spec/vma.hpp), and the changes that it has. Chapter:
// spec/book/since.md, where each change is a clause, with the version that brought it and a program that shows it.
#pragma once

#include <refmm/spec/record.hpp>
#include <refmm/spec/since_flags.hpp>
#include <refmm/spec/since_refusal.hpp>
#include <refmm/spec/vma.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::since {

/// What has changed, one switch a clause: `mmap_length_zero` is [since.mmap.length_zero]. With all off the kernel is 2.4.0.
struct Era {
  REFMM_RECORD(Era, (bool, mmap_length_zero), (bool, mmap_length_wraps), (bool, mmap_range), (bool, mmap_offset),
               (bool, mmap_type), (bool, mmap_droppable), (bool, mmap_stack), (bool, mmap_validate),
               (bool, mmap_noreplace), (bool, mmap_grows), (bool, mmap_lowest_address), (bool, mmap_error_address),
               (bool, mmap_looks_first), (bool, mmap_locked),  // MAP_LOCKED locks
               (bool, data_limit),                             // RLIMIT_DATA counts private writable memory
               (bool, unmapped_hint), (bool, unmapped_huge), (bool, guard_gap), (bool, merge), (bool, brk_lowest),
               (bool, brk_shrink), (bool, brk_flags), (bool, mprotect_length_zero), (bool, mprotect_wraps),
               (bool, mprotect_hole), (bool, mprotect_semaphores), (bool, mprotect_grows),
               (bool, mremap_arguments), (bool, mremap_private), (bool, mremap_dontunmap), (bool, mremap_several),
               (bool, mlock_unprivileged), (bool, mlock_counts_once), (bool, mlock_present),
               (bool, mlock_on_fault), (bool, fork_unlocked));
};

/// A kernel of an era on a machine of words `N`.
template <std::unsigned_integral N>
struct BasicKernel {
  using Base = vma::BasicKernel<N>;
  REFMM_RECORD(BasicKernel, (Base, base),  // 2.4.0 on this machine, with its defects mended
               (Era, era),
               (N, lowest_address),   // bytes: no program without privilege maps below; vm.mmap_min_addr
               (N, lowest_hint),      // bytes: a hint below is raised to it; a setting of the build
               (N, stack_guard_gap),  // bytes that stay free below an area that grows down
               (N, huge_page));       // bytes; large areas without a file begin at multiples of it; 0 for none
};

template <class W>
using KernelOf = BasicKernel<Native<W>>;

/// How long a file, or memory that is shared without one, is.
template <Word W>
struct FileEnd {
  REFMM_RECORD(FileEnd, (Name, name), (W, size));  // bytes
};

/// The address space of a process between two calls.
template <Word W>
struct State {
  REFMM_RECORD(State, (vma::State<W>, base), (W, start_brk),  // bytes: the heap begins here
               (std::vector<std::uint32_t>,
                written),                         // ids of private areas to which something may have been written
               (bool, forked),                    // it began as the copy of another
               (std::vector<FileEnd<W>>, ends));  // of files whose length matters: of others every page is there
};

// ---- Calls that 2.4.0's vocabulary does not have ----------------------------------------------------------------

/// Addresses and lengths in bytes; what is advised is MADV_*.
template <Word W>
struct Madvise {
  REFMM_RECORD(Madvise, (W, addr), (W, len), (std::uint32_t, advice));
};
template <Word W>
struct Mlock2 {
  REFMM_RECORD(Mlock2, (W, addr), (W, len), (W, flags));
};
/// A store to an address, or a load from it.
template <Word W>
struct Touch {
  REFMM_RECORD(Touch, (W, addr), (bool, writes));
};

/// The calls of user programs. `chosen`, of mmap and mremap, is the address that a kernel has chosen: where the semantics leaves it
/// free ([since.unmapped.anywhere]), it is taken if it is allowed.
template <Word W>
using Command = std::variant<vma::Open, vma::Close, vma::Mmap<W>, vma::Mmap2<W>, vma::Munmap<W>, vma::Brk<W>,
                             vma::Mprotect<W>, vma::Mremap<W>, vma::Mlock<W>, vma::Munlock<W>, vma::Mlockall<W>,
                             vma::Munlockall, Madvise<W>, Mlock2<W>, Touch<W>>;

// ---- Results ----------------------------------------------------------------------------------------------------

struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};
/// Of a load or store that is not carried out: SIGSEGV.
struct Signal {
  REFMM_RECORD(Signal);
};
/// An address that the kernel took for an error; the caller cannot tell it from one where something was mapped.
template <Word W>
struct TakenForError {
  REFMM_RECORD(TakenForError, (W, address));
};
/// The kernel chose an address that it may not choose.
struct ChoiceForbidden {
  REFMM_RECORD(ChoiceForbidden);
};

template <Word W>
using Result = std::variant<vma::Nothing, vma::Success, vma::Address<W>, vma::Descriptor, vma::Refused, Refused,
                            Signal, TakenForError<W>, ChoiceForbidden>;

}  // namespace refmm::since
