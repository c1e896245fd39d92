// Two-level page tables as the processor reads them: index arithmetic, entries, and the walk from an address to a frame.
//
// Everything here is a decision of its own, over any word type; directories and tables are any total map (spec/map.hpp).
#pragma once

#include <refmm/model/pages.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/paging.hpp>

#include <bit>
#include <cstdint>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

// ---- Addresses ----------------------------------------------------------------------------------------------------

/// Bits of an address below its slot in a directory. 2.4.0: PGDIR_SHIFT.
template <std::unsigned_integral N>
constexpr unsigned pgdir_shift(const BasicMachine<N>& machine) {
  return page_shift(machine) + static_cast<unsigned>(std::countr_zero(machine.entries_per_table));
}

/// Bytes that a slot of a directory maps: 4 MB. 2.4.0: PGDIR_SIZE.
template <std::unsigned_integral N>
constexpr N pgdir_size(const BasicMachine<N>& machine) {
  return N{1} << pgdir_shift(machine);
}

/// The slot of an address in a directory. [paging.index]
template <Word W>
constexpr W pgd_index(const MachineOf<W>& machine, W addr) {
  return addr >> W(pgdir_shift(machine));
}

/// The slot of its page in a table.
template <Word W>
constexpr W pte_index(const MachineOf<W>& machine, W addr) {
  const W slots = machine.entries_per_table - 1;
  return (addr >> W(page_shift(machine))) & (mutant("paging.index.table_slot_too_wide") ? ~W(0u) : slots);
}

/// Bytes of an address within its page, and within its slot of a directory.
template <Word W>
constexpr W offset_in_page(const MachineOf<W>& machine, W addr) {
  return addr & W(machine.page_size - 1);
}
template <Word W>
constexpr W offset_in_slot(const MachineOf<W>& machine, W addr) {
  return addr & W(pgdir_size(machine) - 1);
}

/// The first address of the slot behind the one of `addr`; 0 behind the last.
template <Word W>
constexpr W next_slot(const MachineOf<W>& machine, W addr) {
  return (addr + W(pgdir_size(machine))) & ~W(pgdir_size(machine) - 1);
}

// ---- Entries ------------------------------------------------------------------------------------------------------

/// The entry of a table for a frame. 2.4.0: mk_pte. [paging.entry.page]
template <Word W>
constexpr W mk_pte(const MachineOf<W>& machine, W pfn, W flags) {
  return mutant("paging.entry.drops_flags") ? pfn << W(page_shift(machine))
                                            : (pfn << W(page_shift(machine))) | flags;
}

/// The entry of a directory for the table in a frame: KERNPG_TABLE or PAGE_TABLE. [paging.entry.table]
template <Word W>
constexpr W mk_pde(const MachineOf<W>& machine, W pfn, std::uint32_t flags) {
  if (mutant("paging.entry.gives_tables_to_the_user")) flags |= paging::PAGE_USER;
  return (pfn << W(page_shift(machine))) | W(flags);
}

/// The frame that an entry leads to.
template <Word W>
constexpr W pfn_of(const MachineOf<W>& machine, W entry) {
  return entry >> W(page_shift(machine));
}

template <Word W>
constexpr bool is_none(W entry) {
  return is_true(entry == W(0u));
}
template <Word W>
constexpr bool is_present(W entry) {
  return has(entry, paging::PAGE_PRESENT);
}
template <Word W>
constexpr bool is_large(W entry) {
  return has(entry, paging::PAGE_PSE);
}

// ---- The walk -----------------------------------------------------------------------------------------------------

template <Word W>
using Walked = std::variant<paging::Translation<W>, paging::PageFault>;

/// The error code of a fault: whether the entries are there, and what was tried. [paging.walk.error_code]
constexpr paging::PageFault page_fault(bool protection, const paging::Access& access) {
  std::uint32_t code = 0;
  if (protection) code |= paging::FAULT_PROTECTION;
  if (access.write && !mutant("paging.fault.forgets_write")) code |= paging::FAULT_WRITE;
  if (access.user) code |= paging::FAULT_USER;
  return {code};
}

/// Whether the entries of both levels permit an access; if not, the clause that forbids it. For a 4 MB page both are the entry
/// of the directory.
template <Word W>
constexpr Decision<bool> permits(W pde, W pte, const paging::Access& access) {
  const W both = mutant("paging.walk.asks_only_the_table") ? pte : pde & pte;
  if (access.user && !has(both, paging::PAGE_USER)) return {false, {"paging.walk.user_in_both"}};
  if (!access.write || has(both, paging::PAGE_RW)) return {true, {}};
  if (access.user) return {false, {"paging.walk.rw_in_both"}};
  return {!access.wp || mutant("paging.walk.ignores_write_protect"), {"paging.walk.write_protect"}};
}

/// What the processor makes of an address, without a TLB. `table_in(pfn)` is the table in a frame, as a map from slots to
/// entries.
template <Word W, class Directory, class TableIn>
constexpr Decision<Walked<W>> walk(const MachineOf<W>& machine, const Directory& directory,
                                   const TableIn& table_in, W addr, const paging::Access& access) {
  // refuse
  const W pde = lookup(directory, pgd_index<W>(machine, addr));
  if (!is_present(pde))
    return {page_fault(mutant("paging.fault.always_protection"), access),
            {"paging.walk.no_table", "paging.walk.error_code"}};

  // find
  const bool large = is_large(pde);
  const W pte = large ? pde : lookup(table_in(pfn_of<W>(machine, pde)), pte_index<W>(machine, addr));
  if (!is_present(pte))
    return {page_fault(mutant("paging.fault.always_protection"), access),
            {"paging.walk.no_page", "paging.walk.error_code"}};
  Decision<bool> permitted = permits(pde, pte, access);
  if (!permitted.value) {
    permitted.because.push_back("paging.walk.error_code");
    return {page_fault(true, access), std::move(permitted.because)};
  }

  // report
  const W within = large && !mutant("paging.walk.large_page_is_small") ? offset_in_slot<W>(machine, addr)
                                                                       : offset_in_page<W>(machine, addr);
  const W phys = (pfn_of<W>(machine, pte) << W(page_shift(machine))) + within;
  permitted.because.push_back(large ? ClauseRef("paging.walk.large_page") : ClauseRef("paging.walk.translates"));
  return {paging::Translation<W>{phys, pte}, std::move(permitted.because)};
}

/// An entry after an access through it: the processor marks those of both levels as accessed, and the one that maps the page as
/// dirty if it was written. [paging.walk.marks]
template <Word W>
constexpr W marked(W entry, bool maps_the_page, const paging::Access& access) {
  const bool dirty = (maps_the_page || mutant("paging.walk.marks_tables_dirty")) && access.write;
  return entry | W(paging::PAGE_ACCESSED) | W(dirty ? paging::PAGE_DIRTY : 0);
}

}  // namespace refmm::model::inline REFMM_BUILD
