// The symbolic engine: programs with a known number of paths, and explorations that must not pass for proofs.

#include <refmm/spec/logic.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/tests/symbolic_programs.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::symbolic {
namespace {

// ---- How many paths -----------------------------------------------------------------------------------------------------

TEST(SymbolicPaths, a_program_without_branches_has_one) {
  EXPECT_EQ(paths_of([](SymbolicWorld& world) { world.word("a") + world.word("b"); }), 1u);
}

TEST(SymbolicPaths, independent_branches_multiply) {
  EXPECT_EQ(paths_of([](SymbolicWorld& world) {
              for (const char* name : {"a", "b", "c", "d", "e"}) (void)bool(world.word(name) < 10u);
            }),
            32u);
}

TEST(SymbolicPaths, branches_that_no_input_takes_are_pruned) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a");
    int chosen = 0;
    if (a < 10u) {
      if (a < 20u) chosen += 1;
      if (a > 15u) chosen += 100;
    } else if (a == 3u) {
      chosen += 100;
    }
    return Bool(chosen < 100);
  });
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 2u);
  EXPECT_GE(explored.statistics.pruned, 2u);
}

TEST(SymbolicPaths, a_question_that_was_answered_does_not_split_again) {
  EXPECT_EQ(paths_of([](SymbolicWorld& world) {
              const Word a = world.word("a");
              for (int i = 0; i < 10; ++i) (void)bool(a < 10u);
              (void)bool(a >= 10u);
            }),
            2u);
}

TEST(SymbolicPaths, a_loop_has_one_for_each_number_of_turns) {
  const auto count_down = [](SymbolicWorld& world) {
    const Word bound = world.word("bound", 0, 7);
    std::uint32_t turns = 0;
    while (Word(turns) < bound) ++turns;
    return Word(turns) == bound;
  };
  const auto explored = explore(count_down);
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 8u);
}

std::vector<Word> three_words(SymbolicWorld& world) { return {world.word("a"), world.word("b"), world.word("c")}; }

void sort(std::vector<Word>& list) {
  for (std::size_t end = list.size(); end > 1; --end) {
    for (std::size_t i = 0; i + 1 < end; ++i) {
      if (list[i + 1] < list[i]) std::swap(list[i], list[i + 1]);
    }
  }
}

TEST(SymbolicPaths, sorting_three_words_has_one_for_each_order) {
  const auto explored = explore([](SymbolicWorld& world) {
    auto list = three_words(world);
    const Word sum = list[0] + list[1] + list[2];
    sort(list);
    return all(list[0] <= list[1], list[1] <= list[2], list[0] + list[1] + list[2] == sum);
  });
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 6u);
}

TEST(SymbolicPaths, with_ties_told_apart_three_words_have_thirteen_orders) {
  EXPECT_EQ(paths_of([](SymbolicWorld& world) {
              const auto list = three_words(world);
              for (const auto& [i, j] : {std::pair{0u, 1u}, {0u, 2u}, {1u, 2u}}) {
                if (list[i] < list[j]) continue;
                (void)bool(list[i] == list[j]);
              }
            }),
            13u);
}

TEST(SymbolicPaths, choices_are_paths_without_questions) {
  std::vector<std::uint32_t> chosen;
  const auto explored = explore([&](SymbolicWorld& world) {
    const auto line = world.choose("line", {16, 32, 64});
    const auto pages = world.choose("pages", {1, 2});
    chosen.push_back(line * pages);
    return Bool(line <= 64);
  });
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 6u);
  EXPECT_EQ(explored.statistics.queries, 0u);
  std::ranges::sort(chosen);
  EXPECT_EQ(chosen, (std::vector<std::uint32_t>{16, 32, 32, 64, 64, 128}));
}

TEST(SymbolicPaths, connectives_and_select_do_not_split) {
  EXPECT_EQ(paths_of([](SymbolicWorld& world) {
              const Word a = world.word("a");
              const Bool small = a < 10u;
              const Bool even = (a & 1u) == 0u;
              (void)both(either(small, even), implies(negation(small), equivalent(even, a == 4u)));
            }),
            1u);
  const auto larger = explore([](SymbolicWorld& world) {
    const Word a = world.word("a"), b = world.word("b");
    const Word larger = select(a < b, b, a);
    return all(a <= larger, b <= larger, either(larger == a, larger == b));
  });
  EXPECT_TRUE(larger.proved());
  EXPECT_EQ(larger.statistics.paths, 1u);
}

// ---- Containers ---------------------------------------------------------------------------------------------------------

TEST(SymbolicPaths, containers_may_be_nested) {
  // Words go into buckets by their size; the buckets of each path are concrete, their words are not.
  const auto explored = explore([](SymbolicWorld& world) {
    std::vector<std::vector<Word>> buckets(2);
    for (const Word& word : three_words(world)) buckets[word < 100u ? 0 : 1].push_back(word);
    Bool sorted = true;
    std::size_t words = 0;
    for (std::size_t bucket = 0; bucket < 2; ++bucket) {
      words += buckets[bucket].size();
      for (const Word& word : buckets[bucket]) sorted = both(sorted, equivalent(word < 100u, Bool(bucket == 0)));
    }
    return both(sorted, Bool(words == 3));
  });
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 8u);
}

struct Hole {};
using Place = std::variant<Hole, Word, std::pair<Word, Word>>;

TEST(SymbolicPaths, optionals_variants_and_arrays_hold_words) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a"), b = world.word("b");
    std::array<std::optional<Place>, 2> places;
    if (a < b) {
      places[0] = std::pair{a, b};
    } else if (a == b) {
      places[0] = a;
      places[1] = Hole{};
    }
    if (!places[0]) return b < a;
    if (const auto* range = std::get_if<std::pair<Word, Word>>(&*places[0])) return range->first != range->second;
    return both(std::get<Word>(*places[0]) == b, Bool(places[1].has_value()));
  });
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 3u);
}

// ---- What is no proof ---------------------------------------------------------------------------------------------------

TEST(SymbolicPaths, assumptions_that_contradict_each_other_leave_no_path) {
  const auto at_once = explore([](SymbolicWorld& world) {
    const Word a = world.word("a");
    world.assume(a < 5u);
    world.assume(a > 5u);
    return Bool(false);
  });
  EXPECT_TRUE(at_once.vacuous());
  EXPECT_FALSE(at_once.proved());
  EXPECT_EQ(at_once.statistics.abandoned, 1u);

  const auto constant = explore([](SymbolicWorld& world) {
    world.assume(false);
    return Bool(true);
  });
  EXPECT_TRUE(constant.vacuous());

  const auto on_every_path = explore([](SymbolicWorld& world) {
    const Word a = world.word("a");
    if (a < 5u) {
      world.assume(a * a == 100u);
    } else {
      world.assume(a == 4u);
    }
    return Bool(true);
  });
  EXPECT_TRUE(on_every_path.vacuous());
}

TEST(SymbolicPaths, promises_that_contradict_each_other_leave_no_path) {
  const auto explored = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", DistinctBelow<Word>{1u});
    world.assume(length(list) > 1u);
    // That two elements are distinct and both below 1 is noticed when they are read.
    return at(list, Word(0u)) == at(list, Word(1u));
  });
  EXPECT_TRUE(explored.vacuous());
}

TEST(SymbolicPaths, an_assumption_on_one_path_is_none_on_another) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word a = world.word("a");
    if (a < 5u) {
      world.assume(a == 3u);
      return a == 3u;
    }
    return a == 3u;
  });
  ASSERT_TRUE(explored.counterexample);
  EXPECT_GE(explored.value("a"), 5u);
}

TEST(SymbolicPaths, what_is_beyond_the_resource_limit_is_undecided) {
  // Whether a number is the product of two others of half its bits is hard; with next to no resources it is not decided.
  const auto explored = explore(
      [](SymbolicWorld& world) {
        const Word a = world.word("a", 2, 0xffff), b = world.word("b", 2, 0xffff);
        return (a ^ (b << 3u)) * 0x9e3779b1u + (b ^ (a >> 5u)) * 0x85ebca6bu != 0x2545f491u;
      },
      {.rlimit = 100});
  EXPECT_FALSE(explored.undecided.empty());
  EXPECT_FALSE(explored.proved());
}

TEST(SymbolicPaths, too_many_paths_are_refused) {
  EXPECT_THROW(explore(
                   [&](SymbolicWorld& world) {
                     for (const char* name : {"a", "b", "c", "d"}) (void)bool(world.word(name) < 10u);
                     return Bool(true);
                   },
                   {.paths = 15}),
               TooManyPaths);
  EXPECT_NO_THROW(explore(
      [&](SymbolicWorld& world) {
        for (const char* name : {"a", "b", "c", "d"}) (void)bool(world.word(name) < 10u);
        return Bool(true);
      },
      {.paths = 16}));
}

TEST(SymbolicPaths, a_word_without_an_exploration_is_an_error) {
  EXPECT_THROW(Word::named("a"), std::logic_error);
  EXPECT_EQ((Word(3u) + Word(4u)).constant(), 7u);
}

TEST(SymbolicPaths, an_exploration_repeats_itself) {
  const auto program = [](SymbolicWorld& world) {
    auto list = three_words(world);
    sort(list);
    return list[0] % 7u < 7u;
  };
  const auto first = explore(program);
  const auto second = explore(program);
  EXPECT_TRUE(first.proved()) << first.undecided << first.misstep;
  EXPECT_EQ(first.statistics.paths, second.statistics.paths);
  EXPECT_EQ(first.statistics.queries, second.statistics.queries);
  EXPECT_EQ(first.statistics.pruned, second.statistics.pruned);
  EXPECT_EQ(first.statistics.rlimit, second.statistics.rlimit);
}

}  // namespace
}  // namespace refmm::symbolic
