// The flags that strace prints by name in calls that have to do with memory, descriptors and processes, with their values on
// x86. They are those of Linux today, of which 2.4.0 knew few.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace refmm::strace {

/// 2 of `PROT_WRITE`, 0 of `NULL`; nothing of a name that is not in the table.
std::optional<std::uint64_t> flag_value(std::string_view name);

/// All names of the table, sorted.
std::span<const std::string_view> flag_names();

/// Those that begin as `name` does, up to its `_`: of `PROT_RAED`, all of protections. All names if none does.
std::span<const std::string_view> flag_names_like(std::string_view name);

}  // namespace refmm::strace
