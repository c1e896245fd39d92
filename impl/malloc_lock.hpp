// The lock around a heap that several threads share: three states and a futex, and nothing at all while the process has one thread.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

class HeapLock {
 public:
  constexpr HeapLock() = default;
  HeapLock(const HeapLock&) = delete;
  HeapLock& operator=(const HeapLock&) = delete;

  void lock() {
    std::uint32_t seen = open;
    if (!state_.compare_exchange_strong(seen, taken, std::memory_order_acquire)) [[unlikely]]
      wait();
  }
  void unlock() {
    if (state_.exchange(open, std::memory_order_release) == waited_for) [[unlikely]]
      futex(wake, 1);
  }

  /// In the child of a fork, whatever thread held it.
  void reset() { state_.store(open, std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t open = 0, taken = 1, waited_for = 2;
  static constexpr int wait_private = 0 | 128, wake = 1 | 128;
  static constexpr int tries = 200;  // what the heap does takes less than sleeping and being woken

  [[gnu::noinline, gnu::cold]] void wait() {
    for (int i = 0; i < tries; ++i) {
      std::uint32_t seen = open;
      if (state_.load(std::memory_order_relaxed) == open &&
          state_.compare_exchange_strong(seen, taken, std::memory_order_acquire))
        return;
      pause();
    }
    while (state_.exchange(waited_for, std::memory_order_acquire) != open) futex(wait_private, waited_for);
  }
  void futex(int operation, std::uint32_t value) {
    const int before = errno;
    syscall(SYS_futex, &state_, operation, value, nullptr, nullptr, 0);
    errno = before;
  }
  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  alignas(64) std::atomic<std::uint32_t> state_ = open;
};

/// Holds the lock, unless there is no other thread: within a call of the allocator none can begin.
class HoldsLock {
 public:
  explicit HoldsLock(HeapLock& lock) : lock_(__libc_single_threaded != 0 ? nullptr : &lock) {
    if (lock_ != nullptr) lock_->lock();
  }
  HoldsLock(const HoldsLock&) = delete;
  HoldsLock& operator=(const HoldsLock&) = delete;
  ~HoldsLock() {
    if (lock_ != nullptr) lock_->unlock();
  }

 private:
  HeapLock* const lock_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
