// kmap and kunmap. Part of impl/kernel_map.hpp.
//
// Source: mm/highmem.c and include/asm-i386/highmem.h of 2.4.0.
#pragma once

#include <refmm/impl/kernel_map_mappings.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [kernel.kmap.round]: entries without users are cleared, and then the TLB is flushed: nobody gets one before.
template <KernelMapLayer Layer>
void KernelMappings<Layer>::flush_all_zero_pkmaps() {
  Entry* const table = window_entries();
  for (std::uint32_t entry = 0; entry != KmapWindow::entries; ++entry) {
    if (!window_.is_unused(entry)) continue;
    layer_.pte_cleared(window_.address(entry), table[entry]);
    window_.take(entry, pfn_of(table[entry]));
    table[entry] = 0;
  }
  if (!mutant("kernel.impl.kmap.forgets_flush")) paging_.flush_tlb_all();
}

/// [kernel.kmap.*]
template <KernelMapLayer Layer>
KernelReturned<Address> KernelMappings<Layer>::kmap(Pfn pfn) {
  if (pfn < boot_.ram_pages) return boot_.kernel.machine.page_offset + (pfn << page_shift);
  std::optional<std::uint32_t> entry = window_.entry_of(pfn);
  if (!entry) {
    entry = window_.find_entry([&] { flush_all_zero_pkmaps(); });
    if (!entry) return kernel_map::Refusal::window_full;
    window_entries()[*entry] = mk_entry(pfn, paging_.page_kernel());
    window_.give(*entry, pfn);
  }
  window_.use(*entry);
  return window_.address(*entry);
}

/// [kernel.kunmap.*]: the entry stays, for the next one who maps the frame.
template <KernelMapLayer Layer>
KernelReturned<void> KernelMappings<Layer>::kunmap(Pfn pfn) {
  if (pfn < boot_.ram_pages) return {};
  const std::optional<std::uint32_t> entry = window_.entry_of(pfn);
  if (!entry) return kernel_map::Refusal::kunmap_not_mapped;
  if (window_.is_unused(*entry)) return kernel_map::Refusal::kunmap_not_used;
  window_.unuse(*entry);
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
