// The laws of the chain of free objects inside a slab, for slabs of any number of objects.
//
// A chain is lawful if no index occurs twice and each is below num. That it is exactly the free indices, each once
// ([slab.chain.permutation]), follows by induction over the commands: the fresh chain is every index once; handing out
// takes the first index away and moves no other; giving back puts the index, which was not in the chain, in front.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_law_inputs.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

namespace refmm::slab {

// ---- Inputs -----------------------------------------------------------------------------------------------------------

template <class World, Word W>
constexpr auto any_chain(World& world, W num) {
  return world.words("free", DistinctBelow<W>{num});
}

/// Any chain with a free object.
template <class World, Word W>
constexpr auto any_chain_with_room(World& world, W num) {
  auto chain = any_chain(world, num);
  world.assume(length(chain) > 0u);
  return chain;
}

/// Any index below num that is not in the chain: of an object that is in use.
template <class World, class Chain, Word W>
constexpr W any_index_in_use(World& world, const Chain& chain, W num) {
  const W index = world.word("index", 0, (1u << 20) - 1);
  world.assume(index < num);
  world.assume_everywhere(chain, [index](const auto&, const auto& element) { return element != index; });
  return index;
}

/// What is claimed of a chain: any two positions hold different indices, all below num.
template <class World, class Chain, Word W>
constexpr auto distinct_below(World& world, const Chain& chain, W num) {
  const W one = world.position("one", chain);
  const W another = world.position("another", chain);
  return both(at(chain, one) < num, implies(one != another, at(chain, one) != at(chain, another)));
}

// ---- The chain as a list ------------------------------------------------------------------------------------------------

inline constexpr Law a_fresh_chain_is_every_index_once{
    "slab.chain.permutation", "a_fresh_chain_is_every_index_once_in_ascending_order",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto chain = subject.fresh_chain(num);
      const auto position = world.position("position", chain);
      return both(length(chain) == num, at(chain, position) == position);
    }};

inline constexpr Law handing_out_keeps_the_chain{
    "slab.chain.permutation", "handing_out_leaves_a_chain_of_distinct_indices", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto after = subject.without_first(any_chain_with_room(world, num));
      return distinct_below(world, after, num);
    }};

inline constexpr Law giving_back_keeps_the_chain{
    "slab.chain.permutation", "giving_back_leaves_a_chain_of_distinct_indices", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_chain(world, num);
      const auto index = any_index_in_use(world, before, num);
      return distinct_below(world, subject.with_first(before, index), num);
    }};

inline constexpr Law handing_out_takes_the_first{"slab.alloc.head_of_chain",
                                                 "handing_out_takes_the_first_index_and_moves_no_other",
                                                 [](auto& world, auto subject) {
                                                   const auto before = any_chain_with_room(world, any_num(world));
                                                   const auto after = subject.without_first(before);
                                                   const auto position = world.position("position", after);
                                                   return at(after, position) == at(before, position + 1);
                                                 }};

inline constexpr Law giving_back_puts_it_first{
    "slab.free.head_of_chain", "giving_back_puts_the_index_first_and_moves_no_other",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_chain_with_room(world, num);
      const auto index = any_index_in_use(world, before, num);
      const auto after = subject.with_first(before, index);
      const auto position = world.position("position", before);
      return both(at(after, any_word<decltype(num)>(0)) == index, at(after, position + 1) == at(before, position));
    }};

inline constexpr Law nothing_is_handed_out_twice{
    "slab.alloc.not_twice", "an_object_that_was_handed_out_is_not_in_the_chain", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_chain_with_room(world, num);
      const auto handed_out = at(before, any_word<decltype(num)>(0));
      const auto after = subject.without_first(before);
      const auto position = world.position("position", after);
      return at(after, position) != handed_out;
    }};

inline constexpr Law the_chain_counts_the_free_objects{
    "slab.chain.length", "the_chain_loses_one_index_or_gains_one", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_chain_with_room(world, num);
      const auto index = any_index_in_use(world, before, num);
      return both(length(subject.without_first(before)) + 1 == length(before),
                  length(subject.with_first(before, index)) == length(before) + 1);
    }};

// ---- The chain as links -------------------------------------------------------------------------------------------------

/// What it means for links to be the chain: `free` is its first index, the entry of each index is the next one, the entry
/// of the last is BUFCTL_END. This is the part that speaks of one position, which may be the length.
template <class Chain, class Links, Word W>
constexpr auto links_agree_at(const Chain& chain, const Links& links, W position) {
  const W successor = position == length(chain) ? W{BUFCTL_END} : W{at(chain, position)};
  if (position == 0u) return links.free == successor;
  return lookup(links.bufctl, W{at(chain, position - 1)}) == successor;
}

/// Links that are the chain. The prover takes any links and assumes that they agree with the chain at the positions that
/// the law depends on; where words are built in, the links are made.
template <class World, class Chain, Word W, class... Positions>
constexpr auto linked(World& world, const Chain& chain, W, Positions... positions) {
  if constexpr (std::unsigned_integral<W>) {
    LinkedChain<Map<W, W>, W> links{BUFCTL_END, {}};
    for (W position = length(chain); position != 0; --position) {
      links.bufctl = updated(std::move(links.bufctl), at(chain, position - 1), links.free);
      links.free = at(chain, position - 1);
    }
    return links;
  } else {
    const LinkedChain<decltype(world.map("bufctl")), W> links{world.word("first_free"), world.map("bufctl")};
    (world.assume(links_agree_at(chain, links, positions)), ...);
    return links;
  }
}

inline constexpr Law links_hand_out_what_the_chain_does{
    "slab.chain.links", "links_and_chain_hand_out_the_same_objects", [](auto& world, auto subject) {
      const auto num = any_num(world);
      using W = std::remove_const_t<decltype(num)>;
      const auto chain = any_chain_with_room(world, num);
      const auto place = world.word("place", 0, 1u << 20);
      world.assume(place < length(chain));
      const auto links = linked(world, chain, num, W{0}, W{1}, place + 1);
      const auto after = subject.without_first(links);
      return links_agree_at(subject.without_first(chain), after, place);
    }};

inline constexpr Law links_take_back_what_the_chain_does{
    "slab.chain.links", "links_and_chain_take_back_the_same_objects", [](auto& world, auto subject) {
      const auto num = any_num(world);
      using W = std::remove_const_t<decltype(num)>;
      const auto chain = any_chain(world, num);
      const auto index = any_index_in_use(world, chain, num);
      const auto place = world.word("place", 0, 1u << 20);
      world.assume(place <= length(chain) + 1);
      const auto links = linked(world, chain, num, W{0}, place == 0u ? W{0} : W{place - 1});
      const auto after = subject.with_first(links, index);
      return links_agree_at(subject.with_first(chain, index), after, place);
    }};

inline constexpr std::tuple chain_laws{
    a_fresh_chain_is_every_index_once, handing_out_keeps_the_chain,        giving_back_keeps_the_chain,
    handing_out_takes_the_first,       giving_back_puts_it_first,          nothing_is_handed_out_twice,
    the_chain_counts_the_free_objects, links_hand_out_what_the_chain_does, links_take_back_what_the_chain_does};

}  // namespace refmm::slab
