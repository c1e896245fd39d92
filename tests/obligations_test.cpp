// What is written for another solver: each condition once, each path by the names of its conditions, and anew where a symbol changes.
#include <refmm/proofs/obligations.hpp>
#include <refmm/tests/temporary_folder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A script as z3::solver::to_smt2 writes one.
std::string script(std::string_view declarations, std::string_view formula) {
  return "; \n(set-info :status unknown)\n" + std::string(declarations) + "(assert\n " + std::string(formula) +
         ")\n(check-sat)\n";
}

class ObligationsTest : public testing::Test {
 protected:
  /// What is written of paths, each of which is the scripts of its conditions.
  std::string written(const std::vector<std::vector<std::string>>& paths) const {
    {
      Obligations obligations(folder_.path(), "name");
      for (const auto& path : paths) obligations.add({path.begin(), path.end()});
    }
    std::ifstream file(folder_.path() / "name.smt2");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder_;
};

const std::string word_x = "(declare-fun x () (_ BitVec 32))\n";
const std::string is_small = script(word_x, "(bvule x (_ bv7 32))");
const std::string is_zero = script(word_x, "(= x (_ bv0 32))");

TEST_F(ObligationsTest, DefinesOnceWhatSeveralPathsHave) {
  EXPECT_EQ(written({{is_small, is_zero}, {is_small}}), R"((set-option :incremental true)
(set-logic QF_UFBV)
(declare-fun x () (_ BitVec 32))
(define-fun condition_1 () Bool
 (bvule x (_ bv7 32)))
(define-fun condition_2 () Bool
 (= x (_ bv0 32)))
; name, path 1
(push 1)
(assert (and true condition_1 condition_2))
(set-info :status unsat)
(check-sat)
(pop 1)
; name, path 2
(push 1)
(assert (and true condition_1))
(set-info :status unsat)
(check-sat)
(pop 1)
)");
}

TEST_F(ObligationsTest, BeginAnewWhereASymbolHasAnotherSort) {
  const std::string bit_x = "(declare-fun x () (_ BitVec 1))\n";
  const std::string text = written({{is_small, is_zero}, {script(bit_x, "(= x (_ bv0 1))")}, {is_zero}});
  const std::size_t first = text.find("(reset)"), second = text.find("(reset)", first + 1);
  ASSERT_NE(first, text.npos);
  ASSERT_NE(second, text.npos);
  EXPECT_EQ(text.find("(reset)", second + 1), text.npos);
  EXPECT_THAT(text.substr(first, second - first), HasSubstr(bit_x));
  // What was declared and defined before is unknown then.
  EXPECT_THAT(text.substr(second), HasSubstr(word_x + "(define-fun condition_1 () Bool\n (= x (_ bv0 32)))\n"));
  EXPECT_THAT(text.substr(second), Not(HasSubstr("condition_2")));
}

TEST_F(ObligationsTest, LeavesOutWhatIsTrueAnyway) {
  const std::string nothing = "; \n(set-info :status unknown)\n(check-sat)\n";  // as Z3 writes `true`
  EXPECT_THAT(written({{nothing, is_zero}}), HasSubstr("(assert (and true condition_1))"));
}

TEST_F(ObligationsTest, ReadsSymbolsWithAnyCharacters) {
  const std::string odd = "(declare-fun |a )( b| () Bool)\n";
  EXPECT_THAT(written({{script(odd, "|a )( b|")}}),
              HasSubstr(odd + "(define-fun condition_1 () Bool\n |a )( b|)\n"));
}

}  // namespace
}  // namespace refmm
