// What is seen of calls that the running kernel carries out.
#include <refmm/tests/conform_fixture.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>

namespace refmm::conform {
namespace {

using testing::Optional;

class ConformProcess : public OfBits {};
INSTANTIATE_TEST_SUITE_P(Agents, ConformProcess, testing::Values(Bits::of_32, Bits::of_64), name_of_bits);

constexpr Access stored{};
constexpr Access loaded(std::uint8_t byte) { return {.byte = byte}; }
constexpr Access fault(int signal, int code, std::uint64_t address) {
  return {.signal = signal, .code = code, .address = address};
}

TEST_P(ConformProcess, HasNothingButItsImageAStackAndTheVdso) {
  const auto areas = agent->areas();
  const Range image = agent->image();
  EXPECT_EQ(areas.front().start, image.start);
  for (const SeenArea& area : areas) {
    const bool of_image = area.start >= image.start && area.end <= image.end;
    EXPECT_EQ(of_image, area.path == "/memfd:refmm-agent (deleted)") << in_words(area);
    EXPECT_TRUE(of_image || area.path == "[stack]" || area.path.starts_with("[v")) << in_words(area);
  }
  EXPECT_TRUE(areas.back().detail->flags.has(VmFlag::grows_down)) << in_words(areas.back());
}

TEST_P(ConformProcess, IsTheSameEachTime) {
  const auto before = agent->areas();
  start({});
  const auto after = agent->areas();
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i != before.size(); ++i) {
    EXPECT_EQ(before[i].start, after[i].start);
    EXPECT_EQ(before[i].end, after[i].end);
    EXPECT_EQ(before[i].detail->flags, after[i].detail->flags);
  }
}

TEST_P(ConformProcess, MapsFromAThirdOfItsAddressesOn) {
  start({.with_vdso = false});
  constexpr std::int64_t base_of_32 = 0x55555000;
  constexpr std::int64_t base_of_64 = 0x2aaaaaaab000;
  const auto first = agent->call(Call::mmap, {0, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, no_file, 0});
  EXPECT_THAT(first, Optional(GetParam() == Bits::of_32 ? base_of_32 : base_of_64));
}

TEST_P(ConformProcess, ShowsTheFlagsOfMappings) {
  ASSERT_EQ(map_anonymous(3), place);
  EXPECT_EQ(flags_at(place), "rd wr mr mw me ac");
  EXPECT_THAT(agent->call(Call::mprotect, {place + page, page, PROT_NONE}), Optional(0));
  EXPECT_FALSE(area_at(place + page).read);
  EXPECT_EQ(area_at(place + page).end, place + 2 * page);
  EXPECT_THAT(agent->call(Call::mlock, {place, page}), Optional(0));
  EXPECT_EQ(flags_at(place), "rd wr mr mw me lo ac");
  EXPECT_EQ(area_at(place).detail->locked, page);
  ASSERT_EQ(map_anonymous(1, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN | MAP_NORESERVE), place);
  EXPECT_EQ(flags_at(place), "rd mr mw me gd nr");
}

TEST_P(ConformProcess, ShowsAsMapsWhatItShowsAsSmaps) {
  map_anonymous(2);
  auto areas = agent->areas();
  for (SeenArea& area : areas) area.detail.reset();
  EXPECT_EQ(areas, agent->maps());
}

TEST_P(ConformProcess, LoadsAndStores) {
  ASSERT_EQ(map_anonymous(1), place);
  EXPECT_THAT(agent->load(place), Optional(loaded(0)));
  EXPECT_THAT(agent->store(place + 1, 200), Optional(stored));
  EXPECT_THAT(agent->load(place + 1), Optional(loaded(200)));
  EXPECT_EQ(agent->read(place, 2), (std::vector<std::uint8_t>{0, 200}));
  ASSERT_TRUE(agent->write(place, std::vector<std::uint8_t>{7, 8}));
  EXPECT_THAT(agent->load(place + 1), Optional(loaded(8)));
}

TEST_P(ConformProcess, TellsOfSignalsOfAccesses) {
  ASSERT_EQ(map_anonymous(1, PROT_READ), place);
  EXPECT_THAT(agent->load(place + page), Optional(fault(SIGSEGV, SEGV_MAPERR, place + page)));
  EXPECT_THAT(agent->store(place + 5, 1), Optional(fault(SIGSEGV, SEGV_ACCERR, place + 5)));
  EXPECT_THAT(agent->load(0), Optional(fault(SIGSEGV, SEGV_MAPERR, 0)));
  EXPECT_FALSE(agent->read(place + page, 1));
  EXPECT_EQ(agent->end(), std::nullopt) << "none of that is its end";
}

TEST_P(ConformProcess, TellsOfTheEndOfAFile) {
  const File file("short", 10, [](std::uint64_t i) { return static_cast<std::uint8_t>(i + 1); });
  ASSERT_THAT(agent->open(file, Mode::read_and_write, 5), Optional(5));
  ASSERT_EQ(map(2, PROT_READ | PROT_WRITE, MAP_SHARED, 5), place);
  EXPECT_THAT(agent->load(place + 9), Optional(loaded(10)));
  EXPECT_THAT(agent->load(place + 10), Optional(loaded(0)));
  EXPECT_THAT(agent->store(place + page, 1), Optional(fault(SIGBUS, BUS_ADRERR, place + page)));
  EXPECT_THAT(agent->store(place, 77), Optional(stored));
  EXPECT_EQ(file.byte(0), 77);
}

TEST_P(ConformProcess, MapsFilesThroughDescriptorsOfEachMode) {
  const File file("modes", 3 * page, [](std::uint64_t) { return std::uint8_t{0}; });
  ASSERT_THAT(agent->open(file, Mode::read_only, 7), Optional(7));
  ASSERT_THAT(agent->open(file, Mode::write_only, 8), Optional(8));
  ASSERT_THAT(agent->open(file, Mode::read_and_write, 9), Optional(9));
  EXPECT_EQ(map(1, PROT_READ | PROT_WRITE, MAP_SHARED, 7), -EACCES);
  EXPECT_EQ(map(1, PROT_READ, MAP_SHARED, 8), -EACCES);
  EXPECT_EQ(map(1, PROT_READ | PROT_WRITE, MAP_SHARED, 9, 2 * page), place);
  const SeenArea area = area_at(place);
  EXPECT_EQ(area.offset, 2 * page);
  EXPECT_EQ(area.inode, file.inode());
  EXPECT_EQ(area.path, "/memfd:modes (deleted)");
  EXPECT_TRUE(area.shared);
}

TEST_P(ConformProcess, FollowsTheSizeOfAFile) {
  File file("cut", 2 * page, [](std::uint64_t) { return std::uint8_t{3}; });
  ASSERT_THAT(agent->open(file, Mode::read_only, 3), Optional(3));
  ASSERT_EQ(map(2, PROT_READ, MAP_SHARED, 3), place);
  EXPECT_THAT(agent->load(place + page), Optional(loaded(3)));
  file.resize(page);
  EXPECT_EQ(file.size(), page);
  EXPECT_THAT(agent->load(place + page), Optional(fault(SIGBUS, BUS_ADRERR, place + page)));
  file.set_byte(1, 4);
  EXPECT_THAT(agent->load(place + 1), Optional(loaded(4)));
}

TEST_P(ConformProcess, CopiesOnWriteInBothDirections) {
  ASSERT_EQ(map_anonymous(2), place);
  agent->store(place, 1);
  agent->store(place + page, 1);
  auto forked = agent->fork();
  ASSERT_TRUE(forked && forked->child);
  EXPECT_EQ(forked->result, forked->child->process());
  Agent& child = *forked->child;
  agent->store(place, 2);
  child.store(place + page, 3);
  EXPECT_THAT(agent->load(place), Optional(loaded(2)));
  EXPECT_THAT(agent->load(place + page), Optional(loaded(1)));
  EXPECT_THAT(child.load(place), Optional(loaded(1)));
  EXPECT_THAT(child.load(place + page), Optional(loaded(3)));
  EXPECT_EQ(child.maps(), agent->maps());
}

TEST_P(ConformProcess, SharesMemoryAcrossAFork) {
  ASSERT_EQ(map_anonymous(1, PROT_READ | PROT_WRITE, MAP_SHARED), place);
  auto forked = agent->fork();
  ASSERT_TRUE(forked && forked->child);
  agent->store(place, 2);
  EXPECT_THAT(forked->child->load(place), Optional(loaded(2)));
  forked->child->store(place, 3);
  EXPECT_THAT(agent->load(place), Optional(loaded(3)));
}

TEST_P(ConformProcess, LeavesAChildAloneWhenItEnds) {
  auto forked = agent->fork();
  ASSERT_TRUE(forked && forked->child);
  agent->exit(0);
  auto grandchild = forked->child->fork();
  ASSERT_TRUE(grandchild && grandchild->child);
  forked->child.reset();
  EXPECT_THAT(grandchild->child->load(grandchild->child->scratch()), Optional(loaded(0)));
}

TEST_P(ConformProcess, MovesTheBreak) {
  const auto begin = static_cast<std::uint64_t>(agent->call(Call::brk, {}).value());
  EXPECT_EQ(begin, agent->image().end);
  EXPECT_THAT(agent->call(Call::brk, {begin + 1}), Optional(begin + 1));
  EXPECT_EQ(area_at(begin).path, "[heap]");
  EXPECT_EQ(area_at(begin).end, begin + page);
  EXPECT_THAT(agent->call(Call::brk, {begin - 1}), Optional(begin + 1)) << "it stays where it is";
}

TEST_P(ConformProcess, TakesEveryCallOfTheTable) {
  for (const CallEntry& entry : call_table) {
    const bool is_there = number_of(entry.call, GetParam()).has_value();
    const auto result = agent->call(entry.call, {1, 1, 1, 1, no_file, 1});
    ASSERT_TRUE(result) << entry.name;
    EXPECT_EQ(*result != -ENOSYS, is_there) << entry.name;
  }
}

TEST_P(ConformProcess, HasAScratchPageForWhatCallsReadAndWrite) {
  ASSERT_EQ(map_anonymous(2), place);
  agent->store(place + page, 1);
  EXPECT_THAT(agent->call(Call::mincore, {place, 2 * page, agent->scratch()}), Optional(0));
  EXPECT_EQ(agent->read(agent->scratch(), 2), (std::vector<std::uint8_t>{0, 1}));
}

TEST_P(ConformProcess, TellsHighAddressesOf32BitsFromErrors) {
  constexpr std::uint64_t high = 0xa0000000;
  const auto result =
      agent->call(Call::mmap, {high, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, no_file, 0});
  EXPECT_THAT(result, Optional(high));
  EXPECT_THAT(agent->call(Call::munmap, {high, 0}), Optional(-EINVAL));
}

TEST_P(ConformProcess, NeedsNeitherTheStackNorTheVdso) {
  for (const SeenArea& area : agent->maps()) {
    if (!area.path.starts_with("[")) continue;
    EXPECT_THAT(agent->call(Call::munmap, {area.start, area.end - area.start}), Optional(0));
  }
  for (const SeenArea& area : agent->maps()) EXPECT_EQ(area.path, "/memfd:refmm-agent (deleted)");
  EXPECT_THAT(agent->load(place), Optional(fault(SIGSEGV, SEGV_MAPERR, place)));
  EXPECT_TRUE(agent->fork());
}

TEST_P(ConformProcess, InheritsNoDescriptors) {
  EXPECT_THAT(agent->call(Call::dup, {REFMM_CONFORM_CHANNEL}), Optional(0));
  EXPECT_THAT(agent->call(Call::dup, {REFMM_CONFORM_CHANNEL}), Optional(1));
  for (std::uint64_t number = 2; number != REFMM_CONFORM_CHANNEL; ++number)
    EXPECT_THAT(agent->call(Call::close, {number}), Optional(-EBADF)) << number;
  for (std::uint64_t number = REFMM_CONFORM_CHANNEL + 1; number != 256; ++number)
    EXPECT_THAT(agent->call(Call::close, {number}), Optional(-EBADF)) << number;
}

TEST_P(ConformProcess, HasNoCapabilities) {
  start({.limits = {.locked = 0}});
  ASSERT_EQ(map_anonymous(1), place);
  EXPECT_THAT(agent->call(Call::mlock, {place, page}), Optional(-EPERM));
}

TEST_P(ConformProcess, HasTheLimitsThatWereAskedFor) {
  start({.limits = {.stack = 4 * page, .address_space = std::uint64_t{1} << 20, .locked = 2 * page}});
  EXPECT_THAT(agent->call(Call::mmap, {0, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, no_file, 0}),
              Optional(-ENOMEM));
  ASSERT_EQ(map_anonymous(3), place);
  EXPECT_THAT(agent->call(Call::mlock, {place, 3 * page}), Optional(-ENOMEM));
  EXPECT_THAT(agent->call(Call::mlock, {place, 2 * page}), Optional(0));
  EXPECT_EQ(agent->limit(RLIMIT_MEMLOCK, 3 * page), 0);
  EXPECT_THAT(agent->call(Call::mlock, {place, 3 * page}), Optional(0));
}

}  // namespace
}  // namespace refmm::conform
