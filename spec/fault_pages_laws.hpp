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

// ---- Counts -------------------------------------------------------------------------------------------------------

/// The names under which an operation at `here` may look for, add or drop pages: those of its slot, of the page of its object, of that one's
/// slot, of the page that it leads to, and of the slot that is taken next.
template <class All, Word W>
constexpr std::array<std::pair<W, W>, 5> names_at(const Scene<All, W>& scene) {
  const All& all = scene.all;
  const W entry = entry_at(all, scene.here);
  const Frame<W> frame = lookup(all.mem_map, frame_behind(entry));
  const W slot = select(leads_to_slot(entry), slot_behind(entry), W(none));
  const W held = lookup(lookup(all.objects, scene.means_here.object).slots, scene.means_here.index);
  return {{{W(swapper_space), slot},
           {scene.means_here.object, scene.means_here.index},
           {W(swapper_space), held},
           {frame.mapping, frame.index},
           {W(swapper_space), all.swap.free_slot}}};
}

/// References to a frame: of the entries at the two places, of the caches under the names, of its buffer.
template <class All, Word W>
constexpr W references_to_frame(const Scene<All, W>& scene, const All& all, const W& pfn) {
  const auto of_entry = [&](const Place<W>& place) {
    const W entry = entry_at(all, place);
    return one_if<W>(both(leads_to_page(entry), frame_behind(entry) == pfn));
  };
  W references = of_entry(scene.here) + of_entry(scene.there) + lookup(all.mem_map, pfn).buffers;
  const auto names = names_at(scene);
  for (std::size_t name = 0; name < names.size(); ++name) {
    auto counts = lookup(all.page_cache, names[name].first, names[name].second) == pfn;
    for (std::size_t earlier = 0; earlier < name; ++earlier) {
      const auto same =
          both(names[earlier].first == names[name].first, names[earlier].second == names[name].second);
      counts = both(counts, negation(same));
    }
    references = references + one_if<W>(counts);
  }
  return references;
}

/// References to a slot: of the entries at the two places, of the swap cache, of the page of the object.
template <class All, Word W>
constexpr W references_to_slot(const Scene<All, W>& scene, const All& all, const W& slot) {
  const auto of_entry = [&](const Place<W>& place) {
    const W entry = entry_at(all, place);
    return one_if<W>(both(leads_to_slot(entry), slot_behind(entry) == slot));
  };
  const W held = lookup(lookup(all.objects, scene.means_here.object).slots, scene.means_here.index);
  const auto of_object = both(scene.means_here.object != W(none), held == slot);
  return of_entry(scene.here) + of_entry(scene.there) +
         one_if<W>(lookup(all.page_cache, W(swapper_space), slot) != W(none)) + one_if<W>(of_object);
}

/// The counts of any frame and of any slot change by what refers to them.
constexpr auto keeps_counts(auto operate) {
  return [operate](auto& world, auto subject) {
    using W = WordOf<decltype(world)>;
    const auto scene = any_scene(world);
    const W pfn = world.word("any_frame", 1, last_frame), slot = world.word("any_slot", 1, last_slot);
    world.assume(both(lawful_frame(scene.all, pfn), pfn != W(ZERO_PAGE)));
    const auto after = operate(world, subject, scene).memory;
    const W frame_change = references_to_frame(scene, after, pfn) - references_to_frame(scene, scene.all, pfn);
    const W slot_change = references_to_slot(scene, after, slot) - references_to_slot(scene, scene.all, slot);
    return refmm::all(lookup(after.mem_map, pfn).count == lookup(scene.all.mem_map, pfn).count + frame_change,
                      lookup(after.swap.swap_map, slot) == lookup(scene.all.swap.swap_map, slot) + slot_change,
                      entry_at(after, scene.there) == entry_at(scene.all, scene.there));
  };
}

inline constexpr Law a_fault_keeps_counts{"fault.account.frames",
                                          "a_fault_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
                                          keeps_counts(a_fault)};
inline constexpr Law unmapping_keeps_counts{
    "fault.account.frames", "taking_an_entry_away_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(an_unmapping)};
inline constexpr Law swapping_out_keeps_counts{
    "fault.account.slots", "swapping_out_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_swapping_out)};

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
                                      a_fault_keeps_counts,
                                      unmapping_keeps_counts,
                                      swapping_out_keeps_counts,
                                      a_fault_keeps_owners,
                                      swapping_out_keeps_owners,
                                      protecting_keeps_owners,
                                      fork_keeps_owners,
                                      unmapping_loses_no_dirty_bit,
                                      swapping_out_loses_no_dirty_bit,
                                      protecting_loses_no_dirty_bit};

}  // namespace refmm::fault
