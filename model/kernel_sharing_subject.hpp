// The model as the subject of the laws of spec/kernel_sharing_laws.hpp.
#pragma once

#include <refmm/model/kernel_directories.hpp>
#include <refmm/model/kernel_sharing.hpp>
#include <refmm/model/paging_access.hpp>

namespace refmm::model::inline REFMM_BUILD {

struct KernelSharingSubject {
  // One directory.
  template <Word W, class Directory>
  static constexpr auto vmalloc_fault(Sharing sharing, const Directory& swapper, const Directory& pgd, W slot) {
    return model::vmalloc_fault<W>(sharing, swapper, pgd, slot);
  }
  /// A turn of the loop of boot that gives every slot a table.
  template <Word W, class Directory>
  static constexpr auto preallocated(const Directory& swapper, W slot, W entry) {
    return mutant("paging.kernel.preallocates_nothing") ? swapper : model::table_added<W>(swapper, slot, entry);
  }

  // All of them.
  template <class All>
  static constexpr All without_processes(const All& all) {
    return model::without_processes(all);
  }
  template <class All, Word W>
  static constexpr All pgd_given(const MachineOf<W>& machine, const All& all, W process) {
    return model::pgd_given<All, W>(machine, all, process);
  }
  template <class All, Word W>
  static constexpr All pgd_freed(const All& all, W process) {
    return model::pgd_freed<All, W>(all, process);
  }
  template <class All, Word W>
  static constexpr All pgd_kept(const All& all, W process) {
    return model::pgd_kept<All, W>(all, process);
  }
  template <class All>
  static constexpr All quick_list_trimmed(const All& all) {
    return model::quick_list_trimmed(all);
  }
  template <class All, Word W>
  static constexpr All kernel_table_made(const All& all, W slot, W entry) {
    return model::kernel_table_made<All, W>(all, slot, entry);
  }
  template <class All, Word W>
  static constexpr All kernel_table_emptied(const All& all, W slot) {
    return model::kernel_table_emptied<All, W>(all, slot);
  }
  template <class All, Word W>
  static constexpr All fault_handled(Sharing sharing, const All& all, W process, W slot) {
    return model::fault_handled<All, W>(sharing, all, process, slot);
  }
  template <class All, Word W>
  static constexpr All user_entry_written(const MachineOf<W>& machine, const All& all, W process, W slot,
                                          W entry) {
    return model::user_entry_written<All, W>(machine, all, process, slot, entry);
  }

  // Accesses.
  template <Word W, class Directory>
  static constexpr auto walk(const MachineOf<W>& machine, const Directory& directory, const auto& table_in, W addr,
                             const paging::Access& access) {
    return model::walk<W>(machine, directory, table_in, addr, access);
  }
  /// By the corrected kernel; the switch of a defect is a mutant, called as the defect.
  template <Word W, class Directory>
  static constexpr auto accessed(const MachineOf<W>& machine, Sharing sharing, const Directory& swapper,
                                 const Directory& pgd, const auto& table_in, W addr,
                                 const paging::Access& access) {
    FaultHandling handling{sharing, kernel_map::all_corrected};
    if (mutant("defect.kernel.user_fault")) handling.corrected.user_fault = false;
    return model::accessed<W>(machine, handling, swapper, pgd, table_in, addr, access);
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
