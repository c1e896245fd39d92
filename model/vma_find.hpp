// Where there is room: the search for a free range.
//
// The search is written as one step over one area, so that it can be proved for lists of any length. Follows find_vma,
// find_vma_intersection and get_unmapped_area in mm/mmap.c.
#pragma once

#include <refmm/model/vma_lookup.hpp>
#include <refmm/model/vma_step.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- The search for a free range ------------------------------------------------------------------------------------

/// Where the search begins: at the hint rounded up, or at TASK_UNMAPPED_BASE without one.
template <Word W>
constexpr W search_start(const MachineOf<W>& machine, W hint) {
  const bool without_hint = !mutant("vma.unmapped.ignores_base") && hint == W(0u);
  const W start = without_hint ? W(machine.task_unmapped_base) : hint;
  return page_align<W>(machine, start);
}

/// True if a range of `len` bytes from the candidate on ends in front of an area; `len` is at most the size of the task and
/// the candidate leaves room for it.
template <Word W, class A>
constexpr auto fits_in_front_of(W candidate, W len, const A& area) {
  if (mutant("vma.unmapped.leaves_gap")) return candidate + len < area.vm_start;
  return mutant("vma.unmapped.touches_next") ? candidate <= area.vm_start : candidate + len <= area.vm_start;
}

/// True if the task ends before the range does.
template <Word W>
constexpr auto leaves_task(const MachineOf<W>& machine, W candidate, W len) {
  return W(mutant("vma.unmapped.ignores_end") ? ~Native<W>{0} : machine.task_size) - len < candidate;
}

/// Where the search goes on when the candidate does not fit in front of an area.
template <class A>
constexpr auto next_candidate(const A& area) {
  return mutant("vma.unmapped.goes_on_at_start") ? area.vm_start : area.vm_end;
}

/// The first address at or above the hint from which `len` bytes, at most the size of the task, are free; nothing if there is
/// none. `areas` are those that end above the start of the search, in order.
template <Word W, class Areas>
constexpr std::optional<W> first_fit(const MachineOf<W>& machine, const Areas& areas, std::size_t first, W start,
                                     W len) {
  W candidate = start;
  for (std::size_t position = first;; ++position) {
    if (leaves_task(machine, candidate, len)) return std::nullopt;
    if (position >= areas.size() || fits_in_front_of(candidate, len, areas[position])) return candidate;
    candidate = next_candidate(areas[position]);
  }
}

/// The result is the address, or Refused. 2.4.0: get_unmapped_area.
template <Word W>
constexpr VmaStep<W> get_unmapped_area(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W hint, W len) {
  const MachineOf<W>& machine = kernel.machine;

  // refuse
  if (len > W(machine.task_size)) return refused(std::move(so_far), vma::Refusal::no_gap, "vma.unmapped.too_long");

  // find
  so_far.because.push_back(hint == W(0u) ? ClauseRef("vma.unmapped.base")
                                         : ClauseRef("vma.unmapped.hint_rounded_up"));
  const W start = search_start<W>(machine, hint);
  auto [looked, first] = find_vma(std::move(so_far), start);
  const auto& areas = looked.state.mm.areas;
  const std::size_t position = first ? vma::position_of(looked.state.mm, *first) : areas.size();
  const std::optional<W> free = first_fit<W>(machine, areas, position, start, len);

  // report: 2.4.0 cannot tell address 0 from failure
  if (!free || *free == W(0u)) return refused(std::move(looked), vma::Refusal::no_gap, "vma.unmapped.no_gap");
  return succeeded<W>(std::move(looked), vma::Address<W>{*free}, "vma.unmapped.first_fit");
}

}  // namespace refmm::model::inline REFMM_BUILD
