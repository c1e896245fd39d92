// The laws that are held to inputs that are made up, as a list: what AREA_sampled_laws.hpp gives to RapidCheck and to fuzzers.
#pragma once

#include <refmm/spec/law.hpp>

#include <string_view>
#include <tuple>
#include <vector>

namespace refmm {

struct SampledLaw {
  std::string_view name;
  bool of_implementation;  // it is held to the implementation; else to the model
};

/// The laws of all areas, bottom up.
const std::vector<SampledLaw>& all_sampled_laws();

/// What appends the laws that it is called with to a list: for those who go through the laws of an area.
inline auto appending(std::vector<SampledLaw>& list, bool of_implementation = false) {
  return [&list, of_implementation]<class... Claims>(const std::tuple<Law<Claims>...>& laws, auto) {
    std::apply([&](const auto&... law) { (list.push_back({law.name, of_implementation}), ...); }, laws);
  };
}

// Those of one area, AREA_sampled_laws.cpp.
namespace buddy {
void append_sampled_laws(std::vector<SampledLaw>& list);
}
namespace slab {
void append_sampled_laws(std::vector<SampledLaw>& list);
}
namespace kernel_map {
void append_sampled_laws(std::vector<SampledLaw>& list);
}
namespace vma {
void append_sampled_laws(std::vector<SampledLaw>& list);
}
namespace malloc {
void append_sampled_laws(std::vector<SampledLaw>& list);
}

}  // namespace refmm
