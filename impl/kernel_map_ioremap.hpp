// ioremap and iounmap. Part of impl/kernel_map.hpp.
//
// Source: __ioremap, remap_area_pages, iounmap in arch/i386/mm/ioremap.c of 2.4.0.
#pragma once

#include <refmm/impl/kernel_map_mappings.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [kernel.ioremap.ram], [kernel.ioremap.ram_behind_end]: a range that begins in RAM, low or high, must be reserved, and end in it.
template <KernelMapLayer Layer>
std::optional<kernel_map::Refusal> KernelMappings<Layer>::check_ram(Address phys, Address last) const {
  const Pfn end = mutant("kernel.impl.ioremap.ignores_high_ram") ? boot_.ram_pages : num_physpages();
  const Pfn first_frame = phys >> page_shift, last_frame = last >> page_shift;
  if (first_frame >= end) return std::nullopt;
  for (Pfn pfn = first_frame; pfn <= last_frame && pfn < end; ++pfn) {
    if (!layer_.is_reserved(pfn)) return kernel_map::Refusal::ram_in_use;
    if (mutant("kernel.impl.ioremap.looks_at_the_first_frame")) break;
  }
  if (last_frame >= end) return kernel_map::Refusal::ram_behind_end;
  return std::nullopt;
}

/// Fills tables, a table at a time; false if one is missing. Where the area was empty there is nothing that the processor could know.
template <KernelMapLayer Layer>
bool KernelMappings<Layer>::remap_pages(Address addr, Address size, Address phys, std::uint32_t flags) {
  for (Entry entry = phys | flags; size != 0;) {
    const Address bytes = within_slot(addr, size);
    Entry* const table = paging_.pte_alloc_kernel(pgd_index(addr));
    if (table == nullptr) return false;
    Entry* const first = table + pte_index(addr);
    for (std::uint32_t i = 0; i != bytes >> page_shift; ++i, entry += page_size) first[i] = entry;
    addr += bytes;
    size -= bytes;
  }
  return true;
}

/// [kernel.ioremap.*]. The pages go up to the one of the last byte ([kernel.ioremap.covers]); where that is the last one of physical
/// memory their end is 0, and the difference to the start is right.
template <KernelMapLayer Layer>
KernelReturned<Address> KernelMappings<Layer>::ioremap(Address phys, Address size, bool nocache) {
  const Address last = phys + size - 1;
  if (size == 0) return kernel_map::Refusal::size_zero;
  if (last < phys) return kernel_map::Refusal::range_wraps;
  const Address isa_end =
      boot_.kernel.machine.isa_end - (mutant("kernel.impl.ioremap.window_a_page_short") ? page_size : 0);
  if (phys >= boot_.kernel.machine.isa_start && last < isa_end) return boot_.kernel.machine.page_offset + phys;
  if (const auto refusal = check_ram(phys, last)) return *refusal;

  const Address start = page_of(phys);
  const bool as_built = mutant("kernel.impl.ioremap.loses_last_page") && last != start;
  const Address bytes = as_built ? page_of(last + page_size - 1) - start : page_of(last) + page_size - start;
  const auto area = get_vm_area(bytes, kernel_map::AreaKind::ioremap);
  if (!area) return area.refusal();
  const Address addr = (*area)->vm_start;
  if (!remap_pages(addr, bytes, start, nocache ? paging::KERNPG_TABLE | paging::PAGE_PCD : paging::KERNPG_TABLE)) {
    free_area(*area);
    return kernel_map::Refusal::no_table;
  }
  paging_.flush_tlb_all();
  return mutant("kernel.impl.ioremap.forgets_offset") ? addr : addr + offset_in_page(phys);
}

/// [kernel.iounmap.*]: addresses of the direct mapping, and the one behind it, are nobody's.
template <KernelMapLayer Layer>
void KernelMappings<Layer>::iounmap(Address addr) {
  if (addr <= kernel_map::high_memory(boot_)) return;
  vfree(page_of(addr));
}

}  // namespace refmm::impl::inline REFMM_BUILD
