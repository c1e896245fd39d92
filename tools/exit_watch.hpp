// Holds a process at exit_group until it has been looked at: by a filter of seccomp, whose other end tells of the call.
//
// strace traces the process meanwhile, and a process has one tracer. The filter goes on to every child, so whoever set it must answer
// until all of them have ended.
#pragma once

#include <sys/types.h>

#include <functional>

namespace refmm::command {

/// Sets the filter for the calling process and what it will execute, without privileges from then on. The descriptor to watch by; -1
/// where the kernel does not let it.
int filter_exits();

class ExitWatch {
 public:
  ExitWatch() = default;
  /// Takes `descriptor` of another process, which it stays open in; nothing can be watched if that fails.
  ExitWatch(pid_t process, int descriptor);
  ~ExitWatch();
  ExitWatch(ExitWatch&& other) noexcept;
  ExitWatch& operator=(ExitWatch&& other) noexcept;

  bool watches() const { return listener_ >= 0; }

  /// Waits for so long that a process calls exit_group; then calls `look` with the number of the thread, and lets it go on.
  void wait(int milliseconds, const std::function<void(pid_t)>& look);

 private:
  int listener_ = -1;
};

}  // namespace refmm::command
