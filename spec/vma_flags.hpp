// The flags of memory areas and of the calls that make them, by their values in 2.4.0 (include/linux/mm.h,
// include/asm-i386/mman.h, include/asm-i386/fcntl.h).
#pragma once

#include <cstdint>

namespace refmm::vma {

// ---- Of an area: vm_flags ---------------------------------------------------------------------------------------

inline constexpr std::uint32_t VM_READ = 0x1;
inline constexpr std::uint32_t VM_WRITE = 0x2;
inline constexpr std::uint32_t VM_EXEC = 0x4;
inline constexpr std::uint32_t VM_SHARED = 0x8;
inline constexpr std::uint32_t VM_MAYREAD = 0x10;   // mprotect may grant it
inline constexpr std::uint32_t VM_MAYWRITE = 0x20;  // likewise
inline constexpr std::uint32_t VM_MAYEXEC = 0x40;   // likewise
inline constexpr std::uint32_t VM_MAYSHARE = 0x80;  // it was mapped shared
inline constexpr std::uint32_t VM_GROWSDOWN = 0x100;
inline constexpr std::uint32_t VM_DENYWRITE = 0x800;
inline constexpr std::uint32_t VM_EXECUTABLE = 0x1000;
inline constexpr std::uint32_t VM_LOCKED = 0x2000;
inline constexpr std::uint32_t VM_DONTCOPY = 0x20000;
inline constexpr std::uint32_t VM_DONTEXPAND = 0x40000;

inline constexpr std::uint32_t VM_ACCESS = VM_READ | VM_WRITE | VM_EXEC;
inline constexpr std::uint32_t VM_MAYACCESS = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

/// From the permission that an area has to the one that it may get.
inline constexpr std::uint32_t may_shift = 4;

// ---- Of calls ---------------------------------------------------------------------------------------------------

inline constexpr std::uint32_t PROT_NONE = 0x0;
inline constexpr std::uint32_t PROT_READ = 0x1;
inline constexpr std::uint32_t PROT_WRITE = 0x2;
inline constexpr std::uint32_t PROT_EXEC = 0x4;

inline constexpr std::uint32_t MAP_SHARED = 0x1;
inline constexpr std::uint32_t MAP_PRIVATE = 0x2;
inline constexpr std::uint32_t MAP_TYPE = 0xf;
inline constexpr std::uint32_t MAP_FIXED = 0x10;
inline constexpr std::uint32_t MAP_ANONYMOUS = 0x20;
inline constexpr std::uint32_t MAP_GROWSDOWN = 0x100;
inline constexpr std::uint32_t MAP_DENYWRITE = 0x800;
inline constexpr std::uint32_t MAP_EXECUTABLE = 0x1000;
inline constexpr std::uint32_t MAP_LOCKED = 0x2000;
inline constexpr std::uint32_t MAP_NORESERVE = 0x4000;

inline constexpr std::uint32_t MREMAP_MAYMOVE = 0x1;
inline constexpr std::uint32_t MREMAP_FIXED = 0x2;

inline constexpr std::uint32_t MCL_CURRENT = 0x1;
inline constexpr std::uint32_t MCL_FUTURE = 0x2;

// ---- Of files ---------------------------------------------------------------------------------------------------

// How a file object was opened: f_mode.
inline constexpr std::uint32_t FMODE_READ = 0x1;
inline constexpr std::uint32_t FMODE_WRITE = 0x2;

// What is special about a file; a file with none of them is a regular one that can do everything.
inline constexpr std::uint32_t FILE_APPEND = 0x1;    // append-only
inline constexpr std::uint32_t FILE_MANDLOCK = 0x2;  // somebody holds a mandatory lock
inline constexpr std::uint32_t FILE_NOMMAP = 0x4;    // no mmap method
inline constexpr std::uint32_t FILE_NOWRITEPAGE =
    0x8;  // its mmap method refuses shared areas that may be written: EINVAL
inline constexpr std::uint32_t FILE_NOTREG = 0x10;      // its mmap method refuses: EACCES
inline constexpr std::uint32_t FILE_NOREADPAGE = 0x20;  // its mmap method refuses: ENOEXEC
inline constexpr std::uint32_t FILE_VMOPS = 0x40;       // areas mapped from now on have open and close operations
inline constexpr std::uint32_t FILE_DONTEXPAND = 0x80;  // its mmap method sets VM_DONTEXPAND

// ---- Of page table entries, as change_protection gives them -----------------------------------------------------

inline constexpr std::uint32_t PAGE_NONE = 0xa0;      // accessed, protnone
inline constexpr std::uint32_t PAGE_SHARED = 0x27;    // present, writable, user, accessed
inline constexpr std::uint32_t PAGE_READONLY = 0x25;  // present, user, accessed; PAGE_COPY is the same

}  // namespace refmm::vma
