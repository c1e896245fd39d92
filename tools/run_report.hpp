// What refmm run says of a transcript, for people.
#pragma once

#include <refmm/spec/clause.hpp>
#include <refmm/tests/replay.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace refmm::command {

/// Clauses below a line that says what they are, with the first sentence of each; in so many columns, if that is said.
std::string text_of(const Because& clauses, std::string_view what, std::optional<std::size_t> columns = {});

/// A disagreement: where, the line, what the transcript has (`=`) and what the subject has (`!`), the first field that
/// differs, and the clauses that decided.
std::string text_of(const replay::Disagreement& disagreement, const std::string& file);

/// A call with its result and effects, and the clauses that decided it.
std::string text_of(const replay::Explanation& explanation, const std::string& file);

/// A picture, and where in the transcript it was drawn; in colour for a terminal.
std::string text_of(const replay::Picture& picture, const std::string& file, bool colour);

/// All that there is to say of a transcript, in the order of its lines: explanations, pictures, disagreements; where defects
/// parted the kernels, and what was not compared.
std::string text_of(const replay::Replayed& replayed, const std::string& file, bool colour);

}  // namespace refmm::command
