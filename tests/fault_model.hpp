// The model of machines that run processes, as something that is tested.
//
// There are two builds of it in one program, the plain one and one with mutants. The mistakes that a kernel can make in demand paging
// are named beside the lines of the model that they change (model/fault*.hpp, model/process*.hpp): what random checking finds of them
// is a matter of its commands and of the laws, not of a subject.
#pragma once

#include <refmm/tests/fault_family.hpp>
#include <refmm/tests/subject.hpp>

#include <memory>

namespace refmm {

/// The model of the kernel that it is booted with; mutants are off for good.
std::unique_ptr<Subject<FaultFamily>> make_fault_model();

/// The model compiled with REFMM_MUTANTS: it makes the mistake that WithMutant names.
std::unique_ptr<Subject<FaultFamily>> make_mutable_fault_model();

}  // namespace refmm
