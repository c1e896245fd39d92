// Laws about bytes that are accessed and about page faults: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

// ---- Accesses that go through ---------------------------------------------------------------------------------------

/// The claim about the entry of a byte that a call of this kind has accessed.
template <template <class> class Kind>
constexpr bool of_accessed(const Transition& t, auto claim) {
  if (!call<Kind>(t) || was_refused(t)) return true;
  return of_access(t, [&](const ByteAccess& access) { return claim(entry_at(t.after, access.pid, access.addr)); });
}

/// Where no fault was raised nothing is as before but the entry's bits, and the byte that was written.
constexpr bool an_access_without_a_fault_changes_only_its_entry(const Transition& t) {
  if (!t.effects.empty()) return true;
  return of_access(t, [&](const ByteAccess& access) {
    if (access.by == By::debugger) return true;
    constexpr std::uint32_t marks = fault::PAGE_ACCESSED | fault::PAGE_DIRTY;
    const std::uint32_t before = entry_at(t.before, access.pid, access.addr);
    return t.before.processes == t.after.processes && t.before.memory.mem_map == t.after.memory.mem_map &&
           t.before.memory.swap == t.after.memory.swap &&
           (before & ~marks) == (entry_at(t.after, access.pid, access.addr) & ~marks);
  });
}

constexpr bool processor_lets_through(std::uint32_t entry, std::uint32_t flags) {
  return (entry & flags) == flags;
}

inline constexpr std::uint32_t read_in_user_mode = fault::PAGE_PRESENT | fault::PAGE_USER | fault::PAGE_ACCESSED;
inline constexpr std::uint32_t written_in_user_mode = read_in_user_mode | fault::PAGE_RW | fault::PAGE_DIRTY;

constexpr bool what_is_loaded_is_readable_and_accessed(const Transition& t) {
  return of_accessed<Load>(t,
                           [](std::uint32_t entry) { return processor_lets_through(entry, read_in_user_mode); }) &&
         (!call<Load>(t) || an_access_without_a_fault_changes_only_its_entry(t));
}
constexpr bool what_is_stored_to_is_writable_and_dirty(const Transition& t) {
  return of_accessed<Store>(
             t, [](std::uint32_t entry) { return processor_lets_through(entry, written_in_user_mode); }) &&
         (!call<Store>(t) || an_access_without_a_fault_changes_only_its_entry(t));
}
constexpr bool what_the_kernel_reads_is_readable_and_accessed(const Transition& t) {
  return of_accessed<GetUser>(
             t, [](std::uint32_t entry) { return processor_lets_through(entry, read_in_user_mode); }) &&
         (!call<GetUser>(t) || an_access_without_a_fault_changes_only_its_entry(t));
}
constexpr bool what_the_kernel_writes_is_writable_and_dirty(const Transition& t) {
  return of_accessed<PutUser>(
             t, [](std::uint32_t entry) { return processor_lets_through(entry, written_in_user_mode); }) &&
         (!call<PutUser>(t) || an_access_without_a_fault_changes_only_its_entry(t));
}

constexpr bool the_kernel_does_not_reach_above_the_task_for_a_process(const Transition& t) {
  return of_own_access(t, [&](const ByteAccess& access) {
    if (access.by != By::kernel) return true;
    const bool above = access.addr >= task_size;
    return (refusal(t) == Refusal::kernel_address) == above &&
           (!above || (t.before == t.after && t.effects.empty()));
  });
}

// ---- Whether anything may be there ----------------------------------------------------------------------------------

constexpr bool force_sig(const Transition& t, fault::Signal signal, fault::SignalCode code, std::uint32_t addr) {
  return count_effects<fault::ForceSig<std::uint32_t>>(t) == 1 &&
         had_effect<fault::ForceSig<std::uint32_t>>(
             t, [&](const auto& sent) { return sent.signal == signal && sent.code == code && sent.addr == addr; });
}

constexpr bool the_addresses_of_the_kernel_are_refused_with_a_code_that_was_never_set(const Transition& t) {
  return of_own_access(t, [&](const ByteAccess& access) {
    if (access.by != By::process) return true;
    const bool above = access.addr >= task_size;
    if ((refusal(t) == Refusal::kernel_address) != above || !above) return !above;
    return t.before == t.after &&
           force_sig(t, fault::Signal::sigsegv, fault::SignalCode::never_set, access.addr) &&
           had_effect<fault::PageFault<std::uint32_t>>(
               t, [](const auto& fault) { return (fault.code & paging::FAULT_PROTECTION) != 0; });
  });
}

/// The claim about an access below the end of the task: its area, which holds the address or is the first above it, or nullptr.
constexpr bool of_access_to_the_task(const Transition& t, auto claim) {
  return of_own_access(t, [&](const ByteAccess& access) {
    return access.addr >= task_size || claim(access, area_above(process_of(t.before, access.pid), access.addr));
  });
}

constexpr bool grows_down(const LawArea& area) { return has_flag(area.vm_flags, vma::VM_GROWSDOWN); }

/// The same about an access below an area that grows down.
constexpr bool of_access_below_a_stack(const Transition& t, auto claim) {
  return of_access_to_the_task(t, [&](const ByteAccess& access, const LawArea* area) {
    return !area || area->vm_start <= access.addr || !grows_down(*area) || claim(access, *area);
  });
}

constexpr bool an_address_is_refused_where_nothing_is_mapped_and_nothing_grows(const Transition& t) {
  return of_access_to_the_task(t, [&](const ByteAccess& access, const LawArea* area) {
    const bool nothing = !area || (access.addr < area->vm_start && !grows_down(*area));
    return (refusal(t) == Refusal::no_area) == nothing;
  });
}

/// True if the process accesses its stack further below the stack pointer than an instruction can push.
constexpr bool is_below_the_stack_pointer(const LawState& state, const ByteAccess& access) {
  return access.by == By::process && access.addr + 32 < process_of(state, access.pid).esp;
}

constexpr bool a_process_does_not_reach_32_bytes_below_its_stack_pointer(const Transition& t) {
  return of_access_below_a_stack(t, [&](const ByteAccess& access, const LawArea&) {
    return (refusal(t) == Refusal::below_stack_pointer) == is_below_the_stack_pointer(t.before, access);
  });
}

/// True if a limit keeps an area from growing down to a page: that of the stack, that of the address space, or the beginning of what
/// it maps.
constexpr bool cannot_grow_to(const LawState& state, const LawProcess& process, const LawArea& area,
                              std::uint32_t page) {
  const std::uint32_t grow = (area.vm_start - page) >> page_bits;
  return area.vm_end - page > state.settings.rlimit_stack ||
         ((process.mm.total_vm + grow) << page_bits) > state.settings.rlimit_as ||
         (area.vm_file != 0 && area.vm_pgoff < grow);
}

constexpr bool a_stack_does_not_grow_over_its_limits(const Transition& t) {
  return of_access_below_a_stack(t, [&](const ByteAccess& access, const LawArea& area) {
    const LawProcess& process = process_of(t.before, access.pid);
    const bool asks = !is_below_the_stack_pointer(t.before, access);
    const bool too_far = cannot_grow_to(t.before, process, area, page_of(access.addr));
    return (refusal(t) == Refusal::stack_limit) == (asks && too_far);
  });
}

/// What a process's address space is after an area has grown down to a page.
constexpr vma::Mm<std::uint32_t> grown(vma::Mm<std::uint32_t> mm, std::uint32_t id, std::uint32_t page) {
  LawArea& area = *std::ranges::find(mm.areas, id, &LawArea::id);
  const std::uint32_t pages = (area.vm_start - page) >> page_bits;
  area.vm_start = page;
  area.vm_pgoff -= pages;
  mm.total_vm += pages;
  if (is_locked(area)) mm.locked_vm += pages;
  return mm;
}

/// An access that is not permitted makes the stack grow, too; nothing else becomes of areas.
constexpr bool a_stack_grows_down_to_the_page_that_is_touched(const Transition& t) {
  return of_access_to_the_task(t, [&](const ByteAccess& access, const LawArea* area) {
    if (!exists(t.after, access.pid)) return true;
    const auto& before = process_of(t.before, access.pid).mm;
    using enum Refusal;
    const bool refused = refusal(t) == no_area || refusal(t) == below_stack_pointer || refusal(t) == stack_limit;
    const bool grows = !refused && access.addr < area->vm_start;
    return process_of(t.after, access.pid).mm == (grows ? grown(before, area->id, page_of(access.addr)) : before);
  });
}

// ---- Whether the access is permitted --------------------------------------------------------------------------------

/// The claim about an access to an area, or to a stack that has grown, and the permissions of the area.
constexpr bool of_access_to_area(const Transition& t, auto claim) {
  return of_access_to_the_task(t, [&](const ByteAccess& access, const LawArea* area) {
    using enum Refusal;
    const bool refused = refusal(t) == no_area || refusal(t) == below_stack_pointer || refusal(t) == stack_limit;
    return refused || claim(access, area->vm_flags & vma::VM_ACCESS);
  });
}

constexpr bool only_writable_areas_are_written(const Transition& t) {
  return of_access_to_area(t, [&](const ByteAccess& access, std::uint32_t permissions) {
    return !access.write || (refusal(t) == Refusal::not_permitted) == !has_flag(permissions, vma::VM_WRITE);
  });
}

constexpr bool areas_that_permit_nothing_are_not_read(const Transition& t) {
  return of_access_to_area(t, [&](const ByteAccess& access, std::uint32_t permissions) {
    if (access.write || permissions == vma::VM_WRITE) return true;
    return (refusal(t) == Refusal::not_permitted) == (permissions == 0);
  });
}

/// The processor knows no memory that can only be written.
constexpr bool what_may_be_written_may_be_read(const Transition& t) {
  return of_access_to_area(t, [&](const ByteAccess& access, std::uint32_t permissions) {
    return access.write || !has_flag(permissions, vma::VM_WRITE) || refusal(t) != Refusal::not_permitted;
  });
}

// ---- How a fault ends -----------------------------------------------------------------------------------------------

constexpr bool an_access_that_is_not_permitted_is_told_apart_by_its_code(const Transition& t) {
  return of_own_access(t, [&](const ByteAccess& access) {
    if (access.by != By::process) return true;
    return (refusal(t) == Refusal::not_permitted) ==
           force_sig(t, fault::Signal::sigsegv, fault::SignalCode::segv_accerr, access.addr);
  });
}

constexpr bool is_sigsegv(Refusal why) {
  using enum Refusal;
  return why == kernel_address || why == no_area || why == below_stack_pointer || why == stack_limit ||
         why == not_permitted;
}
constexpr bool is_sigbus(Refusal why) { return why == Refusal::beyond_object || why == Refusal::not_readable; }
constexpr bool is_out_of_memory(Refusal why) { return why == Refusal::no_page || why == Refusal::no_page_table; }

/// The claim about an access that was refused, and why.
constexpr bool of_refused_access(const Transition& t, auto claim) {
  return of_own_access(t, [&](const ByteAccess& access) { return !refusal(t) || claim(access, *refusal(t)); });
}

constexpr bool a_refused_access_is_a_signal_to_a_process_that_goes_on(const Transition& t) {
  return of_refused_access(t, [&](const ByteAccess& access, Refusal why) {
    if (access.by != By::process || !is_sigsegv(why)) return true;
    const auto code = why == Refusal::kernel_address  ? fault::SignalCode::never_set
                      : why == Refusal::not_permitted ? fault::SignalCode::segv_accerr
                                                      : fault::SignalCode::segv_maperr;
    return exists(t.after, access.pid) && force_sig(t, fault::Signal::sigsegv, code, access.addr);
  });
}

constexpr bool the_kernel_gives_a_copy_up_where_the_process_would_get_a_signal(const Transition& t) {
  return of_own_access(t, [&](const ByteAccess& access) {
    const auto why = refusal(t);
    const bool gives_up = access.by == By::kernel && why && *why != Refusal::kernel_address;
    if (count_effects<fault::Fixup>(t) != (gives_up ? 1u : 0u)) return false;
    return !gives_up || (exists(t.after, access.pid) && std::holds_alternative<fault::Fixup>(t.effects.back()) &&
                         !had_effect<fault::DoExit>(t) &&
                         count_effects<fault::ForceSig<std::uint32_t>>(t) == (is_sigbus(*why) ? 1u : 0u));
  });
}

constexpr bool a_page_that_is_not_there_is_a_bus_error(const Transition& t) {
  return of_own_access(t, [&](const ByteAccess& access) {
    return (refusal(t) && is_sigbus(*refusal(t))) ==
           force_sig(t, fault::Signal::sigbus, fault::SignalCode::bus_adrerr, access.addr);
  });
}

constexpr bool a_process_without_memory_is_killed_unless_the_kernel_has_made_the_access(const Transition& t) {
  return of_own_access(t, [&](const ByteAccess& access) {
    const bool out_of_memory = refusal(t) && is_out_of_memory(*refusal(t));
    const bool dies = out_of_memory && access.by == By::process;
    return had_effect<fault::DoExit>(t) == dies &&
           exists(t.after, access.pid) == !(dies && !t.before.settings.survive);
  });
}

/// The claim about a process before and after, for each that is there before and after.
constexpr bool of_processes(const Transition& t, auto claim) {
  return std::ranges::all_of(t.before.processes, [&](const LawProcess& process) {
    return !exists(t.after, process.pid) || claim(process, process_of(t.after, process.pid));
  });
}

/// Of every fault is told how it ended; handled ones are counted for who raised them. Who copies many bytes gives up in the end, and may
/// have copied some.
constexpr bool every_fault_ends_and_minor_ones_are_counted(const Transition& t) {
  const std::size_t minor = count_effects<fault::MinorFault>(t), major = count_effects<fault::MajorFault>(t);
  const std::size_t faults = count_effects<fault::PageFault<std::uint32_t>>(t);
  const bool copies = call<Pread>(t) || call<Pwrite>(t);
  const std::size_t not_handled = copies ? count_effects<fault::Fixup>(t) : was_refused(t) && faults != 0 ? 1 : 0;
  return faults == minor + major + not_handled &&
         of_processes(t, [&](const LawProcess& before, const LawProcess& after) {
           return after.min_flt == before.min_flt + (before.pid == caller(t) ? minor : 0);
         });
}

/// Whether it was in memory or not.
constexpr bool a_fault_is_major_if_it_gets_a_page_of_an_object(const Transition& t) {
  const std::size_t major = count_effects<fault::MajorFault>(t);
  const bool counted = of_processes(t, [&](const LawProcess& before, const LawProcess& after) {
    return after.maj_flt == before.maj_flt + (before.pid == caller(t) ? major : 0);
  });
  return counted && of_touch_by_own_access(t, [&](const Touch& touch) {
           return major == (is_untouched_of_object(touch) && !was_refused(t) ? 1 : 0);
         });
}

}  // namespace refmm::process::holds
