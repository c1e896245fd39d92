#include <refmm/spec/to_scale.hpp>
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/run_report.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace refmm::command {

namespace {

constexpr std::size_t longest_line = 140;       // bytes of a line of a block that are shown
constexpr std::size_t longest_difference = 24;  // lines
constexpr std::size_t lines_around = 2;         // equal lines that are shown before and after those that differ
constexpr std::size_t narrowest_sentence = 30;  // columns
constexpr std::size_t longest_table = 4'000'000;

using Lines = std::vector<std::string>;

/// A line of a difference: of both, of the transcript alone, or of the subject alone.
struct Edit {
  char mark;  // ' ', '=', '!'
  std::size_t line;
};

/// The longest common subsequence of what is left between equal beginnings and ends.
std::vector<Edit> difference(const Lines& left, const Lines& right) {
  std::size_t begin = 0;
  while (begin < left.size() && begin < right.size() && left[begin] == right[begin]) ++begin;
  std::size_t end = 0;
  while (end < left.size() - begin && end < right.size() - begin &&
         left[left.size() - 1 - end] == right[right.size() - 1 - end])
    ++end;
  const std::size_t rows = left.size() - begin - end, columns = right.size() - begin - end;

  std::vector<Edit> edits;
  for (std::size_t i = 0; i < begin; ++i) edits.push_back({' ', i});
  std::size_t row = 0, column = 0;
  if (rows * columns <= longest_table) {
    std::vector<std::uint32_t> common((rows + 1) * (columns + 1));
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return common[i * (columns + 1) + j]; };
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        at(i, j) =
            left[begin + i] == right[begin + j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
    while (row < rows && column < columns) {
      if (left[begin + row] == right[begin + column]) {
        edits.push_back({' ', begin + row});
        ++row, ++column;
      } else if (at(row + 1, column) >= at(row, column + 1)) {
        edits.push_back({'=', begin + row++});
      } else {
        edits.push_back({'!', begin + column++});
      }
    }
  }
  for (; row < rows; ++row) edits.push_back({'=', begin + row});
  for (; column < columns; ++column) edits.push_back({'!', begin + column});
  for (std::size_t i = left.size() - end; i < left.size(); ++i) edits.push_back({' ', i});
  return edits;
}

/// Of a long line the part around `place`.
std::string shortened(const std::string& line, std::size_t place) {
  if (line.size() <= longest_line) return line;
  const std::size_t begin =
      std::min(place > longest_line / 2 ? place - longest_line / 2 : 0, line.size() - longest_line);
  return (begin == 0 ? "" : "...") + line.substr(begin, longest_line) +
         (begin + longest_line == line.size() ? "" : "...");
}

/// Where two blocks first differ within their first different lines.
std::size_t place_of_difference(const Lines& left, const Lines& right) {
  std::size_t i = 0;
  while (i < left.size() && i < right.size() && left[i] == right[i]) ++i;
  if (i == left.size() || i == right.size()) return 0;
  const auto [end, other] = std::ranges::mismatch(left[i], right[i]);
  return static_cast<std::size_t>(end - left[i].begin());
}

/// A block as a small unified difference.
std::string unified(const Lines& left, const Lines& right) {
  const std::vector<Edit> edits = difference(left, right);
  const std::size_t place = place_of_difference(left, right);
  std::string text;
  std::size_t shown = 0;
  bool gap = false;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const std::size_t first = i > lines_around ? i - lines_around : 0;
    const std::size_t last = std::min(edits.size(), i + lines_around + 1);
    const bool near = std::any_of(edits.begin() + static_cast<std::ptrdiff_t>(first),
                                  edits.begin() + static_cast<std::ptrdiff_t>(last),
                                  [](const Edit& edit) { return edit.mark != ' '; });
    if (near && shown < longest_difference) {
      const auto [mark, line] = edits[i];
      text += fmt::format("  {} {}\n", mark, shortened((mark == '!' ? right : left)[line], place));
      ++shown;
      gap = false;
    } else if (!gap) {
      text += "    ...\n";
      gap = true;
    }
  }
  return text;
}

}  // namespace

std::string text_of(const Because& clauses, std::string_view what, std::optional<std::size_t> columns) {
  std::vector<std::string_view> names;
  std::size_t width = 0;
  for (const ClauseRef clause : clauses) {
    if (std::ranges::find(names, clause->name) != names.end()) continue;
    names.push_back(clause->name);
    width = std::max(width, clause->name.size());
  }
  std::string text = what.empty() ? "" : fmt::format("  {}\n", what);
  for (const std::string_view name : names) {
    const book::Entry* entry = book::find_entry(name);
    std::string sentence = entry ? book::first_sentence(entry->prose) : "";
    if (columns && !sentence.empty()) {
      const std::size_t margin = 4 + width + 2;
      sentence = wrapped(sentence, margin, std::max(*columns, margin + narrowest_sentence)).substr(margin);
      sentence.pop_back();
    }
    text +=
        sentence.empty() ? fmt::format("    {}\n", name) : fmt::format("    {:<{}}  {}\n", name, width, sentence);
  }
  return text;
}

namespace {

/// Where the two kernels parted: what the implementation was compared with, or what may explain a disagreement.
std::string text_of_parting(const replay::Replayed& replayed, const std::string& file) {
  const auto& [at, clauses, calls, left_out] = *replayed.parting;
  if (calls == 0 && replayed.agrees()) return "";
  std::vector<std::string_view> names;
  for (const ClauseRef clause : clauses) names.push_back(clause->name);
  const std::string what =
      calls != 0 ? fmt::format("{} of {} calls, the first here, were compared with the corrected model", calls,
                               replayed.calls)
                 : "2.4.0 as built goes another way than the corrected kernel";
  const std::string end =
      left_out != 0
          ? fmt::format("; the corrected kernel ends there, {} calls of the model alone followed", left_out)
          : "";
  return fmt::format("{}:{}: {}: {}{}\n", file, at.line, what, fmt::join(names, ", "), end);
}

}  // namespace

std::string text_of(const replay::Disagreement& disagreement, const std::string& file) {
  using enum replay::Disagreement::About;
  std::string text = fmt::format("{}:{}: {}\n", file, disagreement.at.line, disagreement.line);
  if (disagreement.about == block || disagreement.about == effects) {
    text += unified(disagreement.expected, disagreement.found);
  } else {
    for (const std::string& line : disagreement.expected)
      text += fmt::format("  {}\n", line.starts_with("= ") ? line : "= " + line);
    for (const std::string& line : disagreement.found)
      text += fmt::format("  ! {}\n", line.starts_with("= ") ? line.substr(2) : line);
  }
  const auto& [path, expected, found] = disagreement.field;
  text += fmt::format("  {} is {} in the {} (=), {} in the {} (!)\n", path, shortened(expected, 0),
                      disagreement.reference, shortened(found, 0), disagreement.subject);
  const bool of_command_before = disagreement.about == block;
  return text + text_of(disagreement.because, of_command_before ? "because, of the command before:" : "because");
}

std::string text_of(const replay::Explanation& explanation, const std::string& file) {
  std::string text = fmt::format("{}:{}: {}{}{}\n", file, explanation.at.line, explanation.call,
                                 explanation.result.empty() ? "" : " = ", explanation.result);
  for (const std::string& effect : explanation.effects) text += fmt::format("  | {}\n", effect);
  return text + text_of(explanation.because, "");
}

std::string text_of(const replay::Picture& picture, const std::string& file, bool colour) {
  std::string text =
      fmt::format("{}:{}: {}\n", file, picture.at.line, picture.of.empty() ? "at the end" : picture.of);
  for (const std::string& line : picture.lines)
    text += line.empty() ? "\n" : fmt::format("  {}\n", colour ? to_scale::coloured(line, picture.inks) : line);
  return text;
}

std::string text_of(const replay::Replayed& replayed, const std::string& file, bool colour) {
  std::string text;
  auto picture = replayed.pictures.begin();
  const auto draw_before = [&](std::uint32_t line) {
    for (; picture != replayed.pictures.end() && picture->at.line < line; ++picture)
      text += text_of(*picture, file, colour);
  };
  for (const auto& explanation : replayed.explanations) {
    draw_before(explanation.at.line);
    text += text_of(explanation, file);
  }
  draw_before(std::numeric_limits<std::uint32_t>::max());
  for (const auto& disagreement : replayed.disagreements) text += text_of(disagreement, file);
  if (replayed.parting) text += text_of_parting(replayed, file);
  if (replayed.not_compared != 0)
    text +=
        fmt::format("  calls that follow in this transcript, and are not compared: {}\n", replayed.not_compared);
  return text;
}

}  // namespace refmm::command
