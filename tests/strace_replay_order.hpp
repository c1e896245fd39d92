// Calls that were under way at the same time: a log has them in the order in which they returned, and the kernel may have carried them
// out in another.
#pragma once

#include <refmm/spec/strace_log.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace refmm::strace {

struct Order {
  /// By the place of a call: the calls about areas that had begun before it returned, and returned later.
  std::map<std::size_t, std::vector<std::size_t>> under_way;
  /// By the place of a call that made a process: the calls about areas that were under way while it was. The child may have a copy of
  /// what was before them, or after.
  std::map<std::size_t, std::vector<std::size_t>> beside;
  /// By the number of a process: the calls that made one of this number. A child may have run before.
  std::multimap<std::uint32_t, std::size_t> made_by;
};

Order order_of(const Log& log);

}  // namespace refmm::strace
