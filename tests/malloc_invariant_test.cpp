// Every conjunct of the invariant can fail, and is then the one that is named.

#include <refmm/model/malloc.hpp>
#include <refmm/spec/malloc_invariant.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

namespace refmm::malloc {
namespace {

using W = std::uint32_t;

/// Two blocks in use, a free chunk of 48 bytes in front of each, and a block with a mapping of its own.
LawState lawful() {
  const Boot<W> boot{corrected, 0x0804a000, 0x0804b000};
  LawState state = model::boot<W>(boot);
  const std::initializer_list<Command<W>> commands{Malloc<W>{40},    Malloc<W>{16},       Malloc<W>{40},
                                                   Malloc<W>{16},    Free<W>{0x0804b008}, Free<W>{0x0804b050},
                                                   Malloc<W>{200000}};
  for (const Command<W>& command : commands)
    state = model::step<W>(boot.allocator, std::move(state), command).state;
  return state;
}

constexpr W first_free = 0x0804b000, first_used = 0x0804b030, second_free = 0x0804b048;
constexpr W head = 0x0804a000 + 6 * 8;  // of the list of 48 bytes

void write(LawState& state, W addr, W word) { state.words = updated(std::move(state.words), addr, word); }

struct Tampering {
  std::string_view broken;
  void (*tamper)(LawState& state);
};

constexpr Tampering tamperings[] = {
    {"every_block_begins_at_a_multiple_of_two_words", [](LawState& state) { state.blocks[0].addr += 4; }},
    {"every_block_has_as_many_bytes_as_were_asked_for", [](LawState& state) { state.blocks[0].bytes = 21; }},
    {"no_two_blocks_have_a_byte_in_common",
     [](LawState& state) { write(state, address_of_size(first_used), 0x60); }},
    {"every_byte_of_a_block_is_mapped", [](LawState& state) { state.space.mm.areas.back().vm_end -= 4096; }},
    {"the_tags_of_each_region_lead_from_its_beginning_to_the_top_or_a_fence",
     [](LawState& state) { state.regions.push_back(0x0804b800); }},
    {"a_chunk_of_the_heap_is_in_use_exactly_if_a_program_has_its_block",
     [](LawState& state) { state.blocks.erase(state.blocks.begin()); }},
    {"no_two_free_chunks_are_neighbours_and_none_is_in_front_of_the_top",
     [](LawState& state) {
       write(state, address_of_size(second_free), 48);
       state.blocks.erase(state.blocks.begin());
     }},
    {"the_size_of_a_free_chunk_stands_at_both_of_its_ends", [](LawState& state) { write(state, first_used, 40); }},
    {"the_top_ends_where_the_heap_ends_and_behind_a_chunk_in_use", [](LawState& state) { state.top_end += 4096; }},
    {"each_chunk_on_a_list_is_where_its_neighbours_lead_to",
     [](LawState& state) { write(state, address_of_bk(first_free), head + 8); }},
    {"each_free_chunk_is_on_one_list_once_and_nothing_else_is",
     [](LawState& state) {
       write(state, address_of_fd(head), first_free);
       write(state, address_of_bk(first_free), head);
     }},
    {"each_list_has_chunks_of_its_sizes_only",
     [](LawState& state) {
       // The whole list under the next head.
       write(state, address_of_fd(head), head);
       write(state, address_of_bk(head), head);
       write(state, address_of_fd(head + 8), second_free);
       write(state, address_of_bk(second_free), head + 8);
       write(state, address_of_fd(first_free), head + 8);
       write(state, address_of_bk(head + 8), first_free);
     }},
    {"as_many_blocks_have_mappings_of_their_own_as_are_counted",
     [](LawState& state) {
       write(state, address_of_size(chunk_of(state.blocks.back().addr)), 0x31000);
       state.space.mm.areas.back().vm_end += 4096;
     }},
};

TEST(MallocInvariant, HoldsOfALawfulHeap) { EXPECT_FALSE(broken_conjunct(lawful())); }

TEST(MallocInvariant, NamesWhatIsBroken) {
  for (const auto& [name, tamper] : tamperings) {
    LawState state = lawful();
    tamper(state);
    const auto broken = broken_conjunct(state);
    ASSERT_TRUE(broken) << name;
    EXPECT_EQ(broken->name, name);
  }
}

/// Two chunks of one list cannot be in the wrong order but in the lists of several sizes.
TEST(MallocInvariant, NamesAListThatIsNotAscending) {
  const Boot<W> boot{corrected, 0x0804a000, 0x0804b000};
  LawState state = model::boot<W>(boot);
  for (const Command<W>& command : std::initializer_list<Command<W>>{
           Malloc<W>{600}, Malloc<W>{16}, Malloc<W>{700}, Malloc<W>{16}, Free<W>{0x0804b008}, Free<W>{0x0804b280}})
    state = model::step<W>(boot.allocator, std::move(state), command).state;
  ASSERT_FALSE(broken_conjunct(state));
  const W large = head_of_list(state, 64), small = 0x0804b000, longer = 0x0804b278;
  write(state, address_of_fd(large), longer);
  write(state, address_of_bk(longer), large);
  write(state, address_of_fd(longer), small);
  write(state, address_of_bk(small), longer);
  write(state, address_of_fd(small), large);
  write(state, address_of_bk(large), small);
  const auto broken = broken_conjunct(state);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->name, "no_chunk_on_a_list_is_smaller_than_the_one_in_front_of_it");
}

TEST(MallocInvariant, EveryConjunctIsBrokenByATampering) {
  std::set<std::string_view> broken{"no_chunk_on_a_list_is_smaller_than_the_one_in_front_of_it"};
  for (const auto& tampering : tamperings) broken.insert(tampering.broken);
  for (const auto& conjunct : invariant) EXPECT_TRUE(broken.contains(conjunct.name)) << conjunct.name;
}

}  // namespace
}  // namespace refmm::malloc
