// Every recording of every family is parsed, and what is printed is what was read.

#include <refmm/spec/transcript.hpp>
#include <refmm/tests/transcript_nodes.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace refmm::transcript {
namespace {

/// Spells a value from what the parser made of it, in the manner of the recordings.
struct Spelling {
  std::string_view original;

  std::string operator()(const Number& number) const {
    const bool hexadecimal = original.starts_with("0x");
    return (number.negative ? "-" : "") +
           (hexadecimal ? address(number.magnitude, original.size() - 2) : std::to_string(number.magnitude));
  }
  std::string operator()(const Text& text) const { return '"' + text.text + '"'; }
  std::string operator()(const Names& names) const {
    std::string text;
    for (const Word& word : names.words) text += (text.empty() ? "" : "|") + word.text;
    return text;
  }
  std::string operator()(const SlabObject& object) const {
    return object.cache.text + ':' + std::to_string(object.slab) +
           (object.index ? '[' + std::to_string(*object.index) + ']' : "");
  }
  std::string operator()(const Range& range) const {
    if (!original.starts_with("0x")) return fmt::format("{}..{}", range.first, range.last);
    return address(range.first, 8) + '-' + address(range.last, 8);
  }
  std::string operator()(const Counted& counted) const {
    const std::string numbers = counted.first == counted.last ? std::to_string(counted.first)
                                                              : fmt::format("{}..{}", counted.first, counted.last);
    return counted.kind.text + ' ' + numbers;
  }

  static std::string address(std::uint64_t value, std::size_t digits) {
    return fmt::format("0x{:0{}x}", value, digits);
  }
};

/// Checks of every node that it stands where it says, and of every value that its form says what its text says.
struct Check {
  const File& file;
  std::size_t words = 0;
  std::size_t values = 0;
  std::string failure{};

  void word(Position at, std::string_view text) {
    ++words;
    const std::string_view line = file.source->line(at.line);
    if (at.column == 0 || at.column > line.size() + 1 || line.substr(at.column - 1, text.size()) != text)
      failure = fmt::format("{}:{}:{}: not at its place: {}", file.source->file(), at.line, at.column, text);
  }

  void value(const Value& value) {
    ++values;
    const std::string spelling = std::visit(Spelling{value.text}, value.form);
    if (spelling != value.text)
      failure = fmt::format("{}:{}:{}: {} was understood as {}", file.source->file(), value.at.line,
                            value.at.column, value.text, spelling);
  }
};

class Recordings : public testing::TestWithParam<std::string> {};

TEST_P(Recordings, are_printed_as_they_were) {
  const auto paths = recordings(GetParam());
  ASSERT_FALSE(paths.empty());
  std::size_t bytes = 0;
  for (const auto& path : paths) {
    const File file = parse(load(path));
    ASSERT_EQ(print(file), file.source->text()) << path;
    bytes += file.source->text().size();
  }
  fmt::print("{} recordings, {} bytes\n", paths.size(), bytes);
}

TEST_P(Recordings, have_every_node_at_its_place_and_every_value_understood) {
  std::size_t words = 0, values = 0;
  for (const auto& path : recordings(GetParam())) {
    const File file = parse(load(path));
    Check check{file};
    walk(file, check);
    ASSERT_EQ(check.failure, "");
    words += check.words;
    values += check.values;
  }
  fmt::print("{} words, {} values\n", words, values);
  EXPECT_GT(values, 0u);
}

TEST_P(Recordings, have_boot_lines_of_their_family) {
  for (const auto& path : recordings(GetParam())) {
    const File file = parse(load(path));
    std::size_t boots = 0;
    for (const Line& line : file.lines) {
      const auto* boot = std::get_if<Boot>(&line.content);
      if (boot == nullptr) continue;
      ++boots;
      ASSERT_FALSE(boot->settings.empty()) << path;
      EXPECT_EQ(boot->settings[0].key.text, "family") << path;
      EXPECT_EQ(boot->settings[0].values.at(0).text, GetParam()) << path;
    }
    EXPECT_GT(boots, 0u) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(OfFamily, Recordings, testing::ValuesIn(recorded_families()),
                         [](const auto& family) { return family.param; });

TEST(RecordedFamilies, are_all_five) {
  EXPECT_EQ(recorded_families(), (std::vector<std::string>{"buddy", "fault", "kernel", "slab", "vma"}));
}

}  // namespace
}  // namespace refmm::transcript
