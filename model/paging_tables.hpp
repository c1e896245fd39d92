// Page tables of the kernel: where they come from, and what happens when there is none.
//
// Follows pte_alloc_kernel and get_pte_fast in include/asm-i386/pgalloc.h, get_pte_kernel_slow and get_bad_pte_table in
// arch/i386/mm/init.c.
#pragma once

#include <refmm/model/kernel_map_step.hpp>
#include <refmm/model/kernel_sharing.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The table of a slot, or nothing if there is none and none could be made.
template <Word W>
struct TableFound {
  KernelMapStep<W> so_far;
  std::optional<W> pfn;
};

/// The first table of the quick list, as it was put there: without entries. 2.4.0: get_pte_fast.
template <Word W>
constexpr TableFound<W> get_pte_fast(KernelMapStep<W> so_far) {
  auto& list = so_far.state.pte_quicklist;
  if (list.empty()) return {std::move(so_far), std::nullopt};
  const W pfn = list.front();
  list.erase(list.begin());
  --so_far.state.pgtable_cache_size;
  so_far = cited(std::move(so_far), ClauseRef("paging.table.quick_list"));
  return {with_empty_table<W>(std::move(so_far), pfn), pfn};
}

/// A table from the quick list, else from the page source, cleared; or nothing. What is above it is as before.
template <Word W>
constexpr TableFound<W> new_table(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  TableFound<W> fast = get_pte_fast<W>(std::move(so_far));
  if (fast.pfn) return fast;
  TakenFrame<W> taken = get_free_page<W>(boot, std::move(fast.so_far));
  if (!taken.pfn) return {std::move(taken.so_far), std::nullopt};
  taken.so_far = cited(std::move(taken.so_far), ClauseRef("paging.table.fresh"));
  return {with_empty_table<W>(std::move(taken.so_far), *taken.pfn), taken.pfn};
}

// ---- The stand-in table ---------------------------------------------------------------------------------------------

/// Whether an entry of a directory leads to the table that stands in where there was no frame for one.
template <Word W>
constexpr bool is_stand_in(const MachineOf<W>& machine, W pde) {
  return !is_none(pde) && is_true(pfn_of<W>(machine, pde) == W(kernel_map::stand_in_table<W>));
}

/// The slots of swapper_pg_dir that have it.
template <Word W>
constexpr std::vector<W> stand_in_slots(const MachineOf<W>& machine, const kernel_map::State<W>& state) {
  std::vector<W> slots;
  for (const auto& [slot, pde] : state.swapper_pg_dir.written) {
    if (is_stand_in<W>(machine, pde)) slots.push_back(slot);
  }
  return slots;
}

/// What it is filled with: every page is the stand-in frame, for the user as well. 2.4.0: get_bad_pte_table.
template <Word W>
constexpr W stand_in_entry(const MachineOf<W>& machine) {
  return mk_pte<W>(machine, W(kernel_map::stand_in_frame<W>), W(paging::PAGE_TABLE));
}

/// Whether it maps something for an area.
template <Word W>
constexpr bool stand_in_is_used(const MachineOf<W>& machine, const kernel_map::State<W>& state) {
  const auto* table = kernel_map::table_in(state, W(kernel_map::stand_in_table<W>));
  return table && std::ranges::any_of(table->entries.written, [&](const auto& written) {
           return written.second != stand_in_entry<W>(machine);
         });
}

/// All its entries lead to the stand-in frame afterwards, whatever they were.
template <Word W>
constexpr KernelMapStep<W> stand_in_filled(const MachineOf<W>& machine, KernelMapStep<W> so_far) {
  const W pfn = kernel_map::stand_in_table<W>;
  if (!kernel_map::table_in(so_far.state, pfn)) so_far = with_empty_table<W>(std::move(so_far), pfn);
  const std::vector<W> slots = stand_in_slots<W>(machine, so_far.state);
  const W first_page = slots.empty() ? W(0u) : slots.front() << W(pgdir_shift(machine));
  for (W slot = 0; slot != W(machine.entries_per_table); slot = slot + W(1u))
    so_far = entry_set<W>(std::move(so_far), pfn, slot, stand_in_entry<W>(machine),
                          first_page + (slot << W(page_shift(machine))));
  return so_far;
}

/// What the stand-in table is used for when it is asked for.
struct StandIn {
  bool given;   // it becomes the table of the slot
  bool filled;  // its entries are lost
};

/// As built there is a stand-in table, and this is what becomes of it: `has_slot` says that another slot has it, `maps` that an
/// area is mapped through it. Two of its faults can be mended without giving it up.
constexpr Decision<StandIn> stand_in_for(const kernel_map::Corrections& corrected, bool has_slot, bool maps) {
  Because because{"defect.kernel.stand_in_table"};
  if (has_slot && corrected.stand_in_aliases) return {{false, false}, {"paging.table.none"}};
  if (has_slot) because.push_back("defect.kernel.stand_in_aliases");
  if (maps && !corrected.stand_in_refilled) because.push_back("defect.kernel.stand_in_refilled");
  return {{true, !maps || !corrected.stand_in_refilled}, std::move(because)};
}

/// What a slot gets for which there is no frame: nothing. As built, the stand-in table, for ever. [paging.table.none]
constexpr Decision<StandIn> slot_without_frame(const kernel_map::Corrections& corrected, bool has_slot,
                                               bool maps) {
  if (corrected.stand_in_table) return {{false, false}, {"paging.table.none"}};
  return stand_in_for(corrected, has_slot, maps);
}

/// There is no frame for the table of a slot, and the call fails. 2.4.0: the end of get_pte_kernel_slow.
template <Word W>
constexpr KernelMapStep<W> no_table(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W slot) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // find
  const auto stand_in =
      slot_without_frame(boot.kernel.corrected, !stand_in_slots<W>(machine, so_far.state).empty(),
                         stand_in_is_used<W>(machine, so_far.state));
  for (const ClauseRef clause : stand_in.because) so_far = cited(std::move(so_far), clause);
  if (!stand_in.value.given) return so_far;

  // change
  if (stand_in.value.filled) so_far = stand_in_filled<W>(machine, std::move(so_far));
  const W pde = mk_pde<W>(machine, W(kernel_map::stand_in_table<W>), paging::KERNPG_TABLE);
  auto swapper = updated(so_far.state.swapper_pg_dir, slot, pde);
  return swapper_changed<W>(std::move(so_far), std::move(swapper), slot);
}

/// Names the defects that an operation on the pages of a slot meets: its table may be the stand-in, and that of another slot too.
template <Word W>
constexpr KernelMapStep<W> cite_stand_in(const MachineOf<W>& machine, KernelMapStep<W> so_far, W pde) {
  if (!is_stand_in<W>(machine, pde)) return so_far;
  so_far = cited(std::move(so_far), ClauseRef("defect.kernel.stand_in_table"));
  if (stand_in_slots<W>(machine, so_far.state).size() > 1)
    so_far = cited(std::move(so_far), ClauseRef("defect.kernel.stand_in_aliases"));
  return so_far;
}

// ---- pte_alloc_kernel -----------------------------------------------------------------------------------------------

/// The table of a slot of swapper_pg_dir, made if there is none.
template <Word W>
constexpr TableFound<W> pte_alloc_kernel(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W slot) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W pde = lookup(so_far.state.swapper_pg_dir, slot);

  // refuse
  if (is_large(pde)) {  // only an area that has wrapped to 0 grows into the direct mapping
    so_far = cited(std::move(so_far), ClauseRef("defect.kernel.area_at_zero"));
    return {no_table<W>(boot, std::move(so_far), slot), std::nullopt};
  }
  if (!is_none(pde)) return {cite_stand_in<W>(machine, std::move(so_far), pde), pfn_of<W>(machine, pde)};
  if (boot.kernel.sharing == Sharing::preallocated)
    return {cited(std::move(so_far), ClauseRef("paging.kernel.preallocated")), std::nullopt};

  // find
  TableFound<W> table = new_table<W>(boot, std::move(so_far));
  if (!table.pfn) return {no_table<W>(boot, std::move(table.so_far), slot), std::nullopt};

  // change
  const W entry = mk_pde<W>(machine, *table.pfn, paging::KERNPG_TABLE);
  auto swapper = table_added<W>(table.so_far.state.swapper_pg_dir, slot, entry);
  table.so_far = cited(std::move(table.so_far), ClauseRef("paging.entry.table"));
  return {swapper_changed<W>(std::move(table.so_far), std::move(swapper), slot), table.pfn};
}

// ---- The quick list -------------------------------------------------------------------------------------------------

/// A frame goes to the front of the quick list of tables, cleared. The result is its number, or Refused. 2.4.0: free_pte_fast.
template <Word W>
constexpr KernelMapStep<W> pte_free_fast(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  TakenFrame<W> taken = get_free_page<W>(boot, std::move(so_far));
  if (!taken.pfn)
    return refused(std::move(taken.so_far), kernel_map::Refusal::no_frame_left, "paging.pte_free_fast.null");
  auto& list = taken.so_far.state.pte_quicklist;
  list.insert(list.begin(), *taken.pfn);
  ++taken.so_far.state.pgtable_cache_size;
  return succeeded<W>(std::move(taken.so_far), kernel_map::FrameNumber<W>{*taken.pfn}, "paging.pte_free_fast");
}

}  // namespace refmm::model::inline REFMM_BUILD
