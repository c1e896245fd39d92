// What sessions of the user's heap are counted by.
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/malloc_check.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm {

namespace {

using namespace malloc;
using W = std::uint32_t;
using Call = Carried<MallocFamily>;

template <class Kind>
const Kind* call(const Call& carried) {
  return std::get_if<Kind>(&carried.command);
}

bool is_refused_request(const Effect<W>& effect) {
  const auto* brk = std::get_if<Brk<W>>(&effect);
  const auto* mapped = std::get_if<MapPages<W>>(&effect);
  const auto* moved = std::get_if<RemapPages<W>>(&effect);
  return (brk && !brk->moved) || (mapped && mapped->addr == 0) || (moved && moved->new_addr == 0);
}

bool is_refused(const Call& carried, Refusal reason) {
  const auto* refused = std::get_if<Refused>(&carried.result);
  return refused && refused->refusal == reason;
}

bool asks_for_nothing(const Call& carried) {
  const auto* asked = call<Malloc<W>>(carried);
  return asked && asked->bytes == 0;
}
bool frees_null(const Call& carried) {
  const auto* freed = call<Free<W>>(carried);
  return freed && freed->block == 0;
}
bool maps_a_block(const Call& carried) { return carried.after.mapped_blocks > carried.before.mapped_blocks; }
bool moves_a_block(const Call& carried) {
  const auto* resized = call<Realloc<W>>(carried);
  const auto* block = std::get_if<Address<W>>(&carried.result);
  return resized && block && resized->block != 0 && block->value != 0 && block->value != resized->block;
}
bool trims_the_heap(const Call& carried) { return carried.after.top_end < carried.before.top_end; }
bool grows_in_parts(const Call& carried) { return carried.after.regions.size() > 1; }
bool ends_the_program(const Call& carried) { return MallocFamily::ends_everything(carried.result); }

}  // namespace

const LabelSource<MallocFamily>& Checking<MallocFamily>::labels() {
  static const LabelSource<MallocFamily> source{
      .alive_word = "blocks",
      .alive_from = {0, 2, 4, 8, 16},
      .alive = [](const State<W>& state) { return state.blocks.size(); },
      .failure_word = "requests to the kernel refused",
      .fails = [](const Call& carried) { return std::ranges::any_of(carried.effects, is_refused_request); },
      .boundaries = {{"malloc of 0 bytes", asks_for_nothing},
                     {"free of NULL", frees_null},
                     {"more than an address space",
                      [](const Call& carried) { return is_refused(carried, Refusal::too_large); }},
                     {"a product that wraps",
                      [](const Call& carried) { return is_refused(carried, Refusal::product_wraps); }},
                     {"a block in a mapping of its own", maps_a_block},
                     {"a block that moves", moves_a_block},
                     {"a heap that is given back", trims_the_heap},
                     {"a heap in several parts", grows_in_parts},
                     {"misuse that is noticed", ends_the_program}}};
  return source;
}

}  // namespace refmm
