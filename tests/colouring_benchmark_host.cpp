#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/slab.hpp>
#include <refmm/tests/colouring_benchmark_host.hpp>
#include <refmm/tests/processor_time.hpp>

#include <algorithm>
#include <new>
#include <random>
#include <utility>

namespace refmm::colouring {
namespace {

struct Place {
  Place* next;
};

/// Links the places to a ring, in random order.
Place* ring_of(std::vector<void*> memory, std::uint64_t seed) {
  std::ranges::shuffle(memory, std::mt19937_64(seed));
  std::vector<Place*> places;
  for (void* const place : memory) places.push_back(::new (place) Place{nullptr});
  for (std::size_t i = 0; i < places.size(); ++i) places[i]->next = places[(i + 1) % places.size()];
  return places.front();
}

double nanoseconds_a_touch(Place*& place, std::size_t touches) {
  const double start = processor_seconds();
  Place* volatile* const result = &place;
  Place* at = place;
  for (std::size_t i = 0; i < touches; ++i) at = at->next;
  *result = at;
  return 1e9 * (processor_seconds() - start) / static_cast<double>(touches);
}

class OverAddresses final : public Walk {
 public:
  OverAddresses(const std::vector<std::uint64_t>& addresses, std::uint64_t seed)
      : bytes_(std::ranges::max(addresses) + page), memory_(static_cast<std::byte*>(impl::host::map(bytes_))) {
    if (memory_ == nullptr) throw std::bad_alloc();
    std::vector<void*> places;
    for (const std::uint64_t address : addresses) places.push_back(memory_ + address);
    place_ = ring_of(std::move(places), seed);
  }
  ~OverAddresses() override { impl::host::unmap(memory_, bytes_); }
  double nanoseconds(std::size_t touches) override { return nanoseconds_a_touch(place_, touches); }

 private:
  static constexpr std::size_t page = 4096;
  std::size_t bytes_;
  std::byte* memory_;
  Place* place_ = nullptr;
};

class OverObjectCache final : public Walk {
 public:
  OverObjectCache(std::uint32_t bytes, bool with_colours, std::size_t objects, std::uint64_t seed) {
    auto* const cache =
        slabs_.kmem_cache_create("measured", bytes, with_colours ? 0 : bytes, slab::SLAB_HWCACHE_ALIGN, {}, {});
    if (cache == nullptr) throw std::bad_alloc();
    std::vector<void*> places(objects);
    for (void*& place : places) {
      place = slabs_.kmem_cache_alloc(cache, slab::SLAB_KERNEL);
      if (place == nullptr) throw std::bad_alloc();
    }
    place_ = ring_of(std::move(places), seed);
  }
  double nanoseconds(std::size_t touches) override { return nanoseconds_a_touch(place_, touches); }

 private:
  impl::HostPages pages_{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  Place* place_ = nullptr;
};

}  // namespace

std::unique_ptr<Walk> walk_over_addresses(const std::vector<std::uint64_t>& addresses, std::uint64_t seed) {
  return std::make_unique<OverAddresses>(addresses, seed);
}

std::unique_ptr<Walk> walk_over_object_cache(std::uint32_t bytes, bool with_colours, std::size_t objects,
                                             std::uint64_t seed) {
  return std::make_unique<OverObjectCache>(bytes, with_colours, objects, seed);
}

}  // namespace refmm::colouring
