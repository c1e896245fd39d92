// The RapidCheck generator of a record, derived from its declaration; and one record in everything that is derived.

#include <refmm/proofs/symbolic/world.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/json.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>
#include <refmm/tests/arbitrary.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace refmm {
namespace {

enum class Season { spring, summer = 2, winter = 9 };
struct Leaf {
  REFMM_RECORD(Leaf, (int, depth), (bool, green));
};
struct Nest {
  REFMM_RECORD(Nest, (Name, builder), (std::vector<std::uint32_t>, eggs));
};
using Branch = std::variant<Leaf, Nest>;
struct Tree {
  REFMM_RECORD(Tree, (Season, season), (std::vector<Branch>, branches), (std::optional<Leaf>, first));
};
struct Bare {
  REFMM_RECORD(Bare);
};

/// Many values of a type, each with the candidates that it shrinks to first.
template <class T>
std::vector<T> drawn(int count, bool with_shrinks = false) {
  const auto generator = rc::gen::arbitrary<T>();
  std::vector<T> values;
  for (int i = 0; i < count; ++i) {
    auto shrinkable = generator(rc::Random(static_cast<std::uint64_t>(i)), i % 100);
    values.push_back(shrinkable.value());
    if (!with_shrinks) continue;
    auto shrinks = shrinkable.shrinks();
    for (int tried = 0; tried < 5; ++tried) {
      auto smaller = shrinks.next();
      if (!smaller) break;
      values.push_back(smaller->value());
    }
  }
  return values;
}

/// Shrinks as RapidCheck does: the first candidate that still fails, until there is none.
template <class T, class Fails>
T shrunk(rc::Shrinkable<T> start, Fails fails) {
  while (true) {
    auto shrinks = start.shrinks();
    auto candidate = shrinks.next();
    while (candidate && !fails(candidate->value())) candidate = shrinks.next();
    if (!candidate) return start.value();
    start = *candidate;
  }
}

template <class T, class Fails>
T smallest(Fails fails) {
  const auto generator = rc::gen::arbitrary<T>();
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    auto start = generator(rc::Random(seed), 50);
    if (fails(start.value())) return shrunk(start, fails);
  }
  throw std::runtime_error("no value of a thousand fails");
}

TEST(Arbitrary, draws_only_enumerators_that_are_declared_and_all_of_them) {
  std::set<Season> seasons;
  for (const Season season : drawn<Season>(100)) seasons.insert(season);
  EXPECT_EQ(seasons, (std::set{Season::spring, Season::summer, Season::winter}));
  std::set<slab::Refusal> refusals;
  for (const auto refusal : drawn<slab::Refusal>(1000)) refusals.insert(refusal);
  EXPECT_EQ(refusals.size(), static_cast<std::size_t>(slab::Refusal::no_general_cache) + 1);
}

TEST(Arbitrary, draws_every_alternative_and_both_states_of_an_optional) {
  std::set<std::size_t> alternatives;
  int with = 0;
  int without = 0;
  std::set<std::size_t> lengths;
  for (const Tree& tree : drawn<Tree>(200)) {
    for (const Branch& branch : tree.branches) alternatives.insert(branch.index());
    (tree.first ? with : without) += 1;
    lengths.insert(tree.branches.size());
  }
  EXPECT_EQ(alternatives.size(), 2u);
  EXPECT_GT(with, 20);
  EXPECT_GT(without, 20);
  EXPECT_GT(lengths.size(), 20u);
  EXPECT_TRUE(lengths.contains(0));
}

TEST(Arbitrary, draws_names_of_every_length) {
  std::set<std::size_t> sizes;
  for (const Name& name : drawn<Name>(2000)) {
    EXPECT_LE(name.size(), Name::capacity);
    sizes.insert(name.size());
  }
  EXPECT_EQ(sizes.size(), Name::capacity + 1);
}

TEST(Arbitrary, draws_every_command) {
  std::set<std::size_t> kinds;
  for (const auto& command : drawn<slab::Command>(1000)) kinds.insert(command.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<slab::Command>);
}

TEST(Arbitrary, gives_every_member_a_value_of_its_own) {
  std::set<std::string> differ;
  for (const Machine& machine : drawn<Machine>(50)) {
    for_each_field(machine, Machine{}, [&](const char* field, const auto& drawn, const auto& zero) {
      if (drawn != zero) differ.insert(field);
    });
  }
  EXPECT_EQ(differ.size(), field_count<Machine>);
}

TEST(Arbitrary, shrinks_member_by_member) {
  const auto large = [](const Tree& tree) {
    return std::ranges::any_of(tree.branches, [](const Branch& branch) {
      const Nest* nest = std::get_if<Nest>(&branch);
      return nest && std::ranges::any_of(nest->eggs, [](std::uint32_t egg) { return egg > 100; });
    });
  };
  EXPECT_EQ(to_text(smallest<Tree>(large)),
            R"(Tree{season: spring, branches: [Nest{builder: "", eggs: [101]}], first: none})");
  EXPECT_EQ(smallest<slab::CacheCreate>([](const auto& create) { return create.name && create.size >= 4096; }),
            (slab::CacheCreate{Name(), 4096, 0, 0, false, false}));
}

TEST(Arbitrary, shows_records_as_they_are_printed) {
  std::ostringstream shown;
  rc::show(std::vector<Leaf>{{-1, true}}, shown);
  EXPECT_EQ(shown.str(), "[Leaf{depth: -1, green: true}]");
}

// ---- One declaration, everything that is derived ------------------------------------------------------------------------

template <class R>
void equality_agrees_with_difference() {
  const auto values = drawn<R>(15, true);
  for (const R& left : values) {
    EXPECT_TRUE(left == R(left));
    for (const R& right : values) {
      EXPECT_EQ(left == right, !first_difference(left, right));
      EXPECT_EQ(left == right, to_text(left) == to_text(right));
    }
  }
}

TEST(Derived, equality_difference_and_printed_form_agree_on_arbitrary_records) {
  equality_agrees_with_difference<Tree>();
  equality_agrees_with_difference<Bare>();
  equality_agrees_with_difference<slab::Slab>();
  equality_agrees_with_difference<slab::Geometry<std::uint32_t>>();
}

RC_GTEST_PROP(Derived, arbitrary_trees_come_back_from_json, (const Tree& tree)) {
  RC_ASSERT(read_json<Tree>(Json::parse(write_json(tree).dump())) == tree);
}

RC_GTEST_PROP(Derived, arbitrary_caches_come_back_from_json, (const slab::Cache& cache)) {
  RC_ASSERT(read_json<slab::Cache>(Json::parse(write_json(cache).dump())) == cache);
}

/// The record whose words the model says it has.
template <template <class> class R>
R<std::uint32_t> read_back(const symbolic::Assignment& inputs, const std::string& name) {
  R<std::uint32_t> record{};
  for_each_field(record, [&](const char* field, auto& member) {
    member = inputs.at(symbolic::field_path(name, field)).at(0);
  });
  return record;
}

/// Drawn by RapidCheck, found again by Z3: the only record whose symbolic constant equals the drawn one word by word.
TEST(Derived, a_drawn_record_is_read_back_from_the_model_of_its_symbolic_constant) {
  for (const auto& wanted : drawn<slab::Geometry<std::uint32_t>>(20)) {
    std::optional<symbolic::Assignment> found;
    symbolic::Exploration exploration;
    exploration.run([&] {
      symbolic::SymbolicWorld world;
      const auto geometry = world.record<slab::Geometry>("geometry");
      symbolic::Bool differs = false;
      for_each_field(geometry, wanted, [&](const char*, const symbolic::Word& any, std::uint32_t one) {
        differs = either(differs, any != one);
      });
      found = world.counterexample(differs);
      return true;
    });
    ASSERT_TRUE(found);
    const auto read = read_back<slab::Geometry>(*found, "geometry");
    EXPECT_EQ(read, wanted) << to_text(first_difference(wanted, read)->path);
  }
}

}  // namespace
}  // namespace refmm
