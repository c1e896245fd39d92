// Work in processes of their own.
#include <refmm/tests/check_process.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>

namespace refmm {
namespace {

using namespace std::chrono_literals;
using testing::Optional;
using testing::StartsWith;

TEST(Process, ShowsWhatItWrites) {
  Shared<std::atomic<int>> number;
  Process process([&](Line&) { *number = 42; });
  EXPECT_EQ(process.wait(), std::nullopt);
  EXPECT_EQ(*number, 42);
}

TEST(Process, AnswersOnTheLine) {
  Shared<std::atomic<int>> number;
  Process process([&](Line& line) {
    while (line.listen(-1ms) == Line::Heard::ring) {
      *number = *number + 1;
      line.ring();
    }
  });
  for (int round = 1; round <= 3; ++round) {
    process.line().ring();
    EXPECT_EQ(process.line().listen(10s), Line::Heard::ring);
    EXPECT_EQ(*number, round);
  }
}

TEST(Process, TellsOfASignal) {
  Process process([](Line&) { std::raise(SIGKILL); });
  EXPECT_EQ(process.line().listen(10s), Line::Heard::end);
  EXPECT_THAT(process.wait(), Optional(StartsWith("killed by signal 9 (")));
  EXPECT_EQ(process.wait(), std::nullopt) << "it is waited for once";
}

TEST(Process, TellsOfAnExit) {
  Process process([](Line&) { _exit(3); });
  EXPECT_THAT(process.wait(), Optional(StartsWith("exited with status 3")));
}

TEST(Process, TellsOfAnException) {
  Process process([](Line&) {
    ::close(STDERR_FILENO);  // what terminate says there is expected
    throw std::runtime_error("what a subject may do");
  });
  EXPECT_TRUE(process.wait().has_value());
}

TEST(Process, IsSilentWhileItHangs) {
  Process process([](Line&) { pause(); });
  EXPECT_EQ(process.line().listen(50ms), Line::Heard::silence);
  process.kill();
  EXPECT_EQ(process.line().listen(10s), Line::Heard::end);
}

TEST(Process, EndsWithItsOwner) {
  pid_t child = 0;
  {
    Shared<std::atomic<pid_t>> pid;
    Process process([&](Line& line) {
      *pid = getpid();
      line.ring();
      pause();
    });
    ASSERT_EQ(process.line().listen(10s), Line::Heard::ring);
    child = *pid;
  }
  EXPECT_EQ(::kill(child, 0), -1);
}

}  // namespace
}  // namespace refmm
