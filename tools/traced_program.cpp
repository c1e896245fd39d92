#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/exit_watch.hpp>
#include <refmm/tools/traced_program.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>

namespace refmm::command {
namespace {

/// What has to do with memory and processes, and of descriptors what makes and closes them. `?`: not every machine has the call.
constexpr const char* traced_calls =
    "trace=%memory,%process,?unshare,?open,?openat,?openat2,?creat,?dup,?dup2,?dup3,?fcntl,?fcntl64,?close,?close_"
    "range,"
    "?pipe,?pipe2,?socketpair,?socket,?accept,?accept4,?memfd_create,?memfd_secret,?eventfd,?eventfd2,?epoll_"
    "create,"
    "?epoll_create1,?inotify_init,?inotify_init1,?signalfd4,?timerfd_create,?perf_event_open,?userfaultfd,?io_"
    "uring_setup,"
    "?pidfd_open,?pidfd_getfd,?bpf,?fanotify_init,?fsopen,?open_by_handle_at";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The number behind `field:` in /proc/PID/status; 0 if there is none.
pid_t status_of(pid_t process, const std::string& field) {
  std::ifstream file(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field + ":"))
      return static_cast<pid_t>(std::strtol(line.c_str() + field.size() + 1, nullptr, 10));
  }
  return 0;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

/// Two ends of a pipe, which no program that is executed gets.
struct Pipe {
  int reads = -1, writes = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
    reads = ends[0];
    writes = ends[1];
  }
  ~Pipe() {
    for (const int end : {reads, writes}) {
      if (end >= 0) close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void send(int value) const { (void)!write(writes, &value, sizeof value); }
  /// What the other side sent; -1 if it has gone.
  int receive() const {
    int value = -1;
    return read(reads, &value, sizeof value) == sizeof value ? value : -1;
  }
  void only_reads() { close(std::exchange(writes, -1)); }
};

// ---- The program -----------------------------------------------------------------------------------------------------

/// What a process sends that does not come to be the program: the error, of ptrace with this added.
constexpr int of_ptrace = 1 << 16;

/// In the process of the program: stops behind execve, so that its parent can look at it.
[[noreturn]] void become(std::vector<std::string> command, bool filters, const Pipe& to_parent,
                         const Pipe& from_parent) {
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);  // strace is no ancestor
  to_parent.send(filters ? filter_exits() : -1);
  from_parent.receive();
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
    to_parent.send(of_ptrace + errno);
  } else {
    execvp(command.front().c_str(), pointers(command).data());
    to_parent.send(errno);
  }
  while (true) pause();  // to be killed: exit_group would wait for an answer
}

class Program {
 public:
  /// Stopped behind its execve, unless there is an error. `filters`: it is to be held when it exits.
  Program(const std::vector<std::string>& command, bool filters) {
    Pipe from_child, to_child;
    pid_ = fork();
    if (pid_ == 0) become(command, filters, from_child, to_child);
    from_child.only_reads();
    const int listener = from_child.receive();
    if (listener >= 0) watch_ = ExitWatch(pid_, listener);
    is_cut_off_ = listener >= 0 && !watch_.watches();
    to_child.send(0);
    error_ = from_child.receive();  // execve closes the pipe
  }
  ~Program() {
    if (!ended_ && pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  ExitWatch& watch() { return watch_; }

  /// Why it does not run; nothing if it does.
  std::optional<Untraceable> refusal(const std::string& name) const {
    if (pid_ < 0) return Untraceable{"no process could be made", ""};
    if (error_ < 0) return std::nullopt;
    if (error_ >= of_ptrace)
      return Untraceable{
          fmt::format("no process may be traced here: {}", std::strerror(error_ - of_ptrace)),
          "a container may need --cap-add=SYS_PTRACE; what is traced already cannot be traced again"};
    return Untraceable{fmt::format("{} cannot be executed: {}", in_backticks(name), std::strerror(error_)), ""};
  }

  /// It asks nobody whether it may exit, and so cannot: it is to be made again without the filter.
  bool is_cut_off() const { return is_cut_off_; }

  /// Stops the program at its first instruction, for another tracer; what it has mapped. Empty if it cannot be traced.
  std::string begin() {
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_ || !WIFSTOPPED(status)) return "";
    std::string maps = contents(fmt::format("/proc/{}/maps", pid_));
    if (ptrace(PTRACE_DETACH, pid_, nullptr, SIGSTOP) != 0) return "";
    waitpid(pid_, &status, WUNTRACED);
    return maps;
  }

  /// Whether it has ended; `traced` gets how.
  bool has_ended(TracedProgram& traced) {
    int status = 0;
    if (!ended_ && waitpid(pid_, &status, WNOHANG) == pid_) {
      ended_ = WIFEXITED(status) || WIFSIGNALED(status);
      if (WIFEXITED(status)) traced.status = WEXITSTATUS(status);
      if (WIFSIGNALED(status)) traced.signal = WTERMSIG(status);
    }
    return ended_;
  }

 private:
  pid_t pid_ = -1;
  int error_ = -1;
  bool ended_ = false, is_cut_off_ = false;
  ExitWatch watch_{};
};

// ---- strace ----------------------------------------------------------------------------------------------------------

class Strace {
 public:
  Strace(pid_t process, const std::filesystem::path& log) : messages_(log.string() + ".messages") {
    std::vector<std::string> command{
        "strace", "-f", "-y", "-o", log.string(), "-e", traced_calls, "-p", std::to_string(process)};
    pid_ = fork();
    if (pid_ != 0) return;
    const int file = open(messages_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    execvp("strace", pointers(command).data());
    _exit(127);
  }
  ~Strace() {
    if (!ended_) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove(messages_, ignored);
  }
  Strace(const Strace&) = delete;
  Strace& operator=(const Strace&) = delete;

  bool has_ended() {
    int status = 0;
    if (!ended_ && waitpid(pid_, &status, WNOHANG) == pid_) {
      ended_ = true;
      is_missing_ = WIFEXITED(status) && WEXITSTATUS(status) == 127;
    }
    return ended_;
  }

  /// Waits until it traces the process; false if it does not come to that.
  bool attaches_to(pid_t process) {
    while (!has_ended()) {
      if (status_of(process, "TracerPid") == pid_) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  Untraceable refusal() const {
    if (is_missing_) return {"there is no strace", "apt-get install strace"};
    std::string said = contents(messages_);
    while (said.ends_with('\n')) said.pop_back();
    return {"strace cannot trace the program: " + said,
            "a container may need --cap-add=SYS_PTRACE, and a machine kernel.yama.ptrace_scope=1 or 0"};
  }

 private:
  std::string messages_;
  pid_t pid_ = -1;
  bool ended_ = false, is_missing_ = false;
};

}  // namespace

std::variant<TracedProgram, Untraceable> trace(const std::vector<std::string>& command,
                                               const std::filesystem::path& log) {
  std::optional<Program> program(std::in_place, command, true);
  if (program->is_cut_off()) program.emplace(command, false);
  if (auto refusal = program->refusal(command.front())) return std::move(*refusal);
  const pid_t pid = program->pid();
  TracedProgram traced{.pid = static_cast<std::uint32_t>(pid), .begin = program->begin()};
  if (traced.begin.empty())
    return Untraceable{"no process may be looked at here", "a container may need --cap-add=SYS_PTRACE"};

  Strace strace(pid, log);
  if (!strace.attaches_to(pid)) return strace.refusal();
  kill(pid, SIGCONT);
  const auto look = [&](pid_t thread) {
    if (status_of(thread, "Tgid") == pid && !traced.end) traced.end = contents(fmt::format("/proc/{}/maps", pid));
  };
  while (!program->has_ended(traced) || !strace.has_ended()) {
    if (program->watch().watches())
      program->watch().wait(10, look);
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return traced;
}

}  // namespace refmm::command
