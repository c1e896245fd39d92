// Accesses while a directory is active, and the faults in the kernel's half.
//
// Follows do_page_fault in arch/i386/mm/fault.c as far as it concerns addresses of the kernel: programs have no areas here, so that
// a fault in the user's half is always an error.
#pragma once

#include <refmm/model/paging_pgd.hpp>
#include <refmm/model/paging_tables.hpp>

#include <cstdint>
#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The error exit of the fault handler: Refused. A program gets the signal.
template <Word W>
constexpr KernelMapStep<W> bad_area(KernelMapStep<W> so_far, bool user) {
  if (!user) return refused(std::move(so_far), kernel_map::Refusal::bad_area, "paging.kernel.bad_area");
  so_far.effects.push_back(kernel_map::Signal{});
  return refused(std::move(so_far), kernel_map::Refusal::sigsegv, "paging.kernel.sigsegv");
}

/// One run of the fault handler: Nothing if the access is to be tried again, or Refused.
template <Word W>
constexpr KernelMapStep<W> do_page_fault(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                         const kernel_map::Touch<W>& touch, std::uint32_t error_code) {
  const MachineOf<W>& machine = boot.kernel.machine;
  so_far.effects.push_back(kernel_map::FaultHandled<W>{touch.addr, error_code});
  so_far.result = kernel_map::Nothing{};

  // refuse
  const bool user = (error_code & paging::FAULT_USER) != 0;
  const bool copies = !user || !boot.kernel.corrected.user_fault;
  if (touch.addr < W(machine.task_size) || !copies) return bad_area(std::move(so_far), user);

  // find
  const W slot = pgd_index<W>(machine, touch.addr);
  auto synced = vmalloc_fault<W>(boot.kernel.sharing, so_far.state.swapper_pg_dir,
                                 kernel_map::directory(so_far.state, touch.pgd), slot);
  if (!synced.copied) return bad_area(std::move(so_far), user);

  // change
  so_far.because.push_back(user ? ClauseRef("defect.kernel.user_fault") : ClauseRef("paging.kernel.synced"));
  return pgd_changed<W>(std::move(so_far), touch.pgd, std::move(synced.pgd), slot);
}

/// Reads an address while a directory is active, faults included. The result is Touched, or Refused.
template <Word W>
constexpr KernelMapStep<W> touch(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                 const kernel_map::Touch<W>& call) {
  const MachineOf<W>& machine = boot.kernel.machine;
  if (call.pgd != 0 && is_unknown(so_far.state, call.pgd)) return pgd_unknown(std::move(so_far));
  const paging::Access access{.user = call.user, .write = false, .wp = true};
  for (bool synced = false;; synced = true) {
    const kernel_map::State<W>& state = so_far.state;
    const auto table_in = [&](W pfn) {
      const auto* table = kernel_map::table_in(state, pfn);
      return table ? table->entries : kernel_map::Entries<W>{};
    };
    const auto walked = walk<W>(machine, kernel_map::directory(state, call.pgd), table_in, call.addr, access);
    so_far = cited(std::move(so_far), walked.because);
    if (const auto* translation = std::get_if<paging::Translation<W>>(&walked.value)) {
      if (pfn_of<W>(machine, translation->entry) == W(kernel_map::stand_in_frame<W>))
        so_far = cited(std::move(so_far), ClauseRef("defect.kernel.stand_in_table"));
      const auto clause = synced ? ClauseRef("paging.kernel.ends_as_swapper") : ClauseRef("paging.kernel.present");
      return succeeded<W>(std::move(so_far), kernel_map::Touched{synced}, clause);
    }
    so_far = do_page_fault<W>(boot, std::move(so_far), call, std::get<paging::PageFault>(walked.value).error_code);
    if (was_refused(so_far)) return so_far;
  }
}

}  // namespace refmm::model::inline REFMM_BUILD
