// What the laws of the user's heap start from, said once.
//
// A heap is drawn as its memory: any word anywhere, and then the tags and links of the chunks that a law speaks of, written where
// these chunks are. So nothing is known of the rest, and what is proved holds whatever stands there.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/malloc_heap.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/word.hpp>

#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace refmm::malloc {

template <class World>
using WordOf = typename std::remove_cvref_t<World>::word_type;

/// Claims that hold of everything, and of nothing.
template <Word W>
constexpr auto always() {
  return W(0u) == W(0u);
}
template <Word W>
constexpr auto never() {
  return W(1u) == W(0u);
}

/// Any multiple of the chunk alignment within these bounds, bytes.
template <class World>
constexpr auto any_aligned(World& world, std::string_view name, std::uint32_t lowest = 0,
                           std::uint32_t highest = ~std::uint32_t{0}) {
  using W = WordOf<World>;
  constexpr auto unit = static_cast<std::uint32_t>(chunk_alignment<W>);
  return W(world.word(name, lowest / unit, highest / unit)
           << W(static_cast<std::uint32_t>(std::countr_zero(unit))));
}

/// Any address of a word.
template <class World>
constexpr auto any_word(World& world) {
  using W = WordOf<World>;
  return W(any_aligned(world, "addr") +
           (world.word("of_two", 0, 1) << W(static_cast<Native<W>>(std::countr_zero(word_bytes<W>)))));
}

/// Any size that a chunk can have, bytes: up to half of the address space.
template <class World>
constexpr auto any_size(World& world, std::string_view name) {
  using W = WordOf<World>;
  return any_aligned(world, name, static_cast<std::uint32_t>(smallest_chunk<W>), 0x7fffffff);
}

/// Any request that is not too large.
template <class World>
constexpr auto any_request(World& world, const auto& subject, std::string_view name = "bytes") {
  const auto bytes = world.word(name);
  world.assume(bytes <= subject.template largest_request<WordOf<World>>());
  return bytes;
}

/// Any memory, and variables of the allocator that point somewhere.
template <class World>
constexpr auto any_heap(World& world, const Corrections& corrected) {
  using W = WordOf<World>;
  auto words = world.map("words");
  return Heap<decltype(words), W>{.words = std::move(words),
                                  .mapped = {},
                                  .all_mapped = true,
                                  .corrected = corrected,
                                  .bins = any_aligned(world, "bins"),
                                  .top = any_aligned(world, "top"),
                                  .top_end = any_aligned(world, "top_end"),
                                  .because = {},
                                  .ended = {}};
}

/// The heap with a word at an aligned address.
template <class Heap, Word W>
constexpr Heap with(Heap heap, const W& addr, const W& word) {
  heap.words = updated(heap.words, addr, word);
  return heap;
}

/// The heap with the links of a chunk on a list, and those that lead back to it.
template <class Heap, Word W>
constexpr Heap with_node(Heap heap, const W& chunk, const W& fd, const W& bk) {
  heap = with(std::move(heap), address_of_fd(chunk), fd);
  heap = with(std::move(heap), address_of_bk(chunk), bk);
  heap = with(std::move(heap), address_of_bk(fd), chunk);
  return with(std::move(heap), address_of_fd(bk), chunk);
}

/// True if a chunk is where its neighbours on the list lead to.
template <class Heap, Word W>
constexpr auto is_on_ring(const Heap& heap, const W& chunk) {
  return both(bk_of(heap, fd_of(heap, chunk)) == chunk, fd_of(heap, bk_of(heap, chunk)) == chunk);
}

/// True if the links of a chunk on a list lead to where chunks can be.
template <class Heap, Word W>
constexpr auto has_lawful_links(const Heap& heap, const W& chunk) {
  const W below = W(chunk_alignment<W> - 1);
  return both((fd_of(heap, chunk) & below) == W(0u), (bk_of(heap, chunk) & below) == W(0u));
}

// ---- A chunk and its neighbours -----------------------------------------------------------------------------------------
//
// The places of chunks are drawn, not their sizes: so sums of sizes are differences of places, which the prover sees through.

/// True if a node on a list lies elsewhere than in a range: its links stand two words behind its beginning.
template <Word W>
constexpr auto is_elsewhere(const W& node, const W& start, const W& end) {
  const W behind_links = node + W(2 * chunk_alignment<W>);
  return both(node < behind_links, either(behind_links <= start, node >= end));
}

/// The links of a free chunk, which lead out of a range.
template <Word W>
struct Links {
  W fd, bk;
};
template <class World, Word W>
constexpr Links<W> any_links(World& world, const W& start, const W& end) {
  const W fd = any_aligned(world, "fd"), bk = any_aligned(world, "bk");
  world.assume(both(is_elsewhere(fd, start, end), is_elsewhere(bk, start, end)));
  return {fd, bk};
}

/// True if a word is one of those that taking a chunk from its list may change: links to it.
template <Word W>
constexpr auto is_link_to(const Links<W>& links, const W& addr) {
  return either(addr == address_of_bk(links.fd), addr == address_of_fd(links.bk));
}

/// A chunk, and the one in front of it, which is in use or free. What is in front of that is in use.
template <class Heap, Word W>
struct InFront {
  Heap heap;
  W front, chunk, next;  // where they begin, and what comes behind them
  bool is_free;
  Links<W> links;  // of the one in front
};

template <class World>
constexpr auto any_chunk_in_front(World& world, const Corrections& corrected) {
  using W = WordOf<World>;
  auto heap = any_heap(world, corrected);
  const bool is_free = world.choose("is_free", {0, 1}) == 1;
  const W front = any_aligned(world, "front"), chunk = any_aligned(world, "chunk"),
          next = any_aligned(world, "next");
  const W smallest = smallest_chunk<W>, end = next + smallest;
  world.assume(all(front < chunk, chunk < next, next < end, smallest <= chunk - front, smallest <= next - chunk));
  const auto links = any_links(world, front, end);
  heap = with(std::move(heap), address_of_size(front), (chunk - front) | W(PREV_INUSE));
  heap = with(std::move(heap), address_of_size(chunk), (next - chunk) | W(is_free ? 0u : PREV_INUSE));
  if (is_free) heap = with_node(with(std::move(heap), chunk, chunk - front), front, links.fd, links.bk);
  return InFront<decltype(heap), W>{std::move(heap), front, chunk, next, is_free, links};
}

/// What stands behind a chunk.
enum class Behind { in_use, free, top };

/// A chunk, and what stands behind it. If that is a free chunk, what is behind that is in use.
template <class Heap, Word W>
struct NextTo {
  Heap heap;
  W chunk, next, behind;  // where they begin, and what comes behind them
  Behind is;
  Links<W> links;  // of the one behind
};

template <class World>
constexpr auto any_chunk_behind(World& world, const Corrections& corrected) {
  using W = WordOf<World>;
  auto heap = any_heap(world, corrected);
  const auto is = static_cast<Behind>(world.choose("is", {0, 1, 2}));
  const W chunk = any_aligned(world, "chunk"), next = any_aligned(world, "next"),
          behind = any_aligned(world, "behind");
  const W smallest = smallest_chunk<W>, end = behind + smallest;
  world.assume(
      all(chunk < next, next < behind, behind < end, smallest <= next - chunk, smallest <= behind - next));
  const auto links = any_links(world, chunk, end);
  if (is == Behind::top) {
    heap.top = next;
  } else {
    world.assume(heap.top != next);
  }
  heap = with(std::move(heap), address_of_size(next), (behind - next) | W(PREV_INUSE));
  if (is != Behind::top)
    heap = with(std::move(heap), address_of_size(behind), smallest | W(is == Behind::free ? 0u : PREV_INUSE));
  if (is == Behind::free) heap = with_node(with(std::move(heap), behind, behind - next), next, links.fd, links.bk);
  return NextTo<decltype(heap), W>{std::move(heap), chunk, next, behind, is, links};
}

}  // namespace refmm::malloc
