// Where and how long: what places and lengths of intents come to in a state.
#pragma once

#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_commands.hpp>

#include <algorithm>
#include <cstdint>

namespace refmm::process {

/// What a place and a length come to in the address space of a process.
struct Surveyor {
  using W = std::uint32_t;

  const BasicMachine<W>& machine;
  const State<W>& now;
  const Process<W>& process;

  W page() const { return machine.page_size; }
  W rounded_up(W bytes) const { return (bytes + page() - 1) & ~(page() - 1); }
  /// So many pages, which may be a negative number.
  W pages(std::int32_t count) const { return static_cast<W>(count) * page(); }

  /// Area number `ordinal` of those of which `counts` is true, or of all if it is true of none.
  const vma::Area<W>* area(std::uint32_t ordinal, auto counts) const {
    const auto& areas = process.mm.areas;
    if (areas.empty()) return nullptr;
    const auto count = static_cast<std::uint32_t>(std::ranges::count_if(areas, counts));
    if (count == 0) return &areas[ordinal % areas.size()];
    std::uint32_t left = ordinal % count;
    return &*std::ranges::find_if(areas, [&](const auto& area) { return counts(area) && left-- == 0; });
  }
  const vma::Area<W>* area(std::uint32_t ordinal) const {
    return area(ordinal, [](const auto&) { return true; });
  }
  const vma::Area<W>* area_with(std::uint32_t ordinal, W flags) const {
    return area(ordinal, [&](const auto& area) { return (area.vm_flags & flags) != 0; });
  }

  /// Calls `visit(addr, entry)` for each entry of the process that is not empty, upwards.
  void for_each_entry(auto visit) const {
    for (const auto& [slot, directory_entry] : lookup(now.memory.pgds, process.pid).written) {
      const auto table = lookup(now.memory.tables, directory_entry / page());
      for (const auto& [place, entry] : table.written)
        visit((slot * machine.entries_per_table + place) * page(), entry);
    }
  }
  static bool is_present(W entry) { return (entry & (fault::PAGE_PRESENT | fault::PAGE_PROTNONE)) != 0; }

  /// The address of entry number `ordinal` of those that lead to a page, or that hold a slot.
  std::optional<W> entry(std::uint32_t ordinal, bool present) const {
    std::uint32_t count = 0;
    for_each_entry([&](W, W entry) { count += is_present(entry) == present ? 1 : 0; });
    if (count == 0) return std::nullopt;
    std::uint32_t left = ordinal % count;
    std::optional<W> found;
    for_each_entry([&](W addr, W entry) {
      if (is_present(entry) == present && left-- == 0) found = addr;
    });
    return found;
  }

  W window_size() const {
    const W group = W{1} << now.memory.page_cluster;
    return (31 + group - 1) & ~(group - 1);
  }
  /// 2.4.0: nopage_sequential_readahead looks for the page in the middle of the window.
  W window_of(const vma::Area<W>& area) const {
    const W window = window_size();
    const W raend = lookup(now.memory.raend, area.id);
    const W end = raend == 0 ? area.vm_pgoff + window : raend;
    return area.vm_start + (end - window / 2 - area.vm_pgoff) * page();
  }

  /// The end of the file, where the area shows it.
  W file_end_in(const vma::Area<W>& area) const {
    if (area.vm_file == 0) return area.vm_start;
    const W size = lookup(now.memory.objects, object_of(now, area)).i_size, skipped = area.vm_pgoff * page();
    return size < skipped || size - skipped >= area.vm_end - area.vm_start ? area.vm_start
                                                                           : area.vm_start + (size - skipped);
  }

  /// Bytes behind the end of the file can be written through the area, for everybody to see.
  bool shows_tail(const vma::Area<W>& area) const {
    constexpr W shared_writable = vma::VM_SHARED | vma::VM_WRITE;
    return (area.vm_flags & shared_writable) == shared_writable && file_end_in(area) != area.vm_start;
  }

  W landmark(const Place& place) const {
    using enum Place::Landmark;
    switch (place.landmark) {
      case address:
        return place.ordinal;
      case brk:
        return rounded_up(process.mm.brk);
      case esp:
        return process.esp;
      case present:
      case swapped:
        if (const auto found = entry(place.ordinal, place.landmark == present)) return *found;
        break;
      default:
        break;
    }
    const vma::Area<W>* found = area(place.ordinal);
    if (place.landmark == stack_start) found = area_with(place.ordinal, vma::VM_GROWSDOWN);
    if (place.landmark == writable) found = area_with(place.ordinal, vma::VM_WRITE);
    if (place.landmark == window) found = area_with(place.ordinal, fault::VM_SEQ_READ);
    if (place.landmark == file_end)
      found = area(place.ordinal, [&](const auto& each) { return shows_tail(each); });
    if (!found) return machine.task_unmapped_base;
    const W size = (found->vm_end - found->vm_start) / page();
    if (place.landmark == area_end) return found->vm_end;
    if (place.landmark == area_middle) return found->vm_start + size / 2 * page();
    if (counts_pages(place) && size != 0) return found->vm_start + static_cast<W>(place.pages) % size * page();
    if (place.landmark == window) return window_of(*found);
    if (place.landmark == file_end) return file_end_in(*found);
    return found->vm_start;
  }
  static bool counts_pages(const Place& place) {
    return place.landmark == Place::Landmark::area_page || place.landmark == Place::Landmark::writable;
  }
  W at(const Place& place) const {
    return landmark(place) + (counts_pages(place) ? 0 : pages(place.pages)) + place.bytes;
  }

  W measure(Length::Measure measure, W from, W old_length) const {
    using enum Length::Measure;
    const auto& areas = process.mm.areas;
    switch (measure) {
      case nothing:
        return 0;
      case to_end: {
        const auto above = std::ranges::find_if(areas, [&](const auto& area) { return area.vm_end > from; });
        return above == areas.end() ? page() : above->vm_end - from;
      }
      case to_next: {
        const auto above = std::ranges::find_if(areas, [&](const auto& area) { return area.vm_start > from; });
        return above == areas.end() ? page() : above->vm_start - from;
      }
      case to_top:
        return W{0} - from;
      case as_before:
        return old_length;
    }
    return 0;
  }
  W length(const Length& length, W from, W old_length = 0) const {
    return measure(length.measure, from, old_length) + pages(length.pages) + length.bytes;
  }

  /// A length for something to be mapped: it crosses the border between two page tables, but does not reach over hundreds of them, each
  /// page of which would be looked at by laws. Longer than the task it may be.
  W mappable(W len) const {
    const W longest = page() * (machine.entries_per_table + 64), few = 16;
    return len <= longest || len >= machine.task_size ? len : page() * (1 + len / page() % few);
  }
};

}  // namespace refmm::process
