// Sequences: the lists of the model, read and changed through functions that also exist for lists of any
// length.
//
// std::vector is a sequence; so is symbolic::Sequence, whose length is a symbolic word and whose elements are
// a function of the position. A model function that keeps to the functions below is proved for lists of
// every length. Positions count from 0. Each change takes the list by value and returns the changed list.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace refmm {

template <class T>
constexpr std::uint32_t length(const std::vector<T>& list) {
  return static_cast<std::uint32_t>(list.size());
}

/// The list 0, 1, ... count - 1.
constexpr std::vector<std::uint32_t> ascending(std::uint32_t count) {
  std::vector<std::uint32_t> list;
  list.reserve(count);
  for (std::uint32_t number = 0; number != count; ++number) list.push_back(number);
  return list;
}

/// The element at `position`. What lies behind the end is no element: std::out_of_range, in proofs a finding.
template <class T>
constexpr const T& at(const std::vector<T>& list, std::uint32_t position) {
  return list.at(position);
}

template <class T>
constexpr std::vector<T> replaced(std::vector<T> list, std::uint32_t position, T element) {
  list.at(position) = std::move(element);
  return list;
}

/// `element` stands at `position` afterwards; `position` may be the length.
template <class T>
constexpr std::vector<T> inserted(std::vector<T> list, std::uint32_t position, T element) {
  list.insert(list.begin() + position, std::move(element));
  return list;
}

template <class T>
constexpr std::vector<T> erased(std::vector<T> list, std::uint32_t position) {
  list.erase(list.begin() + (&list.at(position) - list.data()));
  return list;
}

/// The list with `change` applied to the element at `position`.
template <class T, class Change>
constexpr std::vector<T> changed(std::vector<T> list, std::uint32_t position, Change change) {
  list.at(position) = change(std::move(list.at(position)));
  return list;
}

template <class List, class Position, class Change>
constexpr List changed(List list, Position position, Change change) {
  auto element = change(at(list, position));
  return replaced(std::move(list), position, std::move(element));
}

/// The list with the element at `from` standing at `to`, the order of all others kept.
template <class List, class Position>
constexpr List moved(List list, Position from, Position to) {
  auto element = at(list, from);
  return inserted(erased(std::move(list), from), to, std::move(element));
}

/// Where the first element stands of which `predicate` is true; the length if there is none. In proofs the list must be one along
/// which the predicate stays true once it is: what is known of the position is that the predicate is true there and false right
/// in front of it.
template <class T, class Predicate>
constexpr std::uint32_t first_where(const std::vector<T>& list, Predicate predicate) {
  std::uint32_t position = 0;
  while (position < length(list) && !predicate(list[position])) ++position;
  return position;
}

// Hypotheses: what a world may be asked to promise of a sequence. Each has
//   holds(element)           what is true of every element,
//   holds(earlier, later)    what is true of every two elements in the order of their positions: the prover assumes
//                            both at all positions that the law reads;
//   lawful(list)             an arbitrary list of built-in words made lawful: what the sampler draws.

/// Keys never decrease along the list.
template <class Key>
struct SortedBy {
  Key key;
  constexpr bool holds(const auto&) const { return true; }
  constexpr auto holds(const auto& earlier, const auto& later) const { return key(earlier) <= key(later); }
  template <class T>
  constexpr std::vector<T> lawful(std::vector<T> list) const {
    std::ranges::sort(list, {}, key);
    return list;
  }
};
template <class Key>
SortedBy(Key) -> SortedBy<Key>;  // clang 16 has no deduction for aggregates

/// No element occurs twice, and each is below `bound`.
template <class W>
struct DistinctBelow {
  W bound;
  constexpr auto holds(const auto& element) const { return element < bound; }
  constexpr auto holds(const auto& earlier, const auto& later) const { return earlier != later; }
  constexpr std::vector<W> lawful(std::vector<W> list) const {
    std::vector<W> distinct;
    for (const W element : list) {
      if (bound != 0 && std::ranges::find(distinct, element % bound) == distinct.end())
        distinct.push_back(element % bound);
    }
    return distinct;
  }
};

}  // namespace refmm
