// Reads of the kernel and of programs while a directory is active.
#pragma once

#include <refmm/model/paging_access.hpp>
#include <refmm/model/paging_pgd.hpp>

#include <utility>
#include <variant>

namespace refmm::model::inline REFMM_BUILD {

/// The table in a frame, as the processor reads it.
template <Word W>
constexpr kernel_map::Entries<W> entries_read(const kernel_map::State<W>& state, W pfn) {
  const auto* table = kernel_map::table_in(state, pfn);
  return table ? table->entries : kernel_map::Entries<W>{};
}

/// Reads an address while a directory is active, faults included. The result is Touched, or Refused.
template <Word W>
constexpr KernelMapStep<W> touch(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                 const kernel_map::Touch<W>& call) {
  const MachineOf<W>& machine = boot.kernel.machine;

  // refuse
  if (call.pgd != 0 && is_unknown(so_far.state, call.pgd)) return pgd_unknown(std::move(so_far));

  // find
  const paging::Access access{.user = call.user, .write = false, .wp = true};
  const kernel_map::State<W>& state = so_far.state;
  auto ended = accessed<W>(
      machine, {boot.kernel.sharing, boot.kernel.corrected}, state.swapper_pg_dir,
      kernel_map::directory(state, call.pgd), [&](W pfn) { return entries_read<W>(state, pfn); }, call.addr,
      access);
  so_far = cited(std::move(so_far), ended.because);

  // change
  const W slot = pgd_index<W>(machine, call.addr);
  for (const HandledFault& fault : ended.faults) {
    so_far.effects.push_back(kernel_map::FaultHandled<W>{call.addr, fault.error_code});
    if (fault.copied) so_far = pgd_changed<W>(std::move(so_far), call.pgd, ended.pgd, slot);
  }

  // report
  const auto* translation = std::get_if<paging::Translation<W>>(&ended.walked);
  if (!translation && call.user) so_far.effects.push_back(kernel_map::Signal{});
  if (!translation) {
    so_far.result = kernel_map::Refused{call.user ? kernel_map::Refusal::sigsegv : kernel_map::Refusal::bad_area};
    return so_far;
  }
  if (pfn_of<W>(machine, translation->entry) == W(kernel_map::stand_in_frame<W>))
    so_far = cited(std::move(so_far), ClauseRef("defect.kernel.stand_in_table"));
  const bool synced = !ended.faults.empty();
  return succeeded<W>(std::move(so_far), kernel_map::Touched{synced},
                      synced ? ClauseRef("paging.kernel.ends_as_swapper") : ClauseRef("paging.kernel.present"));
}

}  // namespace refmm::model::inline REFMM_BUILD
