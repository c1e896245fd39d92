// What a law was given, written down as ExampleWorld takes it.
#pragma once

#include <refmm/spec/example_world.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace refmm {

/// The inputs of one run by name, in the order in which the law asked for them.
using Inputs = std::vector<std::pair<std::string, std::vector<std::uint32_t>>>;

/// The values of an input, which is there afterwards.
inline std::vector<std::uint32_t>& values_of(Inputs& inputs, std::string_view name) {
  const auto known = std::ranges::find(inputs, name, [](const auto& input) { return input.first; });
  if (known != inputs.end()) return known->second;
  return inputs.emplace_back(name, std::vector<std::uint32_t>()).second;
}

/// The same for ExampleWorld. Valid as long as `inputs` is.
inline std::vector<Given> as_givens(const Inputs& inputs) {
  std::vector<Given> givens;
  for (const auto& [name, values] : inputs) givens.push_back({name, values});
  return givens;
}

/// `{{"num", {4}}, {"slabs.inuse", {4, 2, 0}}}`: what stands in a static_assert.
inline std::string to_example(const Inputs& inputs) {
  std::vector<std::string> parts;
  for (const auto& [name, values] : inputs)
    parts.push_back(fmt::format("{{\"{}\", {{{}}}}}", name, fmt::join(values, ", ")));
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

}  // namespace refmm
