// The page allocator of impl/ by itself: its bits and lists each against what they abbreviate, machines other than 2.4.0's, and
// giving memory at boot by blocks against giving it frame by frame.
#include <refmm/impl/buddy.hpp>
#include <refmm/tests/buddy_subject.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <vector>

namespace refmm {
namespace {

using impl::BuddyAllocator;
using impl::FrameMaps;
using Zone = BuddyAllocator<impl::UnobservedZone<std::uint64_t>>;

Machine64 machine_of(std::uint64_t orders) {
  Machine64 machine = native_64;
  machine.orders = orders;
  return machine;
}

// ---- The bits --------------------------------------------------------------------------------------------------------------

/// The pairs as 2.4.0 keeps them: a set for each order.
struct Pairs {
  std::vector<std::set<std::uint32_t>> maps = std::vector<std::set<std::uint32_t>>(FrameMaps::most_orders);

  /// Returns what the bit is then.
  bool flip(std::uint32_t order, std::uint32_t position) {
    const std::uint32_t bit = position >> (order + 1);
    return maps[order].erase(bit) == 0 && maps[order].insert(bit).second;
  }
};

class BitsOfMachine : public testing::TestWithParam<std::uint32_t> {};

TEST_P(BitsOfMachine, EachPairHasABitOfItsOwn) {
  constexpr std::uint32_t frames = 9001;
  const std::uint32_t orders = GetParam();
  FrameMaps maps(frames);
  Pairs pairs;
  std::mt19937 random(1);
  const auto number = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random()) % below; };
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t order = number(orders);
    std::uint32_t position = number(frames) & ~((1u << order) - 1);
    if (i % 2 == 0) {
      const std::uint32_t from = order + number(orders - order);
      maps.flip_path(from, order, position);
      for (std::uint32_t each = order; each <= from; ++each) pairs.flip(each, position);
    } else {
      std::vector<std::uint32_t> merged, expected;
      std::optional<std::uint32_t> stayed, expected_to_stay;
      maps.climb(
          order, orders - 1, position, [&](std::uint32_t each) { merged.push_back(each); },
          [&](std::uint32_t each) { stayed = each; });
      for (std::uint32_t each = order; each + 1 < orders && !expected_to_stay; ++each) {
        if (pairs.flip(each, position))
          expected_to_stay = each;
        else
          expected.push_back(each);
      }
      ASSERT_EQ(merged, expected);
      ASSERT_EQ(stayed, expected_to_stay);
    }
  }
  for (std::uint32_t order = 0; order < orders; ++order) {
    for (std::uint32_t position = 0; position < frames; position += 1u << order)
      ASSERT_EQ(maps.pair(order, position), pairs.maps[order].contains(position >> (order + 1)));
  }
}

TEST_P(BitsOfMachine, ABlockIsFreeAndHeldAsItsFramesAre) {
  const std::uint32_t orders = GetParam(), frames = 4u << (orders - 1);
  FrameMaps maps(frames);
  std::vector<bool> free(frames), held(frames, true);
  std::mt19937 random(2);
  const auto any = [](const std::vector<bool>& bits, std::uint32_t first, std::uint32_t end) {
    return std::find(bits.begin() + first, bits.begin() + end, true) != bits.begin() + end;
  };
  for (int i = 0; i < 5000; ++i) {
    const std::uint32_t order = static_cast<std::uint32_t>(random()) % orders, size = 1u << order;
    const std::uint32_t position = static_cast<std::uint32_t>(random()) % frames & ~(size - 1);
    ASSERT_EQ(maps.is_any_free(order, position), any(free, position, position + size));
    ASSERT_EQ(maps.is_another_held(order, position), any(held, position + 1, position + size));
    const bool is_taken = random() % 3 == 0;
    if (is_taken) {
      maps.become_used(order, position);
    } else {
      maps.become_free(order, position);
      maps.let_go(position);
    }
    std::fill_n(free.begin() + position, size, !is_taken);
    if (is_taken) std::fill_n(held.begin() + position, size, false);
    held[position] = is_taken;
    if (i % 7 == 0) {
      maps.let_go_of_all(order, position);
      std::fill_n(held.begin() + position, size, false);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, BitsOfMachine, testing::Values(1, 2, 5, 6, 7, 8, 10, 12));

// ---- Zones -----------------------------------------------------------------------------------------------------------------

TEST(BuddyAllocator, RefusesMachinesAndZonesThatItHasNoRoomFor) {
  EXPECT_THROW(Zone(machine_of(0), 0, 1), std::invalid_argument);
  EXPECT_THROW(Zone(machine_of(13), 0, 1), std::invalid_argument);
  EXPECT_THROW(Zone(native_64, 0, (std::uint64_t{1} << 32) - 13), std::invalid_argument);
  EXPECT_NO_THROW(Zone(machine_of(12), 0, 1));
}

TEST(BuddyAllocator, AnEmptyZoneHasNothing) {
  Zone zone(native_64, 77, 0);
  EXPECT_TRUE(zone.boot_free(77, 76));
  EXPECT_TRUE(zone.boot_free(77, 70));
  EXPECT_FALSE(zone.boot_free(77, 77));
  EXPECT_EQ(zone.alloc_pages(0), std::nullopt);
  EXPECT_EQ(zone.refusal(), buddy::Refusal::no_block);
}

TEST(BuddyAllocator, FramesOutsideTheZoneAreLeftAlone) {
  Zone zone(native_64, 1000, 100);
  ASSERT_TRUE(zone.boot_free(1000, 1099));
  constexpr buddy::Mark locked{.flags = buddy::PG_locked, .buffers = false, .mapping = false};
  for (const std::uint64_t outside :
       {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{1100}, ~std::uint64_t{0}}) {
    zone.mark(outside, locked);
    zone.unmark(outside, locked);
    zone.get_page(outside);
  }
  EXPECT_FALSE(zone.boot_free(999, 1000));
  EXPECT_FALSE(zone.boot_free(1099, 1100));
  for (std::uint64_t pfn = 1000; pfn != 1100; ++pfn) {
    EXPECT_EQ(zone.page(pfn).count, 0) << pfn;
    EXPECT_EQ(zone.page(pfn).flags & buddy::PG_locked, 0u) << pfn;
  }
  EXPECT_EQ(zone.free_pages_count(), 100u);
}

/// What is taken is disjoint, aligned and in the zone, and all of it can be given back.
class AnyMachine : public testing::TestWithParam<std::uint64_t> {};

TEST_P(AnyMachine, GivesEachFrameOnceAndTakesAllBack) {
  constexpr std::uint64_t start = (std::uint64_t{1} << 40) + 3, pages = 5000;
  const auto orders = static_cast<std::uint32_t>(GetParam());
  Zone zone(machine_of(orders), start, pages);
  ASSERT_TRUE(zone.boot_free(start, start + pages - 1));
  std::mt19937 random(3);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> taken;
    std::vector<bool> in_use(pages);
    while (zone.free_pages_count() != 0) {
      const std::uint32_t order = static_cast<std::uint32_t>(random()) % orders;
      const auto pfn = zone.alloc_pages(order);
      if (!pfn) {
        ASSERT_EQ(zone.refusal(), buddy::Refusal::no_block);
        continue;
      }
      const std::uint64_t position = *pfn - start, size = std::uint64_t{1} << order;
      ASSERT_EQ(position % size, 0u);
      ASSERT_LE(position + size, pages);
      for (std::uint64_t i = position; i < position + size; ++i) {
        ASSERT_FALSE(in_use[i]);
        in_use[i] = true;
      }
      taken.emplace_back(*pfn, order);
    }
    std::ranges::shuffle(taken, random);
    for (const auto& [pfn, order] : taken) ASSERT_TRUE(zone.free_pages(pfn, order));
    ASSERT_EQ(zone.free_pages_count(), pages);
    const auto [pfn, order] = taken.front();
    ASSERT_FALSE(zone.free_pages_ok(pfn, order));
    ASSERT_EQ(zone.refusal(), buddy::Refusal::free_already);
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, AnyMachine, testing::Values(1, 2, 6, 7, 10, 12));

TEST(BuddyAllocator, ARefusedReleaseChangesNothing) {
  Zone zone(native_64, 1000, 100);
  ASSERT_TRUE(zone.boot_free(1000, 1099));
  const std::uint64_t first = *zone.alloc_pages(0), second = *zone.alloc_pages(0), pair = *zone.alloc_pages(1);
  const auto refused = [&](bool released) {
    EXPECT_FALSE(released);
    return zone.refusal();
  };
  using enum buddy::Refusal;
  EXPECT_EQ(refused(zone.free_pages_ok(pair, 10)), block_too_large);
  EXPECT_EQ(refused(zone.free_pages_ok(first, 1)), block_misaligned);
  EXPECT_EQ(refused(zone.free_pages_ok(1096, 3)), more_than_was_held);  // reaches behind the zone
  EXPECT_EQ(refused(zone.free_pages(1100, 0)), page_behind_ram);
  EXPECT_EQ(refused(zone.free_pages_ok(1100, 0)), page_behind_ram);
  EXPECT_EQ(refused(zone.free_pages_ok(999, 0)), page_behind_ram);
  zone.mark(second, {.flags = buddy::PG_locked, .buffers = false, .mapping = false});
  EXPECT_EQ(refused(zone.free_pages_ok(second, 0)), page_locked);
  zone.unmark(second, {.flags = buddy::PG_locked, .buffers = false, .mapping = false});
  EXPECT_EQ(refused(zone.free_pages(second, 1)), more_than_was_held);  // `first` is held by itself
  EXPECT_EQ(zone.free_pages_count(), 96u);
  EXPECT_TRUE(zone.free_pages_ok(second, 0));
  EXPECT_TRUE(zone.free_pages(first, 0));
  EXPECT_TRUE(zone.free_pages(pair, 1));
  EXPECT_EQ(zone.free_pages_count(), 100u);
}

// ---- Boot ------------------------------------------------------------------------------------------------------------------

/// Giving blocks comes to what giving frames one by one does, whatever is in the way.
TEST(BuddyAllocator, GivesBlocksAtBootAsItGivesFrames) {
  const auto by_frames = make_buddy_implementation(), by_blocks = make_unobserved_buddy_implementation();
  std::mt19937 random(4);
  const auto number = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random()) % below; };
  std::uint32_t refused = 0;
  for (int run = 0; run < 300; ++run) {
    buddy::Boot<std::uint32_t> boot{};
    boot.kernel = buddy::corrected;
    boot.zone_start = number(3000);
    boot.zone_pages = 1 + number(3000);
    boot.free = number(3) == 0 ? buddy::AtBoot::none : buddy::AtBoot::boot;
    const std::uint32_t end = boot.zone_start + boot.zone_pages;
    if (boot.free == buddy::AtBoot::boot) {
      if (number(2) == 0) boot.bootmap = number(end);
      for (std::uint32_t pfn = boot.zone_start + number(400); pfn < end; pfn += 1 + number(900)) {
        const std::uint32_t last = std::min(pfn + number(70), end - 1);
        boot.reserved.push_back({pfn, last});
        pfn = last;
      }
    }
    by_frames->reset(boot);
    by_blocks->reset(boot);
    ASSERT_EQ(by_frames->observe(), by_blocks->observe());
    for (int i = 0; i < 12; ++i) {
      const std::uint32_t pfn = boot.zone_start + number(boot.zone_pages);
      const std::uint32_t last = std::min(pfn + number(1500), end - 1);
      BuddyFamily::Command command = buddy::BootFree<std::uint32_t>{{pfn, last}};
      if (i % 3 == 1) command = buddy::AllocPages{number(6)};
      if (i % 3 == 2)
        command =
            buddy::MarkPage<std::uint32_t>{pfn, {.flags = buddy::PG_dirty, .buffers = false, .mapping = false}};
      const auto result = by_frames->apply(command).result;
      ASSERT_EQ(result, by_blocks->apply(command).result);
      ASSERT_EQ(by_frames->observe(), by_blocks->observe());
      const auto* refusal = std::get_if<buddy::Refused>(&result);
      refused += refusal != nullptr && buddy::ends_everything(refusal->refusal) ? 1 : 0;
    }
  }
  EXPECT_GT(refused, 50u);
}

}  // namespace
}  // namespace refmm
