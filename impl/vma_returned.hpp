// What a call on an address space returns: a value, or why it was refused.
#pragma once

#include <refmm/impl/returned.hpp>
#include <refmm/spec/vma_refusal.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <class T>
using Returned = ReturnedOr<T, vma::Refusal>;

}  // namespace refmm::impl::inline REFMM_BUILD
