// Laws about mprotect, mlock and their splits: what spec/vma_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_flag_call.hpp>
#include <refmm/spec/vma_mappings.hpp>
#include <refmm/spec/vma_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <variant>
#include <vector>

namespace refmm::vma::holds {

// ---- Splits ---------------------------------------------------------------------------------------------------------

/// The claim about each area of before of which a part got other flags, that part, and the areas of after.
inline bool of_changed_areas(const Transition& t, auto claim) {
  const auto flags = flag_call(t);
  if (!flags) return true;
  const Mappings before = mappings(t.before), after = mappings(t.after);
  return std::ranges::all_of(parts_changed(t, *flags), [&](const Mapping& part) {
    const Mapping* area = holder_of(before, part.start);
    return !area || claim(*area, part, after);
  });
}

inline bool has_tail(const Mappings& after, const Mapping& area, const Mapping& part) {
  return has_area(after, part_of(area, part.end, area.end));
}
inline bool has_head(const Mappings& after, const Mapping& area, const Mapping& part) {
  return has_area(after, part_of(area, area.start, part.start));
}

inline bool an_area_inside_the_range_is_not_split(const Transition& t) {
  return of_changed_areas(t, [](const Mapping& area, const Mapping& part, const Mappings& after) {
    return part.start > area.start || part.end < area.end || has_area(after, part);
  });
}

inline bool an_area_is_split_where_the_range_ends(const Transition& t) {
  return of_changed_areas(t, [](const Mapping& area, const Mapping& part, const Mappings& after) {
    return part.start > area.start || part.end == area.end ||
           (has_area(after, part) && has_tail(after, area, part));
  });
}

inline bool an_area_is_split_where_the_range_begins(const Transition& t) {
  return of_changed_areas(t, [](const Mapping& area, const Mapping& part, const Mappings& after) {
    return part.start == area.start || part.end < area.end ||
           (has_area(after, part) && has_head(after, area, part));
  });
}

inline bool an_area_around_the_range_becomes_three(const Transition& t) {
  return of_changed_areas(t, [](const Mapping& area, const Mapping& part, const Mappings& after) {
    return part.start == area.start || part.end == area.end ||
           (has_head(after, area, part) && has_area(after, part) && has_tail(after, area, part));
  });
}

inline bool areas_that_have_the_flags_are_left_alone(const Transition& t) {
  const auto flags = flag_call(t);
  if (!flags) return true;
  const Mappings after = mappings(t.after);
  return std::ranges::all_of(mappings(t.before), [&](const Mapping& area) {
    return !meets(area, flags->range) || flags->flags_after(area.flags) != area.flags || has_area(after, area);
  });
}

inline bool a_split_without_a_structure_changes_nothing_of_the_area(const Transition& t) {
  const auto flags = flag_call(t);
  if (!flags || !lacked_a_structure(t)) return true;
  const Progress made = progress(t, *flags);
  const auto why = flags->is_mprotect ? Refusal::no_area_structure : Refusal::no_structure_to_lock;
  return refusal(t) == why && made.why == why && mappings(t.after) == areas_with_flags(t, *flags);
}

inline bool splits_stay_within_the_number_of_areas(const Transition& t) {
  if (!call<Mprotect>(t) && !call<Mlock>(t) && !call<Munlock>(t)) return true;
  return t.after.mm.map_count <= std::max(t.before.mm.map_count, t.before.knobs.max_map_count);
}

// ---- mprotect -------------------------------------------------------------------------------------------------------

constexpr bool mprotect_refuses_addresses_within_a_page(const Transition& t) {
  const auto* protect = call<Mprotect>(t);
  return !protect || refuses_exactly_if(t, Refusal::address_unaligned, !is_aligned(protect->addr));
}

constexpr bool mprotect_refuses_ranges_that_wrap(const Transition& t) {
  const auto* protect = call<Mprotect>(t);
  if (!protect) return true;
  const std::uint32_t end = protect->addr + rounded_up(protect->len);
  return refuses_exactly_if(t, Refusal::range_wraps, end < protect->addr);
}

constexpr bool mprotect_refuses_unknown_permissions(const Transition& t) {
  const auto* protect = call<Mprotect>(t);
  return !protect || refuses_exactly_if(t, Refusal::unknown_protection, protect->prot & ~VM_ACCESS);
}

inline bool mprotect_of_nothing_succeeds_wherever(const Transition& t) {
  const auto* protect = call<Mprotect>(t);
  if (!protect || rounded_up(protect->len) != 0) return true;
  return (succeeded(t) || refusal(t) == Refusal::address_unaligned || refusal(t) == Refusal::unknown_protection) &&
         nothing_changed(t) && t.effects.empty();
}

/// The claim about an mprotect whose arguments are good, and how far it gets.
inline bool of_mprotect(const Transition& t, auto claim) {
  const auto flags = flag_call(t);
  return !flags || !flags->is_mprotect || claim(*flags, progress(t, *flags));
}

inline bool mprotect_of_what_is_not_mapped_does_nothing(const Transition& t) {
  return of_mprotect(t, [&](const FlagCall& flags, const Progress& made) {
    if (made.why != Refusal::not_mapped || made.end != flags.range.start) return true;
    return refusal(t) == Refusal::not_mapped && nothing_changed(t) && t.effects.empty();
  });
}

inline bool mprotect_grants_only_what_areas_may(const Transition& t) {
  return of_mprotect(t, [&](const FlagCall&, const Progress& made) {
    return (made.why == Refusal::not_permitted) == (refusal(t) == Refusal::not_permitted);
  });
}

inline bool mprotect_stops_at_a_hole(const Transition& t) {
  return of_mprotect(t, [&](const FlagCall&, const Progress& made) {
    return (made.why == Refusal::not_mapped) == (refusal(t) == Refusal::not_mapped);
  });
}

inline bool mprotect_changes_exactly_the_permissions_of_the_range_up_to_the_first_failure(const Transition& t) {
  if (!call<Mprotect>(t)) return true;
  const auto flags = flag_call(t);
  if (!flags) return nothing_changed(t);
  return refusal(t) == progress(t, *flags).why && process_is_as_before(t) &&
         mean_the_same(mappings(t.after), areas_with_flags(t, *flags));
}

/// 2.4.0: protection_map.
constexpr std::uint32_t page_protection(std::uint32_t flags) {
  if (!(flags & VM_ACCESS)) return PAGE_NONE;
  return (flags & VM_WRITE) && (flags & VM_SHARED) ? PAGE_SHARED : PAGE_READONLY;
}

inline bool pages_get_the_protection_of_the_flags(const Transition& t) {
  return of_mprotect(t, [&](const FlagCall& flags, const Progress&) {
    std::vector<Effect<std::uint32_t>> expected, protections;
    for (const Mapping& part : parts_changed(t, flags))
      expected.push_back(ChangeProtection<std::uint32_t>{part.start, part.end, page_protection(part.flags)});
    std::ranges::copy_if(t.effects, std::back_inserter(protections), [](const auto& effect) {
      return std::holds_alternative<ChangeProtection<std::uint32_t>>(effect);
    });
    return protections == expected;
  });
}

// ---- mlock and munlock ----------------------------------------------------------------------------------------------

constexpr bool mlock_stays_within_its_limit(const Transition& t) {
  const auto* lock = call<Mlock>(t);
  return !lock || refuses_exactly_if(t, Refusal::lock_limit, passes_lock_limit(t, locked_with(t, *lock)));
}

constexpr bool mlock_leaves_half_of_memory(const Transition& t) {
  const auto* lock = call<Mlock>(t);
  return !lock || refuses_exactly_if(t, Refusal::half_of_memory, passes_half_of_memory(t, locked_with(t, *lock)));
}

constexpr bool locking_takes_a_privilege_and_unlocking_none(const Transition& t) {
  if (!call<Mlock>(t) && !call<Munlock>(t)) return true;
  return refuses_exactly_if(t, Refusal::not_privileged, call<Mlock>(t) && !t.before.knobs.cap_ipc_lock);
}

/// The pages that the call is about, if it is mlock or munlock.
constexpr std::optional<Addresses> lock_range(const Transition& t) {
  if (const auto* lock = call<Mlock>(t)) return pages_to_lock(lock->addr, lock->len);
  if (const auto* unlock = call<Munlock>(t)) return pages_to_lock(unlock->addr, unlock->len);
  return std::nullopt;
}

constexpr bool mlock_refuses_ranges_that_wrap(const Transition& t) {
  const auto range = lock_range(t);
  return !range || refuses_exactly_if(t, Refusal::range_wraps, range->end < range->start);
}

inline bool mlock_of_nothing_changes_nothing(const Transition& t) {
  const auto range = lock_range(t);
  return !range || range->start != range->end || (nothing_changed(t) && t.effects.empty());
}

/// The claim about an mlock or munlock that got past its arguments and limits, and how far it gets.
inline bool of_mlock(const Transition& t, auto claim) {
  const auto flags = flag_call(t);
  return !flags || flags->is_mprotect || claim(*flags, progress(t, *flags));
}

inline bool mlock_of_what_is_not_mapped_does_nothing(const Transition& t) {
  return of_mlock(t, [&](const FlagCall& flags, const Progress& made) {
    if (made.why != Refusal::not_mapped_lock || made.end != flags.range.start) return true;
    return refusal(t) == Refusal::not_mapped_lock && nothing_changed(t) && t.effects.empty();
  });
}

inline bool mlock_stops_at_a_hole(const Transition& t) {
  return of_mlock(t, [&](const FlagCall&, const Progress& made) {
    return (made.why == Refusal::not_mapped_lock) == (refusal(t) == Refusal::not_mapped_lock);
  });
}

/// The parts that were faulted in, as the effects tell of them.
inline std::vector<Addresses> faulted_in(const Transition& t) {
  std::vector<Addresses> parts;
  for (const auto& effect : t.effects) {
    const auto* made = std::get_if<MakePagesPresent<std::uint32_t>>(&effect);
    if (made) parts.push_back({made->start, made->end});
  }
  return parts;
}

inline bool are_those(const std::vector<Addresses>& ranges, const Mappings& parts) {
  return std::ranges::equal(ranges, parts, [](const Addresses& range, const Mapping& part) {
    return range.start == part.start && range.end == part.end;
  });
}

inline bool mlock_locks_exactly_the_range_up_to_the_first_failure(const Transition& t) {
  if (!call<Mlock>(t)) return true;
  const auto flags = flag_call(t);
  if (!flags) return nothing_changed(t) && t.effects.empty();
  return refusal(t) == progress(t, *flags).why && process_is_as_before(t) &&
         mappings(t.after) == areas_with_flags(t, *flags) && are_those(faulted_in(t), parts_changed(t, *flags));
}

inline bool munlock_unlocks_exactly_the_range_up_to_the_first_failure(const Transition& t) {
  if (!call<Munlock>(t)) return true;
  const auto flags = flag_call(t);
  if (!flags) return nothing_changed(t) && t.effects.empty();
  return refusal(t) == progress(t, *flags).why && process_is_as_before(t) &&
         mappings(t.after) == areas_with_flags(t, *flags) && faulted_in(t).empty();
}

// ---- mlockall and munlockall ----------------------------------------------------------------------------------------

constexpr bool mlockall_refuses_unknown_flags(const Transition& t) {
  const auto* lock = call<Mlockall>(t);
  if (!lock) return true;
  return refuses_exactly_if(t, Refusal::unknown_flags,
                            lock->flags == 0 || (lock->flags & ~(MCL_CURRENT | MCL_FUTURE)));
}

constexpr bool mlockall_stays_within_the_limit(const Transition& t) {
  return !call<Mlockall>(t) ||
         refuses_exactly_if(t, Refusal::lock_limit, passes_lock_limit(t, t.before.mm.total_vm));
}

constexpr bool mlockall_leaves_half_of_memory(const Transition& t) {
  return !call<Mlockall>(t) ||
         refuses_exactly_if(t, Refusal::half_of_memory, passes_half_of_memory(t, t.before.mm.total_vm));
}

inline bool mlockall_and_munlockall_take_a_privilege(const Transition& t) {
  if (!call<Mlockall>(t) && !call<Munlockall>(t)) return true;
  return refuses_exactly_if(t, Refusal::not_privileged, !t.before.knobs.cap_ipc_lock) &&
         (!refusal(t) || nothing_changed(t));
}

/// The areas of before with VM_LOCKED, or without it.
inline Mappings all_locked(const Transition& t, bool locked) {
  Mappings areas = mappings(t.before);
  for (Mapping& area : areas) area.flags = locked ? area.flags | VM_LOCKED : area.flags & ~VM_LOCKED;
  return areas;
}

inline bool locking_what_is_to_come_leaves_what_is(const Transition& t) {
  const auto* lock = call<Mlockall>(t);
  if (!lock || refusal(t) || !(lock->flags & MCL_FUTURE)) return true;
  return t.after.mm.def_flags == VM_LOCKED &&
         ((lock->flags & MCL_CURRENT) || mappings(t.after) == mappings(t.before));
}

inline bool locking_what_is_locks_every_area(const Transition& t) {
  const auto* lock = call<Mlockall>(t);
  if (!lock || refusal(t) || !(lock->flags & MCL_CURRENT)) return true;
  Mappings fresh = all_locked(t, true);
  std::erase_if(fresh, [&](const Mapping& area) { return has_area(mappings(t.before), area); });
  return t.after.mm.def_flags == (lock->flags & MCL_FUTURE ? VM_LOCKED : 0) &&
         mappings(t.after) == all_locked(t, true) && are_those(faulted_in(t), fresh);
}

inline bool munlockall_unlocks_every_area_and_those_to_come(const Transition& t) {
  if (!call<Munlockall>(t) || refusal(t)) return true;
  return t.after.mm.def_flags == 0 && mappings(t.after) == all_locked(t, false) && faulted_in(t).empty();
}

}  // namespace refmm::vma::holds
