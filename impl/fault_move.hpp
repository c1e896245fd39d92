// Entries moved to other addresses of the same process. Part of impl/fault.hpp.
//
// Source: move_page_tables in mm/mremap.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// Moves the entry of an address, if there is one; false if there is no table for it. [fault.move.entry] [fault.move.no_table]
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::move_one_page(PageTables& tables, Address from, Address to) {
  Entry* const source = pte_offset(tables, from);
  if (source == nullptr || *source == 0) return true;
  Entry* const target = pte_alloc(tables, to);
  if (target == nullptr) return false;
  *target = std::exchange(*source, 0);
  return true;
}

/// The highest first. If a table is missing, what was moved is moved back; the target was empty, so that is all that is there
/// ([fault.move.back], [defect.fault.bad_table_moves_back]).
template <FaultTracer Tracer>
bool PagedMemory<Tracer>::move_page_tables(Space space, Address from, Address to, Address len) {
  for (Address offset = len; offset != 0;) {
    offset -= page_size;
    if (move_one_page(space.tables, from + offset, to + offset)) continue;
    for (offset += page_size; offset != len; offset += page_size)
      move_one_page(space.tables, to + offset, from + offset);
    return false;
  }
  if (!mutant("fault.impl.move.keeps_translations")) flush_tlb(space);
  return true;
}

}  // namespace refmm::impl::inline REFMM_BUILD
