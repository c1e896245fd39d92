// Moves that make a script of any family simpler: they take items away, and change their order.
#pragma once

#include <refmm/tests/shrink_script.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace refmm::shrink {

/// The script without the items in [begin, end).
template <class Family>
Script<Family> without_run(const Script<Family>& script, std::size_t begin, std::size_t end) {
  Script<Family> rest = script;
  rest.items.erase(rest.items.begin() + static_cast<std::ptrdiff_t>(begin),
                   rest.items.begin() + static_cast<std::ptrdiff_t>(end));
  return rest;
}

/// Half of the items, a quarter, ... one.
template <class Family>
bool remove_runs(const Script<Family>& script, const Propose<Family>& propose) {
  const std::size_t count = script.items.size();
  for (std::size_t length = count; length != 0; length /= 2) {
    // From the end: what comes late depends on what came before.
    for (std::size_t end = count; end > 0; end -= std::min(end, length)) {
      if (propose(without_run(script, end - std::min(end, length), end))) return true;
    }
  }
  return false;
}

/// Every run of items, longest first: of a script that is short; of others as remove_runs.
template <class Family>
bool remove_any_run(const Script<Family>& script, const Propose<Family>& propose) {
  const std::size_t count = script.items.size();
  if (count > 12) return remove_runs(script, propose);
  for (std::size_t length = count; length != 0; --length) {
    for (std::size_t begin = 0; begin + length <= count; ++begin) {
      if (propose(without_run(script, begin, begin + length))) return true;
    }
  }
  return false;
}

/// Any two items.
template <class Family>
bool remove_pairs(const Script<Family>& script, const Propose<Family>& propose) {
  const std::size_t count = script.items.size();
  if (count > 80) return false;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (propose(without(script, {i, j}))) return true;
    }
  }
  return false;
}

/// Any three items, of a short script.
template <class Family>
bool remove_triples(const Script<Family>& script, const Propose<Family>& propose) {
  const std::size_t count = script.items.size();
  if (count > 16) return false;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      for (std::size_t k = j + 1; k < count; ++k) {
        if (propose(without(script, {i, j, k}))) return true;
      }
    }
  }
  return false;
}

/// The same items in another order: one of them earlier.
template <class Family>
bool reorder(const Script<Family>& script, const Propose<Family>& propose) {
  const std::size_t count = script.items.size();
  if (count > 60) return false;
  const Rank now = Shrinking<Family>::rank(script);
  for (std::size_t from = 1; from < count; ++from) {
    for (std::size_t to = 0; to < from; ++to) {
      Script<Family> changed = script;
      std::rotate(changed.items.begin() + static_cast<std::ptrdiff_t>(to),
                  changed.items.begin() + static_cast<std::ptrdiff_t>(from),
                  changed.items.begin() + static_cast<std::ptrdiff_t>(from) + 1);
      if (Shrinking<Family>::rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

/// Scripts that are simpler, whatever they have to do with this one, the simplest first.
template <class Family>
bool simplest_first(const Script<Family>& script, const Propose<Family>& propose,
                    std::vector<Script<Family>> candidates) {
  std::vector<std::pair<Rank, std::size_t>> order;
  const Rank now = Shrinking<Family>::rank(script);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (Rank rank = Shrinking<Family>::rank(candidates[i]); rank < now) order.emplace_back(std::move(rank), i);
  }
  std::ranges::sort(order);
  return std::ranges::any_of(order, [&](const auto& next) { return propose(std::move(candidates[next.second])); });
}

}  // namespace refmm::shrink
