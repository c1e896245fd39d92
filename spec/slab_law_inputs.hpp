// What the laws of the slab allocator start from and what they claim of a list, said once.
#pragma once

#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace refmm::slab {

/// A constant as a word of the world at hand.
template <class W>
constexpr std::remove_cv_t<W> any_word(Native<W> value) {
  return value;
}

/// Every cache line that 2.4.0 is compiled for, and both sides of the only threshold of memory that matters.
constexpr auto any_machine(auto& world) {
  auto machine = i386_2_4_0;
  machine.l1_cache_bytes = world.choose("l1_cache_bytes", {16, 32, 64, 128});
  machine.ram_pages = world.choose("ram_pages", {8192, 8193});
  return machine;
}

/// The place of a slab in the order full, partial, free: 0, 1, 2.
template <Word W>
constexpr W rank(W inuse, W num) {
  return select(inuse == num, W{0}, select(inuse == 0u, W{2}, W{1}));
}

/// Whether two slabs may stand in this order: behind a slab that is not full no full one, behind a free one only free ones.
template <Word W>
constexpr auto may_stand_in_front_of(W earlier_inuse, W later_inuse, W num) {
  return both(implies(later_inuse == num, earlier_inuse == num), implies(earlier_inuse == 0u, later_inuse == 0u));
}

/// [slab.order] as a hypothesis about a sequence of occupancies.
template <Word W>
struct OrderedSlabs {
  W num;
  constexpr auto holds(const auto& slab) const { return slab.inuse <= num; }
  constexpr auto holds(const auto& earlier, const auto& later) const {
    return may_stand_in_front_of<W>(earlier.inuse, later.inuse, num);
  }
  constexpr std::vector<Occupancy<W>> lawful(std::vector<Occupancy<W>> list) const {
    for (auto& slab : list) slab.inuse %= num + 1;
    std::ranges::stable_sort(list, {}, [&](const auto& slab) { return rank<W>(slab.inuse, num); });
    return list;
  }
};

/// Objects in a slab: at least one.
constexpr auto any_num(auto& world) { return world.word("num", 1, 1u << 20); }

/// Any lawful list of slabs of `num` objects, of any length.
template <class World, Word W>
constexpr auto any_list(World& world, W num) {
  auto slabs = world.template sequence<Occupancy>("slabs", OrderedSlabs<W>{num});
  const W firstnotfull = world.first("firstnotfull", slabs, [num](const auto& slab) { return slab.inuse != num; });
  return SlabList<decltype(slabs), W>{std::move(slabs), firstnotfull};
}

/// The same with a slab that is not full.
template <class World, Word W>
constexpr auto any_list_with_room(World& world, W num) {
  auto list = any_list(world, num);
  world.assume(list.firstnotfull < length(list.slabs));
  return list;
}

template <class World, Word W>
constexpr auto any_list_ending_with_a_free_slab(World& world, W num) {
  auto list = any_list(world, num);
  world.assume(length(list.slabs) > 0u);
  world.assume(at(list.slabs, length(list.slabs) - 1).inuse == 0u);
  return list;
}

/// The position of any slab of the list that has an object in use.
constexpr auto any_slab_in_use(auto& world, const auto& list) {
  const auto position = world.position("position", list.slabs);
  world.assume(at(list.slabs, position).inuse > 0u);
  return position;
}

template <class World>
constexpr auto free_slab(World&) {
  using W = typename World::word_type;
  return Occupancy<W>{.inuse = 0u};
}

/// [slab.order]: of any two slabs the earlier is not behind the later in the order full, partial, free.
template <class World, class List, Word W>
constexpr auto ordered_full_partial_free(World& world, const SlabList<List, W>& list, W num) {
  const W earlier = world.position("earlier", list.slabs);
  const W later = world.position("later", list.slabs);
  return implies(earlier <= later,
                 may_stand_in_front_of<W>(at(list.slabs, earlier).inuse, at(list.slabs, later).inuse, num));
}

/// [slab.first_not_full]: the slabs in front of the pointer are the full ones.
template <class World, class List, Word W>
constexpr auto points_behind_the_full_slabs(World& world, const SlabList<List, W>& list, W num) {
  const W here = world.position("here", list.slabs);
  return both(list.firstnotfull <= length(list.slabs),
              equivalent(here < list.firstnotfull, at(list.slabs, here).inuse == num));
}

}  // namespace refmm::slab
