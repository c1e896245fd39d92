// The kernel's half of the address space as boot leaves it.
//
// Follows pagetable_init, fixrange_init and mem_init in arch/i386/mm/init.c. Frames for tables are those that the recordings show:
// 512 and those behind it.
#pragma once

#include <refmm/model/kernel_map_step.hpp>
#include <refmm/model/kernel_sharing.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Slots of a directory that the direct mapping begins.
template <Word W>
constexpr W direct_slots(const kernel_map::Boot<W>& boot) {
  const W entries = boot.kernel.machine.entries_per_table;
  return (boot.ram_pages + entries - W(1u)) / entries;
}

/// The direct mapping in pages of 4 MB: to the end of the last one begun. [kernel.boot.direct_mapping]
template <Word W>
constexpr kernel_map::State<W> with_large_pages(const kernel_map::Boot<W>& boot, kernel_map::State<W> state) {
  const MachineOf<W>& machine = boot.kernel.machine;
  std::uint32_t flags = paging::KERNPG_TABLE | paging::PAGE_PSE;
  if (kernel_map::has_global_pages(boot)) flags |= paging::PAGE_GLOBAL;
  for (W slot = 0; slot != direct_slots(boot); slot = slot + W(1u)) {
    const W entry = mk_pde<W>(machine, slot * W(machine.entries_per_table), flags);
    state.swapper_pg_dir = updated(std::move(state.swapper_pg_dir), W(first_kernel_slot(machine)) + slot, entry);
  }
  return state;
}

/// A table of boot for a slot, in the next frame for such. [kernel.boot.tables]
template <Word W>
constexpr kernel_map::State<W> with_boot_table(const MachineOf<W>& machine, kernel_map::State<W> state, W slot,
                                               kernel_map::Entries<W> entries) {
  const W pfn = state.tables.empty() ? W(kernel_map::first_boot_table<W>) : state.tables.back().pfn + W(1u);
  state.tables.push_back({pfn, std::move(entries)});
  state.swapper_pg_dir =
      updated(std::move(state.swapper_pg_dir), slot, mk_pde<W>(machine, pfn, paging::KERNPG_TABLE));
  return state;
}

/// The direct mapping in pages of 4 KB: to the end of RAM. [kernel.boot.direct_mapping]
template <Word W>
constexpr kernel_map::State<W> with_small_pages(const kernel_map::Boot<W>& boot, kernel_map::State<W> state) {
  const MachineOf<W>& machine = boot.kernel.machine;
  for (W slot = 0; slot != direct_slots(boot); slot = slot + W(1u)) {
    kernel_map::Entries<W> entries;
    const W first = slot * W(machine.entries_per_table);
    for (W page = 0; page != W(machine.entries_per_table) && first + page < boot.ram_pages; page = page + W(1u))
      entries = updated(std::move(entries), page, mk_pte<W>(machine, first + page, W(paging::KERNPG_TABLE)));
    state =
        with_boot_table<W>(machine, std::move(state), W(first_kernel_slot(machine)) + slot, std::move(entries));
  }
  return state;
}

/// The frames that boot keeps: reserved, without references.
template <Word W>
constexpr kernel_map::State<W> with_boot_frames(const kernel_map::Boot<W>& boot, kernel_map::State<W> state) {
  state.frames.otherwise = {0, false, true};
  for (W pfn = 0; pfn != boot.first_free; pfn = pfn + W(1u))
    state.frames.written.push_back({pfn, {0, true, false}});
  return state;
}

/// Every slot of the kernel's half gets a table, as far as there are frames for them. [paging.kernel.preallocated]
template <Word W>
constexpr kernel_map::State<W> with_all_tables(const kernel_map::Boot<W>& boot, kernel_map::State<W> state) {
  const MachineOf<W>& machine = boot.kernel.machine;
  for (W slot = first_kernel_slot(machine); slot != W(machine.entries_per_table); slot = slot + W(1u)) {
    if (!is_none(lookup(state.swapper_pg_dir, slot)) || mutant("paging.kernel.preallocates_nothing")) continue;
    const auto pfn = next_frame<W>(boot, state, kernel_map::Gfp::kernel);
    if (!pfn) return state;
    state.frames = updated(std::move(state.frames), *pfn, {1, false, false});
    state.tables.push_back({*pfn, {}});
    state.swapper_pg_dir =
        table_added<W>(state.swapper_pg_dir, slot, mk_pde<W>(machine, *pfn, paging::KERNPG_TABLE));
  }
  return state;
}

/// The state when a transcript begins.
template <Word W>
constexpr kernel_map::State<W> boot(const kernel_map::Boot<W>& boot) {
  const MachineOf<W>& machine = boot.kernel.machine;
  kernel_map::State<W> state{};
  state = boot.pse ? with_large_pages<W>(boot, std::move(state)) : with_small_pages<W>(boot, std::move(state));
  state = with_boot_table<W>(machine, std::move(state), W(machine.entries_per_table - 1), {});
  if (boot.config == kernel_map::Config::highmem)
    state = with_boot_table<W>(machine, std::move(state), pgd_index<W>(machine, W(machine.pkmap_base)), {});
  state = with_boot_frames<W>(boot, std::move(state));
  return boot.kernel.sharing == Sharing::preallocated ? with_all_tables<W>(boot, std::move(state)) : state;
}

}  // namespace refmm::model::inline REFMM_BUILD
