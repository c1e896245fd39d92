// Laws about fork and exit: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm::process::holds {

// ---- Success --------------------------------------------------------------------------------------------------------

/// The claim about a fork that has made a child: the parent before, and the child.
constexpr bool of_fork(const Transition& t, auto claim) {
  const auto made = child(t);
  if (!made) return !call<Fork>(t) || was_refused(t);
  return exists(t.after, *made) && claim(process_of(t.before, caller(t)), process_of(t.after, *made));
}

/// The area as a child gets it: a structure of its own, and not locked.
constexpr bool is_copy_of(const LawArea& copy, LawArea area) {
  area.id = copy.id;
  area.vm_flags &= ~vma::VM_LOCKED;
  return copy == area;
}

constexpr bool a_child_has_the_areas_of_its_parent_unlocked(const Transition& t) {
  return of_fork(t, [](const LawProcess& parent, const LawProcess& child) {
    auto areas = parent.mm.areas;
    std::erase_if(areas, [](const LawArea& area) { return has_flag(area.vm_flags, vma::VM_DONTCOPY); });
    return std::ranges::equal(child.mm.areas, areas, is_copy_of) && child.mm.map_count == areas.size() &&
           child.mm.locked_vm == 0;
  });
}

constexpr bool a_child_has_the_next_number_and_the_numbers_of_its_parent(const Transition& t) {
  return of_fork(t, [&](const LawProcess& parent, const LawProcess& child) {
    return child.pid == t.before.pids_made + 1 && t.after.pids_made == child.pid && child.esp == parent.esp &&
           child.min_flt == 0 && child.maj_flt == 0 && child.mm.total_vm == parent.mm.total_vm &&
           child.mm.brk == parent.mm.brk && child.mm.def_flags == parent.mm.def_flags &&
           lookup(t.after.memory.rss, child.pid) == lookup(t.before.memory.rss, parent.pid) &&
           process_of(t.after, parent.pid).mm == parent.mm;
  });
}

/// Even if nothing is left in it.
constexpr bool a_child_has_a_page_table_for_each_that_an_area_of_its_parent_needs(const Transition& t) {
  return of_fork(t, [&](const LawProcess& parent, const LawProcess& child) {
    const auto parents = lookup(t.before.memory.pgds, parent.pid), childs = lookup(t.after.memory.pgds, child.pid);
    const auto is_wanted = [&](std::uint32_t slot) {
      return lookup(parents, slot) != 0 &&
             std::ranges::any_of(child.mm.areas, [&](const LawArea& area) { return lies_in_window(area, slot); });
    };
    return std::ranges::all_of(childs.written, [&](const auto& pde) { return is_wanted(pde.first); }) &&
           std::ranges::all_of(parents.written, [&](const auto& pde) {
             return !is_wanted(pde.first) || lookup(childs, pde.first) != 0;
           });
  });
}

// ---- Failure --------------------------------------------------------------------------------------------------------

constexpr bool a_fork_without_a_frame_for_a_directory_does_nothing(const Transition& t) {
  if (!call<Fork>(t) || !exists(t.before, caller(t))) return true;
  const auto asked = effects_of<AllocPage>(t);
  const bool lacked = !asked.empty() && !asked.front().pfn;
  if ((refusal(t) == Refusal::no_page_directory) != lacked) return false;
  return !lacked || (t.effects.size() == 1 && t.before.processes == t.after.processes);
}

constexpr bool same_areas_and_counts(const LawProcess& one, const LawProcess& other) {
  return one.pid == other.pid && one.mm == other.mm && one.pgd == other.pgd && one.esp == other.esp &&
         one.min_flt == other.min_flt && one.maj_flt == other.maj_flt;
}

/// The frames are as they were; but a page to which the child has left the dirt of its entry is dirty.
constexpr bool same_frames(const LawState& before, const LawState& after) {
  const auto& frames = before.memory.mem_map.written;
  return std::ranges::equal(frames, after.memory.mem_map.written, [](auto one, auto other) {
    one.second.flags |= fault::PG_dirty;
    other.second.flags |= fault::PG_dirty;
    return one == other;
  });
}

/// The parent's pages that the fork has reached stay protected.
constexpr bool a_fork_that_fails_leaves_no_child_and_nothing_but_protected_pages(const Transition& t) {
  if (!call<Fork>(t) || !was_refused(t) || !exists(t.before, caller(t))) return true;
  const auto entries = all_entries(t.before), now = all_entries(t.after);
  return t.before.pids_made == t.after.pids_made &&
         std::ranges::equal(t.before.processes, t.after.processes, same_areas_and_counts) &&
         t.before.memory.rss == t.after.memory.rss && t.before.memory.swap == t.after.memory.swap &&
         same_frames(t.before, t.after) &&
         std::ranges::equal(entries, now, [](const EntryOf& before, const EntryOf& after) {
           const bool is_protected = after.entry == (before.entry & ~fault::PAGE_RW);
           return before.pid == after.pid && before.addr == after.addr &&
                  (after.entry == before.entry || is_protected);
         });
}

// ---- The end --------------------------------------------------------------------------------------------------------

/// Nobody else notices, and nothing is flushed.
constexpr bool exit_takes_the_process_away_and_leaves_the_others(const Transition& t) {
  const bool exits = call<Exit>(t) && exists(t.before, caller(t));
  if (!exits) return !call<Exit>(t) || was_refused(t);
  auto others = t.before.processes;
  std::erase_if(others, [&](const LawProcess& process) { return process.pid == caller(t); });
  return std::holds_alternative<vma::Nothing>(t.result) && t.after.processes == others &&
         lookup(t.after.memory.rss, caller(t)) == 0 && !had_effect<fault::FlushTlb>(t) &&
         !had_effect<FlushTlbPage>(t) && was_freed(t, process_of(t.before, caller(t)).pgd);
}

}  // namespace refmm::process::holds
