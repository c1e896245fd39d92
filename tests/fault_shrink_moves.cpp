// The moves that make a script of machines that run processes simpler.
#include <refmm/tests/fault_shrink.hpp>
#include <refmm/tests/fault_shrink_changes.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/fault_shrink_plain.hpp>
#include <refmm/tests/shrink_moves.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace refmm::process {

namespace {

using Scripts = std::vector<Script>;

/// Proposes those of the candidates that are plainer than the script as they stand: the others would not be taken.
bool propose_plainer(const Scripts& candidates, const Script& script, const Propose& propose) {
  const shrink::Rank now = rank(script);
  return std::ranges::any_of(candidates,
                             [&](const Script& candidate) { return rank(candidate) < now && propose(candidate); });
}

/// Proposes the scripts with one change.
template <Scripts (*changes)(const Script&)>
bool plainer(const Script& script, const Propose& propose) {
  return propose_plainer(changes(script), script, propose);
}

bool plainer_arguments(const Script& script, const Propose& propose) {
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (propose_plainer(with_plainer_argument_at(script, i), script, propose)) return true;
  }
  return false;
}

bool replace_commands(const Script& script, const Propose& propose) {
  const shrink::Rank now = rank(script);
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Item& item : stand_ins(script, i)) {
      Script changed = shrink::with(script, i, item);
      if (rank(changed) < now && propose(std::move(changed))) return true;
    }
  }
  return false;
}

// ---- Two changes at once, of a short script: where one must make up for the other ---------------------------------------------

void append(Scripts& scripts, Scripts more) { std::ranges::move(more, std::back_inserter(scripts)); }

/// Any change, and fewer commands.
bool remove_after_changes(const Script& script, const Propose& propose) {
  if (script.items.size() > 40) return false;
  Scripts changed = with_fixed_addresses(script);
  append(changed, with_stack_for_mappings(script));
  append(changed, with_plainer_arguments_together(script));
  append(changed, with_other_files(script));
  if (script.items.size() <= 12) {
    append(changed, with_closer_addresses(script));
    append(changed, with_other_knobs(script));
    append(changed, with_other_boots(script));
    append(changed, with_other_processes(script));
    append(changed, with_other_descriptors(script));
  }
  const Move remove =
      script.items.size() <= 5 ? shrink::remove_any_run<FaultFamily> : shrink::remove_runs<FaultFamily>;
  return std::ranges::any_of(changed,
                             [&](const Script& other) { return propose(other) || remove(other, propose); });
}

/// One command by another, and one less.
bool remove_after_changing_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 6) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    Scripts changed = with_plainer_argument_at(script, i);
    for (const Item& item : stand_ins(script, i)) changed.push_back(shrink::with(script, i, item));
    for (const Script& other : changed) {
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(shrink::without(other, {j}))) return true;
      }
    }
  }
  return false;
}

/// Of many plainer arguments the plainest, of two commands or of one.
bool plainer_pairs(const Script& script, const Propose& propose) {
  if (script.items.size() > 5) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Script& other : with_plainer_argument_at(script, i, 4)) {
      for (std::size_t j = i; j < script.items.size(); ++j) {
        if (propose_plainer(with_plainer_argument_at(other, j, 4), script, propose)) return true;
      }
    }
  }
  return false;
}

/// A plainer machine, and another argument.
bool plainer_machine_and_argument(const Script& script, const Propose& propose) {
  if (script.items.size() > 6) return false;
  Scripts machines = with_other_boots(script);
  append(machines, with_other_files(script));
  for (const Script& other : machines) {
    for (std::size_t i = 0; i < other.items.size(); ++i) {
      if (propose_plainer(with_plainer_argument_at(other, i, 4), script, propose)) return true;
    }
  }
  return false;
}

// ---- The list -------------------------------------------------------------------------------------------------------------------

constexpr std::array<Move, 21> all_moves{plain_scripts_for_a_long_one,
                                         shrink::remove_runs<FaultFamily>,
                                         plainer<with_fixed_addresses>,
                                         plainer<with_other_boots>,
                                         plainer<with_plainer_arguments_together>,
                                         plainer<with_other_processes>,
                                         plainer<with_other_files>,
                                         plainer<with_stack_for_mappings>,
                                         plainer<with_other_knobs>,
                                         plainer<with_closer_addresses>,
                                         shrink::remove_pairs<FaultFamily>,
                                         plainer_arguments,
                                         shrink::remove_triples<FaultFamily>,
                                         plainer<with_other_descriptors>,
                                         replace_commands,
                                         shrink::reorder<FaultFamily>,
                                         plain_scripts,
                                         remove_after_changes,
                                         remove_after_changing_commands,
                                         plainer_pairs,
                                         plainer_machine_and_argument};

}  // namespace

std::span<const Move> moves() { return all_moves; }

}  // namespace refmm::process
