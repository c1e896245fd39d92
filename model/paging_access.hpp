// An access of the processor with the faults that it raises: tried again as long as a fault brings the directory up to date.
//
// Over directories as any total map, like kernel_sharing.hpp. Follows do_page_fault in arch/i386/mm/fault.c as far as it concerns
// addresses of the kernel: programs have no areas here, so that a fault in the user's half is always an error.
#pragma once

#include <refmm/model/kernel_sharing.hpp>

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// Which kernel handles the faults.
struct FaultHandling {
  Sharing sharing;
  kernel_map::Corrections corrected;
};

/// One run of the fault handler: what it makes of the directory, or that it is an error. A program's fault copies nothing; as
/// built, nobody asks whose it is. 2.4.0: do_page_fault.
template <Word W, class Directory>
constexpr Decision<Synced<Directory>> do_page_fault(const MachineOf<W>& machine, const FaultHandling& handling,
                                                    const Directory& swapper, const Directory& pgd, W addr,
                                                    bool user) {
  Because because{user ? ClauseRef("paging.kernel.sigsegv") : ClauseRef("paging.kernel.bad_area")};

  // refuse
  if (addr < W(machine.task_size)) return {{pgd, false}, std::move(because)};
  if (user && handling.corrected.user_fault) return {{pgd, false}, std::move(because)};

  // change
  auto synced = vmalloc_fault<W>(handling.sharing, swapper, pgd, pgd_index<W>(machine, addr));

  // report
  if (synced.copied) because = {user ? ClauseRef("defect.kernel.user_fault") : ClauseRef("paging.kernel.synced")};
  return {std::move(synced), std::move(because)};
}

/// A fault that was raised, and whether it has copied something.
struct HandledFault {
  std::uint32_t error_code;
  bool copied;
};

/// How an access ended.
template <Word W, class Directory>
struct Accessed {
  Directory pgd;     // as the faults have left it
  Walked<W> walked;  // the last attempt
  std::vector<HandledFault> faults;
  Because because;
};

/// An access while `pgd` is active. One copy is all that can help: the entry is there then, and a fault with it is an error.
/// [paging.kernel.ends_as_swapper]
template <Word W, class Directory, class TableIn>
constexpr Accessed<W, Directory> accessed(const MachineOf<W>& machine, const FaultHandling& handling,
                                          const Directory& swapper, Directory pgd, const TableIn& table_in, W addr,
                                          const paging::Access& access) {
  std::vector<HandledFault> faults;
  Because because;
  const auto decided_by = [&](const Because& clauses) {
    because.insert(because.end(), clauses.begin(), clauses.end());
  };
  for (;;) {
    auto walked = walk<W>(machine, pgd, table_in, addr, access);
    decided_by(walked.because);
    const auto* fault = std::get_if<paging::PageFault>(&walked.value);
    if (!fault) return {std::move(pgd), std::move(walked.value), std::move(faults), std::move(because)};
    auto handled = do_page_fault<W>(machine, handling, swapper, pgd, addr, access.user);
    decided_by(handled.because);
    const bool again = faults.size() < 2;  // a mutant that copies what does not help must not go on for ever
    faults.push_back({fault->error_code, handled.value.copied});
    pgd = std::move(handled.value.pgd);
    if (!faults.back().copied || !again)
      return {std::move(pgd), std::move(walked.value), std::move(faults), std::move(because)};
  }
}

}  // namespace refmm::model::inline REFMM_BUILD
