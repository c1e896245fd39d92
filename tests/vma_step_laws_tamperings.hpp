// Calls on memory areas that the model carried out, and what must not have come of them: a way to break each step law.
#pragma once

#include <refmm/tests/vma_script.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::vma {

struct Tampering {
  std::string_view broken;        // the name of a law
  Carried (*made)();              // what the model does, which keeps all laws
  void (*tamper)(Carried& made);  // what is done to it, which breaks this one
};

std::vector<Tampering> tamperings_of_files();       // files, lookups, stacks, the end
std::vector<Tampering> tamperings_of_mappings();    // mmap
std::vector<Tampering> tamperings_of_unmapping();   // munmap, brk
std::vector<Tampering> tamperings_of_protection();  // mprotect, mlock
std::vector<Tampering> tamperings_of_remapping();   // mremap

// ---- Ways to tamper -------------------------------------------------------------------------------------------------

/// The call is refused for a reason that there is not.
template <Refusal reason>
void refuse(Carried& made) {
  made.result = Refused{reason};
}

/// The call succeeds all the same.
inline void succeed(Carried& made) { made.result = Success{}; }
template <std::uint32_t page>
void return_page(Carried& made) {
  made.result = Address<std::uint32_t>{VmaScript::at(page)};
}

/// Nothing comes of the call but its result.
inline void undo(Carried& made) { made.after = made.before; }

/// A page more, or less, of an area.
template <std::size_t place>
void lengthen(Carried& made) {
  made.after.mm.areas.at(place).vm_end += 4096;
}

template <std::size_t place>
void set_flag(Carried& made, std::uint32_t flag) {
  made.after.mm.areas.at(place).vm_flags |= flag;
}

/// An area is not there.
template <std::size_t place>
void lose(Carried& made) {
  made.after.mm.areas.erase(made.after.mm.areas.begin() + static_cast<std::ptrdiff_t>(place));
}

template <class Kind>
Kind& effect(Carried& made) {
  const auto found =
      std::ranges::find_if(made.effects, [](const VmaEffect& e) { return std::holds_alternative<Kind>(e); });
  return std::get<Kind>(*found);
}

template <class Kind>
void without_effect(Carried& made) {
  std::erase_if(made.effects, [](const VmaEffect& e) { return std::holds_alternative<Kind>(e); });
}

inline void forget_effects(Carried& made) { made.effects.clear(); }

}  // namespace refmm::vma
