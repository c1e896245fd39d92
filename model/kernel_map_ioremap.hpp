// ioremap and iounmap: physical ranges in the kernel's half.
//
// Follows __ioremap, remap_area_pages and iounmap in arch/i386/mm/ioremap.c.
#pragma once

#include <refmm/model/kernel_map_vmalloc.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Refusals -------------------------------------------------------------------------------------------------------

/// The frames of the machine.
template <Word W>
struct Ram {
  W ram_pages;      // low ones
  W num_physpages;  // all
};

/// Whether frame `pfn` of a range that begins at frame `first` forbids it: RAM in use. As built, it may be any frame where the
/// range begins behind the low ones. [kernel.ioremap.ram]
template <Word W>
constexpr Decision<bool> ram_in_use(const kernel_map::Corrections& corrected, const Ram<W>& ram, W first, W pfn,
                                    bool reserved) {
  if (pfn >= ram.num_physpages || reserved) return {false, {}};
  if (first >= ram.ram_pages && !corrected.ioremap_high_ram) return {false, {"defect.kernel.ioremap_high_ram"}};
  return {true, {"kernel.ioremap.ram"}};
}

/// Whether a range from frame `first` to `last` begins in RAM and goes on behind it. As built, likewise.
/// [kernel.ioremap.ram_behind_end]
template <Word W>
constexpr Decision<bool> ram_behind_end(const kernel_map::Corrections& corrected, const Ram<W>& ram, W first,
                                        W last) {
  if (first >= ram.num_physpages || last < ram.num_physpages) return {false, {}};
  if (first >= ram.ram_pages && !corrected.ioremap_high_ram) return {false, {"defect.kernel.ioremap_high_ram"}};
  return {true, {"kernel.ioremap.ram_behind_end"}};
}

/// Refused, or as it was: no frame of the range may be RAM that is not reserved, and RAM must be all of it.
template <Word W>
constexpr KernelMapStep<W> check_ram(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W phys, W last) {
  const kernel_map::Corrections& corrected = boot.kernel.corrected;
  const Ram<W> ram{boot.ram_pages, kernel_map::num_physpages(boot)};
  const W first = pages_in<W>(boot.kernel.machine, phys);
  const W end = pages_in<W>(boot.kernel.machine, last) + W(1u);
  for (W pfn = first; pfn < end && pfn < ram.num_physpages; pfn = pfn + W(1u)) {
    const bool reserved = kernel_map::frame_at(boot, so_far.state, pfn).reserved;
    const auto forbids = ram_in_use<W>(corrected, ram, first, pfn, reserved);
    for (const ClauseRef clause : forbids.because) so_far = cited(std::move(so_far), clause);
    if (!forbids.value) continue;
    so_far.result = kernel_map::Refused{kernel_map::Refusal::ram_in_use};
    return so_far;
  }
  const auto forbids = ram_behind_end<W>(corrected, ram, first, pages_in<W>(boot.kernel.machine, last));
  for (const ClauseRef clause : forbids.because) so_far = cited(std::move(so_far), clause);
  if (forbids.value) so_far.result = kernel_map::Refused{kernel_map::Refusal::ram_behind_end};
  return so_far;
}

// ---- remap_area_pages -----------------------------------------------------------------------------------------------

/// The flags of a page of a device. [kernel.ioremap.flags]
constexpr std::uint32_t io_page_flags(bool nocache) {
  return nocache ? paging::KERNPG_TABLE | paging::PAGE_PCD : paging::KERNPG_TABLE;
}

/// Where a range is mapped to, and how.
template <Word W>
struct Remap {
  W start;  // of the area
  W phys;   // what is mapped there
  W flags;  // of the entries
};

/// The entry for the page at `page` of an area. [kernel.ioremap.covers]
template <Word W>
constexpr W io_entry(const MachineOf<W>& machine, const Remap<W>& remap, W page) {
  return mk_pte<W>(machine, pages_in<W>(machine, remap.phys + (page - remap.start)), remap.flags);
}

/// What of a range lies in the slot of `addr` is mapped; Refused where there is no table, or an entry in the way.
template <Word W>
constexpr KernelMapStep<W> slot_remapped(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                         const Remap<W>& remap, W addr, W size) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W slot = pgd_index<W>(machine, addr);
  TableFound<W> table = pte_alloc_kernel<W>(boot, std::move(so_far), slot);
  if (!table.pfn)
    return refused(std::move(table.so_far), kernel_map::Refusal::no_table, "kernel.ioremap.no_table");
  so_far = std::move(table.so_far);
  const PagesInSlot<W> pages = pages_in_slot<W>(machine, addr, size);
  for (W page = pages.first; page != pages.end; page = page + W(1u)) {
    const W address = (slot << W(pgdir_shift(machine))) + (page << W(page_shift(machine)));
    if (!is_none(lookup(entries_in(so_far.state, *table.pfn), page))) {
      const ClauseRef defect = *table.pfn == W(kernel_map::stand_in_table<W>)
                                   ? ClauseRef("defect.kernel.stand_in_table")
                                   : leftover<W>(boot, address);
      return refused(std::move(so_far), kernel_map::Refusal::remap_page_exists, defect);
    }
    const W entry = io_entry<W>(machine, remap, address);
    so_far = entry_set<W>(std::move(so_far), *table.pfn, page, entry, address);
  }
  return so_far;
}

/// A physical range behind an area, then a flush; without one where a table is missing. 2.4.0: remap_area_pages.
template <Word W>
constexpr KernelMapStep<W> remap_area_pages(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                            const Remap<W>& remap, W size) {
  const W end = remap.start + size;
  if (remap.start >= end)
    return refused(
        std::move(so_far), kernel_map::Refusal::remap_end_below,
        size == W(0u) ? ClauseRef("defect.kernel.ioremap_one_byte") : ClauseRef("defect.kernel.area_wraps"));
  W addr = remap.start;
  do {
    so_far = slot_remapped<W>(boot, std::move(so_far), remap, addr, end - addr);
    if (was_refused(so_far)) return so_far;
    addr = next_slot<W>(boot.kernel.machine, addr);
  } while (goes_on<W>(addr, end));
  return flush_tlb_all<W>(boot, std::move(so_far));
}

// ---- ioremap --------------------------------------------------------------------------------------------------------

/// A physical range, mapped. The result is the Address of its first byte, or Refused. 2.4.0: __ioremap.
template <Word W>
constexpr KernelMapStep<W> ioremap(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                   const kernel_map::Ioremap<W>& call) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W last = last_of<W>(call.phys, call.size);

  // refuse
  if (call.size == W(0u))
    return refused(std::move(so_far), kernel_map::Refusal::size_zero, "kernel.ioremap.size_zero");
  if (range_wraps<W>(call.phys, call.size))
    return refused(std::move(so_far), kernel_map::Refusal::range_wraps, "kernel.ioremap.wraps");
  if (in_isa_window<W>(machine, call.phys, last))
    return succeeded<W>(std::move(so_far), kernel_map::Address<W>{W(machine.page_offset) + call.phys},
                        "kernel.ioremap.isa_window");
  so_far = check_ram<W>(boot, std::move(so_far), call.phys, last);
  if (was_refused(so_far)) return so_far;
  auto range = io_range<W>(machine, boot.kernel.corrected, call.phys, call.size);
  AreaFound<W> found = get_vm_area<W>(boot, std::move(so_far), range.value.size, kernel_map::AreaKind::ioremap);
  if (was_refused(found.so_far)) return std::move(found.so_far);

  // change
  const W addr = found.area.addr;
  const Remap<W> remap{addr, range.value.page, W(io_page_flags(call.nocache))};
  so_far = cited(std::move(found.so_far), range.because);
  so_far = remap_area_pages<W>(boot, std::move(so_far), remap, range.value.size);
  if (has_ended(so_far)) return so_far;
  if (was_refused(so_far)) return undone<W>(boot, std::move(so_far), addr);

  // report
  return succeeded<W>(std::move(so_far), kernel_map::Address<W>{addr + range.value.offset},
                      "kernel.ioremap.flags");
}

/// The area whose first page has `addr` goes, unless the address is the direct mapping's, or the one behind it. 2.4.0: iounmap.
template <Word W>
constexpr KernelMapStep<W> iounmap(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W addr) {
  if (addr <= kernel_map::high_memory(boot))
    return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.iounmap.direct_mapping");
  so_far.because.push_back("kernel.iounmap.page");
  return vfree<W>(boot, std::move(so_far), addr - offset_in_page<W>(boot.kernel.machine, addr));
}

}  // namespace refmm::model::inline REFMM_BUILD
