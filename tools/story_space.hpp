// Ranges of addresses as rows: what the pictures of several families have in common.
#pragma once

#include <refmm/tools/story_picture.hpp>

#include <string>
#include <vector>

namespace refmm::story {

/// A range of addresses that is to be drawn. Its cell is keyed by where it begins.
struct Range {
  Place begin, end;
  std::string tone, label, detail;
};

/// `40000000-40002000`; the end of 32-bit addresses is `100000000`.
std::string range_text(Place begin, Place end);

/// The ranges from low to high, with the holes between them, to one scale; holes that would dwarf them are cut short (tone `gap`).
/// A range that overlaps the one before goes into a row of its own below.
std::vector<Row> rows_to_scale(std::string title, std::vector<Range> ranges, Place page_size);

/// `begin`..`end` in squares of `unit` each: the tone of a square is that of the range that takes most of it; of one without a range `empty`.
Row grid_of(std::string title, std::string note, const std::vector<Range>& ranges, Place begin, Place end,
            Place unit);

}  // namespace refmm::story
