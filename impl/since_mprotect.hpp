// mprotect in later eras: holes are ENOMEM, other orders of refusal, stacks from their beginning. Part of impl/since.hpp.
//
// Follows do_mprotect_pkey and mprotect_fixup in mm/mprotect.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>
#include <refmm/impl/since_limits.hpp>
#include <refmm/impl/since_merge.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// The flags of a part with other permissions, and with the promise of memory that goes with being writable.
inline std::uint32_t EraAddressSpace::protected_flags(const Area& area, Word prot) const {
  const std::uint32_t after = (area.vm_flags & ~vma::VM_ACCESS) | static_cast<std::uint32_t>(prot);
  if ((prot & vma::PROT_WRITE) == 0)
    return area.vm_file == nullptr && !area.was_written ? after & ~since::VM_ACCOUNT : after;
  const bool promised = area.has(since::VM_ACCOUNT | vma::VM_WRITE | vma::VM_SHARED) || area.mapped_noreserve;
  return promised ? after : after | since::VM_ACCOUNT;
}

/// [vma.mprotect.not_permitted], [since.data_limit]: gives a part of an area other permissions. Where the limit on the address space
/// leaves no room for as many pages again, the kernel does not look at that on data.
inline EraReturned<Done> EraAddressSpace::protect_one(Area* area, Word start, Word end, Word prot) {
  const std::uint32_t before = area->vm_flags;
  const std::uint32_t after = protected_flags(*area, prot);
  if ((after & ~(after >> vma::may_shift) & vma::VM_ACCESS) != 0) return vma::Refusal::not_permitted;
  if (((before & ~vma::VM_ACCESS) | static_cast<std::uint32_t>(prot)) == before) return Done{};
  const Word pages = pages_in(end - start);
  const bool looks = total_vm_ + pages <= pages_in(limits.address_space);
  if (looks && !is_data(before) && passes_data_limit(after, pages)) return since::Refusal::data_limit;
  if (auto changed = set_flags(area, start, end, after, vma::Refusal::no_area_structure); !changed) return changed;
  layer_.change_protection(start, end, page_protection(after));
  constexpr std::uint32_t kinds = vma::VM_WRITE | vma::VM_SHARED | vma::VM_LOCKED;
  const bool becomes_writable = (before & kinds) == vma::VM_LOCKED && has(after, vma::VM_WRITE);
  if (becomes_writable) layer_.make_pages_present(start, end);
  return Done{};
}

/// [since.mprotect.grows]: where the range of a call with PROT_GROWSDOWN begins: with its area, which must grow down. With PROT_GROWSUP
/// it would end with its area, but none grows up on x86.
inline EraReturned<EraWord> EraAddressSpace::start_of_growing(Word addr, Word end, Word growing) {
  const Area* const area = areas_.find(addr);
  const bool down = has(growing, since::PROT_GROWSDOWN);
  const bool is_there = area != nullptr && (down ? area->vm_start < end : area->vm_start <= addr);
  if (!is_there) return since::Refusal::hole;
  if (!down || !area->has(vma::VM_GROWSDOWN)) return since::Refusal::does_not_grow;
  return area->vm_start;
}

/// [since.mprotect.*]. Behind the arguments a refusal leaves changed what came before it.
inline EraReturned<Done> EraAddressSpace::mprotect(Word addr, Word len, Word prot) {
  constexpr Word both_ways = since::PROT_GROWSDOWN | since::PROT_GROWSUP;
  const Word growing = era_.mprotect_grows ? prot & both_ways : 0;
  if (growing == both_ways) return since::Refusal::grows_both_ways;
  prot &= ~growing;
  if (!is_page_aligned(addr)) return vma::Refusal::address_unaligned;
  if (era_.mprotect_length_zero && len == 0) return Done{};
  const Word end = addr + page_align(len);
  if (era_.mprotect_wraps && end <= addr) return since::Refusal::range_wraps;
  if (end < addr) return vma::Refusal::range_wraps;
  const Word known = vma::VM_ACCESS | (era_.mprotect_semaphores ? since::PROT_SEM : 0);
  if ((prot & ~known) != 0) return vma::Refusal::unknown_protection;
  if (end == addr) return Done{};
  if (growing != 0) {
    const auto start = start_of_growing(addr, end, growing);
    if (!start) return start.refusal();
    addr = *start;
    len = end - addr;
  }
  if (era_.mprotect_semaphores) prot &= ~Word{since::PROT_SEM};

  if (era_.merge && era_.mprotect_hole) {
    return part_by_part(addr, end, since::Refusal::hole,
                        [&](Area* area, Word from, Word to) { return protect_one(area, from, to, prot); });
  }
  const auto changed = Base::mprotect(addr, len, prot);
  if (!changed && changed.refusal() == vma::Refusal::not_mapped && era_.mprotect_hole) return since::Refusal::hole;
  return changed;
}

}  // namespace refmm::impl::inline REFMM_BUILD
