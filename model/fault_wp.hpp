// Copy on write: a write to a page that is there and may not be written yet.
//
// The last owner keeps the frame, everybody else gets a copy. Follows do_wp_page in mm/memory.c.
#pragma once

#include <refmm/model/fault_mapping.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// True if who writes is the only one who can get at the page: its only reference is the entry, or the entry and the swap cache whose slot
/// nobody else holds. A buffer counts as somebody else. As built, so does not the zero page's count:
/// [defect.fault.zero_page]. [fault.wp.sole_owner] [fault.wp.swap_cache_sole]
template <class M>
constexpr Decision<bool> is_sole_owner(const fault::KernelOf<WordOf<M>>& kernel, const M& memory,
                                       const WordOf<M>& pfn) {
  const auto page = frame(memory, pfn);
  if (mutant("fault.wp.writes_the_zero_page") && is_reserved(memory, pfn)) return {true, {}};
  if (page.count == 1u) {
    if (!is_reserved(memory, pfn)) return {true, {"fault.wp.sole_owner"}};
    if (kernel.corrected.zero_page) return {false, {}};
    return {true, {"defect.fault.zero_page"}};
  }
  if (page.count == 2u && has(page.flags, fault::PG_swap_cache) && !is_page_shared(memory, pfn))
    return {true, {"fault.wp.swap_cache_sole"}};
  return {false, {}};
}

/// The entry of who writes leads to a copy of the page, writable and dirty. What was the zero page is now a page of the process. 2.4.0:
/// break_cow.
template <class M>
constexpr MemoryStep<M> break_cow(const MachineOf<WordOf<M>>& machine, MemoryStep<M> so_far,
                                  const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                  const WordOf<M>& addr, const PtePlace<WordOf<M>>& place, const WordOf<M>& from,
                                  const WordOf<M>& to) {
  using W = WordOf<M>;
  if (is_reserved(so_far.memory, from)) {
    const W pages = mutant("fault.wp.counts_no_page") ? W(0u) : W(1u);
    so_far = rss_changed(cited(std::move(so_far), "fault.wp.reserved_page"), space.pid, pages);
  } else {
    so_far = cited(std::move(so_far), "fault.wp.copies");
  }
  so_far =
      from == W(fault::ZERO_PAGE) ? clear_page(std::move(so_far), to) : copy_page(std::move(so_far), to, from);
  const W entry = flags_set(entry_for<W>(machine, mapping, to), fault::PAGE_RW | fault::PAGE_DIRTY);
  so_far = flush_tlb_page(set_pte(std::move(so_far), place, entry), space, addr);
  return mutant("fault.wp.keeps_the_old_reference") ? so_far : put_page(std::move(so_far), from);
}

/// What became of a fault.
template <class M>
struct FaultDone {
  MemoryStep<M> so_far;
  fault::Handled handled;
};

/// 2.4.0: do_wp_page.
template <class M>
constexpr FaultDone<M> do_wp_page(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far,
                                  const Space<WordOf<M>>& space, const Mapping<WordOf<M>>& mapping,
                                  const WordOf<M>& addr, const PtePlace<WordOf<M>>& place) {
  using W = WordOf<M>;
  const W entry = pte_at(so_far.memory, place);
  const W pfn = pfn_of<W>(kernel.machine(), entry);
  auto sole_owner = is_sole_owner(kernel, so_far.memory, pfn);
  if (sole_owner.value || mutant("fault.wp.never_copies")) {
    for (const ClauseRef clause : sole_owner.because) so_far = cited(std::move(so_far), clause);
    const W writable = flags_set(entry, fault::PAGE_RW | fault::PAGE_DIRTY | fault::PAGE_ACCESSED);
    so_far = flush_tlb_page(set_pte(std::move(so_far), place, writable), space, addr);
    return {std::move(so_far), fault::Handled::minor};
  }
  auto copy = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  if (!copy.pfn) return {cited(std::move(copy.so_far), "fault.wp.no_page"), fault::Handled::no_page};
  so_far = break_cow(kernel.machine(), std::move(copy.so_far), space, mapping, addr, place, pfn, *copy.pfn);
  return {std::move(so_far), fault::Handled::minor};
}

}  // namespace refmm::model::inline REFMM_BUILD
