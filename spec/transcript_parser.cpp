// The lines of the notation, and in which order they may stand.

#include <refmm/spec/transcript.hpp>
#include <refmm/spec/transcript_cursor.hpp>

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace refmm::transcript {
namespace {

constexpr const char* forms_of_a_line =
    "a call `name(...)`, an effect `| name(...)`, a query `name argument:`, `boot`, `set`, or a comment `# text`";

// ---- Parts of a line ------------------------------------------------------------------------------------------

void expect_end(Cursor& cursor) {
  cursor.skip_blanks();
  if (!cursor.done()) throw cursor.unexpected("there is something behind the end", "the end of the line");
}

Argument take_argument(Cursor& cursor) {
  Value value = take_value(cursor);
  const std::string* name = name_of(value);
  if (name == nullptr || !cursor.take('=')) return {std::nullopt, std::move(value)};
  Word key{value.at, *name};
  return {std::move(key), take_value(cursor)};
}

std::vector<Argument> take_arguments(Cursor& cursor) {
  std::vector<Argument> arguments;
  cursor.skip_blanks();
  if (cursor.peek() == ')') return arguments;
  arguments.push_back(take_argument(cursor));
  while (cursor.take(',')) {
    cursor.skip_blanks();
    arguments.push_back(take_argument(cursor));
  }
  cursor.skip_blanks();
  return arguments;
}

/// An explanation stands behind the name of an error: `-1 ENOMEM (Cannot allocate memory)`.
Word take_explanation(Cursor& cursor, const std::vector<Argument>& values) {
  const auto* status = values.size() == 2 ? std::get_if<Number>(&values[0].value.form) : nullptr;
  if (status == nullptr || !status->negative)
    throw cursor.unexpected("only an error can be explained", "a value, or the end of the line",
                            "`= -1 ENOMEM (explanation)`");
  const std::string_view rest = cursor.rest();
  const std::size_t end = rest.find_last_not_of(' ') + 1;
  Word explanation{cursor.at(), std::string(rest.substr(0, end))};
  cursor.advance(rest.size());
  if (!explanation.text.ends_with(')')) throw cursor.unexpected("the explanation is not closed", "`)`");
  return explanation;
}

std::optional<Result> take_result(Cursor& cursor) {
  cursor.skip_blanks();
  if (cursor.done()) return std::nullopt;
  Result result{cursor.at(), {}, std::nullopt};
  if (!cursor.take('='))
    throw cursor.unexpected("there is something behind the call", "`=` and a result, or the end of the line");
  cursor.skip_blanks();
  do {
    if (cursor.peek() == '(' && !result.values.empty()) {
      result.explanation = take_explanation(cursor, result.values);
    } else {
      result.values.push_back(take_argument(cursor));
    }
  } while (cursor.skip_blanks() && !cursor.done());
  if (!cursor.done())
    throw cursor.unexpected("the values of a result have blanks between them", "a blank, or the end of the line");
  return result;
}

Call take_call(Cursor& cursor) {
  Call call{std::nullopt, take_identifier(cursor), {}, {}, std::nullopt};
  if (call.name.text.empty()) throw cursor.unexpected("there is no call here", "the name of a call");
  if (!cursor.take('(')) throw cursor.unexpected("a call has its arguments in parentheses", "`(`");
  call.arguments = take_arguments(cursor);
  call.close = cursor.at();
  if (!cursor.take(')')) {
    throw cursor.unexpected("the arguments do not end here", call.arguments.empty() ? "`)`" : "`,` or `)`");
  }
  call.result = take_result(cursor);
  return call;
}

/// `[pid N]` and the blanks behind it.
Process take_process(Cursor& cursor) {
  constexpr const char* message = "a process is written `[pid N]`";
  const std::size_t begin = cursor.place();
  cursor.advance();
  const std::size_t word = cursor.place();
  if (take_identifier(cursor).text != "pid" || !cursor.skip_blanks()) {
    cursor.go_to(word);
    throw cursor.unexpected(message, "`pid N`");
  }

  const std::size_t number = cursor.place();
  std::uint64_t pid = 0;
  constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();
  for (; cursor.peek() >= '0' && cursor.peek() <= '9' && pid <= largest; cursor.advance()) {
    pid = pid * 10 + static_cast<std::uint64_t>(cursor.peek() - '0');
  }
  if (cursor.place() == number || pid > largest) {
    cursor.go_to(number);
    throw cursor.unexpected(message, "a decimal number of at most 32 bits");
  }

  if (!cursor.take(']')) throw cursor.unexpected(message, "`]`");
  Process process{cursor.at(begin), std::string(cursor.between(begin, cursor.place())),
                  static_cast<std::uint32_t>(pid)};
  if (!cursor.skip_blanks()) throw cursor.unexpected("the call follows behind a blank", "a blank");
  return process;
}

std::vector<Setting> take_settings(Cursor& cursor) {
  std::vector<Setting> settings;
  while (cursor.skip_blanks() && !cursor.done()) {
    Setting setting{take_identifier(cursor), {}};
    if (setting.key.text.empty() || cursor.peek() != '=')
      throw cursor.unexpected("a setting is written `key=value`", setting.key.text.empty() ? "a key" : "`=`");
    do {
      cursor.advance();
      setting.values.push_back(take_value(cursor));
    } while (cursor.peek() == ',');
    settings.push_back(std::move(setting));
  }
  expect_end(cursor);
  return settings;
}

/// The part of a query before its block: `name argument ...:`, perhaps with `(empty)`.
Query take_query(const Source& source, std::uint32_t number) {
  Cursor whole(source, number);
  const std::string_view line = whole.rest();
  Query query{take_identifier(whole), {}, {}, std::nullopt, {}};

  const auto without_blanks_at_end = [](std::string_view text) {
    return text.substr(0, text.find_last_not_of(' ') + 1);
  };
  std::string_view head = without_blanks_at_end(line);
  if (head.ends_with(" (empty)") || head.ends_with(":(empty)")) {
    head.remove_suffix(std::string_view("(empty)").size());
    query.empty = whole.at(head.size());
    head = without_blanks_at_end(head);
  }
  if (query.name.text.empty() || !head.ends_with(':')) {
    whole.go_to(0);
    throw whole.unexpected("the line has none of the forms of the notation", forms_of_a_line);
  }
  query.colon = whole.at(head.size() - 1);

  Cursor cursor(source, number, query.colon.column);
  cursor.go_to(whole.place());
  while (cursor.skip_blanks() && !cursor.done()) query.arguments.push_back(take_value(cursor));
  if (!cursor.done())
    throw cursor.unexpected("the arguments of a query have blanks between them", "a blank or `:`");
  return query;
}

/// Text has no control characters, but for tabs in comments.
void check_bytes(const Cursor& line, const Source& source) {
  const std::string_view text = line.rest();
  for (std::size_t place = 0; place < text.size(); ++place) {
    const auto byte = static_cast<unsigned char>(text[place]);
    if ((byte >= ' ' && byte != 0x7f) || (byte == '\t' && text.starts_with('#'))) continue;
    Diagnostic diagnostic{.at = line.at(place),
                          .message = "a transcript is text in lines",
                          .expected = "printable characters",
                          .found = fmt::format("the byte 0x{:02x}", byte)};
    if (byte == '\t') diagnostic.hint = "blanks in place of the tab";
    if (byte == '\r') diagnostic.hint = "lines that end with a line feed alone: sed -i 's/\\r$//' FILE";
    throw source.error(std::move(diagnostic));
  }
}

// ---- A file ---------------------------------------------------------------------------------------------------

class Parser {
 public:
  explicit Parser(Source source) : source_(std::make_shared<const Source>(std::move(source))) {}

  File parse() {
    for (std::uint32_t number = 1; number <= source_->lines(); ++number) parse_line(number);
    if (!booted_)
      throw source_->error({.at = {source_->lines() + 1, 1},
                            .message = "there is no transcript in this file",
                            .expected = "`boot key=value ...`, the machine",
                            .found = "the end of the file",
                            .hint = "boot family=slab l1=32 ram_pages=16384"});
    return {source_, std::move(lines_), source_->ends_with_line_end()};
  }

 private:
  void parse_line(std::uint32_t number) {
    Cursor cursor(*source_, number);
    check_bytes(cursor, *source_);
    const std::string_view text = cursor.rest();
    const auto end = static_cast<std::uint32_t>(text.size() + 1);

    if (text.starts_with("  ") && text.find_first_not_of(' ') != std::string_view::npos) {
      add_block_line(cursor);
    } else {
      lines_.push_back({cursor.at(), end, content(cursor, number)});
      block_is_open_ = std::holds_alternative<Query>(lines_.back().content);
    }
  }

  decltype(Line::content) content(Cursor& cursor, std::uint32_t number) {
    const std::string_view text = cursor.rest();
    if (text.find_first_not_of(' ') == std::string_view::npos) return Blank{};
    if (text.starts_with('#')) return Comment{std::string(text)};
    if (text.starts_with(' '))
      throw cursor.unexpected("a line of a block is indented by two blanks, every other line by none",
                              forms_of_a_line);
    if (begins_with_word(text, "boot")) return boot(cursor);
    if (!booted_)
      throw cursor.unexpected("a transcript begins with the machine", "`boot key=value ...`",
                              "boot family=slab l1=32 ram_pages=16384");
    if (text.starts_with('|')) return effect(cursor);
    if (!ending_.empty())
      throw cursor.unexpected(fmt::format("nothing is defined after {}", ending_),
                              "`boot`, a comment, or the end of the file");
    if (begins_with_word(text, "set")) return set(cursor);
    if (text.starts_with('[') || is_call(text)) return call(cursor);
    may_have_effects_ = false;
    return take_query(*source_, number);
  }

  static bool begins_with_word(std::string_view text, std::string_view word) {
    return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == ' ');
  }

  /// A call has its parenthesis right behind its name.
  static bool is_call(std::string_view text) {
    const std::size_t behind =
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return behind != 0 && behind != std::string_view::npos && text[behind] == '(';
  }

  Boot boot(Cursor& cursor) {
    cursor.advance(4);
    booted_ = true;
    may_have_effects_ = false;
    ending_.clear();
    return {take_settings(cursor)};
  }

  Set set(Cursor& cursor) {
    cursor.advance(3);
    may_have_effects_ = false;
    return {take_settings(cursor)};
  }

  Call call(Cursor& cursor) {
    std::optional<Process> process;
    if (cursor.peek() == '[') process = take_process(cursor);
    Call call = take_call(cursor);
    call.process = std::move(process);
    may_have_effects_ = true;
    if (call.result) {
      if (const std::string* end = ending(*call.result)) ending_ = *end;
    }
    return call;
  }

  Effect effect(Cursor& cursor) {
    if (!may_have_effects_)
      throw cursor.unexpected("an effect stands under its call, and here is no call above it",
                              "a call, a query, `boot`, `set`, or a comment");
    cursor.advance();
    cursor.skip_blanks();
    return {take_call(cursor)};
  }

  void add_block_line(Cursor& cursor) {
    if (!block_is_open_) {
      cursor.advance(2);
      throw cursor.unexpected("an indented line belongs to the query above it, and here is none",
                              "a line that is not indented");
    }
    Query& query = std::get<Query>(lines_.back().content);
    if (query.empty) throw cursor.unexpected("the answer was said to be empty", "a line that is not indented");
    query.lines.push_back({cursor.at(2), std::string(cursor.rest().substr(2))});
  }

  std::shared_ptr<const Source> source_;
  std::vector<Line> lines_;
  bool booted_ = false;
  bool may_have_effects_ = false;
  bool block_is_open_ = false;
  std::string ending_;  // the BUG, OOPS or HANG behind which nothing is defined
};

}  // namespace

File parse(Source source) { return Parser(std::move(source)).parse(); }

const std::string* ending(const Result& result) {
  if (result.values.size() != 1) return nullptr;
  const std::string* word = name_of(result.values[0].value);
  return word && (*word == "BUG" || *word == "OOPS" || *word == "HANG") ? word : nullptr;
}

}  // namespace refmm::transcript
