// Laws of the page allocator on blocks, checked by the compiler.

#include <refmm/model/buddy_subject.hpp>
#include <refmm/spec/buddy_laws.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/tests/law_examples.hpp>

#include <array>
#include <initializer_list>
#include <string_view>

namespace refmm::buddy {
namespace {

/// The name of the law, if the model keeps it on this example; no constant otherwise.
consteval std::string_view example(const auto& law, std::initializer_list<Written> inputs) {
  if (!holds_for(law, model::BuddySubject{}, inputs)) throw "the model breaks the law on this example";
  return law.name;
}

constexpr std::array blocks{
    example(the_partner_of_the_partner_is_the_block, {{"order", {3}}, {"block", {5}}}),
    example(partners_have_no_frame_in_common, {{"order", {3}}, {"block", {5}}, {"frame", {35}}}),
    example(a_bit_belongs_to_a_pair, {{"order", {3}}, {"block", {5}}, {"other", {4}}}),
    example(a_bit_belongs_to_a_pair, {{"order", {3}}, {"block", {5}}, {"other", {6}}}),
    example(blocks_are_aligned_as_they_should, {{"order", {2}}, {"position", {6}}}),
    example(blocks_of_one_order_do_not_overlap,
            {{"order", {1}}, {"other_order", {3}}, {"position", {10}}, {"other", {8}}, {"frame", {11}}}),
    example(blocks_lie_inside_or_do_not, {{"order", {2}}, {"zone_pages", {7}}, {"block", {1}}}),
    example(blocks_lie_inside_or_do_not, {{"order", {9}}, {"zone_pages", {0xffffffff}}, {"block", {0x7fffff}}}),
    example(the_ragged_end_has_no_partner, {{"order", {2}}, {"zone_pages", {14}}, {"block", {2}}}),
    example(halves_are_the_block, {{"order", {4}}, {"block", {2}}, {"frame", {70}}}),
    example(water_marks_follow_the_size, {{"zone_pages", {100}}}),
    example(water_marks_follow_the_size, {{"zone_pages", {16384}}}),
    example(water_marks_follow_the_size, {{"zone_pages", {225280}}}),
};

// Boot looks for a defect by its name, a std::string; of libstdc++ 12, clang does not take that for a constant expression: a test runs it.
#ifndef __clang__
constexpr std::array boots{example(boot_releases_its_bit_map, {{"end", {32775}}})};
#else
constexpr std::array<std::string_view, 0> boots{};
#endif

}  // namespace

LawNames laws_with_an_example() { return joined({boots, blocks}); }

}  // namespace refmm::buddy
