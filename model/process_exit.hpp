// The end of a process.
//
// Follows __exit_mm in kernel/exit.c and mmput in kernel/fork.c.
#pragma once

#include <refmm/model/process_areas.hpp>
#include <refmm/model/vma_exit.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// Its areas go, upwards, with their pages; then its page tables, upwards; then its page directory. Nothing is flushed. 2.4.0: mmput.
/// [process.exit]
template <Word W>
constexpr ProcessStep<W> address_space_gone(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid) {
  VmaStep<W> areas = exit_mmap<W>(kernel.areas, areas_of(so_far.state, pid));
  const auto effects = areas.effects;
  so_far = with_areas(std::move(so_far), pid, std::move(areas));
  so_far = carried_out(Carrying<W>{kernel, pid, false}, std::move(so_far), effects);
  const W pgd = process_of(so_far.state, pid).pgd;
  return with_pages(std::move(so_far), [&](auto pages) {
    pages.memory.pgds = updated(std::move(pages.memory.pgds), pid, paging::Entries<W>{});
    pages.memory.rss = updated(std::move(pages.memory.rss), pid, W(0u));
    return mutant("process.exit.keeps_the_directory") ? pages : put_page(std::move(pages), pgd);
  });
}

/// The process is gone. [process.exit]
template <Word W>
constexpr ProcessStep<W> process_gone(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W pid) {
  so_far = address_space_gone(kernel, std::move(so_far), pid);
  std::erase_if(so_far.state.processes, [&](const process::Process<W>& process) { return process.pid == pid; });
  return cited(std::move(so_far), "process.exit");
}

}  // namespace refmm::model::inline REFMM_BUILD
