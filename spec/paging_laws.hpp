// Laws about addresses, entries, the walk, new directories and the TLB: for every word.
#pragma once

#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/kernel_sharing_inputs.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/paging.hpp>

#include <cstdint>
#include <tuple>
#include <variant>

namespace refmm::paging {

using kernel_map::first_slot;
using kernel_map::last_slot;
using kernel_map::law_machine;
using kernel_map::WordOf;

template <Word W>
constexpr auto has_flag(const W& entry, std::uint32_t flag) {
  return (entry & W(flag)) != W(0u);
}

// ---- Addresses and entries ----------------------------------------------------------------------------------------------

inline constexpr Law indexes_partition_the_address{
    "paging.index", "an_address_is_its_slot_in_the_directory_its_slot_in_the_table_and_its_offset_in_the_page",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const MachineOf<W> machine = law_machine;
      const W addr = world.word("addr");
      const W slot = subject.pgd_index(machine, addr), table_slot = subject.pte_index(machine, addr);
      const W offset = subject.offset_in_page(machine, addr);
      return refmm::all(slot <= W(last_slot), table_slot <= W(last_slot), offset < W(machine.page_size),
                        ((slot << W(22u)) | (table_slot << W(12u)) | offset) == addr);
    }};

inline constexpr Law entries_are_frame_and_flags{
    "paging.entry.page", "the_entry_of_a_page_leads_to_its_frame_and_has_its_flags",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const MachineOf<W> machine = law_machine;
      const W pfn = world.word("pfn", 0, 0xfffff), flags = world.word("flags", 0, 0xfff);
      const W entry = subject.mk_pte(machine, pfn, flags);
      return both(subject.pfn_of(machine, entry) == pfn, (entry & W(machine.page_size - 1)) == flags);
    }};

inline constexpr Law tables_of_the_kernel_are_not_the_users{
    "paging.entry.table", "the_entry_of_a_table_of_the_kernel_leads_to_it_present_writable_and_not_for_the_user",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const MachineOf<W> machine = law_machine;
      const W pfn = world.word("pfn", 0, 0xfffff);
      const W entry = subject.mk_pde(machine, pfn, KERNPG_TABLE);
      return refmm::all(subject.pfn_of(machine, entry) == pfn, has_flag(entry, PAGE_PRESENT),
                        has_flag(entry, PAGE_RW), negation(has_flag(entry, PAGE_USER)),
                        negation(has_flag(entry, PAGE_PSE)));
    }};

// ---- The walk -------------------------------------------------------------------------------------------------------------

/// Any address, directory and tables, walked by any access.
template <Word W>
struct AnyWalk {
  W addr, pde, pte;  // of a 4 MB page both entries are that of the directory
  Access access;
  std::variant<Translation<W>, PageFault> end;
};

template <class World>
constexpr auto any_walk(World& world, auto subject) {
  using W = WordOf<World>;
  const MachineOf<W> machine = law_machine;
  const W addr = world.word("addr");
  const auto directory = world.map("directory");
  const auto tables = world.maps("tables");
  const auto table_in = [tables](const W& pfn) { return lookup(tables, pfn); };
  const Access access{.user = world.choose("user", {0, 1}) != 0,
                      .write = world.choose("write", {0, 1}) != 0,
                      .wp = world.choose("wp", {0, 1}) != 0};
  auto walked = subject.walk(machine, directory, table_in, addr, access);
  world.reached(walked.because);
  const W pde = lookup(directory, addr >> W(22u));
  const W in_table = lookup(lookup(tables, pde >> W(12u)), (addr >> W(12u)) & W(last_slot));
  return AnyWalk<W>{addr, pde, select(has_flag(pde, PAGE_PSE), pde, in_table), access, walked.value};
}

template <Word W>
constexpr auto is_mapped(const AnyWalk<W>& walk) {
  return both(has_flag(walk.pde, PAGE_PRESENT), has_flag(walk.pte, PAGE_PRESENT));
}

inline constexpr Law users_reach_what_is_theirs{
    "paging.walk.user_in_both", "an_access_of_a_program_never_reaches_what_is_not_the_users_in_both_levels",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto walk = any_walk(world, subject);
      if (!walk.access.user || !std::holds_alternative<Translation<W>>(walk.end)) return W(0u) == W(0u);
      return refmm::all(is_mapped(walk), has_flag(walk.pde, PAGE_USER), has_flag(walk.pte, PAGE_USER));
    }};

inline constexpr Law programs_write_what_is_writable{
    "paging.walk.rw_in_both", "a_write_of_a_program_never_reaches_what_is_not_writable_in_both_levels",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto walk = any_walk(world, subject);
      const bool asks = walk.access.user && walk.access.write;
      if (!asks || !std::holds_alternative<Translation<W>>(walk.end)) return W(0u) == W(0u);
      return both(has_flag(walk.pde, PAGE_RW), has_flag(walk.pte, PAGE_RW));
    }};

inline constexpr Law the_kernel_heeds_read_only_where_it_is_told_to{
    "paging.walk.write_protect",
    "a_write_of_the_kernel_to_what_is_not_writable_succeeds_exactly_without_write_protection",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto walk = any_walk(world, subject);
      if (walk.access.user || !walk.access.write) return W(0u) == W(0u);
      const auto writable = both(has_flag(walk.pde, PAGE_RW), has_flag(walk.pte, PAGE_RW));
      if (!std::holds_alternative<Translation<W>>(walk.end))
        return walk.access.wp ? negation(both(is_mapped(walk), writable)) : negation(is_mapped(walk));
      return walk.access.wp ? writable : is_mapped(walk);
    }};

inline constexpr Law what_is_mapped_is_reached{
    "paging.walk.translates", "an_access_that_the_entries_permit_reaches_the_byte_of_the_frame_that_they_lead_to",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto walk = any_walk(world, subject);
      const auto users = both(has_flag(walk.pde, PAGE_USER), has_flag(walk.pte, PAGE_USER));
      const auto writable = both(has_flag(walk.pde, PAGE_RW), has_flag(walk.pte, PAGE_RW));
      auto permitted = is_mapped(walk);
      if (walk.access.user) permitted = both(permitted, users);
      if (walk.access.write && (walk.access.user || walk.access.wp)) permitted = both(permitted, writable);
      const auto* reached = std::get_if<Translation<W>>(&walk.end);
      if (!reached) return negation(permitted);
      const auto large = has_flag(walk.pde, PAGE_PSE);
      const W frame = walk.pte & ~W(0xfffu);
      const W within = select(large, walk.addr & W(0x3fffffu), walk.addr & W(0xfffu));
      return refmm::all(permitted, reached->entry == walk.pte, reached->phys == frame + within);
    }};

/// A fault, and one that says that an entry is not there.
template <Word W>
constexpr auto ends_without_an_entry(const AnyWalk<W>& walk) {
  const auto* fault = std::get_if<PageFault>(&walk.end);
  return W(fault && (fault->error_code & FAULT_PROTECTION) == 0 ? 1u : 0u) == W(1u);
}

inline constexpr Law without_a_table_there_is_a_fault{
    "paging.walk.no_table", "an_access_to_a_slot_without_a_table_is_a_fault_that_says_that_nothing_is_there",
    [](auto& world, auto subject) {
      const auto walk = any_walk(world, subject);
      return implies(negation(has_flag(walk.pde, PAGE_PRESENT)), ends_without_an_entry(walk));
    }};

inline constexpr Law without_a_page_there_is_a_fault{
    "paging.walk.no_page", "an_access_to_a_page_without_an_entry_is_a_fault_that_says_that_nothing_is_there",
    [](auto& world, auto subject) {
      const auto walk = any_walk(world, subject);
      return implies(negation(has_flag(walk.pte, PAGE_PRESENT)), ends_without_an_entry(walk));
    }};

inline constexpr Law large_pages_have_no_table{
    "paging.walk.large_page", "an_access_to_a_page_of_4_mb_reaches_its_byte_of_the_slot_and_no_table_is_asked",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto walk = any_walk(world, subject);
      const auto* reached = std::get_if<Translation<W>>(&walk.end);
      if (!reached) return W(0u) == W(0u);
      return implies(
          has_flag(walk.pde, PAGE_PSE),
          both(reached->entry == walk.pde, reached->phys == (walk.pde & ~W(0xfffu)) + (walk.addr & W(0x3fffffu))));
    }};

inline constexpr Law faults_say_what_was_tried{
    "paging.walk.error_code", "the_error_code_of_a_fault_says_whether_entries_are_there_and_who_tried_what",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto walk = any_walk(world, subject);
      const auto* fault = std::get_if<PageFault>(&walk.end);
      if (!fault) return W(0u) == W(0u);
      const std::uint32_t tried = (walk.access.user ? FAULT_USER : 0) | (walk.access.write ? FAULT_WRITE : 0);
      return W(fault->error_code) == select(is_mapped(walk), W(tried | FAULT_PROTECTION), W(tried));
    }};

inline constexpr Law accesses_leave_marks{
    "paging.walk.marks",
    "an_access_marks_the_entries_of_both_levels_accessed_and_a_write_the_one_of_the_page_dirty",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W entry = world.word("entry");
      const bool maps = world.choose("maps_the_page", {0, 1}) != 0, write = world.choose("write", {0, 1}) != 0;
      const Access access{.user = world.choose("user", {0, 1}) != 0, .write = write, .wp = true};
      const W marks = PAGE_ACCESSED | (maps && write ? PAGE_DIRTY : 0);
      return subject.marked(entry, maps, access) == (entry | marks);
    }};

// ---- New directories ------------------------------------------------------------------------------------------------------

inline constexpr Law new_directories_have_an_empty_users_half{
    "paging.pgd_alloc.fresh",
    "a_new_directory_has_an_empty_users_half_and_in_every_slot_of_the_kernels_half_swappers_entry",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W slot = world.word("slot", 0, last_slot);
      const auto swapper = world.map("swapper");
      const auto pgd = subject.template kernel_half_copied<W>(law_machine, swapper);
      return lookup(pgd, slot) == select(slot < W(first_slot), W(0u), lookup(swapper, slot));
    }};

inline constexpr Law recycled_directories_are_as_they_were{
    "paging.pgd_alloc.quick_list",
    "a_directory_that_comes_back_from_the_quick_list_holds_what_it_held_but_the_link",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W slot = world.word("slot", 0, last_slot);
      const auto pgd = world.map("pgd");
      return lookup(subject.recycled(pgd), slot) == select(slot == W(0u), W(0u), lookup(pgd, slot));
    }};

// ---- The TLB --------------------------------------------------------------------------------------------------------------

inline constexpr Law what_leaves_the_tables_may_be_used{
    "paging.tlb.stale", "a_translation_that_leaves_the_tables_may_be_used_exactly_if_it_was_present",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W page = world.word("page"), entry = world.word("entry");
      const auto stale = subject.lost(page, entry);
      const auto present = has_flag(entry, PAGE_PRESENT);
      if (stale.empty()) return negation(present);
      return refmm::all(present, W(std::uint32_t(stale.size())) == W(1u), stale.front().page == page,
                        stale.front().entry == entry);
    }};

inline constexpr Law a_global_flush_leaves_nothing{
    "paging.tlb.flush_global", "after_a_global_flush_no_translation_may_be_used_that_tables_have_not",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W page = world.word("page"), entry = world.word("entry");
      return W(std::uint32_t(subject.flushed(subject.lost(page, entry), true).size())) == W(0u);
    }};

inline constexpr Law a_flush_leaves_global_pages{
    "paging.tlb.flush", "after_a_flush_that_is_not_global_exactly_the_translations_of_global_pages_may_be_used",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W page = world.word("page"), entry = world.word("entry");
      const auto stale = subject.flushed(subject.lost(page, entry), false);
      const auto stays = both(has_flag(entry, PAGE_PRESENT), has_flag(entry, PAGE_GLOBAL));
      return stale.empty() ? negation(stays) : stays;
    }};

/// The laws of this file.
inline constexpr std::tuple entry_laws{indexes_partition_the_address, entries_are_frame_and_flags,
                                       tables_of_the_kernel_are_not_the_users};
inline constexpr std::tuple walk_laws{
    users_reach_what_is_theirs, programs_write_what_is_writable,  the_kernel_heeds_read_only_where_it_is_told_to,
    what_is_mapped_is_reached,  without_a_table_there_is_a_fault, without_a_page_there_is_a_fault,
    large_pages_have_no_table,  faults_say_what_was_tried,        accesses_leave_marks};
inline constexpr std::tuple directory_laws{new_directories_have_an_empty_users_half,
                                           recycled_directories_are_as_they_were};
inline constexpr std::tuple tlb_laws{what_leaves_the_tables_may_be_used, a_global_flush_leaves_nothing,
                                     a_flush_leaves_global_pages};

}  // namespace refmm::paging
