// Parts of scripts of memory areas, and scripts with a part changed: what the moves are made from.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/tests/vma_shrink.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace refmm::vma {

// ---- Descriptors ------------------------------------------------------------------------------------------------------

/// The descriptor in a command, if it uses one: mmap does not if it is anonymous.
std::optional<std::int32_t> descriptor_of(const Command<std::uint32_t>& command);
Command<std::uint32_t> with_descriptor(Command<std::uint32_t> command, std::int32_t fd);

// ---- Addresses ----------------------------------------------------------------------------------------------------------

/// Bytes start..end.
struct Range {
  std::uint32_t start, end;
};

/// The command with every address replaced; lengths follow from where both ends of a range come to. What is not an address (a
/// hint of 0, a range that wraps) stays.
Command<std::uint32_t> with_addresses(const Command<std::uint32_t>& command,
                                      const std::function<std::uint32_t(std::uint32_t)>& replace);

/// The script with every address replaced, those of the boot too.
Script with_addresses(const Script& script, const std::function<std::uint32_t(std::uint32_t)>& replace);

/// The ranges that a command is about; an address alone is a range of one page.
std::vector<Range> ranges_of(const Command<std::uint32_t>& command);

/// The addresses in a script, ascending, each once.
std::vector<std::uint32_t> addresses_in(const Script& script);

// ---- Knobs --------------------------------------------------------------------------------------------------------------

/// The knobs after a `set`.
Knobs<std::uint32_t> with_knobs_of(Knobs<std::uint32_t> knobs, const SetKnobs<std::uint32_t>& set);

// ---- Items --------------------------------------------------------------------------------------------------------------

/// The script with the item at `position` standing for another command.
Script with(const Script& script, std::size_t position, const Command<std::uint32_t>& command);

/// An id that no item has.
std::uint32_t unused_id(const Script& script);

}  // namespace refmm::vma
