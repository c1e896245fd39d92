// mprotect: a range gets other permissions, area by area.
//
// Follows sys_mprotect and mprotect_fixup in mm/mprotect.c.
#pragma once

#include <refmm/model/vma_split.hpp>

#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The protection of page table entries that follows from the flags of an area. 2.4.0: protection_map.
template <Word W>
constexpr std::uint32_t page_protection(W vm_flags) {
  if (!has(vm_flags, vma::VM_ACCESS)) return vma::PAGE_NONE;
  const W shared_and_writable = W(vma::VM_SHARED | vma::VM_WRITE);
  const bool at_once =
      is_true(mutant("vma.protection.private_at_once") ? (vm_flags & W(vma::VM_WRITE)) != 0u
                                                       : (vm_flags & shared_and_writable) == shared_and_writable);
  return at_once ? vma::PAGE_SHARED : vma::PAGE_READONLY;
}

/// True if an area has only permissions that it may have.
template <Word W>
constexpr auto is_permitted(W vm_flags) {
  const W may = mutant("vma.mprotect.ignores_may") ? W(vma::VM_ACCESS) : vm_flags >> W(vma::may_shift);
  return (vm_flags & ~may & W(vma::VM_ACCESS | vma::VM_SHARED)) == 0u;
}

/// Gives the part start..end of an area the permissions `prot`. The result is Success, or Refused. 2.4.0: mprotect_fixup.
template <Word W>
constexpr VmaStep<W> protect_part(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, std::uint32_t id, W start,
                                  W end, W prot) {
  const W before = vma::area_of(so_far.state.mm, id).vm_flags;
  const W after = (before & ~W(vma::VM_ACCESS)) | prot;
  if (!is_permitted<W>(after))
    return refused(std::move(so_far), vma::Refusal::not_permitted, "vma.mprotect.not_permitted");
  if (after == before) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.split.same_flags");
  so_far = with_flags<W>(kernel, std::move(so_far), id, start, end, after, refusals_of_mprotect);
  if (was_refused(so_far)) return so_far;
  if (start >= end)
    return refused(std::move(so_far), vma::Refusal::protection_of_nothing, "vma.mprotect.bug.no_page");
  const std::uint32_t protection = page_protection<W>(after);
  so_far.effects.push_back(vma::ChangeProtection<W>{start, end, protection});
  so_far.because.push_back("vma.mprotect.page_protection");
  so_far.because.push_back("vma.mprotect.exactly");
  return so_far;
}

/// The result is Success, or Refused; a refusal behind the arguments leaves changed what came before it. 2.4.0: sys_mprotect.
template <Word W>
constexpr VmaStep<W> mprotect(const vma::KernelOf<W>& kernel, VmaStep<W> so_far, W addr, W len, W prot) {
  const MachineOf<W>& machine = kernel.machine;

  // refuse
  if (!is_page_aligned<W>(machine, addr))
    return refused(std::move(so_far), vma::Refusal::address_unaligned, "vma.mprotect.unaligned");
  const W end = addr + page_align<W>(machine, len);
  if (end < addr) return refused(std::move(so_far), vma::Refusal::range_wraps, "vma.mprotect.wraps");
  if ((prot & ~W(vma::PROT_READ | vma::PROT_WRITE | vma::PROT_EXEC)) != 0u)
    return refused(std::move(so_far), vma::Refusal::unknown_protection, "vma.mprotect.unknown_bits");
  if (end == addr) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.mprotect.length_zero");

  // change
  return area_by_area<W>(
      std::move(so_far), addr, end,
      [&](VmaStep<W> step, std::uint32_t id, W from, W to) {
        return protect_part<W>(kernel, std::move(step), id, from, to, prot);
      },
      [](VmaStep<W> step) {
        return refused(std::move(step), vma::Refusal::not_mapped, "vma.mprotect.not_mapped");
      },
      [](VmaStep<W> step) { return refused(std::move(step), vma::Refusal::not_mapped, "vma.mprotect.hole"); });
}

}  // namespace refmm::model::inline REFMM_BUILD
