// Laws about debuggers and about memory held for direct input and output: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_access_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::process::holds {

// ---- Debuggers ------------------------------------------------------------------------------------------------------

/// The claim about a debugger's access, and the process that it looks at.
constexpr bool of_debugger(const Transition& t, auto claim) {
  return of_access(t, [&](const ByteAccess& access) {
    return access.by != By::debugger || claim(access, process_of(t.before, access.pid));
  });
}

/// True if a page is in an area, or in a stack once it has grown to it.
constexpr bool can_be_mapped(const LawState& state, const LawProcess& process, std::uint32_t page) {
  const LawArea* area = area_above(process, page);
  return area && (area->vm_start <= page || (grows_down(*area) && !cannot_grow_to(state, process, *area, page)));
}

constexpr bool a_debugger_sees_what_is_mapped_and_what_a_stack_can_grow_to(const Transition& t) {
  return of_debugger(t, [&](const ByteAccess& access, const LawProcess& process) {
    const bool nothing = !can_be_mapped(t.before, process, page_of(access.addr));
    return (refusal(t) == Refusal::no_area) == nothing && (!nothing || t.effects.empty());
  });
}

/// The claim about a debugger's access to an area, and the area.
constexpr bool of_debugged_area(const Transition& t, auto claim) {
  return of_debugger(t, [&](const ByteAccess& access, const auto&) {
    const LawArea* area = area_at(t.after, access.pid, access.addr);
    return !area || refusal(t) == Refusal::no_area || claim(access, *area);
  });
}

constexpr bool a_debugger_writes_only_what_the_process_may_write(const Transition& t) {
  return of_debugged_area(t, [&](const ByteAccess& access, const LawArea& area) {
    return (refusal(t) == Refusal::not_permitted) == (access.write && !may_be_written(area));
  });
}

/// No fault is raised, counted or signalled; only its own TLB is flushed.
constexpr bool a_debugger_faults_pages_in_that_count_as_nobodys_faults(const Transition& t) {
  return of_debugger(t, [&](const ByteAccess& access, const auto&) {
    const bool is_silent = !had_effect<fault::PageFault<std::uint32_t>>(t) && !had_effect<fault::MinorFault>(t) &&
                           !had_effect<fault::MajorFault>(t) && !had_effect<fault::ForceSig<std::uint32_t>>(t) &&
                           !had_effect<fault::DoExit>(t);
    const bool flushes = had_effect<FlushTlbPage>(t) || had_effect<fault::FlushTlb>(t);
    return is_silent && (!flushes || access.pid == caller(t)) &&
           of_processes(t, [](const LawProcess& before, const LawProcess& after) {
             return before.min_flt == after.min_flt && before.maj_flt == after.maj_flt;
           });
  });
}

/// True if a debugger can do with an entry what it wants to.
constexpr bool serves(const ByteAccess& access, std::uint32_t entry) {
  return is_page(entry) && (!access.write || (is_writable(entry) && has_flag(entry, fault::PAGE_DIRTY)));
}

constexpr bool a_debugger_is_refused_a_page_that_cannot_be_had(const Transition& t) {
  return of_debugged_area(t, [&](const ByteAccess& access, const LawArea&) {
    const auto why = refusal(t);
    if (why == Refusal::not_permitted || why == Refusal::reserved_page) return true;
    const bool has_no_page = why == Refusal::no_page || why == Refusal::beyond_object;
    return has_no_page == was_refused(t) &&
           has_no_page == !serves(access, entry_at(t.after, access.pid, access.addr));
  });
}

/// The zero page can be read like any other.
constexpr bool a_debugger_is_refused_reserved_pages_but_for_reading_zeros(const Transition& t) {
  return of_debugged_area(t, [&](const ByteAccess& access, const LawArea&) {
    const std::uint32_t entry = entry_at(t.after, access.pid, access.addr), pfn = frame_of(entry);
    const bool reserved =
        serves(access, entry) && is_reserved(t.after, pfn) && (access.write || pfn != fault::ZERO_PAGE);
    return (refusal(t) == Refusal::reserved_page) == (reserved && refusal(t) != Refusal::not_permitted);
  });
}

constexpr bool what_a_debugger_reads_is_in_memory_and_stays_as_it_is(const Transition& t) {
  if (!call<Peek>(t) || was_refused(t)) return true;
  return of_debugger(t, [&](const ByteAccess& access, const auto&) {
    const std::uint32_t before = entry_at(t.before, access.pid, access.addr);
    const std::uint32_t after = entry_at(t.after, access.pid, access.addr);
    return is_page(before) ? after == before && t.effects.empty() : is_page(after);
  });
}

constexpr bool what_a_debugger_writes_is_writable_and_dirty(const Transition& t) {
  if (!call<Poke>(t) || was_refused(t)) return true;
  return of_debugger(t, [&](const ByteAccess& access, const auto&) {
    return serves(access, entry_at(t.after, access.pid, access.addr));
  });
}

// ---- Memory held for direct input and output ------------------------------------------------------------------------

/// The claim about a request to hold memory while none is held: the pages in their order, and the process.
constexpr bool of_holding(const Transition& t, auto claim) {
  const auto* kiobuf = call<MapKiobuf>(t);
  if (!kiobuf || !exists(t.before, caller(t)) || !t.before.iobuf.empty()) return true;
  return claim(*kiobuf, process_of(t.before, caller(t)));
}

constexpr bool memory_is_held_for_one_transfer_at_a_time(const Transition& t) {
  if (!call<MapKiobuf>(t) || !exists(t.before, caller(t))) return true;
  const bool in_use = !t.before.iobuf.empty();
  return (refusal(t) == Refusal::iobuf_in_use) == in_use && (!in_use || t.before == t.after);
}

/// Why the area of a page keeps it from being held, if it does.
constexpr std::optional<Refusal> objection(const LawState& state, const LawProcess& process,
                                           const MapKiobuf<std::uint32_t>& kiobuf, std::uint32_t page) {
  if (!can_be_mapped(state, process, page)) return Refusal::not_mapped;
  const std::uint32_t flags = area_above(process, page)->vm_flags;
  const bool may =
      has_flag(flags, vma::VM_READ) && (kiobuf.rw == Direction::WRITE || has_flag(flags, vma::VM_WRITE));
  return may ? std::nullopt : std::optional(Refusal::not_permitted_io);
}

/// The first objection to a page of the range.
constexpr std::optional<Refusal> first_objection(const LawState& state, const LawProcess& process,
                                                 const MapKiobuf<std::uint32_t>& kiobuf) {
  const std::uint32_t end = rounded_up(kiobuf.addr + kiobuf.len);
  for (std::uint32_t page = page_of(kiobuf.addr); page < end; page += page_bytes) {
    if (const auto why = objection(state, process, kiobuf, page)) return why;
  }
  return std::nullopt;
}

constexpr bool only_what_is_mapped_is_held(const Transition& t) {
  return of_holding(t, [&](const MapKiobuf<std::uint32_t>& kiobuf, const LawProcess& process) {
    const auto first = first_objection(t.before, process, kiobuf);
    return first != Refusal::not_mapped || refusal(t) == Refusal::not_mapped;
  });
}

/// For input the memory will be written, and for both it must be readable.
constexpr bool only_what_permits_the_transfer_is_held(const Transition& t) {
  return of_holding(t, [&](const MapKiobuf<std::uint32_t>& kiobuf, const LawProcess& process) {
    const bool forbidden = first_objection(t.before, process, kiobuf) == Refusal::not_permitted_io;
    return forbidden ? was_refused(t) : refusal(t) != Refusal::not_permitted_io;
  });
}

constexpr bool what_cannot_be_held_whole_is_not_held(const Transition& t) {
  return of_holding(t, [&](const MapKiobuf<std::uint32_t>& kiobuf, const LawProcess& process) {
    if (!was_refused(t)) return true;
    const bool is_missing = std::ranges::any_of(touches(t), [&](const Touch& touch) {
      return !is_page(touch.after) || (touch.write && !is_writable(touch.after));
    });
    return t.after.iobuf.empty() && (first_objection(t.before, process, kiobuf) || is_missing);
  });
}

/// In their order, for writing if they will be written; the zero page needs no holding.
constexpr bool the_pages_of_the_range_are_in_memory_and_held(const Transition& t) {
  return of_holding(t, [&](const auto&, const auto&) {
    if (was_refused(t)) return true;
    std::vector<std::uint32_t> expected;
    for (const Touch& touch : touches(t)) {
      if (!is_page(touch.after) || (touch.write && !is_writable(touch.after) && !is_slot(touch.before)))
        return false;
      if (!is_reserved(t.after, frame_of(touch.after))) expected.push_back(frame_of(touch.after));
    }
    return t.after.iobuf == expected;
  });
}

constexpr bool what_is_held_is_given_back_and_no_more_held(const Transition& t) {
  if (!call<UnmapKiobuf>(t) || !exists(t.before, caller(t))) return true;
  const auto held = [&](std::uint32_t pfn) {
    return static_cast<std::uint32_t>(std::ranges::count(t.before.iobuf, pfn));
  };
  return t.after.iobuf.empty() && std::ranges::all_of(t.before.memory.mem_map.written, [&](const auto& numbered) {
           const auto& [pfn, page] = numbered;
           if (is_reserved(t.before, pfn)) return true;
           return frame(t.after, pfn).count + held(pfn) == page.count &&
                  was_freed(t, pfn) == (page.count == held(pfn));
         });
}

}  // namespace refmm::process::holds
