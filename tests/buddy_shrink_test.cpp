// Scripts of the page allocator, and what shrinking makes of them.
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/tests/buddy_shrink.hpp>
#include <refmm/tests/shrink.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

Boot<W> zone(W start, W pages) {
  Boot<W> boot{};
  boot.kernel = corrected;
  boot.zone_start = start;
  boot.zone_pages = pages;
  boot.free = AtBoot::boot;
  return boot;
}

TEST(BuddyScript, IsTheCommandsThatItWasMadeOf) {
  const Commands commands{AllocPages{0},          AllocPages{2},        GetPage<W>{358},
                          FreePagesOk<W>{356, 1}, FreePages<W>{363, 0}, BootFree<W>{{301, 302}}};
  const Script script = script_of(zone(300, 64), commands);
  EXPECT_EQ(shrink::commands_of(script), Commands(commands.begin(), commands.end()));
  EXPECT_EQ(script.items[4].from, 1u);
  EXPECT_EQ(script.items[4].command, Command<W>(FreePages<W>{0, 0}));
}

TEST(BuddyScript, ACallOnABlockFollowsItsBlock) {
  Script script = script_of(zone(64, 64), Commands{AllocPages{0}, AllocPages{0}, FreePages<W>{126, 0}});
  script = shrink::without(script, {0});
  EXPECT_EQ(shrink::commands_of(script), (Commands{AllocPages{0}, FreePages<W>{127, 0}}));
  script = shrink::without(script, {0});
  EXPECT_EQ(shrink::commands_of(script), Commands{});
}

TEST(BuddyScript, MeansNothingOutsideOfASmallerZone) {
  Script script = script_of(zone(64, 64), Commands{GetPage<W>{100}, FreePagesOk<W>{100, 0}});
  script.boot.zone_pages = 16;
  EXPECT_EQ(shrink::commands_of(script), (Commands{FreePagesOk<W>{100, 0}}));
}

/// What it refers to that is gone is no part of the zone: a try of the one says nothing about the other.
TEST(BuddyScript, RanksACallOnABlockThatIsGoneApart) {
  const Script on_zone{zone(64, 1), {{GetPage<W>{0}, 2, 0}}},
      on_what_is_gone{zone(64, 1), {{GetPage<W>{0}, 2, 1}}};
  EXPECT_NE(rank(on_zone), rank(on_what_is_gone));
}

TEST(BuddyScript, RanksZonesApartThatDifferInWhereFramesAreReserved) {
  Script first{zone(64, 64), {}}, second{zone(64, 64), {}};
  first.boot.reserved = {{64, 66}};
  second.boot.reserved = {{65, 66}};
  EXPECT_NE(rank(first), rank(second));
}

using Shows = std::function<bool(const Command<W>&, const Outcome<State<W>, Result<W>, Effect<W>>&)>;

/// Fails at the first command that shows something.
shrink::Fails<BuddyFamily> fails_at(const Shows& shows) {
  return [shows](const Script& script) -> std::optional<Script> {
    Script failing{script.boot, {}};
    State<W> state = BuddyFamily::boot(script.boot);
    Resolver resolver;
    for (const Item& item : script.items) {
      const auto command = resolver.resolve(item, state);
      if (!command) continue;
      failing.items.push_back(item);
      auto outcome = BuddyFamily::step(script.boot, std::move(state), *command);
      if (shows(*command, outcome)) return failing;
      if (BuddyFamily::ends_everything(outcome.result)) return std::nullopt;
      state = std::move(outcome.state);
      resolver.note(item, outcome.result);
    }
    return std::nullopt;
  };
}

bool always(const Script&, std::uint64_t) { return true; }

/// Wherever it begins, shrinking ends at the plainest script that has what is looked for: a block of order 2 or more given back.
TEST(BuddyShrinking, EndsAtThePlainestScript) {
  const auto fails = fails_at([](const Command<W>& command, const auto& outcome) {
    const auto* free = std::get_if<FreePages<W>>(&command);
    return free && free->order >= 2 && !outcome.effects.empty();
  });
  Boot<W> odd = zone(301, 777);
  odd.bootmap = 305;
  odd.reserved = {{400, 410}};
  const std::vector<Script> beginnings{
      Script{odd, {{AllocPages{3}, 1}, {AllocPages{0}, 2}, {AllocPages{4}, 3}, {FreePages<W>{0, 4}, 4, 3}}},
      script_of(zone(64, 1024), Commands{AllocPages{9}, AllocPages{1}, FreePages<W>{576, 9}})};
  const Script plainest = script_of(zone(64, 4), Commands{AllocPages{2}, FreePages<W>{64, 2}});
  for (const Script& beginning : beginnings) {
    ASSERT_TRUE(fails(beginning));
    EXPECT_EQ(shrink::simplify(beginning, fails, always).script, plainest);
  }
}

/// One mistake that shows in different calls: what is marked is given out, by a request of any order from any zone.
TEST(BuddyShrinking, GoesFromOneFaceOfAMistakeToThePlainest) {
  const auto fails = fails_at([](const Command<W>& command, const auto& outcome) {
    return std::holds_alternative<AllocPages>(command) && BuddyFamily::ends_everything(outcome.result);
  });
  const Mark active{.flags = PG_active, .buffers = false, .mapping = false};
  Boot<W> none = zone(64, 32);
  none.free = AtBoot::none;
  const std::vector<Script> beginnings{
      Script{zone(64, 2),
             {{AllocPages{1}, 1}, {FreePages<W>{0, 1}, 2, 1}, {MarkPage<W>{1, active}, 3, 1}, {AllocPages{0}, 4}}},
      Script{zone(64, 993), {{MarkPage<W>{992, active}, 1}, {AllocPages{0}, 2}}},
      Script{none, {{BootFree<W>{{5, 5}}, 1}, {MarkPage<W>{5, active}, 2}, {AllocPages{0}, 3}}}};
  const Script plainest{zone(64, 1), {{MarkPage<W>{0, active}, 1}, {AllocPages{0}, 2}}};
  for (const Script& beginning : beginnings) {
    ASSERT_TRUE(fails(beginning));
    EXPECT_EQ(shrink::simplify(beginning, fails, always).script, plainest);
  }
}

/// What differs after the boot alone, however the zone is that it was found in.
TEST(BuddyShrinking, EndsAtThePlainestZone) {
  const shrink::Fails<BuddyFamily> fails = [](const Script& script) -> std::optional<Script> {
    const auto& largest = BuddyFamily::boot(script.boot).free_area.back();
    return largest.free_list.size() == 2 ? std::optional(Script{script.boot, {}}) : std::nullopt;
  };
  Boot<W> odd = zone(301, 1537);
  odd.bootmap = 305;
  odd.reserved = {{301, 302}};
  for (const Boot<W>& beginning : {odd, zone(1, 1100)}) {
    ASSERT_TRUE(fails(Script{beginning, {}}));
    EXPECT_EQ(shrink::simplify(Script{beginning, {}}, fails, always).script, (Script{zone(64, 1024), {}}));
  }
}

}  // namespace
}  // namespace refmm::buddy
