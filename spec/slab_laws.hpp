// The laws of the slab allocator that hold for every input: run in all three worlds.
//
// `subject` supplies the functions under test under the names of the model: take, give_back, append, drop_last
// (where slabs stand), without_first, with_first (the chain), geometry, estimate, alignment, next_colour, general_size,
// four_fifths, reap_worth. What a law says of a list it says of any two positions of it, and so of all.
#pragma once

#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/spec/slab_law_inputs.hpp>
#include <refmm/spec/slab_state.hpp>

#include <tuple>

namespace refmm::slab {

// ---- After boot -----------------------------------------------------------------------------------------------------------

inline constexpr Law boot_leaves_the_general_caches{
    "slab.boot", "boot_leaves_kmem_cache_and_26_general_caches_and_one_slab", [](auto& world, auto subject) {
      const auto machine = any_machine(world);
      const State state = subject.boot(machine);
      bool lawful = state.chain.size() == 27 && state.clock_searchp == 0 && state.pages == PageLayer{} &&
                    state.chain[0].name == "kmem_cache" && objects_in_use(state.chain[0]) == 26 &&
                    state.chain[1].name == "size-131072(DMA)" && state.chain[26].name == "size-32";
      for (std::uint32_t older = 0; older < 26; ++older) {
        const Cache& cache = state.chain[26 - older];
        const bool dma = older % 2 == 1;
        lawful = lawful && cache.slabs.empty() && cache.descr == Object{"kmem_cache", 0, older} &&
                 (cache.geometry.flags & CREATE_MASK) == (SLAB_HWCACHE_ALIGN | (dma ? SLAB_CACHE_DMA : 0)) &&
                 cache.geometry.objsize >= 32u << older / 2;
      }
      return lawful;
    }};

// ---- Where slabs stand: [slab.order] and [slab.first_not_full] are kept ---------------------------------------------

inline constexpr Law take_keeps_slabs_ordered{"slab.order", "take_keeps_slabs_ordered_full_partial_free",
                                              [](auto& world, auto subject) {
                                                const auto num = any_num(world);
                                                const auto before = any_list_with_room(world, num);
                                                const auto after = subject.take(before, num);
                                                world.reached(after.because);
                                                return ordered_full_partial_free(world, after.value, num);
                                              }};

inline constexpr Law take_keeps_firstnotfull{"slab.first_not_full",
                                             "take_keeps_firstnotfull_at_the_first_slab_with_a_free_object",
                                             [](auto& world, auto subject) {
                                               const auto num = any_num(world);
                                               const auto before = any_list_with_room(world, num);
                                               const auto after = subject.take(before, num);
                                               world.reached(after.because);
                                               return points_behind_the_full_slabs(world, after.value, num);
                                             }};

inline constexpr Law give_back_keeps_slabs_ordered{
    "slab.order", "give_back_keeps_slabs_ordered_full_partial_free", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list(world, num);
      const auto position = any_slab_in_use(world, before);
      const auto after = subject.give_back(before, position, world.word("index"), num);
      world.reached(after.because);
      return ordered_full_partial_free(world, after.value, num);
    }};

inline constexpr Law give_back_keeps_firstnotfull{
    "slab.first_not_full", "give_back_keeps_firstnotfull_at_the_first_slab_with_a_free_object",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list(world, num);
      const auto position = any_slab_in_use(world, before);
      const auto after = subject.give_back(before, position, world.word("index"), num);
      world.reached(after.because);
      return points_behind_the_full_slabs(world, after.value, num);
    }};

inline constexpr Law append_keeps_slabs_ordered{"slab.order", "append_keeps_slabs_ordered_full_partial_free",
                                                [](auto& world, auto subject) {
                                                  const auto num = any_num(world);
                                                  const auto before = any_list(world, num);
                                                  const auto after = subject.append(before, free_slab(world));
                                                  world.reached(after.because);
                                                  return ordered_full_partial_free(world, after.value, num);
                                                }};

inline constexpr Law append_keeps_firstnotfull{"slab.first_not_full",
                                               "append_keeps_firstnotfull_at_the_first_slab_with_a_free_object",
                                               [](auto& world, auto subject) {
                                                 const auto num = any_num(world);
                                                 const auto before = any_list(world, num);
                                                 const auto after = subject.append(before, free_slab(world));
                                                 world.reached(after.because);
                                                 return points_behind_the_full_slabs(world, after.value, num);
                                               }};

inline constexpr Law drop_last_keeps_slabs_ordered{
    "slab.order", "drop_last_keeps_slabs_ordered_full_partial_free", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list_ending_with_a_free_slab(world, num);
      const auto after = subject.drop_last(before);
      world.reached(after.because);
      return ordered_full_partial_free(world, after.value, num);
    }};

inline constexpr Law drop_last_keeps_firstnotfull{
    "slab.first_not_full", "drop_last_keeps_firstnotfull_at_the_first_slab_with_a_free_object",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list_ending_with_a_free_slab(world, num);
      const auto after = subject.drop_last(before);
      world.reached(after.because);
      return points_behind_the_full_slabs(world, after.value, num);
    }};

// ---- Where slabs stand: what else the moves promise -----------------------------------------------------------------

inline constexpr Law a_slab_that_fills_stays{
    "slab.alloc.slab_fills", "a_slab_that_fills_stays_and_the_pointer_steps_on", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list_with_room(world, num);
      const auto here = before.firstnotfull;
      world.assume(at(before.slabs, here).inuse + 1 == num);
      const auto taken = subject.take(before, num);
      world.reached(taken.because);
      const auto after = taken.value;
      return both(at(after.slabs, here).inuse == num, after.firstnotfull == here + 1);
    }};

inline constexpr Law take_touches_one_slab{
    "slab.alloc.first_not_full", "take_changes_only_the_slab_at_firstnotfull", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list_with_room(world, num);
      const auto other = world.position("other", before.slabs);
      const auto taken = subject.take(before, num);
      world.reached(taken.because);
      const auto after = taken.value;
      const auto one_more =
          select(other == before.firstnotfull, any_word<decltype(num)>(1), any_word<decltype(num)>(0));
      return all(length(after.slabs) == length(before.slabs),
                 at(after.slabs, other).inuse == at(before.slabs, other).inuse + one_more);
    }};

inline constexpr Law a_full_slab_comes_to_the_front{
    "slab.free.was_full", "a_full_slab_that_gets_an_object_back_is_the_next_to_be_taken_from",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list(world, num);
      const auto position = any_slab_in_use(world, before);
      world.assume(at(before.slabs, position).inuse == num);
      const auto given_back = subject.give_back(before, position, world.word("index"), num);
      world.reached(given_back.because);
      const auto after = given_back.value;
      const auto other = world.position("other", before.slabs);
      world.assume(before.firstnotfull <= other);
      return all(length(after.slabs) == length(before.slabs), after.firstnotfull == before.firstnotfull - 1,
                 at(after.slabs, after.firstnotfull).inuse == num - 1,
                 at(after.slabs, other).inuse == at(before.slabs, other).inuse);
    }};

inline constexpr Law a_slab_that_becomes_free_goes_to_the_end{
    "slab.free.becomes_free", "a_partial_slab_that_becomes_free_goes_to_the_end", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list(world, num);
      const auto position = any_slab_in_use(world, before);
      world.assume(at(before.slabs, position).inuse == 1);
      world.assume(num != 1);
      const auto given_back = subject.give_back(before, position, world.word("index"), num);
      world.reached(given_back.because);
      const auto after = given_back.value;
      const auto other = world.position("other", before.slabs);
      world.assume(other < position);
      return all(length(after.slabs) == length(before.slabs), after.firstnotfull == before.firstnotfull,
                 at(after.slabs, length(after.slabs) - 1).inuse == 0,
                 at(after.slabs, other).inuse == at(before.slabs, other).inuse);
    }};

inline constexpr Law a_partial_slab_stays{
    "slab.free.stays_partial", "a_partial_slab_that_stays_partial_stays_where_it_is",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list(world, num);
      const auto position = any_slab_in_use(world, before);
      world.assume(at(before.slabs, position).inuse != num);
      world.assume(at(before.slabs, position).inuse != 1);
      const auto other = world.position("other", before.slabs);
      const auto given_back = subject.give_back(before, position, world.word("index"), num);
      world.reached(given_back.because);
      const auto after = given_back.value;
      const auto one_less = select(other == position, any_word<decltype(num)>(1), any_word<decltype(num)>(0));
      return all(length(after.slabs) == length(before.slabs), after.firstnotfull == before.firstnotfull,
                 at(after.slabs, other).inuse == at(before.slabs, other).inuse - one_less);
    }};

inline constexpr Law a_new_slab_stands_last{
    "slab.grow.appended", "a_new_slab_stands_last_and_is_pointed_to_only_if_all_others_are_full",
    [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list(world, num);
      const auto end = length(before.slabs);
      const auto appended = subject.append(before, free_slab(world));
      world.reached(appended.because);
      const auto after = appended.value;
      return all(length(after.slabs) == end + 1, at(after.slabs, end).inuse == 0,
                 after.firstnotfull == before.firstnotfull);
    }};

inline constexpr Law the_last_slab_is_dropped{
    "slab.shrink.free_slabs", "only_the_last_slab_is_dropped", [](auto& world, auto subject) {
      const auto num = any_num(world);
      const auto before = any_list_ending_with_a_free_slab(world, num);
      const auto other = world.position("other", before.slabs);
      world.assume(other + 1 < length(before.slabs));
      const auto dropped = subject.drop_last(before);
      world.reached(dropped.because);
      const auto after = dropped.value;
      return all(length(after.slabs) + 1 == length(before.slabs),
                 at(after.slabs, other).inuse == at(before.slabs, other).inuse);
    }};

// ---- kmalloc ----------------------------------------------------------------------------------------------------------

inline constexpr Law the_smallest_general_cache_that_fits{
    "slab.kmalloc.smallest", "kmalloc_takes_the_smallest_general_cache_that_fits", [](auto& world, auto subject) {
      const auto size = world.word("size");
      const auto chosen = subject.general_size(size);
      world.reached(chosen.because);
      if (!chosen.value) return size > 131072u;
      const std::uint32_t nominal = *chosen.value;
      return both(size <= nominal, either(nominal / 2 < size, size <= 32u));
    }};

inline constexpr Law no_general_cache_above_the_largest{
    "slab.kmalloc.null.too_large", "no_general_cache_holds_more_than_131072_bytes", [](auto& world, auto subject) {
      const auto size = world.word("size");
      const auto chosen = subject.general_size(size);
      world.reached(chosen.because);
      return chosen.value.has_value() ? size <= 131072u : size > 131072u;
    }};

// ---- Reaping ----------------------------------------------------------------------------------------------------------

inline constexpr Law four_fifths_go{"slab.reap.four_fifths", "four_fifths_of_the_free_slabs_go_and_a_lone_one_too",
                                    [](auto& world, auto subject) {
                                      const auto n = world.word("free_slabs", 0, 1u << 20);
                                      const auto given_back = subject.four_fifths(n);
                                      return all(given_back <= n, implies(n > 0u, given_back > 0u),
                                                 n * 4 <= given_back * 5 + 3, given_back * 5 <= n * 4 + 1);
                                    }};

inline constexpr Law worth_of_free_slabs{
    "slab.reap.worth", "free_slabs_are_worth_their_pages_and_never_more", [](auto& world, auto subject) {
      const auto n = world.word("free_slabs", 0, 1u << 20);
      const auto order = world.choose("gfporder", {0, 1, 2, 3, 4, 5});
      const auto worth = subject.reap_worth(n, false, any_word<decltype(n)>(order));
      world.reached(worth.because);
      return order == 0 ? worth.value == n : both(worth.value <= (n << order), implies(n > 0u, worth.value > 0u));
    }};

inline constexpr Law a_constructor_counts_against{
    "slab.reap.worth.constructor", "a_constructor_lowers_the_worth_and_never_to_nothing",
    [](auto& world, auto subject) {
      const auto n = world.word("free_slabs", 0, 1u << 20);
      const auto order = any_word<decltype(n)>(world.choose("gfporder", {0, 1, 2, 3, 4, 5}));
      const auto with = subject.reap_worth(n, true, order);
      const auto without = subject.reap_worth(n, false, order);
      world.reached(with.because);
      return all(with.value <= without.value, implies(n > 0u, with.value > 0u),
                 implies(without.value > 1u, with.value < without.value));
    }};

inline constexpr Law several_pages_count_against{
    "slab.reap.worth.order", "slabs_of_several_pages_are_worth_less_than_their_pages",
    [](auto& world, auto subject) {
      const auto n = world.word("free_slabs", 1, 1u << 20);
      const auto order = world.choose("gfporder", {1, 2, 3, 4, 5});
      const auto worth = subject.reap_worth(n, false, any_word<decltype(n)>(order));
      world.reached(worth.because);
      return worth.value < (n << order);
    }};

/// The laws of this file. Those of the chain and of the geometry stand in files of their own.
inline constexpr std::tuple boot_laws{boot_leaves_the_general_caches};
inline constexpr std::tuple list_laws{
    take_keeps_slabs_ordered,      take_keeps_firstnotfull,        give_back_keeps_slabs_ordered,
    give_back_keeps_firstnotfull,  append_keeps_slabs_ordered,     append_keeps_firstnotfull,
    drop_last_keeps_slabs_ordered, drop_last_keeps_firstnotfull,   a_slab_that_fills_stays,
    take_touches_one_slab,         a_full_slab_comes_to_the_front, a_slab_that_becomes_free_goes_to_the_end,
    a_partial_slab_stays,          a_new_slab_stands_last,         the_last_slab_is_dropped};
inline constexpr std::tuple kmalloc_laws{the_smallest_general_cache_that_fits, no_general_cache_above_the_largest};
inline constexpr std::tuple reap_laws{four_fifths_go, worth_of_free_slabs, a_constructor_counts_against,
                                      several_pages_count_against};

}  // namespace refmm::slab
