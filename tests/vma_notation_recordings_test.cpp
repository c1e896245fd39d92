// Every line of every recording of memory areas is read, and what is written is what was read. What a line is turned into by
// damage is refused at its place, or it means the same when it is written and read again.

#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_notation.hpp>
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

namespace refmm::vma {
namespace {

using Word = std::uint32_t;

/// A line from what the notation makes of it; comments and the answers to queries are as they were.
std::string rewritten(const transcript::Source& source, const transcript::Line& line) {
  const auto of = [&]<class Content>(const Content& content) -> std::string {
    if constexpr (std::is_same_v<Content, transcript::Boot>) {
      const BootLine read = read_boot(source, line, content);
      return boot_notation(read.boot, read.all_effects);
    } else if constexpr (std::is_same_v<Content, transcript::Set>) {
      return notation(Command<Word>(read_set(source, line, content)));
    } else if constexpr (std::is_same_v<Content, transcript::Call>) {
      const Command<Word> command = read_call(source, content);
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

TEST(VmaRecordings, are_read_whole_and_written_back) {
  std::map<std::string, std::size_t> seen;
  std::size_t bytes = 0;
  for (const auto& path : recordings("vma")) {
    const transcript::File file = transcript::parse(transcript::load(path));
    std::string written;
    for (const transcript::Line& line : file.lines) {
      written += rewritten(*file.source, line) + '\n';
      ++seen[name_of(line)];
    }
    ASSERT_EQ(written, file.source->text()) << path;
    bytes += written.size();
  }
  fmt::print("{} bytes\n", bytes);
  EXPECT_GT(bytes, std::size_t{5} << 20);
  // printk is the one effect that no recording shows.
  seen.erase("");
  EXPECT_EQ(seen.size(), 20u + 16u + 4u);
  EXPECT_EQ(seen.count("| printk"), 0u);
}

// ---- Damage ---------------------------------------------------------------------------------------------------

std::string last_line_rewritten(const transcript::File& file) {
  return rewritten(*file.source, file.lines.back());
}

/// What stands above a line so that it can stand there.
std::string_view above(std::string_view line) {
  if (line.starts_with("boot")) return "";
  return line.starts_with('|') ? "boot family=vma\nexit_mmap()\n" : "boot family=vma\n";
}

TEST(VmaDamagedLines, are_refused_at_their_place_or_mean_the_same_written_anew) {
  damage_is_refused_or_means_the_same(recorded_lines("vma"), 40000, above, last_line_rewritten);
}

}  // namespace
}  // namespace refmm::vma
