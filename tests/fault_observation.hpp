// What there is to see of a machine with processes of impl/: its real structures, walked, in the canonical form of
// spec/process_canonical.hpp. Walks are bounded.
#pragma once

#include <refmm/impl/process.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_state.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace refmm::inline REFMM_BUILD {

template <class Machine>
class FaultObservation {
 public:
  using W = std::uint32_t;
  using State = process::State<W>;
  using Area = typename Machine::Area;

  explicit FaultObservation(const Machine& machine) : machine_(machine), memory_(machine.memory()) {}

  State state() {
    State seen{};
    observe_files(seen);
    observe_processes(seen);
    observe_inodes(seen);
    observe_frames(seen.memory);
    observe_tables(seen);
    observe_contents(seen.memory);
    observe_cache(seen.memory);
    observe_objects(seen.memory);
    observe_swap(seen.memory.swap);
    seen.memory.faults = {memory_.frames().fail_alloc, memory_.frames().fail_alloc_all, memory_.fail_read,
                          memory_.fail_swap_read, memory_.fail_swap_write};
    seen.shm_made = machine_.files().shm_made();
    seen.pids_made = machine_.pids_made();
    seen.iobuf = machine_.iobuf();
    seen.settings = machine_.settings();
    return seen;
  }

 private:
  using Bytes = fault::Bytes<W>;

  /// A page as it is in memory.
  static Bytes bytes_at(const std::byte* page) {
    return fault::bytes_of<W>(std::span(reinterpret_cast<const std::uint8_t*>(page), impl::page_size));
  }

  template <class Key, class Value>
  static void write(Map<Key, Value>& map, Key key, Value value) {
    if (value != map.otherwise) map.written.emplace_back(key, std::move(value));
  }

  // ---- Areas and files ----

  void observe_files(State& seen) {
    for (const auto& file : machine_.files().files()) {
      const auto number = static_cast<W>(files_.size() + 1);
      files_.emplace(&file, number);
      const auto fd = file.fd < 0 ? std::nullopt : std::optional(static_cast<W>(file.fd));
      seen.files.push_back({number, file.inode->name, file.f_mode, file.f_count, fd});
    }
  }

  void observe_processes(State& seen) {
    for (const auto* process : machine_.processes()) {
      if (process == nullptr) continue;
      seen.processes.push_back({.pid = process->pid,
                                .mm = mm_of(process->mm),
                                .lookup = {},
                                .pgd = process->tables().pgd,
                                .min_flt = process->min_flt,
                                .maj_flt = process->maj_flt,
                                .esp = process->esp});
      for (const Area& area : process->mm.areas()) {
        write(seen.memory.raend, areas_[&area], area.vm_raend);
        if (areas_[&area] == areas_seen_) break;
      }
    }
  }

  template <class Space>
  vma::Mm<W> mm_of(const Space& mm) {
    vma::Mm<W> seen{};
    // One area more than there are shows that the list does not end.
    for (const Area& area : mm.areas()) {
      areas_.emplace(&area, ++areas_seen_);
      seen.areas.push_back({.vm_start = area.vm_start,
                            .vm_end = area.vm_end,
                            .vm_pgoff = area.vm_pgoff,
                            .vm_flags = area.vm_flags,
                            .vm_file = area.vm_file == nullptr ? 0 : files_[area.vm_file],
                            .vm_ops = area.vm_ops,
                            .mapped_noreserve = area.mapped_noreserve,
                            .id = areas_seen_});
      if (seen.areas.size() > mm.map_count()) break;
    }
    seen.total_vm = mm.total_vm();
    seen.locked_vm = mm.locked_vm();
    seen.map_count = mm.map_count();
    seen.brk = mm.brk;
    seen.start_data = mm.start_data;
    seen.end_code = mm.end_code;
    seen.def_flags = mm.def_flags();
    return seen;
  }

  void observe_inodes(State& seen) {
    const auto places = [&](const impl::ShareList<W>& list) {
      std::vector<W> ids;
      for (const Area& area : list) {
        ids.push_back(areas_[&area]);
        if (ids.size() > areas_.size()) break;
      }
      return ids;
    };
    for (const auto& inode : machine_.files().inodes()) {
      seen.inodes.push_back({inode.name, inode.attributes, inode.shared_memory, inode.i_writecount,
                             places(inode.i_mmap), places(inode.i_mmap_shared)});
    }
  }

  // ---- Frames ----

  void observe_frames(fault::Memory<W>& seen) {
    const auto& frames = memory_.frames();
    seen.ram_pages = frames.ram_pages();
    seen.page_cluster = static_cast<W>(std::countr_zero(memory_.group()));
    for (W pfn = 1; pfn <= seen.ram_pages; ++pfn) {
      const impl::Page& page = frames.page(pfn);
      const W mapping = page.mapping == nullptr ? W{fault::none} : page.mapping->number;
      write(seen.mem_map, pfn, {page.count, page.flags, mapping, page.index, page.buffers ? 1u : 0u});
    }
    for (const W pfn : {fault::ZERO_PAGE, fault::BAD_PAGE, fault::BAD_PAGETABLE})
      write(seen.mem_map, pfn, {0, fault::PG_reserved, fault::none, 0, 0});
  }

  void observe_contents(fault::Memory<W>& seen) {
    for (const auto& [pfn, frame] : seen.mem_map.written) {
      const bool is_read = frame.mapping == fault::none || (frame.flags & fault::PG_uptodate) != 0;
      if (frame.count != 0 && is_read && !tables_.contains(pfn))
        write(seen.contents, pfn, bytes_at(memory_.frames().frame(pfn)));
    }
  }

  paging::Entries<W> entries_in(W pfn) {
    paging::Entries<W> seen{};
    const impl::Entry* const entries = impl::table_in(memory_.frames(), pfn);
    for (W slot = 0; slot != impl::entries_per_table; ++slot) write(seen, slot, entries[slot]);
    return seen;
  }

  void observe_tables(State& seen) {
    for (const auto* process : machine_.processes()) {
      if (process == nullptr) continue;
      tables_.insert(process->tables().pgd);
      const auto directory = entries_in(process->tables().pgd);
      for (const auto& [slot, entry] : directory.written) tables_.insert(impl::pfn_of(entry));
      write(seen.memory.pgds, process->pid, directory);
      write(seen.memory.rss, process->pid, process->tables().rss);
    }
    std::set<W> directories;
    for (const auto& process : seen.processes) directories.insert(process.pgd);
    for (const W pfn : tables_) {
      if (!directories.contains(pfn)) write(seen.memory.tables, pfn, entries_in(pfn));
    }
  }

  // ---- Caches, objects, slots ----

  void observe_cache(fault::Memory<W>& seen) {
    memory_.cache().for_each([&](W pfn) {
      const impl::Page& page = memory_.frames().page(pfn);
      seen.page_cache = updated(std::move(seen.page_cache), page.mapping->number, page.index, pfn);
    });
  }

  std::vector<W> frames_of(const impl::PageList& list) {
    std::vector<W> frames;
    for (const impl::Page& page : list) {
      frames.push_back(memory_.frames().pfn_of_page(page));
      if (frames.size() > memory_.frames().ram_pages()) break;
    }
    return frames;
  }

  void observe_objects(fault::Memory<W>& seen) {
    for (const auto& inode : machine_.files().inodes()) {
      const impl::MemoryObject& object = *inode.i_mapping;
      fault::Object<W> found{};
      found.shared_memory = object.shared_memory;
      found.i_size = object.i_size;
      found.clean_pages = frames_of(object.clean_pages);
      found.dirty_pages = frames_of(object.dirty_pages);
      for (const impl::SwapSlot& slot : object.slots)
        write(found.slots, slot.index, memory_.swap().number_of(slot));
      for (W page = 0; page != object.disk.pages(); ++page)
        write(found.disk, page, bytes_at(object.disk.page(page)));
      write(seen.objects, object.number, std::move(found));
    }
  }

  void observe_swap(fault::SwapArea<W>& seen) {
    const impl::SwapArea& swap = memory_.swap();
    seen.pages = swap.pages();
    seen.in_use = swap.is_in_use();
    seen.cluster_next = swap.cluster_next();
    seen.cluster_nr = swap.cluster_nr();
    std::set<W> dirty;
    memory_.cache().for_each([&](W pfn) {
      const impl::Page& page = memory_.frames().page(pfn);
      if (page.is_in_swap_cache() && page.has(fault::PG_dirty)) dirty.insert(page.index);
    });
    for (W slot = 1; slot <= seen.pages; ++slot) {
      write(seen.swap_map, slot, swap.count(slot));
      if (swap.count(slot) != 0 && !dirty.contains(slot))
        write(seen.contents, slot, bytes_at(swap.contents(slot)));
    }
  }

  const Machine& machine_;
  const impl::PagedMemory<typename Machine::TracerType>& memory_;
  std::unordered_map<const impl::File<W>*, W> files_;
  std::unordered_map<const Area*, W> areas_;
  W areas_seen_ = 0;
  std::set<W> tables_;  // frames of directories and tables
};

}  // namespace refmm::inline REFMM_BUILD
