// Pages of host memory: blocks, regions, limits.
#include <refmm/impl/host_pages.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
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

}  // namespace
}  // namespace refmm
