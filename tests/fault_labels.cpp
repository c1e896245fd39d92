// What sessions of a machine with processes are counted by.
#include <refmm/tests/check_labels.hpp>
#include <refmm/tests/fault_check.hpp>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace refmm {

namespace {

using namespace process;
using W = std::uint32_t;
using Call = Carried<FaultFamily>;

template <class Kind>
const Kind* call(const Call& carried) {
  const auto* of_process = std::get_if<OfProcess<W>>(&carried.command);
  return of_process ? std::get_if<Kind>(&of_process->call) : nullptr;
}

template <class Kind>
bool has_effect(const Call& carried, auto predicate) {
  return std::ranges::any_of(carried.effects, [&](const auto& effect) {
    const auto* of_kind = std::get_if<Kind>(&effect);
    return of_kind && predicate(*of_kind);
  });
}

bool fails(const Call& carried) {
  return has_effect<fault::AllocPage<W>>(carried, [](const auto& asked) { return !asked.pfn; }) ||
         has_effect<fault::FileTransfer<W>>(carried, [](const auto& moved) { return !moved.done; }) ||
         has_effect<fault::SwapTransfer<W>>(carried, [](const auto& moved) { return !moved.done; });
}

bool touches_the_last_byte_of_a_page(const Call& carried) {
  const auto* load = call<Load<W>>(carried);
  const auto* store = call<Store<W>>(carried);
  return (load && load->addr % 4096 == 4095) || (store && store->addr % 4096 == 4095);
}
bool copies_a_page(const Call& carried) {
  return has_effect<fault::CopyPage<W>>(carried, [](const auto&) { return true; });
}
bool swaps_in(const Call& carried) {
  return has_effect<fault::SwapTransfer<W>>(carried,
                                            [](const auto& moved) { return moved.way == fault::Transfer::read; });
}
bool is_killed(const Call& carried) {
  return has_effect<fault::DoExit>(carried, [](const auto&) { return true; });
}
bool forks_a_child_of_a_child(const Call& carried) {
  return call<Fork>(carried) && carried.after.processes.size() > 2;
}
bool truncates_inside_of_a_page(const Call& carried) {
  const auto* truncate = call<Truncate<W>>(carried);
  return truncate && truncate->size % 4096 != 0;
}
bool is_signalled(const Call& carried) {
  return has_effect<fault::ForceSig<W>>(carried, [](const auto&) { return true; });
}

}  // namespace

const LabelSource<FaultFamily>& Checking<FaultFamily>::labels() {
  static const LabelSource<FaultFamily> source{
      .alive_word = "processes",
      .alive_from = {1, 2, 3, 4},
      .alive = [](const FaultFamily::State& state) { return state.processes.size(); },
      .failure_word = "frames and transfers refused",
      .fails = fails,
      .boundaries = {{"the last byte of a page", touches_the_last_byte_of_a_page},
                     {"a page that is copied on write", copies_a_page},
                     {"a page that comes back from swap", swaps_in},
                     {"a process that runs out of memory", is_killed},
                     {"a signal", is_signalled},
                     {"a third process", forks_a_child_of_a_child},
                     {"a file that ends inside of a page", truncates_inside_of_a_page}}};
  return source;
}

}  // namespace refmm
