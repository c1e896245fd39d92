// What is derived from the declaration of a record: the printed form, the first difference, JSON.

#include <refmm/model/slab.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/json.hpp>
#include <refmm/spec/machine.hpp>
#include <refmm/spec/slab.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

enum class Season { spring, summer = 2, winter = 9 };

struct Leaf {
  REFMM_RECORD(Leaf, (int, depth), (bool, green));
};
struct Thorn {
  REFMM_RECORD(Thorn, (std::string, tip));
};
using Organ = std::variant<Leaf, Thorn>;
using Span = std::pair<std::uint8_t, std::uint8_t>;
struct Tree {
  REFMM_RECORD(Tree, (Name, name), (Season, season), (std::vector<Organ>, organs), (std::optional<Leaf>, first),
               (Span, span));
};
struct Empty {
  REFMM_RECORD(Empty);
};

Tree hawthorn() {
  return {.name = "hawthorn",
          .season = Season::summer,
          .organs = {Leaf{-1, true}, Thorn{"sharp"}},
          .first = std::nullopt,
          .span = {1, 255}};
}

// ---- Names ----

static_assert(type_name<Tree> == "Tree");
static_assert(type_name<Machine> == "BasicMachine");
static_assert(enumerator_names<Season>[2] == "summer");

TEST(TypeName, enumerators_are_called_as_they_are_declared) {
  EXPECT_EQ(enumerator_name(Season::spring), "spring");
  EXPECT_EQ(enumerator_name(Season::winter), "winter");
  EXPECT_EQ(enumerator_name(static_cast<Season>(3)), "3");
  EXPECT_EQ(enumerator_name(static_cast<Season>(64)), "64");
  EXPECT_EQ(enumerator_name(slab::Refusal::name_missing), "name_missing");
  EXPECT_EQ(enumerator_name(slab::Refusal::no_general_cache), "no_general_cache");
}

// ---- The printed form ----

TEST(ToText, prints_every_kind_of_part) {
  EXPECT_EQ(
      to_text(hawthorn()),
      "Tree{name: \"hawthorn\", season: summer, organs: [Leaf{depth: -1, green: true}, Thorn{tip: \"sharp\"}], "
      "first: none, span: (1, 255)}");
  EXPECT_EQ(to_text(Empty{}), "Empty{}");
  EXPECT_EQ(to_text(std::optional(Leaf{3, false})), "Leaf{depth: 3, green: false}");
  EXPECT_EQ(to_text(std::vector<bool>{true, false}), "[true, false]");
}

// ---- The first difference ----

template <class Change>
std::optional<Difference> difference_after(Change change) {
  Tree changed = hawthorn();
  change(changed);
  return first_difference(hawthorn(), changed);
}

TEST(FirstDifference, there_is_none_between_equals) {
  EXPECT_FALSE(difference_after([](Tree&) {}));
}

TEST(FirstDifference, names_the_field_and_both_values) {
  EXPECT_EQ(difference_after([](Tree& tree) { tree.name = "rowan"; }),
            (Difference{"name", "\"hawthorn\"", "\"rowan\""}));
  EXPECT_EQ(difference_after([](Tree& tree) { std::get<Leaf>(tree.organs[0]).depth = 4; }),
            (Difference{"organs[0].depth", "-1", "4"}));
  EXPECT_EQ(difference_after([](Tree& tree) {
              tree.organs[1] = Leaf{0, false};
            }),
            (Difference{"organs[1]", "Thorn{tip: \"sharp\"}", "Leaf{depth: 0, green: false}"}));
  EXPECT_EQ(difference_after([](Tree& tree) {
              tree.first = Leaf{0, false};
            }),
            (Difference{"first", "none", "Leaf{depth: 0, green: false}"}));
  EXPECT_EQ(difference_after([](Tree& tree) { tree.span.second = 7; }), (Difference{"span.second", "255", "7"}));
}

TEST(FirstDifference, is_the_first_in_the_order_of_the_declaration) {
  EXPECT_EQ(difference_after([](Tree& tree) {
              tree.span.first = 9;
              tree.season = Season::winter;
            })->path,
            "season");
}

TEST(FirstDifference, an_element_may_be_absent) {
  EXPECT_EQ(difference_after([](Tree& tree) { tree.organs.pop_back(); }),
            (Difference{"organs[1]", "Thorn{tip: \"sharp\"}", "absent"}));
  EXPECT_EQ(difference_after([](Tree& tree) {
              tree.organs.push_back(Leaf{0, true});
            }),
            (Difference{"organs[2]", "absent", "Leaf{depth: 0, green: true}"}));
}

TEST(FirstDifference, of_a_value_without_parts_has_no_path) {
  EXPECT_EQ(first_difference(1, 2), (Difference{"", "1", "2"}));
}

TEST(FirstDifference, is_found_deep_in_a_state) {
  const slab::State booted = model::boot(i386_2_4_0);
  auto grown = model::step(i386_2_4_0, booted, slab::Kmalloc{100, 0}).state;
  auto other = grown;
  const auto it =
      std::find_if(other.chain.begin(), other.chain.end(), [](const auto& c) { return c.name == "size-128"; });
  it->slabs.at(0).inuse = 2;
  const auto difference = first_difference(grown, other);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->path, "chain[" + std::to_string(it - other.chain.begin()) + "].slabs[0].inuse");
  EXPECT_EQ(difference->expected, "1");
  EXPECT_EQ(difference->found, "2");
}

// ---- JSON ----

TEST(RecordJson, has_the_fields_in_their_order) {
  EXPECT_EQ(write_json(hawthorn()).dump(),
            R"({"name":"hawthorn","season":"summer","organs":[{"Leaf":{"depth":-1,"green":true}},)"
            R"({"Thorn":{"tip":"sharp"}}],"first":null,"span":[1,255]})");
}

TEST(RecordJson, reads_back_what_was_written) {
  EXPECT_EQ(read_json<Tree>(write_json(hawthorn())), hawthorn());
  EXPECT_EQ(read_json<Empty>(write_json(Empty{})), Empty{});
  EXPECT_EQ(read_json<Machine>(write_json(i386_2_4_0)), i386_2_4_0);
  EXPECT_EQ(read_json<Machine64>(write_json(native_64)), native_64);
  const slab::State state = model::step(i386_2_4_0, model::boot(i386_2_4_0), slab::Kmalloc{5000, 0}).state;
  EXPECT_EQ(read_json<slab::State>(Json::parse(write_json(state).dump())), state);
  const slab::Result refused = slab::Refused{slab::Refusal::no_pages};
  EXPECT_EQ(read_json<slab::Result>(write_json(refused)), refused);
}

std::string refusal_of(const char* json) {
  try {
    read_json<Tree>(Json::parse(json));
    return "";
  } catch (const JsonError& error) {
    return error.what();
  }
}

TEST(RecordJson, refuses_what_is_no_record_and_says_where) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal_of("[]"), HasSubstr("the value: expected an object, a Tree, found []"));
  EXPECT_THAT(refusal_of(R"({"name":"x"})"), HasSubstr("expected the field season"));
  EXPECT_THAT(refusal_of(R"({"name":7})"), HasSubstr("name: expected a text, found 7"));
  EXPECT_THAT(refusal_of(R"({"name":"an extraordinarily long name of a tree"})"), HasSubstr("a shorter text"));
  EXPECT_THAT(refusal_of(R"({"name":"x","season":"autumn"})"), HasSubstr("season: expected the name of a Season"));
  EXPECT_THAT(refusal_of(R"({"name":"x","season":"spring","organs":[{"Root":{}}]})"),
              HasSubstr("organs[0]: expected an object with one field of: Leaf, Thorn"));
  EXPECT_THAT(refusal_of(R"({"name":"x","season":"spring","organs":[{"Leaf":{"depth":1.5,"green":true}}]})"),
              HasSubstr("organs[0].Leaf.depth: expected an integer from"));
  EXPECT_THAT(refusal_of(R"({"name":"x","season":"spring","organs":[],"first":null,"span":[1,256]})"),
              HasSubstr("span[1]: expected an integer from 0 to 255, found 256"));
  EXPECT_THAT(refusal_of(R"({"name":"x","season":"spring","organs":[],"first":null,"span":[1,2],"age":3})"),
              HasSubstr("no other fields"));
}

}  // namespace
}  // namespace refmm
