// A process makes another one like itself, and ends. Part of impl/process.hpp.
//
// Source: copy_mm and dup_mmap in kernel/fork.c, __exit_mm in kernel/exit.c of 2.4.0.
#pragma once

#include <refmm/impl/process_machine.hpp>
#include <refmm/spec/mutant.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// [process.fork], [process.fork.no_directory], [process.fork.not_undone]
template <FaultTracer Tracer>
ProcessReturned<std::uint32_t> ProcessMachine<Tracer>::fork(std::uint32_t pid) {
  Process* const parent = find(pid);
  if (parent == nullptr) return Refusal::no_such_process;
  const std::uint32_t number = pids_made_ + 1;
  if (processes_.size() <= number) processes_.resize(std::size_t{number} + 1, nullptr);
  Process* const child = tasks_.make(number, machine_, ground_, areas_, files_);
  if (child == nullptr) return Refusal::no_page_directory;
  if (!memory_.pgd_alloc(child->tables())) {
    tasks_.destroy(child);
    return Refusal::no_page_directory;
  }

  processes_[number] = child;
  child->tables().rss = parent->tables().rss;
  if (!mutant("process.impl.fork.forgets_esp")) child->esp = parent->esp;
  const auto copied = parent->mm.dup_mmap(child->mm);
  if (!mutant("process.impl.fork.keeps_translations")) memory_.flush_tlb({parent->tables(), true});
  if (!copied) {
    destroy(*child);
    return copied.refusal() == vma::Refusal::no_page_tables ? Refusal::no_page_table_to_copy
                                                            : Refusal::no_area_structure;
  }
  pids_made_ = number;
  return number;
}

template <FaultTracer Tracer>
ProcessReturned<void> ProcessMachine<Tracer>::exit(std::uint32_t pid) {
  Process* const process = find(pid);
  if (process == nullptr) return Refusal::no_such_process;
  destroy(*process);
  return {};
}

/// [process.exit]: its areas go, upwards, with their pages; then its page tables, upwards; then its page directory.
template <FaultTracer Tracer>
void ProcessMachine<Tracer>::destroy(Process& process) {
  process.layer.end();
  process.mm.exit_mmap();
  memory_.pgd_free(process.tables());
  processes_[process.pid] = nullptr;
  tasks_.destroy(&process);
}

}  // namespace refmm::impl::inline REFMM_BUILD
