// Accesses while a directory is active, and the faults in the kernel's half. Part of impl/paging.hpp.
//
// Source: do_page_fault in arch/i386/mm/fault.c of 2.4.0, as far as it concerns addresses of the kernel.
#pragma once

#include <refmm/impl/paging_directories.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// One run of the handler: nothing if the access is to be tried again. A slot is copied that the directory does not have and
/// swapper_pg_dir has; tables are not looked at ([paging.kernel.synced]). A program's fault copies nothing
/// ([defect.kernel.user_fault]).
template <KernelMapLayer Layer>
std::optional<kernel_map::Refusal> PageDirectories<Layer>::do_page_fault(Pfn pgd, Address addr,
                                                                         std::uint32_t error_code) {
  layer_.page_fault(addr, error_code);
  const std::uint32_t slot = pgd_index(addr);
  const Entry entry = directory(swapper_pg_dir)[slot];
  const bool user = has_flag(error_code, paging::FAULT_USER);
  if (slot >= first_kernel_slot_ && (!user || mutant("paging.impl.fault.copies_for_user")) &&
      boot_.kernel.sharing == kernel_map::Sharing::lazy && !is_present(directory(pgd)[slot]) &&
      is_present(entry)) {
    set_pde(pgd, slot, mutant("paging.impl.fault.marks_global") ? entry | paging::PAGE_GLOBAL : entry);
    return std::nullopt;
  }
  if (!user) return kernel_map::Refusal::bad_area;
  layer_.signal();
  return kernel_map::Refusal::sigsegv;
}

template <KernelMapLayer Layer>
KernelReturned<bool> PageDirectories<Layer>::touch(Pfn pgd, Address addr, bool user) {
  const paging::Access access{.user = user, .write = false, .wp = true};
  cpu_.load_cr3(pgd);
  for (bool synced = false;; synced = true) {
    const Accessed accessed = cpu_.walk(addr, access);
    if (accessed.translated) return synced;
    if (const auto refusal = do_page_fault(pgd, addr, accessed.error_code)) return *refusal;
  }
}

template <KernelMapLayer Layer>
KernelReturned<Address> PageDirectories<Layer>::read(Pfn pgd, Address addr, bool user) {
  const paging::Access access{.user = user, .write = false, .wp = true};
  cpu_.load_cr3(pgd);
  for (;;) {
    const Accessed accessed = cpu_.access(addr, access);
    if (accessed.translated) return accessed.phys;
    if (const auto refusal = do_page_fault(pgd, addr, accessed.error_code)) return *refusal;
  }
}

}  // namespace refmm::impl::inline REFMM_BUILD
