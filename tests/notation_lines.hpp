// Lines of a transcript, one at a time, and how they are refused; for the tests of the families' notations.
#pragma once

#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace refmm {

/// A file of one line below a machine.
struct OneLine {
  transcript::File file;
  const transcript::Source& source() const { return *file.source; }
  const transcript::Line& line() const { return file.lines.back(); }
  template <class Content>
  const Content& as() const {
    return std::get<Content>(line().content);
  }
};

inline OneLine one_line(const std::string& boot, const std::string& line) {
  return {transcript::parse({"line.mmt", boot + "\n" + line + "\n"})};
}

/// What `read` refuses, or nothing if it takes it.
inline std::optional<Diagnostic> error_of(const std::function<void()>& read) {
  try {
    read();
    return std::nullopt;
  } catch (const InputError& error) {
    return error.diagnostic();
  }
}

/// A line that is refused: at which column, and parts of what the error says.
struct Bad {
  const char* line;
  std::uint32_t column;
  const char* message;
  const char* expected;
  const char* hint = "";
};

inline void expect_refused(const Bad& bad, std::uint32_t line, const std::function<void()>& read) {
  using testing::HasSubstr;
  SCOPED_TRACE(bad.line);
  const auto error = error_of(read);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->at, (Position{line, bad.column})) << print(*error);
  EXPECT_THAT(error->message, HasSubstr(bad.message));
  EXPECT_THAT(error->expected, HasSubstr(bad.expected));
  EXPECT_FALSE(error->found.empty());
  EXPECT_EQ(error->file, "line.mmt");
  EXPECT_THAT(error->hint, HasSubstr(bad.hint));
}

}  // namespace refmm
