// The vocabulary of memory areas: what is observed of an address space, what it is asked, what it answers.
//
// Source: mm/mmap.c, mm/mprotect.c, mm/mremap.c, mm/mlock.c, mm/mmap_avl.c, include/linux/mm.h of 2.4.0. Chapter:
// spec/book/vma.md. Everything is a template over the word: the same source for 32-bit and 64-bit addresses, and for the prover.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_kernel.hpp>
#include <refmm/spec/vma_refusal.hpp>
#include <refmm/spec/word.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::vma {

// ---- State ------------------------------------------------------------------------------------------------------

/// The range of an area, and what its first byte is in its file: all that laws about where things are speak of.
template <Word W>
struct Extent {
  REFMM_RECORD(Extent, (W, vm_start), (W, vm_end), (W, vm_pgoff));  // as in Area
};

/// One area. 2.4.0: vm_area_struct.
template <Word W>
struct Area {
  REFMM_RECORD(Area, (W, vm_start),  // bytes, a multiple of the page size
               (W, vm_end),          // bytes, exclusive
               (W, vm_pgoff),        // pages from the beginning of the file to vm_start; kept without a file, too
               (W, vm_flags),        // VM_* of vma_flags.hpp
               (std::uint32_t, vm_file),  // number of its file object; 0 for none
               (bool, vm_ops),            // it has open and close operations
               (bool, mapped_noreserve),  // it was mapped with MAP_NORESERVE, which 2.4.0 forgets
               (std::uint32_t, id));  // the structure, numbered in the order of creation: unique among those alive
};

/// A file, or (named dev/zero:N) a shared memory object. 2.4.0: struct inode and its address_space.
struct Inode {
  REFMM_RECORD(Inode, (Name, name), (std::uint32_t, attributes),  // FILE_*
               (bool, shared_memory),                             // an object for memory shared without a file
               (std::int32_t, i_writecount),                      // writable file objects less denywrite areas
               (std::vector<std::uint32_t>, i_mmap),              // ids of its private areas, front to back
               (std::vector<std::uint32_t>, i_mmap_shared));      // ids of its shared areas, front to back
};

/// An open file. 2.4.0: struct file.
struct File {
  REFMM_RECORD(File, (std::uint32_t, number),        // from 1, in the order of creation; never reused
               (Name, inode),                        // that it is of
               (std::uint32_t, f_mode),              // FMODE_*
               (std::uint32_t, f_count),             // references: its descriptor and its areas
               (std::optional<std::uint32_t>, fd));  // its descriptor; none after close, or of shared memory
};

/// The address space of the process. 2.4.0: mm_struct.
template <Word W>
struct Mm {
  using Areas = std::vector<Area<W>>;
  REFMM_RECORD(Mm, (Areas, areas),              // in the order of the list
               (W, total_vm),                   // pages
               (W, locked_vm),                  // pages
               (W, map_count),                  // areas
               (W, brk),                        // bytes; the break as it was asked for, not rounded
               (W, start_data), (W, end_code),  // bytes
               (W, def_flags));                 // of new areas: 0 or VM_LOCKED
};

/// A node of the search tree: an area and its two sons, by their ids. 2.4.0: vm_avl_left, vm_avl_right, vm_avl_height.
struct TreeNode {
  REFMM_RECORD(TreeNode, (std::uint32_t, area), (std::optional<std::uint32_t>, left),
               (std::optional<std::uint32_t>, right), (std::uint32_t, height));
};

/// What makes lookups fast. In lawful states it never changes a result ([vma.lookup.no_effect]).
struct Lookup {
  REFMM_RECORD(Lookup, (std::optional<std::uint32_t>, mmap_cache),  // id of the area that was found last
               (std::optional<std::uint32_t>, mmap_avl),            // id of the root; none while there is no tree
               (std::vector<TreeNode>, nodes));                     // ascending by area
};

/// What lies around the address space, as transcripts `set` it; see [vma.knobs].
template <Word W>
struct Knobs {
  REFMM_RECORD(Knobs, (W, free_pages), (W, buffer_pages), (W, cache_pages),
               (W, swap_pages),     // pages that could be had
               (bool, overcommit),  // the memory check always passes
               (W, physpages),      // page frames of the machine
               (W, rlimit_as), (W, rlimit_data), (W, rlimit_stack),
               (W, rlimit_memlock),          // bytes; all ones for none
               (bool, cap_ipc_lock),         // the process may lock memory
               (W, max_map_count),           // areas
               (std::uint32_t, fail_vma),    // this request for a vm_area_struct from now on fails; 0 for none
               (std::uint32_t, fail_shmem),  // likewise of shared memory objects
               (std::uint32_t, fail_move));  // likewise of the moving of page tables
};

/// The whole address space between two calls.
template <Word W>
struct State {
  REFMM_RECORD(State, (Mm<W>, mm), (Lookup, lookup),
               (std::vector<Inode>, inodes),  // in the order in which they came into being
               (std::vector<File>, files),    // likewise
               (std::uint32_t, areas_made),   // vm_area_structs so far: the id of the next one less 1
               (std::uint32_t, files_made),   // file objects so far
               (std::uint32_t, shm_made),     // shared memory objects so far
               (Knobs<W>, knobs));
};

/// What a transcript begins with.
template <Word W>
struct Boot {
  REFMM_RECORD(Boot, (KernelOf<W>, kernel), (W, end_code), (W, start_data), (W, brk), (W, stack_start),
               (W, stack_end),  // bytes; equal for an empty address space
               (Knobs<W>, knobs));
};

// ---- Calls ------------------------------------------------------------------------------------------------------
// Addresses and lengths in bytes unless a comment says otherwise.

/// Only the lowest two bits of O_* count: f_mode is the mode + 1, with FMODE_READ and FMODE_WRITE.
struct Open {
  REFMM_RECORD(Open, (Name, name), (std::uint32_t, mode));  // FMODE_READ | FMODE_WRITE, or 0
};
struct Close {
  REFMM_RECORD(Close, (std::int32_t, fd));
};
template <Word W>
struct Mmap {
  REFMM_RECORD(Mmap, (W, addr), (W, len), (W, prot), (W, flags), (std::int32_t, fd), (W, offset));
};
/// mmap with its offset in pages.
template <Word W>
struct Mmap2 {
  REFMM_RECORD(Mmap2, (W, addr), (W, len), (W, prot), (W, flags), (std::int32_t, fd), (W, pgoff));
};
/// The function, as program loaders call it: all flags pass, and a descriptor that is not open means no file.
template <Word W>
struct DoMmap {
  REFMM_RECORD(DoMmap, (W, addr), (W, len), (W, prot), (W, flags), (std::int32_t, fd), (W, offset));
};
template <Word W>
struct Munmap {
  REFMM_RECORD(Munmap, (W, addr), (W, len));
};
template <Word W>
struct Brk {
  REFMM_RECORD(Brk, (W, brk));
};
/// The function, as program loaders call it.
template <Word W>
struct DoBrk {
  REFMM_RECORD(DoBrk, (W, addr), (W, len));
};
template <Word W>
struct Mprotect {
  REFMM_RECORD(Mprotect, (W, addr), (W, len), (W, prot));
};
template <Word W>
struct Mremap {
  REFMM_RECORD(Mremap, (W, addr), (W, old_len), (W, new_len), (W, flags),
               (W, new_addr));  // only with MREMAP_FIXED
};
template <Word W>
struct Mlock {
  REFMM_RECORD(Mlock, (W, addr), (W, len));
};
template <Word W>
struct Munlock {
  REFMM_RECORD(Munlock, (W, addr), (W, len));
};
template <Word W>
struct Mlockall {
  REFMM_RECORD(Mlockall, (W, flags));
};
struct Munlockall {
  REFMM_RECORD(Munlockall);
};
template <Word W>
struct FindExtendVma {
  REFMM_RECORD(FindExtendVma, (W, addr));
};
template <Word W>
struct FindVma {
  REFMM_RECORD(FindVma, (W, addr));
};
template <Word W>
struct FindVmaPrev {
  REFMM_RECORD(FindVmaPrev, (W, addr));
};
template <Word W>
struct FindVmaIntersection {
  REFMM_RECORD(FindVmaIntersection, (W, start), (W, end));
};
template <Word W>
struct GetUnmappedArea {
  REFMM_RECORD(GetUnmappedArea, (W, addr), (W, len));
};
struct ExitMmap {
  REFMM_RECORD(ExitMmap);
};
/// What is special about a file, in place of what was; the file comes into being if need be.
struct FileAttributes {
  REFMM_RECORD(FileAttributes, (Name, name), (std::uint32_t, attributes));
};
/// `set`: what is given replaces what was.
template <Word W>
struct SetKnobs {
  using Value = std::optional<W>;
  REFMM_RECORD(SetKnobs, (Value, free_pages), (Value, buffer_pages), (Value, cache_pages), (Value, swap_pages),
               (std::optional<bool>, overcommit), (Value, physpages), (Value, rlimit_as), (Value, rlimit_data),
               (Value, rlimit_stack), (Value, rlimit_memlock), (std::optional<bool>, cap_ipc_lock),
               (Value, max_map_count), (Value, end_code), (Value, start_data), (Value, brk),
               (std::optional<std::uint32_t>, fail_vma), (std::optional<std::uint32_t>, fail_shmem),
               (std::optional<std::uint32_t>, fail_move), (std::optional<FileAttributes>, file));
};

template <Word W>
using Command =
    std::variant<Open, Close, Mmap<W>, Mmap2<W>, DoMmap<W>, Munmap<W>, Brk<W>, DoBrk<W>, Mprotect<W>, Mremap<W>,
                 Mlock<W>, Munlock<W>, Mlockall<W>, Munlockall, FindExtendVma<W>, FindVma<W>, FindVmaPrev<W>,
                 FindVmaIntersection<W>, GetUnmappedArea<W>, ExitMmap, SetKnobs<W>>;

// ---- Results ----------------------------------------------------------------------------------------------------

struct Nothing {
  REFMM_RECORD(Nothing);
};
/// 0 of a call that returns no address.
struct Success {
  REFMM_RECORD(Success);
};
template <Word W>
struct Address {
  REFMM_RECORD(Address, (W, value));
};
struct Descriptor {
  REFMM_RECORD(Descriptor, (std::uint32_t, fd));
};
/// The start of the area that was looked for, if there is one.
template <Word W>
struct Found {
  using Start = std::optional<W>;
  REFMM_RECORD(Found, (Start, start));
};
/// The same and the start of the area before it.
template <Word W>
struct FoundPrev {
  using Start = std::optional<W>;
  REFMM_RECORD(FoundPrev, (Start, start), (Start, prev));
};
struct Refused {
  REFMM_RECORD(Refused, (Refusal, refusal));
};

template <Word W>
using Result = std::variant<Nothing, Success, Address<W>, Descriptor, Found<W>, FoundPrev<W>, Refused>;

// ---- Effects ----------------------------------------------------------------------------------------------------
// What a call does to the layers below, by the names of their functions.

/// A vm_area_struct was requested, and given or refused.
struct VmaAlloc {
  REFMM_RECORD(VmaAlloc, (bool, given));
};
struct VmaFree {
  REFMM_RECORD(VmaFree);
};
template <Word W>
struct ZapPageRange {
  REFMM_RECORD(ZapPageRange, (W, addr), (W, size));
};
/// Page directory entries from `first` on, `nr` of them.
template <Word W>
struct ClearPageTables {
  REFMM_RECORD(ClearPageTables, (W, first), (W, nr));
};
template <Word W>
struct ChangeProtection {
  REFMM_RECORD(ChangeProtection, (W, start), (W, end), (std::uint32_t, prot));  // PAGE_*
};
template <Word W>
struct MovePageTables {
  REFMM_RECORD(MovePageTables, (W, from), (W, to), (W, len), (bool, moved));
};
template <Word W>
struct MakePagesPresent {
  REFMM_RECORD(MakePagesPresent, (W, start), (W, end));
};
struct GetFile {
  REFMM_RECORD(GetFile, (Name, name));
};
struct Fput {
  REFMM_RECORD(Fput, (Name, name));
};
/// The last reference to a file object is gone.
struct Release {
  REFMM_RECORD(Release, (Name, name));
};
struct DenyWriteAccess {
  REFMM_RECORD(DenyWriteAccess, (Name, name), (bool, denied));  // or ETXTBSY
};
struct WriteCount {
  REFMM_RECORD(WriteCount, (Name, name), (std::int32_t, i_writecount));
};
template <Word W>
struct FileMmap {
  REFMM_RECORD(FileMmap, (Name, name), (W, start), (W, end), (std::optional<Refusal>, refusal));
};
template <Word W>
struct ShmemZeroSetup {
  REFMM_RECORD(ShmemZeroSetup, (W, start), (W, end), (bool, made));  // or ENOMEM
};
template <Word W>
struct VmOpen {
  REFMM_RECORD(VmOpen, (Name, name), (W, start), (W, end));
};
template <Word W>
struct VmClose {
  REFMM_RECORD(VmClose, (Name, name), (W, start), (W, end));
};
enum class Complaint {
  find_vma_prev_inconsistent,     // "find_vma_prev: tree inconsistent with list"
  insert_vm_struct_inconsistent,  // "insert_vm_struct: tree inconsistent with list"
  exit_map_count,                 // "exit_mmap: map count is N"
};
struct Printk {
  REFMM_RECORD(Printk, (Complaint, complaint), (std::int32_t, number));  // N, or 0
};

template <Word W>
using Effect = std::variant<VmaAlloc, VmaFree, ZapPageRange<W>, ClearPageTables<W>, ChangeProtection<W>,
                            MovePageTables<W>, MakePagesPresent<W>, GetFile, Fput, Release, DenyWriteAccess,
                            WriteCount, FileMmap<W>, ShmemZeroSetup<W>, VmOpen<W>, VmClose<W>, Printk>;

}  // namespace refmm::vma
