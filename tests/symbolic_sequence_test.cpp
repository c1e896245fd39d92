// The symbolic engine: sequences of any length and total maps are what std::vector and refmm::Map are.

#include <refmm/spec/logic.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/tests/symbolic_programs.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace refmm::symbolic {
namespace {

/// Promises nothing of a list.
struct AnyList {
  bool holds(const auto&) const { return true; }
  bool holds(const auto&, const auto&) const { return true; }
};

/// Two elements at a position of either list.
Bool same_at(const Sequence<Word>& left, const Sequence<Word>& right, const Word& position) {
  return both(length(left) == length(right),
              implies(position < length(left), left.element(position) == right.element(position)));
}

using refmm::erased;
using refmm::inserted;
using refmm::length;
using refmm::replaced;

// ---- Changes, of lists of any length ------------------------------------------------------------------------------------

TEST(SymbolicSequence, what_was_inserted_can_be_erased) {
  const auto explored = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", AnyList{});
    const Word place = world.word("place");
    world.assume(place <= length(list));
    const auto there_and_back = erased(inserted(list, place, world.word("element")), place);
    return same_at(there_and_back, list, world.word("position"));
  });
  EXPECT_TRUE(explored.proved()) << explored.misstep;
}

TEST(SymbolicSequence, what_was_erased_can_be_inserted) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto list = world.words("list", AnyList{});
                const Word place = world.position("place", list);
                return same_at(inserted(erased(list, place), place, at(list, place)), list,
                               world.word("position"));
              }).proved());
}

TEST(SymbolicSequence, an_insertion_moves_what_stands_behind_it) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto list = world.words("list", AnyList{});
                const Word place = world.word("place");
                world.assume(place <= length(list));
                const Word other = world.position("other", list);
                const auto longer = inserted(list, place, Word(7u));
                const Word now = select(other < place, other, other + 1u);
                return all(length(longer) == length(list) + 1u, at(longer, place) == 7u,
                           at(longer, now) == at(list, other));
              }).proved());
}

TEST(SymbolicSequence, what_was_moved_can_be_moved_back) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto list = world.words("list", AnyList{});
                const Word from = world.position("from", list);
                const Word to = world.position("to", list);
                return same_at(moved(moved(list, from, to), to, from), list, world.word("position"));
              }).proved());
}

TEST(SymbolicSequence, a_list_is_a_value) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto list = world.words("list", AnyList{});
                const Word place = world.position("place", list);
                const Word before = at(list, place);
                const auto other = replaced(list, place, before + 1u);
                return both(at(list, place) == before, at(other, place) != before);
              }).proved());
}

TEST(SymbolicSequence, a_wrong_claim_about_an_insertion_is_refuted_with_a_short_list) {
  const auto explored = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", AnyList{});
    const Word place = world.position("place", list);
    return at(inserted(list, place, Word(7u)), place + 1u) == 7u;
  });
  ASSERT_TRUE(explored.counterexample);
  EXPECT_EQ(explored.counterexample->at("list").size(), 1u);
  EXPECT_NE(explored.counterexample->at("list").at(0), 7u);
}

TEST(SymbolicSequence, ascending_words_are_their_positions) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto list = ascending(world.word("count", 0, 1u << 20));
                const Word position = world.position("position", list);
                return at(list, position) == position;
              }).proved());
}

// ---- Changes, against std::vector ---------------------------------------------------------------------------------------

/// The list as a sequence of the engine that is read at constant positions.
Sequence<Word> as_sequence(const std::vector<std::uint32_t>& list) {
  return {length(list),
          [list](const Word& position) {
            return position.constant() < list.size() ? Word(list[*position.constant()]) : Word(0u);
          },
          nullptr};
}

std::vector<std::uint32_t> as_vector(const Sequence<Word>& list) {
  std::vector<std::uint32_t> words;
  for (std::uint32_t position = 0; position < list.size.constant(); ++position)
    words.push_back(at(list, Word(position)).constant().value());
  return words;
}

TEST(SymbolicSequence, does_at_every_position_of_short_lists_what_a_vector_does) {
  int compared = 0;
  Exploration exploration;
  exploration.run([&] {
    for (std::uint32_t size = 0; size <= 5; ++size) {
      std::vector<std::uint32_t> list;
      for (std::uint32_t i = 0; i < size; ++i) list.push_back(10 + i);
      for (std::uint32_t i = 0; i <= size; ++i) {
        EXPECT_EQ(as_vector(inserted(as_sequence(list), Word(i), Word(99u))), inserted(list, i, 99u));
        ++compared;
        if (i == size) continue;
        EXPECT_EQ(as_vector(erased(as_sequence(list), Word(i))), erased(list, i));
        EXPECT_EQ(as_vector(replaced(as_sequence(list), Word(i), Word(99u))), replaced(list, i, 99u));
        for (std::uint32_t to = 0; to < size; ++to)
          EXPECT_EQ(as_vector(moved(as_sequence(list), Word(i), Word(to))), moved(list, i, to));
      }
    }
    return true;
  });
  EXPECT_EQ(compared, 21);
}

// ---- Past the end -------------------------------------------------------------------------------------------------------

TEST(SymbolicSequence, what_lies_past_the_end_is_a_misstep) {
  const auto misstep = [](std::function<void(const Sequence<Word>&, const Word&)> act) {
    return explore([&](SymbolicWorld& world) {
             const auto list = world.words("list", AnyList{});
             const Word place = world.word("place");
             world.assume(place <= length(list));
             act(list, place);
             return Bool(true);
           })
        .misstep;
  };
  EXPECT_EQ(misstep([](const auto& list, const Word& place) { at(list, place); }),
            "reads past the end of a sequence");
  EXPECT_EQ(misstep([](const auto& list, const Word& place) { erased(list, place); }),
            "erases past the end of a sequence");
  EXPECT_EQ(misstep([](const auto& list, const Word& place) { replaced(list, place, place); }),
            "replaces past the end of a sequence");
  EXPECT_EQ(misstep([](const auto& list, const Word& place) { inserted(list, place, place); }), "");
  EXPECT_EQ(misstep([](const auto& list, const Word& place) { inserted(list, place + 1u, place); }),
            "inserts past the end of a sequence");
  EXPECT_EQ(misstep([](const auto& list, const Word& place) { at(inserted(list, place, place), place); }), "");
}

// ---- What is promised of a list -----------------------------------------------------------------------------------------

constexpr auto itself = [](const auto& element) { return element; };

TEST(SymbolicSequence, a_promise_holds_of_every_two_elements_that_are_read) {
  const auto sorted = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", SortedBy{itself});
    const Word earlier = world.position("earlier", list);
    const Word later = world.position("later", list);
    return implies(earlier <= later, at(list, earlier) <= at(list, later));
  });
  EXPECT_TRUE(sorted.proved());
  const auto strictly = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", SortedBy{itself});
    const Word earlier = world.position("earlier", list);
    const Word later = world.position("later", list);
    return implies(earlier < later, at(list, earlier) < at(list, later));
  });
  ASSERT_TRUE(strictly.counterexample);
  const auto& list = strictly.counterexample->at("list");
  ASSERT_GE(list.size(), 2u);
  EXPECT_EQ(list.at(strictly.value("earlier")), list.at(strictly.value("later")));
}

TEST(SymbolicSequence, a_promise_is_not_kept_by_what_was_changed) {
  const auto explored = explore([](SymbolicWorld& world) {
    const auto list = inserted(world.words("list", SortedBy{itself}), Word(0u), world.word("new"));
    const Word last = length(list) - 1u;
    return at(list, Word(0u)) <= at(list, last);
  });
  ASSERT_TRUE(explored.counterexample);
  EXPECT_GT(explored.value("new"), explored.counterexample->at("list").back());
}

TEST(SymbolicSequence, first_is_the_first_position_with_the_property) {
  const auto explored = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", AnyList{});
    const Word found = world.first("first_small", list, [](const auto& element) { return element < 10u; });
    const Word other = world.position("other", list);
    const Bool found_is_small = implies(found < length(list), Bool(list.element(found) < 10u));
    return all(found <= length(list), found_is_small, implies(other < found, at(list, other) >= 10u));
  });
  EXPECT_TRUE(explored.proved());
  const auto of_sorted = explore([](SymbolicWorld& world) {
    const auto list = world.words("list", SortedBy{itself});
    const Word found = world.first("first_large", list, [](const auto& element) { return element >= 10u; });
    const Word other = world.position("other", list);
    return equivalent(other < found, at(list, other) < 10u);
  });
  EXPECT_TRUE(of_sorted.proved());
}

TEST(SymbolicSequence, an_assumption_holds_of_every_element_read_before_or_after) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto list = world.words("list", AnyList{});
                const Word early = world.position("early", list);
                const Word read_early = at(list, early);
                world.assume_everywhere(
                    list, [](const auto& position, const auto& element) { return element > position; });
                const Word late = world.position("late", list);
                return both(read_early > early, at(list, late) > 0u);
              }).proved());
}

// ---- Maps ---------------------------------------------------------------------------------------------------------------

TEST(SymbolicMap, an_update_is_seen_at_its_key_and_nowhere_else) {
  const auto explored = explore([](SymbolicWorld& world) {
    const auto before = world.map("map");
    const Word key = world.word("key"), other = world.word("other"), value = world.word("value");
    const auto after = updated(before, key, value);
    return both(lookup(after, key) == value, either(other == key, lookup(after, other) == lookup(before, other)));
  });
  EXPECT_TRUE(explored.proved());
  EXPECT_EQ(explored.statistics.paths, 1u);
}

TEST(SymbolicMap, a_copy_is_a_map_of_its_own) {
  EXPECT_TRUE(explore([](SymbolicWorld& world) {
                const auto parent = world.map("map");
                const auto child = parent;
                const Word key = world.word("key");
                const auto changed_child = updated(child, key, lookup(child, key) + 1u);
                return all(lookup(parent, key) == lookup(child, key),
                           lookup(changed_child, key) != lookup(parent, key));
              }).proved());
}

TEST(SymbolicMap, a_claim_of_one_fresh_key_is_a_claim_of_every_key) {
  // Copying one entry where the other map has one keeps "absent or equal"; writing any value does not.
  const auto keeps_absent_or_equal = [](auto write) {
    return explore([=](SymbolicWorld& world) {
      const auto kernel = world.map("kernel"), process = world.map("process");
      const Word fault = world.word("fault"), any = world.word("any");
      const auto absent_or_equal = [&](const auto& map, const Word& key) {
        return either(lookup(map, key) == 0u, lookup(map, key) == lookup(kernel, key));
      };
      world.assume(absent_or_equal(process, any));
      return absent_or_equal(updated(process, fault, write(world, kernel, fault)), any);
    });
  };
  EXPECT_TRUE(keeps_absent_or_equal([](auto&, const auto& kernel, const Word& fault) {
                return lookup(kernel, fault);
              }).proved());
  const auto wrong =
      keeps_absent_or_equal([](auto& world, const auto&, const Word&) { return world.word("value"); });
  ASSERT_TRUE(wrong.counterexample);
  EXPECT_EQ(wrong.value("fault"), wrong.value("any"));
  EXPECT_NE(wrong.value("value"), 0u);
}

TEST(SymbolicMap, the_last_of_two_updates_counts) {
  const auto explored = explore([](SymbolicWorld& world) {
    const Word first = world.word("first"), second = world.word("second");
    const auto map = updated(updated(world.map("map"), first, Word(1u)), second, Word(2u));
    return lookup(map, first) == 1u;
  });
  ASSERT_TRUE(explored.counterexample);
  EXPECT_EQ(explored.value("first"), explored.value("second"));
}

}  // namespace
}  // namespace refmm::symbolic
