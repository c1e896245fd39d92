// The first field in which what is written in two ways differs. Part of replay.hpp.
#pragma once

#include <refmm/spec/difference.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace refmm::replay {

/// The words of a line, without the blanks between them.
std::vector<std::string_view> words_in(std::string_view line);

/// A difference at `path`; what is empty is `nothing`.
Difference difference_of(const char* path, std::string_view expected, std::string_view found);

/// Of two blocks that differ: `inuse in line 1` of `inuse=3`, else `word 2 of line 1`.
Difference field_of_blocks(const std::vector<std::string>& expected, const std::vector<std::string>& found);

}  // namespace refmm::replay
