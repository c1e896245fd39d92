// The sessions of tests/scenarios/posix and of the book's chapter on later eras: in the model, and on the running kernel. What 2.4.0
// does with the calls of the first is listed beside them.
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_subject.hpp>
#include <refmm/tests/conform_transcript.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/since_sessions.hpp>
#include <refmm/tests/since_subject.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

std::string in_words(const replay::Replayed& replayed) {
  std::string text;
  for (const replay::Disagreement& difference : replayed.disagreements) {
    text += fmt::format("line {}: {}\n  {}: {}\n  {}: {}\n", difference.at.line, difference.line,
                        difference.reference, fmt::join(difference.expected, "\n    "), difference.subject,
                        fmt::join(difference.found, "\n    "));
  }
  return text;
}

void expect_agreement(const Sessions& sessions, const replay::Options& options) {
  const auto report = replay::run(transcript::parse(transcript::Source(sessions.name, sessions.text)), options);
  for (const replay::Replayed& replayed : report.transcripts) {
    EXPECT_TRUE(replayed.agrees()) << sessions.name << ":" << replayed.boot.line << ": " << in_words(replayed);
    EXPECT_EQ(replayed.filled, 0u) << sessions.name << ": a call without a result";
  }
}

/// The transcripts of a file that are of the era of the running kernel.
Sessions of_the_running_era(const Sessions& sessions) {
  constexpr std::string_view boot = "boot ";
  Sessions kept{sessions.name, ""};
  for (std::size_t at = sessions.text.find(boot); at != std::string::npos;) {
    const std::size_t next = sessions.text.find("\nboot ", at);
    const std::size_t end = next == std::string::npos ? sessions.text.size() : next + 1;
    const std::string one = sessions.text.substr(at, end - at);
    if (one.find("era=6.18") < one.find('\n')) kept.text += one;
    at = next == std::string::npos ? next : next + 1;
  }
  return kept;
}

// ---- In the model, in the implementation, on the running kernel --------------------------------------------------------

class OfSessions : public testing::TestWithParam<Sessions> {};

TEST_P(OfSessions, AgreeInTheModel) { expect_agreement(GetParam(), {}); }

TEST_P(OfSessions, AgreeInTheImplementation) {
  const auto implementation = make_since_implementation();
  expect_agreement(GetParam(), {.implementation = {.since = implementation.get()}});
}

TEST_P(OfSessions, AgreeOnTheRunningKernel) {
  if (!conform::is_settled(conform::running_version())) GTEST_SKIP() << conform::not_settled;
  if (const auto refusal = no_running_kernel(64)) GTEST_SKIP() << refusal->why;
  const Sessions sessions = of_the_running_era(GetParam());
  if (sessions.text.empty()) GTEST_SKIP() << "none is of this era";
  const auto kernel = make_running_kernel();
  expect_agreement(sessions, {.model = false, .implementation = {.since = kernel.get()}});
}

INSTANTIATE_TEST_SUITE_P(Posix, OfSessions, testing::ValuesIn(posix_sessions()), name_of_sessions);
INSTANTIATE_TEST_SUITE_P(Chapter, OfSessions, testing::ValuesIn(chapter_sessions()), name_of_sessions);

TEST(Posix, HasSessionsForEveryCall) {
  std::vector<std::string> names;
  for (const Sessions& sessions : posix_sessions()) names.push_back(sessions.name);
  EXPECT_EQ(names, (std::vector<std::string>{"brk.mmt", "mlock.mmt", "mmap.mmt", "mprotect.mmt", "mremap.mmt",
                                             "munmap.mmt"}));
}

TEST(Chapter, HasAnExampleOfEveryChange) {
  const std::vector<Sessions> examples = chapter_sessions();
  for (const since::Change& change : since::changes)
    EXPECT_NE(std::ranges::find(examples, change.clause->name, &Sessions::name), examples.end())
        << change.clause->name;
}

/// An example of a change shows that something changed: the same calls, other results.
TEST(Chapter, ShowsThatTheErasDiffer) {
  for (const Sessions& example : chapter_sessions()) {
    const bool is_change = std::ranges::any_of(
        since::changes, [&](const since::Change& change) { return change.clause->name == example.name; });
    if (!is_change) continue;
    const std::size_t second = example.text.find("\nboot ");
    ASSERT_NE(second, std::string::npos) << example.name;
    const auto behind_boot = [](std::string_view text) {
      return std::string(text.substr(text.find('\n', 1) + 1));
    };
    EXPECT_NE(behind_boot(std::string_view(example.text).substr(0, second + 1)),
              behind_boot(std::string_view(example.text).substr(second + 1)))
        << example.name;
  }
}

// ---- What 2.4.0 does --------------------------------------------------------------------------------------------------

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

/// The calls of a file with their results, by line.
std::vector<std::pair<std::uint32_t, std::string>> calls_of(const transcript::File& file) {
  std::vector<std::pair<std::uint32_t, std::string>> calls;
  std::uint32_t line = 0;
  const std::string text = transcript::print(file);
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    ++line;
    std::string one = text.substr(at, text.find('\n', at) - at);
    one.resize(one.find_last_not_of(' ') + 1);
    if (one.find(") = ") != one.npos && one[0] != '#') calls.emplace_back(line, one);
  }
  return calls;
}

/// The same calls in 2.4.0, which answers them anew.
transcript::File in_2_4_0(const Sessions& sessions) {
  transcript::File file =
      transcript::parse(transcript::Source(sessions.name, replaced(sessions.text, "era=6.18", "era=2.4.0")));
  for (transcript::Line& line : file.lines) {
    if (auto* call = std::get_if<transcript::Call>(&line.content)) call->result.reset();
    if (auto* query = std::get_if<transcript::Query>(&line.content)) {
      query->lines.clear();
      query->empty.reset();
    }
  }
  return replay::run(std::move(file), {}).file;
}

TEST(Posix, ListsWhatIsOtherwiseIn2_4_0) {
  std::string listed;
  for (const Sessions& sessions : posix_sessions()) {
    const auto today = calls_of(transcript::parse(transcript::Source(sessions.name, sessions.text)));
    const auto then = calls_of(in_2_4_0(sessions));
    ASSERT_EQ(today.size(), then.size()) << sessions.name;
    for (std::size_t at = 0; at < today.size(); ++at) {
      if (today[at].second == then[at].second) continue;
      const std::string& other = then[at].second;
      listed += fmt::format("{}:{}: {}; 2.4.0: {}\n", sessions.name, today[at].first, today[at].second,
                            other.substr(other.find(") = ") + 4));
    }
  }
  EXPECT_EQ(contents("tests/scenarios/posix/2.4.0.txt"), listed);
}

}  // namespace
}  // namespace refmm
