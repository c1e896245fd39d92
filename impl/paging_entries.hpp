// Addresses and entries of two-level paging: shifts and masks.
//
// The tables are those of the processor: 1024 entries of 32 bits in a frame of 4 KiB, two levels of them.
#pragma once

#include <refmm/spec/machine.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/paging.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// An entry of a page directory or page table, and an address. 2.4.0: pgd_t, pte_t.
using Entry = std::uint32_t;
using Address = std::uint32_t;
/// The number of a page frame.
using Pfn = std::uint32_t;

inline constexpr unsigned page_shift = 12;
inline constexpr unsigned pgdir_shift = 22;
inline constexpr Address page_size = 1u << page_shift;
inline constexpr Address pgdir_size = 1u << pgdir_shift;  // bytes that a slot of a directory maps
inline constexpr std::uint32_t entries_per_table = 1u << (pgdir_shift - page_shift);

/// Whether a machine has tables of this kind.
constexpr bool has_two_level_tables(const Machine& machine) {
  return machine.page_size == page_size && machine.entries_per_table == entries_per_table;
}

// ---- Addresses: [paging.index] ----------------------------------------------------------------------------------

constexpr std::uint32_t pgd_index(Address addr) { return addr >> pgdir_shift; }
constexpr std::uint32_t pte_index(Address addr) { return (addr >> page_shift) & (entries_per_table - 1); }
constexpr Address page_of(Address addr) { return addr & ~(page_size - 1); }
constexpr Address offset_in_page(Address addr) { return addr & (page_size - 1); }
constexpr Address offset_in_slot(Address addr) { return addr & (pgdir_size - 1); }

/// Bytes from `addr` to the end of its slot, or `bytes` if they are fewer.
constexpr Address within_slot(Address addr, Address bytes) {
  const Address left = pgdir_size - offset_in_slot(addr);
  return bytes < left ? bytes : left;
}

// ---- Entries: [paging.entry.page], [paging.entry.table] ---------------------------------------------------------

constexpr Entry mk_entry(Pfn pfn, std::uint32_t flags) { return pfn << page_shift | flags; }
constexpr Pfn pfn_of(Entry entry) { return entry >> page_shift; }
constexpr bool has_flag(Entry entry, std::uint32_t flag) { return (entry & flag) != 0; }
constexpr bool is_present(Entry entry) { return has_flag(entry, paging::PAGE_PRESENT); }
constexpr bool is_large(Entry entry) { return has_flag(entry, paging::PAGE_PSE); }

/// Memory that tables are in: `frame(pfn)` is the first byte of a frame.
template <class M>
concept PhysicalMemory = requires(const M& memory, Pfn pfn) {
  { memory.frame(pfn) } -> std::same_as<std::byte*>;
};

/// The table, or directory, in a frame.
template <PhysicalMemory Memory>
Entry* table_in(const Memory& memory, Pfn pfn) {
  return reinterpret_cast<Entry*>(memory.frame(pfn));
}

}  // namespace refmm::impl::inline REFMM_BUILD
