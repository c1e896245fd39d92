// Pages with a name: the caches of files, of shared memory objects and of the swap area.
//
// A page of a cache is found by its mapping and its index. A file or object keeps its clean and its dirty pages in two lists, newest
// first. Follows add_to_page_cache_locked, remove_inode_page and __set_page_dirty in mm/filemap.c.
#pragma once

#include <refmm/model/fault.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// The frame of a page in a cache, or none. 2.4.0: __find_get_page, without the reference.
template <class M>
constexpr auto find_page(const M& memory, const WordOf<M>& mapping, const WordOf<M>& index) {
  return lookup(memory.page_cache, mapping, index);
}

template <class M>
constexpr bool in_swap_cache(const M& memory, const WordOf<M>& pfn) {
  return has(frame(memory, pfn).flags, fault::PG_swap_cache);
}

// ---- Lists --------------------------------------------------------------------------------------------------------

template <Word W>
constexpr void unlist(std::vector<W>& pages, W pfn) {
  for (std::size_t place = 0; place < pages.size(); ++place) {
    if (pages[place] != pfn) continue;
    pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(place));
    return;
  }
}

/// True of a shared memory object, false of a file.
template <Word W>
constexpr bool is_shared_memory(const fault::Object<W>& object) {
  return object.shared_memory;
}
template <Word W, class Slots, class Disk>
constexpr bool is_shared_memory(const fault::AnyObject<W, Slots, Disk>& object) {
  return is_true(object.shared_memory != W(0u));
}

/// Which list of its object a page is in.
enum class PageList { clean, dirty, neither };

/// Puts a page at the front of a list of its object, whichever it was in. The swap cache's order is nobody's business.
template <Word W>
constexpr fault::Memory<W> listed(fault::Memory<W> memory, W mapping, W pfn, PageList list) {
  if (mapping == W(fault::swapper_space)) return memory;
  memory.objects = changed_at(std::move(memory.objects), mapping, [&](fault::Object<W> object) {
    unlist(object.clean_pages, pfn);
    unlist(object.dirty_pages, pfn);
    if (list == PageList::clean) object.clean_pages.insert(object.clean_pages.begin(), pfn);
    if (list == PageList::dirty) object.dirty_pages.insert(object.dirty_pages.begin(), pfn);
    return object;
  });
  return memory;
}

/// Of all pages at once the lists are not kept.
template <fault::ManyPages M>
constexpr M listed(M memory, const WordOf<M>&, const WordOf<M>&, PageList) {
  return memory;
}

// ---- In and out ---------------------------------------------------------------------------------------------------

/// Puts a page into a cache, clean; the cache has a reference to it. 2.4.0: add_to_page_cache_locked.
template <class M>
constexpr MemoryStep<M> add_to_page_cache(MemoryStep<M> so_far, const WordOf<M>& pfn, const WordOf<M>& mapping,
                                          const WordOf<M>& index) {
  using W = WordOf<M>;
  so_far = frame_changed(std::move(so_far), pfn, [&](auto frame) {
    frame.mapping = mapping;
    frame.index = index;
    frame.flags = frame.flags & ~W(fault::PG_uptodate | fault::PG_error | fault::PG_dirty);
    return frame;
  });
  so_far.memory.page_cache = updated(std::move(so_far.memory.page_cache), mapping, index, pfn);
  so_far.memory = listed(std::move(so_far.memory), mapping, pfn, PageList::clean);
  return get_page(std::move(so_far), pfn);
}

/// Takes a page out of its cache, with the cache's reference; it has no name any more. 2.4.0: remove_inode_page, page_cache_release.
template <class M>
constexpr MemoryStep<M> remove_from_page_cache(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  using W = WordOf<M>;
  const auto page = frame(so_far.memory, pfn);
  if (!mutant("fault.cache.keeps_the_name"))
    so_far.memory.page_cache =
        updated(std::move(so_far.memory.page_cache), page.mapping, page.index, W(fault::none));
  so_far.memory = listed(std::move(so_far.memory), page.mapping, pfn, PageList::neither);
  so_far = frame_changed(std::move(so_far), pfn, [&](auto frame) {
    frame.mapping = W(fault::none);
    frame.index = W(0u);
    frame.flags = frame.flags & ~W(fault::PG_uptodate | fault::PG_error | fault::PG_dirty | fault::PG_swap_cache);
    return frame;
  });
  return put_page(std::move(so_far), pfn);
}

/// The page differs from what is behind it. It must be in a cache. 2.4.0: set_page_dirty.
template <class M>
constexpr MemoryStep<M> set_page_dirty(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  const auto page = frame(so_far.memory, pfn);
  if (has(page.flags, fault::PG_dirty)) return so_far;
  so_far = frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.flags = flags_set(frame.flags, fault::PG_dirty);
    return frame;
  });
  so_far.memory = listed(std::move(so_far.memory), page.mapping, pfn, PageList::dirty);
  return cited(std::move(so_far), "fault.cache.order");
}

/// The page is as what is behind it, and stays in its list. 2.4.0: ClearPageDirty.
template <class M>
constexpr MemoryStep<M> clear_page_dirty(MemoryStep<M> so_far, const WordOf<M>& pfn) {
  return frame_changed(std::move(so_far), pfn, [](auto frame) {
    frame.flags = flags_cleared(frame.flags, fault::PG_dirty);
    return frame;
  });
}

/// The end of a transfer into a page, good or bad.
template <class M>
constexpr MemoryStep<M> page_read(MemoryStep<M> so_far, const WordOf<M>& pfn, bool done) {
  return frame_changed(std::move(so_far), pfn, [&](auto frame) {
    frame.flags = flags_set(flags_cleared(frame.flags, fault::PG_uptodate | fault::PG_error),
                            done ? fault::PG_uptodate : fault::PG_error);
    return frame;
  });
}

/// True if this transfer fails; counts it. [process.settings]
template <class W>
constexpr bool transfer_fails(W& fails_left) {
  if (fails_left == 0u) return false;
  fails_left = fails_left - 1u;
  return true;
}

}  // namespace refmm::model::inline REFMM_BUILD
