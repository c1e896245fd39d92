// What the operations on the kernel's mappings share: the call under way, the page source and kmalloc below, the TLB.
//
// The layer below follows the rules that the recordings were made with: the lowest free frame, and knobs that make requests fail.
#pragma once

#include <refmm/model/pages.hpp>
#include <refmm/model/paging_tlb.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The outcome of a call, and of every operation within it: an operation takes what has happened so far by value and returns
/// it with its own changes, effects and clauses added.
template <Word W>
using KernelMapStep = Outcome<kernel_map::State<W>, kernel_map::Result<W>, kernel_map::Effect<W>>;

template <Word W>
constexpr KernelMapStep<W> refused(KernelMapStep<W> so_far, kernel_map::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = kernel_map::Refused{refusal};
  return so_far;
}

template <Word W>
constexpr KernelMapStep<W> succeeded(KernelMapStep<W> so_far, kernel_map::Result<W> result, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = std::move(result);
  return so_far;
}

template <Word W>
constexpr bool was_refused(const KernelMapStep<W>& step) {
  return std::holds_alternative<kernel_map::Refused>(step.result);
}

/// True if the call ran into an assertion of the kernel, or never returns.
template <Word W>
constexpr bool has_ended(const KernelMapStep<W>& step) {
  const auto* refused = std::get_if<kernel_map::Refused>(&step.result);
  return refused && kernel_map::ends_everything(refused->refusal);
}

/// Adds a clause that may decide many times in one call, once.
template <Word W>
constexpr KernelMapStep<W> cited(KernelMapStep<W> so_far, ClauseRef clause) {
  if (std::ranges::find(so_far.because, clause) == so_far.because.end()) so_far.because.push_back(clause);
  return so_far;
}

template <Word W>
constexpr KernelMapStep<W> cited(KernelMapStep<W> so_far, const Because& because) {
  so_far.because.insert(so_far.because.end(), because.begin(), because.end());
  return so_far;
}

template <Word W>
constexpr KernelMapStep<W> warned(KernelMapStep<W> so_far, kernel_map::Message message) {
  so_far.effects.push_back(kernel_map::Warn{message});
  return so_far;
}

// ---- Tables and the TLB ---------------------------------------------------------------------------------------------

/// The table in a frame, to be changed; it must be there.
template <Word W>
constexpr kernel_map::Entries<W>& entries_in(kernel_map::State<W>& state, W pfn) {
  return std::ranges::find(state.tables, pfn, &kernel_map::Table<W>::pfn)->entries;
}

/// A table without entries, in a frame that holds none.
template <Word W>
constexpr KernelMapStep<W> with_empty_table(KernelMapStep<W> so_far, W pfn) {
  auto& tables = so_far.state.tables;
  const auto place = std::ranges::find_if(tables, [&](const auto& table) { return table.pfn > pfn; });
  tables.insert(place, kernel_map::Table<W>{pfn, {}});
  return so_far;
}

/// The directory of a process, to be changed; it must be there.
template <Word W>
constexpr kernel_map::Pgd<W>& process_directory(kernel_map::State<W>& state, std::uint32_t number) {
  return *std::ranges::find(state.pgds, number, &kernel_map::Pgd<W>::number);
}

/// swapper_pg_dir as another one, `slot` having changed.
template <Word W>
constexpr KernelMapStep<W> swapper_changed(KernelMapStep<W> so_far, kernel_map::Entries<W> swapper, W slot) {
  so_far.effects.push_back(kernel_map::SetPde<W>{0, slot, lookup(swapper, slot)});
  so_far.state.swapper_pg_dir = std::move(swapper);
  return so_far;
}

/// Likewise the directory of a process.
template <Word W>
constexpr KernelMapStep<W> pgd_changed(KernelMapStep<W> so_far, std::uint32_t number,
                                       kernel_map::Entries<W> entries, W slot) {
  so_far.effects.push_back(kernel_map::SetPde<W>{number, slot, lookup(entries, slot)});
  process_directory(so_far.state, number).entries = std::move(entries);
  return so_far;
}

/// An entry of a table gets another value; the processor may go on using the old one for `page`. [paging.tlb.stale]
template <Word W>
constexpr KernelMapStep<W> entry_set(KernelMapStep<W> so_far, W table, W table_slot, W entry, W page) {
  kernel_map::Entries<W>& entries = entries_in(so_far.state, table);
  so_far.state.stale = lost<W>(std::move(so_far.state.stale), page, lookup(entries, table_slot));
  entries = updated(std::move(entries), table_slot, entry);
  return so_far;
}

/// The TLB is flushed, with its global entries where the caller wants that and there are such. 2.4.0: flush_tlb_all, flush_tlb.
template <Word W>
constexpr KernelMapStep<W> flush_tlb(KernelMapStep<W> so_far, bool global) {
  if (!so_far.state.stale.empty())
    so_far =
        cited(std::move(so_far), global ? ClauseRef("paging.tlb.flush_global") : ClauseRef("paging.tlb.flush"));
  so_far.effects.push_back(kernel_map::FlushTlb{global});
  so_far.state.stale = flushed<W>(std::move(so_far.state.stale), global);
  return so_far;
}
template <Word W>
constexpr KernelMapStep<W> flush_tlb_all(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  return flush_tlb<W>(std::move(so_far), kernel_map::has_global_pages(boot));
}

// ---- The page source and kmalloc ------------------------------------------------------------------------------------

/// A request for a frame, and the frame if there was one.
template <Word W>
struct TakenFrame {
  KernelMapStep<W> so_far;
  std::optional<W> pfn;
};

/// The lowest free frame from `first` on and below `end`, or nothing.
template <Word W>
constexpr std::optional<W> lowest_free(const Map<W, kernel_map::Frame>& frames, W first, W end) {
  W candidate = first;
  for (auto place = place_of(frames.written, first);
       place != frames.written.end() && place->first == candidate && !place->second.free; ++place)
    candidate = candidate + W(1u);
  return candidate < end ? std::optional<W>(candidate) : std::nullopt;
}

/// The frame that a request gets, whatever the knobs say: high ones first where they will do, and only those that old devices
/// reach where it must be such a one. [kernel.frames.taken]
template <Word W>
constexpr std::optional<W> next_frame(const kernel_map::Boot<W>& boot, const kernel_map::State<W>& state,
                                      kernel_map::Gfp gfp) {
  const W dma_end = 4096;  // frames: 16 MB. 2.4.0: MAX_DMA_ADDRESS
  W end = boot.ram_pages;
  if (gfp == kernel_map::Gfp::kernel_dma && dma_end < end) end = dma_end;
  if (gfp == kernel_map::Gfp::kernel_highmem) {
    const auto high = lowest_free<W>(state.frames, boot.ram_pages, kernel_map::num_physpages(boot));
    if (high) return high;
  }
  return lowest_free<W>(state.frames, boot.first_free, end);
}

/// Takes a frame, if the knobs and the free frames allow it. [kernel.knobs]
template <Word W>
constexpr TakenFrame<W> take_frame(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, kernel_map::Gfp gfp) {
  // refuse
  kernel_map::Knobs& knobs = so_far.state.knobs;
  if (knobs.skip_pages != 0) {
    --knobs.skip_pages;
  } else if (knobs.fail_pages != 0) {
    --knobs.fail_pages;
    return {cited(std::move(so_far), ClauseRef("kernel.knobs")), std::nullopt};
  }
  const std::optional<W> pfn = next_frame<W>(boot, so_far.state, gfp);
  if (!pfn) return {cited(std::move(so_far), ClauseRef("kernel.frames.none")), std::nullopt};

  // change
  so_far.state.frames = updated(std::move(so_far.state.frames), *pfn, {1, false, false});
  return {cited(std::move(so_far), ClauseRef("kernel.frames.taken")), pfn};
}

/// A frame to be mapped. 2.4.0: alloc_page.
template <Word W>
constexpr TakenFrame<W> alloc_page(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, kernel_map::Gfp gfp) {
  TakenFrame<W> taken = take_frame<W>(boot, std::move(so_far), gfp);
  taken.so_far.effects.push_back(kernel_map::AllocPage<W>{gfp, taken.pfn});
  return taken;
}

/// A frame for a table or a directory. 2.4.0: __get_free_page.
template <Word W>
constexpr TakenFrame<W> get_free_page(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  TakenFrame<W> taken = take_frame<W>(boot, std::move(so_far), kernel_map::Gfp::kernel);
  taken.so_far.effects.push_back(kernel_map::GetFreePage<W>{taken.pfn});
  return taken;
}

/// Gives a frame of the machine back: one reference less, and with the last one it is free. Reserved frames keep theirs.
/// 2.4.0: __free_page.
template <Word W>
constexpr KernelMapStep<W> free_page(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far, W pfn) {
  so_far.effects.push_back(kernel_map::FreePage<W>{pfn});
  so_far = cited(std::move(so_far), ClauseRef("kernel.frames.given_back"));
  kernel_map::Frame frame = lookup(so_far.state.frames, pfn);
  if (frame.reserved) return so_far;
  --frame.count;
  if (frame.count == 0 && pfn >= boot.first_free) frame.free = true;
  so_far.state.frames = updated(std::move(so_far.state.frames), pfn, frame);
  return so_far;
}

/// A list element for an area: its number, or nothing if there is none. 2.4.0: kmalloc. [kernel.knobs]
template <Word W>
struct ListElement {
  KernelMapStep<W> so_far;
  std::optional<std::uint32_t> obj;
};

template <Word W>
constexpr ListElement<W> kmalloc(KernelMapStep<W> so_far) {
  std::uint32_t& fail = so_far.state.knobs.fail_kmalloc;
  const bool given = fail == 0;
  if (!given) --fail;
  const auto obj = given ? std::optional(so_far.state.objs_made++) : std::nullopt;
  so_far.effects.push_back(kernel_map::Kmalloc{obj});
  return {std::move(so_far), obj};
}

template <Word W>
constexpr KernelMapStep<W> kfree(KernelMapStep<W> so_far, std::uint32_t obj) {
  so_far.effects.push_back(kernel_map::Kfree{obj});
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
