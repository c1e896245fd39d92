// The kernel of the host, asked to do what the benchmark asks of impl/.
#pragma once

#include <cstddef>
#include <cstdint>

namespace refmm::fault_benchmark {

/// What is measured, a page of memory at a time.
enum class Work {
  anonymous,  // a store into a page that nobody has touched
  zero,       // a load from one
  file,       // a load from a page of a file that is in the cache, mapped privately
  copy,       // a store by a child into a page that it shares with its parent
  fork,       // of a process with pages
  unmap,      // of pages
};

/// A process of its own, so that a fork of it copies nothing but what is measured: make it before anything large.
class Host {
 public:
  /// Throws std::system_error if the host does not give one.
  Host();
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Seconds that the work took on so many pages. Throws std::system_error if the host refuses something.
  double seconds(Work work, std::size_t pages);

 private:
  int socket_;
  int pid_;
};

}  // namespace refmm::fault_benchmark
