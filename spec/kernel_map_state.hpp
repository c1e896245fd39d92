// Questions about the kernel's half of the address space, and its canonical form.
#pragma once

#include <refmm/spec/kernel_map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::kernel_map {

// ---- The machine ------------------------------------------------------------------------------------------------

/// Frames of the machine, low and high. 2.4.0: num_physpages, max_mapnr.
template <Word W>
constexpr W num_physpages(const Boot<W>& boot) {
  return boot.ram_pages + boot.highmem_pages;
}

/// The first address behind the direct mapping.
template <Word W>
constexpr W high_memory(const Boot<W>& boot) {
  const auto& machine = boot.kernel.machine;
  return W(machine.page_offset) + boot.ram_pages * W(machine.page_size);
}

/// Where the search for a place for an area begins: behind a hole of one to two vmalloc_offset. 2.4.0: VMALLOC_START.
template <Word W>
constexpr W vmalloc_start(const Boot<W>& boot) {
  const Native<W> offset = boot.kernel.machine.vmalloc_offset;
  return (high_memory(boot) + W(2 * offset - 1)) & ~W(offset - 1);
}

/// Pages with an address of their own at the top. 2.4.0: __end_of_fixed_addresses.
constexpr std::uint32_t fixmap_pages(Config config) {
  switch (config) {
    case Config::up:
      return 0;
    case Config::apic:
      return 9;
    case Config::highmem:
      return 2;
  }
  return 0;
}

/// The end of the range for areas as 2.4.0 has it: where the pages at the top begin. 2.4.0: VMALLOC_END.
template <Word W>
constexpr W vmalloc_end_as_built(const Boot<W>& boot) {
  const W page_size = boot.kernel.machine.page_size;
  return W(0u) - page_size * W(2 + fixmap_pages(boot.config));
}

/// The end of the range for areas: in a corrected kernel it ends below the window for high frames. [defect.kernel.kmap_window]
template <Word W>
constexpr W vmalloc_end(const Boot<W>& boot) {
  if (boot.kernel.corrected.kmap_window && boot.config == Config::highmem)
    return W(boot.kernel.machine.pkmap_base);
  return vmalloc_end_as_built(boot);
}

/// True if entries can be global: on a processor without 4 MB pages nobody switches that on. 2.4.0: X86_CR4_PGE.
template <Word W>
constexpr bool has_global_pages(const Boot<W>& boot) {
  return boot.pse && boot.pge;
}

// Frames that boot has put something in.
template <Word W>
inline constexpr Native<W> swapper_pfn = 257;
template <Word W>
inline constexpr Native<W> stand_in_frame = 261;  // 2.4.0: empty_bad_page
template <Word W>
inline constexpr Native<W> stand_in_table = 262;  // 2.4.0: empty_bad_pte_table
template <Word W>
inline constexpr Native<W> first_boot_table = 512;

/// Slots of a directory that belong to the user. 2.4.0: USER_PTRS_PER_PGD.
template <std::unsigned_integral N>
constexpr N user_slots(const BasicMachine<N>& machine) {
  return machine.page_offset / (machine.page_size * machine.entries_per_table);
}

// ---- Entries ----------------------------------------------------------------------------------------------------

/// The frame that an entry leads to, and its flags.
template <Word W>
constexpr W frame_of(const MachineOf<W>& machine, W entry) {
  return entry / W(machine.page_size);
}
template <Word W>
constexpr W flags_of(const MachineOf<W>& machine, W entry) {
  return entry & W(machine.page_size - 1);
}

/// The slot of an address in a directory, and of its page in a table.
template <Word W>
constexpr W slot_of(const MachineOf<W>& machine, W addr) {
  return addr / W(machine.page_size * machine.entries_per_table);
}
template <Word W>
constexpr W table_slot_of(const MachineOf<W>& machine, W addr) {
  return addr / W(machine.page_size) % W(machine.entries_per_table);
}

// ---- The state --------------------------------------------------------------------------------------------------

/// The page table in this frame, or nullptr.
template <Word W>
constexpr const Table<W>* table_in(const State<W>& state, const W& pfn) {
  const auto found = std::ranges::find(state.tables, pfn, &Table<W>::pfn);
  return found == state.tables.end() ? nullptr : &*found;
}

/// The directory of a process, or nullptr if there is none of this number.
template <Word W>
constexpr const Pgd<W>* pgd_numbered(const State<W>& state, std::uint32_t number) {
  const auto found = std::ranges::find(state.pgds, number, &Pgd<W>::number);
  return found == state.pgds.end() ? nullptr : &*found;
}

/// The entries of a directory: `number` 0 is swapper_pg_dir. It must exist.
template <Word W>
constexpr const Entries<W>& directory(const State<W>& state, std::uint32_t number) {
  return number == 0 ? state.swapper_pg_dir : pgd_numbered(state, number)->entries;
}

/// The entry that maps an address, through a directory: of the table, of the directory for a 4 MB page, 0 for none.
template <Word W>
constexpr W entry_at(const MachineOf<W>& machine, const State<W>& state, const Entries<W>& directory, W addr) {
  const W pde = lookup(directory, slot_of<W>(machine, addr));
  if ((pde & W(paging::PAGE_PRESENT)) == W(0u) || (pde & W(paging::PAGE_PSE)) != W(0u)) return pde;
  const Table<W>* table = table_in(state, frame_of<W>(machine, pde));
  return table ? lookup(table->entries, table_slot_of<W>(machine, addr)) : W(0u);
}

/// What an address means through a directory, whoever asks; nothing if it is not mapped.
template <Word W>
constexpr std::optional<paging::Translation<W>> translation(const MachineOf<W>& machine, const State<W>& state,
                                                            const Entries<W>& directory, W addr) {
  const W entry = entry_at<W>(machine, state, directory, addr);
  if ((entry & W(paging::PAGE_PRESENT)) == W(0u)) return std::nullopt;
  const bool large = (lookup(directory, slot_of<W>(machine, addr)) & W(paging::PAGE_PSE)) != W(0u);
  const W within = addr % W(large ? machine.page_size * machine.entries_per_table : machine.page_size);
  return paging::Translation<W>{frame_of<W>(machine, entry) * W(machine.page_size) + within, entry};
}

/// Likewise through swapper_pg_dir.
template <Word W>
constexpr std::optional<paging::Translation<W>> translation(const MachineOf<W>& machine, const State<W>& state,
                                                            W addr) {
  return translation<W>(machine, state, state.swapper_pg_dir, addr);
}

/// The first area that begins at an address, or nullptr.
template <Word W>
constexpr const VmStruct<W>* area_at(const State<W>& state, const W& addr) {
  const auto found = std::ranges::find(state.vmlist, addr, &VmStruct<W>::addr);
  return found == state.vmlist.end() ? nullptr : &*found;
}

/// The bytes of an area that are mapped: all but its guard page.
template <Word W>
constexpr W mapped_bytes(const MachineOf<W>& machine, const VmStruct<W>& area) {
  return area.size - W(machine.page_size);
}

/// What the layer below knows of a frame; frames that the machine does not have are neither free nor reserved.
template <Word W>
constexpr Frame frame_at(const Boot<W>& boot, const State<W>& state, const W& pfn) {
  return pfn < num_physpages(boot) ? lookup(state.frames, pfn) : Frame{0, false, false};
}

/// True if a page table or directory is in a frame: whoever else gives it back takes it from under what leads to it.
template <Word W>
constexpr bool holds_table(const State<W>& state, const W& pfn) {
  const auto is_in = [&](const auto& list) {
    return std::ranges::any_of(list, [&](const auto& one) { return one.pfn == pfn; });
  };
  return is_in(state.tables) || is_in(state.pgds) || is_in(state.pgd_quicklist) ||
         std::ranges::find(state.pte_quicklist, pfn) != state.pte_quicklist.end();
}

/// Frames that nobody has.
template <std::unsigned_integral W>
constexpr W free_frames(const Boot<W>& boot, const State<W>& state) {
  W free = num_physpages(boot);
  for (const auto& [pfn, frame] : state.frames.written) {
    if (!frame.free) --free;
  }
  return free;
}

/// The frames of the tables that a directory leads to, behind those that are listed already.
template <std::unsigned_integral W>
std::vector<W> with_tables_of(const MachineOf<W>& machine, std::vector<W> tables, const Entries<W>& directory) {
  for (const auto& [slot, pde] : directory.written) {
    if ((pde & paging::PAGE_PRESENT) != 0 && (pde & paging::PAGE_PSE) == 0)
      tables.push_back(frame_of<W>(machine, pde));
  }
  return tables;
}

/// The state without what only the model can know: what directories on the quick list held in the slot that links them, and
/// tables that no directory leads to: those that were left in a directory that was given back, and a stand-in table that was
/// never used. Of two subjects in the same state these are equal.
template <std::unsigned_integral W>
State<W> canonical(State<W> state) {
  for (Pgd<W>& pgd : state.pgd_quicklist) {
    pgd.number = 0;
    pgd.entries = updated(std::move(pgd.entries), 0, 0);
  }
  std::vector<W> led_to = with_tables_of<W>(i386_2_4_0, {}, state.swapper_pg_dir);
  for (const Pgd<W>& pgd : state.pgds) led_to = with_tables_of<W>(i386_2_4_0, std::move(led_to), pgd.entries);
  for (const Pgd<W>& pgd : state.pgd_quicklist)
    led_to = with_tables_of<W>(i386_2_4_0, std::move(led_to), pgd.entries);
  std::ranges::sort(led_to);
  std::erase_if(state.tables,
                [&](const Table<W>& table) { return !std::ranges::binary_search(led_to, table.pfn); });
  return state;
}

}  // namespace refmm::kernel_map
