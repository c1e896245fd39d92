// Object caches as a program uses them: life of objects, alignment, constructed state. Running out of memory:
// object_cache_memory_test.cpp.
#include <refmm/impl/object_cache.hpp>
#include <refmm/tests/host_slabs.hpp>
#include <refmm/tests/object_cache_counted.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace refmm {
namespace {

using impl::ConstructedCache;
using impl::HostPages;
using impl::KmallocAllocator;
using impl::ObjectCache;
using impl::SlabAllocator;

static_assert(!std::is_copy_constructible_v<ObjectCache<int>>);
static_assert(!std::is_copy_assignable_v<ObjectCache<int>>);
static_assert(std::is_nothrow_move_constructible_v<ObjectCache<int>>);
static_assert(std::is_nothrow_move_assignable_v<ObjectCache<int>>);

class ObjectCaches : public testing::Test {
 protected:
  ObjectCaches() { Counted::living = 0; }

  void expect_lawful() { EXPECT_EQ(HostSlabs(slabs_, pages_).broken_law(), std::nullopt); }

  HostPages pages_;
  SlabAllocator<HostPages> slabs_{pages_};
};

// ---- Objects --------------------------------------------------------------------------------------------------

TEST_F(ObjectCaches, MakeConstructsAndDestroyDestroys) {
  ObjectCache<Counted> cache(slabs_, "counted");
  Counted* const object = cache.make(7);
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->value, 7);
  EXPECT_EQ(Counted::living, 1);
  EXPECT_EQ(cache.in_use(), 1u);
  cache.destroy(object);
  EXPECT_EQ(Counted::living, 0);
  EXPECT_EQ(cache.in_use(), 0u);
  cache.destroy(nullptr);
  expect_lawful();
}

TEST_F(ObjectCaches, MemoryThatWasFreedLastIsUsedFirst) {
  ObjectCache<std::array<int, 25>> cache(slabs_, "recent");
  std::vector<std::array<int, 25>*> objects;
  for (int i = 0; i < 1000; ++i) objects.push_back(cache.make());
  for (const std::size_t i : {3u, 500u, 998u}) {
    cache.destroy(objects[i]);
    EXPECT_EQ(cache.make(), objects[i]);
  }
  for (auto* const object : objects) cache.destroy(object);
}

TEST_F(ObjectCaches, WhatAConstructorThrowsArrivesAndTheMemoryIsNotLost) {
  struct Refuses {
    explicit Refuses(bool refuse) {
      if (refuse) throw std::runtime_error("refused");
    }
    std::string text = "constructed";
  };
  ObjectCache<Refuses> cache(slabs_, "refuses");
  EXPECT_THROW(cache.make(true), std::runtime_error);
  EXPECT_EQ(cache.in_use(), 0u);
  Refuses* const object = cache.make(false);
  EXPECT_EQ(object->text, "constructed");
  cache.destroy(object);
}

TEST_F(ObjectCaches, RawMemoryKeepsItsContents) {
  ObjectCache<std::uint64_t> cache(slabs_, "raw");
  auto* const memory = static_cast<std::uint64_t*>(cache.allocate());
  *memory = 0x1234567890abcdef;
  cache.release(memory);
  EXPECT_EQ(cache.allocate(), memory);
  EXPECT_EQ(*memory, 0x1234567890abcdef) << "free objects are chained outside themselves";
  cache.release(memory);
}

template <std::size_t size, std::size_t alignment>
struct alignas(alignment) Aligned {
  std::array<std::byte, size> bytes;
};

template <class T>
void expect_aligned(SlabAllocator<HostPages>& slabs, std::uint32_t flags) {
  ObjectCache<T> cache(slabs, "aligned", flags);
  std::vector<T*> objects;
  for (std::size_t i = 0; i < 3 * cache.descriptor().num + 1 || i == 0; ++i) {
    objects.push_back(cache.make());
    ASSERT_NE(objects.back(), nullptr);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(objects.back()) % alignof(T), 0u) << sizeof(T) << " bytes";
    const bool on_a_line = (flags & slab::SLAB_HWCACHE_ALIGN) != 0 && sizeof(T) >= 32;
    ASSERT_TRUE(!on_a_line || reinterpret_cast<std::uintptr_t>(objects.back()) % 64 == 0) << sizeof(T) << " bytes";
  }
  std::ranges::sort(objects);
  const auto touch = [](const T* left, const T* right) { return left + 1 > right; };
  EXPECT_EQ(std::ranges::adjacent_find(objects, touch), objects.end()) << "objects overlap";
  for (T* const object : objects) cache.destroy(object);
}

TEST_F(ObjectCaches, ObjectsAreAlignedAsTheirTypeAsks) {
  for (const std::uint32_t flags : {0u, slab::SLAB_HWCACHE_ALIGN}) {
    expect_aligned<Aligned<1, 1>>(slabs_, flags);
    expect_aligned<Aligned<3, 2>>(slabs_, flags);
    expect_aligned<Aligned<12, 4>>(slabs_, flags);
    expect_aligned<Aligned<100, 4>>(slabs_, flags);
    expect_aligned<Aligned<24, 8>>(slabs_, flags);
    expect_aligned<Aligned<16, 16>>(slabs_, flags);
    expect_aligned<Aligned<80, 16>>(slabs_, flags);
    expect_aligned<Aligned<96, 32>>(slabs_, flags);
    expect_aligned<Aligned<64, 64>>(slabs_, flags);
    expect_aligned<Aligned<1000, 64>>(slabs_, flags);
    expect_aligned<Aligned<5000, 64>>(slabs_, flags);
    expect_aligned<Aligned<40000, 64>>(slabs_, flags);
    expect_aligned<Aligned<526336, 64>>(slabs_, flags);
  }
  expect_lawful();
}

TEST_F(ObjectCaches, RandomMakingAndDestroyingIsLawful) {
  ObjectCache<Counted> small(slabs_, "small");
  ObjectCache<Aligned<700, 8>> medium(slabs_, "medium");
  ObjectCache<Aligned<6000, 64>> outside(slabs_, "outside", slab::SLAB_HWCACHE_ALIGN);
  std::vector<Counted*> counted;
  std::vector<Aligned<700, 8>*> mediums;
  std::vector<Aligned<6000, 64>*> outsides;
  std::mt19937 random(11);

  const auto step = [&](auto& cache, auto& objects, bool more) {
    if (objects.empty() || more) {
      objects.push_back(cache.make());
      ASSERT_NE(objects.back(), nullptr);
    } else {
      std::swap(objects[random() % objects.size()], objects.back());
      cache.destroy(objects.back());
      objects.pop_back();
    }
  };
  for (int i = 0; i < 30000; ++i) {
    const bool more = random() % 100 < (i / 3000 % 2 == 0 ? 65u : 35u);
    step(small, counted, more);
    step(medium, mediums, more);
    step(outside, outsides, more);
    if (random() % 500 == 0) outside.shrink();
    if (i % 250 == 0) expect_lawful();
    ASSERT_EQ(Counted::living, static_cast<int>(counted.size()));
  }
  EXPECT_EQ(small.in_use(), counted.size());
  EXPECT_EQ(medium.in_use(), mediums.size());
  EXPECT_EQ(outside.in_use(), outsides.size());
  for (auto* const object : counted) small.destroy(object);
  for (auto* const object : mediums) medium.destroy(object);
  for (auto* const object : outsides) outside.destroy(object);
  EXPECT_EQ(Counted::living, 0);
}

// ---- Caches ---------------------------------------------------------------------------------------------------

TEST_F(ObjectCaches, GivePagesBackWhenTheyShrinkAndWhenTheyEnd) {
  const std::size_t before = pages_.pages_in_use();
  {
    ObjectCache<Aligned<1000, 8>> cache(slabs_, "thousand");
    std::vector<Aligned<1000, 8>*> objects;
    for (int i = 0; i < 160; ++i) objects.push_back(cache.make());
    EXPECT_EQ(pages_.pages_in_use(), before + 10);
    EXPECT_FALSE(cache.shrink()) << "slabs in use are left";
    for (auto* const object : objects) cache.destroy(object);
    EXPECT_EQ(pages_.pages_in_use(), before + 10) << "free slabs are kept for the next objects";
    EXPECT_TRUE(cache.shrink());
    EXPECT_EQ(pages_.pages_in_use(), before);
    cache.destroy(cache.make());
  }
  EXPECT_EQ(pages_.pages_in_use(), before);
}

TEST_F(ObjectCaches, CanBeMoved) {
  ObjectCache<int> first(slabs_, "first");
  int* const object = first.make(5);
  ObjectCache<int> moved = std::move(first);
  EXPECT_EQ(moved.in_use(), 1u);
  ObjectCache<int> second(slabs_, "second");
  second = std::move(moved);
  EXPECT_STREQ(second.descriptor().name, "first");
  second.destroy(object);
  EXPECT_EQ(second.in_use(), 0u);
}

TEST_F(ObjectCaches, NamesAreFreeAgainWhenTheCacheHasEnded) {
  for (int i = 0; i < 3; ++i) {
    ObjectCache<int> cache(slabs_, "again");
    EXPECT_THROW(ObjectCache<int>(slabs_, "again"), std::invalid_argument);
    EXPECT_STREQ(cache.descriptor().name, "again");
  }
  expect_lawful();
}

TEST_F(ObjectCaches, RefuseWhatTheKernelCallsABug) {
  EXPECT_THROW(ObjectCache<int>(slabs_, nullptr), std::invalid_argument);
  EXPECT_THROW(ObjectCache<int>(slabs_, "nineteen characters"), std::invalid_argument);
  EXPECT_NO_THROW(ObjectCache<int>(slabs_, "eighteen character"));
  EXPECT_THROW(ObjectCache<int>(slabs_, "flags", 0x10), std::invalid_argument);
  EXPECT_THROW(ObjectCache<int>(slabs_, "kmem_cache"), std::invalid_argument);
  EXPECT_THROW(ObjectCache<int>(slabs_, "size-32"), std::invalid_argument);
  HostSlabs after(slabs_, pages_);
  EXPECT_EQ(after.broken_law(), std::nullopt);
  EXPECT_EQ(after.objects_in_use(), 2 * impl::general_classes) << "a refused cache leaves no descriptor behind";
}

TEST_F(ObjectCaches, ABusyOneLeavesItsObjectsAlone) {
  int* object = nullptr;
  {
    ObjectCache<int> cache(slabs_, "busy");
    object = cache.make(17);
  }
  EXPECT_EQ(*object, 17);
  expect_lawful();
  slabs_.kfree(object);
  expect_lawful();
}

// ---- Constructed state ----------------------------------------------------------------------------------------

TEST_F(ObjectCaches, ConstructedObjectsKeepTheirStateBetweenUses) {
  struct Connection : Counted {
    Connection() noexcept : buffer(new(std::nothrow) char[4096]) {}
    std::unique_ptr<char[]> buffer;
    int uses = 0;
  };
  {
    ConstructedCache<Connection> cache(slabs_, "connection");
    Connection* const connection = cache.get();
    ASSERT_NE(connection, nullptr);
    const auto in_a_slab = static_cast<int>(cache.descriptor().num);
    EXPECT_EQ(Counted::living, in_a_slab) << "all objects of the slab are constructed at once";
    const char* const buffer = connection->buffer.get();
    ++connection->uses;
    cache.put(connection);

    EXPECT_EQ(cache.get(), connection);
    EXPECT_EQ(connection->uses, 1);
    EXPECT_EQ(connection->buffer.get(), buffer) << "nothing was allocated anew";
    cache.put(connection);
    cache.put(nullptr);

    EXPECT_TRUE(cache.shrink());
    EXPECT_EQ(Counted::living, 0) << "objects are destroyed with their slab";
    Connection* const another = cache.get();
    EXPECT_EQ(another->uses, 0);
    cache.put(another);
  }
  EXPECT_EQ(Counted::living, 0) << "and with their cache";
}

TEST_F(ObjectCaches, EveryConstructedObjectIsDestroyedOnce) {
  {
    ConstructedCache<Counted> cache(slabs_, "constructed", slab::SLAB_HWCACHE_ALIGN);
    std::vector<Counted*> objects;
    for (int i = 0; i < 5000; ++i) objects.push_back(cache.get());
    EXPECT_EQ(std::set<Counted*>(objects.begin(), objects.end()).size(), 5000u);
    std::ranges::shuffle(objects, std::mt19937(3));
    for (Counted* const object : objects) cache.put(object);
    EXPECT_GE(Counted::living, 5000);
  }
  EXPECT_EQ(Counted::living, 0);
}

// ---- Containers -----------------------------------------------------------------------------------------------

TEST_F(ObjectCaches, ContainersMayLiveInKmalloc) {
  using Entry = std::pair<const int, std::string>;
  std::map<int, std::string, std::less<>, KmallocAllocator<Entry>> map{KmallocAllocator<Entry>(slabs_)};
  std::vector<int, KmallocAllocator<int>> vector{KmallocAllocator<int>(slabs_)};
  for (int i = 0; i < 5000; ++i) {
    map.emplace(i * 7919 % 5000, "text");
    vector.push_back(i);
  }
  EXPECT_EQ(map.size(), 5000u);
  EXPECT_EQ(map.begin()->first, 0);
  EXPECT_EQ(vector[4999], 4999);
  expect_lawful();
  EXPECT_THROW(vector.reserve(131072 / sizeof(int) + 1), std::bad_alloc);
  EXPECT_EQ(vector[4999], 4999);
}

// ---- The example ----------------------------------------------------------------------------------------------

std::string read(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ObjectCacheExample, IsWhatTheHeaderShows) {
  std::istringstream example(read("tests/object_cache_example.cpp"));
  std::string shown;
  for (std::string line; std::getline(example, line);) shown += line.empty() ? "//\n" : "//   " + line + "\n";
  EXPECT_GT(shown.size(), 500u);
  EXPECT_THAT(read("impl/object_cache.hpp"), testing::HasSubstr("//\n" + shown + "//\n"));
}

}  // namespace
}  // namespace refmm
