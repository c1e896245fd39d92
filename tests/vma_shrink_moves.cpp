// The moves of memory areas.
#include <refmm/spec/machine.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/shrink_moves.hpp>
#include <refmm/tests/vma_shrink_changes.hpp>
#include <refmm/tests/vma_shrink_moves.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::vma {

namespace {

using W = std::uint32_t;

/// Proposes those of the candidates that are plainer than the script as they stand: the others would not be taken.
bool propose_plainer(const std::vector<Script>& candidates, const Script& script, const Propose& propose) {
  const shrink::Rank now = rank(script);
  return std::ranges::any_of(candidates,
                             [&](const Script& candidate) { return rank(candidate) < now && propose(candidate); });
}

}  // namespace

bool another_boot(const Script& script, const Propose& propose) {
  return propose_plainer(with_other_boots(script), script, propose);
}

bool knobs_at_boot(const Script& script, const Propose& propose) {
  return propose_plainer(with_knobs_at_boot(script), script, propose);
}

bool plainer_knobs(const Script& script, const Propose& propose) {
  return propose_plainer(with_other_knobs(script), script, propose);
}

bool closer_addresses(const Script& script, const Propose& propose) {
  return propose_plainer(with_closer_addresses(script), script, propose);
}

bool fixed_addresses(const Script& script, const Propose& propose) {
  return propose_plainer(with_fixed_addresses(script), script, propose);
}

bool plainer_together(const Script& script, const Propose& propose) {
  return propose_plainer(with_plainer_arguments_together(script), script, propose);
}

// ---- One command ------------------------------------------------------------------------------------------------------------

namespace {

/// The command with one of its arguments plainer, in each way; `addresses` are those of the script.
std::vector<Command<W>> with_plainer_argument(const Command<W>& command, const std::vector<W>& addresses) {
  std::vector<Command<W>> changed;
  std::visit(
      [&]<class Call>(const Call& call) {
        constexpr bool maps = requires { call.fd, call.flags; };
        for_each_field(call, [&](std::string_view name, const auto& value) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, W>) {
            std::vector<W> plainer;
            if (name == "len" || name == "old_len" || name == "new_len") {
              plainer = plainer_lengths(value);
            } else if (name == "offset" || name == "pgoff") {
              plainer = plainer_offsets(value);
            } else if (name == "prot") {
              plainer = plainer_protections(value);
            } else if (name == "flags" || name == "mode") {
              if (maps) plainer = plainer_map_flags(value);
              if (!maps) plainer = {0, value & 1, value & 2, value & 3};
            } else {
              plainer = plainer_addresses(value, addresses);
            }
            for (const W argument : plainer) {
              Call copy = call;
              for_each_field(copy, [&](std::string_view other, auto& field) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, W>) {
                  if (other == name) field = argument;
                }
              });
              changed.push_back(copy);
            }
          }
        });
      },
      command);
  return changed;
}

/// The remapping with other lengths of few pages: one often must change with the other.
void append_other_lengths(std::vector<Command<W>>& changed, const Command<W>& command) {
  const auto* remap = std::get_if<Mremap<W>>(&command);
  if (!remap) return;
  constexpr W page = i386_2_4_0.page_size, few = 4;
  for (W old_pages = 0; old_pages < few; ++old_pages) {
    for (W new_pages = 0; new_pages < few; ++new_pages)
      changed.push_back(Mremap<W>{remap->addr, old_pages * page, new_pages * page, remap->flags, remap->new_addr});
  }
}

std::vector<Script> with_plainer_argument_at(const Script& script, std::size_t position) {
  std::vector<Script> changed;
  auto commands = with_plainer_argument(script.items[position].command, addresses_in(script));
  append_other_lengths(commands, script.items[position].command);
  for (const Command<W>& command : commands) changed.push_back(with(script, position, command));
  return changed;
}

}  // namespace

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

// ---- Files --------------------------------------------------------------------------------------------------------------------

bool another_descriptor(const Script& script, const Propose& propose) {
  std::vector<Script> changed;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    if (script.items[i].opened_by == 0) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (!std::holds_alternative<Open>(script.items[j].command)) continue;
      changed.push_back(script);
      changed.back().items[i].opened_by = script.items[j].id;
    }
    changed.push_back(script);
    changed.back().items[i].opened_by = 0;
    changed.back().items[i].command = with_descriptor(script.items[i].command, -1);
  }
  return propose_plainer(changed, script, propose);
}

bool rename_files(const Script& script, const Propose& propose) {
  Script changed = script;
  std::map<Name, Name> renamed;
  for (Item& item : changed.items) {
    Name* name = nullptr;
    if (auto* open = std::get_if<Open>(&item.command)) name = &open->name;
    if (auto* set = std::get_if<SetKnobs<W>>(&item.command); set && set->file) name = &set->file->name;
    if (!name) continue;
    const char next = static_cast<char>('a' + renamed.size() % 26);
    *name = renamed.emplace(*name, std::string_view(&next, 1)).first->second;
  }
  return renamed.size() <= 26 && propose_plainer({changed}, script, propose);
}

// ---- Two changes at once --------------------------------------------------------------------------------------------------------

namespace {

void append(std::vector<Script>& scripts, std::vector<Script> more) {
  std::ranges::move(more, std::back_inserter(scripts));
}

}  // namespace

bool remove_after_changes(const Script& script, const Propose& propose) {
  if (script.items.size() > 40) return false;
  std::vector<Script> changed = with_fixed_addresses(script);
  append(changed, with_closer_addresses(script));
  append(changed, with_plainer_arguments_together(script));
  append(changed, with_knobs_at_boot(script));
  append(changed, with_other_knobs(script));
  append(changed, with_other_boots(script));
  return std::ranges::any_of(
      changed, [&](const Script& other) { return propose(other) || shrink::remove_any_run(other, propose); });
}

bool remove_after_changing_commands(const Script& script, const Propose& propose) {
  if (script.items.size() > 8) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    std::vector<Script> changed = with_plainer_argument_at(script, i);
    for (const Item& item : stand_ins(script, i)) changed.push_back(shrink::with(script, i, item));
    for (const Script& other : changed) {
      for (std::size_t j = 0; j < script.items.size(); ++j) {
        if (i != j && propose(shrink::without(other, {j}))) return true;
      }
    }
  }
  return false;
}

bool plainer_pairs(const Script& script, const Propose& propose) {
  if (script.items.size() > 6) return false;
  for (std::size_t i = 0; i < script.items.size(); ++i) {
    for (const Script& other : with_plainer_argument_at(script, i)) {
      for (std::size_t j = i; j < script.items.size(); ++j) {
        if (propose_plainer(with_plainer_argument_at(other, j), script, propose)) return true;
      }
    }
  }
  return false;
}

// ---- The list -------------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::array<Move, 18> all_moves{shrink::remove_runs<VmaFamily>,
                                         another_boot,
                                         fixed_addresses,
                                         plainer_together,
                                         knobs_at_boot,
                                         plainer_knobs,
                                         closer_addresses,
                                         shrink::remove_pairs<VmaFamily>,
                                         plainer_arguments,
                                         shrink::remove_triples<VmaFamily>,
                                         another_descriptor,
                                         replace_commands,
                                         shrink::reorder<VmaFamily>,
                                         plain_scripts,
                                         remove_after_changes,
                                         remove_after_changing_commands,
                                         plainer_pairs,
                                         rename_files};

}  // namespace

std::span<const Move> moves() { return all_moves; }

}  // namespace refmm::vma
