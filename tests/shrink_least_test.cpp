// The last stage of shrinking, and the fingerprints that it goes by.
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/fingerprint.hpp>
#include <refmm/tests/malloc_shrink.hpp>
#include <refmm/tests/shrink.hpp>
#include <refmm/tests/shrink_fails.hpp>
#include <refmm/tests/shrink_least.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::malloc {
namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

constexpr W block = 0x0804b008;

Boot<W> plain() { return {corrected, 0x0804a000, 0x0804b000}; }

template <class Call>
std::ptrdiff_t count_of(const Commands& commands) {
  return std::ranges::count_if(commands,
                               [](const Command<W>& command) { return std::holds_alternative<Call>(command); });
}

/// Shows by four moves of the break, no three of which do, and by two other calls, which are not on the way.
bool by_two_ways(const Commands& commands) {
  return count_of<Sbrk<W>>(commands) == 4 || commands == Commands{Malloc<W>{0}, Calloc<W>{1, 13}};
}

TEST(LeastSessions, AreFoundFromWhereNoMoveLeadsToThem) {
  const auto fails = shrink::fails_where<MallocFamily>(
      [](const Commands& commands, const auto&) { return by_two_ways(commands); });
  const Script beginning =
      script_of(plain(), Commands{Sbrk<W>{4096}, Sbrk<W>{100}, Malloc<W>{7}, Sbrk<W>{4096}, Sbrk<W>{8}});
  ASSERT_TRUE(fails(beginning));
  const auto shrunk = shrink::simplify(beginning, fails, [](const Script&, std::uint64_t) { return true; });
  EXPECT_EQ(shrunk.script, script_of(plain(), Commands{Malloc<W>{0}, Calloc<W>{1, 13}}));
  EXPECT_TRUE(shrunk.finished);
}

/// All sessions that are proposed, none of which is taken.
std::vector<Script> proposed_up_to(const Script& script) {
  std::vector<Script> proposed;
  shrink::propose_least_sessions<MallocFamily>(script, [&](const Script& candidate) {
    proposed.push_back(candidate);
    return false;
  });
  return proposed;
}

TEST(LeastSessions, ComeInTheOrderOfTheirLength) {
  const Script script = script_of(plain(), Commands{Sbrk<W>{8}, Malloc<W>{0}, Free<W>{block + 8}});
  const std::vector<Script> proposed = proposed_up_to(script);
  ASSERT_FALSE(proposed.empty());
  std::size_t length = 1;
  for (const Script& candidate : proposed) {
    EXPECT_GE(candidate.items.size(), length);
    length = candidate.items.size();
  }
  EXPECT_EQ(length, script.items.size());
}

/// What changes nothing lays no ground, and of two ways to a state one is gone on with.
TEST(LeastSessions, GoOnFromEachStateOnce) {
  const Script script{plain(), std::vector<Item>(3, Item{vma::SetKnobs<W>{}, 1})};
  std::map<std::string, Commands> ways;
  for (const Script& candidate : proposed_up_to(script)) {
    if (candidate.items.size() < 2 || !(candidate.boot == plain())) continue;
    Commands beginning = shrink::commands_of(candidate);
    if (beginning.size() != candidate.items.size()) continue;
    beginning.pop_back();
    State<W> state = MallocFamily::boot(plain());
    for (const Command<W>& command : beginning)
      state = MallocFamily::step(plain(), std::move(state), command).state;
    EXPECT_EQ(ways.emplace(to_text(state), beginning).first->second, beginning);
  }
  EXPECT_GT(ways.size(), 20u);
  EXPECT_FALSE(ways.contains(to_text(MallocFamily::boot(plain())))) << "as it was at the boot";
}

TEST(LeastSessions, StopWhenTheyAreToldTo) {
  const auto fails = shrink::fails_where<MallocFamily>(
      [](const Commands& commands, const auto&) { return by_two_ways(commands); });
  const Script beginning = script_of(plain(), Commands{Sbrk<W>{1}, Sbrk<W>{1}, Sbrk<W>{1}, Sbrk<W>{1}});
  const auto shrunk =
      shrink::simplify(beginning, fails, [](const Script&, std::uint64_t tries) { return tries < 2000; });
  EXPECT_LE(shrunk.tries, 2000u);
}

TEST(Fingerprints, DifferWhereValuesDo) {
  using Words = std::vector<std::uint32_t>;
  EXPECT_EQ(fingerprint_of(Words{1, 2}), fingerprint_of(Words{1, 2}));
  const std::vector<std::vector<Words>> different{{},        {{}},      {{}, {}}, {{0}},
                                                  {{0}, {}}, {{}, {0}}, {{0, 0}}, {{1}}};
  for (const auto& one : different) {
    for (const auto& other : different) EXPECT_EQ(fingerprint_of(one) == fingerprint_of(other), one == other);
  }
  EXPECT_NE(fingerprint_of(std::optional<int>()), fingerprint_of(std::optional<int>(0)));
  EXPECT_NE(fingerprint_of(Command<W>(Malloc<W>{8})), fingerprint_of(Command<W>(Free<W>{8})));
  EXPECT_NE(fingerprint_of(std::string("ab")), fingerprint_of(std::string("ba")));
}

}  // namespace
}  // namespace refmm::malloc
