// Laws of the user's heap on examples: sizes, checked by the compiler, and chunks that are split, merge and are linked.

#include <refmm/model/malloc_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/malloc_merge_laws.hpp>
#include <refmm/spec/malloc_size_laws.hpp>

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>

namespace refmm::malloc {
namespace {

/// The name of the law, if the model keeps it on this example; no constant otherwise.
consteval std::string_view example(const auto& law, std::initializer_list<Written> inputs) {
  if (!holds_for(law, model::MallocSubject{}, inputs)) throw "the model breaks the law on this example";
  return law.name;
}

constexpr std::array sizes{
    example(every_block_has_room, {{"bytes", {0}}}),
    example(every_block_has_room, {{"bytes", {12}}}),
    example(every_block_has_room, {{"bytes", {13}}}),
    example(no_chunk_is_larger_than_need_be, {{"bytes", {13}}, {"other", {3}}}),
    example(chunks_can_be_freed, {{"bytes", {0x7fffdfff}}}),
    example(every_mapped_block_has_room, {{"bytes", {131072}}}),
    example(every_mapped_block_has_room, {{"bytes", {4084}}}),
    example(no_mapping_has_a_page_too_many, {{"bytes", {4085}}}),
    example(a_mapping_keeps_its_leader, {{"bytes", {200000}}, {"leader", {127}}}),
    example(larger_chunks_are_on_later_lists, {{"one", {63}}, {"other", {64}}}),
    example(small_sizes_have_lists_of_their_own, {{"one", {63}}, {"other", {64}}}),
    example(every_size_has_a_list, {{"bins", {4096}}, {"one", {2}}, {"other", {0x0fffffff}}}),
    example(the_break_moves_to_the_next_page, {{"top", {0x1009600}}, {"needed", {4096}}}),
    example(trimming_leaves_the_pad, {{"size", {2560}}, {"pad", {8192}}}),
    example(aligned_blocks_are_aligned, {{"log2", {12}}, {"block", {0x1009601}}}),
    example(leaders_are_chunks, {{"log2", {4}}, {"block", {0x1009601}}}),
    example(alignments_are_taken_up, {{"alignment", {48}}}),
    example(products_are_what_they_seem, {{"count", {65536}}, {"size", {65535}}, {"index", {65535}}}),
};

/// Likewise, when the program runs: the compiler does not take tables of words for constants.
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
  EXPECT_EQ(std::set<std::string_view>(sizes.begin(), sizes.end()), laws);
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
