// Every law of the slab allocator has an example that the compiler checks, or one that is run here.

#include <refmm/model/slab_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/tests/law_examples.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string_view>
#include <tuple>

namespace refmm::slab {
namespace {

TEST(SlabLawExamples, hold_of_the_boot) {
  const std::initializer_list<Written> inputs{{"l1_cache_bytes", {32}}, {"ram_pages", {8193}}};
  EXPECT_TRUE(holds_for(boot_leaves_the_general_caches, model::SlabSubject{}, inputs));
}

TEST(SlabLawExamples, there_is_one_for_every_law) {
  std::set<std::string_view> laws;
  std::apply([&](const auto&... law) { (laws.insert(law.name), ...); },
             std::tuple_cat(boot_laws, list_laws, chain_laws, geometry_laws, kmalloc_laws, reap_laws));
  const LawNames examples = laws_with_an_example();
  std::set<std::string_view> shown(examples.begin(), examples.end());
  shown.insert(boot_leaves_the_general_caches.name);
  EXPECT_EQ(shown, laws);
}

}  // namespace
}  // namespace refmm::slab
