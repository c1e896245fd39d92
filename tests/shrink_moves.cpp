// Moves that take commands away, replace them, and change their order.
#include <refmm/tests/shrink_changes.hpp>
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/shrink_order.hpp>
#include <refmm/tests/shrink_parts.hpp>

#include <algorithm>
#include <utility>

namespace refmm::shrink {

// ---- Fewer commands ---------------------------------------------------------------------------------------------------

bool remove_runs(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  for (std::size_t length = count; length != 0; length /= 2) {
    // From the end: what comes late depends on what came before.
    for (std::size_t end = count; end > 0; end -= std::min(end, length)) {
      const std::size_t begin = end - std::min(end, length);
      Script rest = script;
      rest.items.erase(rest.items.begin() + static_cast<std::ptrdiff_t>(begin),
                       rest.items.begin() + static_cast<std::ptrdiff_t>(end));
      if (propose(std::move(rest))) return true;
    }
  }
  return false;
}

bool remove_pairs(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  if (count > 80) return false;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      if (propose(without(script, {i, j}))) return true;
    }
  }
  return false;
}

bool remove_triples(const Script& script, const Propose& propose) {
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

// ---- Other commands ---------------------------------------------------------------------------------------------------

bool free_another(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (script.items[i].frees == 0) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (!allocates(script.items[j]) || script.items[j].id == script.items[i].frees) continue;
      // Where another item frees that object, the two change places.
      Script changed = script;
      const auto other = std::ranges::find(changed.items, script.items[j].id, &Item::frees);
      if (other != changed.items.end()) other->frees = script.items[i].frees;
      changed.items[i].frees = script.items[j].id;
      if (propose(std::move(changed))) return true;
    }
  }
  return false;
}

bool replace_commands(const Script& script, const Propose& propose) {
  const Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      Script changed = with(script, i, item);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

// ---- Order --------------------------------------------------------------------------------------------------------------

bool reorder(const Script& script, const Propose& propose) {
  const std::size_t count = script.items.size();
  if (count > 60) return false;
  const Rank now = rank(script);
  for (std::size_t from = 1; from < count; ++from) {
    for (std::size_t to = 0; to < from; ++to) {
      Script changed = script;
      std::rotate(changed.items.begin() + static_cast<std::ptrdiff_t>(to),
                  changed.items.begin() + static_cast<std::ptrdiff_t>(from),
                  changed.items.begin() + static_cast<std::ptrdiff_t>(from) + 1);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

}  // namespace refmm::shrink
