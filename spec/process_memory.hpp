// What programs can see: the tiny memory that all of demand paging is there to be.
//
// Each address of a process holds a byte. A page of a private area is the process's own once it was written; before that it shows its
// object, or zeros. Pages of an object are one memory for all who share them, and for all who have not written to their private mapping
// of it. Frames, entries, slots and caches are not seen; which of them hold a page makes no difference.
#pragma once

#include <refmm/spec/map.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/record.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::process {

/// The bytes of a page.
using PageBytes = fault::Bytes<std::uint32_t>;

constexpr bool same_bytes(const PageBytes& one, const PageBytes& other) {
  if (one == other) return true;  // as nearly always: pages are copied, not made anew
  for (std::uint32_t offset = 0; offset < page_bytes; ++offset) {
    if (lookup(one, offset) != lookup(other, offset)) return false;
  }
  return true;
}
constexpr bool are_zeros(const PageBytes& bytes) { return same_bytes(bytes, PageBytes{}); }

/// The memory that programs see.
struct AbstractMemory {
  using OwnPage = std::optional<PageBytes>;
  using OwnPages = Map<std::uint32_t, OwnPage>;
  using Pages = Map<std::uint32_t, PageBytes>;
  using ByProcess = Map<std::uint32_t, OwnPages>;
  using ByObject = Map<std::uint32_t, Pages>;
  REFMM_RECORD(AbstractMemory,
               (ByProcess, own),  // by pid and address of the page: what is the process's own; zeros are nothing
               (ByObject, objects));  // by object and page
};

// ---- The state seen as such a memory ------------------------------------------------------------------------------

/// What is in a slot: in memory if the swap cache has it, and it was read; else in the swap area.
constexpr PageBytes bytes_of_slot(const LawState& state, std::uint32_t slot) {
  const std::uint32_t cached = lookup(state.memory.page_cache, fault::swapper_space, slot);
  const bool has_it =
      cached != fault::none && (lookup(state.memory.mem_map, cached).flags & fault::PG_uptodate) != 0;
  return has_it ? lookup(state.memory.contents, cached) : lookup(state.memory.swap.contents, slot);
}

/// What an entry leads to.
constexpr PageBytes bytes_behind(const LawState& state, std::uint32_t entry) {
  return is_page(entry) ? lookup(state.memory.contents, frame_of(entry)) : bytes_of_slot(state, slot_of(entry));
}

/// The pages of an object: what its cache has, else what its slots or the disk have.
constexpr AbstractMemory::Pages pages_of(const LawState& state, std::uint32_t number,
                                         const fault::Object<std::uint32_t>& object) {
  AbstractMemory::Pages pages = object.disk;
  for (const auto& [page, slot] : object.slots.written)
    pages = updated(std::move(pages), page, bytes_of_slot(state, slot));
  const auto cache = lookup(state.memory.page_cache, number);
  for (const auto& [page, pfn] : cache.written) {
    if ((lookup(state.memory.mem_map, pfn).flags & fault::PG_uptodate) == 0) continue;  // it was never read
    pages = updated(std::move(pages), page, lookup(state.memory.contents, pfn));
  }
  return pages;
}

/// True if an entry of a private area shows the page of the object that the area maps, which is not the process's own.
constexpr bool shows_object(const LawState& state, const LawArea& area, const EntryOf& entry) {
  if (!is_page(entry.entry)) return false;
  const auto frame = lookup(state.memory.mem_map, frame_of(entry.entry));
  return area.vm_file != 0 && frame.mapping == object_of(state, area) && frame.index == index_at(area, entry.addr);
}

/// What a process has of its own: what its entries lead to, but for pages of objects. In an area without an object zeros are as good
/// as nothing.
constexpr AbstractMemory::OwnPages own_pages(const LawState& state, const LawProcess& process) {
  AbstractMemory::OwnPages own;
  for (const EntryOf& entry : entries_of(state, process.pid)) {
    const LawArea* area = area_at(process, entry.addr);
    if (!area || (area->vm_flags & vma::VM_SHARED) != 0 || shows_object(state, *area, entry)) continue;
    const PageBytes bytes = bytes_behind(state, entry.entry);
    if (area->vm_file == 0 && are_zeros(bytes)) continue;
    own = updated(std::move(own), entry.addr, AbstractMemory::OwnPage(bytes));
  }
  return own;
}

/// The state as the memory that programs see.
constexpr AbstractMemory seen(const LawState& state) {
  AbstractMemory memory;
  for (const LawProcess& process : state.processes)
    memory.own = updated(std::move(memory.own), process.pid, own_pages(state, process));
  for (const auto& [number, object] : state.memory.objects.written)
    memory.objects = updated(std::move(memory.objects), number, pages_of(state, number, object));
  return memory;
}

// ---- The memory itself --------------------------------------------------------------------------------------------

/// A page as a process sees it through an area.
constexpr PageBytes page_seen(const LawState& state, const AbstractMemory& memory, std::uint32_t pid,
                              const LawArea& area, std::uint32_t addr) {
  if ((area.vm_flags & vma::VM_SHARED) == 0) {
    if (const auto own = lookup(memory.own, pid, addr)) return *own;
  }
  if (area.vm_file == 0) return {};
  return lookup(memory.objects, object_of(state, area), index_at(area, addr));
}

/// The memory with other bytes in a page that a process has written through an area: in the object, or in a page that is now the
/// process's own.
constexpr AbstractMemory with_page(const LawState& state, AbstractMemory memory, std::uint32_t pid,
                                   const LawArea& area, std::uint32_t page, const PageBytes& bytes) {
  if ((area.vm_flags & vma::VM_SHARED) != 0) {
    memory.objects = updated(std::move(memory.objects), object_of(state, area), index_at(area, page), bytes);
  } else {
    const bool nothing = area.vm_file == 0 && are_zeros(bytes);
    memory.own = updated(std::move(memory.own), pid, page, nothing ? AbstractMemory::OwnPage() : bytes);
  }
  return memory;
}

/// The memory after a byte was written by a process through an area.
constexpr AbstractMemory written(const LawState& state, AbstractMemory memory, std::uint32_t pid,
                                 const LawArea& area, std::uint32_t addr, std::uint32_t byte) {
  const std::uint32_t page = addr & ~(page_bytes - 1), offset = addr & (page_bytes - 1);
  const PageBytes bytes = fault::updated(page_seen(state, memory, pid, area, page), offset, byte);
  return with_page(state, std::move(memory), pid, area, page, bytes);
}

/// The memory without what a process has of its own in a range.
constexpr AbstractMemory forgotten(AbstractMemory memory, std::uint32_t pid, std::uint32_t start,
                                   std::uint32_t end) {
  memory.own = changed_at(std::move(memory.own), pid, [&](AbstractMemory::OwnPages own) {
    std::erase_if(own.written, [&](const auto& page) { return start <= page.first && page.first < end; });
    return own;
  });
  return memory;
}

// ---- Equal memories -----------------------------------------------------------------------------------------------

/// True if two maps have values at every key that are the same to `same`.
template <class Key, class Value>
constexpr bool same_values(const Map<Key, Value>& one, const Map<Key, Value>& other, auto same) {
  const auto agrees = [&](const Map<Key, Value>& with) {
    return [&](const auto& entry) { return same(entry.second, lookup(with, entry.first)); };
  };
  return std::ranges::all_of(one.written, agrees(other)) && std::ranges::all_of(other.written, agrees(one));
}

/// True if programs see no difference.
constexpr bool same_memory(const AbstractMemory& one, const AbstractMemory& other) {
  const auto same_own = [](const AbstractMemory::OwnPage& left, const AbstractMemory::OwnPage& right) {
    return left && right ? same_bytes(*left, *right) : !left && !right;
  };
  return same_values(one.own, other.own,
                     [&](const auto& left, const auto& right) { return same_values(left, right, same_own); }) &&
         same_values(one.objects, other.objects,
                     [&](const auto& left, const auto& right) { return same_values(left, right, same_bytes); });
}

}  // namespace refmm::process
