// Every line of every recording of the page allocator is read, and what is written is what was read. What a line is turned into by
// damage is refused at its place, or it means the same when it is written and read again.

#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_damage.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

using Word = std::uint32_t;

/// The boot line with what it says of the frames that are free afterwards, which recordings have in front of the effects.
std::string rewritten(const BootLine& read) {
  const std::string text = boot_notation(read.boot, false);
  return text + (read.free_pages ? fmt::format(" free_pages={}", *read.free_pages) : "") +
         (read.all_effects ? " effects=all" : "");
}

/// A line from what the notation makes of it; comments and the answers to queries are as they were. `zone` is that of the
/// transcript so far.
std::string rewritten(const transcript::Source& source, const transcript::Line& line, State<Word>& zone) {
  const auto of = [&]<class Content>(const Content& content) -> std::string {
    if constexpr (std::is_same_v<Content, transcript::Boot>) {
      const BootLine read = read_boot(source, line, content);
      zone.zone_start = read.boot.zone_start;
      zone.zone_pages = read.boot.zone_pages;
      return rewritten(read);
    } else if constexpr (std::is_same_v<Content, transcript::Call>) {
      const Command<Word> command = read_call(source, content, zone);
      return notation(command) + (content.result ? " = " + read_result(source, command, *content.result) : "");
    } else if constexpr (std::is_same_v<Content, transcript::Effect>) {
      return "| " + notation(read_effect(source, content.call));
    } else {
      if constexpr (std::is_same_v<Content, transcript::Query>) read_query(source, content, zone);
      return print(line);
    }
  };
  return std::visit(of, line.content);
}

/// `get_page`, `| flip`, `zone:`; empty for other lines.
std::string name_of(const transcript::Line& line) {
  if (const auto* call = std::get_if<transcript::Call>(&line.content)) return call->name.text;
  if (const auto* effect = std::get_if<transcript::Effect>(&line.content)) return "| " + effect->call.name.text;
  if (const auto* query = std::get_if<transcript::Query>(&line.content)) return query->name.text + ":";
  return "";
}

TEST(BuddyRecordings, are_read_whole_and_written_back) {
  std::map<std::string, std::size_t> seen;
  std::size_t bytes = 0;
  for (const auto& path : recordings("buddy")) {
    const transcript::File file = transcript::parse(transcript::load(path));
    std::string written;
    State<Word> zone{};
    for (const transcript::Line& line : file.lines) {
      written += rewritten(*file.source, line, zone) + '\n';
      ++seen[name_of(line)];
    }
    ASSERT_EQ(written, file.source->text()) << path;
    bytes += written.size();
  }
  fmt::print("{} bytes\n", bytes);
  EXPECT_GT(bytes, std::size_t{1} << 20);
  seen.erase("");
  EXPECT_EQ(seen.size(), 7u + 3u + 4u);
}

// ---- Damage ---------------------------------------------------------------------------------------------------

constexpr const char* boot_above = "boot family=buddy zone_start=64 zone_pages=4096\n";

/// What stands above a line so that it can stand there.
std::string above(std::string_view line) {
  if (line.starts_with("boot")) return "";
  return line.starts_with('|') ? std::string(boot_above) + "alloc_pages(0)\n" : boot_above;
}

std::string last_line_rewritten(const transcript::File& file) {
  State<Word> zone{};
  std::string text;
  for (const transcript::Line& line : file.lines) text = rewritten(*file.source, line, zone);
  return text;
}

/// Lines of the recordings that stand by themselves.
std::vector<std::string> recorded_lines() {
  std::vector<std::string> lines;
  for (const auto& path : recordings("buddy")) {
    const std::string text = transcript::load(path).text();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      if (text[begin] != ' ' && text[begin] != '#') lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return lines;
}

TEST(BuddyDamagedLines, are_refused_at_their_place_or_mean_the_same_written_anew) {
  constexpr std::uint32_t seed = 20010104;
  constexpr std::size_t mutants = 40000;
  const std::vector<std::string> lines = recorded_lines();
  Draw draw(seed);
  std::size_t understood = 0, refused = 0;
  for (std::size_t i = 0; i < mutants; ++i) {
    const std::string line = damaged(lines[draw.below(lines.size())], draw);
    SCOPED_TRACE(fmt::format("seed {}, mutant {}: {}", seed, i, line));
    const transcript::Source source("damaged.mmt", above(line) + line + '\n');
    try {
      const std::string text = last_line_rewritten(transcript::parse(source));
      EXPECT_EQ(last_line_rewritten(transcript::parse({"anew.mmt", above(text) + text + '\n'})), text);
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
}  // namespace refmm::buddy
