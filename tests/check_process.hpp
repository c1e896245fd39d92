// Work in a process of its own, so that a subject may crash or never come back.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>

namespace refmm {

namespace detail {
void* map_shared(std::size_t bytes);
void unmap_shared(void* memory, std::size_t bytes);
}  // namespace detail

/// A T in memory that this process shares with those it forks. Freed, not destroyed.
template <class T>
class Shared {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  Shared() : value_(::new(detail::map_shared(sizeof(T))) T{}) {}
  ~Shared() { detail::unmap_shared(value_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* operator->() const { return value_; }
  T& operator*() const { return *value_; }

 private:
  T* value_;
};

/// What a process ends with that takes more memory than it may (tests/foreign_process.hpp).
inline constexpr int exit_for_memory = 86;

/// One end of a line between two processes, on which bytes are rung.
class Line {
 public:
  enum class Heard { ring, silence, end };

  explicit Line(int file) : file_(file) {}
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void ring();
  /// Waits for a ring, for `time` at most (forever if it is negative), or until the other end is gone.
  Heard listen(std::chrono::milliseconds time);

 private:
  int file_;
};

/// A forked process. It ends with its work, with its parent, or with this object; an interrupt from the keyboard it
/// leaves to its parent.
class Process {
 public:
  /// Forks. The child calls `work` with its end of the line and exits; nothing of the parent's is destroyed or flushed
  /// in it.
  explicit Process(const std::function<void(Line&)>& work);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The parent's end of the line. At its end the process has ended or is about to.
  Line& line() { return *line_; }

  /// Waits for the end. What it came to, "killed by signal 11 (Segmentation fault)"; nothing if the work was done.
  std::optional<std::string> wait();

  /// Ends the process at once.
  void kill();

 private:
  pid_t pid_ = 0;
  std::unique_ptr<Line> line_{};
  bool ended_ = false;
};

}  // namespace refmm
