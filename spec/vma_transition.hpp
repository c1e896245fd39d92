// One call on memory areas that was carried out, and questions about it: what the step laws speak of.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_kernel.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_state.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::vma {

/// One call that was carried out.
struct Transition {
  const Kernel& kernel;
  const State<std::uint32_t>& before;
  const Command<std::uint32_t>& command;
  const Result<std::uint32_t>& result;
  const std::vector<Effect<std::uint32_t>>& effects;
  const State<std::uint32_t>& after;
};

// ---- What was asked and answered ------------------------------------------------------------------------------------

template <class Call>
constexpr const Call* call(const Transition& t) {
  return std::get_if<Call>(&t.command);
}
template <template <class> class Call>
constexpr const Call<std::uint32_t>* call(const Transition& t) {
  return std::get_if<Call<std::uint32_t>>(&t.command);
}

constexpr std::optional<Refusal> refusal(const Transition& t) {
  const Refused* refused = std::get_if<Refused>(&t.result);
  return refused ? std::optional(refused->refusal) : std::nullopt;
}

/// The address that the call returned, if it returned one.
constexpr std::optional<std::uint32_t> address(const Transition& t) {
  const auto* address = std::get_if<Address<std::uint32_t>>(&t.result);
  return address ? std::optional(address->value) : std::nullopt;
}

constexpr bool succeeded(const Transition& t) { return std::holds_alternative<Success>(t.result); }

/// True if the kernel ran into an assertion or a null pointer: no law speaks of what it left behind.
constexpr bool ended_everything(const Transition& t) {
  const auto why = refusal(t);
  return why && ends_everything(*why);
}

/// A reason is given exactly where there is one: without it the call is not refused for it, with it the call is refused, for it
/// or for what is looked at before it.
constexpr bool refuses_exactly_if(const Transition& t, Refusal reason, bool condition) {
  return condition ? refusal(t).has_value() : refusal(t) != reason;
}

// ---- Effects --------------------------------------------------------------------------------------------------------

template <class Kind>
constexpr std::uint32_t count_effects(const Transition& t, auto predicate) {
  return static_cast<std::uint32_t>(std::ranges::count_if(t.effects, [&](const Effect<std::uint32_t>& effect) {
    const auto* of_kind = std::get_if<Kind>(&effect);
    return of_kind && predicate(*of_kind);
  }));
}
template <class Kind>
constexpr std::uint32_t count_effects(const Transition& t) {
  return count_effects<Kind>(t, [](const Kind&) { return true; });
}

/// True if a request for a vm_area_struct was refused.
constexpr bool lacked_a_structure(const Transition& t) {
  return count_effects<VmaAlloc>(t, [](const VmaAlloc& request) { return !request.given; }) != 0;
}

constexpr bool all_effects(const Transition& t, auto predicate) {
  return std::ranges::all_of(t.effects, [&](const Effect<std::uint32_t>& effect) { return predicate(effect); });
}

// ---- What changed ---------------------------------------------------------------------------------------------------

/// Knobs but for those that count requests down.
constexpr Knobs<std::uint32_t> lasting(Knobs<std::uint32_t> knobs) {
  knobs.fail_vma = knobs.fail_shmem = knobs.fail_move = 0;
  return knobs;
}

/// Nothing happened that anybody can see, but for requests that were counted.
inline bool nothing_changed(const Transition& t) {
  return t.before.mm == t.after.mm && t.before.inodes == t.after.inodes && t.before.files == t.after.files &&
         t.before.shm_made == t.after.shm_made && lasting(t.before.knobs) == lasting(t.after.knobs);
}

/// Everything but the areas, their accounts and their files is as it was.
constexpr bool process_is_as_before(const Transition& t) {
  return t.before.mm.brk == t.after.mm.brk && t.before.mm.start_data == t.after.mm.start_data &&
         t.before.mm.end_code == t.after.mm.end_code && t.before.mm.def_flags == t.after.mm.def_flags &&
         lasting(t.before.knobs) == lasting(t.after.knobs);
}

/// The addresses outside of `range` mean what they meant, in the same areas, and those inside nothing.
inline bool only_unmapped(const Transition& t, const Addresses& range) {
  return mappings(t.after) == without(mappings(t.before), range) && process_is_as_before(t);
}

/// The addresses outside of `range` mean what they meant.
inline bool outside_is_as_before(const Transition& t, const Addresses& range) {
  return mean_the_same(without(mappings(t.after), range), without(mappings(t.before), range));
}

/// True if the area list has exactly such an area.
inline bool has_area(const Mappings& list, const Mapping& area) {
  return std::ranges::find(list, area) != list.end();
}

// ---- Limits ---------------------------------------------------------------------------------------------------------

/// True if more pages could be had than are wanted. 2.4.0: vm_enough_memory.
constexpr bool enough_memory(const Knobs<std::uint32_t>& knobs, std::uint32_t pages) {
  const std::uint32_t free = knobs.free_pages + knobs.buffer_pages + knobs.cache_pages + knobs.swap_pages;
  return knobs.overcommit || (free <= 0x7fffffff && free > pages);
}

/// True if so many bytes more than those pages pass a limit; the sum wraps as the kernel's does.
constexpr bool passes(std::uint32_t limit, std::uint32_t pages, std::uint32_t bytes) {
  return (pages << shift_of_page) + bytes > limit;
}

/// True if memory with these flags is charged: private and writable.
constexpr bool is_charged(std::uint32_t flags) { return (flags & (VM_SHARED | VM_WRITE)) == VM_WRITE; }

}  // namespace refmm::vma
