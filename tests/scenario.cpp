#include <refmm/spec/clause.hpp>
#include <refmm/spec/nearest.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/tests/scenario.hpp>
#include <refmm/tests/scenario_names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

namespace refmm::scenario {

using transcript::Cursor;
using transcript::Line;
using transcript::Source;
using transcript::Word;

namespace {

constexpr std::string_view mark_of_directive = "#:";

std::string_view without_blanks_at_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// All that stands behind, without the blanks around it.
Word take_rest(Cursor& cursor, const char* what) {
  cursor.skip_blanks();
  if (cursor.done())
    throw cursor.unexpected(fmt::format("there is no {} here", what), fmt::format("the {}", what));
  Word rest{cursor.at(), std::string(without_blanks_at_end(cursor.rest()))};
  cursor.advance(cursor.rest().size());
  return rest;
}

void expect_end(Cursor& cursor) {
  cursor.skip_blanks();
  if (!cursor.done()) throw cursor.unexpected("the directive ends here", "the end of the line");
}

/// The name of something that the scenario makes.
Word take_new_name(Cursor& cursor) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.place();
  Word name = transcript::take_identifier(cursor);
  if (is_figure_name(name.text)) return name;
  cursor.go_to(begin);
  throw cursor.unexpected("there is no name here", "a name of small letters, digits and `_`, a letter first");
}

/// `FIGURE =`.
Word take_figure(Cursor& cursor) {
  Word name = take_new_name(cursor);
  cursor.skip_blanks();
  if (!cursor.take('=')) throw cursor.unexpected("what the figure is stands behind `=`", "`=`");
  cursor.skip_blanks();
  return name;
}

/// The nearest clauses, for a name that none has.
InputError no_such_clause(const Source& source, const Word& name) {
  std::vector<std::string_view> names;
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) names.push_back(clause.name);
  }
  const auto near = nearest(name.text, names, 1);
  return source.error({.at = name.at,
                       .message = "there is no such clause",
                       .expected = "the name of a clause: `refmm clause` lists them",
                       .found = in_backticks(name.text),
                       .hint = near.empty() ? "" : std::string(near.front())});
}

class Reader {
 public:
  Reader(std::string name, Source source, const std::optional<Source>& kept) {
    scenario_.name = std::move(name);
    scenario_.file = transcript::parse(std::move(source));
    if (kept) scenario_.kept = read_kept(*kept);
  }

  Scenario read() {
    for (std::size_t i = 0; i != scenario_.file.lines.size(); ++i) line(i);
    if (explain_) throw call_expected(*explain_);
    if (scenario_.title.empty())
      throw source().error({.at = {1, 1},
                            .message = "the scenario has no title",
                            .expected = "`#: title TEXT`",
                            .found = in_backticks(source().line(1)),
                            .hint = "#: title A fork copies no memory until somebody writes"});
    check_names(scenario_);
    return std::move(scenario_);
  }

 private:
  const Source& source() const { return *scenario_.file.source; }
  void add(Position at, decltype(Part::content) content) { scenario_.parts.push_back({at, std::move(content)}); }

  void line(std::size_t i) {
    const Line& line = scenario_.file.lines[i];
    if (const auto* comment = std::get_if<transcript::Comment>(&line.content)) {
      if (comment->text.starts_with(mark_of_directive))
        directive(line);
      else
        text(line, comment->text);
      return;
    }
    in_paragraph_ = false;
    if (std::holds_alternative<transcript::Blank>(line.content) ||
        std::holds_alternative<transcript::Effect>(line.content))
      return;
    if (explain_ && !std::holds_alternative<transcript::Call>(line.content)) throw call_expected(*explain_);
    add(line.at, Shown{i, explain_.has_value()});
    explain_.reset();
    above_ = &line;
  }

  // ---- Narration

  void text(const Line& line, std::string_view comment) {
    const std::size_t begin = comment.find_first_not_of(' ', 1);
    if (begin == comment.npos) {
      in_paragraph_ = false;
      return;
    }
    const bool as_it_is = begin > 2;
    if (!in_paragraph_ || std::get<Paragraph>(scenario_.parts.back().content).as_it_is != as_it_is)
      add(line.at, Paragraph{{}, as_it_is});
    in_paragraph_ = true;
    const std::size_t column = as_it_is ? 2 : begin;
    std::get<Paragraph>(scenario_.parts.back().content)
        .lines.push_back({{line.at.line, static_cast<std::uint32_t>(column + 1)},
                          std::string(without_blanks_at_end(comment.substr(column)))});
  }

  InputError call_expected(Position explain) const {
    return source().error({.at = explain,
                           .message = "this explains the call below it, and here is none",
                           .expected = "a call in the next line that is not a comment",
                           .found = in_backticks(source().line(explain.line))});
  }

  // ---- Directives

  struct Verb {
    std::string_view name;
    void (Reader::*read)(Cursor&, Position);
  };
  static constexpr std::size_t verbs_count = 8;
  static const std::array<Verb, verbs_count>& verbs() {
    static constexpr std::array<Verb, verbs_count> all{{{"title", &Reader::title},
                                                        {"heading", &Reader::heading},
                                                        {"explain", &Reader::explain},
                                                        {"picture", &Reader::picture},
                                                        {"from", &Reader::from_here},
                                                        {"count", &Reader::count},
                                                        {"read", &Reader::read_above},
                                                        {"figure", &Reader::figure}}};
    return all;
  }

  void directive(const Line& line) {
    in_paragraph_ = false;
    Cursor cursor(source(), line.at.line);
    cursor.advance(mark_of_directive.size());
    cursor.skip_blanks();
    const Word name = transcript::take_identifier(cursor);
    const auto verb = std::ranges::find(verbs(), std::string_view(name.text), &Verb::name);
    if (verb == verbs().end()) {
      std::array<std::string_view, verbs_count> names;
      std::ranges::transform(verbs(), names.begin(), &Verb::name);
      throw reading::no_such(source(), name, "there is no such directive", names);
    }
    if (scenario_.title.empty() && name.text != "title")
      throw source().error({.at = name.at,
                            .message = "a scenario begins with its title",
                            .expected = "`#: title TEXT` above all other directives",
                            .found = in_backticks(name.text)});
    (this->*verb->read)(cursor, line.at);
    expect_end(cursor);
  }

  void title(Cursor& cursor, Position) {
    if (!scenario_.title.empty()) {
      cursor.go_to(0);
      throw cursor.error({.at = cursor.at(),
                          .message = "the scenario has a title already",
                          .expected = "one title; a section begins with `#: heading TEXT`",
                          .found = in_backticks(cursor.rest())});
    }
    scenario_.title = take_rest(cursor, "title").text;
  }

  void heading(Cursor& cursor, Position at) { add(at, Heading{take_rest(cursor, "heading").text}); }
  void explain(Cursor&, Position at) { explain_ = at; }

  void picture(Cursor& cursor, Position at) {
    Word name = take_new_name(cursor);
    if (above_ == nullptr)
      throw source().error({.at = name.at,
                            .message = "there is nothing to draw before a machine",
                            .expected = "`boot` above the picture",
                            .found = in_backticks(name.text)});
    add(at, Draw{std::move(name)});
  }

  void from_here(Cursor& cursor, Position at) {
    cursor.skip_blanks();
    if (const std::size_t begin = cursor.place(); transcript::take_identifier(cursor).text != "here") {
      cursor.go_to(begin);
      throw cursor.unexpected("counting begins `from here`", "`here`");
    }
    add(at, FromHere{});
  }

  void count(Cursor& cursor, Position at) {
    constexpr std::array<std::string_view, 3> kinds{"calls", "effects", "decisions"};
    Word figure = take_figure(cursor);
    const Word kind = transcript::take_identifier(cursor);
    const auto found = std::ranges::find(kinds, std::string_view(kind.text));
    if (found == kinds.end()) throw reading::no_such(source(), kind, "this cannot be counted", kinds);
    Count count{std::move(figure), static_cast<Count::Of>(found - kinds.begin()), {cursor.at(), ""}};
    cursor.skip_blanks();
    if (!cursor.done() || count.of != Count::Of::calls) count.what = what_is_counted(cursor, count.of);
    add(at, std::move(count));
  }

  Word what_is_counted(Cursor& cursor, Count::Of of) const {
    if (of != Count::Of::decisions) {
      const std::size_t begin = cursor.place();
      const bool named = !transcript::take_identifier(cursor).text.empty();
      const std::string_view behind = without_blanks_at_end(cursor.rest());
      cursor.go_to(begin);
      if (!named || !(behind.empty() || (behind.starts_with('(') && behind.ends_with(')'))))
        throw cursor.unexpected("this is not what a line can be", "a name, or a name with its first arguments",
                                "alloc_page(GFP_USER)");
      return take_rest(cursor, "name");
    }
    Word clause = take_rest(cursor, "clause");
    if (find_clause(clause.text) == nullptr) throw no_such_clause(source(), clause);
    return clause;
  }

  void read_above(Cursor& cursor, Position at) {
    Word figure = take_figure(cursor);
    const std::size_t begin = cursor.place();
    Read read{std::move(figure), transcript::take_identifier(cursor), 0, {}};
    if (read.key.text.empty() || above_ == nullptr) {
      cursor.go_to(begin);
      throw cursor.unexpected(above_ == nullptr ? "there is no line above to be read" : "this cannot be read",
                              "`result`, `argument N`, `answer`, or the name that a value stands behind");
    }
    read.above = above_->at;
    check_above(cursor, begin, read);
    if (read.key.text == "argument") read.argument = take_argument_number(cursor);
    add(at, std::move(read));
  }

  /// What is read must be something that such a line has.
  void check_above(Cursor& cursor, std::size_t begin, const Read& read) const {
    const bool of_call = read.key.text == "result" || read.key.text == "argument";
    const bool of_query = read.key.text == "answer";
    const bool above_is_call = std::holds_alternative<transcript::Call>(above_->content);
    const bool above_is_query = std::holds_alternative<transcript::Query>(above_->content);
    if (of_call == above_is_call && (!of_query || above_is_query)) return;
    cursor.go_to(begin);
    throw cursor.unexpected(fmt::format("line {} above has none", above_->at.line),
                            above_is_call    ? "`result`, or `argument N`: it is a call"
                            : above_is_query ? "`answer`, or a name in the answer: it is a query"
                                             : "a key of it: it is a setting of the machine");
  }

  std::size_t take_argument_number(Cursor& cursor) const {
    cursor.skip_blanks();
    const std::size_t arguments = std::get<transcript::Call>(above_->content).arguments.size();
    const std::string_view rest = without_blanks_at_end(cursor.rest());
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || end != rest.data() + rest.size() || number == 0 || number > arguments)
      throw cursor.unexpected("the call has no such argument", fmt::format("a number from 1 to {}", arguments));
    cursor.advance(rest.size());
    return number;
  }

  void figure(Cursor& cursor, Position at) {
    Word name = take_figure(cursor);
    add(at, Derive{std::move(name), take_arithmetic(cursor)});
  }

  Scenario scenario_{};
  const Line* above_ = nullptr;  // that `read` speaks of
  bool in_paragraph_ = false;
  std::optional<Position> explain_{};  // that waits for its call
};

}  // namespace

Scenario read(std::string name, Source source, const std::optional<Source>& kept) {
  return Reader(std::move(name), std::move(source), kept).read();
}

Scenario load(const std::string& path) {
  const std::filesystem::path file(path);
  std::filesystem::path kept = file;
  kept.replace_extension(".figures");
  std::optional<Source> figures;
  if (std::filesystem::exists(kept)) figures = transcript::load(kept);
  return read(file.stem().string(), transcript::load(file), figures);
}

}  // namespace refmm::scenario
