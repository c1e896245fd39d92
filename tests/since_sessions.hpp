// Where tests find transcripts of later eras: tests/scenarios/posix, and the examples of the book's chapter.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A file of transcripts of the family, by its name and its text.
struct Sessions {
  std::string name, text;
};

inline std::vector<Sessions> posix_sessions() {
  std::vector<Sessions> all;
  for (const auto& entry : std::filesystem::directory_iterator("tests/scenarios/posix")) {
    if (entry.path().extension() == ".mmt") all.push_back({entry.path().filename(), contents(entry.path())});
  }
  std::ranges::sort(all, {}, &Sessions::name);
  return all;
}

/// The examples of the chapter, by the clauses that they stand under.
inline std::vector<Sessions> chapter_sessions() {
  constexpr std::string_view begins = "```mmt\n", ends = "```\n";
  std::vector<Sessions> all;
  const std::string text = contents("spec/book/since.md");
  for (std::size_t at = text.find(begins); at != text.npos; at = text.find(begins, at + 1)) {
    const std::size_t first = at + begins.size();
    const std::size_t heading = text.rfind("\n### ", at) + 5;
    all.push_back({text.substr(heading, text.find('\n', heading) - heading),
                   text.substr(first, text.find(ends, first) - first)});
  }
  return all;
}

/// As GoogleTest wants it.
inline std::string name_of_sessions(const testing::TestParamInfo<Sessions>& info) {
  std::string name = info.param.name;
  for (char& letter : name) letter = letter == '.' || letter == '-' ? '_' : letter;
  return name;
}

}  // namespace refmm
