// What tests of the replay of logs share: verdicts by line, and the one result that is not allowed.
#pragma once

#include <refmm/tests/strace_lines.hpp>
#include <refmm/tests/strace_replay.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm::strace {

inline std::ostream& operator<<(std::ostream& stream, Verdict verdict) {
  switch (verdict) {
    case Verdict::allowed:
      return stream << "allowed";
    case Verdict::learnt:
      return stream << "learnt";
    case Verdict::not_allowed:
      return stream << "not allowed";
    case Verdict::limited:
      return stream << "limited";
    case Verdict::not_modelled:
      return stream << "not modelled";
    case Verdict::no_result:
      return stream << "no result";
  }
  return stream;
}

inline std::string described(const Log& log, const Judged& judged) {
  const Record& record = log.records[judged.record];
  return log.place(record) + ": " + shown(*record.call()) + ", allowed: " + judged.allowed + " (" + judged.remark +
         ")" + (judged.because.empty() ? "" : " [" + std::string(judged.because.back()->name) + "]");
}

inline void expect_agreement(const Log& log, const ReplayReport& report) {
  for (const Judged& judged : report.judged) {
    if (judged.verdict == Verdict::not_allowed) ADD_FAILURE() << described(log, judged);
  }
}

/// The verdicts of all calls about areas, in the order of the log.
inline std::vector<Verdict> verdicts(const Log& log, const ReplayOptions& options = {}) {
  std::vector<std::pair<std::size_t, Verdict>> found;
  for (const Judged& judged : replay(log, options).judged) found.emplace_back(judged.record, judged.verdict);
  std::ranges::sort(found, {}, &std::pair<std::size_t, Verdict>::first);
  std::vector<Verdict> in_order;
  for (const auto& [record, verdict] : found) in_order.push_back(verdict);
  return in_order;
}

inline std::vector<Verdict> verdicts(std::initializer_list<std::string_view> lines) {
  return verdicts(understood(lines));
}

/// A result that is not allowed: where it stands, the clause that decides it, what is allowed, what is said of it.
struct Mistake {
  std::uint32_t line = 0;
  std::string clause{}, allowed{}, remark{};
};

/// The only one of a log.
inline Mistake only_mistake(const Log& log, const ReplayOptions& options = {}) {
  std::vector<Mistake> mistakes;
  for (const Judged& judged : replay(log, options).judged) {
    if (judged.verdict != Verdict::not_allowed) continue;
    mistakes.push_back({log.records[judged.record].line,
                        judged.because.empty() ? "" : std::string(judged.because.back()->name), judged.allowed,
                        judged.remark});
    if (mistakes.size() > 1) ADD_FAILURE() << "another one: " << described(log, judged);
  }
  if (mistakes.empty()) ADD_FAILURE() << "everything is allowed";
  return mistakes.empty() ? Mistake{} : mistakes.front();
}

}  // namespace refmm::strace
