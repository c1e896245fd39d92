// How the directories of all processes come by the kernel's page tables.
//
// Functions over directories as total maps from slots to entries, for any map (spec/map.hpp): what is proved of one arbitrary slot
// of one arbitrary directory holds of every slot and every process. Two policies: lazy, as 2.4.0 has it, where tables appear in
// swapper_pg_dir on demand and a fault brings a directory up to date; and preallocated, where all tables are there from boot.
#pragma once

#include <refmm/model/paging.hpp>
#include <refmm/spec/kernel_map_kernel.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

using kernel_map::Sharing;

/// The first slot of the kernel's half; those below are the user's. 2.4.0: USER_PTRS_PER_PGD.
template <std::unsigned_integral N>
constexpr N first_kernel_slot(const BasicMachine<N>& machine) {
  return machine.page_offset >> pgdir_shift(machine);
}

/// A new directory: the user's half empty, the kernel's as swapper_pg_dir has it now. 2.4.0: get_pgd_slow.
/// [paging.pgd_alloc.fresh]
template <Word W, class Directory>
constexpr Directory kernel_half_copied(const MachineOf<W>& machine, const Directory& swapper) {
  if (mutant("paging.pgd_alloc.copies_all_of_swapper")) return swapper;
  const W first = first_kernel_slot(machine);
  return values_from(swapper, mutant("paging.pgd_alloc.misses_a_slot") ? first + W(1u) : first, W(0u));
}

/// A directory that goes to the quick list: its first slot holds the link to the next one, and is empty when it comes back. All
/// others stay as they are. 2.4.0: free_pgd_fast, get_pgd_fast. [paging.pgd_alloc.quick_list]
template <Word W, class Directory>
constexpr Directory recycled(const Directory& pgd) {
  // The mutant leaves the link where the kernel has an entry.
  if (mutant("paging.quick_list.links_in_the_last_slot")) return updated(pgd, W(1023u), W(0x1000u));
  return mutant("paging.pgd_alloc.keeps_the_link") ? updated(pgd, W(0u), W(0x1000u)) : updated(pgd, W(0u), W(0u));
}

/// swapper_pg_dir with a table of the kernel in a slot that has none. What is there is never changed. [paging.kernel.monotone]
template <Word W, class Directory>
constexpr Directory table_added(const Directory& swapper, W slot, W entry) {
  if (!is_none(W(lookup(swapper, slot))) && !mutant("paging.kernel.replaces_tables")) return swapper;
  return updated(swapper, slot, entry);
}

/// swapper_pg_dir when a table of the kernel has become empty: as before. The mutant is what a kernel would do that takes such
/// tables back: directories that have copied the entry then lead to a frame that is somebody else's. [paging.kernel.monotone]
template <Word W, class Directory>
constexpr Directory table_emptied(const Directory& swapper, W slot) {
  return mutant("paging.kernel.takes_empty_tables_back") ? updated(swapper, slot, W(0u)) : swapper;
}

/// What a fault in the kernel's half does to the directory that was active.
template <class Directory>
struct Synced {
  Directory pgd;
  bool copied;  // if not, the fault is an error
};

/// A slot that the directory does not have and swapper_pg_dir has is copied; the tables are not looked at. Where all tables are
/// there from boot, there is nothing to copy. 2.4.0: vmalloc_fault in do_page_fault. [paging.kernel.synced]
template <Word W, class Directory>
constexpr Synced<Directory> vmalloc_fault(Sharing sharing, const Directory& swapper, const Directory& pgd,
                                          W slot) {
  // refuse
  if (sharing == Sharing::preallocated)
    return {mutant("paging.fault.drops_what_it_cannot_copy") ? updated(pgd, slot, W(0u)) : pgd, false};
  if (is_present(W(lookup(pgd, slot)))) return {pgd, false};
  const W entry = lookup(swapper, slot);
  if (!is_present(entry)) return {pgd, false};

  // change
  return {
      updated(pgd, slot, mutant("paging.fault.copies_the_next_slot") ? W(lookup(swapper, slot + W(1u))) : entry),
      true};
}

/// A directory with another entry in a slot of the user's half; the kernel's half is nobody's to write. [paging.user.isolated]
template <Word W, class Directory>
constexpr Directory user_entry_set(const MachineOf<W>& machine, const Directory& pgd, W slot, W entry) {
  if (slot >= W(first_kernel_slot(machine)) && !mutant("paging.user.writes_kernel_slots")) return pgd;
  return updated(pgd, slot, entry);
}

}  // namespace refmm::model::inline REFMM_BUILD
