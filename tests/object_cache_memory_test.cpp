// Object caches that run out of memory: they say so, and lose nothing.
#include <refmm/impl/object_cache.hpp>
#include <refmm/tests/host_slabs.hpp>
#include <refmm/tests/object_cache_counted.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

using impl::ConstructedCache;
using impl::HostPages;
using impl::ObjectCache;
using impl::SlabAllocator;

TEST(ObjectCacheOutOfMemory, MakeReturnsNullptrAndLosesNothing) {
  Counted::living = 0;
  HostPages pages({.max_pages = 4, .huge_pages = false});
  SlabAllocator slabs(pages);
  ObjectCache<Counted> cache(slabs, "counted");
  std::vector<Counted*> objects;
  while (Counted* const object = cache.make(1)) objects.push_back(object);
  EXPECT_EQ(objects.size(), 3u * cache.descriptor().num);
  EXPECT_EQ(Counted::living, static_cast<int>(objects.size()));
  EXPECT_EQ(cache.allocate(slab::SLAB_ATOMIC), nullptr);
  cache.destroy(objects.back());
  EXPECT_EQ(cache.make(2), objects.back());
  for (Counted* const object : objects) cache.destroy(object);
  EXPECT_EQ(Counted::living, 0);
  EXPECT_EQ(HostSlabs(slabs, pages).broken_law(), std::nullopt);
}

TEST(ObjectCacheOutOfMemory, ACacheThatCannotBeMadeThrowsBadAlloc) {
  HostPages pages({.max_pages = 1, .huge_pages = false});
  SlabAllocator slabs(pages);
  std::vector<std::unique_ptr<ObjectCache<int>>> caches;
  const auto make_another = [&] {
    const std::string name = "cache-" + std::to_string(caches.size());
    caches.push_back(std::make_unique<ObjectCache<int>>(slabs, name.c_str()));
  };
  EXPECT_THROW(
      {
        while (caches.size() < 1000) make_another();
      },
      std::bad_alloc);
  EXPECT_GT(caches.size(), 10u);
  caches.pop_back();
  EXPECT_NO_THROW(make_another());
}

TEST(ObjectCacheOutOfMemory, EveryThirdRequestForPagesMayFail) {
  Counted::living = 0;
  FailingPages pages;
  SlabAllocator slabs(pages);
  pages.fail_every(3);
  {
    ObjectCache<Counted, FailingPages> cache(slabs, "counted");
    ConstructedCache<Counted, FailingPages> constructed(slabs, "constructed");
    std::vector<std::pair<Counted*, bool>> objects;
    std::mt19937 random(5);
    std::size_t failures = 0;
    for (int i = 0; i < 40000; ++i) {
      const bool of_constructed = random() % 2 == 0;
      if (random() % 100 < 60) {
        Counted* const object = of_constructed ? constructed.get() : cache.make(i);
        if (object != nullptr)
          objects.emplace_back(object, of_constructed);
        else
          ++failures;
      } else if (!objects.empty()) {
        std::swap(objects[random() % objects.size()], objects.back());
        if (objects.back().second)
          constructed.put(objects.back().first);
        else
          cache.destroy(objects.back().first);
        objects.pop_back();
      }
      if (random() % 1000 == 0) constructed.shrink();
    }
    EXPECT_GT(failures, 0u);
    EXPECT_EQ(cache.in_use() + constructed.in_use(), objects.size());
    for (const auto& [object, of_constructed] : objects) {
      if (of_constructed)
        constructed.put(object);
      else
        cache.destroy(object);
    }
    EXPECT_EQ(HostSlabs(slabs, pages).broken_law(), std::nullopt);
  }
  EXPECT_EQ(Counted::living, 0);
  EXPECT_EQ(pages.pages_in_use(), 1u) << "descriptors of the general caches are in use, nothing else";
}

}  // namespace
}  // namespace refmm
