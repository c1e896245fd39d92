// The moves of the slab allocator: those that replace commands, and the list of all.
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/slab_shrink_changes.hpp>
#include <refmm/tests/slab_shrink_moves.hpp>
#include <refmm/tests/slab_shrink_order.hpp>
#include <refmm/tests/slab_shrink_parts.hpp>
#include <refmm/tests/slab_shrink_plain.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace refmm::slab {

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
  const shrink::Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      Script changed = with(script, i, item);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

namespace {

constexpr std::array<Move, 16> all_moves{shrink::remove_runs<SlabFamily>,
                                         replace_caches,
                                         another_machine,
                                         plainer_together,
                                         shrink::remove_pairs<SlabFamily>,
                                         plainer_arguments,
                                         shrink::remove_triples<SlabFamily>,
                                         free_another,
                                         replace_commands,
                                         call_reaper,
                                         shrink::reorder<SlabFamily>,
                                         remove_after_changes,
                                         remove_after_changing_commands,
                                         another_machine_and_caches,
                                         rename_caches,
                                         plain_reaps};

}  // namespace

std::span<const Move> moves() { return all_moves; }

}  // namespace refmm::slab
