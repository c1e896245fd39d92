// AreaTree: the same as a sorted vector after any steps, at both words; its ends; its memory; with slabs below it.
#include <refmm/impl/area_tree.hpp>
#include <refmm/impl/object_cache.hpp>
#include <refmm/tests/area_tree_lockstep.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <ranges>
#include <vector>

namespace refmm {
namespace {

using area_tree::Area;
using area_tree::LimitedNodes;
using area_tree::Lockstep;
using area_tree::Step;

// ---- Beside a sorted vector -------------------------------------------------------------------------------------

template <class W, std::size_t entries>
void run(const std::vector<Step>& steps) {
  Lockstep<W, entries> both;
  for (const Step& step : steps) both.run(step);
  RC_CLASSIFY(both.most_nodes() > 10, "more than 10 nodes");
  RC_CLASSIFY(both.most_nodes() > 80, "more than 80 nodes");
}

RC_GTEST_PROP(AreaTree, is_a_sorted_vector_of_32_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint32_t, 63>(steps);
}
RC_GTEST_PROP(AreaTree, is_a_sorted_vector_of_64_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint64_t, 63>(steps);
}
RC_GTEST_PROP(AreaTree, is_a_sorted_vector_with_small_nodes_of_32_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint32_t, 31>(steps);
}
RC_GTEST_PROP(AreaTree, is_a_sorted_vector_with_small_nodes_of_64_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint64_t, 15>(steps);
}

// ---- Many areas, from slabs -------------------------------------------------------------------------------------

template <class W>
class ManyAreas : public testing::Test {
 protected:
  using A = Area<W>;
  using Nodes = impl::ObjectCache<impl::AreaTreeNode<A>>;

  static constexpr std::size_t number = 20000;

  static std::vector<A> areas() {
    std::vector<A> areas;
    for (W i = 0; i < number; ++i) areas.push_back({i * 100 + 10, i * 100 + 60, nullptr, nullptr});
    return areas;
  }

  /// Each area is found at its first and last bytes, and from the hole below it.
  void expect_found(const std::vector<A>& areas, std::size_t stride) {
    EXPECT_STREQ(tree_.broken_law(), nullptr);
    EXPECT_EQ(tree_.size(), (areas.size() + stride - 1) / stride);
    for (std::size_t i = 0; i < areas.size(); i += stride) {
      EXPECT_EQ(tree_.find(areas[i].vm_start), &areas[i]);
      EXPECT_EQ(tree_.find(areas[i].vm_end - 1), &areas[i]);
      EXPECT_EQ(tree_.find(areas[i].vm_start - 1), &areas[i]);
    }
  }

  impl::HostPages pages_;
  impl::SlabAllocator<impl::HostPages> slabs_{pages_};
  Nodes nodes_{slabs_, "area_tree_node", slab::SLAB_HWCACHE_ALIGN};
  impl::AreaTree<A, Nodes> tree_{nodes_};
};

using Words = testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(ManyAreas, Words);

TYPED_TEST(ManyAreas, come_and_go_in_a_random_order) {
  auto areas = this->areas();
  std::vector<Area<TypeParam>*> order;
  for (auto& area : areas) order.push_back(&area);
  std::ranges::shuffle(order, std::mt19937(1));
  for (auto* const area : order) EXPECT_TRUE(this->tree_.insert(*area));
  this->expect_found(areas, 1);

  std::ranges::shuffle(order, std::mt19937(2));
  for (auto* const area : order)
    if ((area - areas.data()) % 16 != 0) this->tree_.erase(*area);
  this->expect_found(areas, 16);
  EXPECT_LT(this->nodes_.in_use(), areas.size() / 16 / 8) << "sparse nodes were not joined";
}

TYPED_TEST(ManyAreas, in_order_fill_their_nodes) {
  auto areas = this->areas();
  for (auto& area : areas) EXPECT_TRUE(this->tree_.insert(area));
  this->expect_found(areas, 1);
  EXPECT_LT(this->nodes_.in_use(), areas.size() / 60 + 20);
}

TYPED_TEST(ManyAreas, from_the_top_down_fill_their_nodes) {
  auto areas = this->areas();
  for (auto& area : std::views::reverse(areas)) EXPECT_TRUE(this->tree_.insert(area));
  this->expect_found(areas, 1);
  EXPECT_LT(this->nodes_.in_use(), areas.size() / 60 + 20);
}

TYPED_TEST(ManyAreas, are_taken_out_at_once) {
  auto areas = this->areas();
  for (auto& area : areas) EXPECT_TRUE(this->tree_.insert(area));
  auto* chain = this->tree_.take_out(areas[5].vm_start, areas[this->number - 5].vm_end);
  EXPECT_STREQ(this->tree_.broken_law(), nullptr);
  EXPECT_EQ(this->tree_.size(), 9u);
  for (std::size_t i = 5; i <= this->number - 5; ++i, chain = chain->vm_next) ASSERT_EQ(chain, &areas[i]);
  EXPECT_EQ(chain, nullptr);
  EXPECT_LT(this->nodes_.in_use(), 20u) << "empty nodes were kept";
}

/// A hole that only one gap has is found; when it is gone, the next search says so.
TYPED_TEST(ManyAreas, hide_one_hole) {
  auto areas = this->areas();
  for (auto& area : areas) EXPECT_TRUE(this->tree_.insert(area));
  const TypeParam limit = areas.back().vm_end;
  EXPECT_EQ(this->tree_.find_hole(0, 51, limit), std::nullopt);
  this->tree_.erase(areas[12345]);
  EXPECT_EQ(this->tree_.find_hole(0, 51, limit), areas[12344].vm_end);
  EXPECT_EQ(this->tree_.find_hole(0, 150, limit), areas[12344].vm_end);
  EXPECT_EQ(this->tree_.find_hole(0, 151, limit), std::nullopt);
  EXPECT_TRUE(this->tree_.insert(areas[12345]));
  EXPECT_EQ(this->tree_.find_hole(0, 51, limit), std::nullopt);
  EXPECT_EQ(this->tree_.find_hole(0, 51, limit + 51), limit);
}

// ---- The ends of the address space ------------------------------------------------------------------------------

template <class W>
class Ends : public testing::Test {
 protected:
  using A = Area<W>;
  using Nodes = LimitedNodes<impl::AreaTreeNode<A>>;

  static constexpr W top = std::numeric_limits<W>::max();

  Nodes nodes_;
  impl::AreaTree<A, Nodes> tree_{nodes_};
};
TYPED_TEST_SUITE(Ends, Words);

TYPED_TEST(Ends, an_empty_tree_finds_nothing) {
  EXPECT_EQ(this->tree_.find(0), nullptr);
  EXPECT_EQ(this->tree_.find(this->top), nullptr);
  EXPECT_TRUE(this->tree_.meeting(0, this->top).empty());
  EXPECT_EQ(this->tree_.take_out(0, this->top), nullptr);
  EXPECT_EQ(this->tree_.clear(), nullptr);
  EXPECT_EQ(this->tree_.find_hole(7, 8, 15), TypeParam{7});
  EXPECT_EQ(this->tree_.find_hole(7, 8, 14), std::nullopt);
  EXPECT_EQ(this->tree_.find_hole(this->top, 0, this->top), this->top);
  EXPECT_EQ(this->tree_.find_hole(this->top, 1, this->top), std::nullopt);
  EXPECT_STREQ(this->tree_.broken_law(), nullptr);
}

TYPED_TEST(Ends, areas_reach_both_ends) {
  const TypeParam top = this->top;
  Area<TypeParam> low{0, 1, nullptr, nullptr}, high{top - 1, top, nullptr, nullptr};
  EXPECT_TRUE(this->tree_.insert(high));
  EXPECT_TRUE(this->tree_.insert(low));
  EXPECT_STREQ(this->tree_.broken_law(), nullptr);
  EXPECT_EQ(this->tree_.find(0), &low);
  EXPECT_EQ(this->tree_.find(1), &high);
  EXPECT_EQ(this->tree_.find(top - 1), &high);
  EXPECT_EQ(this->tree_.find(top), nullptr);
  EXPECT_EQ(this->tree_.find_hole(0, top - 2, top), TypeParam{1});
  EXPECT_EQ(this->tree_.find_hole(0, top - 1, top), std::nullopt);
  this->tree_.set_end(low, top - 1);
  EXPECT_EQ(this->tree_.find(top - 2), &low);
  EXPECT_EQ(this->tree_.find_hole(0, 1, top), std::nullopt);
  EXPECT_STREQ(this->tree_.broken_law(), nullptr);
}

// ---- Memory -----------------------------------------------------------------------------------------------------

TYPED_TEST(Ends, an_insert_without_memory_changes_nothing) {
  Area<TypeParam> area{1, 2, nullptr, nullptr};
  this->nodes_.allow(0);
  EXPECT_FALSE(this->tree_.reserve(1));
  EXPECT_FALSE(this->tree_.insert(area));
  EXPECT_TRUE(this->tree_.empty());
  EXPECT_STREQ(this->tree_.broken_law(), nullptr);
  this->nodes_.allow_all();
  EXPECT_TRUE(this->tree_.insert(area));
  EXPECT_EQ(this->nodes_.in_use(), 1u + 1u) << "the root, and the spare that would have been its first split";
}

/// The areas that one node takes need no other.
TYPED_TEST(Ends, few_areas_need_one_node) {
  std::vector<Area<TypeParam>> areas;
  for (TypeParam i = 0; i < 63; ++i) areas.push_back({i * 2, i * 2 + 1, nullptr, nullptr});
  EXPECT_TRUE(this->tree_.insert(areas[0]));
  this->nodes_.allow(0);
  for (std::size_t i = 1; i < areas.size(); ++i) {
    EXPECT_TRUE(this->tree_.reserve(1));
    EXPECT_TRUE(this->tree_.insert(areas[i]));
  }
  EXPECT_FALSE(this->tree_.reserve(2));
  EXPECT_STREQ(this->tree_.broken_law(), nullptr);
}

}  // namespace
}  // namespace refmm
