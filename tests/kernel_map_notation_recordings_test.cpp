// Every line of every recording of kernel mappings is read, and what is written is what was read. What a line is turned into by
// damage is refused at its place, or it means the same when it is written and read again.

#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/kernel_map_family.hpp>
#include <refmm/tests/notation_of_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {
namespace {

using Word = std::uint32_t;

/// A transcript so far: what its calls and queries mean depends on the machine and on which directories are in use.
struct SoFar {
  Boot<Word> boot{};
  State<Word> state{};
};

/// A call in the spelling of the notation. Recordings write sizes in decimal and in hexadecimal as they like.
std::string rewritten(const transcript::Source& source, const transcript::Call& call, const SoFar& so_far) {
  const Command<Word> command = read_call(source, call, so_far.boot, so_far.state);
  return notation(command) + (call.result ? " = " + read_result(source, command, *call.result) : "");
}

/// A line from what the notation makes of it; comments and the answers to queries are as they were.
std::string rewritten(const transcript::Source& source, const transcript::Line& line, const SoFar& so_far) {
  const auto of = [&]<class Content>(const Content& content) -> std::string {
    if constexpr (std::is_same_v<Content, transcript::Boot>) {
      const BootLine read = read_boot(source, line, content);
      return boot_notation(read.boot, read.all_effects);
    } else if constexpr (std::is_same_v<Content, transcript::Set>) {
      return notation(Command<Word>(read_set(source, line, content)));
    } else if constexpr (std::is_same_v<Content, transcript::Call>) {
      return rewritten(source, content, so_far);
    } else if constexpr (std::is_same_v<Content, transcript::Effect>) {
      return "| " + notation(read_effect(source, content.call));
    } else {
      if constexpr (std::is_same_v<Content, transcript::Query>)
        read_query(source, content, so_far.boot, so_far.state);
      return print(line);
    }
  };
  return std::visit(of, line.content);
}

/// The transcript behind a line.
SoFar behind(const transcript::Source& source, const transcript::Line& line, SoFar so_far) {
  const auto step = [&](const Command<Word>& command) {
    so_far.state = KernelMapFamily::step(so_far.boot, std::move(so_far.state), command).state;
  };
  if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
    so_far.boot = read_boot(source, line, *boot).boot;
    so_far.state = KernelMapFamily::boot(so_far.boot);
  } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
    step(read_set(source, line, *set));
  } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
    step(read_call(source, *call, so_far.boot, so_far.state));
  }
  return so_far;
}

/// A line of a call with its numbers in one spelling: all hexadecimal, without leading zeros.
std::string with_plain_numbers(const transcript::Call& call) {
  std::string text = call.name.text;
  for (const transcript::Argument& argument : call.arguments) {
    const auto* number = std::get_if<transcript::Number>(&argument.value.form);
    text += ' ' +
            (number ? fmt::format("{}{:x}", number->negative ? "-" : "", number->magnitude) : argument.value.text);
  }
  for (const transcript::Argument& value : call.result ? call.result->values : std::vector<transcript::Argument>{})
    text += " = " + value.value.text;
  return text;
}

std::string with_plain_numbers(const std::string& call_line) {
  const auto file = transcript::parse({"written.mmt", "boot family=kernel\n" + call_line + "\n"});
  return with_plain_numbers(std::get<transcript::Call>(file.lines.back().content));
}

TEST(KernelMapRecordings, are_read_whole_and_written_back) {
  std::map<std::string, std::size_t> seen;
  std::size_t lines = 0;
  for (const auto& path : recordings("kernel")) {
    const transcript::File file = transcript::parse(transcript::load(path));
    SoFar so_far;
    for (const transcript::Line& line : file.lines) {
      SCOPED_TRACE(fmt::format("{}:{}", path.string(), line.at.line));
      const std::string written = rewritten(*file.source, line, so_far);
      if (const auto* call = std::get_if<transcript::Call>(&line.content))
        ASSERT_EQ(with_plain_numbers(written), with_plain_numbers(*call));
      else
        ASSERT_EQ(written, print(line));
      so_far = behind(*file.source, line, std::move(so_far));
      ++seen[name_of(line)];
      ++lines;
    }
  }
  EXPECT_GT(lines, 40'000u);
  // All calls but the two of our own, all effects, all queries.
  seen.erase("");
  EXPECT_EQ(seen.size(), 21u + 11u + 9u);
}

// ---- Damage ---------------------------------------------------------------------------------------------------

/// What stands above a line so that it can stand there: some directories are in use, and one has been freed.
constexpr std::string_view machine =
    "boot family=kernel ram_pages=16384 highmem_pages=16 config=highmem\n"
    "pgd_alloc()\npgd_alloc()\npgd_alloc()\npgd_free(pgd 2)\n";

std::string above(std::string_view line) {
  if (line.starts_with("boot")) return "";
  return std::string(machine) + (line.starts_with('|') ? "get_page()\n" : "");
}

std::string last_line_rewritten(const transcript::File& file) {
  SoFar so_far;
  for (std::size_t i = 0; i + 1 < file.lines.size(); ++i)
    so_far = behind(*file.source, file.lines[i], std::move(so_far));
  return rewritten(*file.source, file.lines.back(), so_far);
}

TEST(KernelMapDamagedLines, are_refused_at_their_place_or_mean_the_same_written_anew) {
  std::vector<std::string> lines = recorded_lines("kernel");
  lines.insert(lines.end(), {"map_user(pgd 1, 0x08048000, rw) = pfn 1030", "clear_page_tables(pgd 3, 0, 768)",
                             "boot family=kernel ram_pages=16384 sharing=preallocated"});
  damage_is_refused_or_means_the_same(lines, 20000, above, last_line_rewritten);
}

}  // namespace
}  // namespace refmm::kernel_map
