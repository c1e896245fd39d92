// Moves that change a script in two ways at once: where each alone leads to a script that does not fail.
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/slab_shrink_changes.hpp>
#include <refmm/tests/slab_shrink_moves.hpp>
#include <refmm/tests/slab_shrink_order.hpp>
#include <refmm/tests/slab_shrink_parts.hpp>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace refmm::slab {

namespace {

void append(std::vector<Script>& scripts, std::vector<Script> more) {
  std::ranges::move(more, std::back_inserter(scripts));
}

}  // namespace

bool remove_after_changes(const Script& script, const Propose& propose) {
  if (script.items.size() > 40) return false;
  std::vector<Script> changed = with_other_caches(script);
  append(changed, with_shifted_requests(script));
  append(changed, with_other_knobs(script));
  append(changed, with_other_machines(script));
  append(changed, with_round_creations(script));
  return std::ranges::any_of(
      changed, [&](const Script& other) { return propose(other) || shrink::remove_any_run(other, propose); });
}

bool remove_after_changing_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 12) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      const Script changed = with(script, i, item);
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(without(changed, {j}))) return true;
      }
    }
  }
  return false;
}

bool another_machine_and_caches(const Script& script, const Propose& propose) {
  if (script.items.size() > 12) return false;
  const shrink::Rank now = rank(script);
  const auto propose_simpler = [&](const Script& other) { return rank(other) < now && propose(other); };
  return std::ranges::any_of(with_other_machines(script), [&](const Script& other) {
    return std::ranges::any_of(with_other_caches(other), propose_simpler) ||
           std::ranges::any_of(with_plain_creations(other), propose_simpler);
  });
}

}  // namespace refmm::slab
