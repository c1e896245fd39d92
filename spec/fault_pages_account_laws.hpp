// The accounts of demand paging: the counts of frames and slots, and the pages of processes, for any number of all of them.
#pragma once

#include <refmm/spec/fault_pages_operations.hpp>
#include <refmm/spec/law.hpp>

#include <array>

namespace refmm::fault {

// ---- Counts -------------------------------------------------------------------------------------------------------

/// A name of a page: a mapping and an index.
template <Word W>
struct PageName {
  W mapping, index;
};

/// Under which names an operation at `here` may add or drop pages: none, that of the slot of the entry, of the page of the object and of the
/// slot that holds it, of the page that the entry leads to, of the slot that is taken next, of the page of the object that is seen there.
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

inline constexpr auto name_of_page_there = [](const auto& scene) {
  return std::array{PageName<decltype(scene.here.table)>{scene.means_there.object, scene.means_there.index}};
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
inline constexpr Law reading_in_keeps_counts{
    "fault.account.frames",
    "bringing_a_page_of_a_file_into_its_cache_changes_the_count_of_every_frame_and_slot_by_what_refers_to_it",
    keeps_counts(a_reading_in, name_of_page_there)};

/// True of an entry that counts in the pages of its process.
template <Word W>
constexpr auto counts_as_page(const W& entry) {
  return both(leads_to_page(entry), frame_behind(entry) != W(ZERO_PAGE));
}

/// The pages of any process change by what its entry here leads to.
constexpr auto keeps_rss(auto operate) {
  return [operate](auto& world, auto subject) {
    using W = WordOf<decltype(world)>;
    const auto scene = any_scene_of_one(world);
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

}  // namespace refmm::fault
