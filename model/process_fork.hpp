// A process makes another one like itself.
//
// Follows copy_mm and dup_mmap in kernel/fork.c.
#pragma once

#include <refmm/model/process_exit.hpp>

#include <optional>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// A child whose address space is being copied.
template <Word W>
struct Forking {
  ProcessStep<W> so_far;
  std::optional<process::Refusal> refusal;
};

/// The child at the beginning: a page directory of its own, the numbers of the parent, and no areas. Nothing if there is no frame. 2.4.0:
/// mm_init.
template <Word W>
constexpr Forking<W> child_made(ProcessStep<W> so_far, W parent, W child) {
  auto taken = alloc_page(pages_taken(so_far), fault::Gfp::GFP_KERNEL);
  so_far = pages_returned(std::move(so_far), std::move(taken.so_far));
  if (!taken.pfn)
    return {cited(std::move(so_far), "process.fork.no_directory"), process::Refusal::no_page_directory};
  process::Process<W> made = process_of(so_far.state, parent);
  made.pid = child;
  made.mm = mm_of_child(made.mm);
  made.lookup = {};
  made.pgd = *taken.pfn;
  made.min_flt = made.maj_flt = W(0u);
  fault::Memory<W>& memory = so_far.state.memory;
  if (!mutant("process.fork.counts_no_pages"))
    memory.rss = updated(std::move(memory.rss), child, lookup(memory.rss, parent));
  so_far.state.processes.push_back(std::move(made));
  return {std::move(so_far), std::nullopt};
}

/// Copies an area and its entries. The child has the area even if its entries could not all be copied: taking it down needs it.
template <Word W>
constexpr Forking<W> area_copied(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W parent, W child,
                                 const vma::Area<W>& area) {
  auto duplicated = dup_area<W>(areas_of(so_far.state, parent), area);
  so_far = with_areas(std::move(so_far), parent, std::move(duplicated.so_far));
  if (!duplicated.copy) return {std::move(so_far), process::Refusal::no_area_structure};
  vma::Mm<W>& mm = process_of(so_far.state, child).mm;
  mm.areas.push_back(*duplicated.copy);
  mm.map_count = mm.map_count + 1u;
  auto copied = copy_page_range(kernel, pages_taken(so_far), parent, child, *duplicated.copy);
  so_far = pages_returned(std::move(so_far), std::move(copied.so_far));
  if (!copied.had_tables) {
    if (mutant("process.fork.forgets_the_last_area")) process_of(so_far.state, child).mm.areas.pop_back();
    return {std::move(so_far), process::Refusal::no_page_table_to_copy};
  }
  return {std::move(so_far), std::nullopt};
}

/// Copies all areas that a child gets, upwards; the first that fails ends it. 2.4.0: dup_mmap.
template <Word W>
constexpr Forking<W> areas_copied(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W parent, W child) {
  const auto areas = process_of(so_far.state, parent).mm.areas;
  for (const vma::Area<W>& area : areas) {
    if (has(area.vm_flags, vma::VM_DONTCOPY)) continue;
    auto copied = area_copied(kernel, std::move(so_far), parent, child, area);
    if (copied.refusal) return copied;
    so_far = std::move(copied.so_far);
  }
  process::Process<W>& made = process_of(so_far.state, child);
  if (made.mm.map_count >= W(avl_min_map_count)) made.lookup = tree_of(made.mm, std::move(made.lookup));
  return {std::move(so_far), std::nullopt};
}

/// The result is the Pid of the child, or Refused; then the child is taken down, but what was write-protected in the parent stays so.
/// [process.fork] [process.fork.not_undone]
template <Word W>
constexpr ProcessStep<W> fork(const fault::KernelOf<W>& kernel, ProcessStep<W> so_far, W parent) {
  const W child = so_far.state.pids_made + 1u;

  // refuse
  auto forking = child_made(std::move(so_far), parent, child);
  so_far = std::move(forking.so_far);
  if (forking.refusal) {
    so_far.result = process::Refused{*forking.refusal};
    return so_far;
  }

  // change
  forking = areas_copied(kernel, std::move(so_far), parent, child);
  so_far = std::move(forking.so_far);
  so_far.effects.push_back(fault::FlushTlb{});
  if (forking.refusal) {
    so_far = process_gone(kernel, std::move(so_far), child);
    return refused(std::move(so_far), *forking.refusal, "process.fork.not_undone");
  }

  // report
  so_far.state.pids_made = child;
  return succeeded<W>(std::move(so_far), process::Pid<W>{child}, "process.fork");
}

}  // namespace refmm::model::inline REFMM_BUILD
