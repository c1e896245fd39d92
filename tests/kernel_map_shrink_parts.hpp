// Parts of scripts of the kernel's own mappings: what the moves and the order of scripts are made from.
#pragma once

#include <refmm/tests/kernel_map_shrink.hpp>

#include <cstddef>
#include <cstdint>

namespace refmm::kernel_map {

/// The directory in a command, or nullptr.
const std::uint32_t* pgd_in(const Command<std::uint32_t>& command);
std::uint32_t* pgd_in(Command<std::uint32_t>& command);

/// What a command says of an address or a frame, in bytes: the address of vfree, iounmap and touch, the physical address of
/// ioremap and of the first frame of the others; nothing where it names none.
std::optional<std::uint32_t> value_in(const Command<std::uint32_t>& command);
Command<std::uint32_t> with_value(Command<std::uint32_t> command, std::uint32_t bytes);

/// The script with the item at `position` standing for another command, and naming what it named.
Script with(const Script& script, std::size_t position, const Command<std::uint32_t>& command);

/// An id that no item has.
std::uint32_t unused_id(const Script& script);

}  // namespace refmm::kernel_map
