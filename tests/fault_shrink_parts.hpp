// Parts of scripts of machines that run processes, and scripts with a part changed: what the moves are made from.
#pragma once

#include <refmm/spec/process.hpp>
#include <refmm/tests/fault_shrink.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <variant>
#include <vector>

namespace refmm::process {

/// The command as plain as it was meant for: `visit` gets the call of a process, or that of the kernel.
template <class AnyCommand, class Visit>
constexpr auto visit_call(AnyCommand& command, const Visit& visit) {
  return std::visit(
      [&](auto& each) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(each)>, OfProcess<std::uint32_t>>)
          return std::visit(visit, each.call);
        else
          return visit(each);
      },
      command);
}

/// The call, if it is of this kind, and nullptr otherwise.
template <class Call>
const Call* call_of(const Command<std::uint32_t>& command) {
  return visit_call(command, [](const auto& call) -> const Call* {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(call)>, Call>) return &call;
    return nullptr;
  });
}

// ---- What commands name -----------------------------------------------------------------------------------------------

/// The process that calls, or nullptr for the kernel.
std::uint32_t* caller_in(Command<std::uint32_t>& command);
const std::uint32_t* caller_in(const Command<std::uint32_t>& command);

/// The process that a debugger or the kernel looks at, or nullptr.
std::uint32_t* target_in(Command<std::uint32_t>& command);
const std::uint32_t* target_in(const Command<std::uint32_t>& command);

/// The descriptor of a mapping, or nullptr.
std::int32_t* descriptor_in(Command<std::uint32_t>& command);
const std::int32_t* descriptor_in(const Command<std::uint32_t>& command);

/// The number of the file that a command names; 0 for none.
std::uint32_t file_in(const Command<std::uint32_t>& command);
Command<std::uint32_t> with_file(Command<std::uint32_t> command, std::uint32_t file);

// ---- Addresses ----------------------------------------------------------------------------------------------------------

/// From here on addresses are of the stack, which stays where it is.
inline constexpr std::uint32_t stack_region = 0xb8000000;

using Replace = std::function<std::uint32_t(std::uint32_t)>;

/// The command with every address replaced; lengths follow from where both ends of a range come to. What is not an address (a
/// hint of 0, a range that wraps) stays.
Command<std::uint32_t> with_addresses(const Command<std::uint32_t>& command, const Replace& replace);
Script with_addresses(const Script& script, const Replace& replace);

/// The addresses in a script, ascending, each once.
std::vector<std::uint32_t> addresses_in(const Script& script);

// ---- Items --------------------------------------------------------------------------------------------------------------

/// The script with the item at `position` standing for another command.
Script with(const Script& script, std::size_t position, const Command<std::uint32_t>& command);

}  // namespace refmm::process
