// Every operation on the directories of all processes, over maps of any size.
//
// Each is the decision of model/kernel_sharing.hpp about one directory, put where it belongs among all of them. The calls of
// model/kernel_map.hpp take the same decisions for a list of processes (tests/kernel_directories_test.cpp holds the two together).
#pragma once

#include <refmm/model/kernel_sharing.hpp>
#include <refmm/spec/kernel_directories.hpp>
#include <refmm/spec/kernel_map_kernel.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

// ---- Processes ------------------------------------------------------------------------------------------------------

/// No process, and nothing on the quick list: boot's directory is the only one. [kernel.boot.tables]
template <class All>
constexpr All without_processes(All all) {
  using W = typename All::word_type;
  all.alive = with_each(all.alive, [](const W&) { return W(0u); });
  all.quick_list_length = mutant("paging.boot.quick_list_of_garbage") ? W(1u) : W(0u);
  return all;
}

/// A process gets a directory: the last one that came to the quick list as it is, else a new one. [paging.pgd_alloc.fresh]
/// [paging.pgd_alloc.quick_list]
template <class All, Word W>
constexpr All pgd_given(const MachineOf<W>& machine, All all, W process) {
  all.alive = updated(all.alive, process, W(1u));
  if (all.quick_list_length == W(0u)) {
    all.pgds = updated(all.pgds, process, kernel_half_copied<W>(machine, all.swapper));
    return all;
  }
  all.quick_list_length = all.quick_list_length - W(1u);
  all.pgds = updated(all.pgds, process, recycled<W>(lookup(all.quick_list, all.quick_list_length)));
  return all;
}

/// The directory of a process goes back to the page source. [paging.pgd_free]
template <class All, Word W>
constexpr All pgd_freed(All all, W process) {
  all.alive = updated(all.alive, process, W(0u));
  return all;
}

/// The directory of a process goes to the quick list, with what it holds. [paging.pgd_free_fast]
template <class All, Word W>
constexpr All pgd_kept(All all, W process) {
  all.quick_list = updated(all.quick_list, all.quick_list_length, recycled<W>(lookup(all.pgds, process)));
  all.quick_list_length = all.quick_list_length + W(1u);
  return pgd_freed<All, W>(std::move(all), process);
}

/// The next directory of the quick list goes back to the page source; there must be one. [paging.quick_lists.trimmed]
template <class All>
constexpr All quick_list_trimmed(All all) {
  all.quick_list_length = all.quick_list_length - typename All::word_type(1u);
  return all;
}

// ---- The kernel's half ----------------------------------------------------------------------------------------------

/// vmalloc or ioremap want a table in a slot: it is made if there is none. [paging.kernel.monotone]
template <class All, Word W>
constexpr All kernel_table_made(All all, W slot, W entry) {
  all.swapper = table_added<W>(all.swapper, slot, entry);
  return all;
}

/// vfree has emptied the table of a slot. [paging.kernel.monotone]
template <class All, Word W>
constexpr All kernel_table_emptied(All all, W slot) {
  all.swapper = table_emptied<W>(all.swapper, slot);
  return all;
}

/// A process faults on an address of a slot of the kernel's half. [paging.kernel.synced]
template <class All, Word W>
constexpr All fault_handled(Sharing sharing, All all, W process, W slot) {
  const auto pgd = lookup(all.pgds, process);
  const W active = mutant("paging.fault.copies_to_another_process") ? process + W(1u) : process;
  all.pgds = updated(all.pgds, active, vmalloc_fault<W>(sharing, all.swapper, pgd, slot).pgd);
  return all;
}

/// A process gets an entry of its user half, or loses one. [paging.user.isolated]
template <class All, Word W>
constexpr All user_entry_written(const MachineOf<W>& machine, All all, W process, W slot, W entry) {
  all.pgds = updated(all.pgds, process, user_entry_set<W>(machine, lookup(all.pgds, process), slot, entry));
  return all;
}

}  // namespace refmm::model::inline REFMM_BUILD
