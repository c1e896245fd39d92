#include <refmm/tests/replay_difference.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace refmm::replay {

std::vector<std::string_view> words_in(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t begin = line.find_first_not_of(' '); begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(' ', end);
  }
  return words;
}

namespace {

Difference field_of_lines(std::size_t number, std::string_view expected, std::string_view found) {
  const auto left = words_in(expected), right = words_in(found);
  const auto word = [](const auto& words, std::size_t i) {
    return i < words.size() ? std::string(words[i]) : std::string("absent");
  };
  std::size_t i = 0;
  while (i < left.size() && i < right.size() && left[i] == right[i]) ++i;
  std::string expected_word = word(left, i), found_word = word(right, i);
  const std::size_t equals = expected_word.find('=');
  if (equals == std::string::npos || found_word.substr(0, equals + 1) != expected_word.substr(0, equals + 1))
    return {fmt::format("word {} of line {}", i + 1, number), expected_word, found_word};
  return {fmt::format("{} in line {}", expected_word.substr(0, equals), number), expected_word.substr(equals + 1),
          found_word.substr(equals + 1)};
}

}  // namespace

Difference difference_of(const char* path, std::string_view expected, std::string_view found) {
  const auto text = [](std::string_view of) { return std::string(of.empty() ? "nothing" : of); };
  return {path, text(expected), text(found)};
}

Difference field_of_blocks(const std::vector<std::string>& expected, const std::vector<std::string>& found) {
  std::size_t i = 0;
  while (i < expected.size() && i < found.size() && expected[i] == found[i]) ++i;
  if (i < expected.size() && i < found.size()) return field_of_lines(i + 1, expected[i], found[i]);
  return {fmt::format("line {}", i + 1), i < expected.size() ? expected[i] : "absent",
          i < found.size() ? found[i] : "absent"};
}

}  // namespace refmm::replay
