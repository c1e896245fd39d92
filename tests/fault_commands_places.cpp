#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/fault_commands_places.hpp>

namespace refmm::process::drawing {

using namespace vma;  // the protections
using W = std::uint32_t;

Who any_process(Source& source, const Temper& temper) {
  return {source.number(0, any), source.one_in(temper.missing)};
}

W any_offset_in_page(Source& source) { return source.one_of(among<W>(0, 0, 0, 1, 100, 2048, 2048, page - 1)); }

namespace {

Place any_odd_place(Source& source) {
  using enum Place::Landmark;
  switch (source.number(0, 3)) {
    case 0:
      return {area_start, source.number(0, any), 0, source.number(1, page - 1)};
    case 1:
      return {address, task_size, source.offset(-3, 3), source.one_of(among<W>(0, 0, 1, page - 1))};
    case 2:
      return {address, 0, source.offset(-2, 2), source.one_of(among<W>(0, 0, 1, page - 1))};
    default:
      return {address, source.number(0, ~W{0}), 0, 0};
  }
}

}  // namespace

Place any_place(Source& source, const Temper& temper) {
  using enum Place::Landmark;
  if (source.one_in(temper.odd)) return any_odd_place(source);
  switch (source.number(0, 5)) {
    case 0:
    case 1: {
      Place place = source.one_of(temper.grounds);
      place.pages += static_cast<std::int32_t>(source.number(0, temper.slots - 1));
      return place;
    }
    case 2:
      return {area_middle, source.number(0, any), 0, 0};
    case 3:
      return {area_page, source.number(0, any), static_cast<std::int32_t>(source.number(0, any)), 0};
    case 4:
      return {area_end, source.number(0, any), source.one_of(among<std::int32_t>(0, -1)), 0};
    default:
      return {area_start, source.number(0, any), source.one_of(among<std::int32_t>(0, 0, 0, 0, -1)), 0};
  }
}

Place any_place_of_byte(Source& source, const Temper& temper, bool writes) {
  using enum Place::Landmark;
  const W bytes = any_offset_in_page(source);
  if (source.one_in(temper.swapped)) return {swapped, source.number(0, any), 0, bytes};
  if (writes && source.one_in(temper.tails)) return {file_end, source.number(0, any), 0, source.number(0, 100)};
  if (temper.profile == Profile::sequential && source.one_in(3)) return {window, source.number(0, any), 0, bytes};
  switch (source.number(0, 7)) {
    case 0: {
      Place place = any_place(source, temper);
      place.bytes += bytes;
      return place;
    }
    case 1:
    case 2:
      return {present, source.number(0, any), 0, bytes};
    case 3:
      return {present, source.number(0, any), source.offset(-1, 1), bytes};
    default: {
      const auto number = static_cast<std::int32_t>(source.number(0, source.one_in(3) ? 2 : any));
      const bool permitted = writes && !source.one_in(8);
      return {permitted ? writable : area_page, source.number(0, any), number, bytes};
    }
  }
}

Place any_place_at_stack(Source& source) {
  using enum Place::Landmark;
  if (source.one_in(3)) return {esp, 0, 0, static_cast<W>(source.offset(-40, 8))};
  const std::int32_t most = source.one_in(10) ? 2100 : 6;
  return {stack_start, source.number(0, any), source.offset(-most, 0), any_offset_in_page(source)};
}

Length any_odd_length(Source& source) {
  using enum Length::Measure;
  switch (source.number(0, 4)) {
    case 0:
      return {nothing, 0, source.one_of(among<W>(0, 1, page - 1))};
    case 1:
      return {nothing, source.offset(0, 3), source.number(1, page - 1)};
    case 2:
      return {to_top, source.offset(-1, 1), 0};
    case 3:
      return {nothing, 0, source.one_of(among<W>(task_size, 0x7ffff000, 2 * page_table))};
    default:
      return {nothing, source.offset(-3, -1), source.one_of(among<W>(0, 0, 1, page - 1))};
  }
}

Length any_length(Source& source, const Temper& temper) {
  using enum Length::Measure;
  if (source.one_in(temper.odd)) return any_odd_length(source);
  switch (source.number(0, 7)) {
    case 0:
    case 1:
      return {to_end, source.one_of(among<std::int32_t>(0, 0, 0, -1, 1)), 0};
    case 2:
      return {to_next, source.one_of(among<std::int32_t>(0, 0, -1, 1)), 0};
    case 3:
    case 4:
      return {nothing, 1, 0};
    default:
      return {nothing, static_cast<std::int32_t>(source.number(1, temper.longest)), 0};
  }
}

std::uint32_t any_protection(Source& source, const Temper& temper) {
  if (source.one_in(temper.odd)) return source.number(0, 15);
  return source.one_of(among<std::uint32_t>(PROT_NONE, PROT_READ, PROT_READ, 3, 3, 3, 3, 5, 7, PROT_WRITE));
}

}  // namespace refmm::process::drawing
