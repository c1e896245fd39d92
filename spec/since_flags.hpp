// Flags of calls that came after 2.4.0, by their values on x86 (include/uapi of Linux 6.18).
#pragma once

#include <cstdint>

namespace refmm::since {

inline constexpr std::uint32_t PROT_SEM = 0x8;  // memory for atomic operations; it means nothing on x86
inline constexpr std::uint32_t PROT_GROWSDOWN = 0x1000000;
inline constexpr std::uint32_t PROT_GROWSUP = 0x2000000;

inline constexpr std::uint32_t MAP_SHARED_VALIDATE = 0x3;
inline constexpr std::uint32_t MAP_DROPPABLE = 0x8;  // the kernel may forget it
inline constexpr std::uint32_t MAP_POPULATE = 0x8000;
inline constexpr std::uint32_t MAP_NONBLOCK = 0x10000;
inline constexpr std::uint32_t MAP_STACK = 0x20000;
inline constexpr std::uint32_t MAP_HUGETLB = 0x40000;
inline constexpr std::uint32_t MAP_SYNC = 0x80000;
inline constexpr std::uint32_t MAP_FIXED_NOREPLACE = 0x100000;
inline constexpr std::uint32_t MAP_UNINITIALIZED = 0x4000000;

/// What MAP_SHARED_VALIDATE lets pass. Source: LEGACY_MAP_MASK in include/linux/mman.h; MAP_SYNC only for files that have it.
inline constexpr std::uint32_t known_map_flags =
    0x3 | 0x10 | 0x20 | 0x40 /* MAP_32BIT */ | 0x80 /* MAP_ABOVE4G */ | 0x100 | 0x800 | 0x1000 | 0x2000 | 0x4000 |
    MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_UNINITIALIZED;

inline constexpr std::uint32_t MREMAP_DONTUNMAP = 0x4;

inline constexpr std::uint32_t MCL_ONFAULT = 0x4;
inline constexpr std::uint32_t MLOCK_ONFAULT = 0x1;

inline constexpr std::uint32_t MADV_NORMAL = 0;
inline constexpr std::uint32_t MADV_RANDOM = 1;
inline constexpr std::uint32_t MADV_SEQUENTIAL = 2;
inline constexpr std::uint32_t MADV_WILLNEED = 3;
inline constexpr std::uint32_t MADV_DONTNEED = 4;

// Flags of areas, beyond those of spec/vma_flags.hpp, at places that 2.4.0 leaves free.
inline constexpr std::uint32_t VM_SEQ_READ = 0x8000;
inline constexpr std::uint32_t VM_RAND_READ = 0x10000;
inline constexpr std::uint32_t VM_LOCKONFAULT = 0x80000;
inline constexpr std::uint32_t VM_DROPPABLE = 0x100000;
inline constexpr std::uint32_t VM_ACCOUNT = 0x200000;  // it counts as memory that is promised
inline constexpr std::uint32_t VM_NOHUGEPAGE = 0x400000;

}  // namespace refmm::since
