// brk in later eras: the heap begins where it began, is not executable, and keeps away from stacks. Part of impl/since.hpp.
//
// Follows sys_brk and do_brk_flags in mm/mmap.c and mm/vma.c.
#pragma once

#include <refmm/impl/since_address_space.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [vma.brk.collision], [since.guard_gap], [since.mmap.locked], [since.data_limit]: whether the heap may grow; the page above it stays
/// free.
inline bool EraAddressSpace::may_grow_heap_to(Word from, Word to) {
  if (!is_unguarded(from, to + machine_.page_size)) return false;
  const Word pages = pages_in(to - from);
  const bool locks = era_.mmap_locked && (def_flags_ & vma::VM_LOCKED) != 0;
  return !(locks && passes_locked_limit(pages)) && !passes_data_limit(vma::VM_WRITE, pages);
}

/// [since.brk.flags]: the heap up to `to`, as a mapping that may not be executed; the same as 2.4.0's in everything else. Returns the
/// break.
inline auto EraAddressSpace::map_heap(Word new_brk, Word from, Word to) -> Word {
  constexpr Word flags = vma::MAP_PRIVATE | vma::MAP_FIXED | vma::MAP_ANONYMOUS;
  const std::uint32_t def_flags = def_flags_;
  if (era_.merge) def_flags_ |= since::VM_ACCOUNT;
  const auto mapped =
      do_mmap_pgoff(nullptr, from, to - from, vma::PROT_READ | vma::PROT_WRITE, flags, pages_in(from));
  def_flags_ = def_flags;
  if (mapped) brk = new_brk;
  return brk;
}

/// [since.brk.lowest], [since.brk.shrink]
inline auto EraAddressSpace::sys_brk(Word new_brk) -> Word {
  if (era_.brk_lowest && new_brk < start_brk_) return brk;
  const Word from = page_align(brk);
  const Word to = page_align(new_brk);
  const bool is_limited = era_.brk_lowest && limits.data != Limits<Word>::infinity;
  if (is_limited && new_brk - start_data > limits.data) return brk;
  if (to < from && era_.brk_shrink && find_vma_intersection(to, from) == nullptr) return brk;
  if (to > from && !may_grow_heap_to(from, to)) return brk;

  const Word after = with_limits_lifted(
      [&] { return era_.brk_flags && to > from ? map_heap(new_brk, from, to) : Base::sys_brk(new_brk); });
  if (to > from) merge_at(from);
  return after;
}

}  // namespace refmm::impl::inline REFMM_BUILD
