// The user's half of a directory. Part of impl/paging.hpp.
//
// Two calls of refmm's own stand for what page faults, fork and exit do in 2.4.0: pages come and go with their tables as in
// clear_page_tables and zap_page_range of mm/memory.c.
#pragma once

#include <refmm/impl/paging_directories.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [paging.map_user]. A table that was made for it stays if there is no frame.
template <KernelMapLayer Layer>
KernelReturned<Pfn> PageDirectories<Layer>::map_user(Pfn pgd, Address addr, bool writable) {
  const std::uint32_t slot = pgd_index(addr);
  if (slot >= first_kernel_slot_) return kernel_map::Refusal::kernel_half;
  if (!is_present(directory(pgd)[slot])) {
    const std::optional<Pfn> table = new_table();
    if (!table) return kernel_map::Refusal::no_table;
    set_pde(pgd, slot, mk_entry(*table, paging::PAGE_TABLE));
  }
  Entry& pte = entries_of(pfn_of(directory(pgd)[slot]))[pte_index(addr)];
  if (pte != 0) return kernel_map::Refusal::already_mapped;
  const bool high = boot_.config == kernel_map::Config::highmem;
  const auto pfn = layer_.alloc_page(high ? kernel_map::Gfp::kernel_highmem : kernel_map::Gfp::kernel);
  if (!pfn) return kernel_map::Refusal::no_frame;
  const std::uint32_t flags = paging::PAGE_PRESENT | paging::PAGE_USER | paging::PAGE_ACCESSED;
  const bool writes = writable || mutant("paging.impl.map_user.always_writable");
  pte = mk_entry(*pfn, writes ? flags | paging::PAGE_RW | paging::PAGE_DIRTY : flags);
  return *pfn;
}

/// Calls `see(slot, table)` for the tables of the user's half among these slots.
template <KernelMapLayer Layer>
template <class See>
void PageDirectories<Layer>::for_each_user_table(Pfn pgd, std::uint32_t first, std::uint32_t nr, See see) {
  for (std::uint32_t slot = first; slot < first_kernel_slot_ && slot - first < nr; ++slot) {
    const Entry pde = directory(pgd)[slot];
    if (pde != 0) see(slot, pfn_of(pde));
  }
}

/// [paging.clear_page_tables], in two passes around the flush: first all entries are taken from the processor, but go on saying which
/// frames they led to, and then the frames go. So nothing has to be remembered elsewhere.
template <KernelMapLayer Layer>
void PageDirectories<Layer>::clear_page_tables(Pfn pgd, std::uint32_t first, std::uint32_t nr) {
  for_each_user_table(pgd, first, nr, [&](std::uint32_t slot, Pfn table) {
    Entry* const entries = entries_of(table);
    for (std::uint32_t page = 0; page != entries_per_table; ++page) {
      if (!is_present(entries[page])) continue;
      layer_.pte_cleared(slot << pgdir_shift | page << page_shift, entries[page]);
      entries[page] &= ~paging::PAGE_PRESENT;
    }
    entries_of(pgd)[slot] &= ~paging::PAGE_PRESENT;
    layer_.set_pde(pgd, slot, 0);
  });
  if (!mutant("paging.impl.clear_page_tables.forgets_flush")) flush(false);
  for_each_user_table(pgd, first, nr, [&](std::uint32_t slot, Pfn table) {
    const Entry* const entries = directory(table);
    for (std::uint32_t page = 0; page != entries_per_table; ++page)
      if (entries[page] != 0) layer_.free_page(pfn_of(entries[page]));
    if (!mutant("paging.impl.clear_page_tables.keeps_table")) layer_.free_page(table);
    entries_of(pgd)[slot] = 0;
  });
}

}  // namespace refmm::impl::inline REFMM_BUILD
