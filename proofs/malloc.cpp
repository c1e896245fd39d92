// The theorems of the user's heap: each law of spec/malloc_size_laws.hpp and spec/malloc_merge_laws.hpp, claimed of model/malloc*.hpp.
//
// Each line: the law; what "every input" means; the mutants of the model on which the theorem fails; the clauses that some path
// must reach. The memory is a function of the address, of which nothing is known but what the chunks at hand say: whatever else stands in
// the heap, the theorem holds. Each check of a hardened heap is a mutant, so that what goes wrong without it is a counterexample.
#include <refmm/model/malloc_subject.hpp>
#include <refmm/proofs/malloc.hpp>
#include <refmm/spec/malloc_merge_laws.hpp>
#include <refmm/spec/malloc_size_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::malloc {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::MallocSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view requests = "every request up to the largest";
constexpr std::string_view sizes = "every size, every two of them";
constexpr std::string_view rings = "lists of every length, in any memory";
constexpr std::string_view neighbours = "chunks of every size in any memory, with any neighbours";
constexpr std::string_view chunks = "chunks of every size in any memory";
constexpr std::string_view memory = "any memory, damaged in whatever way";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      // ---- Sizes ----------------------------------------------------------------------------------------------------
      model(every_block_has_room, requests, {"malloc.size.forgets_tag"}),
      model(no_chunk_is_larger_than_need_be, requests, {"malloc.size.one_word_more"}),
      model(chunks_can_be_freed, requests, {"malloc.size.no_smallest"}),
      model(every_mapped_block_has_room, requests, {"malloc.size.maps_no_word_behind"}),
      model(no_mapping_has_a_page_too_many, requests, {"malloc.size.maps_page_more"}),
      model(a_mapping_keeps_its_leader, "every request and leader up to 1 GiB",
            {"malloc.size.maps_without_leader"}),
      model(larger_chunks_are_on_later_lists, sizes, {"malloc.bins.large_ones_first"}),
      model(small_sizes_have_lists_of_their_own, sizes, {"malloc.bins.two_sizes_a_list"}),
      model(every_size_has_a_list, sizes, {"malloc.bins.heads_overlap"}),
      model(the_break_moves_to_the_next_page, "every top and need that end below the last page",
            {"malloc.grow.page_more"}),
      model(trimming_leaves_the_pad, "every size of the top, every pad up to half of the address space",
            {"malloc.trim.leaves_no_chunk", "malloc.trim.keeps_a_page"}),
      model(aligned_blocks_are_aligned, "every block, every alignment up to 512 MiB",
            {"malloc.memalign.one_short"}),
      model(leaders_are_chunks, "every block, every alignment up to 512 MiB",
            {"malloc.memalign.leader_of_any_size"}),
      model(alignments_are_taken_up, "every alignment", {"malloc.memalign.power_below"}),
      model(products_are_what_they_seem, "every count and size", {"malloc.calloc.believes_product"}),

      // ---- Lists ----------------------------------------------------------------------------------------------------
      model(taking_out_closes_the_ring, rings, {"malloc.bins.unlinks_one_way"}, {"malloc.bins.unlink"}),
      model(taking_out_breaks_no_ring, rings, {"malloc.bins.unlinks_one_way"}),
      model(putting_on_makes_a_ring, rings, {"malloc.bins.links_one_way"}, {"malloc.bins.link"}),
      model(putting_on_breaks_no_ring, rings, {"malloc.bins.links_one_way"}),
      model(lists_stay_in_order, "every chunk and size", {"malloc.bins.first_of_list"}),

      // ---- Chunks ---------------------------------------------------------------------------------------------------
      model(what_merges_in_front_is_one_range, neighbours, {"malloc.merge.not_before"},
            {"malloc.free.merges_before"}),
      model(what_merges_behind_is_one_range, neighbours, {"malloc.merge.not_behind"},
            {"malloc.free.merges_behind", "malloc.free.joins_top"}),
      model(what_is_in_front_is_in_use, neighbours, {"malloc.merge.not_before"}),
      model(what_is_behind_is_in_use, neighbours, {"malloc.merge.not_behind"}),
      model(merging_in_front_changes_links_only, neighbours, {"malloc.bins.unlinks_into_block"}),
      model(merging_behind_changes_links_only, neighbours, {"malloc.bins.unlinks_into_block"}),
      model(free_chunks_are_tagged_at_both_ends, chunks, {"malloc.tags.one_end"}),
      model(split_chunks_are_the_chunk, chunks, {"malloc.split.any_rest"},
            {"malloc.split.rest", "malloc.split.whole"}),
      model(splitting_changes_nothing_but_tags, chunks, {"malloc.split.clears_block"}),
      model(the_top_ends_where_the_heap_ends, "every top and need", {"malloc.top.takes_all"}),
      model(nothing_merges_over_a_fence, "regions of every place that end with a top without a chunk",
            {"malloc.grow.one_fence"}),

      // ---- What a hardened heap never does --------------------------------------------------------------------------
      model(unlinking_overwrites_links_only, memory, {"defect.malloc.links"}, {"malloc.check.links"}),
      model(no_chunk_is_freed_twice, memory, {"defect.malloc.double_free"}, {"malloc.check.double_free"}),
      model(only_chunks_are_freed, memory, {"defect.malloc.pointer"}, {"malloc.check.pointer"}),
      model(only_sizes_of_chunks_are_freed, memory, {"defect.malloc.pointer"}, {"malloc.check.size"}),
      model(what_merges_agrees, memory, {"defect.malloc.prev_size"}, {"malloc.check.prev_size"}),
      model(the_top_is_as_long_as_the_heap, memory, {"defect.malloc.top"}, {"malloc.check.top"}),
  };
  return all;
}

}  // namespace refmm::malloc
