// Every theorem is proved, and cvc5 agrees on every path of it (but for four theorems, named below): a test for each, in a
// process of its own under CTest.
#include <refmm/proofs/proof.hpp>
#include <refmm/proofs/theorem.hpp>
#include <refmm/tests/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

namespace refmm {
namespace {

namespace fs = std::filesystem;

/// What the shell command prints.
std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("no process for " + command);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  pclose(pipe);
  return output;
}

/// Products of two unknowns on hundreds of paths: cvc5 would take minutes over each of these, and its own resource limit makes it
/// fail (in cadical). It judges the paths that it comes to in 20 seconds; a path that it refutes is a failure here too.
constexpr std::array<std::string_view, 4> too_much_for_cvc5{
    "a_descriptor_moves_back_inside_whenever_what_is_left_over_holds_it",
    "an_offset_is_rounded_up_to_the_alignment_of_the_objects",
    "no_slab_has_room_for_another_object_beside_its_descriptor",
    "objects_are_as_far_apart_as_their_size_asks",
};

class TheoremTest : public testing::Test {
 public:
  explicit TheoremTest(const Theorem& theorem) : theorem_(theorem) {}

  void TestBody() override {
    Proof proof;
    const TemporaryFolder scratch;
    {
      Obligations obligations(scratch.path(), theorem_.name);
      proof = prove(theorem_, {.obligations = &obligations});
    }
    EXPECT_EQ(name_of(proof.verdict), "proved") << proof.reason << "\n" << in_words(proof.counterexample.inputs);
    EXPECT_EQ(proof.killed.size(), theorem_.fails_on.size());
    expect_that_cvc5_agrees(scratch.path() / (std::string(theorem_.name) + ".smt2"));
  }

 private:
  void expect_that_cvc5_agrees(const fs::path& obligations) const {
    const bool all_paths = std::ranges::find(too_much_for_cvc5, theorem_.name) == too_much_for_cvc5.end();
    const std::string limited = all_paths ? "" : "timeout 20 ";
    std::istringstream verdicts(output_of(limited + "cvc5 " + obligations.string() + " 2>&1"));
    const std::string problems = output_of("grep -c check-sat " + obligations.string());
    int unsat = 0;
    for (std::string verdict; std::getline(verdicts, verdict);) {
      const bool cut_off = !all_paths && verdict == "cvc5 interrupted by SIGTERM.";
      EXPECT_TRUE(verdict == "unsat" || cut_off)
          << "cvc5 on path " << unsat + 1 << ": " << verdict << " (tools/setup installs cvc5)";
      if (verdict == "unsat") ++unsat;
    }
    EXPECT_GT(unsat, 0);
    if (all_paths) {
      EXPECT_EQ(std::to_string(unsat) + "\n", problems);
    }
    std::cout << "cvc5 agrees on " << unsat << " paths of " << problems;
  }

  const Theorem& theorem_;
};

}  // namespace
}  // namespace refmm

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (const refmm::Theorem& theorem : refmm::all_theorems()) {
    testing::RegisterTest("theorem", std::string(theorem.name).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [&theorem]() -> testing::Test* { return new refmm::TheoremTest(theorem); });
  }
  return RUN_ALL_TESTS();
}
