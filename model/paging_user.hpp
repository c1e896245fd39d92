// The user's half of a directory: two calls of refmm's own, that fill it and clear it.
//
// In 2.4.0 page faults, fork and exit do that, and they are another chapter's. These calls make the half something to speak of:
// frames and tables come from the page source as they do there, and go as in clear_page_tables and zap_page_range of mm/memory.c.
#pragma once

#include <refmm/model/paging_pgd.hpp>
#include <refmm/model/paging_tables.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The frames that vmalloc and programs ask for first.
template <Word W>
constexpr kernel_map::Gfp any_frame(const kernel_map::Boot<W>& boot) {
  return boot.config == kernel_map::Config::highmem ? kernel_map::Gfp::kernel_highmem : kernel_map::Gfp::kernel;
}

/// The flags of a page that a program maps. 2.4.0: PAGE_SHARED and what pte_mkdirty adds, PAGE_READONLY.
constexpr std::uint32_t user_page_flags(bool writable) {
  const std::uint32_t flags = paging::PAGE_PRESENT | paging::PAGE_USER | paging::PAGE_ACCESSED;
  return writable ? flags | paging::PAGE_RW | paging::PAGE_DIRTY : flags;
}

/// The table of a slot of a directory's user half, made if there is none.
template <Word W>
constexpr TableFound<W> pte_alloc(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, std::uint32_t number,
                                  W slot) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W pde = lookup(process_directory(so_far.state, number).entries, slot);
  if (!is_none(pde)) return {std::move(so_far), pfn_of<W>(machine, pde)};
  TableFound<W> table = new_table<W>(boot, std::move(so_far));
  if (!table.pfn) return table;
  const W entry = mk_pde<W>(machine, *table.pfn, paging::PAGE_TABLE);
  auto entries = user_entry_set<W>(machine, process_directory(table.so_far.state, number).entries, slot, entry);
  table.so_far = cited(std::move(table.so_far), ClauseRef("paging.entry.table"));
  return {pgd_changed<W>(std::move(table.so_far), number, std::move(entries), slot), table.pfn};
}

/// A program maps a frame. The result is the frame, or Refused.
template <Word W>
constexpr KernelMapStep<W> map_user(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                    const kernel_map::MapUser<W>& call) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // refuse
  if (is_unknown(so_far.state, call.pgd)) return pgd_unknown(std::move(so_far));
  if (call.addr >= W(machine.page_offset))
    return refused(std::move(so_far), kernel_map::Refusal::kernel_half, "paging.map_user.kernel_half");
  const auto& pgd = process_directory(so_far.state, call.pgd).entries;
  if (!is_none(kernel_map::entry_at<W>(machine, so_far.state, pgd, call.addr)))
    return refused(std::move(so_far), kernel_map::Refusal::already_mapped, "paging.map_user.mapped");

  // find
  TableFound<W> table = pte_alloc<W>(boot, std::move(so_far), call.pgd, pgd_index<W>(machine, call.addr));
  if (!table.pfn)
    return refused(std::move(table.so_far), kernel_map::Refusal::no_table, "paging.map_user.no_table");
  TakenFrame<W> taken = alloc_page<W>(boot, std::move(table.so_far), any_frame(boot));
  if (!taken.pfn)
    return refused(std::move(taken.so_far), kernel_map::Refusal::no_frame, "paging.map_user.no_frame");

  // change
  const W page = call.addr - offset_in_page<W>(machine, call.addr);
  const W entry = mk_pte<W>(machine, *taken.pfn, W(user_page_flags(call.writable)));
  so_far = entry_set<W>(std::move(taken.so_far), *table.pfn, pte_index<W>(machine, call.addr), entry, page);

  // report
  so_far.because.push_back("paging.entry.page");
  return succeeded<W>(std::move(so_far), kernel_map::FrameNumber<W>{*taken.pfn}, "paging.map_user");
}

/// The table of one slot goes with all it maps: the entries leave the tables, and the frames are those to give back.
template <Word W>
constexpr KernelMapStep<W> slot_cleared(const MachineOf<W>& machine, KernelMapStep<W> so_far, std::uint32_t number,
                                        W slot, std::vector<W>& frames) {
  const W pde = lookup(process_directory(so_far.state, number).entries, slot);
  if (is_none(pde)) return so_far;
  const W table = pfn_of<W>(machine, pde);
  for (const auto& [table_slot, entry] : entries_in(so_far.state, table).written) {
    const W page = (slot << W(pgdir_shift(machine))) + (table_slot << W(page_shift(machine)));
    so_far.state.stale = lost<W>(std::move(so_far.state.stale), page, entry);
    frames.push_back(pfn_of<W>(machine, entry));
  }
  frames.push_back(table);
  std::erase_if(so_far.state.tables, [&](const auto& other) { return other.pfn == table; });
  auto entries = user_entry_set<W>(machine, process_directory(so_far.state, number).entries, slot, W(0u));
  return pgd_changed<W>(std::move(so_far), number, std::move(entries), slot);
}

/// The tables of `nr` slots of the user's half go, and what they map: the entries first, then what the processor may hold of them,
/// then the frames. What of the range is the kernel's stays.
template <Word W>
constexpr KernelMapStep<W> clear_page_tables(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                             const kernel_map::ClearPageTables<W>& call) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // refuse
  if (is_unknown(so_far.state, call.pgd)) return pgd_unknown(std::move(so_far));

  // find
  const W user_slots = first_kernel_slot(machine);
  const W first = call.first < user_slots ? call.first : user_slots;
  const W end = call.nr < user_slots - first ? first + call.nr : user_slots;

  // change
  std::vector<W> frames;
  for (W slot = first; slot != end; slot = slot + W(1u))
    so_far = slot_cleared<W>(machine, std::move(so_far), call.pgd, slot, frames);
  so_far = flush_tlb<W>(std::move(so_far), false);
  for (const W& pfn : frames) so_far = free_page<W>(boot, std::move(so_far), pfn);

  // report
  return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "paging.clear_page_tables");
}

}  // namespace refmm::model::inline REFMM_BUILD
