// What processes of later eras may have: limits on data, on locked memory, on the address space. Part of impl/since.hpp.
//
// Follows may_expand_vm and is_data_mapping in mm/vma.c, can_do_mlock in mm/mlock.c and mlock_future_ok in mm/mmap.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>

#include <algorithm>

namespace refmm::impl::inline REFMM_BUILD {

/// True of memory that RLIMIT_DATA counts: private, writable, and no stack.
constexpr bool is_data(EraWord vm_flags) {
  return (vm_flags & (vma::VM_WRITE | vma::VM_SHARED | vma::VM_GROWSDOWN)) == vma::VM_WRITE;
}

/// Pages of a range that lie in areas of which `counts` is true. Takes time in proportion to the areas of the range.
template <class Counts>
auto EraAddressSpace::pages_inside(Word start, Word end, Counts counts) -> Word {
  Word pages = 0;
  for (const Area& area : areas_.meeting(start, end)) {
    if (counts(area)) pages += pages_in(std::min(area.vm_end, end) - std::max(area.vm_start, start));
  }
  return pages;
}

/// [since.data_limit]: true if so many more pages of memory with these flags pass RLIMIT_DATA. Only a process that has such a limit
/// pays for the count.
inline bool EraAddressSpace::passes_data_limit(Word vm_flags, Word pages) {
  if (!era_.data_limit || !is_data(vm_flags) || limits.data == Limits<Word>::infinity) return false;
  const Word data = pages_inside(0, ~Word{0}, [](const Area& area) { return is_data(area.vm_flags); });
  return data + pages > pages_in(limits.data);
}

/// True if so many more locked pages pass RLIMIT_MEMLOCK.
inline bool EraAddressSpace::passes_locked_limit(Word pages) const {
  return !limits.cap_ipc_lock && locked_vm_ + pages > pages_in(limits.memlock);
}

/// [since.mmap.looks_first], [since.data_limit]: the limits on the address space and on data, of `len` bytes that come less the
/// `replaced` ones from `addr` on that go. What is to be replaced has been cut out of its areas by then, and stays cut.
inline std::optional<EraRefusal> EraAddressSpace::check_limits(Word vm_flags, Word addr, Word replaced, Word len) {
  const Word gone = pages_inside(addr, addr + replaced, [](const Area&) { return true; });
  const Word pages = pages_in(len) - gone;
  const bool passes_limit = era_.mmap_looks_first && total_vm_ + pages > pages_in(limits.address_space);
  const bool passes_data = !passes_limit && passes_data_limit(vm_flags, pages);
  if (!passes_limit && !passes_data) return std::nullopt;
  if (era_.mmap_looks_first && gone != 0) {
    split_at(addr);
    split_at(addr + replaced);
  }
  return passes_limit ? since::Refusal::address_space_limit : since::Refusal::data_limit;
}

}  // namespace refmm::impl::inline REFMM_BUILD
