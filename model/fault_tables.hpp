// Page tables of processes: entries, and the tables that hold them.
//
// A process gets a page table when it first needs an entry in the 4 MB that the table maps. As built, where there is no frame for one, a
// table that belongs to the whole machine is put in its place: [defect.fault.bad_page_table]. Follows pte_alloc in
// include/asm-i386/pgalloc.h, get_pte_slow and get_bad_pte_table in arch/i386/mm/init.c, clear_page_tables in mm/memory.c.
#pragma once

#include <refmm/model/fault.hpp>
#include <refmm/model/vma_page_tables.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Entries ------------------------------------------------------------------------------------------------------

/// True of an entry for a page in memory, whether or not the processor sees it. 2.4.0: pte_present.
template <Word W>
constexpr bool pte_present(W entry) {
  return has(entry, fault::PAGE_PRESENT | fault::PAGE_PROTNONE);
}

/// The entry for a slot of the swap area, and the slot of an entry. 2.4.0: swp_entry_to_pte, pte_to_swp_entry.
inline constexpr std::uint32_t slot_shift = 8;
template <Word W>
constexpr W entry_of_slot(W slot) {
  return slot << W(slot_shift);
}
template <Word W>
constexpr W slot_of_entry(W entry) {
  return entry >> W(slot_shift);
}

/// True of an entry for a slot.
template <Word W>
constexpr bool is_swapped(W entry) {
  return !is_none(entry) && !pte_present(entry);
}

/// Where an entry stands: in which table, which slot of it. No table: there is no such place.
template <Word W>
struct PtePlace {
  W table;  // its frame, or none
  W slot;
};

template <class M>
constexpr PtePlace<WordOf<M>> pte_offset(const MachineOf<WordOf<M>>& machine, const M& memory,
                                         const WordOf<M>& pid, const WordOf<M>& addr) {
  using W = WordOf<M>;
  const W pde = lookup(memory.pgds, pid, pgd_index<W>(machine, addr));
  return {pfn_of<W>(machine, pde), pte_index<W>(machine, addr)};
}

template <Word W>
constexpr bool is_there(const PtePlace<W>& place) {
  return is_true(place.table != W(fault::none));
}

template <class M>
constexpr WordOf<M> pte_at(const M& memory, const PtePlace<WordOf<M>>& place) {
  return lookup(memory.tables, place.table, place.slot);
}

/// The entry for an address; 0 where there is no table.
template <class M>
constexpr WordOf<M> pte_of(const MachineOf<WordOf<M>>& machine, const M& memory, const WordOf<M>& pid,
                           const WordOf<M>& addr) {
  const auto place = pte_offset(machine, memory, pid, addr);
  return is_there(place) ? pte_at(memory, place) : WordOf<M>(0u);
}

template <class M>
constexpr MemoryStep<M> set_pte(MemoryStep<M> so_far, const PtePlace<WordOf<M>>& place, const WordOf<M>& entry) {
  so_far.memory.tables = updated(std::move(so_far.memory.tables), place.table, place.slot, entry);
  return so_far;
}

/// Every entry of a table is `entry`.
template <class M>
constexpr MemoryStep<M> table_filled(MemoryStep<M> so_far, const WordOf<M>& table, const WordOf<M>& entry) {
  const auto filled = with_each(lookup(so_far.memory.tables, table), [&](const WordOf<M>&) { return entry; });
  so_far.memory.tables = updated(std::move(so_far.memory.tables), table, filled);
  return so_far;
}

/// The pages of a process, more or fewer.
template <class M>
constexpr MemoryStep<M> rss_changed(MemoryStep<M> so_far, const WordOf<M>& pid, const WordOf<M>& by) {
  so_far.memory.rss = changed_at(std::move(so_far.memory.rss), pid, [&](auto pages) { return pages + by; });
  return so_far;
}

// ---- The table that stands in -------------------------------------------------------------------------------------

/// What it is filled with: every entry leads to one reserved page, writable for everybody. 2.4.0: __bad_pte.
template <Word W>
constexpr W bad_pte(const MachineOf<W>& machine) {
  return mk_pte<W>(machine, W(fault::BAD_PAGE), W(fault::PAGE_TABLE));
}

/// True if the table that stands in is in use, and has an entry for another frame than the bad page.
template <Word W>
constexpr bool bad_table_holds_pages(const MachineOf<W>& machine, const fault::Memory<W>& memory) {
  for (const auto& [slot, entry] : lookup(memory.tables, W(fault::BAD_PAGETABLE)).written) {
    if (pte_present(entry) && pfn_of<W>(machine, entry) != W(fault::BAD_PAGE)) return true;
  }
  return false;
}

template <fault::ManyPages M>
constexpr bool bad_table_holds_pages(const MachineOf<WordOf<M>>&, const M&) {
  return false;  // these are pages of the corrected kernel, which has no such table
}

/// There is no frame for the table of a slot of the directory. Whoever asked fails; as built the slot gets the table that stands in,
/// filled anew. 2.4.0: the end of get_pte_slow.
template <class M>
constexpr MemoryStep<M> no_page_table(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                      const WordOf<M>& pid, const WordOf<M>& slot) {
  using W = WordOf<M>;
  const MachineOf<W>& machine = kernel.machine();
  if (kernel.corrected.bad_page_table) return cited(std::move(so_far), "fault.table.none");
  so_far = cited(std::move(so_far), "defect.fault.bad_page_table");
  const W table = fault::BAD_PAGETABLE;
  const bool loses_pages = bad_table_holds_pages(machine, so_far.memory);
  if (loses_pages && !kernel.corrected.bad_table_is_refilled)
    so_far = cited(std::move(so_far), "defect.fault.bad_table_is_refilled");
  if (!loses_pages || !kernel.corrected.bad_table_is_refilled)
    so_far = table_filled(std::move(so_far), table, bad_pte<W>(machine));
  so_far.memory.pgds =
      updated(std::move(so_far.memory.pgds), pid, slot, mk_pde<W>(machine, table, fault::PAGE_TABLE));
  return so_far;
}

// ---- Tables made and freed ----------------------------------------------------------------------------------------

/// True of a place in the table that stands in where nothing is: as built it may be filled, for everybody who has that table; mended, who
/// needs it gets a table of his own. [defect.fault.bad_table_is_filled]
template <class M>
constexpr bool would_fill_bad_table(const M& memory, const PtePlace<WordOf<M>>& place) {
  return place.table == WordOf<M>(fault::BAD_PAGETABLE) && is_none(pte_at(memory, place));
}

/// Where the entry of an address stands; no table if there was no frame for one.
template <class M>
struct PteAllocated {
  MemoryStep<M> so_far;
  PtePlace<WordOf<M>> place;
};

/// Finds the page table for an address, or makes it. 2.4.0: pte_alloc.
template <class M>
constexpr PteAllocated<M> pte_alloc(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                    const WordOf<M>& pid, const WordOf<M>& addr) {
  using W = WordOf<M>;
  const MachineOf<W>& machine = kernel.machine();
  const auto place = pte_offset(machine, so_far.memory, pid, addr);
  if (is_there(place)) {
    if (!would_fill_bad_table(so_far.memory, place)) return {std::move(so_far), place};
    if (!kernel.corrected.bad_table_is_filled)
      return {cited(std::move(so_far), "defect.fault.bad_table_is_filled"), place};
  }

  auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_KERNEL);
  so_far = std::move(taken.so_far);
  if (!taken.pfn) return {no_page_table(kernel, std::move(so_far), pid, pgd_index<W>(machine, addr)), place};
  so_far = clear_page(std::move(so_far), *taken.pfn);
  so_far.memory.pgds = updated(std::move(so_far.memory.pgds), pid, pgd_index<W>(machine, addr),
                               mk_pde<W>(machine, *taken.pfn, fault::PAGE_TABLE));
  return {cited(std::move(so_far), "fault.table.made"), {*taken.pfn, place.slot}};
}

/// Frees the table of a slot of the directory, if there is one; its entries must have been emptied. 2.4.0: free_one_pgd.
template <class M>
constexpr MemoryStep<M> free_table(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                   const WordOf<M>& pid, const WordOf<M>& slot) {
  using W = WordOf<M>;
  const W pde = lookup(so_far.memory.pgds, pid, slot);
  if (is_none(pde)) return so_far;
  const W table = pfn_of<W>(kernel.machine(), pde);
  so_far.memory.pgds = updated(std::move(so_far.memory.pgds), pid, slot, W(0u));
  if (!is_reserved(so_far.memory, table)) so_far = table_filled(std::move(so_far), table, W(0u));
  so_far = cited(std::move(so_far), "fault.table.freed");
  return mutant("fault.table.keeps_the_frame") ? so_far : put_page(std::move(so_far), table);
}

/// Frees the tables of `count` slots from `first` on, upwards. 2.4.0: clear_page_tables.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> clear_page_tables(const fault::KernelOf<W>& kernel,
                                                         MemoryStep<fault::Memory<W>> so_far, W pid, W first,
                                                         W count) {
  const auto pgd = lookup(so_far.memory.pgds, pid);
  for (const auto& [slot, pde] : pgd.written) {
    const bool is_last = mutant("fault.table.frees_the_next") && slot - first == count;
    if (slot >= first && (slot - first < count || is_last))
      so_far = free_table(kernel, std::move(so_far), pid, slot);
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
