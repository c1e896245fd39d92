// Laws about areas, vmalloc and vfree: what spec/kernel_map_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/kernel_map_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::kernel_map::holds {

// ---- get_vm_area ----------------------------------------------------------------------------------------------------

/// The lowest place for `size` bytes, or nothing: in front of an area only where more room is than that.
constexpr std::optional<std::uint64_t> lowest_room(const LawBoot& boot, const LawState& state,
                                                   std::uint64_t size) {
  std::uint64_t candidate = vmalloc_start(boot);
  for (const LawArea& area : state.vmlist) {
    if (candidate + size < area.addr) return candidate;
    candidate = end_of(area);
  }
  return candidate + size <= end_of_range(boot) ? std::optional(candidate) : std::nullopt;
}

constexpr bool is_behind_all(const LawState& state, std::uint64_t place) {
  return state.vmlist.empty() || place >= end_of(state.vmlist.back());
}

/// The claim about a call that wants an area: claim(bytes, the lowest room).
constexpr bool of_areas_wanted(const Transition& t, auto claim) {
  const auto bytes = bytes_wanted(t);
  return !bytes || claim(*bytes, lowest_room(t.boot, t.before, *bytes));
}

constexpr bool an_area_takes_a_list_element_first(const Transition& t) {
  return of_areas_wanted(t, [&](std::uint64_t, const auto&) {
    const bool fails = t.before.knobs.fail_kmalloc != 0;
    return refuses_exactly_if(t, Refusal::no_list_element, fails) && (!fails || nothing_changed(t)) &&
           first_effect<Kmalloc>(t) == 0;
  });
}

constexpr bool an_area_lies_in_the_first_room_between_areas(const Transition& t) {
  return of_areas_wanted(t, [&](std::uint64_t, const auto& room) {
    if (!address(t) || !room || is_behind_all(t.before, *room)) return true;
    return page_address(*address(t)) == *room;
  });
}

constexpr bool without_room_between_areas_an_area_lies_behind_all(const Transition& t) {
  return of_areas_wanted(t, [&](std::uint64_t, const auto& room) {
    if (!address(t) || !room || !is_behind_all(t.before, *room)) return true;
    return page_address(*address(t)) == *room;
  });
}

constexpr bool areas_are_refused_exactly_where_there_is_no_room(const Transition& t) {
  return of_areas_wanted(t, [&](std::uint64_t, const auto& room) {
    if (!refuses_exactly_if(t, Refusal::no_room, !room)) return false;
    return refusal(t) != Refusal::no_room || (nothing_changed(t) && effects_of<Kfree>(t).size() == 1);
  });
}

constexpr bool a_new_area_has_the_bytes_asked_for_and_a_guard_page(const Transition& t) {
  return of_areas_wanted(t, [&](std::uint64_t bytes, const auto&) {
    if (!address(t)) return true;
    const LawArea* area = area_made(t);
    const auto kind = call<Vmalloc>(t) ? AreaKind::vmalloc : AreaKind::ioremap;
    return area && area->size == bytes && area->flags == kind &&
           t.after.vmlist.size() == t.before.vmlist.size() + 1 && other_areas_are_as_before(t, area->obj);
  });
}

// ---- vmalloc --------------------------------------------------------------------------------------------------------

constexpr bool vmalloc_wants_pages_and_no_more_than_there_are(const Transition& t) {
  const auto* vmalloc = call<Vmalloc>(t);
  if (!vmalloc) return true;
  const bool bad = is_bad_size(t.boot, vmalloc->size);
  return bad == (refusal(t) == Refusal::vmalloc_size);
}

constexpr bool vmalloc_maps_a_frame_of_its_own_to_every_page(const Transition& t) {
  const LawArea* area = call<Vmalloc>(t) ? area_made(t) : nullptr;
  if (!area) return true;
  const auto frames = frames_allocated(t);
  const auto pages = pages_of(t.after, *area);
  return frames.size() == area->size / page_bytes - 1 &&
         std::ranges::equal(pages, frames, {}, [](const MappedPage& mapped) { return pfn_in(mapped.entry); }) &&
         !lacked_a_frame(t) && !effects_of<FlushTlb>(t).empty();
}

/// What vmalloc asks the page source for.
constexpr Gfp frames_asked_for(const LawBoot& boot, VmallocGfp gfp) {
  if (gfp == VmallocGfp::dma) return Gfp::kernel_dma;
  return gfp == VmallocGfp::any && boot.config == Config::highmem ? Gfp::kernel_highmem : Gfp::kernel;
}

constexpr bool vmalloc_asks_for_the_frames_that_its_caller_wants(const Transition& t) {
  const auto* vmalloc = call<Vmalloc>(t);
  if (!vmalloc) return true;
  if (!std::ranges::all_of(effects_of<AllocPage>(t), [&](const auto& request) {
        return request.gfp == frames_asked_for(t.boot, vmalloc->gfp);
      }))
    return false;
  const LawArea* area = area_made(t);
  const Word32 flags = paging::KERNPG_TABLE | (has_global_pages(t.boot) ? paging::PAGE_GLOBAL : 0);
  return !area || std::ranges::all_of(pages_of(t.after, *area), [&](const MappedPage& mapped) {
    return flags_of<Word32>(law_machine, mapped.entry) == flags;
  });
}

constexpr bool vmalloc_is_refused_where_a_table_is_missing(const Transition& t) {
  return !call<Vmalloc>(t) || is_refused_exactly_without_a_table(t);
}

constexpr bool vmalloc_is_refused_where_a_frame_is_missing(const Transition& t) {
  return !call<Vmalloc>(t) || refuses_exactly_if(t, Refusal::no_frame, lacked_a_frame(t));
}

/// The claim about a vmalloc that failed half way.
constexpr bool a_vmalloc_that_fails_half_way_leaves_nothing_but_tables(const Transition& t) {
  const bool half_way = refusal(t) == Refusal::no_table || refusal(t) == Refusal::no_frame;
  if (!call<Vmalloc>(t) || !half_way) return true;
  return t.before.vmlist == t.after.vmlist && directories_are_as_before(t) && t.after.stale.empty() &&
         frames_freed(t) == frames_allocated(t) && effects_of<Kfree>(t).size() == 1 && areas_are_as_before(t);
}

// ---- vfree ----------------------------------------------------------------------------------------------------------

/// A vfree or iounmap that has nothing to free: the claim is that it does nothing but what `message` says.
constexpr bool does_nothing_but(const Transition& t, std::optional<Message> message) {
  const auto warnings = effects_of<Warn>(t);
  const bool said = message ? warnings.size() == 1 && warnings.front().message == *message : warnings.empty();
  return returned_nothing(t) && nothing_changed(t) && said && t.effects.size() == (message ? 1u : 0u);
}

constexpr bool vfree_of_null_does_nothing(const Transition& t) {
  const auto addr = address_to_free(t);
  return !addr || *addr != 0 || does_nothing_but(t, std::nullopt);
}

constexpr bool vfree_of_an_address_within_a_page_only_warns(const Transition& t) {
  const auto addr = address_to_free(t);
  return !addr || is_page_aligned(*addr) || does_nothing_but(t, Message::vfree_unaligned);
}

constexpr bool vfree_of_what_is_no_area_only_warns(const Transition& t) {
  const auto addr = address_to_free(t);
  if (!addr || *addr == 0 || !is_page_aligned(*addr) || area_at(t.before, *addr)) return true;
  return does_nothing_but(t, Message::vfree_unknown);
}

constexpr bool vfree_takes_the_area_away_and_no_other(const Transition& t) {
  const LawArea* area = area_freed(t);
  if (!area) return true;
  const auto elements = effects_of<Kfree>(t);
  return returned_nothing(t) && t.after.vmlist.size() + 1 == t.before.vmlist.size() &&
         other_areas_are_as_before(t, area->obj) && directories_are_as_before(t) &&
         t.before.swapper_pg_dir == t.after.swapper_pg_dir && elements.size() == 1 &&
         elements.front().obj == area->obj;
}

constexpr bool nothing_of_an_area_stays_mapped(const Transition& t) {
  const LawArea* area = area_freed(t);
  return !area || mapped_pages(t.after, t.after.swapper_pg_dir, area->addr, end_of(*area)) == 0;
}

/// The frames that an area has, and that go back with it: RAM that vmalloc has taken and that nobody has reserved since.
constexpr std::vector<Word32> frames_to_give_back(const Transition& t, const LawArea& area) {
  std::vector<Word32> frames;
  if (area.flags != AreaKind::vmalloc) return frames;
  for (const MappedPage& mapped : pages_of(t.before, area)) {
    const Word32 pfn = pfn_in(mapped.entry);
    if (is_ram(t.boot, pfn) && !frame_at(t.boot, t.before, pfn).reserved) frames.push_back(pfn);
  }
  return frames;
}

constexpr bool each_page_of_an_area_is_given_back_once(const Transition& t) {
  const LawArea* area = area_freed(t);
  return !area || area->flags != AreaKind::vmalloc || frames_freed(t) == frames_to_give_back(t, *area);
}

constexpr bool what_ioremap_has_mapped_is_not_given_back(const Transition& t) {
  const LawArea* area = area_freed(t);
  return !area || area->flags != AreaKind::ioremap || frames_freed(t).empty();
}

constexpr bool no_frame_is_given_back_before_the_flush(const Transition& t) {
  const bool unmaps =
      call<Vmalloc>(t) || call<Vfree>(t) || call<Ioremap>(t) || call<Iounmap>(t) || call<ClearPageTables>(t);
  if (!unmaps || frames_freed(t).empty()) return true;
  return last_effect<FlushTlb>(t) < first_effect<FreePage<Word32>>(t);
}

}  // namespace refmm::kernel_map::holds
