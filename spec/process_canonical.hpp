// The canonical form of the state of a machine with processes: what can be seen of it, and nothing else.
//
// What is left out: which numbers areas and open files got, the structures that make lookups fast, and the bytes of a page where nobody
// can read them any more: of free frames, of frames that hold page tables, of a page in a cache that has not been read yet, of free slots
// and of a slot whose page is dirty in the swap cache.
#pragma once

#include <refmm/spec/fault_bytes.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/process.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace refmm::process {

/// Areas by their places, counted through all processes.
using Places = std::map<std::uint32_t, std::uint32_t>;

/// Numbers areas and open files by their places. All of them must be in their lists, as in lawful states.
template <std::unsigned_integral W>
Places numbered_by_places(State<W>& state) {
  Places areas, files;
  for (vma::File& file : state.files) {
    const auto place = static_cast<std::uint32_t>(files.size() + 1);
    file.number = files[file.number] = place;
  }
  for (Process<W>& process : state.processes) {
    for (vma::Area<W>& area : process.mm.areas) {
      const auto place = static_cast<std::uint32_t>(areas.size() + 1);
      area.id = areas[area.id] = place;
      area.vm_file = area.vm_file == 0 ? 0 : files[area.vm_file];
    }
    process.lookup = {};
  }
  for (vma::Inode& inode : state.inodes) {
    for (std::uint32_t& id : inode.i_mmap) id = areas[id];
    for (std::uint32_t& id : inode.i_mmap_shared) id = areas[id];
  }
  state.areas_made = state.files_made = 0;
  return areas;
}

/// The frames that page directories and page tables are in.
template <std::unsigned_integral W>
std::set<W> frames_of_tables(const State<W>& state, W page_size) {
  std::set<W> frames;
  for (const Process<W>& process : state.processes) frames.insert(process.pgd);
  for (const auto& [pid, pgd] : state.memory.pgds.written) {
    for (const auto& [slot, entry] : pgd.written) frames.insert(entry / page_size);
  }
  return frames;
}

/// True of a page whose bytes are what its mapping says, or that has none.
template <std::unsigned_integral W>
bool is_read(const fault::Frame<W>& frame) {
  return frame.mapping == fault::none || (frame.flags & fault::PG_uptodate) != 0;
}

/// The canonical bytes of pages, by the keys that `is_seen`.
template <std::unsigned_integral W>
Map<W, fault::Bytes<W>> seen_bytes(const Map<W, fault::Bytes<W>>& pages, W page_size, auto is_seen) {
  Map<W, fault::Bytes<W>> seen;
  for (const auto& [key, bytes] : pages.written) {
    if (is_seen(key)) seen = updated(std::move(seen), key, canonical(bytes, page_size));
  }
  return seen;
}

/// The state without what nobody can see. Of two subjects in the same state these are equal.
template <std::unsigned_integral W>
State<W> canonical(State<W> state, const BasicMachine<W>& machine) {
  const Places areas = numbered_by_places(state);
  fault::Memory<W>& memory = state.memory;
  Map<W, W> raend;
  for (const auto& [area, end] : memory.raend.written) {
    if (const auto place = areas.find(static_cast<std::uint32_t>(area)); place != areas.end())
      raend = updated(std::move(raend), W{place->second}, end);
  }
  memory.raend = std::move(raend);

  const std::set<W> tables = frames_of_tables<W>(state, machine.page_size);
  memory.contents = seen_bytes<W>(memory.contents, machine.page_size, [&](W pfn) {
    const fault::Frame<W> frame = lookup(memory.mem_map, pfn);
    return frame.count != 0 && is_read(frame) && !tables.contains(pfn);
  });
  memory.swap.contents = seen_bytes<W>(memory.swap.contents, machine.page_size, [&](W slot) {
    const W cached = lookup(memory.page_cache, W{fault::swapper_space}, slot);
    const bool is_dirty = cached != fault::none && (lookup(memory.mem_map, cached).flags & fault::PG_dirty) != 0;
    return lookup(memory.swap.swap_map, slot) != 0 && !is_dirty;
  });
  for (auto& [number, object] : memory.objects.written)
    object.disk = seen_bytes<W>(object.disk, machine.page_size, [](W) { return true; });
  return state;
}

}  // namespace refmm::process
