// The page cache: a page of a file, of a shared memory object or of the swap area is found by its mapping and its index.
//
// A hash table whose chains go through the frames, so that nothing is allocated when a page enters it. Source: mm/filemap.c of 2.4.0
// (page_hash_table).
#pragma once

#include <refmm/impl/fault_page.hpp>
#include <refmm/spec/mutant.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// `Frames` has page(pfn).
template <class Frames>
class PageCache {
 public:
  PageCache(Frames& frames, std::uint32_t ram_pages)
      : frames_(frames), chains_(std::bit_ceil(std::size_t{ram_pages} + 1), 0) {}

  /// Pages in it.
  std::uint32_t size() const { return size_; }

  /// The frame of a page, or 0. 2.4.0: __find_page_nolock.
  Pfn find(const MemoryObject& mapping, std::uint32_t index) const {
    Pfn pfn = chains_[chain_of(mapping, index)];
    while (pfn != 0) {
      const Page& page = frames_.page(pfn);
      if (page.index == index && page.mapping == &mapping) break;
      pfn = page.next_hash;
    }
    return pfn;
  }

  /// Adds a page under the name that it has got. 2.4.0: add_page_to_hash_queue.
  void add(Pfn pfn) {
    Page& page = frames_.page(pfn);
    Pfn& chain = chains_[chain_of(*page.mapping, page.index)];
    page.next_hash = chain;
    chain = pfn;
    ++size_;
  }

  /// 2.4.0: remove_page_from_hash_queue.
  void remove(Pfn pfn) {
    Page& page = frames_.page(pfn);
    Pfn* link = &chains_[chain_of(*page.mapping, page.index)];
    while (*link != pfn) link = &frames_.page(*link).next_hash;
    *link = page.next_hash;
    page.next_hash = 0;
    --size_;
  }

  /// Calls `see(pfn)` for all pages in it; ends if a chain does not.
  template <class See>
  void for_each(See see) const {
    std::uint32_t seen = 0;
    for (const Pfn first : chains_) {
      for (Pfn pfn = first; pfn != 0 && seen <= size_; pfn = frames_.page(pfn).next_hash, ++seen) see(pfn);
    }
  }

 private:
  /// Neighbours in a file come into neighbouring chains.
  std::size_t chain_of(const MemoryObject& mapping, std::uint32_t index) const {
    constexpr std::uint32_t odd = 0x9e3779b1;  // spreads the objects
    return (mapping.number * odd + index) & (chains_.size() - 1);
  }

  Frames& frames_;
  std::vector<Pfn> chains_;
  std::uint32_t size_ = 0;
};

}  // namespace refmm::impl::inline REFMM_BUILD
