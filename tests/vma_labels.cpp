// What sessions of memory areas are counted by.
#include <refmm/spec/vma_flags.hpp>
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/vma_check.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace refmm {

namespace {

using namespace vma;
using W = std::uint32_t;
using Call = Carried<VmaFamily>;

bool is_refused_request(const Effect<W>& effect) {
  const auto* area = std::get_if<VmaAlloc>(&effect);
  const auto* object = std::get_if<ShmemZeroSetup<W>>(&effect);
  const auto* move = std::get_if<MovePageTables<W>>(&effect);
  return (area && !area->given) || (object && !object->made) || (move && !move->moved);
}

/// Where a call about a range begins, and its length in bytes.
std::optional<std::pair<W, W>> range(const Call& carried) {
  return std::visit(
      [](const auto& call) -> std::optional<std::pair<W, W>> {
        if constexpr (requires { call.addr, call.len; }) return std::pair(call.addr, call.len);
        return std::nullopt;
      },
      carried.command);
}

bool has_no_length(const Call& carried) {
  const auto asked = range(carried);
  return asked && asked->second == 0;
}
bool begins_inside_a_page(const Call& carried) {
  const auto asked = range(carried);
  return asked && asked->first % 4096 != 0;
}
bool ends_inside_a_page(const Call& carried) {
  const auto asked = range(carried);
  return asked && asked->second % 4096 != 0;
}
bool ends_at_the_end_of_the_task(const Call& carried) {
  const auto asked = range(carried);
  return asked && asked->first != 0 && asked->first + asked->second == carried.boot.kernel.machine.task_size;
}
bool wraps(const Call& carried) {
  const auto asked = range(carried);
  return asked && asked->first + asked->second < asked->first;
}
bool splits_an_area(const Call& carried) {
  return std::holds_alternative<Munmap<W>>(carried.command) &&
         carried.after.mm.areas.size() > carried.before.mm.areas.size();
}
bool merges_areas(const Call& carried) {
  return !std::holds_alternative<Munmap<W>>(carried.command) &&
         carried.after.mm.areas.size() < carried.before.mm.areas.size();
}
bool is_refused(const Call& carried, Refusal reason) {
  const auto* refused = std::get_if<Refused>(&carried.result);
  return refused && refused->refusal == reason;
}

}  // namespace

const LabelSource<VmaFamily>& Checking<VmaFamily>::labels() {
  static const LabelSource<VmaFamily> source{
      .alive_word = "areas",
      .alive_from = {0, 2, 4, 8, 16},
      .alive = [](const State<W>& state) { return state.mm.areas.size(); },
      .failure_word = "requests for structures refused",
      .fails = [](const Call& carried) { return std::ranges::any_of(carried.effects, is_refused_request); },
      .boundaries = {{"a length of 0", has_no_length},
                     {"an address inside of a page", begins_inside_a_page},
                     {"a length inside of a page", ends_inside_a_page},
                     {"a range up to the end of the task", ends_at_the_end_of_the_task},
                     {"a range that wraps", wraps},
                     {"a hole that splits an area", splits_an_area},
                     {"areas that become fewer", merges_areas},
                     {"one area too many",
                      [](const Call& carried) { return is_refused(carried, Refusal::too_many_areas); }},
                     {"no gap that is wide enough",
                      [](const Call& carried) { return is_refused(carried, Refusal::no_gap); }}}};
  return source;
}

}  // namespace refmm
