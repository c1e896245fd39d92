// Slots of the swap area and the cache of their pages.
//
// A slot's count is the number of entries that hold it, and one more each if its page is in the swap cache and if a shared memory object
// holds it. Follows mm/swapfile.c (scan_swap_map, __swap_free, valid_swaphandles) and mm/swap_state.c of 2.4.0.
#pragma once

#include <refmm/model/fault_cache.hpp>
#include <refmm/model/fault_tables.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Slots --------------------------------------------------------------------------------------------------------

template <class M>
constexpr auto swap_count(const M& memory, const WordOf<M>& slot) {
  return lookup(memory.swap.swap_map, slot);
}

/// One more reference to a slot that is in use. 2.4.0: swap_duplicate.
template <class M>
constexpr MemoryStep<M> swap_duplicate(MemoryStep<M> so_far, const WordOf<M>& slot) {
  so_far.memory.swap.swap_map =
      changed_at(std::move(so_far.memory.swap.swap_map), slot, [](auto count) { return count + 1u; });
  return so_far;
}

/// One reference less; the last one frees the slot, whose contents stay. 2.4.0: swap_free.
template <class M>
constexpr MemoryStep<M> swap_free(MemoryStep<M> so_far, const WordOf<M>& slot) {
  if (swap_count(so_far.memory, slot) == 0u) return so_far;
  so_far.memory.swap.swap_map =
      changed_at(std::move(so_far.memory.swap.swap_map), slot, [](auto count) { return count - 1u; });
  if (swap_count(so_far.memory, slot) == 0u) so_far = cited(std::move(so_far), "fault.slot.freed");
  return so_far;
}

/// Slots taken in a row before the search begins anew. 2.4.0: SWAPFILE_CLUSTER.
inline constexpr std::uint32_t swapfile_cluster = 256;

/// A free slot: upwards from the one that was taken last, else the lowest. [fault.slot.next_fit] [fault.slot.lowest]
template <Word W>
constexpr Decision<std::optional<W>> free_slot(const fault::SwapArea<W>& area) {
  if (!area.in_use) return {std::nullopt, {"fault.slot.none"}};
  const auto first_from = [&](W slot) {
    while (slot <= area.pages && lookup(area.swap_map, slot) != 0u) slot = slot + 1u;
    return slot;
  };
  if (area.cluster_nr != 0u) {
    const W next = first_from(area.cluster_next);
    if (next <= area.pages) return {next, {"fault.slot.next_fit"}};
  }
  const W lowest = first_from(W(1u));
  if (lowest <= area.pages) return {lowest, {"fault.slot.lowest"}};
  return {std::nullopt, {"fault.slot.none"}};
}

template <Word W, class Words, class Bytes>
constexpr Decision<std::optional<W>> free_slot(const fault::AnySwapArea<W, Words, Bytes>& area) {
  if (area.free_slot == W(fault::none)) return {std::nullopt, {"fault.slot.none"}};
  return {area.free_slot, {}};
}

/// The swap area after a free slot was taken, with so many references.
template <Word W>
constexpr fault::SwapArea<W> with_slot_taken(fault::SwapArea<W> area, W slot, W count) {
  const bool goes_on = area.cluster_nr != 0u && slot >= area.cluster_next;
  area.cluster_nr = goes_on ? area.cluster_nr - 1u : W(swapfile_cluster);
  area.cluster_next = slot + 1u;
  area.swap_map = updated(std::move(area.swap_map), slot, count);
  return area;
}
template <Word W, class Words, class Bytes>
constexpr auto with_slot_taken(fault::AnySwapArea<W, Words, Bytes> area, W slot, W count) {
  area.swap_map = updated(std::move(area.swap_map), slot, count);
  return area;
}

template <class M>
struct SlotTaken {
  MemoryStep<M> so_far;
  std::optional<WordOf<M>> slot;
};

/// Takes a free slot, with so many references. 2.4.0: __get_swap_page.
template <class M>
constexpr SlotTaken<M> get_swap_page(MemoryStep<M> so_far, std::uint32_t count) {
  auto found = free_slot(so_far.memory.swap);
  for (const ClauseRef clause : found.because) so_far = cited(std::move(so_far), clause);
  if (found.value)
    so_far.memory.swap = with_slot_taken(std::move(so_far.memory.swap), *found.value, WordOf<M>(count));
  return {std::move(so_far), found.value};
}

// ---- Transfers ----------------------------------------------------------------------------------------------------

/// A page of the swap cache has a buffer while it is there, once it was transferred.
template <class M>
constexpr MemoryStep<M> buffer_attached(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  if (frame(so_far.memory, pfn).buffers != 0u) return so_far;
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.buffers = WordOf<M>(1u);
    return frame;
  });
  return get_page(cited(std::move(so_far), "fault.slot.buffer"), pfn);
}
template <class M>
constexpr MemoryStep<M> buffer_dropped(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  if (frame(so_far.memory, pfn).buffers == 0u) return so_far;
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.buffers = WordOf<M>(0u);
    return frame;
  });
  return mutant("fault.slot.keeps_the_buffer") ? so_far : put_page(std::move(so_far), pfn);
}

/// Reads the slot of a page of the swap cache into it. A failed transfer moves nothing. 2.4.0: rw_swap_page.
template <class M>
constexpr MemoryStep<M> swap_read(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  const auto slot = frame(so_far.memory, pfn).index;
  const bool done = !transfer_fails(so_far.memory.faults.fail_swap_read);
  so_far.effects.push_back(fault::SwapTransfer<WordOf<M>>{fault::Transfer::read, slot, pfn, done});
  so_far = buffer_attached(std::move(so_far), pfn);
  if (done) {
    const WordOf<M> read = mutant("fault.slot.reads_the_next") ? slot + WordOf<M>(1u) : slot;
    const auto bytes = lookup(so_far.memory.swap.contents, read);
    so_far.memory.contents = updated(std::move(so_far.memory.contents), pfn, bytes);
  }
  return page_read(std::move(so_far), pfn, done);
}

template <class M>
struct SwapWritten {
  MemoryStep<M> so_far;
  bool done;
};

/// Writes a page of the swap cache to its slot. 2.4.0: rw_swap_page.
template <class M>
constexpr SwapWritten<M> swap_write(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  const auto slot = frame(so_far.memory, pfn).index;
  const bool done = !transfer_fails(so_far.memory.faults.fail_swap_write);
  so_far.effects.push_back(fault::SwapTransfer<WordOf<M>>{fault::Transfer::write, slot, pfn, done});
  so_far = buffer_attached(std::move(so_far), pfn);
  if (!done) {
    so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
      frame.flags = flags_set(frame.flags, fault::PG_error);
      return frame;
    });
    return {std::move(so_far), done};
  }
  const auto bytes = lookup(so_far.memory.contents, pfn);
  so_far.memory.swap.contents = updated(std::move(so_far.memory.swap.contents), slot, bytes);
  return {std::move(so_far), done};
}

// ---- The swap cache -----------------------------------------------------------------------------------------------

/// Puts a page into the swap cache, as the page of a slot whose count has room for it. 2.4.0: add_to_swap_cache.
template <class M>
constexpr MemoryStep<M> add_to_swap_cache(MemoryStep<M> so_far, const WordOf<M>& pfn, const WordOf<M>& slot) {
  so_far = add_to_page_cache(std::move(so_far), pfn, WordOf<M>(fault::swapper_space), slot);
  return frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.flags = flags_set(frame.flags, fault::PG_swap_cache | fault::PG_uptodate);
    return frame;
  });
}

/// Takes a page out of the swap cache, with its buffer and the cache's reference to the slot. 2.4.0: delete_from_swap_cache_nolock.
template <class M>
constexpr MemoryStep<M> delete_from_swap_cache(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  const auto slot = frame(so_far.memory, pfn).index;
  so_far = swap_free(buffer_dropped(std::move(so_far), pfn), slot);
  return remove_from_page_cache(std::move(so_far), pfn);
}

/// True if somebody else than who asks, with one reference, can get at a page: through the frame, or through the slot.
/// 2.4.0: is_page_shared. [fault.wp.swap_cache_sole]
template <class M>
constexpr bool is_page_shared(const M& memory, const WordOf<M>& pfn) {
  if (is_reserved(memory, pfn)) return true;
  const auto page = frame(memory, pfn);
  if (!has(page.flags, fault::PG_swap_cache)) return is_true(page.count > 1u);
  return is_true(page.count + swap_count(memory, page.index) > page.buffers + 3u);
}

/// Gives up a reference to a page, and its place in the swap cache if nobody else can get at it. 2.4.0: free_page_and_swap_cache.
/// [fault.zap.swap_cache_freed]
template <class M>
constexpr MemoryStep<M> free_page_and_swap_cache(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  const bool is_last = mutant("fault.zap.swap_cache_though_shared") || !is_page_shared(so_far.memory, pfn);
  if (in_swap_cache(so_far.memory, pfn) && is_last)
    so_far = delete_from_swap_cache(cited(std::move(so_far), "fault.zap.swap_cache_freed"), pfn);
  return put_page(std::move(so_far), pfn);
}

// ---- Reading in ---------------------------------------------------------------------------------------------------

/// A page that was looked for, with a reference to it; nothing if there was no frame.
template <class M>
struct PageFound {
  MemoryStep<M> so_far;
  std::optional<WordOf<M>> pfn;
};

/// The page of a slot with a reference, from the swap cache or read into it; nothing if there is no frame. 2.4.0:
/// read_swap_cache_async.
template <class M>
constexpr PageFound<M> read_swap_cache(MemoryStep<M> so_far, const WordOf<M>& slot) {
  using W = WordOf<M>;
  const W cached = find_page(so_far.memory, W(fault::swapper_space), slot);
  if (cached != W(fault::none)) return {get_page(std::move(so_far), cached), cached};
  auto taken = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  if (!taken.pfn) return {std::move(taken.so_far), std::nullopt};
  so_far = swap_duplicate(std::move(taken.so_far), slot);
  so_far = add_to_swap_cache(std::move(so_far), *taken.pfn, slot);
  return {swap_read(std::move(so_far), *taken.pfn), taken.pfn};
}

/// Reads the slots of the aligned group of a slot as far as they are in use; failures are ignored. Slot 0 never is in use.
/// 2.4.0: swapin_readahead. [fault.swap_in.group]
template <Word W>
constexpr MemoryStep<fault::Memory<W>> swapin_readahead(MemoryStep<fault::Memory<W>> so_far, W slot) {
  const W group = W(1u) << so_far.memory.page_cluster;
  const W first = slot & ~(group - 1u);
  so_far = cited(std::move(so_far), "fault.swap_in.group");
  for (W next = first; next != first + group; next = next + 1u) {
    if (next > so_far.memory.swap.pages || swap_count(so_far.memory, next) == 0u) break;
    auto read = read_swap_cache(std::move(so_far), next);
    so_far = std::move(read.so_far);
    if (read.pfn) so_far = put_page(std::move(so_far), *read.pfn);
  }
  return so_far;
}

template <fault::ManyPages M>
constexpr MemoryStep<M> swapin_readahead(MemoryStep<M> so_far, const WordOf<M>&) {
  return cited(std::move(so_far), "fault.swap_in.group");
}

/// The page of a slot with a reference, read with its group if it is not in the swap cache. As built, a failed read goes unnoticed;
/// mended, the page is forgotten again. 2.4.0: the beginning of do_swap_page.
template <class M>
constexpr PageFound<M> swapped_in(MemoryStep<M> so_far, const WordOf<M>& slot) {
  using W = WordOf<M>;
  const W cached = find_page(so_far.memory, W(fault::swapper_space), slot);
  if (cached != W(fault::none))
    return {get_page(cited(std::move(so_far), "fault.swap_in.cached"), cached), cached};
  so_far = swapin_readahead(std::move(so_far), slot);
  auto read = read_swap_cache(std::move(so_far), slot);
  if (read.pfn) read.so_far = cited(std::move(read.so_far), "fault.swap_in.read");
  return read;
}

}  // namespace refmm::model::inline REFMM_BUILD
