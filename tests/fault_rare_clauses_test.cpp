// Clauses of demand paging and processes that neither a recording nor an example of the book can show: one needs the kernel as built where
// nothing but a defect leads to it, the other more areas than a test has time for.
#include <refmm/tests/fault_carried.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

namespace refmm::process {
namespace {

bool decides(const Because& because, ClauseRef clause) {
  return std::ranges::find(because, clause) != because.end();
}

void expect_refused(const Result<std::uint32_t>& result, Refusal refusal) {
  const auto* const refused = std::get_if<Refused>(&result);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->refusal, refusal);
}

const std::string memory =
    "mmap(0x40000000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)\n";

/// [process.debugger.reserved_page]: the bad page is behind the entry.
TEST(RareClauses, ADebuggerIsRefusedTheBadPage) {
  const std::string bad = memory + "set fail_alloc=1\nput_user(0x40000000, 1)\n";
  for (const std::string_view access : {"peek(1, 0x40001000)", "poke(1, 0x40001000, 1)"}) {
    const Carried made = carried(std::string(bad).append(access), fault::as_built);
    EXPECT_TRUE(decides(made.because, "process.debugger.reserved_page")) << access;
    expect_refused(made.result, Refusal::reserved_page);
  }
}

/// [process.madvise.too_many_areas]: beyond the limit advice about reading is refused, at the limit it is taken.
TEST(RareClauses, AdviceIsRefusedToWhoHasTooManyAreas) {
  Carried made = carried(memory + "madvise(0x40000000, 8192, MADV_RANDOM)");
  const auto advise = [&](std::uint32_t areas) {
    made.before.processes.front().mm.map_count = areas;
    return model::step<std::uint32_t>(made.boot, made.before, made.command);
  };
  EXPECT_FALSE(decides(advise(max_map_count).because, "process.madvise.too_many_areas"));
  const auto refused = advise(max_map_count + 1);
  EXPECT_TRUE(decides(refused.because, "process.madvise.too_many_areas"));
  expect_refused(refused.result, Refusal::too_many_areas);
}

}  // namespace
}  // namespace refmm::process
