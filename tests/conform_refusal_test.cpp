// Sandboxes that forbid what processes to be sacrificed need: each is told of in words.
//
// The sandboxes are processes with a filter of system calls. No agent is started outside of them: what is kept once a process has started
// one would not be asked for again.
#include <refmm/tests/conform_process.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <system_error>
#include <variant>

namespace refmm::conform {
namespace {

using testing::AllOf;
using testing::HasSubstr;

sock_filter statement(unsigned code, std::uint32_t operand) {
  return {static_cast<std::uint16_t>(code), 0, 0, operand};
}

/// Goes on after the next `skipped` statements if the value that was loaded is another.
sock_filter unless_equal_skip(std::uint8_t skipped, std::uint32_t operand) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, skipped, operand};
}

bool install(std::span<sock_filter> filter) {
  const sock_fprog program{static_cast<std::uint16_t>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// From now on the system call fails with `error`.
bool forbid(long number, int error) {
  std::array filter{
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      unless_equal_skip(1, static_cast<std::uint32_t>(number)),
      statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)),
      statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  return install(filter);
}

/// From now on programs of 32 bits are killed by their first system call.
bool forbid_32_bits() {
  std::array filter{
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      unless_equal_skip(1, AUDIT_ARCH_I386),
      statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  return install(filter);
}

std::string why(const std::variant<Agent, Refusal>& started) {
  const auto* const refused = std::get_if<Refusal>(&started);
  return refused ? refused->why : "started";
}

/// What `act` returns in a process of its own, where it can forbid what it likes.
std::string in_a_sandbox(const std::function<std::string()>& act) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t process = fork();
  if (process == 0) {
    const std::string said = act();
    const bool whole = write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    _exit(whole ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said(4096, '\0');
  const ssize_t length = ::read(ends[0], said.data(), said.size());
  ::close(ends[0]);
  waitpid(process, nullptr, 0);
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  return said;
}

/// What is said where the call fails with the error.
std::string said_without(long number, int error, Bits bits = Bits::of_64) {
  return in_a_sandbox([&] { return forbid(number, error) ? why(Agent::start(bits)) : "no filters"; });
}

/// Left out where there are no agents anyway, or no filters.
class ConformRefusal : public testing::Test {
 protected:
  void SetUp() override { skip_without(Bits::of_64); }

  static void skip_without(Bits bits) {
    const std::string said = in_a_sandbox([bits] { return why(Agent::start(bits)); });
    if (said != "started") GTEST_SKIP() << said;
    if (said_without(SYS_memfd_create, EPERM) == "no filters")
      GTEST_SKIP() << "system calls cannot be filtered here";
  }
};

class ConformRefusalOf32Bits : public ConformRefusal {
 protected:
  void SetUp() override { skip_without(Bits::of_32); }
};

TEST_F(ConformRefusal, TellsOfMemoryFiles) {
  const std::string said = said_without(SYS_memfd_create, EPERM);
  EXPECT_THAT(said, AllOf(HasSubstr("memfd_create is refused"), HasSubstr("Operation not permitted")));
}

TEST_F(ConformRefusal, TellsOfPersonality) {
  const std::string said = said_without(SYS_personality, EPERM);
  EXPECT_THAT(said, AllOf(HasSubstr("cannot be made the same each time"), HasSubstr("containers refuse it")));
}

TEST_F(ConformRefusal, TellsOfDescriptorsThatCannotBeLeft) {
  const std::string said = said_without(SYS_close_range, ENOSYS);
  EXPECT_THAT(said, AllOf(HasSubstr("close_range"), HasSubstr("Function not implemented")));
}

TEST_F(ConformRefusal, TellsOfExecution) {
  const std::string said = said_without(SYS_execveat, EACCES);
  EXPECT_THAT(said, AllOf(HasSubstr("a program in memory cannot be executed"), HasSubstr("Permission denied")));
}

TEST_F(ConformRefusalOf32Bits, TellsOfAKernelWithoutThem) {
  const std::string said = said_without(SYS_execveat, ENOEXEC, Bits::of_32);
  EXPECT_THAT(said, HasSubstr("this kernel does not run programs of 32 bits"));
}

TEST_F(ConformRefusalOf32Bits, TellsOfAFilterThatKills) {
  const std::string said =
      in_a_sandbox([] { return forbid_32_bits() ? why(Agent::start(Bits::of_32)) : "no filters"; });
  EXPECT_THAT(said, AllOf(HasSubstr("ended before it could be asked anything: killed by signal 31"),
                          HasSubstr("a seccomp filter forbids")));
}

TEST_F(ConformRefusal, TellsOfCapabilitiesThatCannotBeGivenUp) {
  const std::string said = said_without(SYS_capset, EPERM);
  EXPECT_THAT(said, AllOf(HasSubstr("cannot give up its capabilities"), HasSubstr("Operation not permitted")));
}

TEST_F(ConformRefusal, TellsOfAreasThatCannotBeLookedAt) {
  const std::string said = in_a_sandbox([] {
    if (auto first = Agent::start(Bits::of_64); std::holds_alternative<Refusal>(first)) return why(first);
    return forbid(SYS_openat, EACCES) ? why(Agent::start(Bits::of_64)) : "no filters";
  });
  EXPECT_THAT(said, AllOf(HasSubstr("/proc/PID/smaps"), HasSubstr("Permission denied")));
}

TEST_F(ConformRefusal, TellsOfLimitsThatCannotBeHad) {
  const std::string said = in_a_sandbox([] {
    if (auto first = Agent::start(Bits::of_64); std::holds_alternative<Refusal>(first)) return why(first);
    return forbid(SYS_prlimit64, EPERM) ? why(Agent::start(Bits::of_64, {.limits = {.locked = 4096}}))
                                        : "no filters";
  });
  EXPECT_THAT(said, HasSubstr("the limit"));
}

}  // namespace
}  // namespace refmm::conform
