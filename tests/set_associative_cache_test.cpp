// The simulated cache: its ends, its order, known counts of misses, and the same as what least recently used means.
#include <refmm/tests/set_associative_cache.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

using Addresses = std::vector<std::uint64_t>;

/// `h` for a touch that hits and `m` for one that misses, in their order.
std::string touches(const CacheShape& shape, const Addresses& addresses) {
  SetAssociativeCache cache(shape);
  std::string seen;
  for (const std::uint64_t address : addresses) seen += cache.touch(address) ? 'h' : 'm';
  return seen;
}

// ---- Shapes -------------------------------------------------------------------------------------------------------------

TEST(CacheShape, HasSetsOfItsWays) {
  EXPECT_EQ((CacheShape{16384, 4, 32}.sets()), 128u);
  EXPECT_EQ((CacheShape{65536, 1, 16}.sets()), 4096u);
  EXPECT_EQ((CacheShape{49152, 12, 64}.sets()), 64u);
  EXPECT_EQ((CacheShape{16384, 4, 32}.fully_associative()), (CacheShape{16384, 512, 32}));
}

TEST(CacheShape, ThatCannotBeIsRefused) {
  const auto made_of = [](const CacheShape& shape) { return [shape] { SetAssociativeCache{shape}; }; };
  EXPECT_THAT(made_of({16384, 4, 33}), ThrowsMessage<std::invalid_argument>(HasSubstr("power of two")));
  EXPECT_THAT(made_of({16384, 4, 0}), ThrowsMessage<std::invalid_argument>(HasSubstr("not 0")));
  EXPECT_THAT(made_of({16384, 0, 32}), ThrowsMessage<std::invalid_argument>(HasSubstr("sets of 0 lines")));
  EXPECT_THAT(made_of({16384, 3, 32}), ThrowsMessage<std::invalid_argument>(HasSubstr("sets of 3 lines")));
  EXPECT_THAT(made_of({100, 1, 32}), ThrowsMessage<std::invalid_argument>(HasSubstr("100 bytes")));
  EXPECT_THAT(made_of({0, 1, 32}), ThrowsMessage<std::invalid_argument>(HasSubstr("0 bytes")));
}

// ---- Caches whose touches can be followed by hand -----------------------------------------------------------------------

TEST(SetAssociativeCache, HoldsWholeLines) {
  EXPECT_EQ(touches({64, 2, 32}, {0, 1, 31, 32, 63, 64, 0xffffffffffffffff, 0xffffffffffffffe0}), "mhhmhmmh");
}

TEST(SetAssociativeCache, DirectMappedHoldsOneLineOfASet) {
  // Four sets: 0 and 128 are of the same, 32 is of another.
  EXPECT_EQ(touches({128, 1, 32}, {0, 128, 0, 128, 32, 0, 32}), "mmmmmmh");
}

TEST(SetAssociativeCache, OfTwoWaysHoldsBoth) {
  // Two sets: 0, 64 and 128 are of the same.
  EXPECT_EQ(touches({128, 2, 32}, {0, 64, 0, 64, 128, 0, 64}), "mmhhmmm");
}

TEST(SetAssociativeCache, FullyAssociativeHoldsAnyLines) {
  EXPECT_EQ(touches({128, 4, 32}, {0, 128, 256, 384, 0, 128, 256, 384}), "mmmmhhhh");
}

TEST(SetAssociativeCache, ReplacesTheLeastRecentlyUsedLine) {
  // The touch of 0 keeps it: 128 goes for 512, and 256 for 128.
  EXPECT_EQ(touches({128, 4, 32}, {0, 128, 256, 384, 0, 512, 0, 384, 512, 128, 256}), "mmmmhmhhhmm");
}

TEST(SetAssociativeCache, MayHaveAnyNumberOfSets) {
  // Three: lines 0, 3 and 6 are of the same.
  EXPECT_EQ(touches({96, 1, 32}, {0, 32, 64, 0, 96, 0, 192, 32}), "mmmhmmmh");
}

// ---- Counts that are known ----------------------------------------------------------------------------------------------

std::size_t misses(const CacheShape& shape, std::uint64_t lines, std::uint64_t distance, std::size_t rounds) {
  SetAssociativeCache cache(shape);
  std::size_t count = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::uint64_t i = 0; i < lines; ++i) count += cache.touch(i * distance) ? 0 : 1;
  }
  return count;
}

TEST(SetAssociativeCache, MissesOnceWhatFits) {
  EXPECT_EQ(misses({16384, 4, 32}, 512, 32, 10), 512u);
  EXPECT_EQ(misses({65536, 1, 16}, 4096, 16, 10), 4096u);
  // Four pages, whose first lines share a set of four ways.
  EXPECT_EQ(misses({16384, 4, 32}, 4, 4096, 10), 4u);
}

TEST(SetAssociativeCache, MissesAlwaysWhatIsOneTooManyAndComesInTurn) {
  EXPECT_EQ(misses({16384, 4, 32}, 5, 4096, 10), 50u);
  EXPECT_EQ(misses({16384, 512, 32}, 513, 32, 10), 5130u);
  // Line 512 is of set 0 as well: five lines of that in turn, and the others stay.
  EXPECT_EQ(misses({16384, 4, 32}, 513, 32, 10), 508u + 50);
}

// ---- Why ----------------------------------------------------------------------------------------------------------------

TEST(ClassifiedCache, SaysWhyATouchMisses) {
  ClassifiedCache cache({64, 1, 32});  // two sets of a line
  EXPECT_EQ(cache.touch(0), Touch::compulsory);
  EXPECT_EQ(cache.touch(64), Touch::compulsory);
  EXPECT_EQ(cache.touch(0), Touch::conflict);  // two lines would have had room
  EXPECT_EQ(cache.touch(0), Touch::hit);
  EXPECT_EQ(cache.touch(32), Touch::compulsory);
  EXPECT_EQ(cache.touch(64), Touch::capacity);  // three would not
}

TEST(ClassifiedCache, CountsAHitEvenWhereAnUnrestrictedCacheWouldMiss) {
  ClassifiedCache cache({64, 1, 32});
  cache.touch(32);
  cache.touch(0);
  cache.touch(64);
  EXPECT_EQ(cache.touch(32), Touch::hit);
}

// ---- The same as what least recently used means ---------------------------------------------------------------------------

/// A line is there if, since it was last touched, fewer other lines of its set were than the set has ways. Looks at the
/// whole past, and knows no places and no replacement.
bool is_there(const CacheShape& shape, const Addresses& past, std::uint64_t address) {
  const auto line_of = [&](std::uint64_t any) { return any / shape.line; };
  std::set<std::uint64_t> others;
  for (auto touch = past.rbegin(); touch != past.rend(); ++touch) {
    if (line_of(*touch) == line_of(address)) return others.size() < shape.ways;
    if (line_of(*touch) % shape.sets() == line_of(address) % shape.sets()) others.insert(line_of(*touch));
  }
  return false;
}

CacheShape any_shape() {
  const auto line = std::uint64_t{1} << *rc::gen::inRange(0, 6);
  const auto ways = *rc::gen::inRange<std::uint64_t>(1, 6);
  const auto sets = *rc::gen::inRange<std::uint64_t>(1, 6);
  return {line * ways * sets, ways, line};
}

/// Addresses of twice as many lines as the cache has.
Addresses any_touches(const CacheShape& shape) {
  return *rc::gen::container<Addresses>(rc::gen::inRange<std::uint64_t>(0, 2 * shape.bytes));
}

RC_GTEST_PROP(SetAssociativeCache, holds_the_lines_that_were_used_last, ()) {
  const CacheShape shape = any_shape();
  const Addresses addresses = any_touches(shape);
  SetAssociativeCache cache(shape);
  Addresses past;
  std::size_t hits = 0;
  for (const std::uint64_t address : addresses) {
    const bool hit = cache.touch(address);
    RC_ASSERT(hit == is_there(shape, past, address));
    hits += hit ? 1 : 0;
    past.push_back(address);
  }
  RC_CLASSIFY(hits > 5, "more than 5 hits");
  RC_CLASSIFY(addresses.size() - hits > shape.lines(), "lines replaced");
}

RC_GTEST_PROP(ClassifiedCache, gives_the_reason_that_the_past_gives, ()) {
  const CacheShape shape = any_shape();
  ClassifiedCache cache(shape);
  Addresses past;
  bool conflicts = false, capacity = false;
  for (const std::uint64_t address : any_touches(shape)) {
    const CacheShape endless{1 << 20, (1 << 20) / shape.line, shape.line};  // holds all that was ever touched
    const Touch expected = is_there(shape, past, address)                       ? Touch::hit
                           : !is_there(endless, past, address)                  ? Touch::compulsory
                           : is_there(shape.fully_associative(), past, address) ? Touch::conflict
                                                                                : Touch::capacity;
    const Touch found = cache.touch(address);
    RC_ASSERT(found == expected);
    conflicts |= found == Touch::conflict;
    capacity |= found == Touch::capacity;
    past.push_back(address);
  }
  RC_CLASSIFY(conflicts, "conflicts");
  RC_CLASSIFY(capacity, "too little room");
}

}  // namespace
}  // namespace refmm
