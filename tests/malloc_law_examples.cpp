// Laws of sizes in the user's heap on examples, checked by the compiler.

#include <refmm/model/malloc_subject.hpp>
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/malloc_size_laws.hpp>
#include <refmm/tests/law_examples.hpp>

#include <array>
#include <initializer_list>
#include <string_view>

namespace refmm::malloc {
namespace {

/// The name of the law, if the model keeps it on this example; no constant otherwise.
consteval std::string_view example(const auto& law, std::initializer_list<Written> inputs) {
  if (!holds_for(law, model::MallocSubject{}, inputs)) throw "the model breaks the law on this example";
  return law.name;
}

constexpr std::array sizes{
    example(every_block_has_room, {{"bytes", {0}}}),
    example(every_block_has_room, {{"bytes", {12}}}),
    example(every_block_has_room, {{"bytes", {13}}}),
    example(no_chunk_is_larger_than_need_be, {{"bytes", {13}}, {"other", {3}}}),
    example(chunks_can_be_freed, {{"bytes", {0x7fffdfff}}}),
    example(every_mapped_block_has_room, {{"bytes", {131072}}}),
    example(every_mapped_block_has_room, {{"bytes", {4084}}}),
    example(no_mapping_has_a_page_too_many, {{"bytes", {4085}}}),
    example(a_mapping_keeps_its_leader, {{"bytes", {200000}}, {"leader", {127}}}),
    example(larger_chunks_are_on_later_lists, {{"one", {63}}, {"other", {64}}}),
    example(small_sizes_have_lists_of_their_own, {{"one", {63}}, {"other", {64}}}),
    example(every_size_has_a_list, {{"bins", {4096}}, {"one", {2}}, {"other", {0x0fffffff}}}),
    example(the_break_moves_to_the_next_page, {{"top", {0x1009600}}, {"needed", {4096}}}),
    example(trimming_leaves_the_pad, {{"size", {2560}}, {"pad", {8192}}}),
    example(aligned_blocks_are_aligned, {{"log2", {12}}, {"block", {0x1009601}}}),
    example(leaders_are_chunks, {{"log2", {4}}, {"block", {0x1009601}}}),
    example(alignments_are_taken_up, {{"alignment", {48}}}),
    example(products_are_what_they_seem, {{"count", {65536}}, {"size", {65535}}, {"index", {65535}}}),
};

}  // namespace

LawNames laws_with_an_example() { return joined({sizes}); }

}  // namespace refmm::malloc
