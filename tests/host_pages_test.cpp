// Pages of host memory, and the slab allocator over them under long random workloads with failing requests.
#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/slab.hpp>
#include <refmm/tests/host_slabs.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace refmm {
namespace {

using impl::HostPages;
using Cache = HostPages::Cache;

constexpr auto no_reap = [](std::uint32_t) {};

bool is_mapped(const void* address) {
  const auto page = reinterpret_cast<std::uintptr_t>(address) & ~std::uintptr_t{4095};
  return msync(reinterpret_cast<void*>(page), 1, MS_ASYNC) == 0 || errno != ENOMEM;
}

// ---- Pages ----------------------------------------------------------------------------------------------------

/// A cache that asks for blocks of 2^order pages; nothing else of it is looked at.
Cache asking_for(std::uint32_t order) {
  Cache cache{};
  cache.gfporder = order;
  return cache;
}

TEST(HostPages, AreDisjointAlignedToLinesAndTheirOwn) {
  HostPages pages;
  struct Block {
    std::byte* first;
    std::uint32_t order;
    std::uint8_t pattern;
  };
  std::vector<Block> blocks;
  std::mt19937 random(1);
  std::array<Cache, 6> caches;
  for (std::uint32_t order = 0; order < 6; ++order) caches[order] = asking_for(order);
  const auto size = [](const Block& block) { return HostPages::page_size << block.order; };

  std::size_t in_use = 0;
  for (int step = 0; step < 6000; ++step) {
    const bool growing = step / 1000 % 2 == 0;
    if (blocks.empty() || random() % 3 != (growing ? 0u : 1u)) {
      const auto order = static_cast<std::uint32_t>(random() % 6);
      std::byte* const first = pages.get_pages(caches[order], slab::SLAB_KERNEL, no_reap);
      ASSERT_NE(first, nullptr);
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0u);
      blocks.push_back({first, order, static_cast<std::uint8_t>(random())});
      const Block& block = blocks.back();
      std::memset(first, block.pattern, size(block));
      for (std::size_t i = 0; i < std::size_t{1} << order; ++i) {
        auto& page = pages.page(first + i * HostPages::page_size);
        ASSERT_EQ(page.cache, nullptr);
        ASSERT_EQ(&page, &pages.page(first + (i + 1) * HostPages::page_size - 1));
        page.cache = &caches[order];
      }
      in_use += std::size_t{1} << order;
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const Block block = blocks.back();
      blocks.pop_back();
      for (std::size_t i = 0; i < size(block); ++i)
        ASSERT_EQ(std::to_integer<std::uint8_t>(block.first[i]), block.pattern)
            << "another block lies over this one";
      pages.free_pages(caches[block.order], block.first);
      in_use -= std::size_t{1} << block.order;
    }
    ASSERT_EQ(pages.pages_in_use(), in_use);
  }
  for (const Block& block : blocks) pages.free_pages(caches[block.order], block.first);
  EXPECT_EQ(pages.pages_in_use(), 0u);
  EXPECT_EQ(pages.regions(), 1u) << "one free region is kept";
}

TEST(HostPages, CoalesceToTheLargestBlocks) {
  HostPages pages;
  Cache single = asking_for(0), largest = asking_for(5);
  std::vector<std::byte*> blocks;
  for (std::size_t i = 1; i < HostPages::pages_in_region; ++i)
    blocks.push_back(pages.get_pages(single, slab::SLAB_KERNEL, no_reap));
  EXPECT_EQ(pages.regions(), 1u) << "single pages use a region up";
  std::ranges::shuffle(blocks, std::mt19937(2));
  for (std::byte* const block : blocks) pages.free_pages(single, block);
  EXPECT_NE(pages.get_pages(largest, slab::SLAB_KERNEL, no_reap), nullptr);
  EXPECT_NE(pages.get_pages(largest, slab::SLAB_KERNEL, no_reap), nullptr);
  EXPECT_EQ(pages.regions(), 1u) << "freed pages are blocks of 32 again";
}

TEST(HostPages, WhatWasFreedLastIsTakenFirst) {
  HostPages pages;
  Cache cache = asking_for(2);
  std::byte* const first = pages.get_pages(cache, slab::SLAB_KERNEL, no_reap);
  std::byte* const second = pages.get_pages(cache, slab::SLAB_KERNEL, no_reap);
  EXPECT_NE(pages.get_pages(cache, slab::SLAB_KERNEL, no_reap), nullptr);
  pages.free_pages(cache, second);
  EXPECT_EQ(pages.get_pages(cache, slab::SLAB_KERNEL, no_reap), second);
  pages.free_pages(cache, first);
  EXPECT_EQ(pages.get_pages(cache, slab::SLAB_KERNEL, no_reap), first);
}

TEST(HostPages, FreeRegionsGoBackToTheHostButForOne) {
  HostPages pages;
  Cache cache = asking_for(5);
  std::vector<std::byte*> blocks;
  while (pages.regions() < 4) blocks.push_back(pages.get_pages(cache, slab::SLAB_KERNEL, no_reap));
  for (std::byte* const block : blocks) pages.free_pages(cache, block);
  EXPECT_EQ(pages.regions(), 1u);
  EXPECT_EQ(std::ranges::count_if(blocks, is_mapped), 2) << "the two blocks of the region that is kept";
  pages.trim();
  EXPECT_EQ(pages.regions(), 0u);
  EXPECT_TRUE(std::ranges::none_of(blocks, is_mapped));
  EXPECT_NE(pages.get_pages(cache, slab::SLAB_KERNEL, no_reap), nullptr);
}

TEST(HostPages, EndWithEverythingGivenBack) {
  Cache cache = asking_for(3);
  std::byte* block = nullptr;
  {
    HostPages pages;
    block = pages.get_pages(cache, slab::SLAB_KERNEL, no_reap);
    EXPECT_TRUE(is_mapped(block));
  }
  EXPECT_FALSE(is_mapped(block));
}

TEST(HostPages, AreRefusedBeyondTheLimit) {
  HostPages pages({.max_pages = 5});
  Cache one = asking_for(0), four = asking_for(2), eight = asking_for(3);
  EXPECT_EQ(pages.get_pages(eight, slab::SLAB_KERNEL, no_reap), nullptr);
  std::byte* const block = pages.get_pages(four, slab::SLAB_KERNEL, no_reap);
  EXPECT_NE(block, nullptr);
  EXPECT_NE(pages.get_pages(one, slab::SLAB_KERNEL, no_reap), nullptr);
  EXPECT_EQ(pages.get_pages(one, slab::SLAB_KERNEL, no_reap), nullptr);
  pages.set_max_pages(6);
  EXPECT_NE(pages.get_pages(one, slab::SLAB_KERNEL, no_reap), nullptr);
  pages.set_max_pages(2);
  EXPECT_EQ(pages.get_pages(one, slab::SLAB_KERNEL, no_reap), nullptr);
  pages.free_pages(four, block);
  EXPECT_EQ(pages.get_pages(one, slab::SLAB_KERNEL, no_reap), nullptr);
}

TEST(HostPages, ReapBeforeTheyFail) {
  HostPages pages({.max_pages = 1});
  Cache cache = asking_for(0);
  std::byte* const block = pages.get_pages(cache, slab::SLAB_KERNEL, no_reap);
  int reaps = 0;
  const auto third_helps = [&](std::uint32_t gfp) {
    EXPECT_EQ(gfp, slab::SLAB_KERNEL);
    if (++reaps == 3) pages.free_pages(cache, block);
  };
  EXPECT_EQ(pages.get_pages(cache, slab::SLAB_KERNEL, third_helps), block);
  EXPECT_EQ(reaps, 3);

  reaps = 10;
  EXPECT_EQ(pages.get_pages(cache, slab::SLAB_KERNEL, third_helps), nullptr)
      << "reaping ends if nothing comes of it";
  EXPECT_GT(reaps, 10);
  reaps = 0;
  EXPECT_EQ(pages.get_pages(cache, slab::SLAB_ATOMIC, third_helps), nullptr);
  EXPECT_EQ(reaps, 0) << "a request that may not wait does not reap";
}

/// While it exists the process can map about `bytes` more than before.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t bytes) {
    std::ifstream status("/proc/self/status");
    std::size_t used = 0;
    for (std::string word; status >> word;)
      if (word == "VmData:") status >> used;
    getrlimit(RLIMIT_DATA, &before_);
    rlimit limit = before_;
    limit.rlim_cur = used * 1024 + bytes;
    setrlimit(RLIMIT_DATA, &limit);
  }
  ~MemoryLimit() { setrlimit(RLIMIT_DATA, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(HostPages, AreRefusedWhenTheHostHasNone) {
  HostPages pages;
  Cache cache = asking_for(5);
  int blocks = 0;
  {
    const MemoryLimit limit(std::size_t{32} << 20);
    while (blocks < 1000 && pages.get_pages(cache, slab::SLAB_KERNEL, no_reap) != nullptr) ++blocks;
  }
  EXPECT_GT(blocks, 0);
  EXPECT_LT(blocks, 1000);
  EXPECT_NE(pages.get_pages(cache, slab::SLAB_KERNEL, no_reap), nullptr) << "there is memory again";
}

// ---- The allocator over them ----------------------------------------------------------------------------------

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
    EXPECT_GE(pages.page(object).cache->objsize, size);
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
