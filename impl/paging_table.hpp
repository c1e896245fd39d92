// Page tables: where they come from. Part of impl/paging.hpp.
//
// Source: pte_alloc_kernel and get_pte_fast in include/asm-i386/pgalloc.h, get_pte_kernel_slow in arch/i386/mm/init.c of 2.4.0. A slot
// for which there is no frame stays empty: there is no table that stands in ([defect.kernel.stand_in_table]).
#pragma once

#include <refmm/impl/paging_directories.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// An empty table: the first one of the quick list ([paging.table.quick_list]), or a new one ([paging.table.fresh]).
template <KernelMapLayer Layer>
std::optional<Pfn> PageDirectories<Layer>::new_table() {
  if (pte_quicklist_ != 0) {
    const Pfn pfn = pop(pte_quicklist_);
    if (!mutant("paging.impl.table.keeps_link")) entries_of(pfn)[0] = 0;
    return pfn;
  }
  const std::optional<Pfn> pfn = layer_.get_free_page();
  if (pfn && !mutant("paging.impl.table.keeps_contents")) std::memset(entries_of(*pfn), 0, page_size);
  return pfn;
}

/// [paging.kernel.monotone]: an entry of swapper_pg_dir changes once, from nothing to a table. Existing directories are not told.
template <KernelMapLayer Layer>
Entry* PageDirectories<Layer>::pte_alloc_kernel(std::uint32_t slot) {
  if (Entry* const table = kernel_table(slot)) return table;
  if (boot_.kernel.sharing == kernel_map::Sharing::preallocated) return nullptr;
  const std::optional<Pfn> pfn = new_table();
  if (!pfn) return nullptr;
  set_pde(swapper_pg_dir, slot,
          mk_entry(*pfn, mutant("paging.impl.table.user_flag") ? paging::PAGE_TABLE : paging::KERNPG_TABLE));
  return table_in(layer_, *pfn);
}

template <KernelMapLayer Layer>
void PageDirectories<Layer>::take_empty_table_back(std::uint32_t slot) {
  const Entry* const table = kernel_table(slot);
  if (table == nullptr || std::any_of(table, table + entries_per_table, [](Entry entry) { return entry != 0; }))
    return;
  const Pfn pfn = pfn_of(directory(swapper_pg_dir)[slot]);
  set_pde(swapper_pg_dir, slot, 0);
  layer_.free_page(pfn);
}

}  // namespace refmm::impl::inline REFMM_BUILD
