// A pool of sessions on one allocator, in a process of its own, so that its resident memory is the allocator's alone.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace refmm::session_pool {

// ---- What is done -----------------------------------------------------------------------------------------------------

/// Which sessions are left when most have ended.
enum class Survivors : std::uint32_t {
  random,
  oldest,      // those that began first
  neighbours,  // those at the lowest addresses
};
inline constexpr std::array survivor_names{"random", "oldest", "neighbours"};

enum class Phase : std::uint32_t {
  grow,       // from none to the peak
  churn,      // at the peak random sessions end, and others begin in their place
  fall,       // to off-peak, in random order
  give_back,  // whatever the allocator has for this: shrink, malloc_trim, mi_collect, a purge
  grow_again  // to the peak
};
inline constexpr std::array phase_names{"grow", "churn", "fall", "give back", "grow again"};
inline constexpr std::size_t phases = phase_names.size();

/// A pool's life. Every allocator gets the same calls in the same order, but that neighbours are found by address.
struct Plan {
  std::uint64_t bytes = 512;  // of a session, at least 8
  std::uint32_t peak = 1'000'000;
  std::uint32_t off_peak = 200'000;   // fewer
  std::uint32_t churned = 1'000'000;  // sessions replaced at the peak
  std::uint32_t slices = 25;          // that each phase is cut into, but for give_back; at most `peak`
  Survivors survivors = Survivors::random;
  std::uint64_t seed = 1;

  std::uint32_t slices_of(Phase phase) const { return phase == Phase::give_back ? 1 : slices; }
  /// Sessions that begin, or end, or do both, in a phase.
  std::uint32_t operations(Phase phase) const {
    switch (phase) {
      case Phase::grow:
        return peak;
      case Phase::churn:
        return churned;
      case Phase::give_back:
        return 1;
      default:
        return peak - off_peak;
    }
  }
};

/// What a slice of a phase took, and what is resident after it beyond what was before the first session, the pool's own
/// books included, of which all is resident from the start.
struct Measured {
  double seconds;   // of the processor, in the kernel as well
  double resident;  // MiB
};

// ---- By whom ----------------------------------------------------------------------------------------------------------

/// `cache` is the native object cache, and everybody else is compared with it. `small pages` is the same without huge pages.
inline constexpr std::array allocators{"cache", "small pages", "malloc", "mimalloc", "jemalloc"};

/// A process of its own, which is this program executed once more, with a pool that nobody has used.
class Worker {
 public:
  /// Throws std::system_error if the host gives no process.
  Worker(std::size_t allocator, const Plan& plan);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Slices come one after the other, phases too. Throws std::runtime_error if the process has ended, which says why itself.
  Measured measure(Phase phase, std::uint32_t slice);

 private:
  std::string name_;
  int orders_ = -1;
  int answers_ = -1;
  pid_t pid_ = -1;
};

/// The argument with which the program is executed for a worker; the name of the allocator follows it.
inline constexpr const char* serve_option = "--serve";

/// A worker's part of the program: measures what it is told on standard input. Returns the exit code.
int serve(const std::string& allocator);

}  // namespace refmm::session_pool
