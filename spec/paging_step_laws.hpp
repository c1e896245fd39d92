// Laws about page tables, page directories, faults and the user's half: what spec/kernel_map_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/kernel_map_frames.hpp>
#include <refmm/spec/kernel_map_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::kernel_map::holds {

// ---- Frames ---------------------------------------------------------------------------------------------------------

/// True if a request of this kind may get the frame.
constexpr bool may_have(const LawBoot& boot, Gfp gfp, Word32 pfn) {
  if (gfp == Gfp::kernel_highmem) return is_ram(boot, pfn);
  return pfn < boot.ram_pages && (gfp != Gfp::kernel_dma || pfn < 4096);
}

constexpr bool frames_that_are_taken_were_free_and_are_of_the_kind_asked_for(const Transition& t) {
  const auto was_free = [&](Word32 pfn) { return frame_at(t.boot, t.before, pfn).free; };
  return std::ranges::all_of(effects_of<AllocPage>(t),
                             [&](const auto& request) {
                               return !request.pfn ||
                                      (was_free(*request.pfn) && may_have(t.boot, request.gfp, *request.pfn));
                             }) &&
         std::ranges::all_of(effects_of<GetFreePage>(t), [&](const auto& request) {
           return !request.pfn || (was_free(*request.pfn) && may_have(t.boot, Gfp::kernel, *request.pfn));
         });
}

/// What a frame has become by the requests and releases of the call.
constexpr bool references_change_by_what_is_taken_and_given_back(const Transition& t) {
  if (call<Reserve>(t) || call<Unreserve>(t)) return true;
  const auto taken = [&](Word32 pfn) {
    return std::ranges::count(frames_allocated(t), pfn) +
           std::ranges::count_if(effects_of<GetFreePage>(t),
                                 [&](const auto& request) { return request.pfn == pfn; });
  };
  return std::ranges::all_of(frames_freed(t), [&](Word32 pfn) {
    if (!is_ram(t.boot, pfn)) return false;
    const Frame was = frame_at(t.boot, t.before, pfn), is = frame_at(t.boot, t.after, pfn);
    if (was.reserved) return was == is;
    const auto given_back = std::ranges::count(frames_freed(t), pfn);
    return is.count == was.count + taken(pfn) - given_back &&
           is.free == (is.count == 0 && pfn >= t.boot.first_free);
  });
}

// ---- Page tables ----------------------------------------------------------------------------------------------------

/// The directory entries that a call has set, of swapper_pg_dir or of the directory of a process.
constexpr std::vector<SetPde<Word32>> tables_made(const Transition& t) {
  std::vector<SetPde<Word32>> made;
  for (const auto& set : effects_of<SetPde>(t)) {
    if (set.entry != 0 && !call<Touch>(t)) made.push_back(set);
  }
  return made;
}

constexpr bool tables_come_from_the_quick_list_first(const Transition& t) {
  const auto made = tables_made(t);
  const auto& list = t.before.pte_quicklist;
  const std::size_t from_list = std::min(made.size(), list.size());
  for (std::size_t i = 0; i < from_list; ++i) {
    if (pfn_in(made[i].entry) != list[i]) return false;
  }
  const bool keeps_list = made.empty() && !call<PteFreeFast>(t) && !call<CheckPgtCache>(t);
  return !keeps_list || list == t.after.pte_quicklist;
}

constexpr bool other_tables_come_from_the_page_source(const Transition& t) {
  if (call<PgdAlloc>(t) || call<PteFreeFast>(t)) return true;
  std::vector<Word32> fresh;
  for (const auto& request : effects_of<GetFreePage>(t)) {
    if (request.pfn) fresh.push_back(*request.pfn);
  }
  const auto made = tables_made(t);
  const std::size_t from_list = std::min(made.size(), t.before.pte_quicklist.size());
  if (made.size() != from_list + fresh.size()) return false;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (pfn_in(made[from_list + i].entry) != fresh[i]) return false;
  }
  return true;
}

/// What a slot of the kernel gets when there is no frame for a table: nothing.
constexpr bool a_slot_without_a_table_stays_empty(const Transition& t) {
  if (!lacked_a_table(t)) return true;
  const Word32 stand_in = stand_in_table<Word32>;
  return !table_in(t.after, stand_in) && effects_of<SetPde>(t).size() == tables_made(t).size() &&
         std::ranges::none_of(effects_of<SetPde>(t),
                              [&](const auto& set) { return pfn_in(set.entry) == stand_in; });
}

constexpr bool kernel_entries_are_set_once(const Transition& t) {
  return std::ranges::all_of(t.before.swapper_pg_dir.written, [&](const auto& written) {
    return lookup(t.after.swapper_pg_dir, written.first) == written.second;
  });
}

constexpr bool pte_free_fast_puts_a_frame_in_front(const Transition& t) {
  const auto* frame = call<PteFreeFast>(t) ? std::get_if<FrameNumber<Word32>>(&t.result) : nullptr;
  if (!frame) return true;
  auto expected = t.before.pte_quicklist;
  expected.insert(expected.begin(), frame->pfn);
  return t.after.pte_quicklist == expected && directories_are_as_before(t);
}

constexpr bool pte_free_fast_without_a_frame_changes_nothing(const Transition& t) {
  if (!call<PteFreeFast>(t)) return true;
  if (!refuses_exactly_if(t, Refusal::no_frame_left, lacked_a_table(t))) return false;
  return !lacked_a_table(t) || nothing_changed(t);
}

// ---- Page directories -----------------------------------------------------------------------------------------------

constexpr const Pgd<Word32>* directory_given(const Transition& t) {
  const auto* number = call<PgdAlloc>(t) ? std::get_if<PgdNumber>(&t.result) : nullptr;
  return number ? pgd_numbered(t.after, number->number) : nullptr;
}

constexpr bool a_new_directory_is_the_kernels_half_of_swapper_pg_dir(const Transition& t) {
  const Pgd<Word32>* pgd = directory_given(t);
  if (!pgd) return !call<PgdAlloc>(t) || refusal(t);
  if (!t.before.pgd_quicklist.empty()) return true;
  const auto requests = effects_of<GetFreePage>(t);
  return pgd->entries == values_from(t.before.swapper_pg_dir, first_slot, 0u) && requests.size() == 1 &&
         requests.front().pfn == pgd->pfn && pgd->number == t.before.pgds_made + 1;
}

constexpr bool a_directory_of_the_quick_list_is_given_out_as_it_is(const Transition& t) {
  if (!call<PgdAlloc>(t) || t.before.pgd_quicklist.empty()) return true;
  const Pgd<Word32>* pgd = directory_given(t);
  const Pgd<Word32>& first = t.before.pgd_quicklist.front();
  return pgd && pgd->pfn == first.pfn && values_from(pgd->entries, 1u, 0u) == values_from(first.entries, 1u, 0u) &&
         lookup(pgd->entries, 0u) == 0 && t.after.pgd_quicklist.size() + 1 == t.before.pgd_quicklist.size() &&
         t.effects.empty();
}

constexpr bool without_a_frame_there_is_no_directory(const Transition& t) {
  if (!call<PgdAlloc>(t)) return true;
  if (!refuses_exactly_if(t, Refusal::no_frame_left, lacked_a_table(t))) return false;
  return !lacked_a_table(t) || nothing_changed(t);
}

/// The directory that goes, if there is such a one.
template <class Call>
constexpr const Pgd<Word32>* directory_that_goes(const Transition& t) {
  const auto* freed = call<Call>(t);
  return freed ? pgd_numbered(t.before, freed->pgd) : nullptr;
}

constexpr bool others_keep_their_directories(const Transition& t, std::uint32_t number) {
  auto expected = t.before.pgds;
  std::erase_if(expected, [&](const auto& pgd) { return pgd.number == number; });
  return expected == t.after.pgds;
}

constexpr bool a_directory_that_is_freed_gives_its_frame_back(const Transition& t) {
  const Pgd<Word32>* pgd = directory_that_goes<PgdFree>(t);
  return !pgd || (others_keep_their_directories(t, pgd->number) && frames_freed(t) == std::vector{pgd->pfn} &&
                  t.before.pgd_quicklist == t.after.pgd_quicklist);
}

constexpr bool a_directory_that_is_kept_goes_in_front_with_what_it_holds(const Transition& t) {
  const Pgd<Word32>* pgd = directory_that_goes<PgdFreeFast>(t);
  if (!pgd) return true;
  const auto& list = t.after.pgd_quicklist;
  return others_keep_their_directories(t, pgd->number) && t.effects.empty() &&
         list.size() == t.before.pgd_quicklist.size() + 1 && list.front().pfn == pgd->pfn &&
         values_from(list.front().entries, 1u, 0u) == values_from(pgd->entries, 1u, 0u);
}

constexpr bool quick_lists_are_kept_up_to_the_high_mark(const Transition& t) {
  const auto* trim = call<CheckPgtCache>(t);
  if (!trim || static_cast<std::int32_t>(t.before.pgtable_cache_size) > trim->high) return true;
  const auto* freed = std::get_if<Freed>(&t.result);
  return freed && freed->frames == 0 && t.effects.empty() && t.before == t.after;
}

constexpr bool above_the_high_mark_quick_lists_are_trimmed_to_the_low_one(const Transition& t) {
  const auto* trim = call<CheckPgtCache>(t);
  if (!trim || static_cast<std::int32_t>(t.before.pgtable_cache_size) <= trim->high) return true;
  const auto* freed = std::get_if<Freed>(&t.result);
  if (!freed) return refusal(t).has_value();
  const auto left = static_cast<std::int32_t>(t.after.pgtable_cache_size);
  // A round takes one of each; the first one is made whatever the low mark is.
  const std::int32_t least = std::min(trim->low - 1, static_cast<std::int32_t>(t.before.pgtable_cache_size) - 2);
  return left <= std::max(trim->low, trim->high) && left >= least &&
         freed->frames == t.before.pgtable_cache_size - t.after.pgtable_cache_size &&
         frames_freed(t).size() == freed->frames && t.before.pgds == t.after.pgds;
}

// ---- Accesses and faults --------------------------------------------------------------------------------------------

/// An access to the kernel's half while a directory that there is is active.
constexpr const Touch<Word32>* kernel_address_touched(const Transition& t) {
  const auto* touch = call<Touch>(t);
  if (!touch || touch->addr < law_machine.page_offset) return nullptr;
  return touch->pgd == 0 || pgd_numbered(t.before, touch->pgd) ? touch : nullptr;
}

constexpr bool an_access_that_needs_no_fault_changes_nothing(const Transition& t) {
  const auto* touch = kernel_address_touched(t);
  const auto* touched = std::get_if<Touched>(&t.result);
  if (!touch || !touched || touched->synced) return true;
  return t.before == t.after && t.effects.empty() &&
         translation(law_machine, t.before, directory(t.before, touch->pgd), touch->addr);
}

constexpr bool a_fault_copies_the_slot_of_swapper_pg_dir(const Transition& t) {
  const auto* touch = kernel_address_touched(t);
  if (!touch) return true;
  const Word32 slot = slot_of<Word32>(law_machine, touch->addr);
  return std::ranges::all_of(effects_of<SetPde>(t), [&](const SetPde<Word32>& set) {
    return set.pgd == touch->pgd && set.slot == slot && set.entry == lookup(t.before.swapper_pg_dir, slot) &&
           lookup(directory(t.before, touch->pgd), slot) == 0 &&
           lookup(directory(t.after, touch->pgd), slot) == set.entry;
  });
}

constexpr bool an_access_of_the_kernel_ends_as_through_swapper_pg_dir(const Transition& t) {
  const auto* touch = kernel_address_touched(t);
  if (!touch || touch->user || !std::holds_alternative<Touched>(t.result)) return true;
  const auto means = translation(law_machine, t.after, directory(t.after, touch->pgd), touch->addr);
  return means && means == translation(law_machine, t.before, touch->addr);
}

constexpr bool an_access_of_the_kernel_is_an_error_exactly_where_swapper_pg_dir_has_nothing(const Transition& t) {
  const auto* touch = kernel_address_touched(t);
  if (!touch || touch->user) return true;
  return !translation(law_machine, t.before, touch->addr) == (refusal(t) == Refusal::bad_area);
}

constexpr bool an_access_of_a_program_to_the_kernels_half_ends_with_the_signal(const Transition& t) {
  const auto* touch = kernel_address_touched(t);
  if (!touch || !touch->user) return true;
  return refusal(t) == Refusal::sigsegv && t.before == t.after && effects_of<Signal>(t).size() == 1;
}

// ---- The user's half ------------------------------------------------------------------------------------------------

/// A page that a program wants to be mapped in a directory that there is.
constexpr const MapUser<Word32>* page_wanted(const Transition& t) {
  const auto* wanted = call<MapUser>(t);
  return wanted && pgd_numbered(t.before, wanted->pgd) ? wanted : nullptr;
}

constexpr bool map_user_refuses_the_kernels_half(const Transition& t) {
  const auto* wanted = page_wanted(t);
  if (!wanted) return true;
  const bool kernels = wanted->addr >= law_machine.page_offset;
  return refuses_exactly_if(t, Refusal::kernel_half, kernels) && (!kernels || nothing_changed(t));
}

constexpr bool map_user_refuses_what_is_mapped(const Transition& t) {
  const auto* wanted = page_wanted(t);
  if (!wanted || wanted->addr >= law_machine.page_offset) return true;
  const bool mapped = entry_at(law_machine, t.before, directory(t.before, wanted->pgd), wanted->addr) != 0;
  return refuses_exactly_if(t, Refusal::already_mapped, mapped) && (!mapped || nothing_changed(t));
}

constexpr bool map_user_is_refused_where_a_table_is_missing(const Transition& t) {
  return !call<MapUser>(t) || refuses_exactly_if(t, Refusal::no_table, lacked_a_table(t));
}

constexpr bool map_user_is_refused_where_a_frame_is_missing(const Transition& t) {
  return !call<MapUser>(t) || refuses_exactly_if(t, Refusal::no_frame, lacked_a_frame(t));
}

constexpr bool map_user_maps_a_frame_of_its_own_for_the_user(const Transition& t) {
  const auto* wanted = page_wanted(t);
  const auto* frame = wanted ? std::get_if<FrameNumber<Word32>>(&t.result) : nullptr;
  if (!frame) return !wanted || refusal(t);
  const Word32 entry = entry_at(law_machine, t.after, directory(t.after, wanted->pgd), wanted->addr);
  return frames_allocated(t) == std::vector{frame->pfn} && pfn_in(entry) == frame->pfn && is_users(entry) &&
         ((entry & paging::PAGE_RW) != 0) == wanted->writable && t.before.swapper_pg_dir == t.after.swapper_pg_dir;
}

constexpr bool only_the_process_that_maps_a_page_sees_it(const Transition& t) {
  const auto* wanted = page_wanted(t);
  if (!wanted) return true;
  return std::ranges::all_of(t.before.pgds, [&](const Pgd<Word32>& pgd) {
    const Pgd<Word32>* after = pgd_numbered(t.after, pgd.number);
    return after && (pgd.number == wanted->pgd
                         ? values_from(pgd.entries, first_slot, 0u) == values_from(after->entries, first_slot, 0u)
                         : pgd == *after);
  });
}

/// The slots of the user's half that are to be cleared of a directory that there is.
struct SlotsToClear {
  std::uint32_t pgd;
  std::uint64_t first, end;
};

constexpr std::optional<SlotsToClear> slots_to_clear(const Transition& t) {
  const auto* clear = call<ClearPageTables>(t);
  if (!clear || !pgd_numbered(t.before, clear->pgd)) return std::nullopt;
  const std::uint64_t end = std::uint64_t{clear->first} + clear->nr;
  return SlotsToClear{clear->pgd, std::min<std::uint64_t>(clear->first, first_slot),
                      std::min<std::uint64_t>(end, first_slot)};
}

constexpr bool clear_page_tables_clears_exactly_its_slots_of_the_users_half(const Transition& t) {
  const auto slots = slots_to_clear(t);
  if (!slots) return true;
  LawEntries expected = directory(t.before, slots->pgd);
  std::erase_if(expected.written,
                [&](const auto& written) { return slots->first <= written.first && written.first < slots->end; });
  return directory(t.after, slots->pgd) == expected && t.before.swapper_pg_dir == t.after.swapper_pg_dir;
}

inline bool clear_page_tables_gives_each_page_and_each_table_back_once(const Transition& t) {
  const auto slots = slots_to_clear(t);
  if (!slots) return true;
  const LawEntries& pgd = directory(t.before, slots->pgd);
  std::vector<Word32> expected;
  for (const auto& [slot, entry] : pgd.written) {
    if (slots->first <= slot && slot < slots->end) expected.push_back(pfn_in(entry));
  }
  for_each_page(t.before, pgd, slots->first * slot_bytes, slots->end * slot_bytes,
                [&](Word32, Word32 entry) { expected.push_back(pfn_in(entry)); });
  auto freed = frames_freed(t);
  std::ranges::sort(expected);
  std::ranges::sort(freed);
  return freed == expected;
}

}  // namespace refmm::kernel_map::holds
