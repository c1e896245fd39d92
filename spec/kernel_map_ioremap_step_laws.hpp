// Laws about ioremap, iounmap, and the window for high frames: what spec/kernel_map_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/kernel_map_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace refmm::kernel_map::holds {

// ---- ioremap --------------------------------------------------------------------------------------------------------

constexpr bool ioremap_of_nothing_is_refused(const Transition& t) {
  const auto* ioremap = call<Ioremap>(t);
  return !ioremap || refuses_exactly_if(t, Refusal::size_zero, ioremap->size == 0);
}

constexpr bool ioremap_of_a_range_that_wraps_is_refused(const Transition& t) {
  const auto* ioremap = call<Ioremap>(t);
  return !ioremap || refuses_exactly_if(t, Refusal::range_wraps, ioremap->size != 0 && !physical_range(t));
}

constexpr bool the_window_of_old_devices_is_in_the_direct_mapping(const Transition& t) {
  const auto range = physical_range(t);
  if (!range || !is_isa(*range)) return true;
  return address(t) == law_machine.page_offset + range->first && t.effects.empty() && nothing_changed(t);
}

constexpr bool ioremap_refuses_ram_in_use(const Transition& t) {
  const auto range = physical_range(t);
  if (!range || is_isa(*range)) return true;
  return refuses_exactly_if(t, Refusal::ram_in_use, is_ram_in_use(t, *range));
}

constexpr bool ioremap_refuses_ranges_that_leave_ram(const Transition& t) {
  const auto range = physical_range(t);
  if (!range || is_isa(*range)) return true;
  return refuses_exactly_if(t, Refusal::ram_behind_end, leaves_ram(t, *range) && !is_ram_in_use(t, *range));
}

/// What ioremap refuses before it asks for an area it refuses without a trace.
constexpr bool what_ioremap_refuses_at_once_leaves_no_trace(const Transition& t) {
  if (!call<Ioremap>(t) || bytes_wanted(t) || !refusal(t)) return true;
  return t.effects.empty() && t.before == t.after;
}

constexpr bool every_byte_asked_for_is_mapped_to_the_byte_meant(const Transition& t) {
  const auto range = range_to_map(t);
  const LawArea* area = range ? area_made(t) : nullptr;
  if (!area) return !range || !address(t);
  const Word32 first = page_address(range->first);
  const std::uint64_t bytes = page_aligned(std::uint64_t{range->last} + 1) - first;
  return every_page(t.after, t.after.swapper_pg_dir, area->addr, area->addr + bytes,
                    [&](Word32 page, Word32 entry) {
                      return is_present(entry) && pfn_in(entry) == pfn_in(first + (page - area->addr));
                    });
}

constexpr bool the_address_has_the_offset_of_the_range_in_its_page(const Transition& t) {
  const auto range = range_to_map(t);
  return !range || !address(t) || *address(t) % page_bytes == range->first % page_bytes;
}

constexpr bool pages_of_devices_have_their_flags(const Transition& t) {
  const auto* ioremap = call<Ioremap>(t);
  const LawArea* area = ioremap ? area_made(t) : nullptr;
  if (!area) return true;
  const Word32 flags = paging::KERNPG_TABLE | (ioremap->nocache ? paging::PAGE_PCD : 0);
  return std::ranges::all_of(pages_of(t.after, *area), [&](const MappedPage& mapped) {
    return flags_of<Word32>(law_machine, mapped.entry) == flags;
  });
}

constexpr bool ioremap_is_refused_where_a_table_is_missing(const Transition& t) {
  if (!call<Ioremap>(t)) return true;
  if (!is_refused_exactly_without_a_table(t)) return false;
  return refusal(t) != Refusal::no_table || (t.before.vmlist == t.after.vmlist && directories_are_as_before(t) &&
                                             t.after.stale.empty() && effects_of<Kfree>(t).size() == 1);
}

/// Of what the kernel makes sure of itself: no entry is in the way, no end is below the start.
constexpr bool no_assertion_about_pages_to_map(const Transition& t) {
  return refusal(t) != Refusal::remap_page_exists && refusal(t) != Refusal::remap_end_below &&
         std::ranges::none_of(effects_of<Warn>(t),
                              [](const Warn& warn) { return warn.message == Message::page_exists; });
}

// ---- iounmap --------------------------------------------------------------------------------------------------------

constexpr bool iounmap_leaves_the_direct_mapping(const Transition& t) {
  const auto* iounmap = call<Iounmap>(t);
  if (!iounmap || iounmap->addr > high_memory(t.boot)) return true;
  return returned_nothing(t) && t.effects.empty() && t.before == t.after;
}

constexpr bool iounmap_takes_any_address_in_the_first_page(const Transition& t) {
  const auto* iounmap = call<Iounmap>(t);
  if (!iounmap || iounmap->addr <= high_memory(t.boot)) return true;
  const LawArea* area = area_at(t.before, page_address(iounmap->addr));
  return !area || !area_at(t.after, area->addr);
}

// ---- kmap -----------------------------------------------------------------------------------------------------------

/// The frame that kmap or kunmap are asked about, if the machine has it.
template <template <class> class Call>
constexpr std::optional<Word32> frame_asked_about(const Transition& t) {
  const auto* asked = call<Call>(t);
  return asked && is_ram(t.boot, asked->pfn) ? std::optional(asked->pfn) : std::nullopt;
}
constexpr bool is_high(const Transition& t, Word32 pfn) { return pfn >= t.boot.ram_pages; }

constexpr bool low_frames_have_their_address_for_ever(const Transition& t) {
  const auto pfn = frame_asked_about<Kmap>(t);
  if (!pfn || is_high(t, *pfn)) return true;
  return address(t) == law_machine.page_offset + *pfn * page_bytes && nothing_changed(t) && t.effects.empty();
}

constexpr Word32 users_of(const LawState& state, Word32 addr) {
  return lookup(state.pkmap.count, (addr - law_machine.pkmap_base) / page_bytes);
}

constexpr bool a_frame_that_has_an_address_keeps_it(const Transition& t) {
  const auto pfn = frame_asked_about<Kmap>(t);
  const Word32 addr = pfn ? lookup(t.before.pkmap.address, *pfn) : 0;
  if (addr == 0) return true;
  return address(t) == addr && users_of(t.after, addr) == users_of(t.before, addr) + 1 && t.effects.empty();
}

constexpr bool a_high_frame_gets_an_entry_of_the_window(const Transition& t) {
  const auto pfn = frame_asked_about<Kmap>(t);
  if (!pfn || !is_high(t, *pfn) || !address(t)) return true;
  const Word32 addr = *address(t);
  const auto means = translation(law_machine, t.after, addr);
  return means && means->phys == *pfn * page_bytes && addr >= law_machine.pkmap_base && is_page_aligned(addr) &&
         addr - law_machine.pkmap_base < slot_bytes && lookup(t.after.pkmap.address, *pfn) == addr &&
         users_of(t.after, addr) >= 2;
}

constexpr bool entries_in_use_stay_when_the_search_comes_round(const Transition& t) {
  if (!frame_asked_about<Kmap>(t)) return true;
  const bool round = !effects_of<FlushTlb>(t).empty();
  return std::ranges::all_of(t.before.pkmap.address.written, [&](const auto& mapped) {
    const bool stays = lookup(t.after.pkmap.address, mapped.first) == mapped.second;
    return stays || (round && users_of(t.before, mapped.second) == 1);
  });
}

constexpr bool kunmap_of_a_low_frame_does_nothing(const Transition& t) {
  const auto pfn = frame_asked_about<Kunmap>(t);
  if (!pfn || is_high(t, *pfn)) return true;
  return returned_nothing(t) && nothing_changed(t) && t.effects.empty();
}

constexpr bool kunmap_ends_one_use_and_keeps_the_entry(const Transition& t) {
  const auto pfn = frame_asked_about<Kunmap>(t);
  const Word32 addr = pfn && is_high(t, *pfn) ? lookup(t.before.pkmap.address, *pfn) : 0;
  if (addr == 0) return true;
  return users_of(t.after, addr) + 1 == users_of(t.before, addr) &&
         t.before.pkmap.address == t.after.pkmap.address && t.before.tables == t.after.tables && t.effects.empty();
}

constexpr bool kunmap_of_a_frame_without_an_address_is_a_bug(const Transition& t) {
  const auto pfn = frame_asked_about<Kunmap>(t);
  if (!pfn) return true;
  const bool unmapped = is_high(t, *pfn) && lookup(t.before.pkmap.address, *pfn) == 0;
  return unmapped == (refusal(t) == Refusal::kunmap_not_mapped);
}

constexpr bool kunmap_of_an_address_without_users_is_a_bug(const Transition& t) {
  const auto pfn = frame_asked_about<Kunmap>(t);
  if (!pfn) return true;
  const Word32 addr = is_high(t, *pfn) ? lookup(t.before.pkmap.address, *pfn) : 0;
  return (addr != 0 && users_of(t.before, addr) == 1) == (refusal(t) == Refusal::kunmap_not_used);
}

constexpr bool no_entry_of_the_window_is_gone(const Transition& t) {
  return refusal(t) != Refusal::kmap_entry_gone;
}

}  // namespace refmm::kernel_map::holds
