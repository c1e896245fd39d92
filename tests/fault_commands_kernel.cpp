#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/fault_commands_kernel.hpp>
#include <refmm/tests/fault_commands_places.hpp>

#include <cstdint>

namespace refmm::process::drawing {

namespace {

using W = std::uint32_t;
using enum Place::Landmark;

}  // namespace

Intent any_swap_out(Source& source, const Temper& temper) {
  const Place place =
      source.one_in(5) ? any_place_of_byte(source, temper, false) : Place{present, source.number(0, any), 0, 0};
  const std::uint32_t count = source.one_in(3) ? source.number(2, 6) : 1;
  return SwapOutIntent{any_process(source, temper), place, count, source.one_in(3), source.one_in(3)};
}

Intent any_failure(Source& source) {
  Set<W> set{};
  const W soon = source.one_of(among<W>(1, 1, 1, 1, 2, 3, 4));
  switch (source.number(0, 9)) {
    case 0:
      return FailAllIntent{};
    case 1:
      set.fail_vma = soon;
      break;
    case 2:
      set.fail_read = source.number(0, 5);
      break;
    case 3:
    case 4:
      set.fail_swap_read = soon;
      break;
    case 5:
      set.fail_swap_write = soon;
      break;
    case 6:
      set.overcommit = source.one_in(2);
      break;
    default:
      set.fail_alloc = source.one_in(12) ? 0 : soon;
      break;
  }
  return set;
}

Intent any_limit(Source& source, const Temper& temper) {
  using enum LimitIntent::Limit;
  const auto limit = source.one_of(among(address_space, data, stack, stack, locked, lifted, lifted));
  return LimitIntent{limit, any_process(source, temper), source.offset(-1, 3),
                     source.one_in(4) ? source.number(0, page - 1) : 0};
}

}  // namespace refmm::process::drawing
