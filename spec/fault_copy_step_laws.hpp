// Laws about what a fork copies of entries: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

/// An entry of a parent before and after a fork, that of its child, and the area that both are of.
struct Copied {
  LawArea area;
  std::uint32_t before, parent, child;
};

/// The claim about each entry of a parent that its child was to get.
constexpr bool of_copied_entries(const Transition& t, auto claim) {
  const auto made = child(t);
  if (!made) return true;
  return std::ranges::all_of(entries_of(t.before, caller(t)), [&](const EntryOf& entry) {
    const LawArea* area = area_at(t.before, entry.pid, entry.addr);
    if (!area || has_flag(area->vm_flags, vma::VM_DONTCOPY)) return true;
    return claim(Copied{*area, entry.entry, entry_at(t.after, caller(t), entry.addr),
                        entry_at(t.after, *made, entry.addr)});
  });
}

/// The same of entries for pages that are of a pool.
constexpr bool of_copied_pages(const Transition& t, auto claim) {
  return of_copied_entries(t, [&](const Copied& it) {
    return !is_page(it.before) || is_reserved(t.before, frame_of(it.before)) || claim(it);
  });
}

constexpr bool a_child_has_the_pages_of_its_parent_and_has_not_accessed_them(const Transition& t) {
  return of_copied_pages(t, [](const Copied& it) {
    constexpr std::uint32_t may_differ = fault::PAGE_ACCESSED | fault::PAGE_DIRTY | fault::PAGE_RW;
    return (it.child & ~may_differ) == (it.before & ~may_differ) && !has_flag(it.child, fault::PAGE_ACCESSED);
  });
}

/// Also what has become writable where the area never can be.
constexpr bool private_pages_that_may_be_written_are_protected_for_parent_and_child(const Transition& t) {
  return of_copied_pages(t, [](const Copied& it) {
    const bool may_be_written = has_flag(it.area.vm_flags, vma::VM_MAYWRITE) || is_writable(it.before);
    if (has_flag(it.area.vm_flags, vma::VM_SHARED) || !may_be_written) return true;
    return it.parent == (it.before & ~fault::PAGE_RW) && !is_writable(it.child) &&
           has_flag(it.child, fault::PAGE_DIRTY) == has_flag(it.before, fault::PAGE_DIRTY);
  });
}

constexpr bool shared_pages_stay_as_they_are_and_are_clean_for_the_child(const Transition& t) {
  return of_copied_pages(t, [](const Copied& it) {
    if (!has_flag(it.area.vm_flags, vma::VM_SHARED)) return true;
    return it.parent == it.before && is_writable(it.child) == is_writable(it.before) &&
           !has_flag(it.child, fault::PAGE_DIRTY);
  });
}

constexpr bool a_child_has_the_slots_of_its_parent(const Transition& t) {
  return of_copied_entries(t, [](const Copied& it) {
    return !is_slot(it.before) || (it.parent == it.before && it.child == it.before);
  });
}

constexpr bool entries_for_reserved_pages_are_copied_as_they_are(const Transition& t) {
  return of_copied_entries(t, [&](const Copied& it) {
    if (!is_page(it.before) || !is_reserved(t.before, frame_of(it.before))) return true;
    return it.parent == it.before && it.child == it.before;
  });
}

constexpr bool a_fork_without_a_frame_for_a_page_table_fails(const Transition& t) {
  if (!call<Fork>(t)) return true;
  const auto asked = effects_of<AllocPage>(t);
  const bool lacked = asked.size() > 1 && !asked.back().pfn;
  return (refusal(t) == Refusal::no_page_table_to_copy) == lacked;
}

}  // namespace refmm::process::holds
