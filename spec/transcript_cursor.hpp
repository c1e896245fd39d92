// A place in one line of a transcript, moving to the right. Part of the parser.
#pragma once

#include <refmm/spec/transcript.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace refmm::transcript {

class Cursor {
 public:
  /// The line `number` of `source`, up to but not including column `end` (0: all of it). The source must outlive this.
  Cursor(const Source& source, std::uint32_t number, std::uint32_t end = 0)
      : source_(source), number_(number), text_(source.line(number)) {
    if (end != 0) text_ = text_.substr(0, end - 1);
  }

  Position at() const { return at(place_); }
  Position at(std::size_t place) const { return {number_, static_cast<std::uint32_t>(place + 1)}; }
  std::size_t place() const { return place_; }

  bool done() const { return place_ == text_.size(); }
  /// The next byte; 0 at the end.
  char peek() const { return done() ? '\0' : text_[place_]; }
  std::string_view rest() const { return text_.substr(place_); }
  std::string_view between(std::size_t begin, std::size_t end) const { return text_.substr(begin, end - begin); }

  void advance(std::size_t bytes = 1) { place_ += bytes; }
  void go_to(std::size_t place) { place_ = place; }

  bool take(char expected) {
    if (done() || text_[place_] != expected) return false;
    ++place_;
    return true;
  }

  /// Skips blanks; true if there was one.
  bool skip_blanks() {
    const std::size_t before = place_;
    while (peek() == ' ') ++place_;
    return place_ != before;
  }

  /// What stands here, for people.
  std::string here() const {
    if (done()) return "the end of the line";
    if (peek() == ' ') return "a blank";
    const std::size_t end = text_.find_first_of(" ,()|=", place_);
    if (end == place_) return in_backticks(text_.substr(place_, 1));
    return in_backticks(text_.substr(place_, end - place_));
  }

  /// The error that something else was expected here.
  InputError unexpected(std::string message, std::string expected, std::string hint = "") const {
    return error({.at = at(),
                  .message = std::move(message),
                  .expected = std::move(expected),
                  .found = here(),
                  .hint = std::move(hint)});
  }

  InputError error(Diagnostic diagnostic) const { return source_.error(std::move(diagnostic)); }

 private:
  const Source& source_;
  std::uint32_t number_;
  std::string_view text_;
  std::size_t place_ = 0;
};

/// A name of letters, digits and `_` that does not begin with a digit; empty, and nothing skipped, if there is none.
Word take_identifier(Cursor& cursor);

/// One value. Throws InputError where there is none.
Value take_value(Cursor& cursor);

}  // namespace refmm::transcript
