// The vocabulary that everything else is written in.
#include <refmm/spec/clause.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/json.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/map.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/name.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace refmm {
namespace {

TEST(Name, KeepsShortTextAndCutsLongText) {
  EXPECT_EQ(Name("size-64(DMA)").view(), "size-64(DMA)");
  EXPECT_EQ(Name(std::string(40, 'x')).view(), std::string(Name::capacity, 'x'));
  EXPECT_TRUE(Name().empty());
  EXPECT_EQ(Name("a\0b").size(), 1u);
}

TEST(Name, ComparesAsText) {
  EXPECT_EQ(Name("dentry"), Name("dentry"));
  EXPECT_NE(Name("dentry"), Name("inode"));
  EXPECT_LT(Name("dentry"), Name("inode"));
  EXPECT_TRUE(Name("dentry") == "dentry");
}

TEST(Clause, IsFoundByItsName) {
  const ClauseRef order = "slab.order";
  EXPECT_EQ(order->name, "slab.order");
  EXPECT_EQ(find_clause("slab.order"), &*order);
  EXPECT_EQ(find_clause("slab.ordre"), nullptr);
}

TEST(Clause, NamesAreUniqueAndBeginWithTheirArea) {
  std::set<std::string_view> names;
  for (const Clause& clause : slab::clauses) {
    EXPECT_TRUE(names.insert(clause.name).second) << clause.name << " stands twice";
    EXPECT_TRUE(clause.name.starts_with("slab.")) << clause.name;
    EXPECT_TRUE(clause.source.find(".c:") != std::string_view::npos) << clause.name << " names no function";
  }
  EXPECT_GT(names.size(), 80u);
}

TEST(Machine, PresetsAreConsistent) {
  const auto consistent = [](const auto& machine) {
    return machine.page_size % machine.l1_cache_bytes == 0 && machine.sizeof_kmem_cache < machine.page_size / 8 &&
           machine.task_unmapped_base % machine.page_size == 0 && machine.task_unmapped_base < machine.task_size;
  };
  EXPECT_TRUE(consistent(i386_2_4_0));
  EXPECT_TRUE(consistent(native_64));
}

TEST(Record, ComparesFieldByField) {
  Machine machine = i386_2_4_0;
  EXPECT_EQ(machine, i386_2_4_0);
  machine.l1_cache_bytes = 64;
  EXPECT_NE(machine, i386_2_4_0);
  std::set<std::string> differing;
  for_each_field(machine, i386_2_4_0, [&](const char* name, const auto& left, const auto& right) {
    if (left != right) differing.insert(name);
  });
  EXPECT_EQ(differing, std::set<std::string>{"l1_cache_bytes"});
}

TEST(Sequence, ChangesAreNewLists) {
  const std::vector<int> list{10, 11, 12, 13};
  EXPECT_EQ(inserted(list, 1, 7), (std::vector<int>{10, 7, 11, 12, 13}));
  EXPECT_EQ(inserted(list, 4, 7), (std::vector<int>{10, 11, 12, 13, 7}));
  EXPECT_EQ(erased(list, 0), (std::vector<int>{11, 12, 13}));
  EXPECT_EQ(moved(list, 3u, 0u), (std::vector<int>{13, 10, 11, 12}));
  EXPECT_EQ(moved(list, 1u, 3u), (std::vector<int>{10, 12, 13, 11}));
  EXPECT_EQ(changed(list, 2, [](int element) { return element + 100; }), (std::vector<int>{10, 11, 112, 13}));
  EXPECT_EQ(list.size(), 4u);
  EXPECT_EQ(ascending(3), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(Sequence, HypothesesMakeAnyListLawful) {
  const auto key = [](int element) { return element / 10; };
  EXPECT_EQ(SortedBy<decltype(key)>{key}.lawful(std::vector<int>{31, 5, 12}), (std::vector<int>{5, 12, 31}));
  const DistinctBelow<std::uint32_t> distinct{4};
  EXPECT_EQ(distinct.lawful({5, 1, 9, 2, 3}), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_TRUE(DistinctBelow<std::uint32_t>{0}.lawful({1, 2}).empty());
}

TEST(Map, IsTotalAndUpdatesByValue) {
  const Map<std::uint32_t, std::uint32_t> empty{.otherwise = 7, .written = {}};
  const auto once = updated(empty, 5u, 50u);
  const auto twice = updated(updated(once, 2u, 20u), 5u, 51u);
  EXPECT_EQ(lookup(empty, 5u), 7u);
  EXPECT_EQ(lookup(once, 5u), 50u);
  EXPECT_EQ(lookup(twice, 5u), 51u);
  EXPECT_EQ(lookup(twice, 2u), 20u);
  EXPECT_EQ(lookup(twice, 3u), 7u);
}

TEST(Map, IsEqualToEveryMapWithTheSameValues) {
  const Map<std::uint32_t, std::uint32_t> empty{.otherwise = 7, .written = {}};
  EXPECT_EQ(updated(updated(empty, 5u, 50u), 5u, 7u), empty);
  EXPECT_EQ(updated(empty, 5u, 7u), empty);
  EXPECT_EQ(updated(updated(empty, 5u, 50u), 2u, 20u), updated(updated(empty, 2u, 20u), 5u, 50u));
}

TEST(Map, HasItsValuesFromAKeyOn) {
  const Map<std::uint32_t, std::uint32_t> empty{.otherwise = 7, .written = {}};
  const auto map = updated(updated(updated(empty, 2, 20), 3, 30), 5, 50);
  EXPECT_EQ(values_from(map, 3, 7), updated(updated(empty, 3, 30), 5, 50));
  const auto zero_below = values_from(map, 3, 0);
  for (std::uint32_t key = 0; key != 8; ++key)
    EXPECT_EQ(lookup(zero_below, key), key < 3 ? 0 : lookup(map, key)) << key;
}

TEST(Map, IsReadBackFromJsonAndDiffersAtAKey) {
  const Map<std::uint32_t, std::uint32_t> empty{.otherwise = 7, .written = {}};
  const auto one = updated(updated(empty, 5u, 50u), 2u, 20u);
  EXPECT_EQ((read_json<Map<std::uint32_t, std::uint32_t>>(write_json(one))), one);
  EXPECT_EQ(to_text(one), "{2: 20, 5: 50, else: 7}");
  EXPECT_EQ(first_difference(one, one), std::nullopt);
  EXPECT_EQ(first_difference(one, updated(one, 5u, 51u), "map"), (Difference{"map[5]", "50", "51"}));
  EXPECT_EQ(first_difference(one, updated(one, 3u, 30u), "map"), (Difference{"map[3]", "7", "30"}));
  EXPECT_EQ(first_difference(one, updated(one, 2u, 7u), "map"), (Difference{"map[2]", "20", "7"}));
}

TEST(Logic, ConnectivesAreWhatTheirNamesSay) {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      EXPECT_EQ(both(a, b), a && b);
      EXPECT_EQ(either(a, b), a || b);
      EXPECT_EQ(implies(a, b), !a || b);
      EXPECT_EQ(equivalent(a, b), a == b);
      EXPECT_EQ(all(a, b, true), a && b);
    }
  }
  EXPECT_EQ(select(true, 1, 2), 1);
  EXPECT_EQ(select(false, 1, 2), 2);
}

// In a normal build a mutant is false to the compiler, even while one is switched on.
static_assert(!mutant("slab.take.keeps_firstnotfull"));

TEST(Mutant, IsOffInANormalBuild) {
  const WithMutant on("slab.take.keeps_firstnotfull");
  EXPECT_FALSE(mutant("slab.take.keeps_firstnotfull"));
  EXPECT_EQ(active_mutant(), "slab.take.keeps_firstnotfull");
}

TEST(Refusal, BugOrNull) {
  EXPECT_STREQ(slab::notation(slab::Refusal::name_taken), "BUG");
  EXPECT_STREQ(slab::notation(slab::Refusal::no_pages), "NULL");
  EXPECT_TRUE(slab::is_bug(slab::Refusal::request_too_large));
  EXPECT_FALSE(slab::is_bug(slab::Refusal::no_general_cache));
}

}  // namespace
}  // namespace refmm
