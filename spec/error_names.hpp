// The names of errors: i386's numbers (include/asm-i386/errno.h of 2.4.0) by the names that strace prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace refmm {

/// The largest number of an error: results from its negative to -1 are errors to user space, whatever they were meant to be.
inline constexpr std::uint32_t largest_error = 125;

/// `ENOMEM` of 12; `ERRNO_41` of a number without a name, as strace prints it. `number` is from 1 to largest_error.
std::string error_name(std::uint32_t number);

/// The number of the error that error_name calls `name`; EWOULDBLOCK, EDEADLOCK and ENOTSUP are known, too.
std::optional<std::uint32_t> error_number(std::string_view name);

/// The name that `typed` may have been meant to be; empty if none is near.
std::string nearest_error_name(std::string_view typed);

}  // namespace refmm
