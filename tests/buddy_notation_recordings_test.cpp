// Every line of every recording of the page allocator is read, and what is written is what was read. What a line is turned into by
// damage is refused at its place, or it means the same when it is written and read again.

#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/notation_of_recordings.hpp>

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

TEST(BuddyDamagedLines, are_refused_at_their_place_or_mean_the_same_written_anew) {
  damage_is_refused_or_means_the_same(recorded_lines("buddy"), 40000, above, last_line_rewritten);
}

}  // namespace
}  // namespace refmm::buddy
