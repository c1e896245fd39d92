// The sessions that random checking draws for the page allocator.
#include <refmm/spec/buddy_state.hpp>
#include <refmm/tests/buddy_commands.hpp>
#include <refmm/tests/buddy_family.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>
#include <variant>

namespace refmm::buddy {
namespace {

using W = std::uint32_t;

TEST(BuddySession, IsTheSameForTheSameSeedAndRun) {
  const Session one = draw_session(4, 17), other = draw_session(4, 17);
  EXPECT_EQ(one.boot, other.boot);
  EXPECT_EQ(one.intents.size(), other.intents.size());
  EXPECT_NE(draw_session(4, 18).intents.size(), 0u);
}

TEST(BuddySession, BootsZonesOfAllKinds) {
  bool nothing_free = false, reserved = false, two_frames_of_bits = false, ragged = false, single = false;
  for (std::uint64_t run = 0; run < 400; ++run) {
    const Boot<W> boot = draw_session(1, run).boot;
    ASSERT_GE(boot.zone_pages, 1u);
    ASSERT_LE(boot.zone_pages, 1600u);
    for (const auto& range : boot.reserved) {
      ASSERT_LE(range.first, range.last);
      ASSERT_GE(range.first, boot.zone_start);
      ASSERT_LT(range.last, boot.zone_start + boot.zone_pages);
    }
    nothing_free |= boot.free == AtBoot::none;
    reserved |= !boot.reserved.empty();
    two_frames_of_bits |= boot.bootmap && boot.zone_start + boot.zone_pages > 8 * 4096;
    ragged |= (boot.zone_pages & (boot.zone_pages - 1)) != 0;
    single |= boot.zone_pages == 1;
  }
  EXPECT_TRUE(nothing_free && reserved && two_frames_of_bits && ragged && single);
}

/// Every call is one that the notation has: of frames of the zone, but for the raw release.
TEST(BuddyCaller, AsksOfFramesOfTheZone) {
  std::set<std::size_t> kinds;
  std::uint64_t ends = 0, commands = 0;
  for (std::uint64_t run = 0; run < 300; ++run) {
    Session session = draw_session(2, run);
    const Boot<W> boot = session.boot;
    State<W> state = BuddyFamily::boot(boot);
    Caller caller(std::move(session));
    while (auto command = caller.next(state)) {
      ++commands;
      kinds.insert(command->index());
      std::visit(
          [&](const auto& call) {
            if constexpr (requires { call.frames; }) {
              EXPECT_LE(call.frames.first, call.frames.last);
              EXPECT_TRUE(is_in_zone(state, call.frames.first) && is_in_zone(state, call.frames.last));
            } else if constexpr (
                requires { call.pfn; } && !requires { call.order; }) {
              EXPECT_TRUE(is_in_zone(state, call.pfn));
            }
          },
          *command);
      auto outcome = BuddyFamily::step(boot, std::move(state), *command);
      state = std::move(outcome.state);
      caller.answered(*command, outcome.result);
      if (BuddyFamily::ends_everything(outcome.result)) {
        ++ends;
        break;
      }
    }
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Command<W>>);
  EXPECT_GT(commands, 5000u);
  // Misuse comes last, and not always.
  EXPECT_GT(ends, 60u);
  EXPECT_LT(ends, 240u);
}

}  // namespace
}  // namespace refmm::buddy
