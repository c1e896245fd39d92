// The native slab allocator as its tests see it: its laws, checked on the real structures, and pages that fail.
#pragma once

#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/slab.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace refmm {

/// Host pages of which every `every`-th request is refused (0: none), whether it may wait or not.
class FailingPages : public impl::HostPages {
 public:
  using HostPages::HostPages;

  void fail_every(unsigned every) { every_ = every; }
  std::size_t failed() const { return failed_; }

  template <class Reap>
  std::byte* get_pages(Cache& cache, std::uint32_t gfp, Reap&& reap) {
    if (every_ != 0 && ++requests_ % every_ == 0) {
      ++failed_;
      return nullptr;
    }
    return HostPages::get_pages(cache, gfp, std::forward<Reap>(reap));
  }

 private:
  unsigned every_ = 0;
  std::size_t requests_ = 0;
  std::size_t failed_ = 0;
};

/// Walks an allocator over host pages and names the first law that does not hold of it, as spec/slab_invariant.hpp does for
/// states: here with real pointers, and with the layers below and above. Knows nothing that the structures do not say.
template <class Pages>
class HostSlabs {
 public:
  using Allocator = impl::SlabAllocator<Pages>;
  using Cache = typename Pages::Cache;
  using Slab = typename Pages::Slab;
  using Node = impl::ListNode<impl::HostLayout>;

  HostSlabs(const Allocator& allocator, const Pages& pages) : allocator_(allocator), pages_(pages) {}

  /// Nothing if every law holds.
  std::optional<std::string> broken_law() {
    Cache* const head = &allocator_.cache_cache();
    bool hand_in_ring = false;
    for (Cache* cache = head;;) {
      hand_in_ring |= cache == allocator_.clock_searchp();
      if (cache->next->prev != cache) return std::string("ring_of_caches_is_linked_both_ways: ") + cache->name;
      if (const char* const broken = broken_law(*cache)) return std::string(broken) + ": " + cache->name;
      if ((cache = cache->next) == head) break;
    }
    if (!hand_in_ring) return "the_hand_points_into_the_ring";
    if (const char* const broken = broken_law_of_pages()) return broken;
    return std::nullopt;
  }

  /// Objects handed out, descriptors included; after broken_law() has found none broken.
  std::size_t objects_in_use() const { return objects_in_use_; }

 private:
  struct Extent {
    const std::byte* begin;
    const std::byte* end;
  };

  const char* broken_law(Cache& cache) {
    if (cache.growing != 0) return "no_growth_is_under_way";
    if (cache.gfporder > 5) return "slabs_have_at_most_32_pages";
    const bool outside = (cache.flags & slab::CFLGS_OFF_SLAB) != 0;
    const Node* first_not_full = &cache.slabs;
    int rank = 0;
    for (Node* node = cache.slabs.next; node != &cache.slabs; node = node->next) {
      Slab& slab = *static_cast<Slab*>(node);
      if (node->next->prev != node || node->prev->next != node) return "slabs_are_linked_both_ways";
      const int own_rank = slab.inuse == cache.num ? 0 : slab.inuse != 0 ? 1 : 2;
      if (own_rank < rank) return "slabs_ordered_full_partial_free";
      rank = own_rank;
      if (rank != 0 && first_not_full == &cache.slabs) first_not_full = node;
      if (const char* const broken = broken_law(cache, slab, outside)) return broken;
      objects_in_use_ += slab.inuse;
    }
    if (cache.firstnotfull != first_not_full) return "first_not_full_is_first_slab_with_a_free_object";
    if (&cache != &allocator_.cache_cache() && !is_in_use(allocator_.cache_cache(), &cache))
      return "cache_descriptors_are_objects_in_use";
    return nullptr;
  }

  const char* broken_law(Cache& cache, Slab& slab, bool outside) {
    if (const char* const broken = broken_law_of_chain(cache, slab)) return broken;

    const auto line = impl::host_machine.l1_cache_bytes;
    const std::size_t bytes = Pages::page_size << cache.gfporder;
    std::byte* const first = slab.first_page();
    if (reinterpret_cast<std::uintptr_t>(slab.s_mem) % line != 0) return "objects_start_on_a_line";
    if (slab.colouroff + std::size_t{cache.num} * cache.objsize > bytes) return "objects_end_inside_their_slab";
    const std::size_t distance = slab.colouroff - (outside ? 0 : cache.slab_size);
    if (distance % cache.colour_off != 0 || (distance != 0 && distance / cache.colour_off >= cache.colour))
      return "colours_are_within_range";
    if (outside ? !is_in_use(*cache.slabp_cache, &slab)
                : reinterpret_cast<std::byte*>(&slab) + cache.slab_size != slab.s_mem)
      return outside ? "outside_descriptors_are_objects_in_use" : "inside_descriptors_end_where_objects_begin";
    if (reinterpret_cast<std::byte*>(&slab.bufctl(cache.num)) >
        reinterpret_cast<std::byte*>(&slab) + cache.slab_size)
      return "bufctl_array_ends_inside_its_descriptor";

    for (std::size_t i = 0; i < bytes; i += line) {
      const auto& page = pages_.page(first + i);
      if (page.cache != &cache || page.slab != &slab) return "every_address_leads_to_its_cache_and_slab";
    }
    for (std::uint32_t i = 0; i < cache.num; ++i)
      if (cache.index_of(&slab, cache.object(&slab, i)) != i) return "every_object_leads_to_its_index";
    extents_.push_back({first, first + bytes});
    return nullptr;
  }

  static const char* broken_law_of_chain(const Cache& cache, Slab& slab) {
    std::vector<bool> seen(cache.num);
    std::uint32_t length = 0;
    for (std::uint32_t index = slab.free; index != impl::BUFCTL_END; index = slab.bufctl(index), ++length) {
      if (index >= cache.num || seen[index]) return "chains_hold_distinct_indices";
      seen[index] = true;
    }
    return slab.inuse + length == cache.num ? nullptr : "free_and_in_use_are_num";
  }

  const char* broken_law_of_pages() {
    std::ranges::sort(extents_, {}, &Extent::begin);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < extents_.size(); ++i) {
      if (i != 0 && extents_[i - 1].end > extents_[i].begin) return "slabs_are_disjoint";
      bytes += static_cast<std::size_t>(extents_[i].end - extents_[i].begin);
    }
    return bytes == pages_.pages_in_use() * Pages::page_size ? nullptr : "every_page_in_use_is_in_a_slab";
  }

  bool is_in_use(const Cache& cache, const void* object) const {
    const auto& page = pages_.page(object);
    if (page.cache != &cache || page.slab == nullptr) return false;
    const std::uint32_t own = cache.index_of(page.slab, object);
    if (own >= cache.num || cache.object(page.slab, own) != object) return false;
    for (std::uint32_t index = page.slab->free; index != impl::BUFCTL_END; index = page.slab->bufctl(index))
      if (index == own) return false;
    return true;
  }

  const Allocator& allocator_;
  const Pages& pages_;
  std::vector<Extent> extents_;
  std::size_t objects_in_use_ = 0;
};

}  // namespace refmm
