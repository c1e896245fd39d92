// Calls on kernel mappings that the model carried out, and what must not have come of them: a way to break each step law.
#pragma once

#include <refmm/tests/kernel_map_script.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {

struct Tampering {
  std::string_view broken;        // the name of a law
  Carried (*made)();              // what the model does, which keeps all laws
  void (*tamper)(Carried& made);  // what is done to it, which breaks this one
};

std::vector<Tampering> tamperings_of_areas();        // get_vm_area, vmalloc, vfree
std::vector<Tampering> tamperings_of_ranges();       // ioremap, iounmap, kmap
std::vector<Tampering> tamperings_of_directories();  // frames, tables, directories, accesses, the user's half

// ---- Ways to tamper -------------------------------------------------------------------------------------------------

/// The call is refused for a reason that there is not.
template <Refusal reason>
void refuse(Carried& made) {
  made.result = Refused{reason};
}

/// The call succeeds all the same.
inline void return_nothing(Carried& made) { made.result = Nothing{}; }
template <Word32 addr>
void return_address(Carried& made) {
  made.result = Address<Word32>{addr};
}

/// Nothing comes of the call but its result.
inline void undo(Carried& made) { made.after = made.before; }

inline void forget_effects(Carried& made) { made.effects.clear(); }

template <class Kind>
Kind& effect(Carried& made) {
  const auto found =
      std::ranges::find_if(made.effects, [](const auto& e) { return std::holds_alternative<Kind>(e); });
  return std::get<Kind>(*found);
}

template <class Kind>
void without_effect(Carried& made) {
  std::erase_if(made.effects, [](const auto& e) { return std::holds_alternative<Kind>(e); });
}

/// The entry of the table that maps a page of the kernel gets another value.
inline void set_page(LawState& state, Word32 page, Word32 entry) {
  const Word32 pfn = pfn_in(lookup(state.swapper_pg_dir, page / slot_bytes));
  auto& entries = std::ranges::find(state.tables, pfn, &Table<Word32>::pfn)->entries;
  entries = updated(std::move(entries), page / page_bytes % 1024, entry);
}

/// Another page than the one that was to be mapped is.
template <Word32 page>
void map_another_frame(Carried& made) {
  set_page(made.after, page, 0x00500063);
}

inline void set_entry(LawEntries& directory, Word32 slot, Word32 entry) {
  directory = updated(std::move(directory), slot, entry);
}

}  // namespace refmm::kernel_map
