// Laws about the first touch of a page and about copy on write: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <cstdint>

namespace refmm::process::holds {

using enum fault::Gfp;

// ---- Memory without a file ------------------------------------------------------------------------------------------

constexpr bool leads_to(std::uint32_t entry, std::uint32_t pfn) {
  return is_page(entry) && frame_of(entry) == pfn;
}

/// True of an entry that was made by a write: the processor need not set its dirty bit any more.
constexpr bool is_written(std::uint32_t entry) {
  return is_writable(entry) && has_flag(entry, fault::PAGE_DIRTY) && has_flag(entry, fault::PAGE_ACCESSED);
}

constexpr bool memory_that_is_only_read_is_the_zero_page(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_untouched_memory(touch) || touch.write || touch.after == 0) return true;
    return leads_to(touch.after, fault::ZERO_PAGE) && !is_writable(touch.after);
  });
}

constexpr bool memory_that_is_written_is_a_frame_of_zeros(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_untouched_memory(touch) || !touch.write || touch.after == 0) return true;
    const std::uint32_t pfn = frame_of(touch.after);
    return is_written(touch.after) && was_given(t, pfn, GFP_USER) && was_cleared(t, pfn);
  });
}

/// The claim about an access that is refused for want of a frame for the page exactly if a request for one was refused; then the
/// entry is what it was, or gone with the process.
constexpr bool refuses_without_a_frame_and_leaves_the_entry(const Transition& t, const Touch& touch, bool lacked) {
  if ((refusal(t) == Refusal::no_page) != lacked) return false;
  return !lacked || !exists(t.after, touch.pid) || touch.after == touch.before;
}

constexpr bool memory_without_a_frame_for_it_stays_untouched(const Transition& t) {
  return of_touch_by_own_access(t, [&](const Touch& touch) {
    return !is_untouched_memory(touch) ||
           refuses_without_a_frame_and_leaves_the_entry(t, touch, touch.write && lacked_a_frame(t, GFP_USER));
  });
}

// ---- Pages of files and objects -------------------------------------------------------------------------------------

constexpr bool a_page_of_an_object_that_is_written_is_writable_and_dirty(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    return !is_untouched_of_object(touch) || !touch.write || touch.after == 0 || is_written(touch.after);
  });
}

constexpr bool shows(const LawState& state, const Touch& touch) {
  const NamedPage page = touch.page;
  return leads_to(touch.after, cached(state, page.object, page.index));
}

constexpr bool what_a_private_mapping_shows_of_its_file_cannot_be_written(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_untouched_of_object(touch) || touch.write || touch.after == 0 || is_shared(touch.area)) return true;
    return shows(t.after, touch) && !is_writable(touch.after);
  });
}

constexpr bool what_a_shared_mapping_shows_can_be_written_at_once_where_the_area_permits_it(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_untouched_of_object(touch) || touch.write || touch.after == 0 || !is_shared(touch.area)) return true;
    return shows(t.after, touch) && is_writable(touch.after) == may_be_written(touch.area) &&
           !has_flag(touch.after, fault::PAGE_DIRTY);
  });
}

/// A fault on a page that is there, by who does not look first: its entry is marked as by the access, and nothing else.
constexpr bool a_page_that_is_there_is_only_marked(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    if (!is_page(touch.before) || (touch.write && !is_writable(touch.before)) || !exists(t.after, touch.pid))
      return true;
    const std::uint32_t marks = fault::PAGE_ACCESSED | (touch.write ? fault::PAGE_DIRTY : 0);
    if (touch.after != touch.before && touch.after != (touch.before | marks)) return false;
    const bool has_looked = byte_access(t).has_value();
    return has_looked || touch.after == touch.before ||
           had_effect<FlushTlbPage>(t, [&](const FlushTlbPage& flush) { return flush.addr == touch.addr; });
  });
}

// ---- Copy on write --------------------------------------------------------------------------------------------------

constexpr bool is_protected(const Touch& touch) {
  return touch.write && is_page(touch.before) && !is_writable(touch.before);
}

/// True if the only reference to the page is the entry.
constexpr bool has_one_reference(const LawState& state, const Touch& touch) {
  const std::uint32_t pfn = frame_of(touch.before);
  return !is_reserved(state, pfn) && frame(state, pfn).count == 1;
}

/// True if the only other reference is that of the swap cache, and nobody else holds the slot.
constexpr bool has_only_the_swap_cache_beside(const LawState& state, const Touch& touch) {
  const auto page = frame(state, frame_of(touch.before));
  return page.count == 2 && page.mapping == fault::swapper_space &&
         lookup(state.memory.swap.swap_map, page.index) == 1;
}

constexpr bool has_one_owner(const LawState& state, const Touch& touch) {
  return has_one_reference(state, touch) || has_only_the_swap_cache_beside(state, touch);
}

/// The page stays where it is and becomes writable, without a frame more; or nothing has become of it yet.
constexpr bool is_written_where_it_is(const Transition& t, const Touch& touch) {
  const std::uint32_t writable = touch.before | fault::PAGE_RW | fault::PAGE_DIRTY | fault::PAGE_ACCESSED;
  if (byte_access(t) && !was_refused(t)) return touch.after == writable && !had_effect<AllocPage>(t);
  return touch.after == touch.before || touch.after == writable || !exists(t.after, touch.pid);
}

constexpr bool a_page_with_one_reference_is_written_where_it_is(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    return !is_protected(touch) || !has_one_reference(t.before, touch) || is_written_where_it_is(t, touch);
  });
}

constexpr bool a_page_that_only_the_swap_cache_has_beside_is_written_where_it_is(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    return !is_protected(touch) || !has_only_the_swap_cache_beside(t.before, touch) ||
           is_written_where_it_is(t, touch);
  });
}

/// Who writes gets the copy; whoever else has the page keeps it.
constexpr bool a_page_with_another_owner_is_copied(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    const std::uint32_t from = frame_of(touch.before), to = frame_of(touch.after);
    if (!is_protected(touch) || has_one_owner(t.before, touch) || is_reserved(t.before, from)) return true;
    if (touch.after == touch.before || !exists(t.after, touch.pid)) return was_refused(t) || !byte_access(t);
    const bool is_copy = is_written(touch.after) && was_given(t, to, GFP_USER) && was_copied(t, to, from);
    return is_copy && (!byte_access(t) || frame(t.after, from).count + 1 == frame(t.before, from).count);
  });
}

constexpr bool a_write_to_the_zero_page_gets_a_frame_of_zeros(const Transition& t) {
  return of_touches(t, [&](const Touch& touch) {
    const std::uint32_t to = frame_of(touch.after);
    if (!is_protected(touch) || !leads_to(touch.before, fault::ZERO_PAGE)) return true;
    if (touch.after == touch.before || !exists(t.after, touch.pid)) return was_refused(t) || !byte_access(t);
    return is_written(touch.after) && was_given(t, to, GFP_USER) && was_cleared(t, to) &&
           !had_effect<CopyPage>(t, [&](const CopyPage& copied) { return copied.to == to; });
  });
}

constexpr bool a_page_without_a_frame_for_its_copy_stays_as_it_is(const Transition& t) {
  return of_touch_by_own_access(t, [&](const Touch& touch) {
    return !is_protected(touch) ||
           refuses_without_a_frame_and_leaves_the_entry(t, touch, lacked_a_frame(t, GFP_USER));
  });
}

}  // namespace refmm::process::holds
