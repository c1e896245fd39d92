// Calls on the page allocator that the model carried out, and what must not have come of them: a way to break each step law.
#pragma once

#include <refmm/tests/buddy_script.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace refmm::buddy {

struct Tampering {
  std::string_view broken;        // the name of a law
  Carried (*made)();              // what the model does, which keeps all laws
  void (*tamper)(Carried& made);  // what is done to it, which breaks this one
};

std::vector<Tampering> tamperings_of_taking();       // and of references
std::vector<Tampering> tamperings_of_giving_back();  // and of what only boot needed

// ---- Ways to tamper -------------------------------------------------------------------------------------------------

/// The call is refused for a reason that there is not.
template <Refusal reason>
void refuse(Carried& made) {
  made.result = Refused{reason};
}

/// The call succeeds all the same.
inline void succeed(Carried& made) { made.result = Nothing{}; }
template <std::uint32_t position>
void give_frame(Carried& made) {
  made.result = Frame<std::uint32_t>{BuddyScript::at(position)};
}

/// Nothing comes of the call but its result.
inline void undo(Carried& made) { made.after = made.before; }

inline void forget_effects(Carried& made) { made.effects.clear(); }

template <std::uint32_t position>
Page& page(Carried& made) {
  return made.after.pages.at(position);
}

template <std::uint32_t order>
std::vector<std::uint32_t>& list(Carried& made) {
  return made.after.free_area.at(order).free_list;
}

}  // namespace refmm::buddy
