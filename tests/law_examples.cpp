#include <refmm/tests/law_examples.hpp>

namespace refmm {

LawNames joined(std::initializer_list<std::span<const std::string_view>> parts) {
  LawNames names;
  for (const auto part : parts) {
    for (const std::string_view name : part) names.push_back(name);
  }
  return names;
}

}  // namespace refmm
