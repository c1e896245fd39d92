// Page frames: taken, shared, given back; and what is in them.
//
// The frame that is taken is always the lowest free one. Operations on pages take what has happened so far by value and return it
// with their own changes, effects and clauses; they are templates over the memory: that of a machine (fault::Memory), or all pages at
// once, of which there are any number (fault::AllPages).
// Follows alloc_page and __free_pages in mm/page_alloc.c as far as the recordings' machine has them.
#pragma once

#include <refmm/model/paging.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/fault.hpp>
#include <refmm/spec/fault_pages.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// What an operation on pages has done so far.
template <class M>
struct MemoryStep {
  using W = typename M::word_type;
  M memory;
  std::vector<fault::Effect<W>> effects;
  Because because;
};

template <class M>
using WordOf = typename M::word_type;

template <class M>
constexpr MemoryStep<M> cited(MemoryStep<M> so_far, ClauseRef clause) {
  so_far.because.push_back(clause);
  return so_far;
}

// ---- References ---------------------------------------------------------------------------------------------------

/// The frame with this number.
template <class M>
constexpr auto frame(const M& memory, const WordOf<M>& pfn) {
  return lookup(memory.mem_map, pfn);
}

template <class M, class Change>
constexpr MemoryStep<M> frame_changed(MemoryStep<M> so_far, const WordOf<M>& pfn, Change change) {
  so_far.memory.mem_map = changed_at(std::move(so_far.memory.mem_map), pfn, change);
  return so_far;
}

/// True of a frame that belongs to no pool. 2.4.0: PageReserved.
template <class M>
constexpr bool is_reserved(const M& memory, const WordOf<M>& pfn) {
  return has(frame(memory, pfn).flags, fault::PG_reserved);
}

/// One more reference. 2.4.0: get_page.
template <class M>
constexpr MemoryStep<M> get_page(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  return frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.count = frame.count + 1u;
    return frame;
  });
}

/// A frame that is free.
template <Word W>
constexpr fault::Frame<W> nobodys_frame() {
  return {W(0u), W(0u), W(fault::none), W(0u), W(0u)};
}

/// One reference less; the last one frees the frame, which keeps its contents. A reserved frame does not notice. 2.4.0:
/// page_cache_release, put_page.
template <class M>
constexpr MemoryStep<M> put_page(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  if (is_reserved(so_far.memory, pfn)) return cited(std::move(so_far), "fault.frame.reserved");
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.count = frame.count - 1u;
    return frame;
  });
  if (frame(so_far.memory, pfn).count != 0u) return so_far;
  so_far = frame_changed(std::move(so_far), pfn, [](auto) { return nobodys_frame<WordOf<M>>(); });
  so_far.effects.push_back(fault::FreePage<WordOf<M>>{pfn});
  return cited(std::move(so_far), "fault.frame.last_reference");
}

// ---- Allocation ---------------------------------------------------------------------------------------------------

/// The lowest frame that nobody has, or nothing. [fault.frame.lowest]
template <Word W>
constexpr std::optional<W> free_frame(const fault::Memory<W>& memory) {
  W pfn = 1u;
  for (const auto& [used, frame] : memory.mem_map.written) {
    if (pfn > memory.ram_pages) return std::nullopt;
    if (used != pfn) break;
    pfn = pfn + 1u;
  }
  return pfn <= memory.ram_pages ? std::optional(pfn) : std::nullopt;
}

template <fault::ManyPages M>
constexpr std::optional<WordOf<M>> free_frame(const M& memory) {
  for (const auto& pfn : memory.free_frames) {
    if (frame(memory, pfn).count == 0u) return pfn;
  }
  return std::nullopt;
}

/// True if this request for a frame fails, whatever there is; counts it. [process.settings]
template <Word W>
constexpr bool allocation_fails(fault::Faults<W>& faults) {
  const bool fails = faults.fail_alloc == 1u || faults.fail_alloc_all;
  if (faults.fail_alloc != 0u) faults.fail_alloc = faults.fail_alloc - 1u;
  return fails;
}

template <class M>
struct Taken {
  MemoryStep<M> so_far;
  std::optional<WordOf<M>> pfn;
};

/// A frame with one reference, or nothing. 2.4.0: alloc_page.
template <class M>
constexpr Taken<M> alloc_page(MemoryStep<M> so_far, fault::Gfp type) {
  std::optional<WordOf<M>> pfn;
  if (!allocation_fails(so_far.memory.faults)) pfn = free_frame(so_far.memory);
  so_far.effects.push_back(fault::AllocPage<WordOf<M>>{type, pfn});
  if (!pfn) return {cited(std::move(so_far), "fault.frame.none_left"), pfn};
  so_far = frame_changed(std::move(so_far), *pfn, [](auto frame) {
    frame.count = WordOf<M>(1u);
    return frame;
  });
  return {cited(std::move(so_far), "fault.frame.lowest"), pfn};
}

// ---- Contents -----------------------------------------------------------------------------------------------------

/// Nothing but zeros.
template <Word W>
constexpr fault::Bytes<W> zero_bytes(const fault::Memory<W>&) {
  return {};
}
template <fault::ManyPages M>
constexpr fault::PageByte<WordOf<M>> zero_bytes(const M& memory) {
  return {memory.offset, WordOf<M>(0u)};
}

/// Fills a frame with zeros. 2.4.0: clear_page.
template <class M>
constexpr MemoryStep<M> clear_page(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  so_far.memory.contents = updated(std::move(so_far.memory.contents), pfn, zero_bytes(so_far.memory));
  so_far.effects.push_back(fault::ClearPage<WordOf<M>>{pfn});
  return so_far;
}

/// Copies what is in a frame. 2.4.0: copy_page.
template <class M>
constexpr MemoryStep<M> copy_page(MemoryStep<M> so_far, const WordOf<M>& to, const WordOf<M>& from) {
  const auto bytes = lookup(so_far.memory.contents, from);
  so_far.memory.contents = updated(std::move(so_far.memory.contents), to, bytes);
  so_far.effects.push_back(fault::CopyPage<WordOf<M>>{to, from});
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
