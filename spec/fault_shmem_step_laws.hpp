// Laws about shared memory objects: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_touch_step_laws.hpp>
#include <refmm/spec/process_memory.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process::holds {

constexpr bool is_of_shared_memory(const LawState& state, const Touch& touch) {
  return is_untouched_of_object(touch) && touch.page.object > files_of(state);
}

/// The slot that holds a page of an object, or none.
constexpr std::uint32_t slot_holding(const LawState& state, NamedPage page) {
  const auto* object = object_at(state, page.object);
  return object ? lookup(object->slots, page.index) : fault::none;
}

/// The claim about a page of a shared memory object that a call touches first, and about its name.
constexpr bool of_page_of_shared_memory(const Transition& t, auto claim) {
  return of_touches(
      t, [&](const Touch& touch) { return !is_of_shared_memory(t.before, touch) || claim(touch, touch.page); });
}

/// The same, if the call has got it.
constexpr bool of_page_got_of_shared_memory(const Transition& t, auto claim) {
  return of_page_of_shared_memory(
      t, [&](const Touch& touch, NamedPage page) { return touch.after == 0 || claim(touch, page); });
}

// ---- The object -----------------------------------------------------------------------------------------------------

/// Memory shared without a file is an object of its own, of the size of the mapping, whose pages nobody has touched.
constexpr bool memory_shared_without_a_file_is_an_object_of_its_size(const Transition& t) {
  const auto* mmap = call<vma::Mmap>(t);
  const bool makes = mmap && address(t) && rounded_up(mmap->len) != 0 && (mmap->flags & vma::MAP_ANONYMOUS) != 0 &&
                     (mmap->flags & vma::MAP_SHARED) != 0;
  return std::ranges::all_of(t.after.memory.objects.written,
                             [&](const auto& numbered) {
                               if (!numbered.second.shared_memory || object_at(t.before, numbered.first))
                                 return true;
                               const LawArea* area = makes ? area_at(t.after, caller(t), *address(t)) : nullptr;
                               return area && object_of(t.after, *area) == numbered.first &&
                                      numbered.second.i_size == rounded_up(mmap->len) &&
                                      numbered.second.slots.written.empty();
                             }) &&
         (!makes || t.after.shm_made == t.before.shm_made + 1);
}

constexpr bool is_mapped(const LawState& state, std::uint32_t object) {
  return std::ranges::any_of(state.processes, [&](const LawProcess& process) {
    return std::ranges::any_of(process.mm.areas,
                               [&](const LawArea& area) { return object_of(state, area) == object; });
  });
}

constexpr bool a_shared_memory_object_is_there_as_long_as_it_is_mapped(const Transition& t) {
  return std::ranges::all_of(t.after.memory.objects.written, [&](const auto& numbered) {
    return !numbered.second.shared_memory || is_mapped(t.after, numbered.first);
  });
}

/// The claim about a page that an object that is gone had in a slot.
constexpr bool the_slots_of_an_object_go_with_it(const Transition& t) {
  return std::ranges::all_of(t.before.memory.objects.written, [&](const auto& numbered) {
    if (object_at(t.after, numbered.first)) return true;
    return std::ranges::all_of(numbered.second.slots.written, [&](const auto& held) {
      return lookup(t.after.memory.swap.swap_map, held.second) == 0 &&
             cached_slot(t.after, held.second) == fault::none;
    });
  });
}

// ---- Pages ----------------------------------------------------------------------------------------------------------

constexpr bool behind_the_end_of_an_object_there_is_no_page(const Transition& t) {
  if (!byte_access(t)) return true;
  return of_page_of_shared_memory(t, [&](const Touch& touch, NamedPage page) {
    const bool beyond = page.index >= pages_in(t.before, page.object);
    return refuses_access_exactly_if(t, Refusal::beyond_object, beyond) && (!beyond || touch.after == 0);
  });
}

constexpr bool a_page_that_the_object_has_in_memory_is_shared(const Transition& t) {
  return of_page_got_of_shared_memory(t, [&](const Touch& touch, NamedPage page) {
    const std::uint32_t pfn = cached(t.before, page.object, page.index);
    return pfn == fault::none || (leads_to(touch.after, pfn) && !was_given(t, pfn, GFP_USER));
  });
}

constexpr bool a_page_that_nobody_has_touched_is_made_for_the_object_and_cleared(const Transition& t) {
  return of_page_got_of_shared_memory(t, [&](const Touch& touch, NamedPage page) {
    if (cached(t.before, page.object, page.index) != fault::none || slot_holding(t.before, page) != fault::none)
      return true;
    const std::uint32_t pfn = cached(t.after, page.object, page.index);
    return leads_to(touch.after, pfn) && was_given(t, pfn, GFP_USER) && was_cleared(t, pfn);
  });
}

constexpr bool a_page_that_comes_back_leaves_its_slot_and_is_dirty(const Transition& t) {
  return of_page_got_of_shared_memory(t, [&](const Touch& touch, NamedPage page) {
    const std::uint32_t slot = slot_holding(t.before, page), pfn = cached(t.after, page.object, page.index);
    if (slot == fault::none) return true;
    return leads_to(touch.after, pfn) && has_flag(frame(t.after, pfn).flags, fault::PG_dirty) &&
           slot_holding(t.after, page) == fault::none && lookup(t.after.memory.swap.swap_map, slot) == 0;
  });
}

constexpr bool an_access_to_shared_memory_lacks_a_frame_only_for_its_page(const Transition& t) {
  return of_touch_by_own_access(t, [&](const Touch& touch) {
    if (!is_of_shared_memory(t.before, touch)) return true;
    const NamedPage page = touch.page;
    if (refusal(t) != Refusal::no_page) return touch.after != 0 || was_refused(t);
    return cached(t.before, page.object, page.index) == fault::none && touch.after == 0 &&
           lacked_the_last_frame(t, GFP_USER);
  });
}

/// The claim about each page of an object that has a slot afterwards, and had none.
constexpr bool a_page_that_goes_to_a_slot_was_in_memory_and_is_there_as_it_was(const Transition& t) {
  return std::ranges::all_of(t.after.memory.objects.written, [&](const auto& numbered) {
    return std::ranges::all_of(numbered.second.slots.written, [&](const auto& held) {
      const NamedPage page{numbered.first, held.first};
      if (slot_holding(t.before, page) == held.second) return true;
      const std::uint32_t pfn = cached(t.before, page.object, page.index);
      return call<Reclaim>(t) && pfn != fault::none && cached(t.after, page.object, page.index) == fault::none &&
             same_bytes(bytes_of_slot(t.after, held.second), lookup(t.before.memory.contents, pfn));
    });
  });
}

}  // namespace refmm::process::holds
