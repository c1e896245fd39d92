// The processor's view of memory: the walk through two levels of tables, behind a TLB.
//
// What of the tables is wrong, nobody but the processor finds out: so it reads them here as it does, from the frames that they
// are in, and marks them.
#pragma once

#include <refmm/impl/paging_entries.hpp>
#include <refmm/impl/paging_tlb.hpp>

#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// What became of an access: a physical address, or a page fault.
struct Accessed {
  bool translated = false;
  Address phys = 0;
  Entry entry = 0;               // that says so: of the directory for a 4 MB page
  std::uint32_t error_code = 0;  // of the fault: paging::FAULT_*
};

template <PhysicalMemory Memory>
class Processor {
 public:
  /// `memory` must outlive it. With `pge`, entries can be global. 2.4.0: X86_CR4_PGE.
  Processor(const Memory& memory, bool pge) : memory_(&memory), pge_(pge) {}

  /// The directory that is active.
  Pfn cr3() const { return cr3_; }

  /// Makes another directory active: what is not global is forgotten.
  void load_cr3(Pfn pgd) {
    if (pgd == cr3_) return;
    cr3_ = pgd;
    tlb_.flush();
  }

  /// An access to a byte, through the TLB if that has its page.
  Accessed access(Address addr, const paging::Access& access) {
    const CachedTranslation* const cached = tlb_.lookup(addr);
    // A translation that does not permit the access is no reason for a fault: the tables may, by now.
    if (cached != nullptr && permits(cached->permitted, access) &&
        (!access.write || has_flag(cached->permitted, paging::PAGE_DIRTY)))
      return {.translated = true,
              .phys = cached->pfn << page_shift | offset_in_page(addr),
              .entry = cached->entry,
              .error_code = 0};
    return walk(addr, access);
  }

  /// The same, whatever the TLB has; it has the translation afterwards. [paging.walk.*]
  Accessed walk(Address addr, const paging::Access& access) {
    Entry& pde = table_in(*memory_, cr3_)[pgd_index(addr)];
    if (!is_present(pde)) return fault(false, access);
    const bool large = is_large(pde);
    Entry& pte = large ? pde : table_in(*memory_, pfn_of(pde))[pte_index(addr)];
    if (!is_present(pte)) return fault(false, access);
    const Entry both = pde & pte;
    if (!permits(both, access)) return fault(true, access);

    mark(pde, large && access.write);
    if (!large) mark(pte, access.write);
    const Address within =
        large && !mutant("paging.impl.walk.large_page_is_small") ? offset_in_slot(addr) : offset_in_page(addr);
    const Address phys = (pfn_of(pte) << page_shift) + within;
    tlb_.insert(addr, {.entry = pte,
                       .pfn = phys >> page_shift,
                       .permitted = (both & (paging::PAGE_USER | paging::PAGE_RW)) | (pte & paging::PAGE_DIRTY),
                       .global = pge_ && has_flag(pte, paging::PAGE_GLOBAL)});
    return {.translated = true, .phys = phys, .entry = pte, .error_code = 0};
  }

  void flush(bool global) { global ? tlb_.flush_global() : tlb_.flush(); }
  void flush_one(Address addr) { tlb_.flush_one(addr); }
  const Tlb& tlb() const { return tlb_; }

 private:
  /// [paging.walk.user_in_both], [paging.walk.rw_in_both], [paging.walk.write_protect]
  static bool permits(Entry both, const paging::Access& access) {
    if (access.user && !has_flag(both, paging::PAGE_USER) && !mutant("paging.impl.walk.ignores_user"))
      return false;
    if (!access.write || has_flag(both, paging::PAGE_RW)) return true;
    return !access.user && !access.wp;
  }

  /// [paging.walk.error_code]
  static Accessed fault(bool protection, const paging::Access& access) {
    std::uint32_t code = 0;
    if (protection && !mutant("paging.impl.walk.forgets_protection")) code |= paging::FAULT_PROTECTION;
    if (access.write) code |= paging::FAULT_WRITE;
    if (access.user) code |= paging::FAULT_USER;
    return {.error_code = code};
  }

  /// [paging.walk.marks]. Tables that are not to be changed are not written to, not even with what they have.
  static void mark(Entry& entry, bool written) {
    const Entry marks = paging::PAGE_ACCESSED | (written ? paging::PAGE_DIRTY : 0u);
    if ((entry & marks) != marks) entry |= marks;
  }

  const Memory* memory_;
  bool pge_;
  Pfn cr3_ = 0;
  Tlb tlb_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
