// Ranges of numbers with which something holds.
#include <refmm/tests/number_range.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace refmm {
namespace {

constexpr NumberRange words{0, 0xffffffff};

TEST(NumberRange, EndsWhereItNoLongerHolds) {
  const auto holds = [](std::int64_t n) { return n >= 2049 && n <= 4096; };
  EXPECT_EQ(range_around(4096, words, 1, holds), (NumberRange{2049, 4096}));
  EXPECT_EQ(range_around(2049, words, 1, holds), (NumberRange{2049, 4096}));
  EXPECT_EQ(range_around(3000, words, 1, holds), (NumberRange{2049, 4096}));
}

TEST(NumberRange, IsTheDomainWhereEverythingHolds) {
  const auto holds = [](std::int64_t) { return true; };
  EXPECT_EQ(range_around(7, words, 1, holds), words);
  constexpr NumberRange with_sign{std::numeric_limits<std::int32_t>::min(),
                                  std::numeric_limits<std::int32_t>::max()};
  EXPECT_EQ(range_around(-1, with_sign, 1, holds), with_sign);
}

TEST(NumberRange, NeverLeavesTheDomain) {
  range_around(3, {0, 5}, 1, [](std::int64_t n) {
    EXPECT_TRUE(n >= 0 && n <= 5) << n;
    return true;
  });
}

TEST(NumberRange, IsOneNumberWhereNeighboursFail) {
  EXPECT_EQ(range_around(42, words, 1, [](std::int64_t n) { return n == 42; }), (NumberRange{42, 42}));
}

TEST(NumberRange, GoesInSteps) {
  const auto holds = [](std::int64_t n) { return n % 4096 == 0 && n < 0xc0000000; };
  EXPECT_EQ(range_around(0x40000000, words, 1, holds), (NumberRange{0x40000000, 0x40000000}));
  EXPECT_EQ(range_around(0x40000000, words, page_step, holds), (NumberRange{0, 0xbffff000, page_step}));
}

/// Both ends hold, and what lies between does not: the range ends before it.
TEST(NumberRange, EndsBeforeAHole) {
  const auto holds = [](std::int64_t n) { return n < 1000 || n > 100'000; };
  const NumberRange found = range_around(10, words, 1, holds);
  EXPECT_EQ(found, (NumberRange{0, 999}));
  EXPECT_EQ(range_around(200'000, words, 1, holds), (NumberRange{100'001, 0xffffffff}));
}

}  // namespace
}  // namespace refmm
