// mprotect in later eras: holes are ENOMEM, other orders of refusal, stacks from their beginning.
//
// Follows do_mprotect_pkey in mm/mprotect.c.
#pragma once

#include <refmm/model/since_merge.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// What is asked of the arguments; a length of 0 succeeds here. `prot` without the bits that say how the area grows. Success,
/// Refused, or as it was.
template <Word W>
constexpr EraStep<W> check_protection(const since::KernelOf<W>& kernel, EraStep<W> so_far,
                                      const vma::Mprotect<W>& call, W prot) {
  const since::Era& era = kernel.era;
  if (!is_page_aligned<W>(kernel.base.machine, call.addr))
    return refused(std::move(so_far), vma::Refusal::address_unaligned, "vma.mprotect.unaligned");
  if (era.mprotect_length_zero && call.len == W(0u))
    return succeeded<W>(std::move(so_far), vma::Success{}, "since.mprotect.length_zero");
  const W end = call.addr + page_align<W>(kernel.base.machine, call.len);
  if (era.mprotect_wraps && end <= call.addr)
    return refused(std::move(so_far), since::Refusal::range_wraps, "since.mprotect.wraps");
  if (end < call.addr) return refused(std::move(so_far), vma::Refusal::range_wraps, "vma.mprotect.wraps");
  const W known =
      W(vma::PROT_READ | vma::PROT_WRITE | vma::PROT_EXEC) | W(era.mprotect_semaphores ? since::PROT_SEM : 0u);
  if ((prot & ~known) != W(0u))
    return refused(std::move(so_far), vma::Refusal::unknown_protection, "vma.mprotect.unknown_bits");
  if (end == call.addr) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.mprotect.length_zero");
  return so_far;
}

/// The flags of a part with other permissions, and with the promise of memory that goes with being writable ([since.merge.alike]).
/// `written` is true of an area with pages of its own. Source: mprotect_fixup in mm/mprotect.c.
template <Word W>
constexpr W protected_flags(const vma::Area<W>& area, W prot, bool written) {
  const W after = (area.vm_flags & ~W(vma::VM_ACCESS)) | prot;
  if (has(prot, vma::PROT_WRITE)) {
    const bool promised =
        has(area.vm_flags, since::VM_ACCOUNT | vma::VM_WRITE | vma::VM_SHARED) || area.mapped_noreserve;
    return promised ? after : after | W(since::VM_ACCOUNT);
  }
  return area.vm_file == 0 && !written ? after & ~W(since::VM_ACCOUNT) : after;
}

/// Gives the part start..end of an area the permissions `prot`. Success, or Refused.
template <Word W>
constexpr EraStep<W> part_protected(const since::KernelOf<W>& kernel, EraStep<W> so_far, std::uint32_t id, W start,
                                    W end, W prot) {
  const vma::Area<W> area = vma::area_of(so_far.state.base.mm, id);
  const W asked = (area.vm_flags & ~W(vma::VM_ACCESS)) | prot;
  const W after = protected_flags<W>(area, prot, was_written(so_far.state, area));
  if (!is_permitted<W>(after & ~W(since::VM_ACCOUNT)))
    return refused(std::move(so_far), vma::Refusal::not_permitted, "vma.mprotect.not_permitted");
  if (asked == area.vm_flags) return succeeded<W>(std::move(so_far), vma::Success{}, "vma.split.same_flags");
  const W pages = pages_between<W>(kernel.base.machine, start, end);
  const vma::State<W>& base = so_far.state.base;
  // Where the limit on the address space leaves no room for as many pages again, the kernel does not look at that on data.
  const bool looks = is_true(base.mm.total_vm + pages <= pages_in<W>(kernel.base.machine, base.knobs.rlimit_as));
  if (looks && !is_data(area.vm_flags) && passes_data_limit<W>(kernel, so_far.state, after, pages))
    return refused(std::move(so_far), since::Refusal::data_limit, "since.data_limit");
  note(so_far.because, is_true(((after ^ area.vm_flags) & W(since::VM_ACCOUNT)) != W(0u)), "since.merge.alike");
  return as_in_2_4_0<W>(std::move(so_far), [&](VmaStep<W> base) {
    base = with_flags<W>(kernel.base, std::move(base), id, start, end, after, refusals_of_mprotect);
    if (was_refused(base)) return base;
    base.effects.push_back(vma::ChangeProtection<W>{start, end, page_protection<W>(after)});
    base.because.push_back("vma.mprotect.exactly");
    const W kinds = W(vma::VM_WRITE | vma::VM_SHARED | vma::VM_LOCKED);
    const bool becomes_writable =
        is_true((area.vm_flags & kinds) == W(vma::VM_LOCKED)) && has(after, vma::VM_WRITE);
    return becomes_writable ? make_pages_present<W>(std::move(base), start, end) : base;
  });
}

/// What is asked of the area of a call with PROT_GROWSDOWN or PROT_GROWSUP, of which x86 has no areas. Refused, or as it was.
template <Word W>
constexpr EraStep<W> check_growing(EraStep<W> so_far, W addr, W end, W growing) {
  const auto& areas = so_far.state.base.mm.areas;
  const std::size_t position = first_above(areas, addr);
  const bool down = has(growing, since::PROT_GROWSDOWN);
  const bool is_there = position != areas.size() &&
                        is_true(down ? areas[position].vm_start < end : areas[position].vm_start <= addr);
  if (!is_there) return refused(std::move(so_far), since::Refusal::hole, "since.mprotect.hole");
  if (!down || !has(areas[position].vm_flags, vma::VM_GROWSDOWN))
    return refused(std::move(so_far), since::Refusal::does_not_grow, "since.mprotect.grows");
  return so_far;
}

/// The result is Success, or Refused; a refusal behind the arguments leaves changed what came before it.
template <Word W>
constexpr EraStep<W> mprotect_since(const since::KernelOf<W>& kernel, EraStep<W> so_far, vma::Mprotect<W> call) {
  const since::Era& era = kernel.era;

  // refuse
  const W growing = call.prot & W(since::PROT_GROWSDOWN | since::PROT_GROWSUP);
  if (era.mprotect_grows && growing == W(since::PROT_GROWSDOWN | since::PROT_GROWSUP))
    return refused(std::move(so_far), since::Refusal::grows_both_ways, "since.mprotect.grows");
  if (era.mprotect_grows) call.prot = call.prot & ~growing;
  so_far = check_protection<W>(kernel, std::move(so_far), call, call.prot);
  if (!std::holds_alternative<vma::Nothing>(so_far.result)) return so_far;
  const W end = call.addr + page_align<W>(kernel.base.machine, call.len);
  if (era.mprotect_grows && growing != W(0u)) {
    so_far = check_growing<W>(std::move(so_far), call.addr, end, growing);
    if (was_refused(so_far)) return so_far;
    const auto& areas = so_far.state.base.mm.areas;
    call.addr = areas[first_above(areas, call.addr)].vm_start;
  }
  note(so_far.because, era.mprotect_semaphores && has(call.prot, since::PROT_SEM), "since.mprotect.semaphores");
  note(so_far.because, era.mprotect_grows && is_true(growing != W(0u)), "since.mprotect.grows");
  if (era.mprotect_semaphores) call.prot = call.prot & ~W(since::PROT_SEM);

  // change
  if (era.merge && era.mprotect_hole) {
    return part_by_part<W>(
        kernel, std::move(so_far), call.addr, end,
        [&](EraStep<W> step, const vma::Area<W>& area, W from, W to) {
          return part_protected<W>(kernel, std::move(step), area.id, from, to, call.prot);
        },
        [](EraStep<W> step) { return refused(std::move(step), since::Refusal::hole, "since.mprotect.hole"); });
  }
  if (growing != W(0u)) call.len = end - call.addr;
  so_far = carried_out_by_2_4_0<W>(kernel, std::move(so_far), call);
  const auto* refusal = std::get_if<vma::Refused>(&so_far.result);
  if (era.mprotect_hole && refusal && refusal->refusal == vma::Refusal::not_mapped)
    return refused(std::move(so_far), since::Refusal::hole, "since.mprotect.hole");
  return so_far;
}

}  // namespace refmm::model::inline REFMM_BUILD
