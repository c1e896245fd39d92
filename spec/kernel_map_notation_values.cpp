#include <refmm/spec/kernel_map_notation_values.hpp>

#include <fmt/format.h>

namespace refmm::kernel_map {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

std::uint32_t read_address(const Source& source, const Value& value) {
  if (reading::is_null(value)) return 0;
  return reading::word(source, value, "an address");
}

std::uint32_t read_directory(const Source& source, const Value& value, bool or_swapper) {
  const std::string* name = transcript::name_of(value);
  if (or_swapper && name != nullptr && *name == "swapper") return 0;
  const auto number = reading::number_of(value, "pgd");
  if (!number || *number == 0)
    throw unexpected(source, value, "this is no page directory", or_swapper ? "`pgd N` or `swapper`" : "`pgd N`",
                     "pgd 1");
  return *number;
}

std::uint32_t read_frame(const Source& source, const Value& value) {
  const auto number = reading::number_of(value, "pfn");
  if (!number) throw unexpected(source, value, "this is no page frame", "`pfn N`", "pfn 1024");
  return *number;
}

}  // namespace refmm::kernel_map
