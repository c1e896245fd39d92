#include <refmm/spec/strace_call.hpp>
#include <refmm/spec/strace_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace refmm::strace {
namespace {

[[noreturn]] void refuse(const Text& text, std::size_t offset, Diagnostic diagnostic) {
  diagnostic.at = text.at(offset);
  throw InputError(std::move(diagnostic));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

char closing(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

std::string found_at(std::string_view text, std::size_t offset) {
  return offset >= text.size() ? "the end of the line" : in_backticks(text.substr(offset));
}

/// What stands in parentheses (or brackets, or braces) up to `end`, split at the commas that are in no string, comment or bracket.
class Arguments {
 public:
  Arguments(const Text& text, std::size_t begin, char end, bool may_be_cut_short)
      : text_(text),
        characters_(text.characters()),
        opened_(begin - 1),
        part_(begin),
        place_(begin),
        closing_(end),
        cut_short_(may_be_cut_short) {
    while (!ended_ && place_ < characters_.size()) step();
    if (ended_) return;
    if (!cut_short_) not_closed();
    add();
  }

  std::vector<Argument> take() { return std::move(found_); }

  /// Behind the parenthesis.
  std::size_t end() const { return place_; }

 private:
  void step() {
    const char c = characters_[place_];
    if (c == '"') {
      skip(past_string(characters_, place_), "a quotation mark that ends the string");
    } else if (c == '/' && characters_.substr(place_).starts_with("/*")) {
      skip(past_comment(characters_, place_), "`*/` where the comment ends");
    } else if (c == '<' && names_descriptor(characters_, place_)) {
      skip(past_descriptor(characters_, place_), "`>` behind the name of the descriptor");
    } else if (c == '(' || c == '[' || c == '{') {
      open_.push_back(place_++);
    } else if (c == ')' || c == ']' || c == '}') {
      close(c);
    } else {
      if (c == ',' && open_.empty()) add();
      ++place_;
    }
  }

  void close(char c) {
    const char expected = open_.empty() ? closing_ : closing(characters_[open_.back()]);
    if (c != expected) {
      const Position opened = open_.empty() ? Position{} : text_.at(open_.back());
      const std::string which =
          open_.empty() ? "" : fmt::format(" of the bracket at {}:{}", opened.line, opened.column);
      refuse(text_, place_,
             {.message = "the brackets do not match",
              .expected = fmt::format("`{}`{}", expected, which),
              .found = found_at(characters_, place_)});
    }
    ended_ = open_.empty();
    if (ended_) {
      add();
    } else {
      open_.pop_back();
    }
    ++place_;
  }

  void add() {
    const std::string_view whole = trimmed(characters_.substr(part_, place_ - part_));
    const bool only_one = found_.empty() && (ended_ || place_ == characters_.size());
    if (!whole.empty()) {
      found_.push_back(named(whole));
    } else if (!only_one && !cut_short_) {
      refuse(text_, place_,
             {.message = "an argument is missing",
              .expected = "an argument",
              .found = found_at(characters_, place_)});
    }
    part_ = place_ + 1;
  }

  Argument named(std::string_view whole) const {
    const std::size_t offset = static_cast<std::size_t>(whole.data() - characters_.data());
    const std::size_t equals = whole.find('=');
    const bool has_name =
        equals != whole.npos && equals > 0 && is_letter(whole[0]) &&
        std::ranges::all_of(whole.substr(0, equals), [](char c) { return is_letter(c) || is_digit(c); }) &&
        !whole.substr(equals).starts_with("=>");
    if (!has_name) return {.text = std::string(whole), .at = text_.at(offset)};
    return {.name = std::string(whole.substr(0, equals)),
            .text = std::string(whole.substr(equals + 1)),
            .at = text_.at(offset + equals + 1)};
  }

  void skip(std::size_t end, const char* expected) {
    if (end == characters_.npos && !cut_short_) {
      refuse(text_, place_,
             {.message = "the line breaks off", .expected = expected, .found = "the end of the line"});
    }
    place_ = std::min(end, characters_.size());
  }

  [[noreturn]] void not_closed() const {
    const std::size_t opened = open_.empty() ? opened_ : open_.back();
    refuse(text_, characters_.size(),
           {.message = "the line breaks off",
            .expected = fmt::format("`{}` for the `{}` at column {}", closing(characters_[opened]),
                                    characters_[opened], text_.at(opened).column),
            .found = "the end of the line",
            .hint = "strace -o FILE, which keeps what the program itself prints out of the log"});
  }

  const Text& text_;
  std::string_view characters_;
  std::size_t opened_;  // the bracket that ends at `end`
  std::size_t part_;    // where the argument begins
  std::size_t place_;   // how far it was read
  char closing_;
  bool cut_short_;
  bool ended_ = false;
  std::vector<std::size_t> open_;
  std::vector<Argument> found_;
};

std::optional<double> take_seconds(std::string_view& rest) {
  if (!rest.ends_with('>')) return std::nullopt;
  const std::size_t open = rest.rfind('<');
  if (open == rest.npos || open == 0 || rest[open - 1] != ' ') return std::nullopt;
  const std::string_view digits = rest.substr(open + 1, rest.size() - open - 2);
  if (digits == "unavailable") {
    rest = trimmed(rest.substr(0, open));
    return std::nullopt;
  }
  double seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(seconds)) return std::nullopt;
  rest = trimmed(rest.substr(0, open));
  return seconds;
}

std::size_t end_of_word(std::string_view rest) {
  std::size_t i = 0;
  while (i < rest.size() && rest[i] != ' ') {
    if (rest[i] == '<' && names_descriptor(rest, i)) return past_descriptor(rest, i);
    ++i;
  }
  return i;
}

bool is_error_name(std::string_view word) {
  return word.size() > 1 && word[0] == 'E' &&
         std::ranges::all_of(word, [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; });
}

/// Takes the error's name, and leaves the rest for the note.
void read_error(std::string_view rest, Result& result) {
  rest = trimmed(rest);
  const std::string_view word = rest.substr(0, rest.find(' '));
  if (is_error_name(word)) {
    result.error = word;
    rest = trimmed(rest.substr(word.size()));
  }
  result.note = rest;
}

/// The result, of which `begin` is behind the `=`.
void read_result(const Text& text, std::size_t begin, Call& call) {
  std::string_view rest = trimmed(std::string_view(text.characters()).substr(begin));
  const std::size_t offset =
      rest.empty() ? text.size() : static_cast<std::size_t>(rest.data() - text.characters().data());
  call.result.at = text.at(offset);
  call.seconds = take_seconds(rest);
  const std::size_t end = end_of_word(rest);
  const std::string_view word = rest.substr(0, end);
  if (word.empty() || end == rest.npos) {
    refuse(text, offset,
           {.message = "the result is missing",
            .expected = "a number, or `?`",
            .found = found_at(text.characters(), offset)});
  }
  read_error(rest.substr(end), call.result);
  if (word == "?") {
    call.result.kind = Result::Kind::none;
    return;
  }
  const Argument printed{.text = std::string(word), .at = call.result.at};
  call.result.value = plain_number(printed);
  call.result.descriptor = descriptor(printed).value_or("");
  const bool failed =
      word.starts_with("-1") && (!call.result.error.empty() || call.result.note.starts_with("(errno "));
  call.result.kind = failed ? Result::Kind::error : Result::Kind::value;
}

}  // namespace

std::string_view name_of_call(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() &&
         (is_letter(text[end]) || is_digit(text[end]) || text[end] == '?' || text[end] == '#'))
    ++end;
  const bool is_call = end > 0 && end < text.size() && text[end] == '(' && !is_digit(text[0]);
  return is_call ? text.substr(0, end) : std::string_view{};
}

std::vector<Argument> parts(const Argument& argument) {
  if (!argument.text.starts_with('{') && !argument.text.starts_with('[')) return {};
  const Text text(argument.text, argument.at);
  return Arguments(text, 1, closing(argument.text[0]), false).take();
}

namespace {

/// The arguments of old_mmap stand in memory, and newer versions of strace print them as the structure that they are: as those of mmap in
/// the same order, each with its name.
void take_out_of_structure(Call& call) {
  if (call.name != "old_mmap" || call.arguments.size() != 1) return;
  std::vector<Argument> members = parts(call.arguments[0]);
  if (!members.empty()) call.arguments = std::move(members);
}

}  // namespace

bool lacks_what_is_in_memory(const Call& call) {
  return call.name == "old_mmap" && call.arguments.size() == 1 && call.result.kind == Result::Kind::error;
}

Call read_call(const Text& text) {
  Call call{.name = std::string(name_of_call(text.characters()))};
  Arguments arguments(text, call.name.size() + 1, ')', false);
  call.arguments = arguments.take();
  take_out_of_structure(call);
  const std::size_t equals = text.characters().find_first_not_of(" \t", arguments.end());
  if (equals == std::string::npos || text.characters()[equals] != '=') {
    const std::size_t place = std::min(equals, text.size());
    refuse(text, place,
           {.message = "the result is missing",
            .expected = "`=` and a result",
            .found = found_at(text.characters(), place)});
  }
  read_result(text, equals + 1, call);
  return call;
}

Call read_call_cut_short(const Text& text) {
  Call call{.name = std::string(name_of_call(text.characters())), .cut_short = true};
  call.arguments = Arguments(text, call.name.size() + 1, ')', true).take();
  return call;
}

}  // namespace refmm::strace
