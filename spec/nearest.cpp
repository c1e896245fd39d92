#include <refmm/spec/nearest.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace refmm {
namespace {

/// The Levenshtein distance, row by row.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> nearest(std::string_view typed, std::span<const std::string_view> names,
                                      std::size_t count) {
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const std::string_view name : names) {
    const bool contained = typed.size() >= 3 && name.find(typed) != name.npos;
    const std::size_t distance = contained ? 0 : edits(typed, name);
    if (distance <= std::max<std::size_t>(2, std::max(typed.size(), name.size()) / 3))
      near.emplace_back(distance, name);
  }
  std::ranges::stable_sort(near, {}, &std::pair<std::size_t, std::string_view>::first);
  if (near.size() > count) near.resize(count);
  std::vector<std::string_view> found(near.size());
  std::ranges::transform(near, found.begin(), &std::pair<std::size_t, std::string_view>::second);
  return found;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names) {
  const std::vector<std::string_view> found = nearest(typed, names);
  if (found.empty()) return "";
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) text += i + 1 == found.size() ? " or " : ", ";
    text += found[i];
  }
  return text + "?";
}

}  // namespace refmm
