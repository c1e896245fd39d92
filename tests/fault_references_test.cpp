// Whom a page is shared with, beside what the model makes of a write to it.

#include <refmm/spec/fault_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_transcript.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>

namespace refmm::process {
namespace {

using Word = std::uint32_t;

/// True if a store of the process asks for a frame.
bool takes_a_frame(MachineUnderWay machine, const Place& place) {
  machine.state.memory.faults = {};
  const auto outcome = FaultFamily::step(machine.boot, std::move(machine.state),
                                         OfProcess<Word>{place.pid, Store<Word>{place.addr, 1}});
  return std::ranges::any_of(
      outcome.effects, [](const auto& effect) { return std::holds_alternative<fault::AllocPage<Word>>(effect); });
}

using Seen = std::map<Sharing, std::size_t>;

void compare(const MachineUnderWay& machine, Seen& seen) {
  const AllReferences references = all_references(machine.state);
  for (const auto& [pfn, of_frame] : references.frames) {
    for (const Place& place : of_frame.places) {
      const Sharing sharing = sharing_of(machine.boot.kernel, machine.state, of_frame, place);
      ++seen[sharing];
      if (sharing == Sharing::unlawful) continue;
      EXPECT_EQ(takes_a_frame(machine, place), sharing == Sharing::copied)
          << "pfn " << pfn << " at " << std::hex << place.addr << " of pid " << place.pid;
    }
  }
}

TEST(FaultReferences, say_which_writes_get_a_copy) {
  constexpr std::size_t lines_between = 25;
  Seen seen;
  for (const auto& path : recordings("fault")) {
    std::size_t lines = 0;
    const auto end = carried_out(transcript::parse(transcript::load(path)), [&](const MachineUnderWay& machine) {
      if (++lines % lines_between == 0) compare(machine, seen);
    });
    compare(end, seen);
    ASSERT_FALSE(testing::Test::HasFailure()) << path;
  }
  for (const Sharing sharing : {Sharing::alone, Sharing::shared, Sharing::copied, Sharing::unlawful})
    EXPECT_GT(seen[sharing], 50u) << static_cast<int>(sharing);
}

TEST(FaultReferences, are_those_of_a_buffer_too) {
  // Of a page that was read from its slot the buffer counts as an owner: the write gets a copy though nobody shares the page.
  const MachineUnderWay machine = carried_out(R"(boot family=fault ram_pages=16 swap_pages=4
mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)
store(0x40000000, 1)
swap_out(1, 0x40000000)
reclaim()
load(0x40000000)
)");
  const AllReferences references = all_references(machine.state);
  const References& page = references.frames.at(3);
  EXPECT_EQ(page.notation(), "entry + cache + buffer");
  EXPECT_EQ(page.total(), 3u);
  ASSERT_EQ(page.places.size(), 1u);
  EXPECT_EQ(sharing_of(machine.boot.kernel, machine.state, page, page.places[0]), Sharing::copied);
  EXPECT_EQ(references.slots.at(1).notation(), "cache");
}

TEST(FaultReferences, are_none_of_a_frame_that_is_free) {
  EXPECT_EQ(References{}.notation(), "");
  EXPECT_EQ(References{}.total(), 0u);
}

}  // namespace
}  // namespace refmm::process
