#include <refmm/tests/conform_file.hpp>
#include <refmm/tests/conform_image.hpp>
#include <refmm/tests/conform_launch.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>  // pthread_sigmask is POSIX's
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

namespace refmm::conform {
namespace {

// Below 101: so that the image, which is kept open, is never what the channel's number is taken from.
constexpr int first_kept_descriptor = REFMM_CONFORM_CHANNEL + 1;

/// The image in a file that can be executed: a process has one of them, as long as it runs.
std::variant<Descriptor, Refusal> make_executable(std::span<const unsigned char> image, unsigned bits) {
  if (image.empty())
    return Refusal{
        fmt::format("this build has no agent of {} bits: the C compiler makes no programs of their own for them "
                    "(-m{} -nostdlib)",
                    bits, bits)};
  try {
    const Descriptor file = make_memory_file("refmm-agent");
    write_whole(file, image);
    // A file that somebody may write is not executed.
    const Descriptor executable = open_again(file, Mode::read_only);
    Descriptor kept(fcntl(executable.number(), F_DUPFD_CLOEXEC, first_kept_descriptor));
    if (!kept) return Refusal{fmt::format("no descriptor is left for the agent: {}", std::strerror(errno))};
    return kept;
  } catch (const std::system_error& error) {
    return Refusal{fmt::format("the agent cannot be put into a file in memory: {}", error.what())};
  }
}

const std::variant<Descriptor, Refusal>& executable(Bits bits) {
  static const std::variant<Descriptor, Refusal> of_32 = make_executable(image_of_32_bits(), 32);
  static const std::variant<Descriptor, Refusal> of_64 = make_executable(image_of_64_bits(), 64);
  return bits == Bits::of_32 ? of_32 : of_64;
}

/// What the child does on its way to the image.
enum class Stage : std::uint8_t { personality, stack, core, channel, descriptors, execution };

/// What the child is told, and tells: it shares the memory of its parent.
struct Way {
  int executable;
  int channel;
  std::uint64_t stack;
  volatile Stage stage = Stage::personality;
  volatile int error = 0;
};

bool bound_stack(std::uint64_t bytes) {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return false;
  limit.rlim_cur = bytes;
  limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
  return setrlimit(RLIMIT_STACK, &limit) == 0;
}

bool take_channel(int channel) {
  if (channel == REFMM_CONFORM_CHANNEL) return fcntl(channel, F_SETFD, 0) == 0;
  return dup2(channel, REFMM_CONFORM_CHANNEL) >= 0;
}

bool leave_descriptors() {
  constexpr unsigned channel = REFMM_CONFORM_CHANNEL;
  return syscall(SYS_close_range, 0U, channel - 1, 0U) == 0 &&
         syscall(SYS_close_range, channel + 1, ~0U, unsigned{CLOSE_RANGE_CLOEXEC}) == 0;
}

/// Becomes the agent, or says in `way` where it could not. Between vfork and exec: nothing but system calls.
void go(Way& way) {
  const rlimit none{0, 0};
  const auto done = [&way](Stage stage, bool success) {
    way.stage = stage;
    if (!success) way.error = errno;
    return success;
  };
  char name[] = "refmm-agent";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  const bool ready =
      done(Stage::personality, personality(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT) != -1) &&
      done(Stage::stack, bound_stack(way.stack)) && done(Stage::core, setrlimit(RLIMIT_CORE, &none) == 0) &&
      done(Stage::channel, take_channel(way.channel)) && done(Stage::descriptors, leave_descriptors());
  if (!ready) return;
  syscall(SYS_execveat, way.executable, "", arguments, environment, AT_EMPTY_PATH);
  done(Stage::execution, false);
}

std::string refusal(const Way& way, Bits bits) {
  const std::string error = std::strerror(way.error);
  switch (way.stage) {
    case Stage::personality:
      return fmt::format(
          "the addresses of a process cannot be made the same each time: personality(ADDR_NO_RANDOMIZE | "
          "ADDR_COMPAT_LAYOUT): {}; containers refuse it by default",
          error);
    case Stage::stack:
      return fmt::format("the limit of the stack cannot be {} bytes: setrlimit(RLIMIT_STACK): {}", way.stack,
                         error);
    case Stage::core:
      return fmt::format("cores cannot be forbidden: setrlimit(RLIMIT_CORE): {}", error);
    case Stage::channel:
      return fmt::format("the agent's channel cannot be descriptor {}: dup2: {}", REFMM_CONFORM_CHANNEL, error);
    case Stage::descriptors:
      return fmt::format("descriptors cannot be kept from the agent: close_range: {}; it came with Linux 5.9",
                         error);
    case Stage::execution:
      break;
  }
  if (way.error == ENOEXEC && bits == Bits::of_32)
    return fmt::format("this kernel does not run programs of 32 bits (CONFIG_IA32_EMULATION): execveat: {}",
                       error);
  return fmt::format("a program in memory cannot be executed here: execveat: {}", error);
}

}  // namespace

std::string in_words(const End& end) {
  switch (end.how) {
    case End::How::exited:
      return fmt::format("exited with status {}", end.number);
    case End::How::killed:
      return fmt::format("killed by signal {} ({})", end.number, strsignal(end.number));
    case End::How::hung:
      return "hung, and was killed";
  }
  return {};
}

Child::~Child() {
  if (process_ == 0) return;
  kill();
  waitpid(process_, nullptr, 0);
}

void Child::kill() { ::kill(process_, SIGKILL); }

End Child::wait(std::chrono::milliseconds patience) {
  const auto last = std::chrono::steady_clock::now() + patience;
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(process_, &status, WNOHANG)) == 0 && std::chrono::steady_clock::now() < last)
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  if (ended == 0) {
    kill();
    waitpid(process_, nullptr, 0);
  }
  process_ = 0;
  if (ended == 0) return {End::How::hung, SIGKILL};
  return WIFSIGNALED(status) ? End{End::How::killed, WTERMSIG(status)}
                             : End{End::How::exited, WEXITSTATUS(status)};
}

std::pair<Descriptor, Descriptor> connected(std::chrono::milliseconds patience) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot connect a process: socketpair");
  std::pair<Descriptor, Descriptor> pair{Descriptor(ends[0]), Descriptor(ends[1])};
  const timeval longest{patience.count() / 1000, patience.count() % 1000 * 1000};
  if (setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot bound the time of an answer: setsockopt");
  return pair;
}

std::variant<Launched, Refusal> launch(Bits bits, std::uint64_t stack, std::chrono::milliseconds patience) {
  const auto& image = executable(bits);
  if (const auto* const refused = std::get_if<Refusal>(&image)) return *refused;
  auto [ours, theirs] = connected(patience);
  Way way{.executable = std::get<Descriptor>(image).number(), .channel = theirs.number(), .stack = stack};
  // No handler of this process must run in the child, which shares its memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t process = vfork();
  if (process == 0) {
    go(way);
    _exit(127);
  }
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (process < 0) return Refusal{fmt::format("no process can be started: vfork: {}", std::strerror(error))};
  Child child(process);
  if (way.error != 0) return Refusal{refusal(way, bits)};
  return Launched{std::move(child), std::move(ours)};
}

}  // namespace refmm::conform
