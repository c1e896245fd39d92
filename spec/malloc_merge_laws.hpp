// The laws of splitting, merging and lists on the user's heap: in any memory, of chunks of any size, at any place.
//
// Calls change a heap by these few steps. Each keeps what the next one starts from: free chunks that are no neighbours, tags that
// agree, links that lead back. That is the induction over calls; a heap of one top is its base.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/malloc_law_inputs.hpp>

#include <tuple>

namespace refmm::malloc {

// ---- Lists ----------------------------------------------------------------------------------------------------------

/// A free chunk on a ring with any neighbours, which may be one and the same: the head of a list with nothing else.
template <class World>
constexpr auto any_node(World& world, const Corrections& corrected) {
  using W = WordOf<World>;
  const W chunk = any_aligned(world, "chunk"), fd = any_aligned(world, "fd"), bk = any_aligned(world, "bk");
  world.assume(both(chunk != fd, chunk != bk));
  const bool is_alone = world.choose("is_alone", {0, 1}) == 1;
  return std::pair{with_node(any_heap(world, corrected), chunk, fd, is_alone ? fd : bk), chunk};
}

inline constexpr Law taking_out_closes_the_ring{
    "malloc.bins.unlink", "the_neighbours_of_a_chunk_that_leaves_its_list_are_neighbours_then",
    [](auto& world, auto subject) {
      const auto [heap, chunk] = any_node(world, subject.corrected());
      const auto fd = fd_of(heap, chunk), bk = bk_of(heap, chunk);
      const auto after = subject.unlinked(heap, chunk);
      world.reached(after.because);
      using W = WordOf<decltype(world)>;
      if (after.ended) return never<W>();
      return both(bk_of(after, fd) == bk, fd_of(after, bk) == fd);
    }};

inline constexpr Law taking_out_breaks_no_ring{
    "malloc.bins.rings", "whatever_else_is_on_a_list_is_where_its_neighbours_lead_to_when_a_chunk_has_left",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto [heap, chunk] = any_node(world, subject.corrected());
      const W other = any_aligned(world, "other");
      world.assume(
          all(other != chunk, is_on_ring(heap, chunk), is_on_ring(heap, other), has_lawful_links(heap, other)));
      const auto after = subject.unlinked(heap, chunk);
      return is_on_ring(after, other);
    }};

inline constexpr Law putting_on_makes_a_ring{
    "malloc.bins.link", "a_chunk_that_is_put_on_a_list_stands_between_two_that_were_neighbours",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W next = any_aligned(world, "next"), bk = any_aligned(world, "bk"),
              chunk = any_aligned(world, "chunk");
      world.assume(both(chunk != next, chunk != bk));
      auto heap = any_heap(world, subject.corrected());
      heap = with(std::move(heap), address_of_bk(next), bk);
      heap = with(std::move(heap), address_of_fd(bk), next);
      const auto after = subject.linked(heap, chunk, next);
      world.reached(after.because);
      if (after.ended) return never<W>();
      return all(is_on_ring(after, chunk), fd_of(after, chunk) == next, bk_of(after, chunk) == bk);
    }};

inline constexpr Law putting_on_breaks_no_ring{
    "malloc.bins.rings", "whatever_else_is_on_a_list_is_where_its_neighbours_lead_to_when_a_chunk_has_come",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W next = any_aligned(world, "next"), bk = any_aligned(world, "bk"),
              chunk = any_aligned(world, "chunk");
      const W other = any_aligned(world, "other");
      auto heap = any_heap(world, subject.corrected());
      heap = with(std::move(heap), address_of_bk(next), bk);
      heap = with(std::move(heap), address_of_fd(bk), next);
      // The chunk is on no list: nothing leads to it.
      world.assume(all(chunk != next, chunk != bk, other != chunk, is_on_ring(heap, other)));
      world.assume(all(fd_of(heap, other) != chunk, bk_of(heap, other) != chunk, has_lawful_links(heap, other)));
      return is_on_ring(subject.linked(heap, chunk, next), other);
    }};

inline constexpr Law lists_stay_in_order{
    "malloc.bins.ascending", "a_walk_along_a_list_passes_a_chunk_exactly_if_it_is_too_small",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W head = any_aligned(world, "head"), node = any_aligned(world, "node"), size = any_size(world, "size");
      auto heap = any_heap(world, subject.corrected());
      heap = with(std::move(heap), address_of_fd(head), node);
      const W here = any_size(world, "here"), next = head;
      heap = with(std::move(heap), address_of_size(node), here | W(PREV_INUSE));
      heap = with(std::move(heap), address_of_fd(node), next);
      world.assume(node != head);
      const W found = subject.first_from_size(heap, head, size);
      return found == select(here < size, head, node);
    }};

// ---- Merging --------------------------------------------------------------------------------------------------------

inline constexpr Law what_merges_in_front_is_one_range{
    "malloc.free.merges_before", "a_chunk_takes_in_the_one_in_front_of_it_exactly_if_that_is_free",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_chunk_in_front(world, subject.corrected());
      const auto [heap, chunk, size] =
          subject.merged_before(before.heap, before.chunk, before.next - before.chunk);
      world.reached(heap.because);
      if (heap.ended) return never<W>();
      return all(chunk == (before.is_free ? before.front : before.chunk), chunk + size == before.next,
                 heap.top == before.heap.top);
    }};

inline constexpr Law what_merges_behind_is_one_range{
    "malloc.heap.tiled",
    "a_chunk_takes_in_the_one_behind_it_exactly_if_that_is_free_or_the_top_and_is_the_top_then",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_chunk_behind(world, subject.corrected());
      const auto [heap, chunk, size] =
          subject.merged_behind(before.heap, before.chunk, before.next - before.chunk);
      world.reached(heap.because);
      if (heap.ended) return never<W>();
      const bool stays = before.is == Behind::in_use;
      return all(chunk == before.chunk, chunk + size == (stays ? before.next : before.behind),
                 heap.top == (before.is == Behind::top ? chunk : before.heap.top));
    }};

inline constexpr Law what_is_in_front_is_in_use{
    "malloc.heap.no_two_free", "in_front_of_a_chunk_that_has_merged_is_one_in_use", [](auto& world, auto subject) {
      const auto before = any_chunk_in_front(world, subject.corrected());
      const auto after = subject.merged_before(before.heap, before.chunk, before.next - before.chunk);
      return prev_is_in_use(after.heap, after.chunk);
    }};

inline constexpr Law what_is_behind_is_in_use{
    "malloc.heap.no_two_free", "behind_a_chunk_that_has_merged_is_one_in_use_or_nothing_of_the_heap",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_chunk_behind(world, subject.corrected());
      const auto after = subject.merged_behind(before.heap, before.chunk, before.next - before.chunk);
      const W next = after.chunk + after.size;
      if (before.is == Behind::in_use) return prev_is_in_use(after.heap, next + size_of(after.heap, next));
      return next == before.behind;
    }};

inline constexpr Law merging_in_front_changes_links_only{
    "malloc.blocks.survive", "merging_with_what_is_in_front_changes_no_word_but_links_that_led_to_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_chunk_in_front(world, subject.corrected());
      const W addr = any_word(world);
      const auto after = subject.merged_before(before.heap, before.chunk, before.next - before.chunk);
      return either(both(before.is_free ? always<W>() : never<W>(), is_link_to(before.links, addr)),
                    lookup(after.heap.words, addr) == lookup(before.heap.words, addr));
    }};

inline constexpr Law merging_behind_changes_links_only{
    "malloc.blocks.survive", "merging_with_what_is_behind_changes_no_word_but_links_that_led_to_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto before = any_chunk_behind(world, subject.corrected());
      const W addr = any_word(world);
      const auto after = subject.merged_behind(before.heap, before.chunk, before.next - before.chunk);
      return either(both(before.is == Behind::free ? always<W>() : never<W>(), is_link_to(before.links, addr)),
                    lookup(after.heap.words, addr) == lookup(before.heap.words, addr));
    }};

inline constexpr Law free_chunks_are_tagged_at_both_ends{
    "malloc.tags.both_ends", "the_size_of_a_free_chunk_stands_at_both_ends_and_behind_it_that_it_is_free",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W chunk = any_aligned(world, "chunk"), size = any_size(world, "size"), next = chunk + size;
      const W addr = any_word(world);
      const auto after = subject.tagged_free(heap, chunk, size);
      const auto is_tag =
          either(addr == address_of_size(chunk), either(addr == next, addr == address_of_size(next)));
      return all(size_of(after, chunk) == size, prev_is_in_use(after, chunk), prev_size_of(after, next) == size,
                 negation(prev_is_in_use(after, next)), size_of(after, next) == size_of(heap, next),
                 either(is_tag, lookup(after.words, addr) == lookup(heap.words, addr)));
    }};

// ---- Splitting ------------------------------------------------------------------------------------------------------

inline constexpr Law split_chunks_are_the_chunk{
    "malloc.split.rest",
    "a_chunk_that_is_split_is_two_of_which_the_first_is_as_long_as_needed_or_one_that_is_hardly_longer",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W chunk = any_aligned(world, "chunk"), size = any_size(world, "size"),
              needed = any_size(world, "needed");
      world.assume(all(needed <= size, chunk < chunk + size, chunk + size < chunk + size + W(smallest_chunk<W>)));
      const auto [after, rest, rest_size] = subject.split(heap, chunk, size, needed);
      world.reached(after.because);
      const W own = size_of(after, chunk), next = chunk + size;
      return all(
          needed <= own, own < needed + W(smallest_chunk<W>), chunk + own == rest, rest + rest_size == next,
          equivalent(prev_is_in_use(after, chunk), prev_is_in_use(heap, chunk)), prev_is_in_use(after, rest),
          implies(rest_size != W(0u), both(size_of(after, rest) == rest_size, rest_size >= W(smallest_chunk<W>))));
    }};

inline constexpr Law splitting_changes_nothing_but_tags{
    "malloc.blocks.survive", "splitting_changes_no_word_but_the_tags_of_the_two_parts_and_of_the_chunk_behind",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W chunk = any_aligned(world, "chunk"), size = any_size(world, "size"),
              needed = any_size(world, "needed");
      const W addr = any_word(world);
      world.assume(both(needed <= size, chunk < chunk + size));
      const auto parts = subject.split(heap, chunk, size, needed);
      const auto is_tag = either(either(addr == address_of_size(chunk), addr == address_of_size(chunk + needed)),
                                 addr == address_of_size(chunk + size));
      return either(is_tag, lookup(parts.heap.words, addr) == lookup(heap.words, addr));
    }};

// ---- The top --------------------------------------------------------------------------------------------------------

inline constexpr Law the_top_ends_where_the_heap_ends{
    "malloc.top.at_end",
    "what_is_taken_from_the_top_is_its_front_and_what_is_left_is_a_top_that_ends_where_the_heap_ends",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto heap = any_heap(world, subject.corrected());
      const W top = heap.top, end = heap.top_end, needed = any_size(world, "needed");
      world.assume(both(top != W(0u), top < end));
      heap = with(std::move(heap), address_of_size(top), (end - top) | W(PREV_INUSE));
      const auto room = subject.room_in_top(heap, needed);
      world.reached(room.heap.because);
      if (!room.chunk) return end - top < needed + W(smallest_chunk<W>);
      const auto after = subject.taken_from_top(room.heap, needed);
      return all(*room.chunk == top, size_of(after, top) == needed, after.top == top + needed, after.top < end,
                 size_of(after, after.top) == end - after.top, size_of(after, after.top) >= W(smallest_chunk<W>),
                 prev_is_in_use(after, after.top));
    }};

inline constexpr Law nothing_merges_over_a_fence{
    "malloc.grow.fence", "no_chunk_at_the_end_of_a_region_that_the_heap_has_left_merges_with_what_lies_beyond",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      auto heap = any_heap(world, subject.corrected());
      const W size = any_size(world, "size"), top = any_aligned(world, "chunk", 1 << 16);
      const W fences = W(2 * chunk_alignment<W>);
      world.assume(all(size <= W(2 * smallest_chunk<W>) - W(1u), top < top + size));
      const W end = top + size, chunk = end - fences - any_size(world, "front_size");
      world.assume(chunk < end - fences);
      const auto fenced = subject.fenced(heap, top, size);
      if (fenced.ended) return never<W>();
      const auto after = subject.merged_behind(fenced, chunk, end - fences - chunk);
      return both(after.size == end - fences - chunk, after.chunk == chunk);
    }};

// ---- What a hardened heap never does, in whatever memory ------------------------------------------------------------

inline constexpr Law unlinking_overwrites_links_only{
    "malloc.check.links", "in_any_memory_taking_a_chunk_from_its_list_overwrites_nothing_but_words_that_led_to_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W chunk = any_aligned(world, "chunk");
      const W addr = any_word(world);
      // Links may be any words; those that are not aligned lie across two.
      world.assume(both((fd_of(heap, chunk) & W(word_bytes<W> - 1)) == W(0u),
                        (bk_of(heap, chunk) & W(word_bytes<W> - 1)) == W(0u)));
      const auto after = subject.unlinked(heap, chunk);
      world.reached(after.because);
      return either(lookup(after.words, addr) == lookup(heap.words, addr), lookup(heap.words, addr) == chunk);
    }};

inline constexpr Law no_chunk_is_freed_twice{
    "malloc.check.double_free", "in_any_memory_no_chunk_is_taken_back_that_the_chunk_behind_it_says_is_free",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W begin = any_aligned(world, "begin"), chunk = any_aligned(world, "chunk");
      const auto after = subject.examined(heap, begin, chunk);
      world.reached(after.because);
      if (after.ended) return always<W>();
      return both(prev_is_in_use(heap, chunk + size_of(heap, chunk)), chunk != heap.top);
    }};

inline constexpr Law only_chunks_are_freed{
    "malloc.check.pointer", "in_any_memory_no_address_is_taken_back_that_is_not_a_chunk_inside_the_heap",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W begin = any_aligned(world, "begin"), chunk = world.word("chunk");
      world.assume((chunk & W(word_bytes<W> - 1)) == W(0u));
      const auto after = subject.examined(heap, begin, chunk);
      world.reached(after.because);
      if (after.ended) return always<W>();
      return all(chunk % W(chunk_alignment<W>) == W(0u), begin <= chunk, chunk < heap.top_end);
    }};

inline constexpr Law only_sizes_of_chunks_are_believed{
    "malloc.check.size", "in_any_memory_no_size_is_believed_that_no_chunk_has_or_that_leads_out_of_the_heap",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W begin = any_aligned(world, "begin"), chunk = any_aligned(world, "chunk");
      const auto after = subject.examined(heap, begin, chunk);
      world.reached(after.because);
      if (after.ended) return always<W>();
      const W size = size_of(heap, chunk);
      return all(size % W(chunk_alignment<W>) == W(0u), size >= W(smallest_chunk<W>),
                 size <= heap.top_end - chunk);
    }};

inline constexpr Law what_merges_agrees{
    "malloc.check.prev_size",
    "in_any_memory_two_chunks_merge_only_if_both_say_the_same_of_the_size_of_the_one_in_front",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W chunk = any_aligned(world, "chunk"), size = any_size(world, "size");
      const W prev_size = prev_size_of(heap, chunk), front = chunk - prev_size;
      world.assume((prev_size & W(word_bytes<W> - 1)) == W(0u));
      world.assume(both((fd_of(heap, front) & W(word_bytes<W> - 1)) == W(0u),
                        (bk_of(heap, front) & W(word_bytes<W> - 1)) == W(0u)));
      const auto after = subject.merged_before(heap, chunk, size);
      world.reached(after.heap.because);
      if (after.heap.ended) return always<W>();
      return either(after.size == size, size_of(heap, front) == prev_size);
    }};

inline constexpr Law the_top_is_as_long_as_the_heap{
    "malloc.check.top", "in_any_memory_nothing_is_taken_from_a_top_that_does_not_end_where_the_heap_ends",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto heap = any_heap(world, subject.corrected());
      const W needed = any_size(world, "needed");
      const auto room = subject.room_in_top(heap, needed);
      world.reached(room.heap.because);
      if (!room.chunk) return always<W>();
      return heap.top + size_of(heap, heap.top) == heap.top_end;
    }};

inline constexpr std::tuple list_laws{taking_out_closes_the_ring, taking_out_breaks_no_ring,
                                      putting_on_makes_a_ring, putting_on_breaks_no_ring, lists_stay_in_order};
inline constexpr std::tuple merge_laws{what_merges_in_front_is_one_range,   what_merges_behind_is_one_range,
                                       what_is_in_front_is_in_use,          what_is_behind_is_in_use,
                                       merging_in_front_changes_links_only, merging_behind_changes_links_only,
                                       free_chunks_are_tagged_at_both_ends, split_chunks_are_the_chunk,
                                       splitting_changes_nothing_but_tags,  the_top_ends_where_the_heap_ends,
                                       nothing_merges_over_a_fence};
inline constexpr std::tuple check_laws{
    unlinking_overwrites_links_only,   no_chunk_is_freed_twice, only_chunks_are_freed,
    only_sizes_of_chunks_are_believed, what_merges_agrees,      the_top_is_as_long_as_the_heap};

}  // namespace refmm::malloc
