// Values of options: what is taken, and how a value that is not is refused.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace refmm::command {

/// A whole number in decimal, from `lowest` to `highest`.
CLI::Validator whole_number(std::uint64_t lowest, std::uint64_t highest = UINT64_MAX);

/// A time above 0 with its unit, as in 500ms, 30s, 2m; the option gets it in milliseconds.
CLI::Validator duration();

/// One part of several, `I/N` with I from 1 to N.
CLI::Validator part();

/// I and N of such a part.
std::pair<std::uint64_t, std::uint64_t> part_in(const std::string& text);

}  // namespace refmm::command
