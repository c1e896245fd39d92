// Stacks: areas that grow down to the address that is touched. Part of impl/vma.hpp.
//
// Source: find_extend_vma in mm/mmap.c, expand_stack in include/linux/mm.h, setup_arg_pages in fs/exec.c of 2.4.0.
#pragma once

#include <refmm/impl/vma_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

template <PagingLayer Layer, PageSource Pages>
bool AddressSpace<Layer, Pages>::setup_stack(Word start, Word end) {
  if (!areas_.reserve(reserved_ + 1)) return false;
  Area* const stack = caches_.make();
  if (stack == nullptr) return false;
  ++reserved_;
  stack->vm_mm = layer_.page_tables();
  stack->vm_start = start;
  stack->vm_end = end;
  stack->vm_flags = vma::VM_ACCESS | vma::VM_MAYACCESS | vma::VM_GROWSDOWN;
  link(stack);
  account(*stack, pages_in(end - start));
  return true;
}

/// [vma.stack.*]
template <PagingLayer Layer, PageSource Pages>
auto AddressSpace<Layer, Pages>::find_extend_vma(Word addr) -> Returned<Area*> {
  addr &= ~(machine_.page_size - 1);
  Area* const area = areas_.find(addr);
  if (area == nullptr) return vma::Refusal::no_area_above;
  const Word start = area->vm_start;
  if (start <= addr) return area;

  if (const auto grown = expand_stack(area, addr); !grown) return grown.refusal();
  if (area->has(vma::VM_LOCKED)) layer_.make_pages_present(addr, start);
  return area;
}

/// [vma.stack.limit], [vma.stack.address_space], [vma.stack.offset_zero], [vma.stack.grows]. A file has no page in front of its first one; the
/// offset of memory without a file means nothing and may wrap.
template <PagingLayer Layer, PageSource Pages>
Returned<void> AddressSpace<Layer, Pages>::expand_stack(Area* area, Word addr) {
  if (!area->has(vma::VM_GROWSDOWN)) return vma::Refusal::does_not_grow;
  if (area->vm_end - addr > limits.stack) return vma::Refusal::stack_limit;
  const Word grow = pages_in(area->vm_start - addr);
  if (bytes_in(total_vm_ + grow) > limits.address_space) return vma::Refusal::stack_address_space;
  if (area->vm_file != nullptr && area->vm_pgoff < grow && !mutant("vma.impl.stack.below_offset_zero"))
    return vma::Refusal::stack_below_offset_zero;

  areas_.set_start(*area, addr);
  area->vm_pgoff -= grow;
  if (mutant("vma.impl.stack.forgets_locked"))
    total_vm_ += grow;
  else
    account(*area, grow);
  return {};
}

}  // namespace refmm::impl::inline REFMM_BUILD
