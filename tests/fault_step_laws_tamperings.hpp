// Calls on machines with processes that the model carried out, and what must not have come of them: a way to break each step law.
#pragma once

#include <refmm/spec/process_touches.hpp>
#include <refmm/tests/fault_carried.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::process {

struct Tampering {
  std::string_view broken;        // the name of a law
  std::string script;             // what the model does at its end, which keeps all laws
  void (*tamper)(Carried& made);  // what is done to it, which breaks this one
};

std::vector<Tampering> tamperings_of_frames();          // frames, page tables, first touch, copy on write
std::vector<Tampering> tamperings_of_objects();         // files, shared memory
std::vector<Tampering> tamperings_of_swapping();        // slots, swap_out, reclaim, swapoff
std::vector<Tampering> tamperings_of_address_spaces();  // fork, unmapping, moving, locking
std::vector<Tampering> tamperings_of_accesses();        // bytes, page faults, stacks, debuggers, held memory
std::vector<Tampering> tamperings_of_calls();           // msync, madvise, truncate, settings, the machine
std::vector<Tampering> tamperings_of_transfers();       // pread, pwrite

// ---- Ways to tamper -------------------------------------------------------------------------------------------------

/// The call is refused for a reason that there is not.
template <Refusal reason>
void refuse(Carried& made) {
  made.result = Refused{reason};
}
template <vma::Refusal reason>
void refuse_area(Carried& made) {
  made.result = vma::Refused{reason};
}

/// The call succeeds all the same.
inline void succeed(Carried& made) { made.result = vma::Success{}; }
inline void read_zero(Carried& made) { made.result = Byte<std::uint32_t>{0}; }
inline void store_all_the_same(Carried& made) { made.result = Stored{}; }
template <std::uint32_t count>
void return_pages(Carried& made) {
  made.result = Pages<std::uint32_t>{count};
}

template <std::uint32_t bytes>
void copy_bytes(Carried& made) {
  made.result = Copied<std::uint32_t>{bytes};
}

/// Nothing comes of the call but its result.
inline void undo(Carried& made) { made.after = made.before; }
inline void forget_effects(Carried& made) { made.effects.clear(); }

template <class Kind>
void without_effect(Carried& made) {
  std::erase_if(made.effects, [](const auto& effect) { return std::holds_alternative<Kind>(effect); });
}
/// The first effect of a kind.
template <class Kind>
Kind& effect(Carried& made) {
  return std::get<Kind>(*std::ranges::find_if(
      made.effects, [](const auto& effect) { return std::holds_alternative<Kind>(effect); }));
}
/// One more of a kind, the same as the first.
template <class Kind>
void twice(Carried& made) {
  made.effects.push_back(effect<Kind>(made));
}

/// Another entry at an address.
inline void set_entry(Carried& made, std::uint32_t pid, std::uint32_t addr, std::uint32_t entry) {
  auto& tables = made.after.memory.tables;
  tables = updated(std::move(tables), table_at(made.after, pid, addr), (addr >> page_bits) & 1023, entry);
}
template <std::uint32_t addr, std::uint32_t flags>
void add_flags(Carried& made) {
  set_entry(made, 1, addr, entry_at(made.after, 1, addr) | flags);
}
template <std::uint32_t addr, std::uint32_t flags>
void take_flags(Carried& made) {
  set_entry(made, 1, addr, entry_at(made.after, 1, addr) & ~flags);
}
template <std::uint32_t addr>
void empty_entry(Carried& made) {
  set_entry(made, 1, addr, 0);
}

/// A frame is another one.
inline void change_frame(Carried& made, std::uint32_t pfn, auto change) {
  auto& frames = made.after.memory.mem_map;
  frames = changed_at(std::move(frames), pfn, [&](auto frame) {
    change(frame);
    return frame;
  });
}
template <std::uint32_t pfn, std::uint32_t flags>
void take_frame_flags(Carried& made) {
  change_frame(made, pfn, [](auto& frame) { frame.flags &= ~flags; });
}
template <std::uint32_t pfn, std::uint32_t flags>
void add_frame_flags(Carried& made) {
  change_frame(made, pfn, [](auto& frame) { frame.flags |= flags; });
}
template <std::uint32_t pfn>
void count_once_more(Carried& made) {
  change_frame(made, pfn, [](auto& frame) { ++frame.count; });
}

/// The process with this number afterwards.
inline Process<std::uint32_t>& process(Carried& made, std::uint32_t pid) {
  return made.after.processes.at(position_of(made.after, pid));
}

/// A file or shared memory object afterwards.
inline void change_object(Carried& made, std::uint32_t number, auto change) {
  auto& objects = made.after.memory.objects;
  objects = changed_at(std::move(objects), number, [&](auto object) {
    change(object);
    return object;
  });
}

/// A cache has a page in another frame, or in none.
inline void set_cached(Carried& made, std::uint32_t object, std::uint32_t index, std::uint32_t pfn) {
  auto& cache = made.after.memory.page_cache;
  cache = updated(std::move(cache), object, index, pfn);
}
/// How often a slot is held.
inline void set_slot(Carried& made, std::uint32_t slot, std::uint32_t count) {
  auto& slots = made.after.memory.swap.swap_map;
  slots = updated(std::move(slots), slot, count);
}

}  // namespace refmm::process
