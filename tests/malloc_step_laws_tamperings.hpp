// Calls on a heap that the model carried out, and what must not have come of them: a way to break each step law.
#pragma once

#include <refmm/tests/malloc_script.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

namespace refmm::malloc {

using Word32 = std::uint32_t;

inline constexpr const char* hardened = "boot family=malloc checks=all";

struct Tampering {
  const char* broken;             // the name of a law
  const char* script;             // of which the last call keeps all laws as the model carries it out
  void (*tamper)(Carried& made);  // what is done to that call, which breaks this one
  const char* boot = hardened;
};

// What programs have, whatever is called, and what they do with it themselves.
std::vector<Tampering> tamperings_of_blocks();
std::vector<Tampering> tamperings_of_requests();     // malloc: chunks, mappings, and the heap that grows
std::vector<Tampering> tamperings_of_giving_back();  // free, malloc_trim
std::vector<Tampering> tamperings_of_resizing();     // realloc; and calloc and memalign

// ---- Ways to tamper -------------------------------------------------------------------------------------------------

/// The call is refused for a reason that there is not.
template <Refusal reason>
void refuse(Carried& made) {
  made.result = Refused{reason};
}

/// The call succeeds all the same.
inline void return_nothing(Carried& made) { made.result = Nothing{}; }
template <Word32 number>
void return_number(Carried& made) {
  made.result = Number<Word32>{number};
}
template <Word32 addr>
void return_address(Carried& made) {
  made.result = Address<Word32>{addr};
}

/// Nothing comes of the call but its result.
inline void undo(Carried& made) {
  made.after = made.before;
  made.effects.clear();
}

inline void forget_last_effect(Carried& made) { made.effects.pop_back(); }
inline void forget_effects(Carried& made) { made.effects.clear(); }
inline void forget_blocks(Carried& made) { made.after.blocks.clear(); }

/// The block that the call returned is at another address.
template <Word32 addr>
void hand_out(Carried& made) {
  const Word32 given = std::get<Address<Word32>>(made.result).value;
  std::ranges::find(made.after.blocks, given, &LawBlock::addr)->addr = addr;
  std::ranges::sort(made.after.blocks, {}, &LawBlock::addr);
  made.result = Address<Word32>{addr};
}

template <class Kind>
Kind& effect(Carried& made) {
  const auto found =
      std::ranges::find_if(made.effects, [](const auto& e) { return std::holds_alternative<Kind>(e); });
  return std::get<Kind>(*found);
}

inline void write(LawState& state, Word32 addr, Word32 word) {
  state.words = updated(std::move(state.words), addr, word);
}
template <Word32 addr, Word32 word>
void write_after(Carried& made) {
  write(made.after, addr, word);
}

/// The area in which the heap begins.
inline auto& area_of_heap(LawState& state) {
  return *std::ranges::find_if(state.space.mm.areas,
                               [&](const auto& area) { return state.regions.front() < area.vm_end; });
}

}  // namespace refmm::malloc
