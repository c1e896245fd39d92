// What sessions of the kernel's own mappings are counted by.
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/kernel_map_check.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm {

namespace {

using namespace kernel_map;
using W = std::uint32_t;
using Call = Carried<KernelMapFamily>;

template <class Kind>
const Kind* call(const Call& carried) {
  return std::get_if<Kind>(&carried.command);
}

bool is_refused_request(const Effect<W>& effect) {
  const auto* frame = std::get_if<AllocPage<W>>(&effect);
  const auto* table = std::get_if<GetFreePage<W>>(&effect);
  const auto* element = std::get_if<kernel_map::Kmalloc>(&effect);
  return (frame && !frame->pfn) || (table && !table->pfn) || (element && !element->obj);
}

bool is_refused(const Call& carried, Refusal reason) {
  const auto* refused = std::get_if<Refused>(&carried.result);
  return refused && refused->refusal == reason;
}

bool has_no_size(const Call& carried) {
  const auto* vmalloc = call<Vmalloc<W>>(carried);
  const auto* ioremap = call<Ioremap<W>>(carried);
  return (vmalloc && vmalloc->size == 0) || (ioremap && ioremap->size == 0);
}
bool begins_inside_a_page(const Call& carried) {
  const auto* ioremap = call<Ioremap<W>>(carried);
  return ioremap && ioremap->phys % 4096 != 0;
}
bool ends_at_the_last_byte(const Call& carried) {
  const auto* ioremap = call<Ioremap<W>>(carried);
  return ioremap && ioremap->size != 0 && ioremap->phys + ioremap->size == 0;
}
bool faults_a_slot_in(const Call& carried) {
  return call<Touch<W>>(carried) && std::ranges::any_of(carried.effects, [](const Effect<W>& effect) {
           return std::holds_alternative<SetPde<W>>(effect);
         });
}
bool makes_a_second_directory(const Call& carried) {
  return call<PgdAlloc>(carried) && carried.after.pgds.size() > 2;
}

}  // namespace

const LabelSource<KernelMapFamily>& Checking<KernelMapFamily>::labels() {
  static const LabelSource<KernelMapFamily> source{
      .alive_word = "vmalloc areas",
      .alive_from = {0, 1, 2, 4},
      .alive = [](const KernelMapFamily::State& state) { return state.vmlist.size(); },
      .failure_word = "requests for memory refused",
      .fails = [](const Call& carried) { return std::ranges::any_of(carried.effects, is_refused_request); },
      .boundaries = {{"a size of 0", has_no_size},
                     {"a physical address inside of a page", begins_inside_a_page},
                     {"a physical range up to the last byte", ends_at_the_last_byte},
                     {"a physical range that wraps",
                      [](const Call& carried) { return is_refused(carried, Refusal::range_wraps); }},
                     {"no room for an area",
                      [](const Call& carried) { return is_refused(carried, Refusal::no_room); }},
                     {"a slot that is faulted in", faults_a_slot_in},
                     {"a second directory", makes_a_second_directory}}};
  return source;
}

}  // namespace refmm
