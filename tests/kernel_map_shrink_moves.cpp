// The moves that make a script of the kernel's own mappings simpler, beside those of tests/shrink_moves.hpp.
#include <refmm/tests/kernel_map_shrink_changes.hpp>
#include <refmm/tests/kernel_map_shrink_plain.hpp>
#include <refmm/tests/shrink_moves.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace refmm::kernel_map {

namespace {

/// Proposes those of the candidates that are plainer than the script as they stand: the others would not be taken.
bool propose_plainer(const std::vector<Script>& candidates, const Script& script, const Propose& propose) {
  const shrink::Rank now = rank(script);
  return std::ranges::any_of(candidates,
                             [&](const Script& candidate) { return rank(candidate) < now && propose(candidate); });
}

bool another_machine(const Script& script, const Propose& propose) {
  return propose_plainer(with_other_machines(script), script, propose);
}
bool failures_set(const Script& script, const Propose& propose) {
  return propose_plainer(with_failures_set(script), script, propose);
}
bool plainer_knobs(const Script& script, const Propose& propose) {
  return propose_plainer(with_other_knobs(script), script, propose);
}
bool plainer_together(const Script& script, const Propose& propose) {
  return propose_plainer(with_plainer_arguments_together(script), script, propose);
}

bool plainer_arguments(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (propose_plainer(with_plainer_argument_at(script, i), script, propose)) return true;
  }
  return false;
}

bool another_origin(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (propose_plainer(with_another_origin_at(script, i), script, propose)) return true;
  }
  return false;
}

bool replace_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 60) return false;
  const shrink::Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      Script changed = shrink::with(script, i, item);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

// ---- Two changes at once ----------------------------------------------------------------------------------------------------

void append(std::vector<Script>& scripts, std::vector<Script> more) {
  std::ranges::move(more, std::back_inserter(scripts));
}

bool remove_after_changes(const Script& script, const Propose& propose) {
  if (script.items.size() > 40) return false;
  std::vector<Script> changed = with_plainer_arguments_together(script);
  if (script.items.size() <= 12) {
    append(changed, with_other_knobs(script));
    append(changed, with_other_machines(script));
  }
  const Move remove =
      script.items.size() <= 6 ? shrink::remove_any_run<KernelMapFamily> : shrink::remove_runs<KernelMapFamily>;
  return std::ranges::any_of(changed,
                             [&](const Script& other) { return propose(other) || remove(other, propose); });
}

bool remove_after_changing_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 8) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    std::vector<Script> changed = with_plainer_argument_at(script, i, 6);
    append(changed, with_another_origin_at(script, i));
    for (const Item& item : stand_ins(script, i)) changed.push_back(shrink::with(script, i, item));
    for (const Script& other : changed) {
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(shrink::without(other, {j}))) return true;
      }
    }
  }
  return false;
}

/// Of many plainer arguments the plainest.
bool plainer_pairs(const Script& script, const Propose& propose) {
  if (script.items.size() > 5) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    std::vector<Script> changed = with_plainer_argument_at(script, i, 4);
    for (const Item& item : stand_ins(script, i)) changed.push_back(shrink::with(script, i, item));
    for (const Script& other : changed) {
      for (std::size_t j = i; j < script.items.size(); ++j) {
        if (propose_plainer(with_plainer_argument_at(other, j, 4), script, propose)) return true;
      }
    }
  }
  return false;
}

constexpr std::array<Move, 16> all_moves{plain_round_of_the_window,
                                         shrink::remove_runs<KernelMapFamily>,
                                         another_machine,
                                         plainer_together,
                                         plainer_knobs,
                                         shrink::remove_pairs<KernelMapFamily>,
                                         plainer_arguments,
                                         shrink::remove_triples<KernelMapFamily>,
                                         another_origin,
                                         replace_commands,
                                         failures_set,
                                         shrink::reorder<KernelMapFamily>,
                                         plain_scripts,
                                         remove_after_changes,
                                         remove_after_changing_commands,
                                         plainer_pairs};

}  // namespace

std::span<const Move> moves() { return all_moves; }

}  // namespace refmm::kernel_map
