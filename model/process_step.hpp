// What the calls of processes share: the call under way, and its way down to areas and to pages.
//
// A machine is the areas of spec/vma.hpp for each process, over the pages of spec/fault.hpp for all. A call about areas is decided by
// the model of areas, a call about pages by the model of pages; here the two meet.
#pragma once

#include <refmm/model/fault_handle.hpp>
#include <refmm/model/vma.hpp>
#include <refmm/spec/process.hpp>
#include <refmm/spec/process_state.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The outcome of a call, and of every operation within it.
template <Word W>
using ProcessStep = Outcome<process::State<W>, process::Result<W>, fault::Effect<W>>;

template <Word W>
using PageStep = MemoryStep<fault::Memory<W>>;

template <Word W>
constexpr ProcessStep<W> refused(ProcessStep<W> so_far, process::Refusal refusal, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = process::Refused{refusal};
  return so_far;
}

template <Word W>
constexpr ProcessStep<W> succeeded(ProcessStep<W> so_far, process::Result<W> result, ClauseRef clause) {
  so_far.because.push_back(clause);
  so_far.result = std::move(result);
  return so_far;
}

template <Word W>
constexpr ProcessStep<W> cited(ProcessStep<W> so_far, ClauseRef clause) {
  so_far.because.push_back(clause);
  return so_far;
}

// ---- Down to the pages --------------------------------------------------------------------------------------------

/// The pages of the machine, and what has been done so far; the machine lacks them until they come back.
template <Word W>
constexpr PageStep<W> pages_taken(ProcessStep<W>& so_far) {
  return {std::move(so_far.state.memory), std::move(so_far.effects), std::move(so_far.because)};
}
template <Word W>
constexpr ProcessStep<W> pages_returned(ProcessStep<W> so_far, PageStep<W> pages) {
  so_far.state.memory = std::move(pages.memory);
  so_far.effects = std::move(pages.effects);
  so_far.because = std::move(pages.because);
  return so_far;
}

/// The machine after `change` of its pages.
template <Word W>
constexpr ProcessStep<W> with_pages(ProcessStep<W> so_far, auto change) {
  PageStep<W> pages = pages_taken(so_far);
  return pages_returned(std::move(so_far), change(std::move(pages)));
}

// ---- Down to the areas --------------------------------------------------------------------------------------------

/// Where the process stands in the list; it must be there.
template <Word W>
constexpr process::Process<W>& process_of(process::State<W>& state, W pid) {
  return state.processes.at(process::position_of(state, pid));
}

/// Pages that a promise of memory can count on. [process.promise]
template <Word W>
constexpr vma::Knobs<W> knobs_of(const process::State<W>& state) {
  const process::Settings<W>& settings = state.settings;
  const fault::Memory<W>& memory = state.memory;
  return {.free_pages = process::free_frames(memory),
          .buffer_pages = 0u,
          .cache_pages = process::cached_pages(memory),
          .swap_pages = process::free_slots(memory),
          .overcommit = settings.overcommit,
          .physpages = memory.ram_pages,
          .rlimit_as = settings.rlimit_as,
          .rlimit_data = settings.rlimit_data,
          .rlimit_stack = mutant("process.stack.ignores_the_limit") ? ~W(0u) : settings.rlimit_stack,
          .rlimit_memlock = settings.rlimit_memlock,
          .cap_ipc_lock = true,
          .max_map_count = process::max_map_count,
          .fail_vma = settings.fail_vma,
          .fail_shmem = 0,
          .fail_move = 0};
}

/// The address space of a process as the model of areas knows it.
template <Word W>
constexpr VmaStep<W> areas_of(const process::State<W>& state, W pid) {
  const process::Process<W>& process = process::process_of(state, pid);
  return {{.mm = process.mm,
           .lookup = process.lookup,
           .inodes = state.inodes,
           .files = state.files,
           .areas_made = state.areas_made,
           .files_made = state.files_made,
           .shm_made = state.shm_made,
           .knobs = knobs_of(state)},
          vma::Nothing{},
          {},
          {}};
}

/// The machine with the areas of a process as the model of areas has left them, and with its clauses.
template <Word W>
constexpr ProcessStep<W> with_areas(ProcessStep<W> so_far, W pid, VmaStep<W> areas) {
  process::State<W>& state = so_far.state;
  process::Process<W>& process = process_of(state, pid);
  process.mm = std::move(areas.state.mm);
  process.lookup = std::move(areas.state.lookup);
  state.inodes = std::move(areas.state.inodes);
  state.files = std::move(areas.state.files);
  state.areas_made = areas.state.areas_made;
  state.files_made = areas.state.files_made;
  state.shm_made = areas.state.shm_made;
  state.settings.fail_vma = areas.state.knobs.fail_vma;
  so_far.because.insert(so_far.because.end(), areas.because.begin(), areas.because.end());
  return so_far;
}

/// The first area of a process that ends above an address, which is remembered. 2.4.0: find_vma.
template <Word W>
constexpr AreaId looked_up(process::State<W>& state, W pid, W addr) {
  process::Process<W>& process = process_of(state, pid);
  const AreaId found = find_vma_in(process.mm, process.lookup, addr);
  if (found) process.lookup.mmap_cache = found;
  return found;
}

/// An area of a process and what it maps.
template <Word W>
constexpr Mapping<W> mapping_of(const process::State<W>& state, W pid, std::uint32_t area) {
  const vma::Area<W>& found = vma::area_of(process::process_of(state, pid).mm, area);
  return {found, process::object_of(state, found)};
}

}  // namespace refmm::model::inline REFMM_BUILD
