// Campaigns in several parts, as engines that are not ours run them: GNU parallel here, Slurm and continuous integration as far as can be told
// without them.
#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Campaign : public Command {
 protected:
  nlohmann::json check_in(const fs::path& file) const {
    return nlohmann::json::parse(contents(file)).at("checks").at(0);
  }

  const fs::path campaign_ = scratch_ / "campaign";
};

TEST_F(Campaign, IsTheSameOnSeveralWorkersOfParallel) {
  const Ran ran = run("REFMM=$(command -v refmm) tools/campaign 5 " + campaign_.string() +
                      " --area slab --runs 500 --seed 3 -- --jobs 3");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("part               1, 2, 3, 4, 5 of 5\n"), HasSubstr("runs               500\n")));
  const fs::path whole = scratch_ / "whole.json";
  ASSERT_EQ(run("refmm check --area slab --runs 500 --seed 3 --json " + whole.string()).exit, 0);
  EXPECT_EQ(check_in(campaign_ / "all.json").at("commands"), check_in(whole).at("commands"));
  EXPECT_EQ(check_in(campaign_ / "all.json").at("clauses"), check_in(whole).at("clauses"));
}

/// Parts that wait for each other take the time of both, and are no faster together; at once they take it once. The parts are run, and then
/// said to have run at round times.
TEST_F(Campaign, CountsTheTimeInWhichSomePartRan) {
  const auto part = [&](int number, double from, double to) {
    const fs::path file = scratch_ / (std::to_string(number) + ".json");
    EXPECT_EQ(run("refmm check --area slab --runs 3 --seed 3 --shard " + std::to_string(number) + "/3 --json " +
                  file.string())
                  .exit,
              0);
    nlohmann::json all = nlohmann::json::parse(contents(file));
    nlohmann::json& check = all["checks"][0];
    EXPECT_EQ(check["ran"].size(), 1u);
    EXPECT_NEAR(check["ran"][0]["to"].get<double>() - check["ran"][0]["from"].get<double>(),
                check["seconds"].get<double>(), 1e-3);
    check["ran"] = {{{"from", from}, {"to", to}}};
    check["seconds"] = to - from;
    check["commands"] = 600;
    check["commands_per_second"] = 600 / (to - from);
    check["generated_per_second"] = 6000 / (to - from);
    std::ofstream(file) << all;
    return file.string();
  };
  const auto merged = [&](const std::string& one, const std::string& other, const std::string& name) {
    const fs::path both = scratch_ / (name + ".json");
    EXPECT_EQ(run("refmm merge " + one + " " + other + " --json " + both.string()).exit, 0);
    return both.string();
  };
  const std::string first = part(1, 100, 130), second = part(2, 130, 160), beside = part(3, 100, 130);
  const std::string in_turn = merged(first, second, "in_turn"), at_once = merged(beside, first, "at_once");
  EXPECT_EQ(check_in(in_turn).at("seconds"), 60);
  EXPECT_EQ(check_in(in_turn).at("commands_per_second"), 20);
  EXPECT_EQ(check_in(in_turn).at("generated_per_second"), 200);
  EXPECT_EQ(check_in(at_once).at("seconds"), 30);
  EXPECT_EQ(check_in(at_once).at("commands_per_second"), 40);
  const nlohmann::json all = check_in(merged(in_turn, beside, "all"));
  EXPECT_EQ(all.at("seconds"), 60);
  EXPECT_EQ(all.at("commands_per_second"), 30);
  EXPECT_EQ(all, check_in(merged(second, at_once, "all_again"))) << "whatever is put together first";
}

/// Several find the same bug, and write it into one folder at once: it is there once.
TEST_F(Campaign, KeepsOneCorpusForManyWriters) {
  const std::string command = "REFMM=$(command -v refmm) tools/campaign 6 " + campaign_.string() +
                              " --area slab --runs 600 --seed 3 --mutant slab.impl.grow.leaks_pages -- --jobs 6";
  const Ran ran = run(command);
  EXPECT_EQ(ran.exit, 1) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("differs after"));
  std::set<std::string> kept;
  for (const auto& entry : fs::directory_iterator(campaign_ / "corpus")) {
    EXPECT_EQ(entry.path().extension(), ".mmt") << "only whole files are left";
    kept.insert(entry.path().filename());
  }
  EXPECT_EQ(kept.size(), 1u) << "one bug, one name";
  const Ran again = run(command);
  EXPECT_EQ(again.exit, 1);
  EXPECT_THAT(again.out, HasSubstr("a transcript of the corpus, "));
}

TEST_F(Campaign, SaysWhatIsMissing) {
  const Ran no_seed = run("tools/campaign 2 " + campaign_.string() + " --area slab --runs 5");
  EXPECT_EQ(no_seed.exit, 2);
  EXPECT_THAT(no_seed.err, HasSubstr("give it with --seed"));
  EXPECT_EQ(run("tools/campaign none").exit, 2);
  const Ran unknown =
      run("REFMM=$(command -v refmm) tools/campaign 2 " + campaign_.string() + " --area slub --runs 5 --seed 1");
  EXPECT_EQ(unknown.exit, 3);
  EXPECT_THAT(unknown.err, HasSubstr("there is no area `slub`"));
}

/// As a task of the array would run it.
TEST_F(Campaign, IsATaskOfSlurm) {
  for (const std::string task : {"1", "2"}) {
    const Ran ran = run("REFMM=$(command -v refmm) SLURM_ARRAY_TASK_ID=" + task +
                        " SLURM_ARRAY_TASK_COUNT=2 tools/campaigns/slurm.sh " + campaign_.string() +
                        " --area slab --runs 40 --seed 3");
    EXPECT_EQ(ran.exit, 0) << ran.err;
  }
  const Ran merged = run("refmm merge " + campaign_.string() + "/*.json");
  EXPECT_EQ(merged.exit, 0);
  EXPECT_THAT(merged.out, HasSubstr("runs               40\n"));
}

TEST_F(Campaign, IsWrittenAsTheEnginesReadIt) {
  for (const std::string script : {"tools/campaign", "tools/campaigns/slurm.sh"})
    EXPECT_EQ(run("bash -n " + script).exit, 0);
  for (const std::string matrix : {"tools/campaigns/github.yml", "tools/campaigns/gitlab.yml"}) {
    const Ran ran = run("python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' " + matrix);
    EXPECT_EQ(ran.exit, 0) << ran.err;
  }
}

}  // namespace
}  // namespace refmm
