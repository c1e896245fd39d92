// The middle of several measurements, and how far they are apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace refmm {

struct Spread {
  double median, least, most;
};

/// Of at least one value. The median of an even number of values is the mean of the two in the middle.
inline Spread spread(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

}  // namespace refmm
