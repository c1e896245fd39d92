// How clauses are laid out for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace refmm {

/// Columns of the terminal that standard output is, if it is one.
std::optional<std::size_t> terminal_columns();

/// `text` in lines of at most `columns` (a longer word has a line to itself), each behind `indent` blanks and with a line end.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

/// The prose of a clause with its fenced blocks indented by four blanks instead, and with a line end.
std::string without_fences(std::string_view prose);

}  // namespace refmm
