// The guides of the book, followed as a newcomer would: what a page says to write is written, what it says to type is typed, in one shell
// and in that order, with an installed refmm and an empty home; and what is printed must be what the page shows.
#include <refmm/tests/command_fixture.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

/// Something to do on a page: a command, and what it prints, or a file to write.
struct Step {
  std::string command, file;
  std::string text{};
};

/// Blocks marked `console` have commands behind `$ `; those marked `c NAME` are files.
std::vector<Step> steps_of(const std::string& page) {
  std::vector<Step> steps;
  std::istringstream lines(page);
  bool in_console = false, in_file = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      in_console = line == "```console";
      in_file = line.starts_with("```c ");
      if (in_file) steps.push_back({"", line.substr(5)});
    } else if (in_console && line.starts_with("$ ")) {
      steps.push_back({line.substr(2), ""});
    } else if (in_console || in_file) {
      steps.back().text += line + '\n';
    }
  }
  return steps;
}

/// A text without what is another one each time: times, and how much is done in them.
std::string without_times(std::string text) {
  for (const auto& [pattern, replacement] :
       {std::pair{R"([0-9]+\.[0-9]+ s)", "T s"}, std::pair{R"([0-9,]+ checked)", "N checked"},
        std::pair{R"([0-9,]+ generated)", "N generated"}})
    text = std::regex_replace(text, std::regex(pattern), replacement);
  return text;
}

class Guide : public Command {
 protected:
  /// Follows a page. Returns what each of its steps printed, errors included.
  std::vector<std::string> follow(const std::vector<Step>& steps) const {
    // The folder that refmm was built in is called as it is on the page. What is made there is made in the scratch folder.
    const auto root = scratch_ / "refmm-source";
    std::filesystem::create_directories(root / "build");
    std::filesystem::create_directory_symlink(REFMM_COMMAND_FOLDER, root / "build" / "release");
    std::filesystem::create_directory_symlink(std::filesystem::absolute("tests"), root / "tests");
    const std::string mark = "@@ step ";
    std::string script =
        "exec 2>&1\nexport HOME=$scratch/home\nmkdir $HOME\ncd $scratch/refmm-source\nunset "
        "REFMM_COMMAND_FOLDER\n";
    for (const Step& step : steps) {
      script += "status=$?; printf '" + mark + "\\n'; (exit $status)\n";  // which is the next step's to see
      script += step.file.empty() ? step.command + "\n"
                                  : "cat >" + step.file + " <<'END OF FILE'\n" + step.text + "END OF FILE\n";
    }
    std::vector<std::string> printed;
    std::istringstream lines(run(script).out);
    for (std::string line; std::getline(lines, line);) {
      if (line == mark)
        printed.emplace_back();
      else if (!printed.empty())
        printed.back() += line + '\n';
    }
    return printed;
  }

  void lead_to_what_they_show(const std::vector<Step>& steps) const {
    const std::vector<std::string> printed = follow(steps);
    ASSERT_EQ(printed.size(), steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string expected = steps[i].file.empty() ? steps[i].text : "";
      EXPECT_EQ(without_times(printed[i]), without_times(expected)) << "$ " << steps[i].command << steps[i].file;
    }
  }
};

TEST_F(Guide, TenMinutesLeadToWhereThePageSays) {
  const std::vector<Step> steps = steps_of(contents("spec/book/guides/ten-minutes.md"));
  ASSERT_GE(steps.size(), 12u);
  lead_to_what_they_show(steps);
}

TEST_F(Guide, FirstFiveMinutesLeadToWhatTheReadmeSays) {
  const std::vector<Step> steps = steps_of(contents("README.md"));
  ASSERT_GE(steps.size(), 7u);
  lead_to_what_they_show(steps);
}

TEST(GuidePages, AreReadStepByStep) {
  const auto steps = steps_of("text\n```c a.c\nint x;\n```\n```console\n$ ls\na.c\n$ true\n```\n$ no\n");
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].file, "a.c");
  EXPECT_EQ(steps[0].text, "int x;\n");
  EXPECT_EQ(steps[1].command, "ls");
  EXPECT_EQ(steps[1].text, "a.c\n");
  EXPECT_EQ(steps[2].command, "true");
  EXPECT_EQ(without_times("in 0.3 s, 1,200 checked"), "in T s, N checked");
}

}  // namespace
}  // namespace refmm
