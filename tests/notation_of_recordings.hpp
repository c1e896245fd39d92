// What the tests of the families' notations do with recordings: all lines of them, and what becomes of a line that is damaged.
#pragma once

#include <refmm/spec/diagnostic.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_damage.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {

/// `munmap` of a call, `| vma_free` of an effect, `maps:` of a query; empty for other lines.
inline std::string name_of(const transcript::Line& line) {
  if (const auto* call = std::get_if<transcript::Call>(&line.content)) return call->name.text;
  if (const auto* effect = std::get_if<transcript::Effect>(&line.content)) return "| " + effect->call.name.text;
  if (const auto* query = std::get_if<transcript::Query>(&line.content)) return query->name.text + ":";
  return "";
}

/// The lines of a family's recordings that stand by themselves: no comments, no answers to queries.
inline std::vector<std::string> recorded_lines(const std::string& family) {
  std::vector<std::string> lines;
  for (const auto& path : recordings(family)) {
    const std::string text = transcript::load(path).text();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      if (text[begin] != ' ' && text[begin] != '#') lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return lines;
}

/// The error is at a place of the file, and says what was expected and what was found.
inline void expect_to_be_helpful(const Diagnostic& error, const transcript::Source& source) {
  EXPECT_EQ(error.file, source.file());
  EXPECT_GE(error.at.line, 1u);
  EXPECT_GE(error.at.column, 1u);
  EXPECT_LE(error.at.column, source.line(error.at.line).size() + 1);
  EXPECT_FALSE(error.expected.empty());
  EXPECT_FALSE(error.found.empty());
}

/// Damages lines in every way, `mutants` times. Each is refused at its place, or means the same when it is written and read again: `above(line)` is
/// what a line needs above it, `last_line_rewritten(file)` what the notation makes of the last line of a file.
void damage_is_refused_or_means_the_same(const std::vector<std::string>& lines, std::size_t mutants,
                                         const auto& above, const auto& last_line_rewritten) {
  constexpr std::uint32_t seed = 20010104;
  Draw draw(seed);
  std::size_t understood = 0, refused = 0;
  const auto file_of = [&](const char* name, const std::string& line) {
    return transcript::Source(name, std::string(above(line)) + line + '\n');
  };
  for (std::size_t i = 0; i < mutants && !testing::Test::HasFailure(); ++i) {
    const std::string line = damaged(lines[draw.below(lines.size())], draw);
    SCOPED_TRACE(fmt::format("seed {}, mutant {}: {}", seed, i, line));
    const transcript::Source source = file_of("damaged.mmt", line);
    try {
      const std::string text = last_line_rewritten(transcript::parse(source));
      EXPECT_EQ(last_line_rewritten(transcript::parse(file_of("anew.mmt", text))), text);
      ++understood;
    } catch (const InputError& error) {
      expect_to_be_helpful(error.diagnostic(), source);
      ++refused;
    }
  }
  fmt::print("{} understood, {} refused\n", understood, refused);
  EXPECT_GT(understood, mutants / 40);
  EXPECT_GT(refused, mutants / 40);
}

}  // namespace refmm
