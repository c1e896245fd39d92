// What the processor may still use of what the tables do not have any more.
//
// A TLB holds translations that were in the tables once. Which of them it holds nobody knows; that it may hold those that left the
// tables since the last flush is all that is sure, so that is what the state lists. Follows __flush_tlb and __flush_tlb_all in
// include/asm-i386/pgtable.h.
#pragma once

#include <refmm/model/paging.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

template <Word W>
using StaleTranslations = std::vector<paging::StaleTranslation<W>>;

/// An entry leaves the tables. What was not present the processor has never loaded. [paging.tlb.stale]
template <Word W>
constexpr StaleTranslations<W> lost(StaleTranslations<W> stale, W page, W entry) {
  const bool forgotten = mutant("paging.tlb.forgets_global_pages") && has(entry, paging::PAGE_GLOBAL);
  if (is_present(entry) && !forgotten) stale.push_back({page, entry});
  return stale;
}

/// Whether a flush reaches a translation: one that keeps global pages does not reach those. [paging.tlb.flush]
template <Word W>
constexpr bool is_flushed(const paging::StaleTranslation<W>& translation, bool global) {
  if (mutant("paging.tlb.global_flush_keeps_global_pages")) global = false;
  return global || mutant("paging.tlb.flush_reaches_global_pages") || !has(translation.entry, paging::PAGE_GLOBAL);
}

/// What is left after a flush. [paging.tlb.flush_global]
template <Word W>
constexpr StaleTranslations<W> flushed(StaleTranslations<W> stale, bool global) {
  std::erase_if(stale, [&](const auto& translation) { return is_flushed<W>(translation, global); });
  return stale;
}

/// Whether a translation that may still be used leads to a frame: no such frame may become free.
/// [paging.tlb.flushed_before_reuse]
template <Word W>
constexpr bool leads_to(const MachineOf<W>& machine, const StaleTranslations<W>& stale, const W& pfn) {
  return std::ranges::any_of(
      stale, [&](const auto& translation) { return is_true(pfn_of<W>(machine, translation.entry) == pfn); });
}

}  // namespace refmm::model::inline REFMM_BUILD
