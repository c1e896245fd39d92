#include <refmm/tests/check_process.hpp>
#include <refmm/tests/foreign_process.hpp>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace refmm::foreign {

namespace {

// What the handlers need; they may not allocate.
int statm = -1;            // /proc/self/statm
std::size_t too_much = 0;  // bytes of addresses
std::size_t too_much_resident = 0;
long bytes_of_page = 4096;

struct Memory {
  std::size_t addresses, resident;  // bytes
};

Memory memory_of_process() {
  std::array<char, 64> text{};
  const ssize_t length = pread(statm, text.data(), text.size() - 1, 0);
  std::array<std::size_t, 2> pages{};
  std::size_t field = 0;
  for (ssize_t i = 0; i < length && field < pages.size(); ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c == ' ')
      ++field;
    else
      pages[field] = pages[field] * 10 + static_cast<std::size_t>(c - '0');
  }
  const auto size = static_cast<std::size_t>(bytes_of_page);
  return {pages[0] * size, pages[1] * size};
}

bool is_too_much() {
  const Memory memory = memory_of_process();
  return memory.addresses > too_much || memory.resident > too_much_resident;
}

/// Called from time to time, and at the end of a process that gets no more memory and cannot go on.
void look_at_memory(int signal) {
  const int error = errno;
  if (is_too_much()) _exit(exit_for_memory);
  errno = error;
  if (signal == SIGALRM) return;
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = look_at_memory;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(signal, &action, nullptr);
}

bool has_address_sanitizer() { return dlsym(RTLD_DEFAULT, "__asan_init") != nullptr; }

}  // namespace

void bound_memory() {
  constexpr std::size_t reserve = most_memory / 16;  // refmm itself goes on a little when the subject has too much
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  bytes_of_page = sysconf(_SC_PAGESIZE);
  const Memory now = memory_of_process();
  too_much = now.addresses + most_memory - reserve;
  too_much_resident = now.resident + most_memory - reserve;
  if (has_address_sanitizer()) {
    too_much = static_cast<std::size_t>(-1);  // its shadow has all addresses there are
  } else {
    const rlimit limit{now.addresses + most_memory, now.addresses + most_memory};
    setrlimit(RLIMIT_AS, &limit);
    static std::array<char, 1 << 16> stack;
    const stack_t alternative{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
    sigaltstack(&alternative, nullptr);
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) handle(signal);
  }
  handle(SIGALRM);
  const itimerval often{{0, 20'000}, {0, 20'000}};
  setitimer(ITIMER_REAL, &often, nullptr);
}

Output::Output() : file_(memfd_create("output of a subject", MFD_CLOEXEC)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  fcntl(file_, F_SETFL, O_APPEND);
}

Output::~Output() { close(file_); }

void Output::take_over() const {
  if (ftruncate(file_, 0) != 0) throw std::system_error(errno, std::generic_category(), "ftruncate");
  dup2(file_, STDOUT_FILENO);
  dup2(file_, STDERR_FILENO);
  // A process that dies does not flush what it has printed.
  setvbuf(stdout, nullptr, _IONBF, 0);
}

std::string Output::text() const {
  std::string text;
  std::array<char, 4096> piece{};
  off_t place = 0;
  for (ssize_t count; (count = pread(file_, piece.data(), piece.size(), place)) > 0; place += count)
    text.append(piece.data(), static_cast<std::size_t>(count));
  return text;
}

}  // namespace refmm::foreign
