// SymbolicWorld: its counterexamples are inputs by name, and ExampleWorld, given these, comes to the same violation. One law
// runs in all three worlds.

#include <refmm/proofs/symbolic/world.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/slab_law_inputs.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/tests/sampled_world.hpp>
#include <refmm/tests/symbolic_programs.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace refmm {
namespace {

/// The inputs of a counterexample, of whichever world, for ExampleWorld.
std::vector<Given> replay(const auto& inputs) {
  std::vector<Given> givens;
  for (const auto& [name, values] : inputs) givens.push_back({name, values});
  return givens;
}

symbolic::Explored explore(const auto& law, auto subject) {
  return symbolic::explore(
      [&](symbolic::SymbolicWorld& world) { return symbolic::Bool(law.claim(world, subject)); });
}

// ---- One law in all three worlds ------------------------------------------------------------------------------------------

/// A slab that fills stays and the pointer steps on; and the same with the pointer left behind.
struct RightList {
  static constexpr auto take(auto list, auto num) {
    const auto here = list.firstnotfull;
    const auto fills = at(list.slabs, here).inuse + 1 == num;
    list.slabs = changed(std::move(list.slabs), here, [](auto slab) {
      slab.inuse = slab.inuse + 1;
      return slab;
    });
    if (fills) list.firstnotfull = here + 1;
    return Decision<decltype(list)>{std::move(list), {}};
  }
};
struct KeepsPointer {
  static constexpr auto take(auto list, auto num) {
    const auto here = list.firstnotfull;
    auto taken = RightList::take(std::move(list), num);
    taken.value.firstnotfull = here;
    return taken;
  }
};

inline constexpr const auto& law = slab::take_keeps_firstnotfull;

static_assert(holds_for(law, RightList{}, {{"num", {4}}, {"slabs.inuse", {4, 3, 0}}, {"here", {1}}}));
static_assert(!holds_for(law, KeepsPointer{}, {{"num", {4}}, {"slabs.inuse", {4, 3, 0}}, {"here", {1}}}));

TEST(Worlds, a_law_that_holds_holds_in_all_three) {
  EXPECT_TRUE(sample(law, RightList{}).held());
  EXPECT_TRUE(explore(law, RightList{}).proved());
}

TEST(Worlds, a_law_that_is_broken_is_broken_in_all_three_by_inputs_that_replay) {
  const Sampling sampled = sample(law, KeepsPointer{});
  ASSERT_EQ(sampled.verdict, Sampling::Verdict::broken);
  EXPECT_FALSE(holds_for(law, KeepsPointer{}, replay(sampled.counterexample)));
  EXPECT_TRUE(holds_for(law, RightList{}, replay(sampled.counterexample)));

  const auto proved = explore(law, KeepsPointer{});
  ASSERT_TRUE(proved.counterexample);
  EXPECT_FALSE(holds_for(law, KeepsPointer{}, replay(*proved.counterexample)));
  EXPECT_TRUE(holds_for(law, RightList{}, replay(*proved.counterexample)));
  EXPECT_EQ(proved.counterexample->at("slabs.inuse").size(), 1u);
}

// ---- Inputs of every kind -------------------------------------------------------------------------------------------------

template <Word W>
struct Extent {
  REFMM_RECORD(Extent, (W, start), (W, bytes));
};

struct NoSubject {};

inline constexpr Law nothing_is_as_this_law_wants_it{
    "slab.order", "nothing_is_as_this_law_wants_it", [](auto& world, auto) {
      const auto any = world.word("any");
      const auto small = world.word("small", 3, 9);
      const auto truth = world.truth("truth");
      const auto line = world.choose("line", {16, 32, 64});
      const auto extent = world.template record<Extent>("extent");
      const auto extents =
          world.template sequence<Extent>("extents", SortedBy{[](auto one) { return one.start; }});
      const auto distinct = world.words("distinct", DistinctBelow<std::remove_const_t<decltype(any)>>{100u});
      const auto map = world.map("map");
      const auto position = world.position("position", extents);
      const auto place = world.position("place", distinct);
      const auto wanted = all(any == 0x12345678u, small == 5u, truth, extent.start + extent.bytes == 77u,
                              at(extents, position).bytes == at(distinct, place), lookup(map, any) == 1234u,
                              length(extents) == 3u, length(distinct) == 2u, position == 1u, place == 1u);
      if (line != 32) return any == any;
      return negation(wanted);
    }};

TEST(Worlds, a_counterexample_has_every_kind_of_input_and_replays) {
  const auto explored = explore(nothing_is_as_this_law_wants_it, NoSubject{});
  ASSERT_TRUE(explored.counterexample);
  const auto& inputs = *explored.counterexample;
  EXPECT_EQ(explored.value("any"), 0x12345678u);
  EXPECT_EQ(explored.value("small"), 5u);
  EXPECT_EQ(explored.value("truth"), 1u);
  EXPECT_EQ(explored.value("line"), 32u);
  EXPECT_EQ(explored.value("extent.start") + explored.value("extent.bytes"), 77u);
  ASSERT_EQ(inputs.at("extents.start").size(), 3u);
  ASSERT_EQ(inputs.at("distinct").size(), 2u);
  EXPECT_EQ(inputs.at("extents.bytes").at(1), inputs.at("distinct").at(1));
  EXPECT_FALSE(holds_for(nothing_is_as_this_law_wants_it, NoSubject{}, replay(inputs)));
}

TEST(Worlds, an_example_that_misses_an_input_or_an_assumption_is_none) {
  const auto reason = [](const symbolic::Assignment& inputs) -> std::string {
    try {
      holds_for(law, RightList{}, replay(inputs));
      return "";
    } catch (const NoExample& none) {
      return none.reason;
    }
  };
  EXPECT_EQ(reason({{"num", {4}}, {"slabs.inuse", {4, 3, 0}}, {"here", {1}}}), "");
  EXPECT_EQ(reason({{"num", {4}}, {"slabs.inuse", {4, 3, 0}}}), "the example does not give an input of the law");
  EXPECT_EQ(reason({{"num", {4}}, {"here", {1}}}), "the example does not give a field of an input of the law");
  EXPECT_EQ(reason({{"num", {4, 4}}, {"slabs.inuse", {4}}, {"here", {0}}}),
            "the example gives a list where the law wants one word");
  const std::string not_met = "the example does not meet an assumption of the law";
  EXPECT_EQ(reason({{"num", {4}}, {"slabs.inuse", {3, 4}}, {"here", {1}}}), not_met);  // not in order
  EXPECT_EQ(reason({{"num", {4}}, {"slabs.inuse", {4, 4}}, {"here", {1}}}), not_met);  // no room
  EXPECT_EQ(reason({{"num", {4}}, {"slabs.inuse", {5}}, {"here", {0}}}), not_met);     // more than there are
  EXPECT_EQ(reason({{"num", {0}}, {"slabs.inuse", {0}}, {"here", {0}}}), not_met);     // out of range
  EXPECT_EQ(reason({{"num", {4}}, {"slabs.inuse", {0}}, {"here", {1}}}), not_met);     // behind the end
}

/// To the compiler, such an example is not a constant.
template <std::uint32_t... Inuse>
concept IsExample = requires {
  typename std::bool_constant<holds_for(law, RightList{},
                                        {{"num", {4}}, {"slabs.inuse", {Inuse...}}, {"here", {0}}})>;
};
static_assert(IsExample<4, 3, 0>);
static_assert(!IsExample<3, 4>);
static_assert(!IsExample<4, 4>);
static_assert(!IsExample<>);

}  // namespace
}  // namespace refmm
