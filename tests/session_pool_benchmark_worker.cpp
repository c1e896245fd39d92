#include <refmm/tests/session_pool_benchmark_pool.hpp>
#include <refmm/tests/session_pool_benchmark_worker.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <utility>

extern char** environ;

namespace refmm::session_pool {
namespace {

struct Order {
  Phase phase;
  std::uint32_t slice;
};

template <class T>
bool receive(int file, T& value) {
  return read(file, &value, sizeof value) == sizeof value;
}

template <class T>
bool send(int file, const T& value) {
  return write(file, &value, sizeof value) == sizeof value;
}

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

/// No worker is to hold an end of another's: it would not see the end of its orders.
struct Pipe {
  Pipe() { check(pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno, "cannot make a pipe"); }
  int ends[2];
};

template <class Allocator>
void serve_with(const Plan& plan) {
  Pool<Allocator> pool(plan);
  for (Order order; receive(STDIN_FILENO, order);) {
    if (!send(STDOUT_FILENO, pool.measure(order.phase, order.slice))) return;
  }
}

}  // namespace

int serve(const std::string& allocator) {
  const std::array<void (*)(const Plan&), allocators.size()> servers{
      serve_with<ObjectCaches<true>>, serve_with<ObjectCaches<false>>, serve_with<Malloc>, serve_with<Mimalloc>,
      serve_with<Jemalloc>};
  const auto found = std::ranges::find(allocators, allocator);
  Plan plan;
  if (found == allocators.end() || !receive(STDIN_FILENO, plan)) {
    fmt::print(stderr, "session_pool_benchmark: {} is for its own processes\n", serve_option);
    return 2;
  }
  try {
    servers[static_cast<std::size_t>(found - allocators.begin())](plan);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "session_pool_benchmark: {}: {}\n", allocator, error.what());
    return 3;
  }
}

Worker::Worker(std::size_t allocator, const Plan& plan) : name_(allocators.at(allocator)) {
  Pipe orders, answers;
  posix_spawn_file_actions_t files;
  check(posix_spawn_file_actions_init(&files), "cannot start a process");
  posix_spawn_file_actions_adddup2(&files, orders.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, answers.ends[1], STDOUT_FILENO);
  std::string program = "session_pool_benchmark", option = serve_option;
  char* const arguments[] = {program.data(), option.data(), name_.data(), nullptr};
  const int error = posix_spawn(&pid_, "/proc/self/exe", &files, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  close(orders.ends[0]);
  close(answers.ends[1]);
  orders_ = orders.ends[1];
  answers_ = answers.ends[0];
  check(error, "cannot start a process to be measured");
  send(orders_, plan);
}

Worker::~Worker() {
  close(orders_);
  close(answers_);
  waitpid(pid_, nullptr, 0);
}

Measured Worker::measure(Phase phase, std::uint32_t slice) {
  Measured measured;
  if (!send(orders_, Order{phase, slice}) || !receive(answers_, measured))
    throw std::runtime_error(fmt::format("the process of {} ended before it was told to", name_));
  return measured;
}

}  // namespace refmm::session_pool
