#include <refmm/tests/input_error.hpp>
#include <refmm/tests/mutation_score.hpp>
#include <refmm/tests/mutation_site.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace refmm::mutation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::Not;

/// Switches a mutation on for the life of this object.
class WithMutation {
 public:
  explicit WithMutation(std::uint32_t number) { active = number; }
  ~WithMutation() { active = 0; }
  WithMutation(const WithMutation&) = delete;
  WithMutation& operator=(const WithMutation&) = delete;
};

// ---- Places ----

TEST(MutationSite, AnOperatorIsAnotherWhereItsMutationIsOn) {
  const auto sum = [](int a, int b) { return a + Instead<At<1>, Minus>{} + b; };
  EXPECT_EQ(sum(5, 3), 8);
  const WithMutation on(1);
  EXPECT_EQ(sum(5, 3), 2);
}

TEST(MutationSite, OperatorsOfAChainKeepTheirOperands) {
  const auto value = [](int a, int b, int c) {
    return a - Instead<At<1>, Plus>{} - b + Instead<At<2>, Minus>{} + c * Instead<At<3>, Over>{} * b;
  };
  EXPECT_EQ(value(10, 2, 6), 10 - 2 + 6 * 2);
  {
    const WithMutation on(1);
    EXPECT_EQ(value(10, 2, 6), 10 + 2 + 6 * 2);
  }
  {
    const WithMutation on(2);
    EXPECT_EQ(value(10, 2, 6), 10 - 2 - 6 * 2);
  }
  const WithMutation on(3);
  EXPECT_EQ(value(10, 2, 6), 10 - 2 + 6 / 2);
}

TEST(MutationSite, AnOperationHasTheTypeThatItHadBefore) {
  const std::uint8_t byte = 200;
  const std::uint64_t wide = 1;
  static_assert(std::is_same_v<decltype(byte + Instead<At<1>, Minus>{} + byte), int>);
  static_assert(std::is_same_v<decltype(wide << Instead<At<1>, ShiftRight>{} << byte), std::uint64_t>);
  static_assert(std::is_same_v<decltype(wide < Instead<At<1>, LessEqual>{} < byte), bool>);
}

TEST(MutationSite, AnAssignmentIsAnotherWhereItsMutationIsOn) {
  const auto added = [](std::uint32_t a, std::uint32_t b) {
    a += Instead<At<1>, MinusAssign>{} += b;
    return a;
  };
  EXPECT_EQ(added(5, 3), 8u);
  const WithMutation on(1);
  EXPECT_EQ(added(5, 3), 2u);
}

TEST(MutationSite, WhatTheTypesDoNotHaveMeansNothing) {
  const std::array<int, 3> values{1, 2, 3};
  const auto distance = [&] { return values.data() + 2 - Instead<At<7>, Plus>{} - values.data(); };
  seen[7] = 0;
  EXPECT_EQ(distance(), 2);
  EXPECT_EQ(seen[7], is_meaningless);
  const WithMutation on(7);
  EXPECT_EQ(distance(), 2);
}

TEST(MutationSite, AConstantIsOneLessAndNoneIsOne) {
  const WithMutation on(1);
  EXPECT_EQ(constant<At<1>>(3u), 2u);
  EXPECT_EQ(constant<At<1>>(0), 1);
  EXPECT_EQ(constant<At<1>>(true), false);
  EXPECT_EQ(constant<At<2>>(3u), 3u);
}

TEST(MutationSite, AConditionIsAskedAlsoWhereItsAnswerDoesNotMatter) {
  int asked = 0;
  const auto ask = [&](bool answer) {
    ++asked;
    return answer;
  };
  const WithMutation on(1);
  EXPECT_TRUE((condition<At<1>, true>(ask(false))));
  EXPECT_FALSE((condition<At<1>, false>(ask(true))));
  EXPECT_FALSE((condition<At<2>, true>(ask(false))));
  EXPECT_EQ(asked, 3);
}

TEST(MutationSite, APlaceIsSeenOnceItIsReached) {
  seen[5] = 0;
  EXPECT_FALSE(At<5>::on());
  EXPECT_EQ(seen[5], was_reached);
}

TEST(MutationSite, WhatTheCompilerComputesHasNoMutations) {
  constexpr auto doubled = [](int a) { return a * Instead<ConstexprAt<1>, Over>{} * 2; };
  const WithMutation on(1);
  static_assert(doubled(4) == 8);
  int four = 4;
  EXPECT_EQ(doubled(four), 2);
}

// ---- The list of equivalent mutants ----

constexpr std::array<Mutation, 4> some{{
    {1, "impl/a.hpp", 3, 5, "condition", "empty()", "true", "if (empty()) return;"},
    {2, "impl/a.hpp", 4, 5, "constant", "1", "1 - 1", "f(1, 1);"},
    {3, "impl/a.hpp", 4, 8, "constant", "1", "1 - 1", "f(1, 1);"},
    {4, "impl/b.hpp", 9, 3, "statement", "f(1, 1);", "", "f(1, 1);"},
}};

std::vector<Equivalent> read(std::string_view text) { return read_equivalents(text, "list.txt"); }

TEST(MutationEquivalent, AnEntryIsAPlaceMutationsAndAReason) {
  const auto entries = read(
      "# A remark.\n\nimpl/a.hpp | f(1, 1);\n- 1 => 1 - 1 (2)\nIt is taken\nas a hint.\n\n"
      "impl/b.hpp | f(1, 1);\n- f(1, 1); => nothing\nNobody looks.\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].line, 4u);
  EXPECT_EQ(entries[0].which, 2u);
  EXPECT_EQ(entries[0].reason, "It is taken as a hint.");
  const Matched matched = match(some, entries);
  EXPECT_THAT(matched.unmatched, testing::IsEmpty());
  EXPECT_EQ(matched.reasons.size(), 2u);
  EXPECT_EQ(matched.reasons.at(3), &entries[0]);
  EXPECT_EQ(matched.reasons.at(4), &entries[1]);
}

TEST(MutationEquivalent, WithoutANumberAllThatReadTheSameAreMeant) {
  const auto entries = read("impl/a.hpp | f(1, 1);\n- 1 => 1 - 1\nBoth are hints.\n");
  EXPECT_EQ(match(some, entries).reasons.size(), 2u);
}

TEST(MutationEquivalent, AnEntryThatMeansNothingIsTold) {
  const auto entries = read(
      "impl/a.hpp | f(1, 2);\n- 1 => 1 - 1\nAnother line.\n\n"
      "impl/a.hpp | f(1, 1);\n- 1 => 1 - 1 (3)\nThere are two.\n");
  EXPECT_THAT(match(some, entries).unmatched, ElementsAre(&entries[0], &entries[1]));
}

TEST(MutationEquivalent, AnEntryIsComplete) {
  EXPECT_EQ(error_of([] { read("impl/a.hpp: f();\n"); }).at.line, 1u);
  EXPECT_THAT(error_of([] { read("\nimpl/a.hpp | f();\n- 1 = 2\nBecause.\n"); }).expected, HasSubstr("=>"));
  EXPECT_THAT(error_of([] { read("impl/a.hpp | f();\n- 1 => 2\n"); }).expected, HasSubstr("the reason"));
  EXPECT_THAT(error_of([] { read("impl/a.hpp | f();\nBecause.\n"); }).expected, HasSubstr("=>"));
}

// ---- Samples and reports ----

TEST(MutationScore, ASampleIsTheSameForASeed) {
  const std::vector<std::uint32_t> numbers{3, 5, 7, 9, 11, 13, 15, 17};
  const auto three = sampled(numbers, 3, 1);
  EXPECT_EQ(three.size(), 3u);
  EXPECT_THAT(three, IsSubsetOf(numbers));
  EXPECT_EQ(three, sampled(numbers, 3, 1));
  EXPECT_NE(sampled(numbers, 4, 1), sampled(numbers, 4, 2));
  EXPECT_EQ(sampled(numbers, 99, 1), numbers);
}

TEST(MutationScore, TheNumberOfAMutationIsItsPlaceInTheList) {
  ASSERT_GE(mutations().size(), 300u);
  for (std::size_t i = 0; i < mutations().size(); ++i) ASSERT_EQ(mutations()[i].number, i + 1);
}

TEST(MutationScore, AReportNamesTheSurvivorsThatNothingExplains) {
  const std::vector<Score> result{{1, Class::killed, Fate::state, 0, 3},
                                  {2, Class::survived, Fate::survived, 0, 100},
                                  {3, Class::survived, Fate::survived, 0, 100},
                                  {4, Class::not_reached, Fate::unknown, 0, 0}};
  const Equivalent known{
      .line = 1, .file = {}, .text = {}, .mutation = {}, .which = {}, .reason = "It is a hint."};
  const Matched matched{.reasons = {{3, &known}}, .unmatched = {}};
  const auto place = [](std::uint32_t number) {
    const Mutation& it = mutations()[number - 1];
    return std::string(it.file) + ":" + std::to_string(it.line) + ":" + std::to_string(it.column) + ":";
  };
  const std::string text = report(result, matched);
  EXPECT_THAT(text, HasSubstr(place(2)));
  EXPECT_THAT(text, Not(HasSubstr(place(3))));
  EXPECT_THAT(text, HasSubstr("50.0%"));
  EXPECT_THAT(text, HasSubstr("killed by state 1"));
  EXPECT_THAT(report_in_json(result, matched), HasSubstr("It is a hint."));
}

}  // namespace
}  // namespace refmm::mutation
