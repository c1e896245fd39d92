// The laws of sizes and alignment on the user's heap: of every request, every size, every alignment.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/malloc_law_inputs.hpp>

#include <cstdint>
#include <tuple>

namespace refmm::malloc {

// ---- Chunks ---------------------------------------------------------------------------------------------------------

inline constexpr Law every_block_has_room{
    "malloc.size.chunk", "a_block_has_as_many_bytes_as_were_asked_for_or_more", [](auto& world, auto subject) {
      const auto bytes = any_request(world, subject);
      const auto size = subject.chunk_size(bytes);
      return both(bytes <= subject.bytes_of_block(size), subject.bytes_of_block(size) < size);
    }};

inline constexpr Law no_chunk_is_larger_than_need_be{
    "malloc.size.smallest", "no_smaller_size_that_a_chunk_can_have_has_room_for_the_request",
    [](auto& world, auto subject) {
      const auto bytes = any_request(world, subject);
      const auto other = any_size(world, "other");
      world.assume(bytes <= subject.bytes_of_block(other));
      return subject.chunk_size(bytes) <= other;
    }};

inline constexpr Law chunks_can_be_freed{
    "malloc.size.aligned", "the_size_of_a_chunk_is_aligned_and_has_room_for_a_tag_and_links",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W size = subject.chunk_size(any_request(world, subject));
      return both(size % W(chunk_alignment<W>) == W(0u), size >= W(smallest_chunk<W>));
    }};

// ---- Mappings -------------------------------------------------------------------------------------------------------

inline constexpr Law every_mapped_block_has_room{
    "malloc.mapped.size", "a_mapping_is_of_whole_pages_and_its_block_has_as_many_bytes_as_were_asked_for",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W bytes = any_request(world, subject);
      const W len = subject.bytes_to_map(W(0u), subject.chunk_size(bytes));
      return all(subject.is_page_aligned(len), bytes <= subject.bytes_of_mapped_block(len),
                 subject.bytes_of_mapped_block(len) < len);
    }};

inline constexpr Law no_mapping_has_a_page_too_many{
    "malloc.mapped.size", "a_mapping_with_one_page_less_has_no_room_for_the_request",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W bytes = any_request(world, subject);
      const W page = subject.template page_size<W>();
      const W len = subject.bytes_to_map(W(0u), subject.chunk_size(bytes));
      // A chunk with a mapping of its own has its size rounded before its pages: up to a word and its alignment more.
      return len - page < bytes + W(2 * word_bytes<W> + chunk_alignment<W>);
    }};

inline constexpr Law a_mapping_keeps_its_leader{
    "malloc.memalign.mapped", "a_mapping_that_begins_in_front_of_its_chunk_has_room_for_both",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W bytes = any_request(world, subject), leader = any_aligned(world, "leader", 0, 0x3fffffff);
      const W size = subject.chunk_size(bytes);
      world.assume(size < W(0x40000000u));
      const W len = subject.bytes_to_map(leader, size);
      return both(subject.is_page_aligned(len),
                  leader + bytes <= leader + subject.bytes_of_mapped_block(len - leader));
    }};

// ---- Lists ----------------------------------------------------------------------------------------------------------

inline constexpr Law larger_chunks_are_on_later_lists{
    "malloc.bins.by_size", "of_two_sizes_the_larger_one_is_on_the_same_list_or_a_later_one",
    [](auto& world, auto subject) {
      const auto one = any_size(world, "one"), other = any_size(world, "other");
      world.assume(one <= other);
      return subject.bin_of(one) <= subject.bin_of(other);
    }};

inline constexpr Law small_sizes_have_lists_of_their_own{
    "malloc.bins.by_size", "two_small_chunks_are_on_one_list_exactly_if_their_sizes_are_equal",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W one = any_size(world, "one"), other = any_size(world, "other");
      world.assume(one < W(64 * chunk_alignment<W>));
      return equivalent(subject.bin_of(one) == subject.bin_of(other), one == other);
    }};

inline constexpr Law every_size_has_a_list{
    "malloc.bins.by_size", "the_head_of_the_list_of_a_size_is_one_of_the_heads_and_overlaps_with_no_other",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W bins = any_aligned(world, "bins", 0, 0x7fffffff);
      const W one = subject.head_of_bin(bins, subject.bin_of(any_size(world, "one")));
      const W other = subject.head_of_bin(bins, subject.bin_of(any_size(world, "other")));
      const W links = W(2 * word_bytes<W>);
      return all(bins <= address_of_fd(one),
                 address_of_fd(one) + links <= bins + subject.template bytes_of_bins<W>(),
                 implies(one < other, address_of_fd(one) + links <= address_of_fd(other)));
    }};

// ---- The end of the heap --------------------------------------------------------------------------------------------

inline constexpr Law the_break_moves_to_the_next_page{
    "malloc.grow.to_page", "the_break_is_moved_to_the_first_page_boundary_that_leaves_as_much_as_is_needed",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W top = any_aligned(world, "top"), needed = world.word("needed");
      const W end = subject.break_for_top(top, needed), page = subject.template page_size<W>();
      world.assume(both(top + needed >= top, top + needed <= W(0u) - page));
      return all(subject.is_page_aligned(end), top + needed <= end, end - (top + needed) < page);
    }};

inline constexpr Law trimming_leaves_the_pad{
    "malloc.trim.whole_pages", "what_is_trimmed_is_whole_pages_and_leaves_a_chunk_and_the_pad_and_no_page_more",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W size = any_size(world, "size"), pad = world.word("pad", 0, 0x7fffffff);
      const W page = subject.template page_size<W>(), bytes = subject.bytes_to_trim(size, pad);
      const W stays = pad + W(smallest_chunk<W>);
      return all(subject.is_page_aligned(bytes),
                 implies(bytes != W(0u), both(bytes <= size, stays < size - bytes)),
                 implies(stays < size, size - bytes - stays <= page), implies(size <= stays, bytes == W(0u)));
    }};

// ---- Alignment ------------------------------------------------------------------------------------------------------

/// Any power of two above the alignment that every block has.
template <class World>
constexpr auto any_alignment(World& world) {
  using W = WordOf<World>;
  const W alignment = W(1u) << world.word("log2", 0, 30);
  world.assume(alignment > W(chunk_alignment<W>));
  return alignment;
}

inline constexpr Law aligned_blocks_are_aligned{
    "malloc.memalign.aligned", "the_block_that_is_cut_out_is_at_a_multiple_of_the_alignment",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W alignment = any_alignment(world), block = any_aligned(world, "block", 0, 0x7fffffff);
      const W aligned = subject.aligned_block(block, alignment);
      world.assume(alignment <= W(0x20000000u));
      return both((aligned & (alignment - 1u)) == W(0u), block <= aligned);
    }};

inline constexpr Law leaders_are_chunks{
    "malloc.memalign.leader",
    "in_front_of_an_aligned_block_there_is_nothing_or_a_chunk_and_behind_it_room_for_the_request",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W alignment = any_alignment(world), block = any_aligned(world, "block", 0, 0x7fffffff);
      world.assume(alignment <= W(0x20000000u));
      const W leader = subject.aligned_block(block, alignment) - block;
      return all(either(leader == W(0u), leader >= W(smallest_chunk<W>)),
                 leader < alignment + W(smallest_chunk<W>), leader % W(chunk_alignment<W>) == W(0u));
    }};

inline constexpr Law alignments_are_taken_up{
    "malloc.memalign.aligned", "an_alignment_is_taken_up_to_the_next_power_of_two", [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W alignment = world.word("alignment", 0, 0x80000000);
      const W power = subject.power_of_two_from(alignment);
      return all((power & (power - 1u)) == W(0u), power != W(0u), alignment <= power,
                 either(power == W(chunk_alignment<W>), (power >> W(1u)) < alignment));
    }};

inline constexpr std::tuple size_laws{every_block_has_room,
                                      no_chunk_is_larger_than_need_be,
                                      chunks_can_be_freed,
                                      every_mapped_block_has_room,
                                      no_mapping_has_a_page_too_many,
                                      a_mapping_keeps_its_leader,
                                      larger_chunks_are_on_later_lists,
                                      small_sizes_have_lists_of_their_own,
                                      every_size_has_a_list,
                                      the_break_moves_to_the_next_page,
                                      trimming_leaves_the_pad,
                                      aligned_blocks_are_aligned,
                                      leaders_are_chunks,
                                      alignments_are_taken_up};

}  // namespace refmm::malloc
