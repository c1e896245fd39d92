// Random processes, addresses and lengths, as the temper of a session has them.
#pragma once

#include <refmm/tests/commands_source.hpp>
#include <refmm/tests/fault_commands.hpp>
#include <refmm/tests/fault_commands_temper.hpp>

#include <cstdint>

namespace refmm::process::drawing {

/// An ordinal is taken modulo how many there are.
inline constexpr std::uint32_t any = 1000;

Who any_process(Source& source, const Temper& temper);

/// Bytes, mostly 0.
std::uint32_t any_offset_in_page(Source& source);

/// The start of a range of pages.
Place any_place(Source& source, const Temper& temper);

/// A byte to be read or written: mostly of a page that is there or was.
Place any_place_of_byte(Source& source, const Temper& temper, bool writes);

/// Below a stack, and around the stack pointer.
Place any_place_at_stack(Source& source);

Length any_length(Source& source, const Temper& temper);

/// A length that is no number of pages, or nothing, or too much.
Length any_odd_length(Source& source);

/// Of the flags of mmap and mprotect; seldom one that there is not.
std::uint32_t any_protection(Source& source, const Temper& temper);

}  // namespace refmm::process::drawing
