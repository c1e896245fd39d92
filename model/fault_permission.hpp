// What an area permits of the accesses that fault in it.
//
// Follows the decision by the error code in do_page_fault, arch/i386/mm/fault.c.
#pragma once

#include <refmm/model/pages.hpp>
#include <refmm/spec/clause.hpp>
#include <refmm/spec/fault_kernel.hpp>
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/outcome.hpp>
#include <refmm/spec/vma_flags.hpp>

namespace refmm::model::inline REFMM_BUILD {

/// True if the area permits the access that faulted. What is there and is read never faults but where nothing is permitted. As
/// built, memory that may only be written cannot be read before it is there: [defect.fault.write_only].
template <Word W>
constexpr Decision<bool> is_permitted_access(const fault::Corrections& corrected, W vm_flags, bool protection,
                                             bool write) {
  if (write) {
    // Where nothing is permitted the processor would ask for ever.
    const bool mistaken = mutant("process.fault.permits_every_write") && has(vm_flags, vma::VM_ACCESS);
    if (has(vm_flags, vma::VM_WRITE) || mistaken) return {true, {}};
    return {false, {"process.fault.not_writable"}};
  }
  if (!protection && has(vm_flags, vma::VM_READ | vma::VM_EXEC)) return {true, {}};
  if (protection || !has(vm_flags, vma::VM_WRITE)) return {false, {"process.fault.not_readable"}};
  if (corrected.write_only) return {true, {"process.fault.write_only"}};
  return {false, {"defect.fault.write_only"}};
}

}  // namespace refmm::model::inline REFMM_BUILD
