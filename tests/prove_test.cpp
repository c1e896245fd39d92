// The harness of the theorems: every verdict is given where it is due, every mutant of the model is somebody's, and what
// crosses from a process arrives.
#include <refmm/proofs/proof.hpp>
#include <refmm/proofs/proof_processes.hpp>
#include <refmm/proofs/theorem.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace refmm {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// ---- A subject to make theorems of --------------------------------------------------------------------------------------

/// Half of a number, and what it is called; two mistakes can be switched on.
struct Halves {
  template <Word W>
  static Decision<W> half(W number) {
    if ((number & 1u) == 0u) return {number >> 1u, {"slab.alloc.slab_fills"}};
    return {active_mutant() == "halves.rounds_up" ? (number >> 1u) + 1u : number >> 1u, {"slab.free.was_full"}};
  }
};

constexpr Law half_is_not_more{"slab.order", "half_is_not_more", [](auto& world, auto subject) {
                                 const auto number = world.word("number", 0, 1000);
                                 const auto half = subject.half(number);
                                 world.reached(half.because);
                                 return half.value << 1u <= number;
                               }};

constexpr Law half_is_less{"slab.order", "half_is_less", [](auto& world, auto subject) {
                             const auto number = world.word("number", 0, 1000);
                             return subject.half(number).value < number;
                           }};

constexpr Law no_number_is_left{"slab.order", "no_number_is_left", [](auto& world, auto subject) {
                                  const auto number = world.word("number", 0, 1000);
                                  world.assume(number > 1000u);
                                  return subject.half(number).value == 7u;
                                }};

constexpr Law factors_are_found{"slab.order", "factors_are_found", [](auto& world, auto) {
                                  const auto one = world.word("one", 2, 65535),
                                             other = world.word("other", 2, 65535);
                                  return one * other != 65521u * 65519u;
                                }};

constexpr Law elements_follow{"slab.order", "elements_follow", [](auto& world, auto) {
                                const auto list = world.words("list", DistinctBelow<decltype(world.word(""))>{9u});
                                const auto place = world.position("place", list);
                                return at(list, place + 1u) < 9u;
                              }};

Theorem about(const auto& law, std::vector<ClauseRef> reaches = {},
              std::vector<std::string_view> fails_on = {"halves.rounds_up"}) {
  return theorem(law, Halves{}, "tests", std::move(reaches), std::move(fails_on));
}

// ---- Verdicts -------------------------------------------------------------------------------------------------------------

TEST(Prove, ProvesWhatHoldsAndKillsItsMutant) {
  const Proof proof = prove(about(half_is_not_more, {"slab.alloc.slab_fills", "slab.free.was_full"}));
  EXPECT_EQ(proof.verdict, Verdict::proved) << proof.reason;
  ASSERT_EQ(proof.killed.size(), 1u);
  EXPECT_EQ(proof.killed[0].name, "halves.rounds_up");
  EXPECT_TRUE(proof.killed[0].counterexample.replayed);
  EXPECT_EQ(proof.killed[0].counterexample.inputs.at("number")[0] % 2, 1u);
}

TEST(Prove, RefutesWhatDoesNotHold) {
  const Proof proof = prove(about(half_is_less));
  EXPECT_EQ(proof.verdict, Verdict::refuted);
  EXPECT_THAT(proof.counterexample.inputs.at("number"), ElementsAre(0u));
  EXPECT_TRUE(proof.counterexample.replayed);
}

TEST(Prove, RefutesAMutantThatIsSwitchedOn) {
  ProofOptions options;
  options.mutant = "halves.rounds_up";
  EXPECT_EQ(prove(about(half_is_not_more), options).verdict, Verdict::refuted);
}

TEST(Prove, CallsContradictoryAssumptionsVacuous) {
  EXPECT_EQ(prove(about(no_number_is_left)).verdict, Verdict::vacuous);
}

TEST(Prove, MissesClausesThatDecideNowhere) {
  const Proof proof = prove(about(half_is_not_more, {"slab.free.was_full", "slab.free.becomes_free"}));
  EXPECT_EQ(proof.verdict, Verdict::unreached);
  EXPECT_EQ(proof.reason, "slab.free.becomes_free");
}

TEST(Prove, WantsMutantsKilled) {
  const Proof proof = prove(about(half_is_not_more, {}, {"halves.rounds_up", "halves.does_nothing"}));
  EXPECT_EQ(proof.verdict, Verdict::survived_mutant);
  EXPECT_EQ(proof.reason, "halves.does_nothing");
  EXPECT_EQ(prove(about(half_is_not_more, {}, {})).verdict, Verdict::survived_mutant);
}

TEST(Prove, DoesNotKnowWhatIsTooHard) {
  ProofOptions options;
  options.limits.rlimit = 1'000;
  EXPECT_EQ(prove(about(factors_are_found), options).verdict, Verdict::unknown);
}

TEST(Prove, StopsAtTooManyPaths) {
  ProofOptions options;
  options.limits.paths = 1;
  const Proof proof = prove(about(half_is_not_more), options);
  EXPECT_EQ(proof.verdict, Verdict::unknown);
  EXPECT_THAT(proof.reason, HasSubstr("more than 1 paths"));
}

TEST(Prove, RefutesAMisstepWithItsInputs) {
  const Proof proof = prove(about(elements_follow));
  EXPECT_EQ(proof.verdict, Verdict::refuted);
  EXPECT_EQ(proof.reason, "reads past the end of a sequence");
  EXPECT_EQ(proof.counterexample.inputs.at("list").size(), proof.counterexample.inputs.at("place")[0] + 1);
}

// ---- Processes --------------------------------------------------------------------------------------------------------------

TEST(ProveAll, HandsOverEveryProofInOrder) {
  const std::vector<Theorem> theorems{about(half_is_not_more), about(half_is_less), about(no_number_is_left)};
  const std::vector<const Theorem*> pointers{&theorems[0], &theorems[1], &theorems[2]};
  std::vector<std::string> told;
  ProofRequest request;
  request.jobs = 2;
  prove_all(
      pointers, request, [](std::size_t) {},
      [&](const Theorem& theorem, const Proof& proof) {
        told.push_back(std::string(theorem.name) + " " + std::string(name_of(proof.verdict)) + " " +
                       in_words(proof.counterexample.inputs));
      });
  EXPECT_THAT(told, ElementsAre("half_is_not_more proved ", "half_is_less REFUTED number = 0",
                                "no_number_is_left VACUOUS "));
}

TEST(ProveAll, SurvivesAProverThatDoesNot) {
  Theorem crashing = about(half_is_not_more);
  crashing.claim = [](symbolic::SymbolicWorld&) -> symbolic::Bool {
    std::raise(SIGKILL);
    return true;
  };
  const std::vector<const Theorem*> pointers{&crashing};
  Proof got;
  prove_all(
      pointers, {}, [](std::size_t) {}, [&](const Theorem&, const Proof& proof) { got = proof; });
  EXPECT_EQ(got.verdict, Verdict::failed);
  EXPECT_THAT(got.reason, HasSubstr("Killed"));
}

// ---- The theorems as a whole ------------------------------------------------------------------------------------------------

TEST(Theorems, NameEveryMutantOfTheModelAndNoOther) {
  std::set<std::string> in_model, named;
  const std::regex mutant(R"~(\bmutant\("([^"]+)"\))~");
  for (const auto& entry : std::filesystem::directory_iterator("model")) {
    if (entry.path().extension() != ".hpp") continue;
    const std::string text = contents(entry.path());
    for (std::sregex_iterator it(text.begin(), text.end(), mutant), end; it != end; ++it)
      in_model.insert((*it)[1]);
  }
  // Of a corrected kernel each correction that is switched off is a mutant, by the name of its clause (model/vma_subject.hpp).
  for (const auto& table : clause_tables) {
    for (const Clause& clause : table) {
      if (clause.kind == ClauseKind::defect) in_model.insert(std::string(clause.name));
    }
  }
  for (const Theorem& theorem : all_theorems()) named.insert(theorem.fails_on.begin(), theorem.fails_on.end());
  // Theorems about demand paging are about single pages; mistakes in whole calls are those of the museum, and its defects are
  // found in its recordings. Those of the user's heap are all found in sessions (malloc_model_mutants_test.cpp), and its defects by
  // programs that are wrong (malloc_defects_test.cpp); theorems name some of them.
  const std::string museum = contents("tests/fault_mutants.hpp"),
                    wrong = contents("tests/malloc_defects_test.cpp");
  for (const std::string& name : in_model) {
    const std::string quoted = '"' + name + '"';
    if (museum.find(quoted) != museum.npos || wrong.find(quoted) != wrong.npos ||
        name.starts_with("defect.fault.") || name.starts_with("malloc."))
      named.insert(name);
  }
  EXPECT_EQ(in_model, named);
  EXPECT_GE(in_model.size(), 16u);
}

TEST(Theorems, NameMutantsToFailOn) {
  for (const Theorem& theorem : all_theorems()) EXPECT_FALSE(theorem.fails_on.empty()) << theorem.name;
}

TEST(Theorems, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Theorem& theorem : all_theorems()) EXPECT_TRUE(names.insert(theorem.name).second) << theorem.name;
}

TEST(Theorems, AreAboutTheClausesTheyNeed) {
  for (const Theorem& theorem : all_theorems()) {
    EXPECT_EQ(find_theorem(theorem.name), &theorem);
    EXPECT_THAT(area_of(theorem), AnyOf("buddy", "slab", "paging", "kernel", "vma", "fault", "process", "malloc"))
        << theorem.name;
    EXPECT_FALSE(theorem.scope.empty()) << theorem.name;
  }
}

}  // namespace
}  // namespace refmm
