// The pages of an area: unmapped by vfree, and the walk over slots that vmalloc and ioremap share with it.
//
// Follows vmfree_area_pages and free_area_pte in mm/vmalloc.c.
#pragma once

#include <refmm/model/paging_tables.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The pages of a range that lie in one slot of a directory: slots of its table, from `first` on, `end` exclusive. There is one at
/// least: the loops over them test at the end.
template <Word W>
struct PagesInSlot {
  W first, end;
};

/// Those of the slot of `addr`, up to `size` bytes from there.
template <Word W>
constexpr PagesInSlot<W> pages_in_slot(const MachineOf<W>& machine, W addr, W size) {
  const W offset = offset_in_slot<W>(machine, addr);
  W end = offset + size;
  if (end > W(pgdir_size(machine))) end = W(pgdir_size(machine));
  const W first = pages_in<W>(machine, offset);
  const W last = end <= offset ? first + W(1u) : pages_in<W>(machine, end + W(machine.page_size - 1));
  return {first, last};
}

/// Whether the loops over slots go on at `next`, the first address of a slot: not behind the top, and not behind the end.
template <Word W>
constexpr bool goes_on(W next, W end) {
  return is_true(next != W(0u)) && is_true(next < end);
}

// ---- Unmapping ------------------------------------------------------------------------------------------------------

/// Whether vfree gives a frame back that an area maps: RAM that is not reserved, and that vmalloc has taken. As built, what ioremap
/// has mapped is given back, too. [kernel.vfree.frames] [defect.kernel.iounmap_frees_ram]
template <Word W>
constexpr Decision<bool> gives_back(const kernel_map::Corrections& corrected, W num_physpages, W pfn,
                                    bool reserved, kernel_map::AreaKind kind) {
  if (pfn >= num_physpages) return {false, {}};
  if (reserved && !mutant("kernel.vfree.gives_reserved_frames_back")) return {false, {"kernel.vfree.frames"}};
  if (kind == kernel_map::AreaKind::ioremap) {
    if (corrected.iounmap_frees_ram) return {false, {}};
    return {true, {"defect.kernel.iounmap_frees_ram"}};
  }
  return {true, {"kernel.vfree.frames"}};
}

/// An area under way to nothing: the frames whose entries are gone, to be given back when no stale translation leads to them.
template <Word W>
struct Unmapping {
  KernelMapStep<W> so_far;
  std::vector<W> frames;
};

/// One entry of an area goes. As built, its frame is given back at once.
template <Word W>
constexpr Unmapping<W> page_unmapped(const kernel_map::Boot<W>& boot, Unmapping<W> unmapping,
                                     kernel_map::AreaKind kind, W table, W table_slot, W page) {
  const W entry = lookup(entries_in(unmapping.so_far.state, table), table_slot);
  if (is_none(entry)) return unmapping;
  const W pfn = pfn_of<W>(boot.kernel.machine, entry);
  const bool reserved = kernel_map::frame_at(boot, unmapping.so_far.state, pfn).reserved;
  const auto given = gives_back<W>(boot.kernel.corrected, kernel_map::num_physpages(boot), pfn, reserved, kind);
  auto so_far = entry_set<W>(std::move(unmapping.so_far), table, table_slot, W(0u), page);
  for (const ClauseRef clause : given.because) so_far = cited(std::move(so_far), clause);
  if (given.value && boot.kernel.corrected.flush_before_free) unmapping.frames.push_back(pfn);
  if (given.value && !boot.kernel.corrected.flush_before_free) {
    so_far = cited(std::move(so_far), ClauseRef("defect.kernel.flush_before_free"));
    so_far = free_page<W>(boot, std::move(so_far), pfn);
  }
  return {std::move(so_far), std::move(unmapping.frames)};
}

/// A table of the kernel stays when it becomes empty. (The mutant gives it back.) [paging.kernel.monotone]
template <Word W>
constexpr KernelMapStep<W> table_kept(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W slot, W table) {
  auto swapper = table_emptied<W>(so_far.state.swapper_pg_dir, slot);
  if (swapper == so_far.state.swapper_pg_dir || entries_in(so_far.state, table) != kernel_map::Entries<W>{})
    return so_far;
  std::erase_if(so_far.state.tables, [&](const auto& other) { return other.pfn == table; });
  so_far = swapper_changed<W>(std::move(so_far), std::move(swapper), slot);
  return free_page<W>(boot, std::move(so_far), table);
}

/// What a range has in the slot of `addr` goes. A slot without a table is passed over.
template <Word W>
constexpr Unmapping<W> slot_unmapped(const kernel_map::Boot<W>& boot, Unmapping<W> unmapping,
                                     kernel_map::AreaKind kind, W addr, W size) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W slot = pgd_index<W>(machine, addr);
  const W pde = lookup(unmapping.so_far.state.swapper_pg_dir, slot);
  if (is_none(pde)) return unmapping;
  if (is_large(pde)) {  // 2.4.0 takes it for a damaged entry and clears it
    auto swapper = updated(unmapping.so_far.state.swapper_pg_dir, slot, W(0u));
    auto so_far = cited(std::move(unmapping.so_far), ClauseRef("defect.kernel.area_at_zero"));
    return {swapper_changed<W>(std::move(so_far), std::move(swapper), slot), std::move(unmapping.frames)};
  }
  unmapping.so_far = cite_stand_in<W>(machine, std::move(unmapping.so_far), pde);
  const W table = pfn_of<W>(machine, pde);
  const PagesInSlot<W> pages = pages_in_slot<W>(machine, addr, size);
  for (W page = pages.first; page != pages.end; page = page + W(1u)) {
    const W address = (slot << W(pgdir_shift(machine))) + (page << W(page_shift(machine)));
    unmapping = page_unmapped<W>(boot, std::move(unmapping), kind, table, page, address);
  }
  unmapping.so_far = table_kept<W>(boot, std::move(unmapping.so_far), slot, table);
  return unmapping;
}

/// Every entry of an area and of its guard page goes, then what the processor may hold of them, then the frames.
/// 2.4.0: vmfree_area_pages.
template <Word W>
constexpr KernelMapStep<W> vmfree_area_pages(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                             const kernel_map::VmStruct<W>& area) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const bool to_the_top = boot.kernel.corrected.vfree_to_the_top;
  const W size = mutant("kernel.vfree.leaves_the_last_page") ? area.size - W(2 * machine.page_size) : area.size;

  // find
  const W end = area.addr + size;

  // change
  Unmapping<W> unmapping{std::move(so_far), {}};
  W addr = area.addr;
  do {
    unmapping = slot_unmapped<W>(boot, std::move(unmapping), area.flags, addr, end - addr);
    addr = next_slot<W>(machine, addr);
    if (end == W(0u) && addr != W(0u) && !to_the_top)
      unmapping.so_far = cited(std::move(unmapping.so_far), ClauseRef("defect.kernel.vfree_to_the_top"));
  } while (goes_on<W>(addr, to_the_top && end == W(0u) ? ~W(0u) : end));
  so_far = flush_tlb_all<W>(boot, std::move(unmapping.so_far));
  for (const W& pfn : unmapping.frames) {
    so_far = cited(std::move(so_far), ClauseRef("paging.tlb.flushed_before_reuse"));
    so_far = free_page<W>(boot, std::move(so_far), pfn);
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
