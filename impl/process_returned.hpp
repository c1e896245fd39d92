// What a call of a process returns: a value, or why it was refused.
#pragma once

#include <refmm/impl/returned.hpp>
#include <refmm/spec/process_refusal.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <class T>
using ProcessReturned = ReturnedOr<T, process::Refusal>;

}  // namespace refmm::impl::inline REFMM_BUILD
