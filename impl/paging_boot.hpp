// The kernel's half of the address space as boot leaves it. Part of impl/paging.hpp.
//
// Source: pagetable_init, fixrange_init in arch/i386/mm/init.c of 2.4.0. Boot takes its tables from frames that it keeps.
#pragma once

#include <refmm/impl/paging_directories.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <KernelMapLayer Layer>
void PageDirectories<Layer>::check_machine() const {
  if (!has_two_level_tables(boot_.kernel.machine))
    throw std::invalid_argument("page tables of this kind have 1024 entries, for pages of 4096 bytes");
  const std::uint64_t end_of_ram =
      boot_.kernel.machine.page_offset + (std::uint64_t{boot_.ram_pages} << page_shift);
  if (end_of_ram + 2 * std::uint64_t{boot_.kernel.machine.vmalloc_offset} >= kernel_map::vmalloc_end(boot_))
    throw std::invalid_argument("so much RAM in the direct mapping leaves no room for other mappings");
  if (boot_.highmem_pages != 0 && boot_.config != kernel_map::Config::highmem)
    throw std::invalid_argument("frames behind the direct mapping need a kernel for high memory");
}

template <KernelMapLayer Layer>
void PageDirectories<Layer>::set_up() {
  check_machine();
  std::memset(entries_of(swapper_pg_dir), 0, page_size);
  cpu_.load_cr3(swapper_pg_dir);
  map_ram();
  boot_table(entries_per_table - 1);
  if (boot_.config == kernel_map::Config::highmem) boot_table(pgd_index(boot_.kernel.machine.pkmap_base));
  if (boot_.kernel.sharing == kernel_map::Sharing::preallocated) preallocate_tables();
}

/// [kernel.boot.direct_mapping]: pages of 4 MB to the end of the last one begun, or of 4 KB to the end of RAM.
template <KernelMapLayer Layer>
void PageDirectories<Layer>::map_ram() {
  Entry* const swapper = entries_of(swapper_pg_dir);
  std::uint32_t slot = first_kernel_slot_;
  for (Pfn pfn = 0; pfn < boot_.ram_pages; pfn += entries_per_table, ++slot) {
    if (boot_.pse) {
      swapper[slot] = mk_entry(pfn, page_kernel() | paging::PAGE_PSE);
      continue;
    }
    Entry* const table = boot_table(slot);
    const Pfn left = boot_.ram_pages - pfn;
    for (Pfn page = 0; page < entries_per_table && page < left; ++page)
      table[page] = mk_entry(pfn + page, page_kernel());
  }
}

/// [kernel.boot.tables]: an empty table for a slot.
template <KernelMapLayer Layer>
Entry* PageDirectories<Layer>::boot_table(std::uint32_t slot) {
  Entry* const table = entries_of(next_boot_table_);
  std::memset(table, 0, page_size);
  entries_of(swapper_pg_dir)[slot] = mk_entry(next_boot_table_++, paging::KERNPG_TABLE);
  return table;
}

/// [paging.kernel.preallocated]: every slot of the kernel's half has a table, as far as there are frames.
template <KernelMapLayer Layer>
void PageDirectories<Layer>::preallocate_tables() {
  Entry* const swapper = entries_of(swapper_pg_dir);
  for (std::uint32_t slot = first_kernel_slot_; slot != entries_per_table; ++slot) {
    if (swapper[slot] != 0) continue;
    const std::optional<Pfn> pfn = layer_.get_free_page();
    if (!pfn) return;
    std::memset(entries_of(*pfn), 0, page_size);
    swapper[slot] = mk_entry(*pfn, paging::KERNPG_TABLE);
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
