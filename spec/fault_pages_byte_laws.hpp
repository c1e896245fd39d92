// What is seen of demand paging: the byte semantics, for any number of processes, pages, frames, slots and objects.
#pragma once

#include <refmm/spec/fault_pages_operations.hpp>
#include <refmm/spec/law.hpp>

namespace refmm::fault {

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

inline constexpr Law reading_in_changes_nothing_that_is_seen{
    "process.memory", "bringing_a_page_of_a_file_into_its_cache_changes_no_byte_that_anybody_sees",
    changes_nothing_that_is_seen(a_reading_in)};
inline constexpr Law syncing_changes_nothing_that_is_seen{
    "process.memory", "taking_a_dirty_bit_to_its_page_changes_no_byte_that_anybody_sees",
    changes_nothing_that_is_seen(a_syncing)};
inline constexpr Law writing_back_changes_nothing_that_is_seen{
    "process.memory", "writing_a_page_to_its_file_changes_no_byte_that_anybody_sees",
    changes_nothing_that_is_seen(a_writing_back)};

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

}  // namespace refmm::fault
