// mprotect, mlock and munlock as the step laws speak of them: calls that give the areas of a range other flags, one after the
// other, up to the first at which they fail.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refmm::vma::holds {

/// A call whose arguments are good.
struct FlagCall {
  Addresses range;          // of whole pages, at least one
  std::uint32_t keep, set;  // flags afterwards are those of before in `keep`, and `set`
  bool is_mprotect;
  constexpr std::uint32_t flags_after(std::uint32_t flags) const { return (flags & keep) | set; }
};

/// The pages that mlock or munlock is about: from that of the address on, to the end of the last.
constexpr Addresses pages_to_lock(std::uint32_t addr, std::uint32_t len) {
  const std::uint32_t start = addr & ~(machine.page_size - 1);
  return {start, start + rounded_up(len + (addr - start))};
}

/// True if mlock may not lock so many pages more.
constexpr bool passes_lock_limit(const Transition& t, std::uint32_t pages) {
  return pages > pages_in(t.before.knobs.rlimit_memlock);
}
constexpr bool passes_half_of_memory(const Transition& t, std::uint32_t pages) {
  return pages > t.before.knobs.physpages / 2;
}

/// Pages that would be locked; those that are locked already count twice.
constexpr std::uint32_t locked_with(const Transition& t, const Mlock<std::uint32_t>& lock) {
  const Addresses range = pages_to_lock(lock.addr, lock.len);
  return t.before.mm.locked_vm + pages_in(range.end - range.start);
}

/// The call, if it is one that got past its arguments and limits.
constexpr std::optional<FlagCall> flag_call(const Transition& t) {
  std::optional<FlagCall> found;
  if (const auto* protect = call<Mprotect>(t)) {
    if (!is_aligned(protect->addr) || (protect->prot & ~VM_ACCESS)) return std::nullopt;
    found = {{protect->addr, protect->addr + rounded_up(protect->len)}, ~VM_ACCESS, protect->prot, true};
  } else if (const auto* lock = call<Mlock>(t)) {
    const std::uint32_t locked = locked_with(t, *lock);
    if (passes_lock_limit(t, locked) || passes_half_of_memory(t, locked) || !t.before.knobs.cap_ipc_lock)
      return std::nullopt;
    found = {pages_to_lock(lock->addr, lock->len), ~0u, VM_LOCKED, false};
  } else if (const auto* unlock = call<Munlock>(t)) {
    found = {pages_to_lock(unlock->addr, unlock->len), ~VM_LOCKED, 0, false};
  }
  return found && found->range.start < found->range.end ? found : std::nullopt;
}

/// How far such a call gets, and why not further.
struct Progress {
  std::uint32_t end;
  std::optional<Refusal> why;
};

/// Area by area: it must be there, may have the flags, and where it is split there must be structures and room for them.
inline Progress progress(const Transition& t, const FlagCall& flags) {
  const Mappings areas = mappings(t.before);
  std::uint32_t count = t.before.mm.map_count, fail = t.before.knobs.fail_vma;
  std::uint32_t at = flags.range.start;
  while (at < flags.range.end) {
    const Mapping* area = holder_of(areas, at);
    if (!area) return {at, flags.is_mprotect ? Refusal::not_mapped : Refusal::not_mapped_lock};
    const std::uint32_t to = std::min(area->end, flags.range.end);
    const std::uint32_t after = flags.flags_after(area->flags);
    if (flags.is_mprotect && (after & ~(after >> may_shift) & VM_ACCESS)) return {at, Refusal::not_permitted};
    if (after != area->flags) {
      const std::uint32_t wanted = (area->start < at ? 1 : 0) + (to < area->end ? 1 : 0);
      const bool at_limit = wanted != 0 && count + wanted > t.before.knobs.max_map_count;
      if (at_limit || (fail != 0 && fail <= wanted))
        return {at, flags.is_mprotect ? Refusal::no_area_structure : Refusal::no_structure_to_lock};
      count += wanted;
      fail -= fail != 0 ? wanted : 0;
    }
    at = to;
  }
  return {flags.range.end, std::nullopt};
}

/// What of each area gets other flags, in the order of the list.
inline Mappings parts_changed(const Transition& t, const FlagCall& flags) {
  Mappings parts = inside(mappings(t.before), {flags.range.start, progress(t, flags).end});
  std::erase_if(parts, [&](const Mapping& part) { return flags.flags_after(part.flags) == part.flags; });
  for (Mapping& part : parts) part.flags = flags.flags_after(part.flags);
  return parts;
}

/// The areas as they ought to be afterwards.
inline Mappings areas_with_flags(const Transition& t, const FlagCall& flags) {
  return with_flags(mappings(t.before), {flags.range.start, progress(t, flags).end},
                    [&](std::uint32_t before) { return flags.flags_after(before); });
}

}  // namespace refmm::vma::holds
