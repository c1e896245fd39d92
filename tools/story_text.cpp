// A story for a terminal.
#include <refmm/tools/book.hpp>
#include <refmm/tools/clause_text.hpp>
#include <refmm/tools/story.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace refmm::story {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t lines_around = 1;  // equal lines that are shown around those that changed

/// Columns that a line takes: continuation bytes of UTF-8 take none.
std::size_t width_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::size_t width_of(const Lines& lines) {
  std::size_t width = 0;
  for (const std::string& line : lines) width = std::max(width, width_of(line));
  return width;
}

/// Lines with a mark before those that `before` has not, or has in another place: whole, or what changed and what is around it.
Lines marked(const Lines& lines, const Lines& before, char mark, bool whole) {
  const std::set<std::string_view> known(before.begin(), before.end());
  const auto is_new = [&](std::size_t i) {
    const bool elsewhere = lines.size() == before.size() && lines[i] != before[i];
    return !lines[i].empty() && (elsewhere || !known.contains(lines[i]));
  };
  Lines shown;
  bool gap = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    bool near = whole;
    for (std::size_t j = i > lines_around ? i - lines_around : 0; j < std::min(lines.size(), i + lines_around + 1);
         ++j)
      near = near || is_new(j);
    if (near) {
      shown.push_back(fmt::format("{} {}", is_new(i) ? mark : ' ', lines[i]));
    } else if (!gap) {
      shown.emplace_back("  ...");
    }
    gap = !near;
  }
  return shown;
}

class Telling {
 public:
  Telling(std::size_t columns, bool colour) : columns_(columns), colour_(colour) {}

  void section(const Section& section) {
    const Step* before = nullptr;
    for (std::size_t i = 0; i < section.steps.size(); ++i) {
      const Failure* failure = section.failure && section.failure->step == i ? &*section.failure : nullptr;
      step(section, section.steps[i], i, before, failure);
      before = &section.steps[i];
    }
    if (!section.remark.empty()) text_ += section.remark + "\n";
    if (section.left_out != 0)
      text_ += fmt::format("{} follow and are not carried out.\n", to_scale::counted(section.left_out, "call"));
  }

  std::string take() { return std::move(text_); }

 private:
  void step(const Section& section, const Step& step, std::size_t number, const Step* before,
            const Failure* failure) {
    for (const std::string& line : step.lead) text_ += fmt::format("# {}\n", line);
    text_ += fmt::format("step {} of {}, line {}: {}{}{}\n", number, section.steps.size() - 1, step.line,
                         step.call, step.result.empty() ? "" : " = ", step.result);
    for (const std::string& effect : step.effects) text_ += fmt::format("  | {}\n", effect);
    for (const std::string& note : step.notes) text_ += wrapped("# " + note, 4, columns_);
    if (failure == nullptr || failure->drawing.empty()) picture(section, step, before);
    because(step);
    if (failure != nullptr) tell_of(section, step, *failure);
    text_ += '\n';
  }

  void picture(const Section& section, const Step& step, const Step* before) {
    if (before != nullptr && before->drawing == step.drawing) return;
    const Lines& known = before == nullptr ? step.drawing : before->drawing;
    for (const std::string& line : marked(step.drawing, known, '*', before == nullptr)) add(section, "  " + line);
  }

  void add(const Section& section, const std::string& line) {
    const std::size_t end = line.find_last_not_of(' ');
    if (end != line.npos)
      text_ += colour_ ? to_scale::coloured(line.substr(0, end + 1), section.inks) : line.substr(0, end + 1);
    text_ += '\n';
  }

  void because(const Step& step) {
    for (const ClauseRef clause : step.because) {
      const book::Entry* entry = book::find_entry(clause->name);
      text_ +=
          wrapped(fmt::format("[{}] {}", clause->name, entry == nullptr ? "" : book::first_sentence(entry->prose)),
                  4, columns_);
    }
  }

  /// Two columns where both fit, else one below the other.
  void side_by_side(const Section& section, const std::string& left_name, const Lines& left,
                    const std::string& right_name, const Lines& right) {
    const Lines one = marked(left, right, '=', true), other = marked(right, left, '!', true);
    const std::size_t width = std::max(width_of(one), left_name.size());
    if (2 + width + 3 + std::max(width_of(other), right_name.size()) > columns_) {
      for (const auto& [name, lines] : {std::pair(&left_name, &one), std::pair(&right_name, &other)}) {
        text_ += fmt::format("  {}\n", *name);
        for (const std::string& line : *lines) add(section, "  " + line);
      }
      return;
    }
    const auto pair = [&](const std::string& here, const std::string& there) {
      const std::string blanks(width - width_of(here), ' ');
      add(section, "  " + here + blanks + " ¦ " + there);
    };
    pair(left_name, right_name);
    for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i)
      pair(i < one.size() ? one[i] : "", i < other.size() ? other[i] : "");
  }

  void tell_of(const Section& section, const Step& step, const Failure& failure) {
    text_ += fmt::format("\n  {}\n", failure.headline);
    if (!failure.field.empty()) text_ += wrapped(failure.field, 4, columns_);
    if (!failure.law.empty()) text_ += wrapped("law: " + failure.law, 4, columns_);
    if (!failure.expected.empty() || !failure.found.empty())
      side_by_side(section, failure.reference, failure.expected, failure.subject, failure.found);
    if (!failure.drawing.empty())
      side_by_side(section, failure.reference, step.drawing, failure.subject, failure.drawing);
    const book::Entry* entry = book::find_entry(failure.clause);
    if (failure.clause.empty()) return;
    text_ += fmt::format("  violated: [{}]{}\n", failure.clause,
                         entry == nullptr ? "" : " " + entry->kind + ", " + entry->source);
    if (entry == nullptr) return;
    const std::string prose = without_fences(entry->prose);
    for (std::size_t begin = 0; begin < prose.size();) {
      const std::size_t end = std::min(prose.find('\n', begin), prose.size());
      text_ += end == begin ? "\n" : fmt::format("    {}\n", prose.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  std::size_t columns_;
  bool colour_;
  std::string text_{};
};

}  // namespace

std::string text(const Story& story, std::size_t columns, bool colour) {
  std::string text = fmt::format("{}: {}\n\n", story.file, headline(story));
  for (const Section& section : story.sections) {
    Telling telling(columns, colour);
    telling.section(section);
    text += telling.take();
  }
  if (!story.replay.empty()) text += fmt::format("replay: {}\n", story.replay);
  return text;
}

}  // namespace refmm::story
