#include <refmm/tests/check_process.hpp>

#include <fmt/core.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace refmm {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

void* detail::map_shared(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  return memory;
}

void detail::unmap_shared(void* memory, std::size_t bytes) { munmap(memory, bytes); }

// ---- Line ---------------------------------------------------------------------------------------------------------------

Line::~Line() { close(file_); }

void Line::ring() {
  const char byte = 0;
  // The other end may be gone; whoever listens there will see that.
  while (send(file_, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

Line::Heard Line::listen(std::chrono::milliseconds time) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + time;
  pollfd wait{file_, POLLIN, 0};
  auto left = time;
  while (poll(&wait, 1, static_cast<int>(left.count())) < 0 && errno == EINTR) {
    if (time.count() < 0) continue;
    left = std::max(std::chrono::milliseconds(0),
                    std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()));
  }
  if (wait.revents == 0) return Heard::silence;
  char byte = 0;
  return recv(file_, &byte, 1, 0) == 1 ? Heard::ring : Heard::end;
}

// ---- Process ------------------------------------------------------------------------------------------------------------

Process::Process(const std::function<void(Line&)>& work) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGINT, SIG_IGN);
    Line line(ends[1]);
    work(line);
    _exit(0);
  }
  close(ends[1]);
  line_ = std::make_unique<Line>(ends[0]);
}

Process::~Process() { kill(); }

std::optional<std::string> Process::wait() {
  if (ended_) return std::nullopt;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  if (WIFSIGNALED(status))
    return fmt::format("killed by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  if (WEXITSTATUS(status) == exit_for_memory) return "ended, as it took more memory than it may (512 MB)";
  if (WEXITSTATUS(status) != 0) return fmt::format("exited with status {}", WEXITSTATUS(status));
  return std::nullopt;
}

void Process::kill() {
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  wait();
}

}  // namespace refmm
