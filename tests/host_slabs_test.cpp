// The slab allocator over host memory: lawful under long random workloads, with failing requests and at its limits.
#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/slab.hpp>
#include <refmm/tests/host_slabs.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

using impl::HostPages;
using Cache = HostPages::Cache;
using Allocator = impl::SlabAllocator<FailingPages>;

/// A long random life of an allocator: objects of many caches, with contents that are theirs, come and go.
class Workload {
 public:
  Workload(unsigned seed, unsigned fail_every, const HostPages::Options& options)
      : pages_(options), allocator_(pages_), random_(seed) {
    pages_.fail_every(fail_every);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      // It drifts between much and little memory in use.
      const unsigned allocations = step / 2000 % 2 == 0 ? 60 : 30;
      const auto choice = random_() % 100;
      if (choice < allocations)
        allocate();
      else if (choice < 94)
        free();
      else if (choice < 95)
        create();
      else if (choice < 96)
        destroy();
      else if (choice < 97)
        shrink();
      else
        allocator_.kmem_cache_reap(slab::SLAB_KERNEL);
      if (step % 64 == 0) expect_lawful();
      if (testing::Test::HasFailure()) return;
    }
    expect_lawful();
  }

  /// Gives everything back, and expects that nothing is left but what the boot made.
  void end() {
    pages_.fail_every(0);
    while (!objects_.empty()) free();
    while (!caches_.empty()) destroy();
    Cache* const head = &allocator_.cache_cache();
    for (Cache* cache = head->next; cache != head; cache = cache->next)
      EXPECT_EQ(allocator_.kmem_cache_shrink(cache), 0u) << cache->name;
    expect_lawful();
    EXPECT_EQ(pages_.pages_in_use(), 1u) << "descriptors of the general caches are in use, nothing else";
    pages_.trim();
    EXPECT_EQ(pages_.regions(), 1u);
  }

  std::size_t failures() const { return pages_.failed() + refused_; }
  std::size_t handed_out() const { return handed_out_; }

 private:
  struct Object {
    unsigned char* memory;
    std::size_t size;
    Cache* cache;  // nullptr: from kmalloc
    unsigned char pattern;
  };

  void allocate() {
    Object object{
        .memory = nullptr, .size = 0, .cache = nullptr, .pattern = static_cast<unsigned char>(random_())};
    const std::uint32_t flags = random_() % 4 == 0 ? slab::SLAB_ATOMIC : slab::SLAB_KERNEL;
    void* memory = nullptr;
    if (!caches_.empty() && random_() % 3 != 0) {
      object.cache = caches_[random_() % caches_.size()];
      object.size = object.cache->objsize;
      memory = allocator_.kmem_cache_alloc(object.cache, flags);
    } else {
      object.size = random_() % (std::size_t{1} << random_() % 18) % 131072 + 1;
      memory = allocator_.kmalloc(object.size, flags);
    }
    if (memory == nullptr) {
      EXPECT_THAT(allocator_.refusal(), testing::AnyOf(slab::Refusal::no_pages, slab::Refusal::no_management));
      ++refused_;
      return;
    }
    ++handed_out_;
    object.memory = static_cast<unsigned char*>(memory);
    std::memset(object.memory, object.pattern, object.size);
    objects_.push_back(object);
  }

  void free() {
    if (objects_.empty()) return;
    std::swap(objects_[random_() % objects_.size()], objects_.back());
    const Object object = objects_.back();
    objects_.pop_back();
    EXPECT_TRUE(std::all_of(object.memory, object.memory + object.size, [&](unsigned char byte) {
      return byte == object.pattern;
    })) << "someone wrote into an object in use";
    if (object.cache != nullptr && random_() % 2 == 0)
      allocator_.kmem_cache_free(object.cache, object.memory);
    else
      allocator_.kfree(object.memory);
  }

  void create() {
    if (caches_.size() == 20) return;
    const std::size_t size = 8 + random_() % (std::size_t{1} << (3 + random_() % 15));
    const std::uint32_t flags = random_() % 2 == 0 ? slab::SLAB_HWCACHE_ALIGN : 0;
    const std::string name = "cache-" + std::to_string(created_++);
    if (Cache* const cache = allocator_.kmem_cache_create(name.c_str(), size, 0, flags)) caches_.push_back(cache);
  }

  void destroy() {
    if (caches_.empty()) return;
    std::swap(caches_[random_() % caches_.size()], caches_.back());
    Cache* const cache = caches_.back();
    const auto left = std::ranges::count_if(objects_, [&](const Object& object) { return object.cache == cache; });
    const auto status = allocator_.kmem_cache_destroy(cache);
    EXPECT_EQ(status, left == 0 ? 0u : 1u);
    if (status == 0u) caches_.pop_back();
  }

  void shrink() {
    if (!caches_.empty()) allocator_.kmem_cache_shrink(caches_[random_() % caches_.size()]);
  }

  void expect_lawful() {
    HostSlabs slabs(allocator_, pages_);
    const auto broken = slabs.broken_law();
    EXPECT_FALSE(broken) << *broken;
    EXPECT_GE(slabs.objects_in_use(), objects_.size());
  }

  FailingPages pages_;
  Allocator allocator_;
  std::mt19937 random_;
  std::vector<Object> objects_;
  std::vector<Cache*> caches_;
  std::size_t created_ = 0;
  std::size_t refused_ = 0;
  std::size_t handed_out_ = 0;
};

TEST(HostSlabs, AreLawfulUnderARandomWorkload) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    Workload workload(seed, 0, {});
    workload.run(50000);
    EXPECT_EQ(workload.failures(), 0u);
    workload.end();
  }
}

class HostSlabsWithFailures : public testing::TestWithParam<unsigned> {};

TEST_P(HostSlabsWithFailures, LoseNothingWhenEveryKthRequestForPagesFails) {
  Workload workload(GetParam(), GetParam(), {.huge_pages = false});
  workload.run(50000);
  EXPECT_GT(workload.failures(), 0u);
  EXPECT_GT(workload.handed_out(), 1000u);
  workload.end();
}

INSTANTIATE_TEST_SUITE_P(Every, HostSlabsWithFailures, testing::Values(2, 3, 5, 7, 13, 31),
                         [](const auto& info) { return std::to_string(info.param); });

TEST(HostSlabs, LoseNothingAtTheirLimit) {
  for (const std::size_t max_pages : {2u, 8u, 64u, 200u}) {
    Workload workload(static_cast<unsigned>(max_pages), 0, {.max_pages = max_pages, .huge_pages = false});
    workload.run(10000);
    EXPECT_GT(workload.failures(), 0u);
    workload.end();
  }
}

TEST(HostSlabs, GetWhatOtherCachesDoNotNeed) {
  HostPages pages({.max_pages = 40});
  impl::SlabAllocator allocator(pages);
  Cache* const hoarder = allocator.kmem_cache_create("hoarder", 1000, 0, 0);
  Cache* const needy = allocator.kmem_cache_create("needy", 500, 0, 0);
  std::vector<void*> objects;
  while (void* const object = allocator.kmem_cache_alloc(hoarder, slab::SLAB_KERNEL)) objects.push_back(object);
  EXPECT_EQ(pages.pages_in_use(), 40u);
  EXPECT_EQ(allocator.kmem_cache_alloc(needy, slab::SLAB_KERNEL), nullptr);
  for (void* const object : objects) allocator.kmem_cache_free(hoarder, object);
  EXPECT_EQ(allocator.kmem_cache_alloc(needy, slab::SLAB_ATOMIC), nullptr) << "it may not wait for a reap";
  EXPECT_NE(allocator.kmem_cache_alloc(needy, slab::SLAB_KERNEL), nullptr);
  EXPECT_LT(pages.pages_in_use(), 40u);
}

TEST(HostSlabs, DoNotBootWithoutPages) {
  HostPages pages({.max_pages = 0});
  EXPECT_THROW(impl::SlabAllocator<HostPages>{pages}, std::bad_alloc);
  EXPECT_EQ(pages.regions(), 0u);
}

TEST(HostSlabs, ServeEverySizeOfKmallocAlignedToALine) {
  HostPages pages;
  impl::SlabAllocator allocator(pages);
  for (std::size_t size = 1; size <= 131072; size += size < 4096 ? 1 : 4093) {
    void* const object = allocator.kmalloc(size, slab::SLAB_KERNEL);
    ASSERT_NE(object, nullptr) << size;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(object) % 64, 0u) << size;
    const Cache& cache = *pages.page(object).cache;
    EXPECT_EQ(cache.name, "size-" + std::to_string(std::bit_ceil(std::max<std::size_t>(size, 32))));
    EXPECT_GE(cache.objsize, size);
    std::memset(object, 0xa5, size);
    allocator.kfree(object);
  }
  EXPECT_EQ(allocator.kmalloc(131073, slab::SLAB_KERNEL), nullptr);
  EXPECT_EQ(HostSlabs(allocator, pages).broken_law(), std::nullopt);
}

TEST(HostSlabs, KeepApartTheDescriptorsOfSlabs) {
  // 454 objects fill a slab so that no room is left for colours: the pages alone must spread the descriptors.
  HostPages pages;
  impl::SlabAllocator allocator(pages);
  Cache* const cache = allocator.kmem_cache_create("uncoloured", 32, 0, 0);
  EXPECT_LE(cache->colour, 1u);
  std::array<int, 64> slabs_in_set{};
  for (std::uint32_t i = 0; i < 64 * cache->num; ++i)
    ASSERT_NE(allocator.kmem_cache_alloc(cache, slab::SLAB_KERNEL), nullptr);
  for (auto* node = cache->slabs.next; node != &cache->slabs; node = node->next)
    ++slabs_in_set[reinterpret_cast<std::uintptr_t>(node) / 64 % 64];
  EXPECT_LE(std::ranges::max(slabs_in_set), 4) << "64 slabs over the 64 sets of a first-level cache";
}

}  // namespace
}  // namespace refmm
