// Every line of every recording of memory areas is read, and what is written is what was read.

#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace refmm::vma {
namespace {

using Word = std::uint32_t;

/// Writes the lines of a file from what the notation makes of them; comments, answers and layout are as they were.
class WrittenBack {
 public:
  explicit WrittenBack(const transcript::File& file) : source_(*file.source) {
    for (const transcript::Line& line : file.lines)
      std::visit([&](const auto& content) { write(line, content); }, line.content);
  }
  const std::string& text() const { return text_; }
  std::map<std::string, std::size_t> seen{};  // names of calls, effects and queries, and how often

 private:
  void write(const transcript::Line& line, const transcript::Blank&) { write(print(line)); }
  void write(const transcript::Line& line, const transcript::Comment&) { write(print(line)); }
  void write(const transcript::Line& line, const transcript::Boot& boot) {
    const BootLine read = read_boot(source_, line, boot);
    write(boot_notation(read.boot, read.all_effects));
  }
  void write(const transcript::Line& line, const transcript::Set& set) {
    write(notation(Command<Word>(read_set(source_, line, set))));
  }
  void write(const transcript::Line&, const transcript::Call& call) {
    ++seen[call.name.text];
    const Command<Word> command = read_call(source_, call);
    write(notation(command) + (call.result ? " = " + read_result(source_, command, *call.result) : ""));
  }
  void write(const transcript::Line&, const transcript::Effect& effect) {
    ++seen["| " + effect.call.name.text];
    write("| " + notation(read_effect(source_, effect.call)));
  }
  void write(const transcript::Line& line, const transcript::Query& query) {
    ++seen[query.name.text + ":"];
    read_query(source_, query);
    write(print(line));
  }
  void write(const std::string& line) { text_ += line + '\n'; }

  const transcript::Source& source_;
  std::string text_;
};

TEST(VmaRecordings, are_read_whole_and_written_back) {
  std::map<std::string, std::size_t> seen;
  std::size_t bytes = 0;
  for (const auto& path : recordings("vma")) {
    const transcript::File file = transcript::parse(transcript::load(path));
    const WrittenBack written(file);
    ASSERT_EQ(written.text(), file.source->text()) << path;
    bytes += written.text().size();
    for (const auto& [name, count] : written.seen) seen[name] += count;
  }
  fmt::print("{} bytes\n", bytes);
  EXPECT_GT(bytes, std::size_t{5} << 20);
  // printk is the one effect that no recording shows.
  EXPECT_EQ(seen.size(), 20u + 16u + 4u);
  EXPECT_EQ(seen.count("| printk"), 0u);
}

}  // namespace
}  // namespace refmm::vma
