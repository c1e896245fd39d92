// Campaigns in several parts, as engines that are not ours run them: GNU parallel here, Slurm and continuous integration as far as can be told
// without them.
#include <refmm/tests/temporary_folder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

struct Ran {
  int exit;
  std::string output;
};

Ran run(const std::string& line) {
  FILE* pipe = popen((line + " 2>&1").c_str(), "r");
  if (!pipe) throw std::runtime_error("no shell");
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe))
    output.append(part.data(), count);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

class Campaign : public testing::Test {
 protected:
  nlohmann::json check_in(const fs::path& file) const {
    return nlohmann::json::parse(std::ifstream(file)).at("checks").at(0);
  }

  TemporaryFolder scratch_;
  const fs::path folder_ = scratch_.path() / "campaign";
  const std::string with_refmm_ = "REFMM=" REFMM_COMMAND " ";
};

TEST_F(Campaign, IsTheSameOnSeveralWorkersOfParallel) {
  const Ran ran =
      run(with_refmm_ + "tools/campaign 5 " + folder_.string() + " --area slab --runs 500 --seed 3 -- --jobs 3");
  EXPECT_EQ(ran.exit, 0) << ran.output;
  EXPECT_THAT(ran.output,
              AllOf(HasSubstr("part               1, 2, 3, 4, 5 of 5\n"), HasSubstr("runs               500\n")));
  const fs::path whole = scratch_.path() / "whole.json";
  ASSERT_EQ(run(REFMM_COMMAND " check --area slab --runs 500 --seed 3 --json " + whole.string()).exit, 0);
  EXPECT_EQ(check_in(folder_ / "all.json").at("commands"), check_in(whole).at("commands"));
  EXPECT_EQ(check_in(folder_ / "all.json").at("clauses"), check_in(whole).at("clauses"));
}

/// Several find the same bug, and write it into one folder at once: it is there once.
TEST_F(Campaign, KeepsOneCorpusForManyWriters) {
  const std::string command = with_refmm_ + "tools/campaign 6 " + folder_.string() +
                              " --area slab --runs 600 --seed 3 --mutant slab.impl.grow.leaks_pages -- --jobs 6";
  const Ran ran = run(command);
  EXPECT_EQ(ran.exit, 1) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("differs after"));
  std::set<std::string> kept;
  for (const auto& entry : fs::directory_iterator(folder_ / "corpus")) {
    EXPECT_EQ(entry.path().extension(), ".mmt") << "only whole files are left";
    kept.insert(entry.path().filename());
  }
  EXPECT_EQ(kept.size(), 1u) << "one bug, one name";
  const Ran again = run(command);
  EXPECT_EQ(again.exit, 1);
  EXPECT_THAT(again.output, HasSubstr("a transcript of the corpus, "));
}

TEST_F(Campaign, SaysWhatIsMissing) {
  const Ran no_seed = run("tools/campaign 2 " + folder_.string() + " --area slab --runs 5");
  EXPECT_EQ(no_seed.exit, 2);
  EXPECT_THAT(no_seed.output, HasSubstr("give it with --seed"));
  EXPECT_EQ(run("tools/campaign none").exit, 2);
  const Ran unknown = run(with_refmm_ + "tools/campaign 2 " + folder_.string() + " --area slub --runs 5 --seed 1");
  EXPECT_EQ(unknown.exit, 3);
  EXPECT_THAT(unknown.output, HasSubstr("there is no area `slub`"));
}

/// As a task of the array would run it.
TEST_F(Campaign, IsATaskOfSlurm) {
  for (const std::string task : {"1", "2"}) {
    const Ran ran =
        run(with_refmm_ + "SLURM_ARRAY_TASK_ID=" + task + " SLURM_ARRAY_TASK_COUNT=2 tools/campaigns/slurm.sh " +
            folder_.string() + " --area slab --runs 40 --seed 3");
    EXPECT_EQ(ran.exit, 0) << ran.output;
  }
  const Ran merged = run(REFMM_COMMAND " merge " + folder_.string() + "/*.json");
  EXPECT_EQ(merged.exit, 0);
  EXPECT_THAT(merged.output, HasSubstr("runs               40\n"));
}

TEST_F(Campaign, IsWrittenAsTheEnginesReadIt) {
  for (const std::string script : {"tools/campaign", "tools/campaigns/slurm.sh"})
    EXPECT_EQ(run("bash -n " + script).exit, 0);
  for (const std::string matrix : {"tools/campaigns/github.yml", "tools/campaigns/gitlab.yml"}) {
    const Ran ran = run("python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' " + matrix);
    EXPECT_EQ(ran.exit, 0) << ran.output;
  }
}

}  // namespace
}  // namespace refmm
