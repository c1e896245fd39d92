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
#include <random>
#include <vector>

namespace refmm {
namespace {

using area_tree::Area;
using area_tree::LimitedNodes;
using area_tree::Lockstep;
using area_tree::Step;

template <class W, std::size_t entries>
void run(const std::vector<Step>& steps) {
  Lockstep<W, entries> both;
  for (const Step& step : steps) both.run(step);
  RC_CLASSIFY(both.most_nodes() > 50, "more than 50 nodes");
  RC_CLASSIFY(both.most_nodes() > 200, "more than 200 nodes");
}

RC_GTEST_PROP(AreaTree, is_a_sorted_vector_of_32_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint32_t, 31>(steps);
}
RC_GTEST_PROP(AreaTree, is_a_sorted_vector_of_64_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint64_t, 31>(steps);
}
RC_GTEST_PROP(AreaTree, is_a_sorted_vector_with_small_nodes_of_32_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint32_t, 15>(steps);
}
RC_GTEST_PROP(AreaTree, is_a_sorted_vector_with_small_nodes_of_64_bit_areas, (const std::vector<Step>& steps)) {
  run<std::uint64_t, 7>(steps);
}

}  // namespace
}  // namespace refmm
