// refmm museum: the table has every mistake that the sources name, and says of each what finds it.
#include <refmm/tests/command_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace refmm {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class MuseumCommand : public Command {};

/// The mutants that the headers of a room name beside their lines.
std::set<std::string> mutants_named_in(const std::string& room) {
  const std::regex call("mutant\\(\\s*\"([a-z0-9_.]+)\"\\s*\\)");
  std::set<std::string> named;
  for (const auto& entry : std::filesystem::directory_iterator(room)) {
    if (entry.path().extension() != ".hpp" || entry.path().filename() == "mutant.hpp") continue;
    const std::string text = contents(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match)
      named.insert((*match)[1]);
  }
  return named;
}

TEST_F(MuseumCommand, HasEveryMutantThatTheSourcesName) {
  std::set<std::string> listed, named;
  std::istringstream lines(run("refmm museum --list").out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(listed.insert(line).second) << line << " is listed twice";
  for (const char* room : {"spec", "model", "impl"}) named.merge(mutants_named_in(room));
  EXPECT_GE(named.size(), 440u);
  // Defects are no mutants, but one is made as one.
  for (const std::string& name : listed)
    if (name.starts_with("defect.")) named.insert(name);
  EXPECT_EQ(listed, named);
}

TEST_F(MuseumCommand, SaysWhatItTakesToFindAMutant) {
  const Ran ran = run(
      "refmm museum --mutant slab.impl.free.loses_link --seeds 5 --transcripts 5 --folder $scratch/found --json "
      "$scratch/found.json");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out,
              ContainsRegex("slab.impl.free.loses_link +5/5 +[0-9]+ +[0-9]+ +3  law .*5 of 5 transcripts"));
  EXPECT_THAT(ran.out, HasSubstr("1 mistake, 1 found: 1 by law"));
  EXPECT_THAT(ran.out, HasSubstr("lengths of 5 transcripts: up to 4: 100 %"));
  const std::string transcript = contents(scratch_ / "found" / "slab.impl.free.loses_link.mmt");
  const auto json = nlohmann::json::parse(contents(scratch_ / "found.json"));
  EXPECT_EQ(json[0]["found"][0]["tests"].size(), 5u);
  EXPECT_EQ(json[0]["found"][0]["transcript"], transcript);
  EXPECT_EQ(
      run("refmm run $scratch/found/slab.impl.free.loses_link.mmt --profile corrected --subject impl --mutant "
          "slab.impl.free.loses_link")
          .exit,
      1);
}

TEST_F(MuseumCommand, SaysWhichTheoremFailsOnAMutantOfTheModel) {
  const Ran ran = run("refmm museum --mutant slab.take.keeps_firstnotfull --folder $scratch/found");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("slab.take.keeps_firstnotfull .* Z3 [a-z_]+ .slab"));
  EXPECT_THAT(contents(scratch_ / "found" / "slab.take.keeps_firstnotfull.Z3.txt"), HasSubstr(" = "));
}

TEST_F(MuseumCommand, HasTheDefectsAndTheTreeOfAreas) {
  const Ran defect = run("refmm museum --defect defect.vma.stack_offset --seeds 2");
  EXPECT_EQ(defect.exit, 0) << defect.out << defect.err;
  EXPECT_THAT(defect.out, ContainsRegex("defect.vma[a-z_.]+ +2/2 .* law "));
  const Ran tree = run("refmm museum --mutant area_tree.join.loses_separator --seeds 2");
  EXPECT_EQ(tree.exit, 0) << tree.out << tree.err;
  EXPECT_THAT(tree.out, ContainsRegex("area_tree.join.loses_separator +2/2 .* steps "));
}

TEST_F(MuseumCommand, FailsForAMistakeThatNothingFinds) {
  const Ran ran = run("refmm museum --mutant slab.impl.free.loses_link --seeds 2 --runs 1");
  EXPECT_EQ(ran.exit, 1) << ran.out;
  EXPECT_THAT(ran.out, ContainsRegex("slab.impl.free.loses_link +NOTHING"));
  EXPECT_THAT(ran.out, HasSubstr("1 mistake, 0 found"));
}

TEST_F(MuseumCommand, RefusesWhatItDoesNotKnow) {
  const Ran mutant = run("refmm museum --mutant slab.impl.free.lose_link");
  EXPECT_EQ(mutant.exit, 2);
  EXPECT_THAT(mutant.err, HasSubstr("did you mean slab.impl.free.loses_link"));
  const Ran area = run("refmm museum --area slabs");
  EXPECT_EQ(area.exit, 2);
  EXPECT_THAT(area.err, HasSubstr("there is no area `slabs` of mistakes; there are"));
}

}  // namespace
}  // namespace refmm
