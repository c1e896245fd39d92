// Page directories of processes, and the quick lists of directories and tables. Part of impl/paging.hpp.
//
// Source: get_pgd_slow, get_pgd_fast, free_pgd_slow, free_pgd_fast in include/asm-i386/pgalloc.h, do_check_pgt_cache in
// arch/i386/mm/init.c of 2.4.0.
#pragma once

#include <refmm/impl/paging_directories.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [paging.pgd_alloc.quick_list]: as it is, with a kernel's half as old as its last use; a fault makes it new, for what is in it is what
/// swapper_pg_dir has ([paging.kernel.recycled]). [paging.pgd_alloc.fresh]: the kernel's half is copied.
template <KernelMapLayer Layer>
KernelReturned<Pfn> PageDirectories<Layer>::pgd_alloc() {
  if (pgd_quicklist_ != 0) {
    const Pfn pgd = pop(pgd_quicklist_);
    entries_of(pgd)[0] = 0;
    layer_.pgd_made(pgd);
    return pgd;
  }
  const std::optional<Pfn> pgd = layer_.get_free_page();
  if (!pgd) return kernel_map::Refusal::no_frame_left;
  Entry* const entries = entries_of(*pgd);
  if (!mutant("paging.impl.pgd_alloc.keeps_user_half"))
    std::memset(entries, 0, first_kernel_slot_ * sizeof(Entry));
  const std::uint32_t first = first_kernel_slot_ + (mutant("paging.impl.pgd_alloc.misses_a_slot") ? 1 : 0);
  std::memcpy(entries + first, directory(swapper_pg_dir) + first, (entries_per_table - first) * sizeof(Entry));
  layer_.pgd_made(*pgd);
  return *pgd;
}

/// [paging.pgd_free]
template <KernelMapLayer Layer>
void PageDirectories<Layer>::pgd_free(Pfn pgd) {
  leave(pgd);
  layer_.pgd_gone(pgd);
  layer_.free_page(pgd);
}

/// [paging.pgd_free_fast]
template <KernelMapLayer Layer>
void PageDirectories<Layer>::pgd_free_fast(Pfn pgd) {
  leave(pgd);
  layer_.pgd_gone(pgd);
  push(pgd_quicklist_, pgd);
  if (mutant("paging.impl.pgd_free_fast.gives_frame_back")) layer_.free_page(pgd);
}

/// [paging.pte_free_fast]
template <KernelMapLayer Layer>
KernelReturned<Pfn> PageDirectories<Layer>::pte_free_fast() {
  const std::optional<Pfn> pfn = layer_.get_free_page();
  if (!pfn) return kernel_map::Refusal::no_frame_left;
  std::memset(entries_of(*pfn), 0, page_size);
  push(pte_quicklist_, *pfn);
  return *pfn;
}

/// [paging.quick_lists.trimmed]: each round frees one of each list, if there are any, so it may end one below the mark. Below zero
/// it would never be ([paging.quick_lists.hang]).
template <KernelMapLayer Layer>
KernelReturned<std::uint32_t> PageDirectories<Layer>::check_pgt_cache(std::int32_t low, std::int32_t high) {
  const auto size = [&] { return static_cast<std::int32_t>(pgtable_cache_size_); };
  std::uint32_t freed = 0;
  if (size() <= high) return freed;
  if (low < 0) return kernel_map::Refusal::quick_lists_empty;
  do {
    for (Pfn* const list : {&pgd_quicklist_, &pte_quicklist_}) {
      if (*list == 0) continue;
      layer_.free_page(pop(*list));
      ++freed;
    }
  } while (size() > (mutant("paging.impl.quick_lists.trims_to_high") ? high : low));
  return freed;
}

}  // namespace refmm::impl::inline REFMM_BUILD
