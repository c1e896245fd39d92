// What directories and tables map, as the laws look at it: page by page, each table looked up once.
#pragma once

#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace refmm::kernel_map {

using Word32 = std::uint32_t;
using LawBoot = Boot<Word32>;
using LawState = State<Word32>;
using LawArea = VmStruct<Word32>;
using LawEntries = Entries<Word32>;

/// The machine that the laws speak of.
inline constexpr Machine law_machine = i386_2_4_0;

inline constexpr Word32 page_bytes = law_machine.page_size;
inline constexpr Word32 slot_bytes = law_machine.page_size * law_machine.entries_per_table;
inline constexpr Word32 first_slot = user_slots(law_machine);           // of the kernel's half
inline constexpr Word32 last_slot = law_machine.entries_per_table - 1;  // 1023

constexpr bool is_present(Word32 entry) { return (entry & paging::PAGE_PRESENT) != 0; }
constexpr bool is_large(Word32 entry) { return (entry & paging::PAGE_PSE) != 0; }
constexpr bool is_users(Word32 entry) { return (entry & paging::PAGE_USER) != 0; }
constexpr Word32 pfn_in(Word32 entry) { return entry / page_bytes; }
constexpr bool is_page_aligned(Word32 addr) { return addr % page_bytes == 0; }
constexpr Word32 page_address(Word32 addr) { return addr - addr % page_bytes; }

/// Bytes up to a multiple of the page size, as a number that does not wrap.
constexpr std::uint64_t page_aligned(std::uint64_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

/// The end of the range that areas may lie in: below the window for high frames, whatever the kernel at hand thinks.
constexpr std::uint64_t end_of_range(const LawBoot& boot) {
  return boot.config == Config::highmem ? law_machine.pkmap_base : vmalloc_end_as_built(boot);
}

/// The end of an area with its guard page, as a number that does not wrap.
constexpr std::uint64_t end_of(const LawArea& area) { return std::uint64_t{area.addr} + area.size; }

/// The table in a directory entry, or nullptr if it is none.
constexpr const Table<Word32>* table_of(const LawState& state, Word32 pde) {
  return is_present(pde) && !is_large(pde) ? table_in(state, pfn_in(pde)) : nullptr;
}

/// Calls `visit(page, entry)` for every entry that is set of the tables of a directory, from address `from` up to `to`.
constexpr void for_each_page(const LawState& state, const LawEntries& directory, std::uint64_t from,
                             std::uint64_t to, auto visit) {
  for (auto pde = place_of(directory.written, static_cast<Word32>(from / slot_bytes));
       pde != directory.written.end(); ++pde) {
    const std::uint64_t slot_start = std::uint64_t{pde->first} * slot_bytes;
    if (slot_start >= to) return;
    const Table<Word32>* table = table_of(state, pde->second);
    if (!table) continue;
    const std::uint64_t first = from > slot_start ? (from - slot_start) / page_bytes : 0;
    const auto& written = table->entries.written;
    for (auto pte = place_of(written, static_cast<Word32>(first)); pte != written.end(); ++pte) {
      const std::uint64_t page = slot_start + std::uint64_t{pte->first} * page_bytes;
      if (page >= to) return;
      visit(static_cast<Word32>(page), pte->second);
    }
  }
}

/// How many pages of a range are mapped through a directory; 4 MB pages do not count.
constexpr std::uint64_t mapped_pages(const LawState& state, const LawEntries& directory, std::uint64_t from,
                                     std::uint64_t to) {
  std::uint64_t pages = 0;
  for_each_page(state, directory, from, to, [&](Word32, Word32) { ++pages; });
  return pages;
}

/// True if every page of a range is mapped, each by an entry of which `predicate(page, entry)` holds.
constexpr bool every_page(const LawState& state, const LawEntries& directory, std::uint64_t from, std::uint64_t to,
                          auto predicate) {
  std::uint64_t next = from;
  bool all = true;
  for_each_page(state, directory, from, to, [&](Word32 page, Word32 entry) {
    all = all && page == next && predicate(page, entry);
    next = std::uint64_t{page} + page_bytes;
  });
  return all && next == to;
}

/// A page of an area or of a program, and what maps it.
struct MappedPage {
  Word32 page, entry;
  friend constexpr bool operator==(const MappedPage&, const MappedPage&) = default;
};

/// The pages of a range, in their order.
constexpr std::vector<MappedPage> pages_of(const LawState& state, const LawEntries& directory, std::uint64_t from,
                                           std::uint64_t to) {
  std::vector<MappedPage> pages;
  for_each_page(state, directory, from, to, [&](Word32 page, Word32 entry) { pages.push_back({page, entry}); });
  return pages;
}

/// The pages of an area, without its guard page.
constexpr std::vector<MappedPage> pages_of(const LawState& state, const LawArea& area) {
  return pages_of(state, state.swapper_pg_dir, area.addr, end_of(area) - page_bytes);
}

/// The area whose pages have an address, or nullptr.
constexpr const LawArea* area_with(const LawState& state, Word32 addr) {
  const auto found = std::ranges::find_if(
      state.vmlist, [&](const LawArea& area) { return area.addr <= addr && addr < end_of(area); });
  return found == state.vmlist.end() ? nullptr : &*found;
}

/// True if the machine has the frame.
constexpr bool is_ram(const LawBoot& boot, Word32 pfn) { return pfn < num_physpages(boot); }

}  // namespace refmm::kernel_map
