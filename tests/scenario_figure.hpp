// Figures of scenarios: their values, arithmetic over them, and those that were kept of a run. Part of scenario.hpp.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/spec/transcript_cursor.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::scenario {

/// A figure as people read it, and its number if it is a whole one.
struct Figure {
  std::string text;
  std::optional<std::int64_t> number{};
};

/// By their names.
using Figures = std::map<std::string, Figure, std::less<>>;

/// Pictures, line by line, by their names.
using Pictures = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A number in decimal, from 10,000 on with commas.
Figure figure_of(std::int64_t number);

/// A value as a transcript spells it; decimal numbers in the form above.
Figure figure_of(std::string_view spelling);

/// True of the names that figures and pictures can have: small letters, digits and `_`, a letter first.
bool is_figure_name(std::string_view name);

// ---- Arithmetic -----------------------------------------------------------------------------------------------

/// A number, the name of a figure, or one of `+ - * /`.
struct Term {
  Position at;
  char operation = 0;    // 0 for what is computed with
  std::string figure{};  // empty for a number
  std::int64_t number = 0;
};

/// `ram - free`, its operators behind their operands.
struct Arithmetic {
  std::vector<Term> terms;
};

/// Reads whole numbers and names with `+ - * /` and parentheses, up to the end of the line. Throws InputError.
Arithmetic take_arithmetic(transcript::Cursor& cursor);

/// Computes exactly: throws InputError where a division leaves a remainder, a figure is no number, or 64 bits do not hold a result.
std::int64_t value_of(const transcript::Source& source, const Arithmetic& arithmetic, const Figures& figures);

// ---- Kept runs ------------------------------------------------------------------------------------------------

/// What was kept of a run whose figures differ each time: values as they are to be read, and tables or pictures line by line.
struct Kept {
  std::string command;  // that printed them
  std::string machine;  // on which
  Figures figures;
  Pictures pictures;
};

/// Reads `{"command": ..., "machine": ..., "figures": {"name": value}, "pictures": {"name": [line, ...]}}`; pictures may be left
/// out. Throws InputError.
Kept read_kept(const transcript::Source& source);

}  // namespace refmm::scenario
