// kmap and kunmap: addresses for frames behind the direct mapping, in a window of one page table.
//
// Follows kmap in include/asm-i386/highmem.h, kmap_high, map_new_virtual, flush_all_zero_pkmaps and kunmap_high in mm/highmem.c.
#pragma once

#include <refmm/model/kernel_map_step.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The address of entry `nr` of the window, and the entry of an address. 2.4.0: PKMAP_ADDR, PKMAP_NR.
template <Word W>
constexpr W pkmap_addr(const MachineOf<W>& machine, W nr) {
  return W(machine.pkmap_base) + (nr << W(page_shift(machine)));
}
template <Word W>
constexpr W pkmap_nr(const MachineOf<W>& machine, W addr) {
  return (addr - W(machine.pkmap_base)) >> W(page_shift(machine));
}

/// The table of the window.
template <Word W>
constexpr W pkmap_table(const MachineOf<W>& machine, const kernel_map::State<W>& state) {
  return pfn_of<W>(machine, lookup(state.swapper_pg_dir, pgd_index<W>(machine, W(machine.pkmap_base))));
}

/// Entries that nobody uses are cleared, then the TLB is flushed: afterwards they can be used again. Refused if one of them is empty
/// already, as an area in the window leaves it. 2.4.0: flush_all_zero_pkmaps.
template <Word W>
constexpr KernelMapStep<W> flush_all_zero_pkmaps(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  const MachineOf<W>& machine = boot.kernel.machine;
  const W table = pkmap_table<W>(machine, so_far.state);
  for (W nr = 0; nr != W(machine.entries_per_table); nr = nr + W(1u)) {
    kernel_map::Pkmap<W>& pkmap = so_far.state.pkmap;
    if (lookup(pkmap.count, nr) != W(1u)) continue;
    pkmap.count = updated(std::move(pkmap.count), nr, W(0u));
    const W entry = lookup(entries_in(so_far.state, table), nr);
    if (is_none(entry))
      return refused(std::move(so_far), kernel_map::Refusal::kmap_entry_gone, "defect.kernel.kmap_window");
    pkmap.address = updated(std::move(pkmap.address), pfn_of<W>(machine, entry), W(0u));
    so_far = entry_set<W>(std::move(so_far), table, nr, W(0u), pkmap_addr<W>(machine, nr));
  }
  so_far.because.push_back("kernel.kmap.round");
  return flush_tlb_all<W>(boot, std::move(so_far));
}

/// The search for an entry, from behind the one that was given out last: when it comes round to entry 0, the unused ones are cleared.
/// last_pkmap_nr is the entry afterwards; Refused if every one is in use. 2.4.0: map_new_virtual.
template <Word W>
constexpr KernelMapStep<W> find_entry(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  const W entries = boot.kernel.machine.entries_per_table;
  for (W tried = 0; tried != entries; tried = tried + W(1u)) {
    W& nr = so_far.state.pkmap.last_pkmap_nr;
    nr = (nr + W(1u)) & (entries - W(1u));
    if (nr == W(0u)) {
      so_far = flush_all_zero_pkmaps<W>(boot, std::move(so_far));
      if (was_refused(so_far)) return so_far;
      tried = 0;
    }
    if (lookup(so_far.state.pkmap.count, so_far.state.pkmap.last_pkmap_nr) == W(0u)) return so_far;
  }
  return refused(std::move(so_far), kernel_map::Refusal::window_full, "kernel.kmap.hang");
}

/// A frame gets an entry. 2.4.0: map_new_virtual.
template <Word W>
constexpr KernelMapStep<W> map_new_virtual(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W pfn) {
  const MachineOf<W>& machine = boot.kernel.machine;
  so_far = find_entry<W>(boot, std::move(so_far));
  if (was_refused(so_far)) return so_far;
  const W nr = so_far.state.pkmap.last_pkmap_nr;
  const W table = pkmap_table<W>(machine, so_far.state);
  if (!is_none(lookup(entries_in(so_far.state, table), nr)))
    so_far = cited(std::move(so_far), ClauseRef("defect.kernel.kmap_window"));
  std::uint32_t flags = paging::KERNPG_TABLE;
  if (kernel_map::has_global_pages(boot)) flags |= paging::PAGE_GLOBAL;
  const W addr = pkmap_addr<W>(machine, nr);
  so_far = entry_set<W>(std::move(so_far), table, nr, mk_pte<W>(machine, pfn, W(flags)), addr);
  kernel_map::Pkmap<W>& pkmap = so_far.state.pkmap;
  pkmap.count = updated(std::move(pkmap.count), nr, W(1u));
  pkmap.address = updated(std::move(pkmap.address), pfn, addr);
  so_far.because.push_back("kernel.kmap.new");
  return so_far;
}

/// True of frames that have an address for ever.
template <Word W>
constexpr bool is_low(const kernel_map::Boot<W>& boot, W pfn) {
  return is_true(pfn < boot.ram_pages);
}

template <Word W>
constexpr KernelMapStep<W> frame_unknown(KernelMapStep<W> so_far) {
  return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.frames.unknown");
}

/// An address for a frame, and one user more of it. The result is the Address, or Refused.
template <Word W>
constexpr KernelMapStep<W> kmap(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W pfn) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // refuse
  if (pfn >= kernel_map::num_physpages(boot)) return frame_unknown(std::move(so_far));
  if (is_low<W>(boot, pfn)) {
    const W addr = W(machine.page_offset) + (pfn << W(page_shift(machine)));
    return succeeded<W>(std::move(so_far), kernel_map::Address<W>{addr}, "kernel.kmap.low");
  }

  // change
  if (lookup(so_far.state.pkmap.address, pfn) == W(0u)) {
    so_far = map_new_virtual<W>(boot, std::move(so_far), pfn);
    if (was_refused(so_far)) return so_far;
  } else {
    so_far.because.push_back("kernel.kmap.again");
  }
  kernel_map::Pkmap<W>& pkmap = so_far.state.pkmap;
  const W addr = lookup(pkmap.address, pfn);
  const W nr = pkmap_nr<W>(machine, addr);
  pkmap.count = updated(std::move(pkmap.count), nr, lookup(pkmap.count, nr) + W(1u));

  // report
  so_far.result = kernel_map::Address<W>{addr};
  return so_far;
}

/// One user less of a frame's address; the entry stays. 2.4.0: kunmap, kunmap_high.
template <Word W>
constexpr KernelMapStep<W> kunmap(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W pfn) {
  // refuse
  if (pfn >= kernel_map::num_physpages(boot)) return frame_unknown(std::move(so_far));
  if (is_low<W>(boot, pfn)) return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.kunmap.low");
  const W addr = lookup(so_far.state.pkmap.address, pfn);
  if (addr == W(0u))
    return refused(std::move(so_far), kernel_map::Refusal::kunmap_not_mapped, "kernel.kunmap.bug.not_mapped");
  const W nr = pkmap_nr<W>(boot.kernel.machine, addr);
  const W count = lookup(so_far.state.pkmap.count, nr);
  if (count == W(1u))
    return refused(std::move(so_far), kernel_map::Refusal::kunmap_not_used, "kernel.kunmap.bug.not_used");

  // change
  kernel_map::Pkmap<W>& pkmap = so_far.state.pkmap;
  pkmap.count = updated(std::move(pkmap.count), nr, count - W(1u));

  // report
  return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "kernel.kunmap.high");
}

}  // namespace refmm::model::inline REFMM_BUILD
