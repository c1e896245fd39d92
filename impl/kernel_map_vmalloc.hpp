// vmalloc and vfree. Part of impl/kernel_map.hpp.
//
// Source: get_vm_area, __vmalloc, vmalloc_area_pages, vfree, vmfree_area_pages in mm/vmalloc.c of 2.4.0.
#pragma once

#include <refmm/impl/kernel_map_mappings.hpp>

namespace refmm::impl::inline REFMM_BUILD {

// ---- Areas --------------------------------------------------------------------------------------------------------

/// [kernel.get_vm_area.*]: an area for `size` bytes and a guard page. Its list element is requested before there is room for it.
template <KernelMapLayer Layer>
KernelReturned<KernelArea*> KernelMappings<Layer>::get_vm_area(Address size, kernel_map::AreaKind flags) {
  const std::optional<std::uint32_t> obj = layer_.kmalloc();
  if (!obj) return kernel_map::Refusal::no_list_element;
  KernelArea* const area = areas_.make();
  if (area == nullptr) {
    layer_.kfree(*obj);
    return kernel_map::Refusal::no_list_element;
  }
  size += mutant("kernel.impl.get_vm_area.no_guard_page") ? 0 : page_size;
  const std::optional<Address> addr = areas_.find_room(size);
  if (!addr) {
    areas_.destroy(area);
    layer_.kfree(*obj);
    return kernel_map::Refusal::no_room;
  }
  *area = {.vm_start = *addr,
           .vm_end = *addr + size,
           .vm_prev = nullptr,
           .vm_next = nullptr,
           .flags = flags,
           .obj = *obj};
  areas_.insert(*area);
  return area;
}

/// An area goes with its mappings.
template <KernelMapLayer Layer>
void KernelMappings<Layer>::free_area(KernelArea* area) {
  areas_.erase(*area);
  unmap(*area);
  const std::uint32_t obj = area->obj;
  areas_.destroy(area);
  layer_.kfree(obj);
}

// ---- vfree --------------------------------------------------------------------------------------------------------

/// [kernel.vfree.*]
template <KernelMapLayer Layer>
void KernelMappings<Layer>::vfree(Address addr) {
  if (addr == 0) return;
  if (offset_in_page(addr) != 0) return layer_.warn(kernel_map::Message::vfree_unaligned);
  KernelArea* const area = areas_.at(addr);
  if (area == nullptr) return layer_.warn(kernel_map::Message::vfree_unknown);
  free_area(area);
}

/// Calls `see(page, entry)` for the entries of a range that are not empty; slots without a table are passed over.
template <KernelMapLayer Layer>
template <class See>
void KernelMappings<Layer>::for_each_entry(Address addr, Address size, See see) {
  while (size != 0) {
    const Address bytes = within_slot(addr, size);
    if (Entry* const table = paging_.kernel_table(pgd_index(addr))) {
      Entry* const first = table + pte_index(addr);
      for (std::uint32_t i = 0; i != bytes >> page_shift; ++i)
        if (first[i] != 0) see(addr + (i << page_shift), first[i]);
    }
    addr += bytes;
    size -= bytes;
  }
}

/// [kernel.vfree.frames]: whether a frame that vmalloc has taken is given back: RAM that nobody has reserved meanwhile.
template <KernelMapLayer Layer>
bool KernelMappings<Layer>::gives_back(Pfn pfn) const {
  return pfn < num_physpages() && (!layer_.is_reserved(pfn) || mutant("kernel.impl.vfree.frees_reserved"));
}

/// [kernel.vfree.unmaps]: the guard page, too. What ioremap has mapped is not the kernel's to give back
/// ([defect.kernel.iounmap_frees_ram]). The entries of frames are taken from the processor first, but go on saying which frames they
/// led to; when the TLB has forgotten them, the frames are given back ([paging.tlb.flushed_before_reuse]). So nothing has to be
/// remembered elsewhere, and nothing can fail.
template <KernelMapLayer Layer>
void KernelMappings<Layer>::unmap(const KernelArea& area) {
  const bool owns_frames =
      area.flags == kernel_map::AreaKind::vmalloc || mutant("kernel.impl.vfree.frees_what_ioremap_mapped");
  const bool early = mutant("kernel.impl.vfree.frees_before_flush");
  const Address start = area.vm_start;
  const Address size = area.vm_end - start - (mutant("kernel.impl.vfree.keeps_last_page") ? 2 * page_size : 0);
  for_each_entry(start, size, [&](Address page, Entry& entry) {
    layer_.pte_cleared(page, entry);
    if (early && owns_frames && gives_back(pfn_of(entry))) layer_.free_page(pfn_of(entry));
    entry = owns_frames && !early ? entry & ~paging::PAGE_PRESENT : 0;
  });
  if (!mutant("kernel.impl.vfree.forgets_flush")) paging_.flush_tlb_all();
  if (owns_frames) {
    for_each_entry(start, size, [&](Address, Entry& entry) {
      if (gives_back(pfn_of(entry))) layer_.free_page(pfn_of(entry));
      entry = 0;
    });
  }
  if (mutant("kernel.impl.vfree.takes_tables_back")) paging_.take_empty_table_back(pgd_index(start));
}

// ---- vmalloc ------------------------------------------------------------------------------------------------------

template <KernelMapLayer Layer>
kernel_map::Gfp KernelMappings<Layer>::gfp_of(kernel_map::VmallocGfp gfp) const {
  switch (gfp) {
    case kernel_map::VmallocGfp::any:
      return any_frame();
    case kernel_map::VmallocGfp::dma:
      return mutant("kernel.impl.vmalloc.dma_is_any") ? any_frame() : kernel_map::Gfp::kernel_dma;
    case kernel_map::VmallocGfp::low:
      break;
  }
  return kernel_map::Gfp::kernel;
}

/// Frames from the lowest page upwards, for each slot its table first. What was mapped before something was missing stays.
template <KernelMapLayer Layer>
std::optional<kernel_map::Refusal> KernelMappings<Layer>::allocate_pages(Address addr, Address size,
                                                                         kernel_map::Gfp gfp) {
  const std::uint32_t flags =
      mutant("kernel.impl.vmalloc.forgets_global") ? paging::KERNPG_TABLE : paging_.page_kernel();
  while (size != 0) {
    const Address bytes = within_slot(addr, size);
    Entry* const table = paging_.pte_alloc_kernel(pgd_index(addr));
    if (table == nullptr) return kernel_map::Refusal::no_table;
    Entry* const first = table + pte_index(addr);
    for (std::uint32_t i = 0; i != bytes >> page_shift; ++i) {
      const std::optional<Pfn> pfn = layer_.alloc_page(gfp);
      if (!pfn) return kernel_map::Refusal::no_frame;
      first[i] = mk_entry(*pfn, flags);
    }
    addr += bytes;
    size -= bytes;
  }
  return std::nullopt;
}

/// [kernel.vmalloc.*]. A failure half way is undone by vfree ([kernel.vmalloc.undone]); tables that were made stay.
template <KernelMapLayer Layer>
KernelReturned<Address> KernelMappings<Layer>::vmalloc(kernel_map::VmallocGfp gfp, Address size) {
  size = page_of(mutant("kernel.impl.vmalloc.rounds_down") ? size : size + page_size - 1);
  if (size == 0 || size >> page_shift > num_physpages()) return kernel_map::Refusal::vmalloc_size;
  const auto area = get_vm_area(size, kernel_map::AreaKind::vmalloc);
  if (!area) return area.refusal();
  const Address addr = (*area)->vm_start;
  const std::optional<kernel_map::Refusal> refusal = allocate_pages(addr, size, gfp_of(gfp));
  paging_.flush_tlb_all();
  if (!refusal) return addr;
  if (!mutant("kernel.impl.vmalloc.keeps_half")) free_area(*area);
  return *refusal;
}

}  // namespace refmm::impl::inline REFMM_BUILD
