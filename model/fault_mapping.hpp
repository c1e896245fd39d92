// What a fault needs to know of the area that was touched, and of who touches it.
#pragma once

#include <refmm/model/fault_swap.hpp>
#include <refmm/model/vma_mprotect.hpp>
#include <refmm/spec/vma.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// An area and what it maps.
template <Word W>
struct Mapping {
  vma::Area<W> area;
  W object;  // the number of the file or shared memory object, or none
};

/// An address space, and whether it is that of the process that makes the call: only then is its TLB flushed, and only then does the
/// end of a file stop it.
template <Word W>
struct Space {
  W pid;
  bool current;
};

/// The page of its object that an address of an area shows.
template <Word W>
constexpr W page_index(const MachineOf<W>& machine, const Mapping<W>& mapping, W addr) {
  return pages_in<W>(machine, addr - mapping.area.vm_start) + mapping.area.vm_pgoff;
}

template <Word W>
constexpr bool is_shared(const Mapping<W>& mapping) {
  return has(mapping.area.vm_flags, vma::VM_SHARED);
}

/// The entry for a frame with the protection that follows from the flags of the area. 2.4.0: mk_pte(page, vma->vm_page_prot).
template <Word W>
constexpr W entry_for(const MachineOf<W>& machine, const Mapping<W>& mapping, W pfn) {
  return mk_pte<W>(machine, pfn, W(page_protection<W>(mapping.area.vm_flags)));
}

template <class M>
constexpr MemoryStep<M> flush_tlb(MemoryStep<M> so_far, const Space<WordOf<M>>& space) {
  if (space.current) so_far.effects.push_back(fault::FlushTlb{});
  return so_far;
}
template <class M>
constexpr MemoryStep<M> flush_tlb_page(MemoryStep<M> so_far, const Space<WordOf<M>>& space,
                                       const WordOf<M>& addr) {
  if (space.current) so_far.effects.push_back(fault::FlushTlbPage<WordOf<M>>{addr});
  return so_far;
}

/// A page of a file or object for a fault, with a reference to it; or why there is none. 2.4.0: the value of nopage.
template <class M>
struct NoPage {
  MemoryStep<M> so_far;
  std::optional<WordOf<M>> pfn;
  fault::Handled refusal;  // if there is no page
};

template <class M>
constexpr NoPage<M> no_page_because(MemoryStep<M> so_far, fault::Handled refusal, ClauseRef clause) {
  return {cited(std::move(so_far), clause), std::nullopt, refusal};
}

/// What a private mapping gets that is about to be written: a copy, made in the fault that brought the page in. 2.4.0: no_share.
template <class M>
constexpr NoPage<M> copied_early(MemoryStep<M> so_far, const WordOf<M>& pfn, ClauseRef clause) {
  auto copy = alloc_page(std::move(so_far), fault::Gfp::GFP_USER);
  if (!copy.pfn)
    return no_page_because(put_page(std::move(copy.so_far), pfn), fault::Handled::no_page, "fault.file.no_copy");
  so_far = copy_page(std::move(copy.so_far), *copy.pfn, pfn);
  if (!mutant("fault.file.keeps_what_was_copied")) so_far = put_page(std::move(so_far), pfn);
  return {cited(std::move(so_far), clause), copy.pfn, {}};
}

}  // namespace refmm::model::inline REFMM_BUILD
