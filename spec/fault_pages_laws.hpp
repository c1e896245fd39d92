// The byte semantics and the accounts of demand paging, for any number of processes, pages, frames, slots and objects.
//
// Each law is about one step of one operation at one place, from any consistent state, and about what is seen, counted and owned there and
// at any other place. The operations that carry out calls go page by page, so that this is an induction over pages, calls and processes.
#pragma once

#include <refmm/spec/fault_pages_inputs.hpp>
#include <refmm/spec/law.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace refmm::fault {

// ---- Two places ---------------------------------------------------------------------------------------------------

/// Everything that a law about two places looks at.
template <class All, Word W>
struct Scene {
  All all;
  Place<W> here, there;  // where the operation happens, and any other place
  Meaning<W> means_here, means_there;
};

/// Any consistent state and any two places of it.
template <class World>
constexpr auto any_scene(World& world) {
  using W = WordOf<World>;
  const auto all = any_pages(world);
  const auto meanings = any_meanings(world);
  const auto here = any_place(world, "here"), there = any_place(world, "there");
  Scene<std::remove_const_t<decltype(all)>, W> scene{all, here, there, meaning_of(meanings, here),
                                                     meaning_of(meanings, there)};
  assume_consistent(world, scene.all, scene.means_here, here, scene.means_there, there);
  return scene;
}

template <class All, Word W>
constexpr auto seen_here(const Scene<All, W>& scene, const All& all) {
  return byte_seen(all, scene.means_here, scene.here);
}
template <class All, Word W>
constexpr auto seen_there(const Scene<All, W>& scene, const All& all) {
  return byte_seen(all, scene.means_there, scene.there);
}

// ---- Operations at a place ----------------------------------------------------------------------------------------

/// The flags of an area that has `here`. What its entry lets be written the area may let be written; and in a shared area that can be written
/// what is there can be ([fault.entries.permitted], [fault.entries.shared]).
template <class World, class All, Word W>
constexpr W any_flags_of_area(World& world, const Scene<All, W>& scene) {
  const W vm_flags = world.word("vm_flags"), entry = entry_at(scene.all, scene.here);
  const auto writable = both(leads_to_page(entry), has_flag(entry, PAGE_RW)),
             shared = has_flag(vm_flags, vma::VM_SHARED);
  world.assume(equivalent(shared, scene.means_here.shared != W(0u)));
  world.assume(implies(writable, has_flag(vm_flags, vma::VM_MAYWRITE)));
  world.assume(implies(refmm::all(shared, has_flag(vm_flags, vma::VM_WRITE), leads_to_page(entry)), writable));
  return vm_flags;
}

/// A fault, by a process or a debugger, that the area permits.
inline constexpr auto a_fault = [](auto& world, auto subject, const auto& scene) {
  const auto vm_flags = any_flags_of_area(world, scene), addr = world.word("addr"), pid = world.word("pid");
  const bool write = static_cast<bool>(world.truth("write"));
  world.assume(implies(write, has_flag(vm_flags, vma::VM_WRITE)));
  world.assume(negation(has_flag(vm_flags, VM_SEQ_READ)));
  return subject.fault_at(scene.all, scene.here, scene.means_here, vm_flags, pid, addr, write);
};

/// munmap, exit, truncate and madvise(MADV_DONTNEED) take an entry away.
inline constexpr auto an_unmapping = [](auto&, auto subject, const auto& scene) {
  return subject.unmapped_at(scene.all, scene.here);
};

/// The scanner unmaps a page that was not used for long.
inline constexpr auto a_swapping_out = [](auto& world, auto subject, const auto& scene) {
  return subject.swapped_out_at(scene.all, scene.here, world.word("pid"));
};

/// mprotect gives an area other permissions.
inline constexpr auto a_protection = [](auto& world, auto subject, const auto& scene) {
  const auto vm_flags = world.word("vm_flags");
  world.assume(equivalent(has_flag(vm_flags, vma::VM_SHARED), scene.means_here.shared != 0u));
  return subject.protected_at(scene.all, scene.here, vm_flags);
};

/// The kernel frees the frame of a page that only its cache has; not of a part of a file's last page behind the end.
inline constexpr auto a_reclaiming = [](auto& world, auto subject, const auto& scene) {
  const auto pfn = world.word("reclaimed", 1, last_frame);
  assume_reclaimable(world, scene.all, pfn);
  return subject.reclaimed(scene.all, pfn);
};

// ---- What is seen -------------------------------------------------------------------------------------------------

/// Whatever becomes of it, the operation changes no byte that anybody sees.
constexpr auto changes_nothing_that_is_seen(auto operate) {
  return [operate](auto& world, auto subject) {
    const auto scene = any_scene(world);
    const auto after = operate(world, subject, scene);
    world.reached(after.because);
    return both(seen_here(scene, after.memory) == seen_here(scene, scene.all),
                seen_there(scene, after.memory) == seen_there(scene, scene.all));
  };
}

/// Whatever becomes of it here, nobody sees a difference elsewhere.
constexpr auto changes_nothing_elsewhere(auto operate) {
  return [operate](auto& world, auto subject) {
    const auto scene = any_scene(world);
    const auto after = operate(world, subject, scene);
    world.reached(after.because);
    return seen_there(scene, after.memory) == seen_there(scene, scene.all);
  };
}

inline constexpr Law a_fault_changes_nothing_that_is_seen{
    "process.memory", "a_fault_handled_or_not_changes_no_byte_that_anybody_sees",
    changes_nothing_that_is_seen(a_fault)};
inline constexpr Law unmapping_changes_nothing_elsewhere{"process.memory",
                                                         "taking_an_entry_away_changes_no_byte_that_others_see",
                                                         changes_nothing_elsewhere(an_unmapping)};
inline constexpr Law swapping_out_changes_nothing_that_is_seen{
    "process.memory", "unmapping_a_page_that_can_be_had_back_changes_no_byte_that_anybody_sees",
    changes_nothing_that_is_seen(a_swapping_out)};
inline constexpr Law protecting_changes_nothing_that_is_seen{
    "process.memory", "other_permissions_change_no_byte_that_is_seen", changes_nothing_that_is_seen(a_protection)};
inline constexpr Law reclaiming_changes_nothing_that_is_seen{
    "process.memory", "freeing_the_frame_of_a_page_changes_no_byte_that_anybody_sees",
    changes_nothing_that_is_seen(a_reclaiming)};

/// True if a place shows the page of its object, not one of its own.
template <class All, Word W>
constexpr auto shows_object(const All& all, const Meaning<W>& meaning, const Place<W>& place) {
  const W entry = entry_at(all, place);
  const Frame<W> frame = lookup(all.mem_map, frame_behind(entry));
  const auto leads_to_object =
      refmm::all(leads_to_page(entry), frame.mapping == meaning.object, frame.index == meaning.index);
  return both(meaning.object != W(none), either(entry == W(0u), leads_to_object));
}

inline constexpr Law a_store_is_seen_where_it_must_be{
    "process.memory", "a_byte_is_seen_by_who_wrote_it_by_who_shares_the_page_and_by_nobody_else",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto scene = any_scene(world);
      const W entry = entry_at(scene.all, scene.here), byte = world.word("byte");
      world.assume(both(leads_to_page(entry), has_flag(entry, PAGE_RW)));
      const auto after = subject.stored(scene.all, scene.here, scene.all.offset, byte);
      const auto same_page = both(scene.means_here.object == scene.means_there.object,
                                  scene.means_here.index == scene.means_there.index);
      const auto shared = refmm::all(scene.means_here.shared != W(0u), same_page,
                                     shows_object(scene.all, scene.means_there, scene.there));
      return both(seen_here(scene, after) == byte,
                  seen_there(scene, after) == select(shared, byte, seen_there(scene, scene.all)));
    }};

/// A place that an entry is copied or moved to: of the same meaning as `here`, with nothing there yet.
template <class World, class All, Word W>
constexpr Place<W> any_empty_place(World& world, const Scene<All, W>& scene) {
  const auto place = any_place(world, "target");
  world.assume(
      refmm::all(differ(place, scene.here), differ(place, scene.there), entry_at(scene.all, place) == W(0u)));
  return place;
}

inline constexpr Law fork_copies_what_is_seen{
    "process.memory", "the_child_sees_what_its_parent_sees_and_nobody_sees_a_difference",
    [](auto& world, auto subject) {
      const auto scene = any_scene(world);
      const auto child = any_empty_place(world, scene);
      const auto vm_flags = any_flags_of_area(world, scene);
      const auto after = subject.copied_to(scene.all, scene.here, child, vm_flags);
      world.reached(after.because);
      return refmm::all(byte_seen(after.memory, scene.means_here, child) == seen_here(scene, scene.all),
                        seen_here(scene, after.memory) == seen_here(scene, scene.all),
                        seen_there(scene, after.memory) == seen_there(scene, scene.all));
    }};

inline constexpr Law moving_carries_along_what_is_seen{
    "process.memory", "a_moved_page_is_seen_at_its_new_place_and_nobody_else_sees_a_difference",
    [](auto& world, auto subject) {
      const auto scene = any_scene(world);
      const auto target = any_empty_place(world, scene);
      const auto after = subject.moved_to(scene.all, scene.here, target);
      return both(byte_seen(after, scene.means_here, target) == seen_here(scene, scene.all),
                  seen_there(scene, after) == seen_there(scene, scene.all));
    }};

inline constexpr Law swapoff_shows_what_was_in_the_slot{
    "fault.swapoff.entry", "who_holds_a_slot_or_maps_its_page_sees_what_he_saw_when_the_slot_goes",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto scene = any_scene(world);
      const W entry = entry_at(scene.all, scene.here);
      const Frame<W> mapped = lookup(scene.all.mem_map, frame_behind(entry));
      const W slot = select(leads_to_page(entry), mapped.index, slot_behind(entry));
      const W pfn = lookup(scene.all.page_cache, W(swapper_space), slot);
      world.assume(both(lawful_slot(scene.all, slot), scene.means_here.shared == W(0u)));
      world.assume(
          refmm::all(pfn != W(none), has_flag(lookup(scene.all.mem_map, pfn).flags, PG_uptodate),
                     lookup(scene.all.mem_map, pfn).count > references_of_cache(lookup(scene.all.mem_map, pfn))));
      world.assume(either(leads_to_slot(entry), both(leads_to_page(entry), frame_behind(entry) == pfn)));
      const auto after =
          subject.unused_at(scene.all, scene.here, scene.means_here, world.word("vm_flags"), slot, pfn);
      return both(seen_here(scene, after) == seen_here(scene, scene.all),
                  has_flag(entry_at(after, scene.here), PAGE_DIRTY));
    }};

// ---- Counts -------------------------------------------------------------------------------------------------------

/// A name of a page: a mapping and an index.
template <Word W>
struct PageName {
  W mapping, index;
};

/// Under which names an operation at `here` may add or drop pages: none, that of the slot of the entry, of the page of the object and of the
/// slot that holds it, of the page that the entry leads to, of the slot that is taken next.
inline constexpr auto no_name = [](const auto& scene) {
  return std::array<PageName<decltype(scene.here.table)>, 0>{};
};
inline constexpr auto name_of_slot = [](const auto& scene) {
  using W = decltype(scene.here.table);
  return std::array{PageName<W>{W(swapper_space), slot_behind(entry_at(scene.all, scene.here))}};
};
inline constexpr auto names_of_object = [](const auto& scene) {
  using W = decltype(scene.here.table);
  const W held = lookup(lookup(scene.all.objects, scene.means_here.object).slots, scene.means_here.index);
  return std::array{PageName<W>{scene.means_here.object, scene.means_here.index},
                    PageName<W>{W(swapper_space), held}};
};
inline constexpr auto name_of_page = [](const auto& scene) {
  const auto frame = lookup(scene.all.mem_map, frame_behind(entry_at(scene.all, scene.here)));
  return std::array{PageName<decltype(scene.here.table)>{frame.mapping, frame.index}};
};
inline constexpr auto name_of_free_slot = [](const auto& scene) {
  using W = decltype(scene.here.table);
  return std::array{PageName<W>{W(swapper_space), scene.all.swap.free_slot}};
};

template <Word W>
constexpr auto same_name(const PageName<W>& one, const PageName<W>& other) {
  return both(one.mapping == other.mapping, one.index == other.index);
}

/// References to a frame: of the entry here, of the caches under the names, of its buffer.
template <class All, Word W>
constexpr W references_to_frame(const All& all, const Place<W>& here, const auto& names, const W& pfn) {
  const W entry = entry_at(all, here);
  W references =
      one_if<W>(both(leads_to_page(entry), frame_behind(entry) == pfn)) + lookup(all.mem_map, pfn).buffers;
  for (const PageName<W>& name : names)
    references = references + one_if<W>(lookup(all.page_cache, name.mapping, name.index) == pfn);
  return references;
}

/// References to a slot: of the entry here, of the swap cache, of the page of the object.
template <class All, Word W>
constexpr W references_to_slot(const All& all, const Place<W>& here, const Meaning<W>& means, const W& slot) {
  const W entry = entry_at(all, here), held = lookup(lookup(all.objects, means.object).slots, means.index);
  return one_if<W>(both(leads_to_slot(entry), slot_behind(entry) == slot)) +
         one_if<W>(lookup(all.page_cache, W(swapper_space), slot) != W(none)) +
         one_if<W>(both(means.object != W(none), held == slot));
}

/// True if an operation has changed no entry but the one here, and added or dropped no page but under the names.
template <class World, class All, Word W>
constexpr auto changes_nothing_else(World& world, const Scene<All, W>& scene, const auto& names,
                                    const All& after) {
  const PageName<W> other{world.word("other.mapping"), world.word("other.index")};
  for (const PageName<W>& name : names) world.assume(negation(same_name(name, other)));
  const auto same_page = lookup(after.page_cache, other.mapping, other.index) ==
                         lookup(scene.all.page_cache, other.mapping, other.index);
  return both(entry_at(after, scene.there) == entry_at(scene.all, scene.there), same_page);
}

/// The counts of any frame and of any slot change by what refers to them, and nothing else refers to anything else than before.
constexpr auto keeps_counts(auto operate, auto names_of) {
  return [operate, names_of](auto& world, auto subject) {
    using W = WordOf<decltype(world)>;
    const auto scene = any_scene(world);
    const W pfn = world.word("any_frame", 1, last_frame), slot = world.word("any_slot", 1, last_slot);
    world.assume(both(lawful_frame(scene.all, pfn), pfn != W(ZERO_PAGE)));
    const auto names = names_of(scene);
    const auto after = operate(world, subject, scene).memory;
    const W frame_change = references_to_frame(after, scene.here, names, pfn) -
                           references_to_frame(scene.all, scene.here, names, pfn);
    const W slot_change = references_to_slot(after, scene.here, scene.means_here, slot) -
                          references_to_slot(scene.all, scene.here, scene.means_here, slot);
    return refmm::all(lookup(after.mem_map, pfn).count == lookup(scene.all.mem_map, pfn).count + frame_change,
                      lookup(after.swap.swap_map, slot) == lookup(scene.all.swap.swap_map, slot) + slot_change,
                      changes_nothing_else(world, scene, names, after));
  };
}

/// A fault, by what it finds at its place.
constexpr auto a_fault_that_finds(auto what) {
  return [what](auto& world, auto subject, const auto& scene) {
    world.assume(what(entry_at(scene.all, scene.here), scene.means_here));
    return a_fault(world, subject, scene);
  };
}
inline constexpr auto a_page = [](const auto& entry, const auto&) { return leads_to_page(entry); };
inline constexpr auto a_slot = [](const auto& entry, const auto&) { return leads_to_slot(entry); };
inline constexpr auto nothing_yet = [](const auto& entry, const auto& means) {
  return both(entry == 0u, means.object == none);
};
inline constexpr auto an_object = [](const auto& entry, const auto& means) {
  return both(entry == 0u, means.object != none);
};

inline constexpr Law a_write_fault_keeps_counts{
    "fault.account.frames", "a_fault_on_a_page_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_fault_that_finds(a_page), no_name)};
inline constexpr Law a_swap_in_keeps_counts{
    "fault.account.slots", "a_fault_on_a_slot_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_fault_that_finds(a_slot), name_of_slot)};
inline constexpr Law a_first_touch_keeps_counts{
    "fault.account.frames", "a_first_touch_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_fault_that_finds(nothing_yet), no_name)};
inline constexpr Law a_fault_on_an_object_keeps_counts{
    "fault.account.frames", "a_fault_on_an_object_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_fault_that_finds(an_object), names_of_object)};
inline constexpr Law unmapping_keeps_counts{
    "fault.account.frames", "taking_an_entry_away_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(an_unmapping, name_of_page)};
inline constexpr Law swapping_out_keeps_counts{
    "fault.account.slots", "swapping_out_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_swapping_out, name_of_free_slot)};

/// True of an entry that counts in the pages of its process.
template <Word W>
constexpr auto counts_as_page(const W& entry) {
  return both(leads_to_page(entry), frame_behind(entry) != W(ZERO_PAGE));
}

/// The pages of any process change by what its entry here leads to.
constexpr auto keeps_rss(auto operate) {
  return [operate](auto& world, auto subject) {
    using W = WordOf<decltype(world)>;
    const auto scene = any_scene(world);
    const W any_pid = world.word("any_pid");
    const auto after = operate(world, subject, scene).memory;
    const W change = one_if<W>(counts_as_page(entry_at(after, scene.here))) -
                     one_if<W>(counts_as_page(entry_at(scene.all, scene.here)));
    const W of_process = select(any_pid == world.word("pid"), change, W(0u));
    return lookup(after.rss, any_pid) == lookup(scene.all.rss, any_pid) + of_process;
  };
}

inline constexpr Law a_fault_keeps_rss{
    "fault.account.rss", "a_fault_changes_the_pages_of_a_process_by_the_page_that_it_gets", keeps_rss(a_fault)};
inline constexpr Law swapping_out_keeps_rss{
    "fault.account.rss", "swapping_out_changes_the_pages_of_a_process_by_the_page_that_it_loses",
    keeps_rss(a_swapping_out)};

// ---- Permissions --------------------------------------------------------------------------------------------------

/// What the processor may do through an entry an area with such flags permits.
template <Word W>
constexpr auto permits_no_more(const W& entry, const W& vm_flags) {
  const auto present = has_flag(entry, PAGE_PRESENT);
  return both(implies(present, has_flag(vm_flags, vma::VM_ACCESS)),
              implies(both(present, has_flag(entry, PAGE_RW)), has_flag(vm_flags, vma::VM_WRITE)));
}

inline constexpr Law a_fault_permits_no_more{
    "fault.entries.permitted", "a_fault_makes_no_entry_that_permits_more_than_its_area",
    [](auto& world, auto subject) {
      const auto scene = any_scene(world);
      const auto vm_flags = world.word("vm_flags");
      world.assume(permits_no_more(entry_at(scene.all, scene.here), vm_flags));
      return permits_no_more(entry_at(a_fault(world, subject, scene).memory, scene.here), vm_flags);
    }};
inline constexpr Law protecting_permits_no_more{
    "fault.entries.permitted", "other_permissions_make_no_entry_that_permits_more_than_its_area",
    [](auto& world, auto subject) {
      const auto scene = any_scene(world);
      const auto after = a_protection(world, subject, scene).memory;
      return permits_no_more(entry_at(after, scene.here), world.word("vm_flags"));
    }};

inline constexpr Law accesses_are_permitted_as_areas_permit{
    "process.fault.not_permitted", "an_access_that_faults_is_permitted_exactly_if_its_area_permits_it",
    [](auto& world, auto subject) {
      const auto vm_flags = world.word("vm_flags");
      const bool write = static_cast<bool>(world.truth("write"));
      const bool protection = static_cast<bool>(world.truth("protection"));
      const auto permitted = subject.permits(vm_flags, protection, write);
      world.reached(permitted.because);
      const auto readable =
          both(negation(decltype(has_flag(vm_flags, 1))(protection)), has_flag(vm_flags, vma::VM_ACCESS));
      const auto should = write ? has_flag(vm_flags, vma::VM_WRITE) : readable;
      return equivalent(decltype(should)(permitted.value), should);
    }};

// ---- Owners -------------------------------------------------------------------------------------------------------

/// Both places lead to what they may, and a writable private page has one owner.
template <class All, Word W>
constexpr auto owners_are_right(const Scene<All, W>& scene, const All& all) {
  return refmm::all(leads_to_its_own(all, scene.means_here, scene.here),
                    leads_to_its_own(all, scene.means_there, scene.there),
                    owned_alone(all, scene.means_here, scene.here, scene.there),
                    owned_alone(all, scene.means_there, scene.there, scene.here));
}

constexpr auto keeps_owners(auto operate) {
  return [operate](auto& world, auto subject) {
    const auto scene = any_scene(world);
    return owners_are_right(scene, operate(world, subject, scene).memory);
  };
}

inline constexpr Law a_fault_keeps_owners{
    "fault.owner.private",
    "a_fault_makes_a_private_page_writable_for_its_only_owner_and_shared_pages_stay_their_objects",
    keeps_owners(a_fault)};
inline constexpr Law swapping_out_keeps_owners{"fault.owner.private",
                                               "swapping_out_leaves_every_writable_private_page_with_one_owner",
                                               keeps_owners(a_swapping_out)};
inline constexpr Law protecting_keeps_owners{
    "fault.owner.private", "other_permissions_make_no_private_page_writable", keeps_owners(a_protection)};

inline constexpr Law fork_keeps_owners{
    "fault.copy.write_protect", "after_a_fork_no_private_page_is_writable_for_parent_or_child",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto scene = any_scene(world);
      const auto child = any_empty_place(world, scene);
      const W vm_flags = any_flags_of_area(world, scene);
      const auto after = subject.copied_to(scene.all, scene.here, child, vm_flags).memory;
      return refmm::all(owned_alone(after, scene.means_here, scene.here, child),
                        owned_alone(after, scene.means_here, child, scene.here),
                        owned_alone(after, scene.means_here, child, scene.there),
                        owned_alone(after, scene.means_there, scene.there, child));
    }};

// ---- Dirty bits ---------------------------------------------------------------------------------------------------

/// True if a page of a cache, or the entry here, says that it is to be written.
template <class All, Word W>
constexpr auto says_dirty(const All& all, const Place<W>& here, const W& pfn) {
  const W entry = entry_at(all, here);
  return either(has_flag(lookup(all.mem_map, pfn).flags, PG_dirty),
                refmm::all(leads_to_page(entry), frame_behind(entry) == pfn, has_flag(entry, PAGE_DIRTY)));
}

/// What was to be written is still to be written, unless its cache has given it up.
constexpr auto loses_no_dirty_bit(auto operate) {
  return [operate](auto& world, auto subject) {
    using W = WordOf<decltype(world)>;
    const auto scene = any_scene(world);
    const W pfn = frame_behind(entry_at(scene.all, scene.here));
    const auto after = operate(world, subject, scene).memory;
    const Frame<W> was = lookup(scene.all.mem_map, pfn), is = lookup(after.mem_map, pfn);
    const auto still_cached = refmm::all(was.mapping != W(none), is.mapping == was.mapping, is.index == was.index);
    return implies(both(says_dirty(scene.all, scene.here, pfn), still_cached), says_dirty(after, scene.here, pfn));
  };
}

inline constexpr Law unmapping_loses_no_dirty_bit{
    "fault.zap.dirty_bit", "taking_a_dirty_entry_away_makes_the_page_dirty", loses_no_dirty_bit(an_unmapping)};
inline constexpr Law swapping_out_loses_no_dirty_bit{
    "fault.swap_out.file", "swapping_out_a_dirty_entry_makes_the_page_dirty", loses_no_dirty_bit(a_swapping_out)};
inline constexpr Law protecting_loses_no_dirty_bit{"fault.protect.entry",
                                                   "other_permissions_leave_an_entry_as_dirty_as_it_was",
                                                   loses_no_dirty_bit(a_protection)};

/// The laws of this file.
inline constexpr std::tuple page_laws{a_fault_changes_nothing_that_is_seen,
                                      unmapping_changes_nothing_elsewhere,
                                      swapping_out_changes_nothing_that_is_seen,
                                      protecting_changes_nothing_that_is_seen,
                                      reclaiming_changes_nothing_that_is_seen,
                                      a_store_is_seen_where_it_must_be,
                                      fork_copies_what_is_seen,
                                      moving_carries_along_what_is_seen,
                                      swapoff_shows_what_was_in_the_slot,
                                      a_write_fault_keeps_counts,
                                      a_swap_in_keeps_counts,
                                      a_first_touch_keeps_counts,
                                      a_fault_on_an_object_keeps_counts,
                                      unmapping_keeps_counts,
                                      swapping_out_keeps_counts,
                                      a_fault_keeps_rss,
                                      swapping_out_keeps_rss,
                                      a_fault_permits_no_more,
                                      protecting_permits_no_more,
                                      accesses_are_permitted_as_areas_permit,
                                      a_fault_keeps_owners,
                                      swapping_out_keeps_owners,
                                      protecting_keeps_owners,
                                      fork_keeps_owners,
                                      unmapping_loses_no_dirty_bit,
                                      swapping_out_loses_no_dirty_bit,
                                      protecting_loses_no_dirty_bit};

}  // namespace refmm::fault
