// What the slab allocator needs from the layer below it: pages, and the table that leads from a page to its slab.
#pragma once

#include <refmm/impl/slab_descriptors.hpp>
#include <refmm/spec/machine.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// The descriptor of a page as the slab allocator uses it. 2.4.0 keeps both in `list` of struct page.
template <class Layout>
struct SlabPage {
  typename Layout::template Link<Cache<Layout>> cache;
  typename Layout::template Link<Slab<Layout>> slab;
};

/// A source of pages for SlabAllocator: SimulatedFrames for comparison with the oracle, HostPages for programs.
///
/// - `machine()`: the parameters of the machine; `sizeof_slab` and `sizeof_kmem_cache` must be those of the layout.
/// - `cache_cache()`: storage for the one static cache descriptor, initialised by the allocator.
/// - `in_interrupt()`: whether the call at hand is made inside an interrupt.
/// - `get_pages(cache, gfp, reap)`: 2^gfporder pages for a new slab of `cache`, or nullptr. It may call `reap(gfp)`
///   before it decides, as the page allocator does when memory is short.
/// - `free_pages(cache, first)`: gives them back.
/// - `page(address)`: the descriptor of the page with that address: mem_map.
/// - `run(hook, object, cache, flags)`: runs a constructor or destructor.
/// - The rest are notices, for sources that keep a record.
template <class P>
concept PageSource =
    requires(P& pages, Cache<typename P::Layout>& cache, Slab<typename P::Layout>* slab, std::byte* first,
             const void* address, std::uint32_t flags, void (*reap)(std::uint32_t)) {
      { pages.machine() } -> std::same_as<const BasicMachine<typename P::Layout::Word>&>;
      { pages.cache_cache() } -> std::same_as<Cache<typename P::Layout>&>;
      { pages.in_interrupt() } -> std::same_as<bool>;
      { pages.get_pages(cache, flags, reap) } -> std::same_as<std::byte*>;
      pages.free_pages(cache, first);
      { pages.page(address) } -> std::convertible_to<SlabPage<typename P::Layout>&>;
      pages.run(cache.ctor, first, cache, flags);
      pages.cache_created(cache);
      pages.cache_destroyed(cache);
      pages.management_obtained(cache, first, slab);
      pages.management_freed(cache, first, slab);
    };

}  // namespace refmm::impl::inline REFMM_BUILD
