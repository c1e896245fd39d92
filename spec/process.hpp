// The vocabulary of a machine that runs processes: its state, what it is asked, what it answers.
//
// Source: kernel/fork.c, kernel/exit.c, kernel/ptrace.c, fs/read_write.c, arch/i386/mm/fault.c and the system calls of the chapters on areas and on
// demand paging of 2.4.0. Chapter: spec/book/process.md. One pool of frames, one swap area, some files, and any number of
// processes, whose address spaces are those of spec/vma.hpp over the pages of spec/fault.hpp.
#pragma once

#include <refmm/spec/fault.hpp>
#include <refmm/spec/process_refusal.hpp>
#include <refmm/spec/vma.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::process {

// ---- State --------------------------------------------------------------------------------------------------------

/// A process. Its page directory's entries, and how many pages it has, are in Memory under its pid.
template <Word W>
struct Process {
  REFMM_RECORD(Process, (W, pid), (vma::Mm<W>, mm), (vma::Lookup, lookup),
               (W, pgd),                    // the frame of the page directory
               (W, min_flt), (W, maj_flt),  // faults
               (W, esp));                   // the stack pointer
};

/// What is set about all processes.
template <Word W>
struct Settings {
  REFMM_RECORD(Settings, (bool, overcommit),  // no mapping is refused for want of memory
               (bool, survive),  // a process that ran out of memory goes on as if nothing had been done to it
               (W, rlimit_stack), (W, rlimit_as), (W, rlimit_data),
               (W, rlimit_memlock),         // bytes; all ones for none
               (std::uint32_t, fail_vma));  // this request for a vm_area_struct from now on fails; 0 for none
};

/// The whole machine between two calls.
template <Word W>
struct State {
  using Processes = std::vector<Process<W>>;
  REFMM_RECORD(State, (Processes, processes),  // ascending by pid
               (fault::Memory<W>, memory),
               (std::vector<vma::Inode>, inodes),  // files and shared memory objects by their names
               (std::vector<vma::File>, files),    // open ones
               (std::uint32_t, areas_made), (std::uint32_t, files_made), (std::uint32_t, shm_made),  // so far
               (W, pids_made),           // processes so far
               (std::vector<W>, iobuf),  // frames held for direct input or output
               (Settings<W>, settings));
};

/// What a transcript begins with.
template <Word W>
struct Boot {
  REFMM_RECORD(Boot, (fault::KernelOf<W>, kernel), (W, ram_pages), (W, swap_pages),  // slots
               (W, page_cluster),        // pages are read in groups of 2 to the power of this
               (std::vector<W>, files),  // the sizes of file1, file2, ... in bytes
               (bool, overcommit), (bool, survive));
};

// ---- Calls of a process -------------------------------------------------------------------------------------------
// Addresses and lengths in bytes. The calls about areas are those of spec/vma.hpp.

template <Word W>
struct Load {
  REFMM_RECORD(Load, (W, addr));
};
template <Word W>
struct Store {
  REFMM_RECORD(Store, (W, addr), (W, byte));
};
/// The kernel reads or writes the memory of the process for it.
template <Word W>
struct GetUser {
  REFMM_RECORD(GetUser, (W, addr));
};
template <Word W>
struct PutUser {
  REFMM_RECORD(PutUser, (W, addr), (W, byte));
};
template <Word W>
struct Madvise {
  REFMM_RECORD(Madvise, (W, addr), (W, len), (W, advice));  // MADV_*
};
template <Word W>
struct Msync {
  REFMM_RECORD(Msync, (W, addr), (W, len), (W, flags));  // MS_*
};
template <Word W>
struct Truncate {
  REFMM_RECORD(Truncate, (W, file), (W, size));  // the number of the file, bytes
};
/// The kernel copies bytes of an open file to the memory of the process, or from it. `offset` is where in the file, in bytes; it has a
/// sign, in two's complement.
template <Word W>
struct Pread {
  REFMM_RECORD(Pread, (std::int32_t, fd), (W, addr), (W, len), (W, offset));
};
template <Word W>
struct Pwrite {
  REFMM_RECORD(Pwrite, (std::int32_t, fd), (W, addr), (W, len), (W, offset));
};
struct Fork {
  REFMM_RECORD(Fork);
};
struct Exit {
  REFMM_RECORD(Exit);
};
template <Word W>
struct Esp {
  REFMM_RECORD(Esp, (W, addr));
};
/// A debugger reads or writes the memory of another process, or its own.
template <Word W>
struct Peek {
  REFMM_RECORD(Peek, (W, pid), (W, addr));
};
template <Word W>
struct Poke {
  REFMM_RECORD(Poke, (W, pid), (W, addr), (W, byte));
};
enum class Direction { READ, WRITE };  // the memory will be written, or read
template <Word W>
struct MapKiobuf {
  REFMM_RECORD(MapKiobuf, (Direction, rw), (W, addr), (W, len));
};
struct UnmapKiobuf {
  REFMM_RECORD(UnmapKiobuf);
};

template <Word W>
using Call = std::variant<Load<W>, Store<W>, GetUser<W>, PutUser<W>, vma::Mmap<W>, vma::Munmap<W>,
                          vma::Mprotect<W>, vma::Brk<W>, vma::Mlock<W>, vma::Munlock<W>, vma::Mlockall<W>,
                          vma::Munlockall, Madvise<W>, Msync<W>, vma::Mremap<W>, vma::Open, Truncate<W>, Pread<W>,
                          Pwrite<W>, Fork, Exit, Esp<W>, Peek<W>, Poke<W>, MapKiobuf<W>, UnmapKiobuf>;

/// Who calls what.
template <Word W>
struct OfProcess {
  REFMM_RECORD(OfProcess, (W, pid), (Call<W>, call));
};

// ---- Calls of the kernel ------------------------------------------------------------------------------------------

template <Word W>
struct SwapOut {
  REFMM_RECORD(SwapOut, (W, pid), (W, addr));
};
struct Reclaim {
  REFMM_RECORD(Reclaim);
};
struct Swapoff {
  REFMM_RECORD(Swapoff);
};
struct Swapon {
  REFMM_RECORD(Swapon);
};
/// `set`: what is given replaces what was.
template <Word W>
struct Set {
  using Value = std::optional<W>;
  REFMM_RECORD(Set, (Value, fail_alloc), (std::optional<bool>, fail_alloc_all),
               (std::optional<std::uint32_t>, fail_vma), (Value, fail_read), (Value, fail_swap_read),
               (Value, fail_swap_write), (std::optional<bool>, overcommit), (Value, rlimit_stack),
               (Value, rlimit_as), (Value, rlimit_data), (Value, rlimit_memlock));
};

template <Word W>
using Command = std::variant<OfProcess<W>, SwapOut<W>, Reclaim, Swapoff, Swapon, Set<W>>;

// ---- Results ------------------------------------------------------------------------------------------------------

/// A byte that was read.
template <Word W>
struct Byte {
  REFMM_RECORD(Byte, (W, value));
};
/// `ok` of a store.
struct Stored {
  REFMM_RECORD(Stored);
};
template <Word W>
struct Pid {
  REFMM_RECORD(Pid, (W, value));
};
/// Pages unmapped by swap_out, frames freed by reclaim.
template <Word W>
struct Pages {
  REFMM_RECORD(Pages, (W, count));
};
/// Bytes copied by pread and pwrite.
template <Word W>
struct Copied {
  REFMM_RECORD(Copied, (W, bytes));
};
struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};

template <Word W>
using Result = std::variant<vma::Nothing, vma::Success, Byte<W>, Stored, vma::Address<W>, vma::Descriptor, Pid<W>,
                            Pages<W>, Copied<W>, Refused, vma::Refused>;

}  // namespace refmm::process
