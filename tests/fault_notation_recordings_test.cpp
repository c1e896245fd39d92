// Every line of every recording of demand paging is read, and what is written is what was read. What a line is turned into by
// damage is refused at its place, or it means the same when it is written and read again.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/notation_of_recordings.hpp>

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
  damage_is_refused_or_means_the_same(recorded_lines("fault"), 40000, above, last_line_rewritten);
}

}  // namespace
}  // namespace refmm::process
