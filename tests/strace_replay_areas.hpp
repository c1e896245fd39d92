// The areas that a replay ends with, beside those that the kernel shows.
#pragma once

#include <refmm/spec/strace_maps.hpp>
#include <refmm/tests/strace_replay_space.hpp>

#include <string>
#include <vector>

namespace refmm::strace {

/// A range where the two differ; each side in words, as in /proc/PID/maps.
struct AreaDifference {
  Range range;
  std::string model, kernel;
};

struct AreaComparison {
  std::vector<AreaDifference> differences{};
  Native compared = 0;  // bytes of areas that were compared
  Native presence = 0;  // bytes of areas of which only that they are there could be compared
  Native unknown = 0;   // bytes that the kernel shows and of which the log does not tell
  Native stack = 0;     // bytes that the stack has grown by: no call shows that
  bool agrees() const { return differences.empty(); }
};

/// Compares permissions, and of files names and offsets, address by address: where areas are split does not count.
AreaComparison compare_areas(const Space& space, const std::vector<Mapping>& kernel);

}  // namespace refmm::strace
