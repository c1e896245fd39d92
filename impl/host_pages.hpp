// Pages of the host's memory for the slab allocator: what a program uses it over.
//
//   HostPages pages;
//   SlabAllocator slabs(pages);
//   void* const buffer = slabs.kmalloc(1500, slab::SLAB_KERNEL);
//
// Memory comes from the host in regions of 2 MB that start at a multiple of 2 MB. A region begins with a descriptor for
// each of its pages, so the way from any address to its slab is one load at an address that is computed from it: this
// is the mem_map of 2.4.0 cut into pieces. Free pages wait in blocks of 2^n, n <= 5, buddies coalesced; a request takes
// the smallest block that fits, and of those the one that was freed last. A region whose pages are all free goes back to
// the host, but for one that is kept for the next request.
//
// When there are no pages left, caches are reaped before a request that may wait fails, as 2.4.0's page allocator does.
//
// One thread at a time: the allocator is 2.4.0's for one processor. Threads may each have an allocator of their own.
#pragma once

#include <refmm/impl/host_memory.hpp>
#include <refmm/impl/page_source.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab_flags.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace refmm::impl::inline REFMM_BUILD {

/// The machine as the allocator sees it over HostPages: native_64, but for its page. That is no page of the hardware, it
/// is what slabs are made of. It is four times as large, so that slabs are as full as those of 2.4.0 with objects
/// twice the size; and it has an odd number of lines, so that the descriptors of slabs, which stand at the start of
/// pages, do not all fall into the same set of the cache. (Where objects leave no room for colours, nothing
/// else would keep them apart.)
inline constexpr Machine64 host_machine = [] {
  Machine64 machine = native_64;
  machine.page_size = 257 * machine.l1_cache_bytes;
  return machine;
}();

class HostPages {
 public:
  using Layout = HostLayout;
  using Cache = impl::Cache<Layout>;
  using Slab = impl::Slab<Layout>;

  static constexpr std::size_t page_size = host_machine.page_size;
  static constexpr std::size_t region_size = std::size_t{2} << 20;
  static constexpr std::size_t pages_in_region = region_size / page_size;
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  struct Options {
    /// At most this many pages are handed out at a time; more are refused.
    std::size_t max_pages = unlimited;
    /// Asks the host to back each region with one huge page: fewer misses of the address translation, but a region
    /// is resident as a whole from its first use on. Where the host has no huge pages this does nothing.
    bool huge_pages = true;
  };

  HostPages() = default;
  explicit HostPages(const Options& options) : options_(options) {}
  HostPages(const HostPages&) = delete;
  HostPages& operator=(const HostPages&) = delete;

  /// Gives everything back to the host, pages in use included.
  ~HostPages() {
    while (regions_ != nullptr) unmap(*regions_);
  }

  // ---- What the allocator asks for (impl/page_source.hpp) ----

  const Machine64& machine() const { return host_machine; }
  Cache& cache_cache() { return *reinterpret_cast<Cache*>(cache_cache_); }
  bool in_interrupt() const { return false; }

  /// 2^gfporder pages, aligned to a cache line, or nullptr: the limit is reached or the host has no memory. A request that
  /// may wait reaps caches first. Constant time but for that and for a new region.
  template <class Reap>
  std::byte* get_pages(Cache& cache, std::uint32_t gfp, Reap&& reap) {
    std::byte* first = take(cache.gfporder);
    if (first != nullptr || (gfp & slab::GFP_WAIT) == 0) return first;
    // A cache that grew since the clock last passed it is spared once, so some reaps in a row may yield nothing.
    for (unsigned useless = 0; useless < useless_reaps; ++useless) {
      const std::size_t before = pages_in_use_;
      reap(gfp);
      if (pages_in_use_ == before) continue;
      first = take(cache.gfporder);
      if (first != nullptr) return first;
      useless = 0;
    }
    return nullptr;
  }

  void free_pages(Cache& cache, std::byte* first) { put(first, cache.gfporder); }

  /// The descriptor of the page with an address in memory that was handed out.
  SlabPage<Layout>& page(const void* address) const {
    const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) % region_size);
    return region_of(address).pages[offset / std::uint32_t{page_size}].in_use;
  }

  void run(Layout::Hook hook, std::byte* object, Cache& cache, std::uint32_t flags) const {
    hook(object, &cache, flags);
  }

  void cache_created(const Cache&) {}
  void cache_destroyed(const Cache&) {}
  void management_obtained(const Cache&, const std::byte*, const Slab*) {}
  void management_freed(const Cache&, const std::byte*, const Slab*) {}

  // ---- What programs ask for ----

  /// Pages handed out.
  std::size_t pages_in_use() const { return pages_in_use_; }

  /// Regions got from the host and not given back.
  std::size_t regions() const { return region_count_; }

  /// Changes how many pages may be handed out at a time; pages in use stay in use.
  void set_max_pages(std::size_t max_pages) { options_.max_pages = max_pages; }

  /// Gives back the free region that is kept for the next request, if there is one.
  void trim() {
    if (spare_ != nullptr) release(*spare_);
  }

 private:
  static constexpr std::uint32_t max_order = static_cast<std::uint32_t>(host_machine.max_gfp_order);
  static constexpr unsigned useless_reaps = 16;

  /// A page in use belongs to a slab; the first page of a free block is linked into the list of its order.
  union Page {
    struct Free {
      Page* next;
      Page** link;  // what points to this page
    };
    SlabPage<Layout> in_use;
    Free free;
  };

  struct Region {
    static constexpr std::uint8_t not_free = 0xff;

    std::array<Page, pages_in_region> pages;
    // Of the free block that begins with a page, or not_free; also for buddies beyond the end.
    std::array<std::uint8_t, std::bit_ceil(pages_in_region)> order;
    Region* next;
    Region** link;
    std::size_t used;  // pages handed out

    std::byte* address_of(std::size_t page) { return reinterpret_cast<std::byte*>(this) + page * page_size; }
  };
  /// Page 0 holds the descriptors and is never handed out.
  static_assert(sizeof(Region) <= page_size);

  static Region& region_of(const void* place) {
    return *reinterpret_cast<Region*>(reinterpret_cast<std::uintptr_t>(place) & ~(region_size - 1));
  }

  std::byte* take(std::uint32_t order) {
    const std::size_t count = std::size_t{1} << order;
    if (count > options_.max_pages || pages_in_use_ > options_.max_pages - count) return nullptr;
    std::uint32_t found = order;
    while (found <= max_order && free_[found] == nullptr) ++found;
    if (found > max_order) {
      if (!map()) return nullptr;
      found = order;
      while (free_[found] == nullptr) ++found;
    }

    Region& region = region_of(free_[found]);
    const auto page = static_cast<std::size_t>(free_[found] - region.pages.data());
    unlink(region, page);
    while (found > order) {
      --found;
      link(region, page + (std::size_t{1} << found), found);
    }
    for (std::size_t i = 0; i < count; ++i) region.pages[page + i].in_use = {};
    if (region.used == 0) spare_ = nullptr;
    region.used += count;
    pages_in_use_ += count;
    return region.address_of(page);
  }

  void put(std::byte* first, std::uint32_t order) {
    Region& region = region_of(first);
    auto page = static_cast<std::size_t>(first - reinterpret_cast<std::byte*>(&region)) / page_size;
    pages_in_use_ -= std::size_t{1} << order;
    region.used -= std::size_t{1} << order;
    for (; order < max_order; ++order) {
      const std::size_t buddy = page ^ (std::size_t{1} << order);
      if (region.order[buddy] != order) break;
      unlink(region, buddy);
      page &= buddy;
    }
    link(region, page, order);
    if (region.used != 0) return;
    if (spare_ != nullptr)
      release(region);
    else
      spare_ = &region;
  }

  void link(Region& region, std::size_t page, std::uint32_t order) {
    region.order[page] = static_cast<std::uint8_t>(order);
    Page*& head = free_[order];
    Page& block = region.pages[page];
    block.free = {.next = head, .link = &head};
    if (head != nullptr) head->free.link = &block.free.next;
    head = &block;
  }

  void unlink(Region& region, std::size_t page) {
    region.order[page] = Region::not_free;
    const Page::Free block = region.pages[page].free;
    *block.link = block.next;
    if (block.next != nullptr) block.next->free.link = block.link;
  }

  /// Gets a region from the host; false if it has none. Of twice the size the aligned half is kept.
  bool map() {
    void* const range = host::map(2 * region_size);
    if (range == nullptr) return false;
    const auto start = reinterpret_cast<std::uintptr_t>(range);
    const std::uintptr_t aligned = (start + region_size - 1) & ~(region_size - 1);
    if (aligned != start) host::unmap(range, aligned - start);
    const std::uintptr_t end = aligned + region_size;
    if (end != start + 2 * region_size) host::unmap(reinterpret_cast<void*>(end), start + 2 * region_size - end);
    if (options_.huge_pages) host::advise(reinterpret_cast<void*>(aligned), region_size, host::huge_page);

    Region& region = *::new (reinterpret_cast<void*>(aligned)) Region;
    region.order.fill(Region::not_free);
    region.used = 0;
    region.next = regions_;
    region.link = &regions_;
    if (regions_ != nullptr) regions_->link = &region.next;
    regions_ = &region;
    ++region_count_;
    spare_ = &region;

    for (std::size_t page = 1; page < pages_in_region;) {
      const auto aligned_to = static_cast<std::uint32_t>(std::countr_zero(page));
      const auto fits = static_cast<std::uint32_t>(std::bit_width(pages_in_region - page)) - 1;
      const std::uint32_t order = std::min({aligned_to, fits, max_order});
      link(region, page, order);
      page += std::size_t{1} << order;
    }
    return true;
  }

  /// Takes a region whose pages are all free off the lists, and gives it back.
  void release(Region& region) {
    for (std::size_t page = 0; page < pages_in_region; ++page)
      if (region.order[page] != Region::not_free) unlink(region, page);
    if (spare_ == &region) spare_ = nullptr;
    unmap(region);
  }

  void unmap(Region& region) {
    *region.link = region.next;
    if (region.next != nullptr) region.next->link = region.link;
    --region_count_;
    host::unmap(static_cast<void*>(&region), region_size);
  }

  Options options_{};
  std::array<Page*, max_order + 1> free_{};  // blocks of 2^n free pages
  std::size_t pages_in_use_ = 0;
  std::size_t region_count_ = 0;
  Region* regions_ = nullptr;
  Region* spare_ = nullptr;  // a region whose pages are all free
  alignas(Cache) std::byte cache_cache_[sizeof(Cache)];
};

static_assert(PageSource<HostPages>);

}  // namespace refmm::impl::inline REFMM_BUILD
