// A page for an address: what a fault does once the access was found lawful.
//
// Follows handle_mm_fault and what it calls, and make_pages_present, in mm/memory.c.
#pragma once

#include <refmm/model/fault_shmem.hpp>
#include <refmm/model/fault_wp.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Nothing there yet --------------------------------------------------------------------------------------------

/// A page without a file: a read gets the zero page, a write a frame of zeros. 2.4.0: do_anonymous_page.
template <class M>
constexpr FaultDone<M> do_anonymous_page(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                                         const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                         const PtePlace<WordOf<M>>& place, bool write) {
  using W = WordOf<M>;
  if (!write) {
    const W readable = flags_cleared(entry_for<W>(machine, mapping, W(fault::ZERO_PAGE)), fault::PAGE_RW);
    const W entry = mutant("fault.anonymous.zero_page_writable") ? flags_set(readable, fault::PAGE_RW) : readable;
    so_far = set_pte(std::move(so_far), place, entry);
    return {cited(std::move(so_far), "fault.anonymous.zero_page"), fault::Handled::minor};
  }
  auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  if (!taken.pfn) return {cited(std::move(taken.so_far), "fault.anonymous.no_page"), fault::Handled::no_page};
  so_far = std::move(taken.so_far);
  if (!mutant("fault.anonymous.clears_nothing")) so_far = clear_page(std::move(so_far), *taken.pfn);
  if (mutant("fault.anonymous.takes_two_references")) so_far = get_page(std::move(so_far), *taken.pfn);
  if (!mutant("fault.anonymous.forgets_rss")) so_far = rss_changed(std::move(so_far), space.pid, W(1u));
  const W entry = flags_set(entry_for<W>(machine, mapping, *taken.pfn), fault::PAGE_RW | fault::PAGE_DIRTY);
  so_far = set_pte(std::move(so_far), place, entry);
  return {cited(std::move(so_far), "fault.anonymous.fresh"), fault::Handled::minor};
}

/// The entry that a page of a file or object gets: writable and dirty if it was written; else with the protection of the area, but in
/// a private area never writable while anybody else has the page. 2.4.0: the end of do_no_page.
template <class M>
constexpr Decision<WordOf<M>> entry_of_object(const MachineOf<WordOf<M>>& machine, const M& memory,
                                              const Mapping<WordOf<M>>& mapping, const WordOf<M>& pfn,
                                              bool write) {
  using W = WordOf<M>;
  const W entry = entry_for<W>(machine, mapping, pfn);
  if (mutant("fault.no_page.writable_at_once") && has(mapping.area.vm_flags, vma::VM_WRITE)) write = true;
  if (write) return {flags_set(entry, fault::PAGE_RW | fault::PAGE_DIRTY), {"fault.no_page.written"}};
  if (frame(memory, pfn).count > 1u && !is_shared(mapping))
    return {flags_cleared(entry, fault::PAGE_RW), {"fault.no_page.private"}};
  return {entry, {"fault.no_page.as_area"}};
}

/// 2.4.0: do_no_page.
template <class M>
constexpr FaultDone<M> do_no_page(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                  const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                  const WordOf<M>& addr, const PtePlace<WordOf<M>>& place, bool write) {
  using W = WordOf<M>;
  if (mapping.object == W(fault::none))
    return do_anonymous_page(kernel.machine(), std::move(so_far), space, mapping, place, write);
  const bool no_share = write && !is_shared(mapping);
  const bool is_memory = is_shared_memory(lookup(so_far.memory.objects, mapping.object));
  auto page = is_memory ? shmem_nopage(kernel, std::move(so_far), space, mapping, addr)
                        : filemap_nopage(kernel, std::move(so_far), space, mapping, addr, no_share);
  so_far = std::move(page.so_far);
  if (!page.pfn) return {std::move(so_far), page.refusal};
  so_far = rss_changed(std::move(so_far), space.pid, W(1u));
  auto entry = entry_of_object(kernel.machine(), so_far.memory, mapping, *page.pfn, write);
  so_far = cited(std::move(so_far), entry.because.front());
  return {set_pte(std::move(so_far), place, entry.value), fault::Handled::major};
}

// ---- In the swap area ---------------------------------------------------------------------------------------------

/// A page comes back from its slot, and stays in the swap cache. It is writable at once only if it is written and nobody else can get
/// at it. As built, a failed read goes unnoticed. 2.4.0: do_swap_page.
template <class M>
constexpr FaultDone<M> do_swap_page(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                    const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                    const PtePlace<WordOf<M>>& place, bool write) {
  using W = WordOf<M>;
  const MachineOf<W>& machine = kernel.machine();
  const W slot = slot_of_entry(pte_at(so_far.memory, place));

  // refuse
  auto found = swapped_in(std::move(so_far), slot);
  so_far = std::move(found.so_far);
  if (!found.pfn) return {cited(std::move(so_far), "fault.swap_in.no_page"), fault::Handled::no_page};
  const W pfn = *found.pfn;
  if (!is_uptodate(so_far.memory, pfn)) {
    if (kernel.corrected.swap_read_error)
      return {unread_page_forgotten(std::move(so_far), pfn), fault::Handled::not_readable};
    so_far = cited(std::move(so_far), "defect.fault.swap_read_error");
  }

  // change
  if (!mutant("fault.swap_in.counts_no_page")) so_far = rss_changed(std::move(so_far), space.pid, W(1u));
  if (!mutant("fault.swap_in.keeps_the_slot")) so_far = swap_free(std::move(so_far), slot);
  if (mutant("fault.swap_in.frees_the_slot_twice")) so_far = swap_free(std::move(so_far), slot);
  W entry = entry_for<W>(machine, mapping, pfn);
  if (write && (mutant("fault.swap_in.writable_though_shared") || !is_page_shared(so_far.memory, pfn))) {
    entry = flags_set(entry, fault::PAGE_RW | fault::PAGE_DIRTY);
    so_far = cited(std::move(so_far), "fault.swap_in.writable");
  } else {
    so_far = cited(std::move(so_far), "fault.swap_in.as_area");
  }
  return {set_pte(std::move(so_far), place, entry), fault::Handled::minor};
}

// ---- The whole ----------------------------------------------------------------------------------------------------

/// 2.4.0: handle_pte_fault.
template <class M>
constexpr FaultDone<M> handle_pte_fault(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                        const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                        const WordOf<M>& addr, const PtePlace<WordOf<M>>& place, bool write) {
  using W = WordOf<M>;
  const W entry = pte_at(so_far.memory, place);
  if (is_none(entry)) return do_no_page(kernel, std::move(so_far), space, mapping, addr, place, write);
  if (is_swapped(entry)) return do_swap_page(kernel, std::move(so_far), space, mapping, place, write);
  if (write && !has(entry, fault::PAGE_RW))
    return do_wp_page(kernel, std::move(so_far), space, mapping, addr, place);
  const W marked = flags_set(entry, write ? fault::PAGE_ACCESSED | fault::PAGE_DIRTY : fault::PAGE_ACCESSED);
  so_far = flush_tlb_page(set_pte(std::move(so_far), place, marked), space, addr);
  return {cited(std::move(so_far), "fault.present"), fault::Handled::minor};
}

/// Gives the page of an address to a process. Permissions are not looked at. 2.4.0: handle_mm_fault.
template <class M>
constexpr FaultDone<M> handle_mm_fault(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                       const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                       const WordOf<M>& addr, bool write) {
  auto allocated = pte_alloc(kernel, std::move(so_far), space.pid, addr);
  if (!is_there(allocated.place)) return {std::move(allocated.so_far), fault::Handled::no_page_table};
  return handle_pte_fault(kernel, std::move(allocated.so_far), space, mapping, addr, allocated.place, write);
}

/// Faults a range in, for writing if the area is writable; ends silently at the first page that cannot be had. 2.4.0:
/// make_pages_present. [fault.present.stops] [fault.present.beyond_end]
template <Word W>
constexpr MemoryStep<fault::Memory<W>> pages_made_present(const fault::KernelOf<W>& kernel,
                                                          MemoryStep<fault::Memory<W>> so_far,
                                                          const Space<W>& space, const Mapping<W>& mapping,
                                                          W start, W end) {
  const bool write = has(mapping.area.vm_flags, vma::VM_WRITE) && !mutant("fault.present.only_reads");
  so_far = cited(std::move(so_far),
                 write ? ClauseRef("fault.present.for_writing") : ClauseRef("fault.present.for_reading"));
  for (W addr = start; addr != end; addr = addr + W(kernel.machine().page_size)) {
    auto done = handle_mm_fault(kernel, std::move(so_far), space, mapping, addr, write);
    so_far = std::move(done.so_far);
    if (is_sigbus(done.handled)) so_far = cited(std::move(so_far), "fault.present.beyond_end");
    if (!is_handled(done.handled) && !is_sigbus(done.handled))
      return cited(std::move(so_far), "fault.present.stops");
  }
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
