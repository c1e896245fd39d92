// The heap of impl/ beside the model: sessions of lawful programs, at 32 and at 64 bits, with failures and with others who move the break.
#include <refmm/spec/clause.hpp>
#include <refmm/tests/malloc_lockstep.hpp>
#include <refmm/tests/malloc_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {
namespace {

using testing::IsEmpty;

/// What no lawful program sees, and what no call decides by itself.
bool is_seen_by_lawful_programs(const Clause& clause) {
  static const std::set<std::string_view> others{"malloc.boot",
                                                 "malloc.size.smallest",
                                                 "malloc.size.aligned",
                                                 "malloc.blocks.aligned",
                                                 "malloc.blocks.disjoint",
                                                 "malloc.blocks.inside_areas",
                                                 "malloc.blocks.survive",
                                                 "malloc.heap.tiled",
                                                 "malloc.heap.no_two_free",
                                                 "malloc.tags.both_ends",
                                                 "malloc.tags.in_use",
                                                 "malloc.top.at_end",
                                                 "malloc.bins.rings",
                                                 "malloc.bins.by_size",
                                                 "malloc.bins.ascending",
                                                 "malloc.bins.every_free_chunk",
                                                 "malloc.mapped.counted",
                                                 "malloc.access.not_mapped",
                                                 "malloc.bins.endless",
                                                 "malloc.size.chunk",
                                                 "malloc.malloc.threshold",
                                                 "malloc.mapped.size",
                                                 "malloc.grow.to_page",
                                                 "malloc.trim.pinned",
                                                 "malloc.realloc.prefix",
                                                 "malloc.memalign.aligned"};
  return clause.kind == ClauseKind::must && !clause.name.starts_with("malloc.check.") &&
         !others.contains(clause.name);
}

template <class Word>
void expect_refinement(std::uint64_t first_seed, std::uint64_t sessions, std::size_t commands) {
  std::set<std::string_view> clauses;
  for (std::uint64_t seed = first_seed; seed < first_seed + sessions; ++seed) {
    auto session = run_lawful_program<Word>(seed, commands);
    ASSERT_EQ(session.difference.value_or(""), "");
    clauses.merge(session.clauses);
  }
  std::vector<std::string_view> unexercised;
  for (const Clause& clause : malloc::clauses) {
    if (is_seen_by_lawful_programs(clause) && !clauses.contains(clause.name)) unexercised.push_back(clause.name);
  }
  EXPECT_THAT(unexercised, IsEmpty());
}

class MallocRefinement : public testing::TestWithParam<std::uint64_t> {};

TEST_P(MallocRefinement, TheImplementationDoesWhatTheModelDoes) {
  expect_refinement<std::uint32_t>(GetParam(), 90, 250);
}
TEST_P(MallocRefinement, At64BitsToo) { expect_refinement<std::uint64_t>(GetParam(), 90, 250); }

INSTANTIATE_TEST_SUITE_P(Seeds, MallocRefinement, testing::Values(1, 2000, 4000));

TEST(MallocSubject, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto plain = make_malloc_implementation();
  const auto mutant = make_mutable_malloc_implementation();
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    LawfulProgram<std::uint32_t> program(seed);
    plain->reset(program.boot());
    mutant->reset(program.boot());
    for (int number = 0; number < 100; ++number) {
      const auto before = plain->observe();
      const auto command = program.next(before);
      const auto answer = plain->apply(command);
      ASSERT_EQ(answer, mutant->apply(command)) << to_text(command);
      program.answered(before, command, answer.result);
    }
    ASSERT_EQ(plain->observe(), mutant->observe());
  }
}

// ---- Programs that damage their heaps, or misuse it ----

struct Misuse {
  const char* name;
  malloc::Refusal refusal;
  std::vector<malloc::Command<std::uint32_t>> commands;  // of which the last one is noticed

  friend void PrintTo(const Misuse& misuse, std::ostream* out) { *out << misuse.name; }
};

class HardenedHeap : public testing::TestWithParam<Misuse> {};

TEST_P(HardenedHeap, NoticesWhatTheModelNotices) {
  const malloc::Boot<std::uint32_t> boot{malloc::corrected, 0x08050000, 0x08051000};
  const auto subject = make_malloc_implementation();
  subject->reset(boot);
  auto state = MallocFamily::boot(boot);
  for (const auto& command : GetParam().commands) {
    auto outcome = MallocFamily::step(boot, state, command);
    const auto answer = subject->apply(command);
    ASSERT_EQ(answer.result, outcome.result) << to_text(command) << ": " << to_text(answer.result);
    ASSERT_EQ(answer.effects, outcome.effects) << to_text(command);
    const bool is_last = &command == &GetParam().commands.back();
    ASSERT_EQ(answer.result == MallocFamily::Result(malloc::Refused{GetParam().refusal}), is_last)
        << to_text(command) << ": " << to_text(answer.result);
    state = std::move(outcome.state);
  }
}

using Malloc = malloc::Malloc<std::uint32_t>;
using Free = malloc::Free<std::uint32_t>;
using Realloc = malloc::Realloc<std::uint32_t>;
using Calloc = malloc::Calloc<std::uint32_t>;
using Store = malloc::StoreWord<std::uint32_t>;

// The first block of 100 bytes is at 0x08051008, in a chunk of 104; then 0x08051070, 0x080510d8, ...
constexpr std::uint32_t first = 0x08051008, second = first + 104, third = second + 104;

INSTANTIATE_TEST_SUITE_P(
    All, HardenedHeap,
    testing::Values(
        Misuse{"inside_a_block", malloc::Refusal::invalid_pointer, {Malloc{100}, Free{first + 4}}},
        Misuse{"before_there_is_a_heap", malloc::Refusal::invalid_pointer, {Free{0x08050808}}},
        Misuse{"of_nothing", malloc::Refusal::not_mapped, {Malloc{100}, Free{0x70000008}}},
        Misuse{"realloc_inside_a_block", malloc::Refusal::invalid_pointer, {Malloc{100}, Realloc{first + 4, 50}}},
        Misuse{"size_too_small", malloc::Refusal::invalid_size, {Malloc{100}, Store{first - 4, 9}, Free{first}}},
        Misuse{"size_beyond_the_heap",
               malloc::Refusal::invalid_size,
               {Malloc{100}, Store{first - 4, 0x10001}, Free{first}}},
        Misuse{"mapping_that_is_none",
               malloc::Refusal::invalid_pointer,
               {Malloc{100}, Store{first - 4, 106}, Free{first}}},
        Misuse{"mapping_of_nothing",
               malloc::Refusal::invalid_pointer,
               {Malloc{100}, Store{first - 4, malloc::IS_MMAPPED}, Free{first}}},
        Misuse{"right_behind_the_heap",
               malloc::Refusal::invalid_pointer,
               {Malloc{100}, malloc::Sbrk<std::uint32_t>{4096}, Free{0x08052008}}},
        Misuse{"twice", malloc::Refusal::double_free, {Malloc{100}, Malloc{100}, Free{first}, Free{first}}},
        Misuse{"twice_and_joined_the_top", malloc::Refusal::double_free, {Malloc{100}, Free{first}, Free{first}}},
        Misuse{"realloc_of_what_was_freed",
               malloc::Refusal::double_free,
               {Malloc{100}, Malloc{100}, Free{first}, Realloc{first, 200}}},
        Misuse{"size_of_the_one_in_front",
               malloc::Refusal::corrupted_prev_size,
               {Malloc{100}, Malloc{100}, Malloc{100}, Free{first}, Store{second - 8, 96}, Free{second}}},
        Misuse{"size_of_the_one_behind",
               malloc::Refusal::corrupted_prev_size,
               {Malloc{100}, Malloc{100}, Malloc{100}, Free{second}, Store{third - 8, 96}, Free{first}}},
        Misuse{"link_of_a_free_chunk",
               malloc::Refusal::corrupted_links,
               {Malloc{100}, Malloc{100}, Free{first}, Store{first, 0x08050100}, Malloc{100}}},
        Misuse{"link_back_of_a_free_chunk",
               malloc::Refusal::corrupted_links,
               {Malloc{100}, Malloc{100}, Free{first}, Store{first + 4, 0x08050100}, Malloc{100}}},
        Misuse{"link_into_nothing",
               malloc::Refusal::not_mapped,
               {Malloc{100}, Malloc{100}, Free{first}, Store{first, 0x70000000}, Malloc{100}}},
        Misuse{"link_of_the_one_that_others_are_put_before",
               malloc::Refusal::corrupted_links,
               {Malloc{100}, Malloc{100}, Malloc{100}, Malloc{100}, Free{first}, Store{first + 4, 0x08050100},
                Free{third}}},
        Misuse{"link_of_a_large_free_chunk",
               malloc::Refusal::corrupted_links,
               {Malloc{1000}, Malloc{100}, Free{first}, Store{first, 0x08050100}, Malloc{1000}}},
        Misuse{"top", malloc::Refusal::corrupted_top, {Malloc{100}, Store{second - 4, ~7u}, Malloc{100}}},
        Misuse{"product", malloc::Refusal::product_wraps, {Malloc{100}, Calloc{0x10000, 0x10001}}}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(MallocSubject, ForgetsAtResetWhateverWasBefore) {
  const auto used = make_malloc_implementation();
  const malloc::Boot<std::uint32_t> boot{malloc::corrected, 0x08050000, 0x08051000};
  used->reset(boot);
  for (const std::uint32_t bytes : {10u, 1000u, 200'000u}) used->apply(malloc::Malloc<std::uint32_t>{bytes});
  used->apply(malloc::Free<std::uint32_t>{4});
  used->reset(boot);
  EXPECT_EQ(used->observe(), malloc::canonical(boot.allocator.parameters, MallocFamily::boot(boot)));
}

}  // namespace
}  // namespace refmm
