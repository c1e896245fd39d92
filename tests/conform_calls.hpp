// The system calls about memory, and their numbers in the two tables of Linux on x86.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace refmm::conform {

/// Which programs: of i386, or of x86-64.
enum class Bits : std::uint8_t { of_32 = 32, of_64 = 64 };

enum class Call : std::uint8_t {
  mmap,      // of 32 bits it is mmap2, whose offset is in pages
  old_mmap,  // of 32 bits only: the arguments stand in memory, the offset in bytes
  munmap,
  mprotect,
  mremap,
  brk,
  mlock,
  mlock2,
  munlock,
  mlockall,
  munlockall,
  madvise,
  msync,
  mincore,
  close,
  dup
};

struct CallEntry {
  Call call;
  std::string_view name;
  std::optional<std::uint32_t> of_64;
  std::uint32_t of_32;
};

inline constexpr std::array call_table{
    CallEntry{Call::mmap, "mmap", 9, 192},
    CallEntry{Call::old_mmap, "old_mmap", std::nullopt, 90},
    CallEntry{Call::munmap, "munmap", 11, 91},
    CallEntry{Call::mprotect, "mprotect", 10, 125},
    CallEntry{Call::mremap, "mremap", 25, 163},
    CallEntry{Call::brk, "brk", 12, 45},
    CallEntry{Call::mlock, "mlock", 149, 150},
    CallEntry{Call::mlock2, "mlock2", 325, 376},
    CallEntry{Call::munlock, "munlock", 150, 151},
    CallEntry{Call::mlockall, "mlockall", 151, 152},
    CallEntry{Call::munlockall, "munlockall", 152, 153},
    CallEntry{Call::madvise, "madvise", 28, 219},
    CallEntry{Call::msync, "msync", 26, 144},
    CallEntry{Call::mincore, "mincore", 27, 218},
    CallEntry{Call::close, "close", 3, 6},
    CallEntry{Call::dup, "dup", 32, 41},
};

constexpr const CallEntry& entry_of(Call call) { return call_table[static_cast<std::size_t>(call)]; }

constexpr std::string_view name_of(Call call) { return entry_of(call).name; }

/// Nothing if programs of these bits have no such call.
constexpr std::optional<std::uint32_t> number_of(Call call, Bits bits) {
  return bits == Bits::of_64 ? entry_of(call).of_64 : std::optional{entry_of(call).of_32};
}

/// The last argument of Call::mmap for an offset in bytes, which is a multiple of the page size.
constexpr std::uint64_t offset_for_mmap(Bits bits, std::uint64_t bytes) {
  return bits == Bits::of_64 ? bytes : bytes / 4096;
}

static_assert([] {
  for (std::size_t i = 0; i != call_table.size(); ++i)
    if (static_cast<std::size_t>(call_table[i].call) != i) return false;
  return true;
}());

}  // namespace refmm::conform
