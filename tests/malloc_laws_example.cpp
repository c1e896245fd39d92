// Laws of the user's heap on examples: chunks that are split, merge and are linked. Those of sizes the compiler has checked.

#include <refmm/model/malloc_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/malloc_merge_laws.hpp>
#include <refmm/spec/malloc_size_laws.hpp>
#include <refmm/tests/law_examples.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>

namespace refmm::malloc {
namespace {

/// When the program runs: the compiler does not take tables of words for constants.
bool holds(const auto& law, std::initializer_list<Written> inputs) {
  return holds_for(law, model::MallocSubject{}, inputs);
}

#define MEMORY                                                  \
  {"words", {}}, {"bins", {0x1009400}}, {"top", {0x1009f00}}, { \
    "top_end", { 0x100a000 }                                    \
  }
// Chunks at 0x804b000, 0x804b100 and 0x804b200; the next on the lists are heads.
#define IN_FRONT                                                                                        \
  MEMORY, {"front", {0x1009600}}, {"chunk", {0x1009620}}, {"next", {0x1009640}}, {"fd", {0x1009410}}, { \
    "bk", { 0x1009410 }                                                                                 \
  }
#define BEHIND                                                                                           \
  MEMORY, {"chunk", {0x1009600}}, {"next", {0x1009620}}, {"behind", {0x1009640}}, {"fd", {0x1009410}}, { \
    "bk", { 0x1009410 }                                                                                  \
  }

TEST(MallocLawExamples, ThereIsOneForEveryLawOfSizes) {
  std::set<std::string_view> laws;
  std::apply([&](const auto&... law) { (laws.insert(law.name), ...); }, size_laws);
  const LawNames examples = laws_with_an_example();
  EXPECT_EQ(std::set<std::string_view>(examples.begin(), examples.end()), laws);
}

TEST(MallocLawExamples, HoldOfChunksThatMerge) {
  for (const std::uint32_t is_free : {0u, 1u}) {
    EXPECT_TRUE(holds(what_merges_in_front_is_one_range, {IN_FRONT, {"is_free", {is_free}}}));
    EXPECT_TRUE(holds(what_is_in_front_is_in_use, {IN_FRONT, {"is_free", {is_free}}}));
    EXPECT_TRUE(holds(merging_in_front_changes_links_only,
                      {IN_FRONT, {"is_free", {is_free}}, {"addr", {0x1009601}}, {"of_two", {0}}}));
  }
  for (const std::uint32_t is : {0u, 1u, 2u}) {
    EXPECT_TRUE(holds(what_merges_behind_is_one_range, {BEHIND, {"is", {is}}}));
    EXPECT_TRUE(holds(what_is_behind_is_in_use, {BEHIND, {"is", {is}}}));
    EXPECT_TRUE(
        holds(merging_behind_changes_links_only, {BEHIND, {"is", {is}}, {"addr", {0x1009601}}, {"of_two", {0}}}));
  }
}

TEST(MallocLawExamples, HoldOfChunksThatAreSplit) {
  for (const std::uint32_t needed : {2u, 30u, 31u, 32u}) {
    EXPECT_TRUE(
        holds(split_chunks_are_the_chunk, {MEMORY, {"chunk", {0x1009600}}, {"size", {32}}, {"needed", {needed}}}));
    EXPECT_TRUE(holds(splitting_changes_nothing_but_tags, {MEMORY,
                                                           {"chunk", {0x1009600}},
                                                           {"size", {32}},
                                                           {"needed", {needed}},
                                                           {"addr", {0x1009601}},
                                                           {"of_two", {0}}}));
  }
}

TEST(MallocLawExamples, HoldOfTheEndOfTheHeap) {
  for (const std::uint32_t needed : {2u, 254u, 255u, 300u})
    EXPECT_TRUE(holds(the_top_ends_where_the_heap_ends, {MEMORY, {"needed", {needed}}}));
  EXPECT_TRUE(
      holds(nothing_merges_over_a_fence, {MEMORY, {"chunk", {0x1009600}}, {"size", {3}}, {"front_size", {4}}}));
}

TEST(MallocLawExamples, HoldOfLists) {
  EXPECT_TRUE(holds(taking_out_breaks_no_ring, {{"words", {}},
                                                {"bins", {0x1009400}},
                                                {"top", {0}},
                                                {"top_end", {0}},
                                                {"chunk", {0x1009620}},
                                                {"fd", {0x1009414}},
                                                {"bk", {0x1009414}},
                                                {"is_alone", {1}},
                                                {"other", {0x1009414}}}));
  EXPECT_TRUE(
      holds(putting_on_breaks_no_ring,
            {MEMORY, {"next", {0x1009414}}, {"bk", {0x1009414}}, {"chunk", {0x1009620}}, {"other", {0x1009414}}}));
}

}  // namespace
}  // namespace refmm::malloc
