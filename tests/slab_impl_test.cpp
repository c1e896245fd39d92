// The pieces of the slab allocator of impl/: lists, layouts, geometry and the index of an object, each against what it
// abbreviates.
#include <refmm/impl/arena.hpp>
#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/slab.hpp>
#include <refmm/impl/slab_geometry.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <random>
#include <vector>

namespace refmm {
namespace {

using impl::Cache;
using impl::host_machine;
using impl::HostLayout;
using impl::I386Layout;
using impl::ListNode;
using impl::Slab;

// ---- Layouts --------------------------------------------------------------------------------------------------

template <class T>
using I386Link = I386Layout::Link<T>;

static_assert(sizeof(I386Link<int>) == i386_2_4_0.word_size);
static_assert(sizeof(HostLayout::Link<int>) == native_64.word_size);
static_assert(sizeof(Slab<I386Layout>) == i386_2_4_0.sizeof_slab);
static_assert(sizeof(Cache<I386Layout>) == i386_2_4_0.sizeof_kmem_cache);
static_assert(sizeof(Slab<HostLayout>) == native_64.sizeof_slab);
static_assert(sizeof(Cache<HostLayout>) == native_64.sizeof_kmem_cache);
static_assert(sizeof(Cache<HostLayout>::name) == native_64.cache_namelen);
static_assert(alignof(Cache<HostLayout>) == 64, "what alloc and free use of a cache must not straddle two lines");

TEST(Layout, HotFieldsOfACacheStandInItsFirstLine) {
  const Cache<HostLayout> cache{};
  const auto* const begin = reinterpret_cast<const std::byte*>(&cache);
  const auto ends_at = [&](const auto& field) {
    return reinterpret_cast<const std::byte*>(&field) + sizeof(field) - begin;
  };
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(begin) % 64, 0u);
  EXPECT_LE(ends_at(cache.firstnotfull), 64);
  EXPECT_LE(ends_at(cache.objsize), 64);
  EXPECT_LE(ends_at(cache.num), 64);
  EXPECT_LE(ends_at(cache.reciprocal), 64);
}

TEST(Layout, AddressesOfI386WrapAtFourGigabytes) {
  const impl::Arena arena;
  std::byte* const last = arena.at(0xffffffff);
  EXPECT_EQ(I386Layout::advance(last, 2), arena.at(1));
  EXPECT_EQ(I386Layout::advance(arena.at(8), 0xfffffff7), last);
  EXPECT_EQ(I386Layout::distance(last, arena.at(1)), 2u);
}

TEST(Layout, AnArenaLinkLeadsBackToWhereItPointed) {
  const impl::Arena arena;
  auto* const links = ::new (arena.at(4096)) std::array<I386Link<std::byte>, 2>;
  (*links)[0] = nullptr;
  EXPECT_EQ(static_cast<std::byte*>((*links)[0]), nullptr);
  for (const std::uint32_t address : {1u, 4096u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    (*links)[0] = arena.at(address);
    (*links)[1] = (*links)[0];
    EXPECT_EQ(static_cast<std::byte*>((*links)[1]), arena.at(address));
  }
}

// ---- Lists ----------------------------------------------------------------------------------------------------

/// A ring in memory of a layout, beside a vector that is changed in the same way.
template <class Layout>
void expect_list_to_be_a_sequence(ListNode<Layout>* nodes, std::size_t count) {
  ListNode<Layout>& head = nodes[0];
  impl::list_init<Layout>(head);
  std::vector<ListNode<Layout>*> expected;
  std::mt19937 random(7);
  for (int step = 0; step < 2000; ++step) {
    ListNode<Layout>* const node = &nodes[1 + random() % (count - 1)];
    const auto found = std::ranges::find(expected, node);
    if (found != expected.end()) {
      impl::list_remove<Layout>(node);
      expected.erase(found);
    } else {
      const std::size_t place = random() % (expected.size() + 1);
      impl::list_insert_before<Layout>(place == expected.size() ? &head : expected[place], node);
      expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(place), node);
    }
    std::vector<ListNode<Layout>*> forwards, backwards;
    for (ListNode<Layout>* at = head.next; at != &head; at = at->next) forwards.push_back(at);
    for (ListNode<Layout>* at = head.prev; at != &head; at = at->prev) backwards.push_back(at);
    std::ranges::reverse(backwards);
    ASSERT_EQ(forwards, expected);
    ASSERT_EQ(backwards, expected);
  }
}

TEST(List, IsASequenceOnTheHost) {
  std::array<ListNode<HostLayout>, 12> nodes;
  expect_list_to_be_a_sequence<HostLayout>(nodes.data(), nodes.size());
}

TEST(List, IsASequenceInAnArena) {
  const impl::Arena arena;
  auto* const nodes = ::new (arena.at(0xfffff000)) std::array<ListNode<I386Layout>, 12>;
  expect_list_to_be_a_sequence<I386Layout>(nodes->data(), nodes->size());
}

// ---- Geometry -------------------------------------------------------------------------------------------------

/// kmem_cache_estimate by trying: the largest number of objects that fits.
template <class Word>
impl::Estimate<Word> estimate_by_trying(const BasicMachine<Word>& machine, Word order, Word size, bool outside) {
  const Word bytes = machine.page_size << order;
  const auto descriptor = [&](Word num) {
    const Word needed = machine.sizeof_slab + num * machine.sizeof_bufctl;
    return outside ? 0 : (needed + machine.l1_cache_bytes - 1) / machine.l1_cache_bytes * machine.l1_cache_bytes;
  };
  Word num = 0;
  while ((num + 1) * size + descriptor(num + 1) <= bytes) ++num;
  return {num, bytes - num * size - descriptor(num)};
}

template <class Word>
void expect_estimates_to_be_the_largest(const BasicMachine<Word>& machine) {
  for (Word order = 0; order <= machine.max_gfp_order; ++order) {
    for (const bool outside : {false, true}) {
      for (Word size = machine.word_size; size <= machine.page_size << order; size += machine.word_size) {
        const auto expected = estimate_by_trying(machine, order, size, outside);
        const auto found = impl::kmem_cache_estimate(machine, order, size, outside);
        ASSERT_EQ(found.num, expected.num) << size << " bytes, order " << order;
        ASSERT_EQ(found.left_over, expected.left_over) << size << " bytes, order " << order;
      }
    }
  }
}

TEST(Geometry, AnEstimateIsTheLargestNumberThatFitsOnI386) { expect_estimates_to_be_the_largest(i386_2_4_0); }
TEST(Geometry, AnEstimateIsTheLargestNumberThatFitsOnTheHost) { expect_estimates_to_be_the_largest(host_machine); }

/// What kmem_cache_create promises of a geometry, said without how it is found.
template <class Word>
void expect_geometries_to_be_sound(const BasicMachine<Word>& machine) {
  const Word largest = machine.page_size << machine.max_gfp_order;
  for (const Word flags : {Word{0}, Word{slab::SLAB_HWCACHE_ALIGN}}) {
    for (Word size = machine.word_size; size <= largest; size += size < 3 * machine.page_size ? 1 : 61) {
      const auto geometry = impl::kmem_cache_geometry<Word>(machine, {.size = size, .offset = 0, .flags = flags});
      SCOPED_TRACE(testing::Message() << size << " bytes, flags " << flags);
      const bool outside = (geometry.flags & slab::CFLGS_OFF_SLAB) != 0;
      const Word descriptor = outside ? 0 : geometry.slab_size;
      ASSERT_GE(geometry.objsize, size);
      ASSERT_EQ(geometry.objsize % machine.word_size, 0u);
      ASSERT_LT(geometry.objsize - size, flags == 0 ? machine.word_size : machine.l1_cache_bytes);
      ASSERT_GE(geometry.num, 1u);
      ASSERT_LE(geometry.gfporder, machine.max_gfp_order);
      ASSERT_EQ(geometry.num * geometry.objsize + descriptor + geometry.left_over,
                machine.page_size << geometry.gfporder);
      ASSERT_EQ(geometry.slab_size % machine.l1_cache_bytes, 0u);
      ASSERT_GE(geometry.slab_size, machine.sizeof_slab + geometry.num * machine.sizeof_bufctl);
      ASSERT_EQ(geometry.colour, geometry.left_over / geometry.colour_off);
      ASSERT_TRUE(!outside || geometry.left_over < geometry.slab_size) << "its descriptor fits inside";
      ASSERT_TRUE(!outside || geometry.objsize >= machine.page_size / 8);
    }
  }
}

TEST(Geometry, IsSoundForEverySizeOnI386) { expect_geometries_to_be_sound(i386_2_4_0); }
TEST(Geometry, IsSoundForEverySizeOnTheHost) { expect_geometries_to_be_sound(host_machine); }

TEST(Geometry, GeneralClassIsTheSmallestThatFits) {
  for (std::uint32_t size = 0; size <= 131073; ++size) {
    unsigned expected = 0;
    while (expected < impl::general_classes && impl::general_size<std::uint32_t>(expected) < size) ++expected;
    ASSERT_EQ(impl::general_class(size), expected) << size;
  }
}

// ---- The index of an object -----------------------------------------------------------------------------------

/// Multiplication by the reciprocal finds the index that division finds, for every object of every size.
template <class Layout>
void expect_exact_indices(Slab<Layout>& slab, std::byte* objects, std::uint32_t word, std::uint32_t largest) {
  slab.s_mem = objects;
  Cache<Layout> cache{};
  for (std::uint32_t size = word; size <= largest; size += word) {
    cache.objsize = size;
    cache.reciprocal = Cache<Layout>::reciprocal_of(size);
    for (std::uint32_t index = 0; index < largest / size; ++index) {
      const auto offset = static_cast<typename Layout::Word>(index) * size;
      ASSERT_EQ(cache.index_of(&slab, Layout::advance(objects, offset)), index)
          << "objects of " << size << " bytes";
    }
  }
}

TEST(Index, IsExactForEveryObjectOfEverySizeOnTheHost) {
  const auto largest = static_cast<std::uint32_t>(host_machine.page_size << host_machine.max_gfp_order);
  std::vector<std::byte> memory(largest);
  Slab<HostLayout> slab{};
  expect_exact_indices<HostLayout>(slab, memory.data(), 8, largest);
}

TEST(Index, IsExactForEveryObjectOfEverySizeOnI386) {
  const impl::Arena arena;
  auto& slab = *::new (arena.at(4096)) Slab<I386Layout>;
  expect_exact_indices<I386Layout>(slab, arena.at(0xfffff000), 4, 131072);
}

}  // namespace
}  // namespace refmm
