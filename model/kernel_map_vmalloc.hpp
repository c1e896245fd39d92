// vmalloc and vfree, and the place of an area in the list.
//
// Follows get_vm_area, __vmalloc, vmalloc_area_pages and vfree in mm/vmalloc.c.
#pragma once

#include <refmm/model/kernel_map_areas.hpp>
#include <refmm/model/kernel_map_pages.hpp>
#include <refmm/model/paging_user.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- get_vm_area ----------------------------------------------------------------------------------------------------

/// A new area, or Refused.
template <Word W>
struct AreaFound {
  KernelMapStep<W> so_far;
  kernel_map::VmStruct<W> area;
};

/// Whether an area reaches into the window for high frames, which ends the range only in a corrected kernel.
template <Word W>
constexpr bool reaches_into_window(const kernel_map::Boot<W>& boot, W addr, W size) {
  return boot.config == kernel_map::Config::highmem && !boot.kernel.corrected.kmap_window &&
         addr + size > W(boot.kernel.machine.pkmap_base) && addr + size <= kernel_map::vmalloc_end_as_built(boot);
}

/// An area for `size` bytes and a guard page, in the list. 2.4.0: get_vm_area.
template <Word W>
constexpr AreaFound<W> get_vm_area(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W size,
                                   kernel_map::AreaKind flags) {
  // refuse
  ListElement<W> element = kmalloc<W>(std::move(so_far));
  so_far = std::move(element.so_far);
  if (!element.obj)
    return {refused(std::move(so_far), kernel_map::Refusal::no_list_element, "kernel.get_vm_area.no_element"), {}};
  size = size + W(boot.kernel.machine.page_size);
  auto room = find_room<W>(boot.kernel.corrected, kernel_map::vmalloc_start(boot), kernel_map::vmalloc_end(boot),
                           so_far.state.vmlist, size);
  so_far = cited(std::move(so_far), room.because);
  if (!room.value) {
    so_far.result = kernel_map::Refused{kernel_map::Refusal::no_room};
    return {kfree(std::move(so_far), *element.obj), {}};
  }

  // find
  const Place<W> place = *room.value;
  const kernel_map::VmStruct<W> area{place.addr, size, flags, *element.obj};

  // change
  auto& list = so_far.state.vmlist;
  list = inserted(std::move(list), place.position, area);

  // report
  so_far.because.push_back("kernel.areas.guard_page");
  if (reaches_into_window<W>(boot, area.addr, area.size)) so_far.because.push_back("defect.kernel.kmap_window");
  so_far.result = kernel_map::Address<W>{area.addr};
  return {std::move(so_far), area};
}

// ---- vfree ----------------------------------------------------------------------------------------------------------

/// The area that begins at `addr` goes with its mappings. 2.4.0: vfree.
template <Word W>
constexpr KernelMapStep<W> vfree(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W addr) {
  so_far.result = kernel_map::Nothing{};

  // refuse
  if (addr == W(0u)) return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.vfree.null");
  if (!is_page_aligned<W>(boot.kernel.machine, addr)) {
    so_far.because.push_back("kernel.vfree.unaligned");
    return warned(std::move(so_far), kernel_map::Message::vfree_unaligned);
  }
  const auto* found = kernel_map::area_at(so_far.state, addr);
  if (!found) {
    so_far.because.push_back("kernel.vfree.unknown");
    return warned(std::move(so_far), kernel_map::Message::vfree_unknown);
  }

  // find
  const kernel_map::VmStruct<W> area = *found;

  // change
  std::erase_if(so_far.state.vmlist, [&](const auto& other) { return other.obj == area.obj; });
  so_far.because.push_back("kernel.vfree.unmaps");
  so_far = vmfree_area_pages<W>(boot, std::move(so_far), area);
  return kfree(std::move(so_far), area.obj);
}

// ---- vmalloc --------------------------------------------------------------------------------------------------------

/// What an entry that should be empty is a leftover of: an area that vfree left at the top, or a window that areas must not reach.
/// (The stand-in table is named where it is found.)
template <Word W>
constexpr ClauseRef leftover(const kernel_map::Boot<W>& boot, W page) {
  if (boot.config == kernel_map::Config::highmem && page >= W(boot.kernel.machine.pkmap_base))
    return "defect.kernel.kmap_window";
  return "defect.kernel.vfree_to_the_top";
}

/// One page of an area gets a frame; Refused if there is none.
template <Word W>
constexpr KernelMapStep<W> page_allocated(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                          kernel_map::Gfp gfp, W table, W table_slot, W page) {
  const MachineOf<W>& machine = boot.kernel.machine;
  if (!is_none(lookup(entries_in(so_far.state, table), table_slot))) {
    if (table != W(kernel_map::stand_in_table<W>)) so_far = cited(std::move(so_far), leftover<W>(boot, page));
    so_far = warned(std::move(so_far), kernel_map::Message::page_exists);
  }
  TakenFrame<W> taken = alloc_page<W>(boot, std::move(so_far), gfp);
  if (!taken.pfn)
    return refused(std::move(taken.so_far), kernel_map::Refusal::no_frame, "kernel.vmalloc.no_frame");
  std::uint32_t flags = paging::KERNPG_TABLE;
  if (kernel_map::has_global_pages(boot)) flags |= paging::PAGE_GLOBAL;
  return entry_set<W>(std::move(taken.so_far), table, table_slot, mk_pte<W>(machine, *taken.pfn, W(flags)), page);
}

/// The pages of a range in the slot of `addr`: first their table, if there is none, then the frames. Refused half way.
template <Word W>
constexpr KernelMapStep<W> slot_allocated(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                          kernel_map::Gfp gfp, W addr, W size) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W slot = pgd_index<W>(machine, addr);
  TableFound<W> table = pte_alloc_kernel<W>(boot, std::move(so_far), slot);
  if (!table.pfn)
    return refused(std::move(table.so_far), kernel_map::Refusal::no_table, "kernel.vmalloc.no_table");
  so_far = std::move(table.so_far);
  const PagesInSlot<W> pages = pages_in_slot<W>(machine, addr, size);
  for (W page = pages.first; page != pages.end && !was_refused(so_far); page = page + W(1u)) {
    const W address = (slot << W(pgdir_shift(machine))) + (page << W(page_shift(machine)));
    so_far = page_allocated<W>(boot, std::move(so_far), gfp, *table.pfn, page, address);
  }
  return so_far;
}

/// Frames for a range, from the lowest page upwards, then a flush; Refused where a table or a frame is missing.
/// 2.4.0: vmalloc_area_pages.
template <Word W>
constexpr KernelMapStep<W> vmalloc_area_pages(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                              kernel_map::Gfp gfp, W start, W size) {
  const W end = start + size;
  W addr = start;
  do {
    so_far = slot_allocated<W>(boot, std::move(so_far), gfp, addr, end - addr);
    addr = next_slot<W>(boot.kernel.machine, addr);
  } while (!was_refused(so_far) && goes_on<W>(addr, end));
  return flush_tlb_all<W>(boot, std::move(so_far));
}

template <Word W>
constexpr kernel_map::Gfp gfp_of(const kernel_map::Boot<W>& boot, kernel_map::VmallocGfp gfp) {
  switch (gfp) {
    case kernel_map::VmallocGfp::any:
      return any_frame(boot);
    case kernel_map::VmallocGfp::dma:
      return kernel_map::Gfp::kernel_dma;
    case kernel_map::VmallocGfp::low:
      return kernel_map::Gfp::kernel;
  }
  return kernel_map::Gfp::kernel;
}

/// A failure half way: the whole area goes through vfree, and the call is refused for what was missing.
template <Word W>
constexpr KernelMapStep<W> undone(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W addr) {
  const kernel_map::Result<W> why = so_far.result;
  so_far = vfree<W>(boot, std::move(so_far), addr);
  so_far.result = why;
  return so_far;
}

/// Frames behind an area of their own. The result is its Address, or Refused. 2.4.0: __vmalloc.
template <Word W>
constexpr KernelMapStep<W> vmalloc(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                   const kernel_map::Vmalloc<W>& call) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // refuse
  const W size = page_align<W>(machine, call.size);
  if (size == W(0u) || pages_in<W>(machine, size) > kernel_map::num_physpages(boot))
    return refused(std::move(so_far), kernel_map::Refusal::vmalloc_size, "kernel.vmalloc.bug.size");
  AreaFound<W> found = get_vm_area<W>(boot, std::move(so_far), size, kernel_map::AreaKind::vmalloc);
  if (was_refused(found.so_far)) return std::move(found.so_far);

  // change
  const W addr = found.area.addr;
  so_far = vmalloc_area_pages<W>(boot, std::move(found.so_far), gfp_of(boot, call.gfp), addr, size);
  if (was_refused(so_far)) {
    so_far.because.push_back("kernel.vmalloc.undone");
    return undone<W>(boot, std::move(so_far), addr);
  }

  // report
  so_far.because.push_back("kernel.vmalloc.frames");
  return succeeded<W>(std::move(so_far), kernel_map::Address<W>{addr}, "kernel.vmalloc.pages");
}

}  // namespace refmm::model::inline REFMM_BUILD
