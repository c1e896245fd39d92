// Entries taken away, copied, moved, and given other protections.
//
// Follows zap_page_range, free_pte and copy_page_range in mm/memory.c, move_page_tables in mm/mremap.c, change_protection in
// mm/mprotect.c.
#pragma once

#include <refmm/model/fault_mapping.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Taken away ---------------------------------------------------------------------------------------------------

/// What an entry holds is given up; it counts in the process's pages if it was a page of a pool.
template <class M>
struct Freed {
  MemoryStep<M> so_far;
  bool was_page;
};

/// 2.4.0: free_pte.
template <class M>
constexpr Freed<M> free_pte(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far, const WordOf<M>& entry) {
  using W = WordOf<M>;
  if (!pte_present(entry)) {
    so_far = cited(std::move(so_far), "fault.zap.slot");
    if (mutant("fault.zap.keeps_slots")) return {std::move(so_far), false};
    return {swap_free(std::move(so_far), slot_of_entry(entry)), false};
  }
  const W pfn = pfn_of<W>(machine, entry);
  if (is_reserved(so_far.memory, pfn))
    return {cited(std::move(so_far), "fault.zap.reserved_page"), mutant("fault.zap.counts_reserved_pages")};
  if (!mutant("fault.zap.loses_the_dirty_bit") && has(entry, fault::PAGE_DIRTY) &&
      frame(so_far.memory, pfn).mapping != W(fault::none))
    so_far = set_page_dirty(cited(std::move(so_far), "fault.zap.dirty_bit"), pfn);
  so_far = free_page_and_swap_cache(cited(std::move(so_far), "fault.zap.page"), pfn);
  return {std::move(so_far), true};
}

/// Empties the place of an entry, and gives up what it held.
template <class M>
constexpr Freed<M> zap_pte(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                           const PtePlace<WordOf<M>>& place) {
  const auto entry = pte_at(so_far.memory, place);
  if (is_none(entry)) return {std::move(so_far), false};
  return free_pte(machine, set_pte(std::move(so_far), place, WordOf<M>(0u)), entry);
}

/// Calls `visit(so_far, addr)` for each page of a range that has a page table, upwards.
template <Word W, class So>
constexpr So for_each_table_entry(const MachineOf<W>& machine, So so_far, W pid, W start, W end, auto visit) {
  for (W addr = start; addr != end;) {
    if (!is_there(pte_offset(machine, so_far.memory, pid, addr))) {
      const W next = next_slot<W>(machine, addr);
      if (next == 0u || next >= end) break;
      addr = next;
      continue;
    }
    so_far = visit(std::move(so_far), addr);
    addr = addr + W(machine.page_size);
  }
  return so_far;
}

/// The pages of a range are given up, upwards; the process has so many fewer. 2.4.0: zap_page_range. [fault.zap.rss]
template <Word W>
constexpr MemoryStep<fault::Memory<W>> zapped(const MachineOf<W>& machine, MemoryStep<fault::Memory<W>> so_far,
                                              W pid, W start, W end) {
  W freed = 0u;
  so_far = for_each_table_entry(machine, std::move(so_far), pid, start, end, [&](auto step, W addr) {
    const auto place = pte_offset(machine, step.memory, pid, addr);
    auto zapped = zap_pte(machine, std::move(step), place);
    if (zapped.was_page) freed = freed + 1u;
    return std::move(zapped.so_far);
  });
  const W rss = lookup(so_far.memory.rss, pid);
  so_far.memory.rss = updated(std::move(so_far.memory.rss), pid, rss > freed ? rss - freed : W(0u));
  return so_far;
}

// ---- Copied -------------------------------------------------------------------------------------------------------

/// What fork does with an entry of an area: the parent's afterwards, and the child's.
template <Word W>
struct CopiedEntry {
  W parent, child;
};

/// Both entries of a page that is there: in an area that may be written and is private both lose the permission to write; the child's is
/// not accessed, and in a shared area not dirty. 2.4.0: copy_page_range.
template <Word W>
constexpr Decision<CopiedEntry<W>> copied_page(W entry, bool protects, bool shared) {
  CopiedEntry<W> both{entry, entry};
  Because because{"fault.copy.page"};
  if (protects) {
    both.child = flags_cleared(entry, fault::PAGE_RW);
    if (!mutant("fault.copy.protects_only_the_child")) both.parent = both.child;
    because.push_back("fault.copy.write_protect");
  }
  if (shared) {
    both.child = flags_cleared(both.child, fault::PAGE_DIRTY);
    because.push_back("fault.copy.shared");
  }
  both.child = flags_cleared(both.child, fault::PAGE_ACCESSED);
  return {both, std::move(because)};
}

/// Copies an entry to the same place in the child's table. As built, a copy that a debugger made in a shared area is not protected.
template <class M>
constexpr MemoryStep<M> copy_pte(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                 const WordOf<M>& vm_flags, const PtePlace<WordOf<M>>& from,
                                 const PtePlace<WordOf<M>>& to) {
  using W = WordOf<M>;
  const W entry = pte_at(so_far.memory, from);
  if (is_none(entry)) return so_far;
  if (is_swapped(entry)) {
    if (mutant("fault.copy.skips_slots")) return so_far;
    so_far = cited(std::move(so_far), "fault.copy.slot");
    if (!mutant("fault.copy.forgets_the_slots")) so_far = swap_duplicate(std::move(so_far), slot_of_entry(entry));
    return set_pte(std::move(so_far), to, entry);
  }
  const W pfn = pfn_of<W>(kernel.machine(), entry);
  if (is_reserved(so_far.memory, pfn))
    return set_pte(cited(std::move(so_far), "fault.copy.reserved_page"), to, entry);

  const bool shared = has(vm_flags, vma::VM_SHARED);
  bool protects = !shared && has(vm_flags, vma::VM_MAYWRITE);
  if (!protects && has(entry, fault::PAGE_RW) && frame(so_far.memory, pfn).mapping == W(fault::none)) {
    if (!kernel.corrected.fork_protects_copies)
      so_far = cited(std::move(so_far), "defect.fault.fork_protects_copies");
    protects = kernel.corrected.fork_protects_copies;
  }
  auto copied = copied_page<W>(entry, protects, shared);
  for (const ClauseRef clause : copied.because) so_far = cited(std::move(so_far), clause);
  so_far = set_pte(set_pte(std::move(so_far), from, copied.value.parent), to, copied.value.child);
  return mutant("fault.copy.forgets_the_reference") ? so_far : get_page(std::move(so_far), pfn);
}

template <class M>
struct Copied {
  MemoryStep<M> so_far;
  bool had_tables;
};

/// Copies the entries of an area for a child: a table for each that the parent has, even an empty one. 2.4.0: copy_page_range.
template <Word W>
constexpr Copied<fault::Memory<W>> copy_page_range(const fault::KernelOf<W>& kernel,
                                                   MemoryStep<fault::Memory<W>> so_far, W parent, W child,
                                                   const vma::Area<W>& area) {
  const MachineOf<W>& machine = kernel.machine();
  bool had_tables = true;
  so_far =
      for_each_table_entry(machine, std::move(so_far), parent, area.vm_start, area.vm_end, [&](auto step, W addr) {
        if (!had_tables) return step;
        const bool has_table = is_there(pte_offset(machine, step.memory, child, addr));
        auto table = pte_alloc(kernel, std::move(step), child, addr);
        had_tables = is_there(table.place);
        if (!had_tables) return cited(std::move(table.so_far), "fault.copy.no_table");
        if (!has_table) table.so_far = cited(std::move(table.so_far), "fault.copy.table");
        const auto from = pte_offset(machine, table.so_far.memory, parent, addr);
        return copy_pte(kernel, std::move(table.so_far), area.vm_flags, from, table.place);
      });
  return {std::move(so_far), had_tables};
}

// ---- Other protections --------------------------------------------------------------------------------------------

/// An entry for a page in memory gets another protection, and keeps its frame and what the processor noted. 2.4.0: pte_modify.
template <Word W>
constexpr W pte_modify(const MachineOf<W>& machine, W entry, W protection) {
  const W pfn =
      mutant("fault.protect.takes_the_next_frame") ? pfn_of<W>(machine, entry) + W(1u) : pfn_of<W>(machine, entry);
  const W kept = entry & W(mutant("fault.protect.loses_the_dirty_bit") ? fault::PAGE_ACCESSED : fault::PAGE_KEPT);
  return mk_pte<W>(machine, pfn, kept | protection);
}

/// Gives the entry of a place another protection, if it is for a page. [fault.protect.entry]
template <class M>
constexpr MemoryStep<M> pte_protected(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                                      const PtePlace<WordOf<M>>& place, const WordOf<M>& protection) {
  using W = WordOf<M>;
  const W entry = pte_at(so_far.memory, place);
  if (!pte_present(entry)) return so_far;
  const W given = mutant("fault.protect.always_writable") ? protection | W(fault::PAGE_RW) : protection;
  return set_pte(cited(std::move(so_far), "fault.protect.entry"), place, pte_modify<W>(machine, entry, given));
}

/// The same for every entry of a range. 2.4.0: change_protection.
template <Word W>
constexpr MemoryStep<fault::Memory<W>> protection_changed(const MachineOf<W>& machine,
                                                          MemoryStep<fault::Memory<W>> so_far, W pid, W start,
                                                          W end, W protection) {
  return for_each_table_entry(machine, std::move(so_far), pid, start, end, [&](auto step, W addr) {
    const auto place = pte_offset(machine, step.memory, pid, addr);
    return pte_protected(machine, std::move(step), place, protection);
  });
}

}  // namespace refmm::model::inline REFMM_BUILD
