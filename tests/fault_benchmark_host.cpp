#include <refmm/tests/fault_benchmark_host.hpp>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <vector>

namespace refmm::fault_benchmark {
namespace {

constexpr std::size_t page_size = 4096;

void check(bool done, const char* what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

template <class Timed>
double seconds_of(Timed timed) {
  const auto start = std::chrono::steady_clock::now();
  timed();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Pages of 4096 bytes that come one at a time: no huge page stands for 512 of them.
class Mapping {
 public:
  explicit Mapping(std::size_t pages, int file = -1) : bytes_(pages * page_size) {
    const int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;
    void* const start = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, flags, file, 0);
    check(start != MAP_FAILED, "cannot map memory to be measured");
    start_ = static_cast<volatile char*>(start);
    madvise(start, bytes_, MADV_NOHUGEPAGE);
  }
  ~Mapping() { unmap(); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  void store() {
    for (std::size_t at = 0; at < bytes_; at += page_size) start_[at] = 1;
  }
  void load() const {
    for (std::size_t at = 0; at < bytes_; at += page_size) static_cast<void>(start_[at]);
  }
  void unmap() {
    if (bytes_ != 0) munmap(const_cast<char*>(start_), bytes_);
    bytes_ = 0;
  }

 private:
  volatile char* start_;
  std::size_t bytes_;
};

double seconds_of_file(std::size_t pages) {
  std::FILE* const file = std::tmpfile();
  check(file != nullptr, "cannot make a file to be measured");
  const std::vector<char> page(page_size, 1);
  for (std::size_t place = 0; place != pages; ++place) std::fwrite(page.data(), 1, page_size, file);
  check(std::fflush(file) == 0, "cannot write the file to be measured");
  const Mapping mapping(pages, fileno(file));
  const double taken = seconds_of([&] { mapping.load(); });
  std::fclose(file);
  return taken;
}

/// A child that stores into every page of its parent's and says how long that took, or only comes into being.
double seconds_of_child(std::size_t pages, bool stores) {
  Mapping mapping(pages);
  mapping.store();
  int result[2];
  check(pipe(result) == 0, "cannot make a pipe");
  pid_t child = 0;
  double taken = seconds_of([&] { child = fork(); });
  if (child == 0) {
    if (stores) taken = seconds_of([&] { mapping.store(); });
    const bool told = write(result[1], &taken, sizeof taken) == sizeof taken;
    _exit(told ? 0 : 1);
  }
  check(child > 0, "cannot fork");
  double childs = 0;
  const bool told = read(result[0], &childs, sizeof childs) == sizeof childs;
  waitpid(child, nullptr, 0);
  close(result[0]);
  close(result[1]);
  check(told, "the measured child ended early");
  return stores ? childs : taken;
}

double measured(Work work, std::size_t pages) {
  switch (work) {
    case Work::file:
      return seconds_of_file(pages);
    case Work::copy:
    case Work::fork:
      return seconds_of_child(pages, work == Work::copy);
    default:
      break;
  }
  Mapping mapping(pages);
  if (work == Work::zero) return seconds_of([&] { mapping.load(); });
  const double stored = seconds_of([&] { mapping.store(); });
  return work == Work::anonymous ? stored : seconds_of([&] { mapping.unmap(); });
}

struct Order {
  Work work;
  std::size_t pages;
};
/// Of an order that was not carried out the error is the negative number.
using Answer = double;

[[noreturn]] void serve(int socket) {
  for (Order order; read(socket, &order, sizeof order) == sizeof order;) {
    Answer answer = 0;
    try {
      answer = measured(order.work, order.pages);
    } catch (const std::system_error& error) {
      answer = -error.code().value();
    }
    if (write(socket, &answer, sizeof answer) != sizeof answer) break;
  }
  _exit(0);
}

}  // namespace

Host::Host() {
  int sockets[2];
  check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0, "cannot make a socket");
  pid_ = fork();
  if (pid_ == 0) {
    close(sockets[0]);
    serve(sockets[1]);
  }
  close(sockets[1]);
  check(pid_ > 0, "cannot make a process to be measured");
  socket_ = sockets[0];
}

Host::~Host() {
  close(socket_);
  waitpid(pid_, nullptr, 0);
}

double Host::seconds(Work work, std::size_t pages) {
  const Order order{work, pages};
  Answer answer = 0;
  const bool answered = write(socket_, &order, sizeof order) == sizeof order &&
                        read(socket_, &answer, sizeof answer) == sizeof answer;
  check(answered, "the measured process is gone");
  if (answer < 0)
    throw std::system_error(static_cast<int>(-answer), std::generic_category(),
                            "the host refused what is measured");
  return answer;
}

}  // namespace refmm::fault_benchmark
