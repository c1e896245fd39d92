// Values of the fault family, as calls, effects and blocks have them. Part of its notation.
#pragma once

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/transcript.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace refmm::process {

/// No file is larger: its size has a sign.
inline constexpr std::uint32_t largest_file = 0x7fffffff;

/// `pfn 7`, or the name of a frame that belongs to no pool.
std::uint32_t read_frame(const transcript::Source& source, const transcript::Value& value);

/// `pfn 7`, `ZERO_PAGE`.
std::string frame_notation(std::uint32_t pfn);

/// 2 of `file2`; nothing for names that no file has.
std::optional<std::uint32_t> file_numbered(std::string_view name);

/// The number of a file of the machine, which has so many: `"file2"`, in quotes.
std::uint32_t read_file_of(const transcript::Source& source, const transcript::Value& value, std::size_t files);

/// `file2`.
std::string file_notation(std::uint32_t number);

/// A place in a file, which may be in front of it: -2147483648 to 2147483647, in two's complement.
std::uint32_t read_offset(const transcript::Source& source, const transcript::Value& value);

/// `4096`, `-1`.
std::string offset_notation(std::uint32_t offset);

/// What is given for madvise: a name, or a number.
std::uint32_t read_advice(const transcript::Source& source, const transcript::Value& value);

/// `MADV_DONTNEED`; a number without a name is itself.
std::string advice_notation(std::uint32_t advice);

/// `set rlimit_as=RLIM_INFINITY`.
std::string set_notation(const Set<std::uint32_t>& set);

// ---- Names of flags -------------------------------------------------------------------------------------------

const FlagNames& msync_flags();
const FlagNames& fault_codes();  // of page_fault
const FlagNames& entry_flags();  // of a page table
const FlagNames& page_flags();   // of a frame

}  // namespace refmm::process
