// What addresses mean: lists of areas as functions from addresses to what is mapped there.
//
// The laws about calls compare these functions: whole, and not at chosen addresses, so a law that speaks of a range says of
// every byte inside it and of every byte outside it what became of it. Two lists that differ only in where one area ends and
// the next begins, with nothing to tell them apart, mean the same.
#pragma once

#include <refmm/spec/name.hpp>
#include <refmm/spec/vma.hpp>
#include <refmm/spec/vma_law_inputs.hpp>
#include <refmm/spec/vma_state.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::vma {

using Addresses = Range<std::uint32_t>;

/// An area by what it means: not by its structure, and with its file by name.
struct Mapping {
  std::uint32_t start, end, pgoff, flags;  // as in Area
  Name file;                               // of the file; empty for none
  bool vm_ops, mapped_noreserve;
  friend bool operator==(const Mapping&, const Mapping&) = default;
};

using Mappings = std::vector<Mapping>;

constexpr std::uint32_t pages_in(std::uint32_t bytes) { return bytes >> shift_of_page; }

/// Rounded up to a page; what is too near the end becomes 0.
constexpr std::uint32_t rounded_up(std::uint32_t bytes) {
  return (bytes + (machine.page_size - 1)) & ~(machine.page_size - 1);
}

constexpr bool is_aligned(std::uint32_t address) { return address % machine.page_size == 0; }

constexpr std::uint32_t pages_of(const Mapping& mapping) { return pages_in(mapping.end - mapping.start); }

// ---- Lists of them --------------------------------------------------------------------------------------------------

/// The areas of a state, in the order of the list.
inline Mappings mappings(const State<std::uint32_t>& state) {
  Mappings all;
  all.reserve(state.mm.areas.size());
  for (const Area<std::uint32_t>& area : state.mm.areas) {
    const File* file = file_numbered(state, area.vm_file);
    all.push_back({area.vm_start, area.vm_end, area.vm_pgoff, area.vm_flags, file ? file->inode : Name(),
                   area.vm_ops, area.mapped_noreserve});
  }
  return all;
}

/// True if the two have an address in common.
constexpr bool meets(const Mapping& mapping, const Addresses& range) {
  return range.start < range.end && mapping.start < range.end && range.start < mapping.end;
}

/// The part from `start` to `end`, both within it.
inline Mapping part_of(Mapping mapping, std::uint32_t start, std::uint32_t end) {
  mapping.pgoff += pages_in(start - mapping.start);
  mapping.start = start;
  mapping.end = end;
  return mapping;
}

/// The list without a range.
inline Mappings without(const Mappings& list, const Addresses& range) {
  Mappings left;
  for (const Mapping& mapping : list) {
    if (!meets(mapping, range)) {
      left.push_back(mapping);
      continue;
    }
    if (mapping.start < range.start) left.push_back(part_of(mapping, mapping.start, range.start));
    if (range.end < mapping.end) left.push_back(part_of(mapping, range.end, mapping.end));
  }
  return left;
}

/// What of the list lies in a range.
inline Mappings inside(const Mappings& list, const Addresses& range) {
  Mappings found;
  for (const Mapping& mapping : list) {
    if (meets(mapping, range))
      found.push_back(part_of(mapping, std::max(mapping.start, range.start), std::min(mapping.end, range.end)));
  }
  return found;
}

/// The list with one more mapping, in its place.
inline Mappings with(Mappings list, const Mapping& mapping) {
  list.insert(std::ranges::upper_bound(list, mapping.start, {}, &Mapping::start), mapping);
  return list;
}

/// The list split where a range begins and ends, with other flags in the range. Mappings that have these flags already are not
/// split.
inline Mappings with_flags(const Mappings& list, const Addresses& range, auto flags_after) {
  Mappings changed;
  for (const Mapping& mapping : list) {
    const std::uint32_t after = flags_after(mapping.flags);
    if (!meets(mapping, range) || after == mapping.flags) {
      changed.push_back(mapping);
      continue;
    }
    const std::uint32_t from = std::max(mapping.start, range.start), to = std::min(mapping.end, range.end);
    if (mapping.start < from) changed.push_back(part_of(mapping, mapping.start, from));
    changed.push_back(part_of(mapping, from, to));
    changed.back().flags = after;
    if (to < mapping.end) changed.push_back(part_of(mapping, to, mapping.end));
  }
  return changed;
}

/// True if the second mapping goes on where the first one ends, and nothing but a boundary is between them.
inline bool goes_on(const Mapping& first, const Mapping& second) {
  Mapping expected = second;
  expected.start = first.start;
  expected.end = first.end;
  expected.pgoff = first.pgoff;
  return first.end == second.start && second.pgoff == first.pgoff + pages_of(first) && expected == first;
}

/// The list without boundaries that mean nothing.
inline Mappings joined(const Mappings& list) {
  Mappings joined;
  for (const Mapping& mapping : list) {
    if (!joined.empty() && goes_on(joined.back(), mapping))
      joined.back().end = mapping.end;
    else
      joined.push_back(mapping);
  }
  return joined;
}

/// True if every address means the same in both, or nothing in both.
inline bool mean_the_same(const Mappings& one, const Mappings& other) {
  return one == other || joined(one) == joined(other);
}

inline std::uint32_t pages_of(const Mappings& list) {
  std::uint32_t pages = 0;
  for (const Mapping& mapping : list) pages += pages_of(mapping);
  return pages;
}

/// True if every address of the range is mapped.
inline bool covers(const Mappings& list, const Addresses& range) {
  return pages_of(inside(list, range)) == pages_in(range.end - range.start);
}

/// Pages of those mappings that have the flag.
inline std::uint32_t pages_with(const Mappings& list, std::uint32_t flag) {
  std::uint32_t pages = 0;
  for (const Mapping& mapping : list) pages += mapping.flags & flag ? pages_of(mapping) : 0;
  return pages;
}

// ---- Looking for an address, and for room ---------------------------------------------------------------------------

/// Where the first mapping that ends above the address stands; the length of the list if there is none.
inline std::size_t first_above(const Mappings& list, std::uint32_t address) {
  return static_cast<std::size_t>(
      std::ranges::find_if(list, [&](const Mapping& mapping) { return mapping.end > address; }) - list.begin());
}

/// The mapping that holds the address, or nullptr.
inline const Mapping* holder_of(const Mappings& list, std::uint32_t address) {
  const std::size_t found = first_above(list, address);
  return found < list.size() && list[found].start <= address ? &list[found] : nullptr;
}

/// True if nothing of the range is mapped, and it lies inside the task.
inline bool is_free(const Mappings& list, std::uint32_t address, std::uint32_t len) {
  if (len > machine.task_size || address > machine.task_size - len) return false;
  return std::ranges::none_of(
      list, [&](const Mapping& mapping) { return mapping.start < address + len && address < mapping.end; });
}

/// The lowest address from which `len` bytes are free, at or above the hint rounded up or TASK_UNMAPPED_BASE without one. It is
/// there or where a mapping ends. Nothing if there is none; address 0 is none, too.
inline std::optional<std::uint32_t> lowest_free(const Mappings& list, std::uint32_t hint, std::uint32_t len) {
  const std::uint32_t start = rounded_up(hint == 0 ? machine.task_unmapped_base : hint);
  std::optional<std::uint32_t> lowest;
  const auto consider = [&](std::uint32_t address) {
    if (address >= start && (!lowest || address < *lowest) && is_free(list, address, len)) lowest = address;
  };
  consider(start);
  for (const Mapping& mapping : list) consider(mapping.end);
  return lowest == 0u ? std::nullopt : lowest;
}

}  // namespace refmm::vma
