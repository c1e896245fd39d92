// SampledWorld: what it draws, how it shrinks, what it says of a law that is broken, and when it refuses to call one kept.

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/slab_law_inputs.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm {
namespace {

using Verdict = Sampling::Verdict;
using testing::HasSubstr;

struct NoSubject {};

template <Word W>
struct Extent {
  REFMM_RECORD(Extent, (W, start), (W, bytes));
};

/// What a world supplied, for comparison with what another one does.
class Supplied {
 public:
  void add(std::uint32_t word) { words_.push_back(word); }
  void add(const std::vector<std::uint32_t>& list) {
    add(length(list));
    for (const std::uint32_t word : list) add(word);
  }
  friend bool operator==(const Supplied&, const Supplied&) = default;

 private:
  std::vector<std::uint32_t> words_;
};

/// Asks for an input of every kind.
constexpr auto all_inputs = [](auto& world) {
  Supplied supplied;
  supplied.add(world.word("any"));
  supplied.add(world.word("small", 3, 9));
  supplied.add(world.truth("truth") ? 1 : 0);
  supplied.add(world.choose("line", {16, 32, 64}));
  const auto extent = world.template record<Extent>("extent");
  supplied.add(extent.start);
  supplied.add(extent.bytes);
  const auto start_of = [](auto one) { return one.start; };
  const auto extents = world.template sequence<Extent>("extents", SortedBy<decltype(start_of)>{start_of});
  for (const auto& one : extents) {
    supplied.add(one.start);
    supplied.add(one.bytes);
  }
  const auto distinct = world.words("distinct", DistinctBelow<std::uint32_t>{9});
  supplied.add(distinct);
  supplied.add(world.first("seven", distinct, [](std::uint32_t word) { return word == 7; }));
  const auto map = world.map("map");
  supplied.add(map.otherwise);
  for (const auto& [key, value] : map.written) {
    supplied.add(key);
    supplied.add(value);
  }
  supplied.add(world.position("position", distinct));
  return supplied;
};

// ---- Laws that are broken -----------------------------------------------------------------------------------------------

inline constexpr Law sums_do_not_wrap{"slab.order", "sums_do_not_wrap", [](auto& world, auto) {
                                        const auto a = world.word("a");
                                        const auto b = world.word("b", 0, 100);
                                        return a <= a + b;
                                      }};

inline constexpr Law lists_have_no_full_slab{"slab.order", "lists_have_no_full_slab", [](auto& world, auto) {
                                               const auto num = slab::any_num(world);
                                               const auto list = slab::any_list(world, num);
                                               const auto position = world.position("position", list.slabs);
                                               return at(list.slabs, position).inuse != num;
                                             }};

// The lines that the two failing properties print.
static_assert(!holds_for(sums_do_not_wrap, NoSubject{}, {{"a", {4294967295}}, {"b", {1}}}));
static_assert(!holds_for(lists_have_no_full_slab, NoSubject{},
                         {{"num", {1}}, {"slabs.inuse", {1}}, {"position", {0}}}));

TEST(SampledWorld, prints_the_inputs_of_a_broken_law_as_an_example) {
  const Sampling sums = sample(sums_do_not_wrap, NoSubject{}, {.seed = 1});
  ASSERT_EQ(sums.verdict, Verdict::broken);
  // Of two words that wrap together neither can shrink alone; RapidCheck leaves them as they are. One is enough to see.
  EXPECT_FALSE(holds_for(sums_do_not_wrap, NoSubject{}, as_givens(sums.counterexample)));
  EXPECT_THAT(to_text(sums),
              HasSubstr("holds_for(law, subject, " + to_example(sums.counterexample) + ") is false"));
  EXPECT_THAT(to_text(sums), HasSubstr("RC_PARAMS=\"seed=1\""));

  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sampling lists = sample(lists_have_no_full_slab, NoSubject{}, {.seed = seed});
    ASSERT_EQ(lists.verdict, Verdict::broken);
    // One slab is enough, and it need not be large. That num and inuse could shrink together is not seen.
    const std::uint32_t num = lists.counterexample.at(0).second.at(0);
    EXPECT_LE(num, 32u);
    EXPECT_EQ(lists.counterexample, (Inputs{{"num", {num}}, {"slabs.inuse", {num}}, {"position", {0}}}));
  }
}

TEST(SampledWorld, every_failure_replays_as_an_example) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::map<std::string, Supplied> supplied;
    const Sampling sampling = sample_claim("there_is_no_map",
                                           [&](SampledWorld& world) {
                                             const Supplied inputs = all_inputs(world);
                                             supplied.emplace(to_example(world.inputs()), inputs);
                                             return world.inputs().end()[-2].second.empty();
                                           },
                                           {.seed = seed});
    ASSERT_EQ(sampling.verdict, Verdict::broken);
    const std::vector<Given> givens = as_givens(sampling.counterexample);
    ExampleWorld example(givens);
    EXPECT_EQ(all_inputs(example), supplied.at(to_example(sampling.counterexample)));
  }
}

TEST(SampledWorld, supplies_what_its_inputs_say) {
  int compared = 0;
  const Sampling sampling = sample_claim("inputs", [&](SampledWorld& world) {
    const Supplied sampled = all_inputs(world);
    const std::vector<Given> givens = as_givens(world.inputs());
    ExampleWorld example(givens);
    ++compared;
    return sampled == all_inputs(example);
  });
  EXPECT_TRUE(sampling.held()) << to_text(sampling);
  EXPECT_GE(compared, 100);
}

TEST(SampledWorld, a_law_that_throws_is_broken_and_its_complaint_is_kept) {
  const Sampling sampling = sample_claim("even_words", [](SampledWorld& world) {
    if (world.word("word") % 2 == 1) throw std::runtime_error("an odd word");
    return true;
  });
  EXPECT_EQ(sampling.verdict, Verdict::broken);
  EXPECT_EQ(to_example(sampling.counterexample), R"({{"word", {1}}})");
  EXPECT_THAT(to_text(sampling), HasSubstr("It threw: an odd word"));
}

// ---- Assumptions --------------------------------------------------------------------------------------------------------

TEST(SampledWorld, a_law_whose_assumptions_contradict_each_other_does_not_hold) {
  const Sampling sampling = sample_claim("vacuous", [](SampledWorld& world) {
    const auto word = world.word("word");
    world.assume(word < 5);
    world.assume(word > 5);
    return true;
  });
  EXPECT_EQ(sampling.verdict, Verdict::given_up);
  EXPECT_EQ(sampling.runs, 0);
  EXPECT_FALSE(sampling.held());
  EXPECT_THAT(to_text(sampling), HasSubstr("was given up"));
}

TEST(SampledWorld, a_law_whose_assumptions_are_hardly_ever_met_does_not_hold) {
  const Sampling sampling = sample_claim("rare", [](SampledWorld& world) {
    world.assume(world.word("word", 0, 999'999) == 123'457);
    return true;
  });
  EXPECT_EQ(sampling.verdict, Verdict::given_up);
}

TEST(SampledWorld, counts_what_it_discards) {
  int met = 0;
  int not_met = 0;
  const Sampling sampling = sample_claim("even", [&](SampledWorld& world) {
    const bool even = world.word("word") % 2 == 0;
    (even ? met : not_met) += 1;
    world.assume(even);
    return true;
  });
  EXPECT_TRUE(sampling.held());
  EXPECT_EQ(sampling.runs, met);
  EXPECT_EQ(sampling.discarded, not_met);
  EXPECT_GT(not_met, 0);
}

TEST(SampledWorld, inputs_that_are_shrunk_still_meet_the_assumptions) {
  const Sampling sampling = sample_claim("no_word_from_1000_on", [](SampledWorld& world) {
    const auto word = world.word("word");
    world.assume(word % 10 == 3);
    return word < 1000;
  });
  ASSERT_EQ(sampling.verdict, Verdict::broken);
  const std::uint32_t word = sampling.counterexample.at(0).second.at(0);
  EXPECT_EQ(word % 10, 3u);
  EXPECT_GE(word, 1000u);
}

// ---- Seeds --------------------------------------------------------------------------------------------------------------

/// The words that a law of this name was given.
std::vector<std::uint32_t> words_of(std::string_view law, std::uint64_t seed) {
  std::vector<std::uint32_t> words;
  sample_claim(law, [&](SampledWorld& world) { return words.push_back(world.word("word")), true; },
               {.seed = seed});
  return words;
}

TEST(SampledWorld, a_seed_and_a_name_determine_the_runs) {
  EXPECT_EQ(words_of("one", 7), words_of("one", 7));
  EXPECT_NE(words_of("one", 7), words_of("one", 8));
  EXPECT_NE(words_of("one", 7), words_of("another", 7));
}

TEST(SampledWorld, counts_the_clauses_that_runs_reached) {
  const Sampling sampling = sample_claim("clauses", [](SampledWorld& world) {
    if (world.truth("truth")) world.reached({"slab.order", "slab.colour.range", "slab.order"});
    world.reached({"slab.boot"});
    return true;
  });
  EXPECT_EQ(sampling.clauses.at("slab.boot"), sampling.runs);
  EXPECT_EQ(sampling.clauses.at("slab.order"), sampling.clauses.at("slab.colour.range"));
  EXPECT_GT(sampling.clauses.at("slab.order"), 20);
  EXPECT_LT(sampling.clauses.at("slab.order"), 280);
}

// ---- What is drawn ------------------------------------------------------------------------------------------------------

/// How many of 1000 inputs are of each of the classes that `classify` names.
std::map<std::string, int> classes(
    const std::function<void(SampledWorld&, std::map<std::string, int>&)>& classify) {
  std::map<std::string, int> counts;
  const Sampling sampling = sample_claim("classes",
                                         [&](SampledWorld& world) {
                                           classify(world, counts);
                                           return true;
                                         },
                                         {.runs = 1000});
  EXPECT_TRUE(sampling.held()) << to_text(sampling);
  return counts;
}

TEST(SampledWorld, draws_words_of_every_magnitude_and_at_every_edge) {
  auto counts = classes([](SampledWorld& world, auto& count) {
    const std::uint32_t word = world.word("word");
    ++count["magnitude " + std::to_string(std::bit_width(word))];
    count["0"] += word == 0;
    count["1"] += word == 1;
    count["last"] += word == 0xffffffff;
    count["beside a power of two"] += std::has_single_bit(word - 1) || std::has_single_bit(word + 1);
    count["power of two"] += word > 8 && std::has_single_bit(word);
    const std::uint32_t other = world.word("other");
    count["equal"] += word == other;
    count["next"] += word + 1 == other;
    const std::uint32_t within = world.word("within", 100, 200);
    ASSERT_TRUE(100 <= within && within <= 200);
    count["lowest"] += within == 100;
    count["highest"] += within == 200;
  });
  for (unsigned bits = 0; bits <= 32; ++bits) EXPECT_GE(counts["magnitude " + std::to_string(bits)], 1) << bits;
  EXPECT_GE(counts["0"], 10);
  EXPECT_GE(counts["1"], 10);
  EXPECT_GE(counts["last"], 10);
  EXPECT_GE(counts["beside a power of two"], 30);
  EXPECT_GE(counts["power of two"], 10);
  EXPECT_GE(counts["equal"], 30);
  EXPECT_GE(counts["next"], 30);
  EXPECT_GE(counts["lowest"], 10);
  EXPECT_GE(counts["highest"], 10);
}

TEST(SampledWorld, draws_lists_of_slabs_of_every_kind) {
  auto counts = classes([](SampledWorld& world, auto& count) {
    const auto num = slab::any_num(world);
    const auto list = slab::any_list(world, num);
    const auto has = [&](auto predicate) { return std::ranges::any_of(list.slabs, predicate); };
    const bool full = has([&](const auto& slab) { return slab.inuse == num; });
    const bool free = has([&](const auto& slab) { return slab.inuse == 0; });
    const bool partial = has([&](const auto& slab) { return slab.inuse != 0 && slab.inuse != num; });
    count["empty"] += list.slabs.empty();
    count["of one slab"] += list.slabs.size() == 1;
    count["of ten slabs or more"] += list.slabs.size() >= 10;
    count["full and partial and free"] += full && partial && free;
    count["all full"] += full && !partial && !free;
    count["all free"] += free && !partial && !full;
    count["full and free"] += full && free && !partial;
    count["slabs of one object"] += num == 1;
    count["fills"] += has([&](const auto& slab) { return slab.inuse + 1 == num; });
    count["becomes free"] += num > 1 && has([&](const auto& slab) { return slab.inuse == 1; });
    if (list.slabs.empty()) return;
    const auto position = world.position("position", list.slabs);
    count["at the front"] += list.slabs.size() > 1 && position == 0;
    count["at the end"] += list.slabs.size() > 1 && position + 1 == list.slabs.size();
    count["in the middle"] += position != 0 && position + 1 != list.slabs.size();
  });
  for (const auto& [name, count] : counts) EXPECT_GE(count, 20) << name;
  EXPECT_EQ(counts.size(), 13u);
}

TEST(SampledWorld, draws_chains_of_every_kind) {
  auto counts = classes([](SampledWorld& world, auto& count) {
    const auto num = slab::any_num(world);
    const auto chain = world.words("free", DistinctBelow<std::uint32_t>{num});
    count["empty"] += chain.empty();
    count["whole slab free"] += chain.size() == num;
    count["one in use"] += chain.size() + 1 == num;
    count["many"] += chain.size() >= 8;
    count["ascending"] += chain.size() > 1 && std::ranges::is_sorted(chain);
    count["not ascending"] += !std::ranges::is_sorted(chain);
    count["with the last object"] += std::ranges::find(chain, num - 1) != chain.end();
  });
  for (const auto& [name, count] : counts) EXPECT_GE(count, 20) << name;
  EXPECT_EQ(counts.size(), 7u);
}

}  // namespace
}  // namespace refmm
