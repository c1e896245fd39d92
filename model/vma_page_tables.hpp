// Which page tables go with a range that was unmapped.
//
// A table maps as many bytes as it has entries of a page each: 4 MiB on i386, a slot of the page directory. Follows
// free_pgtables in mm/mmap.c.
#pragma once

#include <refmm/model/vma_step.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Bytes that one page table maps. 2.4.0: PGDIR_SIZE.
template <std::unsigned_integral N>
constexpr N bytes_of_page_table(const BasicMachine<N>& machine) {
  return machine.page_size / machine.word_size * machine.page_size;
}

/// Slots of the page directory, from `first` on, `end` exclusive; none if `end` is not above `first`.
template <Word W>
struct Slots {
  REFMM_RECORD(Slots, (W, first), (W, end));
};

/// The slots whose tables only pages of start..end used, where the areas that are left end at or below `below` or begin at or
/// above `above`. The range asked for counts, not what was mapped in it.
template <Word W>
constexpr Slots<W> slots_to_clear(const MachineOf<W>& machine, W start, W end, std::optional<W> below,
                                  std::optional<W> above) {
  const Native<W> size = bytes_of_page_table(machine);
  const W shift = static_cast<unsigned>(std::countr_zero(size));
  W first = mutant("vma.slots.begins_behind") ? (start >> shift) + 1u : start >> shift;
  W last = end + W(size - 1);
  if (above && last > *above) last = mutant("vma.slots.ignores_next") ? last : *above;
  if (below && *below > (first << shift)) {
    first = mutant("vma.slots.shares_with_previous") ? *below >> shift : (*below + W(size - 1)) >> shift;
  }
  return {first, last >> shift};
}

/// Clears the page tables that no area needs after start..end was unmapped. `previous` is where the last area that begins
/// below the range stands, or one before it; none if there was none. 2.4.0: free_pgtables.
template <Word W>
constexpr VmaStep<W> free_pgtables(const vma::KernelOf<W>& kernel, VmaStep<W> so_far,
                                   std::optional<std::size_t> previous, W start, W end) {
  // find
  const auto& areas = so_far.state.mm.areas;
  std::optional<W> below, above;
  std::size_t position = previous.value_or(0);
  if (position < areas.size() && (previous || areas[position].vm_end <= start)) {
    while (position + 1 < areas.size() && areas[position + 1].vm_start < start) ++position;
    below = areas[position].vm_end;
    if (position + 1 < areas.size()) above = areas[position + 1].vm_start;
  } else if (position < areas.size()) {
    above = areas[position].vm_start;
  }
  const Slots<W> slots = slots_to_clear<W>(kernel.machine, start, end, below, above);

  // report
  if (slots.end <= slots.first) {
    so_far.because.push_back("vma.munmap.page_tables_in_use");
    return so_far;
  }
  so_far.effects.push_back(vma::ClearPageTables<W>{slots.first, slots.end - slots.first});
  so_far.because.push_back("vma.munmap.page_tables");
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
