#include <refmm/tests/check_labels.hpp>

namespace refmm {

std::string detail::class_in_words(std::size_t from, std::size_t next) {
  if (next == 0) return std::to_string(from) + " or more";
  if (next == from + 1) return std::to_string(from);
  return std::to_string(from) + " to " + std::to_string(next - 1);
}

}  // namespace refmm
