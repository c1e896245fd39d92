// Ranges of addresses drawn to scale, as text: what the pictures of the families are made of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::to_scale {

// Addresses and sizes are of 64 bits here: the end of a drawing may be the end of 32-bit addresses.
using Bytes = std::uint64_t;

/// An area as it is drawn. It may have no pages, or overlap others, where a defect made it so.
struct Area {
  Bytes start, end;
  Bytes guard;         // bytes at its end that nothing may use
  char letter;         // lower case; a column that is mapped whole has the capital
  std::string access;  // up to four characters
  std::string what;    // in words
  std::string kind;    // of areas that are alike the same, whatever `what` says

  bool alike(const Area& other) const {
    return end - start == other.end - other.start && guard == other.guard && letter == other.letter &&
           access == other.access && kind == other.kind;
  }
};

Bytes rounded_up(Bytes address, Bytes unit);

/// `4K`, `12.5M`, `1.75G`: exact in K below 10 M.
std::string size_of(Bytes bytes);

/// `1 area`, `2 areas`.
std::string counted(std::size_t count, std::string_view thing);

/// `start`..`end` in lines of 64 columns that stand for `unit` bytes each; `start` and `end` are multiples of it. A letter is of the
/// areas that take most of the column, a capital if all of it is mapped; `.` if nothing is, `-` if only guard pages are, `!` for an
/// area without pages. Lines without an area are left out, and their size given.
std::vector<std::string> strip(std::span<const Area> areas, Bytes start, Bytes end, Bytes unit);

/// The areas, which ascend by their start, wherever they are. Where they lie close together they are drawn to one scale, which is
/// given, with a line for each area, each hole, and each series of areas that are alike and equally far apart; where that would be too
/// many lines, as a strip. Holes that would take more than half of a drawing are left out, and their size given.
std::vector<std::string> drawings(std::span<const Area> areas, Bytes page_size);

// ---- Colours --------------------------------------------------------------------------------------------------

enum class Colour { red, green, yellow, blue, magenta, cyan };

/// Letters of a drawing, which stand between bars, and the colour that they have on a terminal.
struct Ink {
  std::string_view letters;
  Colour colour;
};

/// The line with its letters coloured, by escape sequences for terminals.
std::string coloured(std::string_view line, std::span<const Ink> inks);

}  // namespace refmm::to_scale
