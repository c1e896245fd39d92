// The model as the subject of the laws of spec/fault_pages_laws.hpp: operations at places, over pages of any number.
#pragma once

#include <refmm/model/fault_handle.hpp>
#include <refmm/model/fault_move.hpp>
#include <refmm/model/fault_reclaim.hpp>
#include <refmm/model/fault_swapoff.hpp>
#include <refmm/spec/fault_pages_inputs.hpp>

#include <string>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

struct PagesSubject {
  /// The corrected kernel; each of its switches is a mutant, called as the defect that it mends.
  static constexpr fault::Kernel kernel() {
    fault::Kernel kernel{vma::corrected, fault::all_corrected};
    for_each_field(kernel.corrected, [](const char* name, bool& corrected) {
      if (mutant(std::string("defect.fault.") + name)) corrected = false;
    });
    return kernel;
  }

  /// An area that shows what a place means at an address.
  template <Word W>
  static constexpr Mapping<W> mapping(const fault::Meaning<W>& meaning, W vm_flags, W addr) {
    const vma::Area<W> area{.vm_start = addr,
                            .vm_end = addr + W(4096u),
                            .vm_pgoff = meaning.index,
                            .vm_flags = vm_flags,
                            .vm_file = 0,
                            .vm_ops = false,
                            .mapped_noreserve = false,
                            .id = 1};
    return {area, meaning.object};
  }

  template <fault::ManyPages M, Word W>
  static constexpr MemoryStep<M> fault_at(const M& all, const fault::Place<W>& place,
                                          const fault::Meaning<W>& meaning, W vm_flags, W pid, W addr,
                                          bool write) {
    return handle_pte_fault(kernel(), MemoryStep<M>{all, {}, {}}, Space<W>{pid, true},
                            mapping(meaning, vm_flags, addr), addr, PtePlace<W>{place.table, place.slot}, write)
        .so_far;
  }
};

}  // namespace refmm::model::inline REFMM_BUILD
