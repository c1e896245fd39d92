// Every line of every recording of demand paging is read, and what is written is what was read. What a line is turned into by
// damage is refused at its place, or it means the same when it is written and read again.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_damage.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace refmm::process {
namespace {

using Word = std::uint32_t;

constexpr std::size_t files_anywhere = 9;  // more than any recording has

/// A line from what the notation makes of it; comments and the answers to queries are as they were.
std::string rewritten(const transcript::Source& source, const transcript::Line& line,
                      std::size_t files = files_anywhere) {
  const auto of = [&]<class Content>(const Content& content) -> std::string {
    if constexpr (std::is_same_v<Content, transcript::Boot>) {
      const BootLine read = read_boot(source, line, content);
      return boot_notation(read.boot, read.all_effects);
    } else if constexpr (std::is_same_v<Content, transcript::Set>) {
      return notation(Command<Word>(read_set(source, line, content)));
    } else if constexpr (std::is_same_v<Content, transcript::Call>) {
      const Command<Word> command = read_call(source, content, files);
      return notation(command) + (content.result ? " = " + read_result(source, command, *content.result) : "");
    } else if constexpr (std::is_same_v<Content, transcript::Effect>) {
      return "| " + notation(read_effect(source, content.call));
    } else {
      if constexpr (std::is_same_v<Content, transcript::Query>) read_query(source, content);
      return print(line);
    }
  };
  return std::visit(of, line.content);
}

/// `munmap`, `| free_page`, `maps:`; empty for other lines.
std::string name_of(const transcript::Line& line) {
  if (const auto* call = std::get_if<transcript::Call>(&line.content)) return call->name.text;
  if (const auto* effect = std::get_if<transcript::Effect>(&line.content)) return "| " + effect->call.name.text;
  if (const auto* query = std::get_if<transcript::Query>(&line.content)) return query->name.text + ":";
  return "";
}

BootLine boot_in(const std::string& text) {
  const transcript::File file = transcript::parse({"boot.mmt", text + '\n'});
  return read_boot(*file.source, file.lines[0], std::get<transcript::Boot>(file.lines[0].content));
}

TEST(FaultRecordings, are_read_whole_and_written_back) {
  std::map<std::string, std::size_t> seen;
  std::size_t bytes = 0, files = 0;
  for (const auto& path : recordings("fault")) {
    const transcript::File file = transcript::parse(transcript::load(path));
    std::string written;
    for (const transcript::Line& line : file.lines) {
      if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
        // Some say what goes without saying.
        const BootLine read = read_boot(*file.source, line, *boot);
        const BootLine again = boot_in(boot_notation(read.boot, read.all_effects));
        EXPECT_EQ(again.boot, read.boot) << path;
        EXPECT_EQ(again.all_effects, read.all_effects) << path;
        files = read.boot.files.size();
        written += print(line) + '\n';
      } else {
        written += rewritten(*file.source, line, files) + '\n';
      }
      ++seen[name_of(line)];
    }
    ASSERT_EQ(written, file.source->text()) << path;
    bytes += written.size();
  }
  fmt::print("{} bytes\n", bytes);
  EXPECT_GT(bytes, std::size_t{1} << 20);
  seen.erase("");
  EXPECT_EQ(seen.size(), 28u + 16u + 8u);
}

// ---- Damage ---------------------------------------------------------------------------------------------------

std::string last_line_rewritten(const transcript::File& file) {
  return rewritten(*file.source, file.lines.back());
}

/// What stands above a line so that it can stand there.
std::string_view above(std::string_view line) {
  if (line.starts_with("boot")) return "";
  return line.starts_with('|') ? "boot family=fault\nreclaim()\n" : "boot family=fault\n";
}

TEST(FaultDamagedLines, are_refused_at_their_place_or_mean_the_same_written_anew) {
  constexpr std::uint32_t seed = 20010104;
  constexpr std::size_t mutants = 40000;
  std::vector<std::string> lines;
  for (const auto& path : recordings("fault")) {
    const std::string text = transcript::load(path).text();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      if (text[begin] != ' ' && text[begin] != '#') lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  Draw draw(seed);
  std::size_t understood = 0, refused = 0;
  for (std::size_t i = 0; i < mutants; ++i) {
    const std::string line = damaged(lines[draw.below(lines.size())], draw);
    SCOPED_TRACE(fmt::format("seed {}, mutant {}: {}", seed, i, line));
    const transcript::Source source("damaged.mmt", std::string(above(line)) + line + '\n');
    try {
      const std::string text = last_line_rewritten(transcript::parse(source));
      EXPECT_EQ(last_line_rewritten(transcript::parse({"anew.mmt", std::string(above(text)) + text + '\n'})),
                text);
      ++understood;
    } catch (const InputError& error) {
      const Position at = error.diagnostic().at;
      EXPECT_EQ(error.diagnostic().file, "damaged.mmt");
      EXPECT_GE(at.line, 1u);
      EXPECT_GE(at.column, 1u);
      EXPECT_LE(at.column, source.line(at.line).size() + 1);
      EXPECT_FALSE(error.diagnostic().expected.empty());
      EXPECT_FALSE(error.diagnostic().found.empty());
      ++refused;
    }
    if (testing::Test::HasFailure()) return;
  }
  fmt::print("{} understood, {} refused\n", understood, refused);
  EXPECT_GT(understood, mutants / 40);
  EXPECT_GT(refused, mutants / 40);
}

}  // namespace
}  // namespace refmm::process
