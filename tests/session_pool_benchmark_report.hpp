// What was measured of the pool, for people and for programs.
#pragma once

#include <refmm/tests/figures_file.hpp>
#include <refmm/tests/median.hpp>
#include <refmm/tests/session_pool_benchmark_worker.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace refmm::session_pool {

/// One repetition: of each allocator and phase, its slices.
using Run = std::array<std::array<std::vector<Measured>, phases>, allocators.size()>;

/// On one plan.
class Report {
 public:
  Report(const Plan& plan, const std::vector<Run>& runs) : plan_(plan), runs_(runs) {}

  /// A table of times and one of resident memory.
  std::string text() const;
  /// Memory over time in the first repetition, a line a slice: survivors, allocator, phase, seconds that the allocator has used
  /// since the first session began, resident MiB; quoted where there are blanks.
  std::string series() const;
  /// Adds the tables as the picture `SURVIVORS`, and as `SURVIVORS_left_ALLOCATOR` the MiB that are resident after giving back.
  void add_to(Figures& figures) const;

 private:
  std::string row_of_times(std::size_t phase) const;
  Spread seconds(std::size_t allocator, std::size_t phase) const;
  /// As a multiple of the cache's time, each repetition by itself.
  Spread ratio(std::size_t allocator, std::size_t phase) const;
  /// After the phase.
  Spread resident(std::size_t allocator, std::size_t phase) const;

  Plan plan_;
  const std::vector<Run>& runs_;
};

}  // namespace refmm::session_pool
