// Logs of strace as tests write them, and what tests ask of them.
#pragma once

#include <refmm/spec/strace_log.hpp>
#include <refmm/spec/strace_value.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::strace {

/// The log of these lines.
inline Log log_of(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (const std::string_view line : lines) text.append(line).append("\n");
  return read(transcript::Source("session.strace", text));
}

/// Of a log that is understood.
inline Log understood(std::initializer_list<std::string_view> lines) {
  Log log = log_of(lines);
  for (const Diagnostic& diagnostic : log.diagnostics) ADD_FAILURE() << print(diagnostic);
  return log;
}

/// The call that one line is.
inline Call call_of(std::string_view line) {
  const Log log = understood({line});
  if (log.records.size() == 1 && log.records[0].call() != nullptr) return *log.records[0].call();
  ADD_FAILURE() << line << " is no call";
  return {};
}

/// `mmap(NULL, 8192) = 0x7f6f2d00d000`, without the rest of the result.
inline std::string shown(const Call& call) {
  std::string text = call.name + "(";
  for (const Argument& argument : call.arguments) {
    if (!text.ends_with('(')) text += ", ";
    if (!argument.name.empty()) text += argument.name + "=";
    text += argument.text;
  }
  text += call.cut_short ? " ..." : ")";
  switch (call.result.kind) {
    case Result::Kind::value:
      return text + fmt::format(" = {:#x}", call.result.value);
    case Result::Kind::error:
      return text + " = -1 " + call.result.error;
    case Result::Kind::none:
      return text + " = ?" + (call.result.error.empty() ? "" : " ") + call.result.error;
    case Result::Kind::unfinished:
      return text;
  }
  return text;
}

/// What the only diagnostic of a log says.
inline Diagnostic only_diagnostic(const Log& log) {
  EXPECT_EQ(log.diagnostics.size(), 1u);
  return log.diagnostics.empty() ? Diagnostic{} : log.diagnostics[0];
}

/// How often each call was made.
inline std::map<std::string, std::size_t> calls_by_name(const Log& log) {
  std::map<std::string, std::size_t> count;
  for (const Record& record : log.records) {
    if (const Call* const call = record.call()) ++count[call->name];
  }
  return count;
}

}  // namespace refmm::strace
