// Scripts of the page allocator, and what shrinking makes of them.
#include <refmm/spec/buddy_kernel.hpp>
#include <refmm/tests/buddy_shrink.hpp>
#include <refmm/tests/shrink.hpp>

#include <gtest/gtest.h>

#include <cstdint>
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

/// Wherever it begins, shrinking ends at the plainest script that has what is looked for: a block of order 2 or more given back.
TEST(BuddyShrinking, EndsAtThePlainestScript) {
  const shrink::Fails<BuddyFamily> fails = [](const Script& script) -> std::optional<Script> {
    Script failing{script.boot, {}};
    State<W> state = BuddyFamily::boot(script.boot);
    Resolver resolver;
    for (const Item& item : script.items) {
      const auto command = resolver.resolve(item, state);
      if (!command) continue;
      failing.items.push_back(item);
      auto outcome = BuddyFamily::step(script.boot, std::move(state), *command);
      state = std::move(outcome.state);
      resolver.note(item, outcome.result);
      if (BuddyFamily::ends_everything(outcome.result)) return std::nullopt;
      const auto* free = std::get_if<FreePages<W>>(&*command);
      if (free && free->order >= 2 && !outcome.effects.empty()) return failing;
    }
    return std::nullopt;
  };
  const auto go_on = [](const Script&, std::uint64_t) { return true; };
  Boot<W> odd = zone(301, 777);
  odd.bootmap = 305;
  odd.reserved = {{400, 410}};
  const std::vector<Script> beginnings{
      Script{odd, {{AllocPages{3}, 1}, {AllocPages{0}, 2}, {AllocPages{4}, 3}, {FreePages<W>{0, 4}, 4, 3}}},
      script_of(zone(64, 1024), Commands{AllocPages{9}, AllocPages{1}, FreePages<W>{576, 9}})};
  const Script plainest = script_of(zone(64, 4), Commands{AllocPages{2}, FreePages<W>{64, 2}});
  for (const Script& beginning : beginnings) {
    ASSERT_TRUE(fails(beginning));
    EXPECT_EQ(shrink::simplify(beginning, fails, go_on).script, plainest);
  }
}

}  // namespace
}  // namespace refmm::buddy
