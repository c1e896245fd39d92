// Page tables of processes: where entries stand, and the tables that hold them. Part of impl/fault.hpp.
//
// A process gets a page table when it first needs an entry in the 4 MB that the table maps. Where there is no frame for one, whoever asked
// fails: there is no table that stands in ([defect.fault.bad_page_table]). Source: pte_alloc in include/asm-i386/pgalloc.h,
// clear_page_tables in mm/memory.c of 2.4.0.
#pragma once

#include <refmm/impl/fault_paged_memory.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
Entry* PagedMemory<Tracer>::pte_offset(const PageTables& tables, Address addr) const {
  const Entry pde = directory(tables)[pgd_index(addr)];
  return pde == 0 ? nullptr : table_in(frames_, pfn_of(pde)) + pte_index(addr);
}

/// The entry for an address, in a table that is made if need be; nullptr if there is no frame for it. [fault.table.made]
/// [fault.table.none]
template <FaultTracer Tracer>
Entry* PagedMemory<Tracer>::pte_alloc(PageTables& tables, Address addr) {
  Entry& pde = directory(tables)[pgd_index(addr)];
  if (pde == 0) [[unlikely]] {
    const Pfn table = frames_.alloc_page(fault::Gfp::GFP_KERNEL);
    if (table == 0) return nullptr;
    frames_.clear_page(table);
    pde = mk_entry(table, paging::PAGE_TABLE);
  }
  return table_in(frames_, pfn_of(pde)) + pte_index(addr);
}

/// [fault.table.freed]: its entries must have been emptied.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::free_table(PageTables& tables, std::uint32_t slot) {
  Entry& pde = directory(tables)[slot];
  if (pde == 0) return;
  const Pfn table = pfn_of(pde);
  pde = 0;
  put_page(table);
}

template <FaultTracer Tracer>
void PagedMemory<Tracer>::clear_page_tables(PageTables& tables, std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t slot = first; slot != first + count; ++slot) free_table(tables, slot);
}

template <FaultTracer Tracer>
bool PagedMemory<Tracer>::pgd_alloc(PageTables& tables) {
  const Pfn pgd = frames_.alloc_page(fault::Gfp::GFP_KERNEL);
  if (pgd == 0) return false;
  std::memset(frames_.frame(pgd), 0, page_size);
  tables.pgd = pgd;
  return true;
}

/// The next directory in the same frame must not find what the processor remembers of this one.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::pgd_free(PageTables& tables) {
  if (cpu_.cr3() == tables.pgd) cpu_.load_cr3(0);
  put_page(std::exchange(tables.pgd, 0));
}

template <FaultTracer Tracer>
template <class Visit>
void PagedMemory<Tracer>::for_each_table(const PageTables& tables, Address start, Address end, Visit visit) const {
  for (Address addr = start; addr != end;) {
    const Address bytes = within_slot(addr, end - addr);
    Entry* const entries = pte_offset(tables, addr);
    if (entries != nullptr && !visit(entries, addr, bytes >> page_shift)) return;
    addr += bytes;
  }
}

// ---- What the processor remembers ---------------------------------------------------------------------------------

template <FaultTracer Tracer>
void PagedMemory<Tracer>::flush_tlb(Space space) {
  if (cpu_.cr3() == space.tables.pgd) cpu_.flush(false);
  if (space.current) tracer_.record(fault::FlushTlb{});
}

template <FaultTracer Tracer>
void PagedMemory<Tracer>::flush_tlb_page(Space space, Address addr) {
  forget(space.tables, addr);
  if (space.current) tracer_.record(fault::FlushTlbPage<Address>{addr});
}

/// The entry of an address has changed while its process does not run: nobody is told.
template <FaultTracer Tracer>
void PagedMemory<Tracer>::forget(const PageTables& tables, Address addr) {
  if (cpu_.cr3() == tables.pgd) cpu_.flush_one(addr);
}

}  // namespace refmm::impl::inline REFMM_BUILD
