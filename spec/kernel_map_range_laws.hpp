// Laws about what ioremap maps, and about the pages of areas: for every range of physical memory and every page.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_laws.hpp>
#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>

#include <cstdint>
#include <tuple>
#include <vector>

namespace refmm::kernel_map {

// ---- Ranges that ioremap is asked for ---------------------------------------------------------------------------------

template <Word W>
struct Asked {
  W phys, size;
};

/// Any range that neither is empty nor wraps, and is not all of memory: that begins in RAM and is refused for it
/// (ram_is_mapped_to_its_end_at_most).
template <class World>
constexpr auto any_physical_range(World& world) {
  using W = WordOf<World>;
  const W phys = world.word("phys"), size = world.word("size");
  world.assume(both(size != W(0u), size - W(1u) <= ~phys));
  world.assume(either(phys >= W(law_machine.page_size), phys + size - W(1u) < W(0u) - W(law_machine.page_size)));
  return Asked<W>{phys, size};
}

/// Any area that such a range can be mapped to: its start.
template <class World>
constexpr auto any_area_start(World& world) {
  using W = WordOf<World>;
  return world.word("area_page", 0xc0000, 0xfffff) << W(shift_of_page);
}

inline constexpr Law ioremap_covers_request{
    "kernel.ioremap.covers", "every_byte_that_ioremap_is_asked_for_is_mapped_to_the_byte_that_was_meant",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto asked = any_physical_range(world);
      const W byte = world.word("byte"), area = any_area_start(world);
      world.assume(byte < asked.size);
      const auto range = subject.io_range(MachineOf<W>(law_machine), asked.phys, asked.size);
      world.reached(range.because);
      const W returned = area + range.value.offset;
      return both(subject.maps(range.value, asked.phys + byte),
                  subject.phys_behind(range.value, area, returned + byte) == asked.phys + byte);
    }};

inline constexpr Law ioremap_maps_no_page_too_many{
    "kernel.ioremap.covers", "ioremap_maps_whole_pages_and_each_has_a_byte_that_was_asked_for",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto asked = any_physical_range(world);
      const W page = world.word("page", 0, 0xfffff) << W(shift_of_page);
      const auto range = subject.io_range(MachineOf<W>(law_machine), asked.phys, asked.size).value;
      const W first = asked.phys & ~W(law_machine.page_size - 1);
      const W last = (asked.phys + asked.size - W(1u)) & ~W(law_machine.page_size - 1);
      return refmm::all((range.size & W(law_machine.page_size - 1)) == W(0u), range.page == first,
                        implies(subject.maps(range, page), both(first <= page, page <= last)));
    }};

inline constexpr Law ioremap_keeps_the_offset{
    "kernel.ioremap.offset", "the_address_that_ioremap_returns_has_the_offset_of_the_range_in_its_page",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto asked = any_physical_range(world);
      const auto range = subject.io_range(MachineOf<W>(law_machine), asked.phys, asked.size).value;
      return both(range.offset == (asked.phys & W(law_machine.page_size - 1)),
                  range.page + range.offset == asked.phys);
    }};

inline constexpr Law ranges_that_wrap_are_known{
    "kernel.ioremap.wraps", "a_range_wraps_exactly_if_it_goes_on_behind_the_last_physical_address",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W phys = world.word("phys"), size = world.word("size");
      world.assume(size != W(0u));
      const auto wraps = size - W(1u) > ~phys;
      return subject.range_wraps(phys, size) ? wraps : negation(wraps);
    }};

inline constexpr Law the_window_is_whole{
    "kernel.ioremap.isa_window", "the_direct_mapping_is_used_exactly_for_ranges_that_lie_whole_in_the_window",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto asked = any_physical_range(world);
      const W last = asked.phys + asked.size - W(1u);
      const auto whole = both(asked.phys >= W(law_machine.isa_start), last < W(law_machine.isa_end));
      return subject.in_isa_window(MachineOf<W>(law_machine), asked.phys, last) ? whole : negation(whole);
    }};

// ---- RAM ----------------------------------------------------------------------------------------------------------------

inline constexpr Law ram_in_use_is_not_mapped{
    "kernel.ioremap.ram", "a_frame_of_a_range_forbids_it_exactly_if_the_machine_has_it_and_it_is_not_reserved",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W low = world.word("ram_pages", 0, 0x38000), all = world.word("num_physpages", 0, 0x100000);
      const W first = world.word("first", 0, 0xfffff), pfn = world.word("pfn", 0, 0xfffff);
      world.assume(refmm::all(low <= all, first <= pfn, first < all));
      const bool reserved = world.choose("reserved", {0, 1}) != 0;
      const auto decided = subject.ram_in_use(low, all, first, pfn, reserved);
      world.reached(decided.because);
      const auto forbids = both(pfn < all, W(reserved ? 1u : 0u) == W(0u));
      return decided.value ? forbids : negation(forbids);
    }};

inline constexpr Law ram_is_mapped_to_its_end_at_most{
    "kernel.ioremap.ram_behind_end", "a_range_is_refused_exactly_if_it_begins_in_ram_and_goes_on_behind_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W low = world.word("ram_pages", 0, 0x38000), all = world.word("num_physpages", 0, 0x100000);
      const W first = world.word("first", 0, 0xfffff), last = world.word("last", 0, 0xfffff);
      world.assume(both(low <= all, first <= last));
      const auto decided = subject.ram_behind_end(low, all, first, last);
      world.reached(decided.because);
      const auto leaves = both(first < all, last >= all);
      return decided.value ? leaves : negation(leaves);
    }};

// ---- Pages of areas -----------------------------------------------------------------------------------------------------

inline constexpr Law every_page_has_the_entry_of_its_frame{
    "kernel.ioremap.flags", "the_entry_of_each_page_of_a_range_leads_to_its_frame_and_has_the_flags_of_devices",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W area = any_area_start(world), phys = world.word("phys_page", 0, 0xfffff) << W(shift_of_page);
      const W page = world.word("page", 0, 0xfffff) << W(shift_of_page);
      const bool nocache = world.choose("nocache", {0, 1}) != 0;
      world.assume(both(page <= ~area, page <= ~phys));
      const W entry = subject.io_entry(MachineOf<W>(law_machine), area, phys, nocache, area + page);
      const std::uint32_t flags = paging::KERNPG_TABLE | (nocache ? paging::PAGE_PCD : 0);
      return both((entry >> W(shift_of_page)) == ((phys + page) >> W(shift_of_page)),
                  (entry & W(law_machine.page_size - 1)) == W(flags));
    }};

/// Any area at all, up to the top of memory.
template <class World>
constexpr auto any_area(World& world) {
  using W = WordOf<World>;
  const W addr = any_area_start(world), size = world.word("area_pages", 1, 0x40000) << W(shift_of_page);
  world.assume(size - W(1u) <= ~addr);
  return AreaExtent<W>{addr, size};
}

inline constexpr Law the_pages_of_a_slot_are_those_of_the_area{
    "kernel.vmalloc.pages", "of_each_slot_that_an_area_meets_exactly_the_pages_of_the_area_are_visited",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const W page = world.word("page", 0xc0000, 0xfffff) << W(shift_of_page);
      world.assume((page >> W(22u)) == (area.addr >> W(22u)));
      const auto pages = subject.pages_in_slot(MachineOf<W>(law_machine), area.addr, area.size);
      const W number = (page >> W(shift_of_page)) & W(law_machine.entries_per_table - 1);
      return equivalent(both(pages.first <= number, number < pages.end),
                        both(area.addr <= page, page - area.addr < area.size));
    }};

inline constexpr Law unmapping_reaches_the_end{
    "kernel.vfree.unmaps", "vfree_goes_on_to_the_next_slot_exactly_as_long_as_the_area_has_pages_there",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto area = any_area(world);
      const W slot = world.word("slot", first_slot, last_slot);
      world.assume(
          both((slot << W(22u)) >= (area.addr & ~W(0x3fffffu)), (slot << W(22u)) - area.addr < area.size));
      const W next = (slot + W(1u)) << W(22u);
      const auto more = both(next != W(0u), next - area.addr < area.size);
      const auto decided = subject.unmapping_goes_on(next, area.addr + area.size);
      return decided.value ? more : negation(more);
    }};

// ---- Frames -------------------------------------------------------------------------------------------------------------

/// A page of an area that goes, and what was stale before.
template <class World>
constexpr auto any_page_that_goes(World& world, auto subject, AreaKind kind) {
  using W = WordOf<World>;
  const W page = world.word("page", 0xc0000, 0xfffff) << W(shift_of_page);
  const W entry = world.word("entry") | W(paging::PAGE_PRESENT);
  const bool reserved = world.choose("reserved", {0, 1}) != 0;
  auto gone =
      subject.page_gone(MachineOf<W>(law_machine), page, entry, kind, world.word("num_physpages"), reserved);
  world.reached(gone.because);
  return gone;
}

inline constexpr Law no_frame_goes_before_the_flush{
    "paging.tlb.flushed_before_reuse", "no_frame_is_given_back_while_the_processor_may_use_a_translation_to_it",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto kind = static_cast<AreaKind>(world.choose("kind", {0, 1}));
      const auto gone = any_page_that_goes(world, subject, kind);
      if (!gone.freed_now) return W(0u) == W(0u);
      auto stale = W(0u) == W(1u);
      for (const auto& translation : gone.stale)
        stale = either(stale, (translation.entry >> W(shift_of_page)) == *gone.freed_now);
      return negation(stale);
    }};

inline constexpr Law vfree_gives_each_page_back_once{
    "kernel.vfree.frames",
    "a_page_of_vmalloc_is_given_back_once_if_it_is_ram_that_is_not_reserved_and_one_of_ioremap_never",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto kind = static_cast<AreaKind>(world.choose("kind", {0, 1}));
      const W page = world.word("page", 0xc0000, 0xfffff) << W(shift_of_page);
      const W entry = world.word("entry") | W(paging::PAGE_PRESENT),
              all = world.word("num_physpages", 0, 0x100000);
      const bool reserved = world.choose("reserved", {0, 1}) != 0;
      const auto gone = subject.page_gone(MachineOf<W>(law_machine), page, entry, kind, all, reserved);
      world.reached(gone.because);
      const W pfn = entry >> W(shift_of_page);
      const int times = (gone.freed_now ? 1 : 0) + (gone.freed_later ? 1 : 0);
      const bool may = kind == AreaKind::vmalloc && !reserved;
      if (times == 0) return may ? pfn >= all : W(0u) == W(0u);
      if (times > 1 || !may) return never<W>();
      return both(pfn < all, (gone.freed_now ? *gone.freed_now : *gone.freed_later) == pfn);
    }};

inline constexpr Law slots_without_a_frame_stay_empty{
    "paging.table.none", "a_slot_for_whose_table_there_is_no_frame_gets_no_other_table_instead",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const bool has_slot = world.choose("has_slot", {0, 1}) != 0, used = world.choose("used", {0, 1}) != 0;
      const auto gets = subject.slot_without_frame(has_slot, used);
      world.reached(gets.because);
      return W(gets.value.given || gets.value.filled ? 1u : 0u) == W(0u);
    }};

inline constexpr Law stand_in_tables_stand_in_for_one{
    "kernel.areas.mapped",
    "a_table_that_stands_in_for_one_is_not_given_to_another_slot_nor_filled_while_it_maps_something",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const bool has_slot = world.choose("has_slot", {0, 1}) != 0, used = world.choose("used", {0, 1}) != 0;
      const auto stand_in = subject.stand_in_for(has_slot, used).value;
      const bool harms = (stand_in.given && has_slot) || (stand_in.given && stand_in.filled && used);
      return W(harms ? 1u : 0u) == W(0u);
    }};

/// The laws of this file.
inline constexpr std::tuple io_laws{ioremap_covers_request,
                                    ioremap_maps_no_page_too_many,
                                    ioremap_keeps_the_offset,
                                    ranges_that_wrap_are_known,
                                    the_window_is_whole,
                                    ram_in_use_is_not_mapped,
                                    ram_is_mapped_to_its_end_at_most,
                                    every_page_has_the_entry_of_its_frame,
                                    the_pages_of_a_slot_are_those_of_the_area,
                                    unmapping_reaches_the_end,
                                    no_frame_goes_before_the_flush,
                                    vfree_gives_each_page_back_once,
                                    slots_without_a_frame_stay_empty,
                                    stand_in_tables_stand_in_for_one};

}  // namespace refmm::kernel_map
