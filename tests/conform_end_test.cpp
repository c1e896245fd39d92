// How processes in which the running kernel carries out calls end, that nothing is left of them, and how fast they are.
#include <refmm/tests/check_process.hpp>
#include <refmm/tests/conform_fixture.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>  // sched_setaffinity is Linux's
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace refmm::conform {
namespace {

using namespace std::chrono_literals;
using testing::Optional;

class ConformEnd : public OfBits {};
INSTANTIATE_TEST_SUITE_P(Agents, ConformEnd, testing::Values(Bits::of_32, Bits::of_64), name_of_bits);

// pause, which waits for a signal.
std::uint32_t number_of_pause(Bits bits) { return bits == Bits::of_32 ? 29 : 34; }

TEST_P(ConformEnd, IsToldOfAnExit) {
  agent->exit(7);
  EXPECT_THAT(agent->end(), Optional(End{End::How::exited, 7}));
  EXPECT_EQ(in_words(*agent->end()), "exited with status 7");
}

TEST_P(ConformEnd, IsToldOfACrash) {
  const Range image = agent->image();
  EXPECT_EQ(agent->call(Call::munmap, {image.start, image.end - image.start}), std::nullopt);
  EXPECT_THAT(agent->end(), Optional(End{End::How::killed, SIGSEGV}));
  EXPECT_EQ(in_words(*agent->end()), "killed by signal 11 (Segmentation fault)");
}

TEST_P(ConformEnd, LeavesEveryAnswerEmpty) {
  ASSERT_EQ(kill(agent->process(), SIGKILL), 0);
  EXPECT_EQ(agent->call(Call::brk, {}), std::nullopt);
  EXPECT_THAT(agent->end(), Optional(End{End::How::killed, SIGKILL}));
  EXPECT_EQ(agent->load(place), std::nullopt);
  EXPECT_EQ(agent->store(place, 1), std::nullopt);
  EXPECT_FALSE(agent->fork());
  EXPECT_EQ(agent->open(File("late", 1, [](std::uint64_t) { return std::uint8_t{0}; }), Mode::read_only, 3),
            std::nullopt);
  EXPECT_TRUE(agent->areas().empty());
  EXPECT_TRUE(agent->maps().empty());
  EXPECT_FALSE(agent->read(place, 1));
  EXPECT_FALSE(agent->write(place, {}));
  EXPECT_EQ(agent->limit(RLIMIT_AS, 0), ESRCH);
  EXPECT_TRUE(agent->carry_out(std::vector<refmm_conform_request>(3)).empty());
  agent->exit(1);
  EXPECT_THAT(agent->end(), Optional(End{End::How::killed, SIGKILL})) << "it ends once";
}

TEST_P(ConformEnd, IsToldOfAHang) {
  start({.patience = 30ms});
  EXPECT_EQ(agent->call(number_of_pause(GetParam()), {}), std::nullopt);
  EXPECT_THAT(agent->end(), Optional(End{End::How::hung, SIGKILL}));
  EXPECT_EQ(in_words(*agent->end()), "hung, and was killed");
}

TEST_P(ConformEnd, IsNotSeenInAreasBeforeAnAnswerIsMissed) {
  const pid_t process = agent->process();
  ASSERT_EQ(kill(process, SIGKILL), 0);
  siginfo_t seen;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(process), &seen, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(agent->areas().empty());
  EXPECT_TRUE(agent->maps().empty());
}

TEST_P(ConformEnd, OfAChildIsItsOwn) {
  auto forked = agent->fork();
  ASSERT_TRUE(forked && forked->child);
  forked->child->exit(5);
  EXPECT_THAT(forked->child->end(), Optional(End{End::How::exited, 5}));
  EXPECT_THAT(agent->load(agent->scratch()), Optional(Access{}));
}

/// "Z" of a process that has ended and was not waited for; empty of none.
std::string state_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string number, name, state;
  file >> number >> name >> state;
  return state;
}

TEST_P(ConformEnd, ComesWithTheEndOfTheTester) {
  Shared<std::atomic<pid_t>> first, second;
  Process tester([&](Line& line) {
    auto started = Agent::start(GetParam());
    auto& its_agent = std::get<Agent>(started);
    auto forked = its_agent.fork();
    *first = its_agent.process();
    *second = forked->child->process();
    line.ring();
    std::this_thread::sleep_for(1min);
  });
  ASSERT_EQ(tester.line().listen(10s), Line::Heard::ring);
  EXPECT_THAT(state_of(*first), testing::AnyOf("S", "R"));
  tester.kill();
  tester.wait();
  for (const pid_t process : {first->load(), second->load()}) {
    for (int round = 0; round != 1000 && state_of(process) != "" && state_of(process) != "Z"; ++round)
      std::this_thread::sleep_for(1ms);
    EXPECT_THAT(state_of(process), testing::AnyOf("", "Z"));
  }
}

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

TEST_P(ConformEnd, LeavesNeitherProcessesNorDescriptors) {
  agent.reset();
  const auto before = open_descriptors();
  for (int round = 0; round != 1000; ++round) {
    auto started = Agent::start(GetParam());
    ASSERT_TRUE(std::holds_alternative<Agent>(started)) << std::get<Refusal>(started).why;
    if (round % 10 == 0) std::get<Agent>(started).exit(0);
    if (round % 10 == 1) static_cast<void>(std::get<Agent>(started).fork());
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

/// How many times in a second.
template <class Act>
double rate(int times, Act act) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i != times; ++i) act();
  return times / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// This thread on one processor, and those whom it starts, as long as the object is there.
class OnOneProcessor {
 public:
  OnOneProcessor() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OnOneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }
  OnOneProcessor(const OnOneProcessor&) = delete;
  OnOneProcessor& operator=(const OnOneProcessor&) = delete;

 private:
  cpu_set_t before_{};
};

// Bounds that only a mistake breaks: a machine with other work to do is slow.
TEST_P(ConformEnd, ComesAfterManyCallsASecond) {
  const double starts = rate(200, [&] { static_cast<void>(Agent::start(GetParam())); });
  const double across = rate(5000, [&] { agent->call(Call::brk, {}); });
  const OnOneProcessor here;
  start({});
  map_anonymous(1);
  const double calls = rate(10000, [&] { agent->call(Call::brk, {}); });
  const double stores = rate(10000, [&] { agent->store(place, 1); });
  const double faults = rate(10000, [&] { agent->store(0, 1); });
  const double seen = rate(2000, [&] {
    agent->call(Call::brk, {});
    EXPECT_FALSE(agent->areas().empty());
  });
  const double mapped = rate(2000, [&] {
    agent->call(Call::brk, {});
    EXPECT_FALSE(agent->maps().empty());
  });
  fmt::print(
      "{} bits, a second: {:.0f} starts; {:.0f} calls from processor to processor; on one processor {:.0f} calls, "
      "{:.0f} stores, {:.0f} stores that fault, {:.0f} calls with smaps, {:.0f} with maps\n",
      unsigned(GetParam()), starts, across, calls, stores, faults, seen, mapped);
  EXPECT_GT(starts, 20);
  EXPECT_GT(across, 1000);
  EXPECT_GT(calls, 1000);
  EXPECT_GT(seen, 200);
}

TEST_P(ConformEnd, ComesAfterManyCallsTogether) {
  const std::vector<refmm_conform_request> many(
      10000, {.kind = REFMM_CONFORM_CALL, .number = *number_of(Call::brk, GetParam()), .arguments = {}});
  std::vector<refmm_conform_reply> replies;
  const double together = 10000 * rate(1, [&] { replies = agent->carry_out(many); });
  ASSERT_EQ(replies.size(), many.size());
  for (const auto& reply : replies) EXPECT_EQ(static_cast<std::uint64_t>(reply.value), agent->image().end);
  fmt::print("{} bits, a second: {:.0f} calls together\n", unsigned(GetParam()), together);
  EXPECT_GT(together, 1000);
}

}  // namespace
}  // namespace refmm::conform
