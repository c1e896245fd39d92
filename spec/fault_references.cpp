#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/fault_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/to_scale.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <tuple>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using Entries = paging::Entries<Word>;

constexpr Word entries_per_table = fault::as_built.machine().entries_per_table;

/// Calls `visit(index, entry)` for each entry that is not empty.
void for_each_entry(const Entries& table, auto visit) {
  if (table.otherwise == 0) {
    for (const auto& [index, entry] : table.written) visit(index, entry);
    return;
  }
  for (Word index = 0; index != entries_per_table; ++index) {
    if (const Word entry = lookup(table, index)) visit(index, entry);
  }
}

/// The frame or slot that an entry leads to.
References& referred_to(AllReferences& all, Word entry) {
  return is_for_frame(entry) ? all.frames[frame_in(entry)] : all.slots[slot_in(entry)];
}

/// The table that stands in is full of entries for the bad page.
bool stands_in(Word table, Word entry) {
  return table == fault::BAD_PAGETABLE && is_for_frame(entry) && frame_in(entry) == fault::BAD_PAGE;
}

void add_tables(AllReferences& all, const fault::Memory<Word>& memory) {
  for (const auto& [table, entries] : memory.tables.written) {
    for_each_entry(entries, [&, pfn = table](Word, Word entry) {
      if (!stands_in(pfn, entry)) ++referred_to(all, entry).entries;
    });
  }
}

void add_process(AllReferences& all, const fault::Memory<Word>& memory, const Process<Word>& process) {
  all.frames[process.pgd].directory_of.push_back(process.pid);
  for_each_entry(lookup(memory.pgds, process.pid), [&](Word window, Word pde) {
    const Word table = frame_in(pde), first = window * window_size;
    all.frames[table].table_of.push_back({process.pid, first, pde});
    for_each_entry(lookup(memory.tables, table), [&](Word index, Word entry) {
      if (!stands_in(table, entry))
        referred_to(all, entry).places.push_back({process.pid, first + index * page_size, entry});
    });
  });
}

void add_caches(AllReferences& all, const fault::Memory<Word>& memory) {
  for (const auto& [pfn, frame] : memory.mem_map.written) {
    if (frame.mapping == fault::none && frame.buffers == 0) continue;
    References& references = all.frames[pfn];
    references.cache = frame.mapping != fault::none;
    references.buffer = frame.buffers != 0;
  }
  for (const auto& [slot, pfn] : lookup(memory.page_cache, fault::swapper_space).written)
    all.slots[slot].cache = true;
  for (const auto& [number, object] : memory.objects.written) {
    for (const auto& [index, slot] : object.slots.written) all.slots[slot].object = ObjectPage{number, index};
  }
}

/// `2 entries`, `entry`; nothing for none.
void add_part(std::vector<std::string>& parts, std::size_t count, std::string_view one, std::string_view several) {
  if (count == 1) parts.emplace_back(one);
  if (count > 1) parts.push_back(fmt::format("{} {}", count, several));
}

}  // namespace

// ---- Entries ------------------------------------------------------------------------------------------------------

const vma::Area<Word>* area_at(const Process<Word>& process, Word addr) {
  const auto& areas = process.mm.areas;
  const auto area = std::ranges::find_if(
      areas, [&](const vma::Area<Word>& each) { return each.vm_start <= addr && addr < each.vm_end; });
  return area == areas.end() ? nullptr : &*area;
}

std::string object_notation(const State<Word>& state, Word object) {
  const Word files = files_of(state);
  return object <= files ? file_notation(object) : fmt::format("shm{}", object - files);
}

// ---- References ---------------------------------------------------------------------------------------------------

Word References::total() const {
  const auto tables = static_cast<Word>(!table_of.empty());
  return static_cast<Word>(directory_of.size()) + tables + entries + held + static_cast<Word>(cache) +
         static_cast<Word>(buffer) + static_cast<Word>(object.has_value());
}

std::string References::notation() const {
  std::vector<std::string> parts;
  add_part(parts, directory_of.size(), "directory", "directories");
  add_part(parts, static_cast<std::size_t>(!table_of.empty()), "table", "");
  add_part(parts, entries, "entry", "entries");
  add_part(parts, static_cast<std::size_t>(cache), "cache", "");
  add_part(parts, static_cast<std::size_t>(buffer), "buffer", "");
  add_part(parts, static_cast<std::size_t>(object.has_value()), "object", "");
  add_part(parts, held, "held", "times held");
  return fmt::format("{}", fmt::join(parts, " + "));
}

AllReferences all_references(const State<Word>& state) {
  AllReferences all;
  add_tables(all, state.memory);
  for (const Process<Word>& process : state.processes) add_process(all, state.memory, process);
  add_caches(all, state.memory);
  for (const Word pfn : state.iobuf) ++all.frames[pfn].held;
  const auto sort = [](auto& by_number) {
    for (auto& [number, references] : by_number)
      std::ranges::sort(references.places, {},
                        [](const Place& place) { return std::tuple(place.addr, place.pid); });
  };
  sort(all.frames);
  sort(all.slots);
  return all;
}

References counted(const References& references, const fault::Frame<Word>& frame) {
  if ((frame.flags & fault::PG_reserved) == 0) return references;
  References held;
  held.held = references.held;
  return held;
}

Word pages_of(const State<Word>& state, Word pid) {
  Word pages = 0;
  for_each_entry(lookup(state.memory.pgds, pid), [&](Word, Word pde) {
    for_each_entry(lookup(state.memory.tables, frame_in(pde)), [&](Word, Word entry) {
      if (is_for_frame(entry) && frame_in(entry) < fault::ZERO_PAGE) ++pages;
    });
  });
  return pages;
}

// ---- Sharing --------------------------------------------------------------------------------------------------

namespace {

/// True if a write through an entry that does not permit it only makes it writable: nobody else can get at the page.
/// [fault.wp.sole_owner] [fault.wp.swap_cache_sole]
bool is_only_made_writable(const fault::Kernel& kernel, const fault::Memory<Word>& memory, Word pfn) {
  const auto frame = lookup(memory.mem_map, pfn);
  const bool reserved = (frame.flags & fault::PG_reserved) != 0;
  if (frame.count == 1) return !reserved || !kernel.corrected.zero_page;
  const bool in_swap_cache = (frame.flags & fault::PG_swap_cache) != 0;
  return !reserved && frame.count == 2 && in_swap_cache &&
         frame.count + lookup(memory.swap.swap_map, frame.index) <= frame.buffers + 3;
}

/// True of a page that belongs to no file or object: whoever writes it, no other process is to see it.
bool is_private(const fault::Frame<Word>& frame) {
  return frame.mapping == fault::none || frame.mapping == fault::swapper_space;
}

}  // namespace

Sharing sharing_of(const fault::Kernel& kernel, const State<Word>& state, const References& references,
                   const Place& place) {
  const vma::Area<Word>* area = area_at(process_of(state, place.pid), place.addr);
  if (area == nullptr) return Sharing::unlawful;
  const Word pfn = frame_in(place.entry);
  const bool permitted = (area->vm_flags & vma::VM_WRITE) != 0, writable = (place.entry & fault::PAGE_RW) != 0;
  const bool several = references.places.size() > 1;
  if (writable && (!permitted || (several && is_private(lookup(state.memory.mem_map, pfn)))))
    return Sharing::unlawful;
  if (permitted && !writable && !is_only_made_writable(kernel, state.memory, pfn)) return Sharing::copied;
  return several ? Sharing::shared : Sharing::alone;
}

}  // namespace refmm::process
