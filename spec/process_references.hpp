// Who refers to what: the entries of all processes, and the references to frames and slots that follow from a state.
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_state.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::process {

using LawState = State<std::uint32_t>;
using LawProcess = Process<std::uint32_t>;
using LawArea = vma::Area<std::uint32_t>;
using Counts = Map<std::uint32_t, std::uint32_t>;

// The i386's numbers; laws do not take them from the model.
inline constexpr std::uint32_t page_bits = 12, page_bytes = 1 << page_bits;
inline constexpr std::uint32_t table_bits = 22;  // of an address below its slot in the page directory
inline constexpr std::uint32_t slot_bits = 8;    // of an entry below the number of a slot

// ---- Entries ------------------------------------------------------------------------------------------------------

/// An entry of a process that is not empty, and the address of its page.
struct EntryOf {
  std::uint32_t pid, addr, table, entry;
};

constexpr bool is_page(std::uint32_t entry) { return (entry & (fault::PAGE_PRESENT | fault::PAGE_PROTNONE)) != 0; }
constexpr bool is_writable(std::uint32_t entry) { return is_page(entry) && (entry & fault::PAGE_RW) != 0; }
constexpr std::uint32_t frame_of(std::uint32_t entry) { return entry >> page_bits; }
constexpr std::uint32_t slot_of(std::uint32_t entry) { return entry >> slot_bits; }

constexpr bool is_reserved(const LawState& state, std::uint32_t pfn) {
  return (lookup(state.memory.mem_map, pfn).flags & fault::PG_reserved) != 0;
}

/// The entries of a process that are not empty, upwards.
constexpr std::vector<EntryOf> entries_of(const LawState& state, std::uint32_t pid) {
  std::vector<EntryOf> entries;
  const auto pgd = lookup(state.memory.pgds, pid);
  for (const auto& [slot, pde] : pgd.written) {
    const std::uint32_t table = frame_of(pde);
    const auto in_table = lookup(state.memory.tables, table);
    for (const auto& [place, entry] : in_table.written) {
      if (entry != 0) entries.push_back({pid, (slot << table_bits) | (place << page_bits), table, entry});
    }
  }
  return entries;
}

/// The same of all processes.
constexpr std::vector<EntryOf> all_entries(const LawState& state) {
  std::vector<EntryOf> all;
  for (const LawProcess& process : state.processes) {
    const auto entries = entries_of(state, process.pid);
    all.insert(all.end(), entries.begin(), entries.end());
  }
  return all;
}

/// The area of a process that holds an address, or nullptr.
constexpr const LawArea* area_at(const LawProcess& process, std::uint32_t addr) {
  for (const LawArea& area : process.mm.areas) {
    if (area.vm_start <= addr && addr < area.vm_end) return &area;
  }
  return nullptr;
}
constexpr const LawArea* area_at(const LawState& state, std::uint32_t pid, std::uint32_t addr) {
  return exists(state, pid) ? area_at(process_of(state, pid), addr) : nullptr;
}

/// Which page of its object an address of an area shows.
constexpr std::uint32_t index_at(const LawArea& area, std::uint32_t addr) {
  return ((addr - area.vm_start) >> page_bits) + area.vm_pgoff;
}

// ---- References ---------------------------------------------------------------------------------------------------

constexpr void count(Counts& counts, std::uint32_t key) {
  counts = changed_at(std::move(counts), key, [](std::uint32_t number) { return number + 1; });
}

/// References to each frame: of entries, of its cache, of its buffer, of a directory or process that it serves, of direct input or output.
/// References to reserved frames are not counted.
constexpr Counts references_to_frames(const LawState& state) {
  Counts counts;
  for (const EntryOf& entry : all_entries(state)) {
    if (is_page(entry.entry) && !is_reserved(state, frame_of(entry.entry))) count(counts, frame_of(entry.entry));
  }
  for (const auto& [pfn, frame] : state.memory.mem_map.written) {
    if (frame.mapping != fault::none) count(counts, pfn);
    if (frame.buffers != 0) count(counts, pfn);
  }
  for (const LawProcess& process : state.processes) {
    count(counts, process.pgd);
    const auto pgd = lookup(state.memory.pgds, process.pid);
    for (const auto& [slot, pde] : pgd.written) {
      if (!is_reserved(state, frame_of(pde))) count(counts, frame_of(pde));
    }
  }
  for (const std::uint32_t pfn : state.iobuf) {
    if (!is_reserved(state, pfn)) count(counts, pfn);
  }
  return counts;
}

/// References to each slot: of entries, of the swap cache, of shared memory objects.
constexpr Counts references_to_slots(const LawState& state) {
  Counts counts;
  for (const EntryOf& entry : all_entries(state)) {
    if (!is_page(entry.entry)) count(counts, slot_of(entry.entry));
  }
  for (const auto& [pfn, frame] : state.memory.mem_map.written) {
    if (frame.mapping == fault::swapper_space) count(counts, frame.index);
  }
  for (const auto& [number, object] : state.memory.objects.written) {
    for (const auto& [index, slot] : object.slots.written) count(counts, slot);
  }
  return counts;
}

/// Entries of all processes for each frame, or those of them that are writable.
constexpr Counts entries_for_frames(const LawState& state, bool writable) {
  Counts counts;
  for (const EntryOf& entry : all_entries(state)) {
    if (writable ? is_writable(entry.entry) : is_page(entry.entry)) count(counts, frame_of(entry.entry));
  }
  return counts;
}

}  // namespace refmm::process
