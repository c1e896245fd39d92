// What people may have meant: names close to the one they typed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace refmm {

/// Up to `count` of `names`, nearest first: those that begin with or contain `typed`, then those that are few insertions,
/// deletions and replacements of characters away. Names that have nothing to do with it are left out.
std::vector<std::string_view> nearest(std::string_view typed, std::span<const std::string_view> names,
                                      std::size_t count = 3);

/// `; did you mean a, b or c?`, or nothing where no name is near.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names);

}  // namespace refmm
