// What the READMEs say of the tree is true of the tree: every file and folder that they name exists.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> readmes() {
  std::vector<fs::path> found{"README.md"};
  for (const char* room : {"spec", "model", "impl", "proofs", "tests", "tools"}) {
    found.push_back(fs::path(room) / "README.md");
  }
  return found;
}

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The folders and kinds of files by which a text in backticks is known to be a path of ours: `spec/slab.hpp`,
/// `slab.hpp`, `tools/run`. The kernel's files are not (`mm/slab.c`), nor is what a build makes.
bool names_a_file_of_ours(const std::string& text) {
  static const std::regex ours(
      R"((spec|model|impl|proofs|tests|tools|cmake|\.ci)/[\w./-]*|[\w-]+/|[\w/-]+\.(hpp|cpp|md|cff|json|cmake|txt))");
  return std::regex_match(text, ours);
}

std::vector<std::string> paths_in(const std::string& text) {
  static const std::regex in_backticks("`([^`\n ]+)[^`\n]*`");
  std::vector<std::string> paths;
  for (std::sregex_iterator it(text.begin(), text.end(), in_backticks), end; it != end; ++it) {
    if (names_a_file_of_ours((*it)[1].str())) paths.push_back((*it)[1].str());
  }
  return paths;
}

TEST(Readmes, NameOnlyFilesThatExist) {
  for (const fs::path& readme : readmes()) {
    ASSERT_TRUE(fs::exists(readme)) << readme;
    for (const std::string& path : paths_in(contents(readme))) {
      EXPECT_TRUE(fs::exists(path) || fs::exists(readme.parent_path() / path)) << readme << " names " << path;
    }
  }
}

/// The files of families that a recipe speaks of: `tests/AREA_check.hpp` is `tests/slab_check.hpp`, and so on.
std::vector<std::string> of_families(const std::string& path) {
  std::vector<std::string> paths;
  for (const char* family : {"buddy", "slab", "kernel_map", "vma", "fault", "malloc"})
    paths.push_back(std::regex_replace(path, std::regex("AREA|NAME"), family));
  return paths;
}

TEST(Readmes, AndRecipesForContributorsToo) {
  const std::vector<std::string> paths = paths_in(contents("CONTRIBUTING.md"));
  EXPECT_GT(paths.size(), 20u);
  for (const std::string& path : paths) {
    EXPECT_TRUE(std::ranges::any_of(of_families(path),
                                    [](const fs::path& file) {
                                      return std::ranges::any_of(
                                          std::array{".", "spec", "model", "impl", "proofs", "tests", "tools"},
                                          [&](const fs::path& room) { return fs::exists(room / file); });
                                    }))
        << "CONTRIBUTING.md names " << path;
  }
}

TEST(Readmes, AreSearchedForPaths) {
  EXPECT_EQ(paths_in("`tools/run` and `spec/slab.hpp`, `mm/slab.c`, `tools/test -R slab`, `refmm run`, `law.hpp`"),
            (std::vector<std::string>{"tools/run", "spec/slab.hpp", "tools/test", "law.hpp"}));
}

TEST(Readmes, OfRoomsFitOnAScreen) {
  for (const fs::path& readme : readmes()) {
    if (readme == "README.md") continue;
    const std::string text = contents(readme);
    EXPECT_LE(std::ranges::count(text, '\n'), 50) << readme;
  }
}

}  // namespace
}  // namespace refmm
