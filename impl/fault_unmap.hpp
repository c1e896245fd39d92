// Entries taken away, and given other protections. Part of impl/fault.hpp.
//
// Source: zap_page_range, free_pte in mm/memory.c, change_protection in mm/mprotect.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// What an entry holds is given up; true if it counts among the pages of the process. [fault.zap.slot] [fault.zap.reserved_page]
/// [fault.zap.dirty_bit] [fault.zap.page]
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::free_pte(Entry entry) {
  if (!pte_present(entry)) {
    swap_.free(slot_of_entry(entry));
    return false;
  }
  const Pfn pfn = pfn_of(entry);
  if (frames_.is_reserved(pfn)) return false;
  Page& page = frames_.page(pfn);
  if (has_flag(entry, fault::PAGE_DIRTY) && page.mapping != nullptr) set_page_dirty(page);
  free_page_and_swap_cache(page);
  return true;
}

/// Upwards. [fault.zap.rss]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::zap_page_range(Space space, Address start, Address end) {
  std::uint32_t freed = 0;
  for_each_table(space.tables, start, end, [&](Entry* entries, Address, std::uint32_t count) {
    for (Entry& entry : std::span(entries, count)) {
      if (entry != 0 && free_pte(std::exchange(entry, 0))) ++freed;
    }
    return true;
  });
  space.tables.rss -= std::min(freed, space.tables.rss);
  if (!mutant("fault.impl.zap.keeps_translations")) flush_tlb(space);
}

/// Entries keep their frames and what the processor noted. [fault.protect.entry]
template <FaultTracer Tracer>
void PagedMemory<Tracer>::change_protection(Space space, Address start, Address end, Entry protection) {
  constexpr Entry kept = ~(page_size - 1) | fault::PAGE_KEPT;
  for_each_table(space.tables, start, end, [&](Entry* entries, Address, std::uint32_t count) {
    for (Entry& entry : std::span(entries, count)) {
      if (pte_present(entry)) entry = (entry & kept) | protection;
    }
    return true;
  });
  if (!mutant("fault.impl.protect.keeps_translations")) flush_tlb(space);
}

}  // namespace refmm::impl::inline REFMM_BUILD
