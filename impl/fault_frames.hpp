// Page frames: memory of the host, and who has how many references to it.
//
// Frame N is page N of an arena, the zero page too, whose number is above all others: so an entry of a page table is an address in the
// arena. The lowest free frame is found in a few steps. Source: alloc_page and __free_pages of 2.4.0.
#pragma once

#include <refmm/impl/arena.hpp>
#include <refmm/impl/fault_number_set.hpp>
#include <refmm/impl/fault_page.hpp>
#include <refmm/impl/fault_tracer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer>
class PageFrames {
 public:
  /// Frames 1 to `ram_pages`, all free. Throws std::system_error or std::bad_alloc if the host has no memory.
  PageFrames(std::uint32_t ram_pages, Tracer& tracer)
      : tracer_(tracer), mem_map_(std::size_t{ram_pages} + 1), free_(ram_pages) {
    free_.fill();
  }
  PageFrames(const PageFrames&) = delete;
  PageFrames& operator=(const PageFrames&) = delete;

  std::uint32_t ram_pages() const { return free_.last(); }
  std::uint32_t free_frames() const { return free_.size(); }

  /// The first byte of a frame, and the byte at a physical address.
  std::byte* frame(Pfn pfn) const { return arena_.at(pfn << page_shift); }
  std::byte* at(Address phys) const { return arena_.at(phys); }

  /// True of a frame that belongs to no pool, and has no descriptor. 2.4.0: PageReserved.
  bool is_reserved(Pfn pfn) const { return pfn > ram_pages(); }

  Page& page(Pfn pfn) { return mem_map_[pfn]; }
  const Page& page(Pfn pfn) const { return mem_map_[pfn]; }
  Pfn pfn_of_page(const Page& page) const { return static_cast<Pfn>(&page - mem_map_.data()); }

  // ---- References ----

  /// One more. 2.4.0: get_page.
  void get_page(Page& page) { ++page.count; }

  /// One less; the last one frees the frame, which keeps its contents. [fault.frame.last_reference]
  void put_page(Page& page) {
    if (--page.count != 0) return;
    page.flags = 0;
    const Pfn pfn = pfn_of_page(page);
    free_.insert(pfn);
    tracer_.record(fault::FreePage<Address>{pfn});
  }

  /// A frame with one reference, or 0. [fault.frame.lowest] [fault.frame.none_left]
  Pfn alloc_page(fault::Gfp type) {
    const Pfn pfn = request_fails() ? NumberSet::none : free_.first();
    if (pfn == NumberSet::none) {
      tracer_.record(fault::AllocPage<Address>{type, std::nullopt});
      return pfn;
    }
    tracer_.record(fault::AllocPage<Address>{type, pfn});
    free_.erase(pfn);
    mem_map_[pfn].count = 1;
    return pfn;
  }

  // ---- Contents ----

  /// 2.4.0: clear_page.
  void clear_page(Pfn pfn) {
    std::memset(frame(pfn), 0, page_size);
    tracer_.record(fault::ClearPage<Address>{pfn});
  }

  /// 2.4.0: copy_page.
  void copy_page(Pfn to, Pfn from) {
    std::memcpy(frame(to), frame(from), page_size);
    tracer_.record(fault::CopyPage<Address>{to, from});
  }

  // ---- Requests that are to fail ([process.settings]) ----

  std::uint32_t fail_alloc = 0;  // this one from now on; 0 for none
  bool fail_alloc_all = false;

 private:
  bool request_fails() {
    const bool fails = fail_alloc == 1 || fail_alloc_all;
    if (fail_alloc != 0) --fail_alloc;
    return fails;
  }

  Tracer& tracer_;
  Arena arena_;
  std::vector<Page> mem_map_;  // by frame; the first is none
  NumberSet free_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
