// The pages of an area: unmapped by vfree, and the walk over slots that vmalloc and ioremap share with it.
//
// Follows vmfree_area_pages and free_area_pte in mm/vmalloc.c.
#pragma once

#include <refmm/model/paging_tables.hpp>

#include <cstdint>
#include <optional>
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
  if (mutant("kernel.areas.misses_the_last_page_of_a_slot") && end == W(pgdir_size(machine)))
    end = end - W(machine.page_size);
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

/// What becomes of the frame behind an entry that leaves the tables, and of the translation.
template <Word W>
struct PageGone {
  StaleTranslations<W> stale;
  std::optional<W> freed_now;    // before the flush, as built
  std::optional<W> freed_later;  // after it
  Because because;
};

/// An entry of an area of this kind goes. As built, its frame is given back at once, while the processor may still use the
/// translation. [paging.tlb.flushed_before_reuse]
template <Word W>
constexpr PageGone<W> page_gone(const MachineOf<W>& machine, const kernel_map::Corrections& corrected,
                                StaleTranslations<W> stale, W page, W entry, kernel_map::AreaKind kind,
                                W num_physpages, bool reserved) {
  const W pfn = pfn_of<W>(machine, entry);
  auto given = gives_back<W>(corrected, num_physpages, pfn, reserved, kind);
  PageGone<W> gone{lost<W>(std::move(stale), page, entry), {}, {}, std::move(given.because)};
  if (!given.value) return gone;
  if (corrected.flush_before_free) {
    gone.freed_later = pfn;
  } else {
    gone.freed_now = pfn;
    gone.because.push_back("defect.kernel.flush_before_free");
  }
  return gone;
}

/// An area under way to nothing: the frames whose entries are gone, to be given back when no stale translation leads to them.
template <Word W>
struct Unmapping {
  KernelMapStep<W> so_far;
  std::vector<W> frames;
};

/// One entry of an area goes.
template <Word W>
constexpr Unmapping<W> page_unmapped(const kernel_map::Boot<W>& boot, Unmapping<W> unmapping,
                                     kernel_map::AreaKind kind, W table, W table_slot, W page) {
  // find
  kernel_map::State<W>& state = unmapping.so_far.state;
  kernel_map::Entries<W>& entries = entries_in(state, table);
  const W entry = lookup(entries, table_slot);
  if (is_none(entry)) return unmapping;
  const W pfn = pfn_of<W>(boot.kernel.machine, entry);
  auto gone = page_gone<W>(boot.kernel.machine, boot.kernel.corrected, std::move(state.stale), page, entry, kind,
                           kernel_map::num_physpages(boot), kernel_map::frame_at(boot, state, pfn).reserved);

  // change
  entries = updated(std::move(entries), table_slot, W(0u));
  state.stale = std::move(gone.stale);
  if (gone.freed_later) unmapping.frames.push_back(*gone.freed_later);
  if (gone.freed_now) unmapping.so_far = free_page<W>(boot, std::move(unmapping.so_far), *gone.freed_now);

  // report
  for (const ClauseRef clause : gone.because) unmapping.so_far = cited(std::move(unmapping.so_far), clause);
  return unmapping;
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

/// Whether vfree goes on at `next`, the first address of a slot. As built, an end at 4 GB, which is 0, is reached at once.
template <Word W>
constexpr Decision<bool> unmapping_goes_on(const kernel_map::Corrections& corrected, W next, W end) {
  if (next == W(0u)) return {false, {}};
  if (end != W(0u)) return {is_true(next < end), {}};
  if (corrected.vfree_to_the_top) return {true, {}};
  return {false, {"defect.kernel.vfree_to_the_top"}};
}

/// Every entry of an area and of its guard page goes, then what the processor may hold of them, then the frames.
/// 2.4.0: vmfree_area_pages.
template <Word W>
constexpr KernelMapStep<W> vmfree_area_pages(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                             const kernel_map::VmStruct<W>& area) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // find
  const W end = area.addr + area.size;

  // change
  Unmapping<W> unmapping{std::move(so_far), {}};
  W addr = area.addr;
  bool more = true;
  while (more) {
    unmapping = slot_unmapped<W>(boot, std::move(unmapping), area.flags, addr, end - addr);
    addr = next_slot<W>(machine, addr);
    const auto going_on = unmapping_goes_on<W>(boot.kernel.corrected, addr, end);
    unmapping.so_far = cited(std::move(unmapping.so_far), going_on.because);
    more = going_on.value;
  }
  so_far = flush_tlb_all<W>(boot, std::move(unmapping.so_far));
  for (const W& pfn : unmapping.frames) {
    so_far = cited(std::move(so_far), ClauseRef("paging.tlb.flushed_before_reuse"));
    so_far = free_page<W>(boot, std::move(so_far), pfn);
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
