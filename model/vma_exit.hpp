// The end of an address space, and its copy.
//
// Follows exit_mmap in mm/mmap.c and dup_mmap in kernel/fork.c.
#pragma once

#include <refmm/model/vma_list.hpp>
#include <refmm/model/vma_page_tables.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

/// Tears the address space down, in the order of the list. The break, the limits and the default for locking survive. The result
/// is Nothing. 2.4.0: exit_mmap.
template <Word W>
constexpr VmaStep<W> exit_mmap(const vma::KernelOf<W>& kernel, VmaStep<W> so_far) {
  const auto areas = std::exchange(so_far.state.mm.areas, {});
  so_far.state.lookup = {};
  so_far.state.mm.total_vm = 0u;
  so_far.state.mm.locked_vm = 0u;
  for (const vma::Area<W>& area : areas) {
    so_far = vm_close(std::move(so_far), area);
    so_far.state.mm.map_count = so_far.state.mm.map_count - 1u;
    so_far = remove_shared_vm_struct(std::move(so_far), area);
    so_far = zap_page_range<W>(std::move(so_far), area.vm_start, area.vm_end - area.vm_start);
    if (has_ended(so_far)) return so_far;
    if (area.vm_file != 0) so_far = fput(std::move(so_far), area.vm_file);
    so_far = vma_free(std::move(so_far));
    so_far.because.push_back("vma.exit.areas");
  }
  const auto slots = W(kernel.machine.task_size) / W(bytes_of_page_table(kernel.machine));
  so_far.effects.push_back(vma::ClearPageTables<W>{W(0u), slots});
  so_far.because.push_back("vma.exit.page_tables");
  return succeeded<W>(std::move(so_far), vma::Nothing{}, "vma.exit.survivors");
}

/// A copy of the address space.
template <Word W>
struct Forked {
  VmaStep<W> so_far;  // Success, or Refused
  vma::Mm<W> child;   // as far as it was copied; it must be torn down in either case
};

/// The area as a child gets it, in a structure of its own: nothing of it is locked.
template <Word W>
constexpr vma::Area<W> copied(vma::Area<W> area, std::uint32_t id) {
  if (!mutant("vma.fork.child_stays_locked")) area.vm_flags = area.vm_flags & ~W(vma::VM_LOCKED);
  if (mutant("vma.fork.offset_from_zero")) area.vm_pgoff = 0u;
  area.id = id;
  return area;
}

/// The copy of an area stands behind the area in the list of the file, and has a reference of its own. Page contents are
/// another matter (copy_page_range).
template <Word W>
constexpr VmaStep<W> share_file(VmaStep<W> so_far, const vma::Area<W>& parent, const vma::Area<W>& child) {
  if (child.vm_file == 0) return so_far;
  so_far = get_file(std::move(so_far), child);
  const Name file = file_name(so_far.state, child);
  if (has(child.vm_flags, vma::VM_DENYWRITE)) so_far = write_count_changed(std::move(so_far), file, -1);
  vma::Inode& inode = model::inode(so_far.state, file);
  auto& list = has(child.vm_flags, vma::VM_SHARED) ? inode.i_mmap_shared : inode.i_mmap;
  list.insert(std::ranges::find(list, parent.id) + (mutant("vma.fork.child_in_front") ? 0 : 1), child.id);
  so_far.because.push_back("vma.fork.files");
  return so_far;
}

/// The address space that a child starts with: everything but the areas, and nothing locked.
template <Word W>
constexpr vma::Mm<W> mm_of_child(const vma::Mm<W>& parent) {
  vma::Mm<W> child = parent;
  child.areas.clear();
  child.locked_vm = 0u;
  child.map_count = 0u;
  return child;
}

/// An area as a child has it, in a structure of its own; nothing if there is none.
template <Word W>
struct DuplicatedArea {
  VmaStep<W> so_far;  // Success, or Refused
  std::optional<vma::Area<W>> copy;
};

/// Copies an area for a child; its operations are not told yet. 2.4.0: one turn of the loop of dup_mmap.
template <Word W>
constexpr DuplicatedArea<W> dup_area(VmaStep<W> so_far, const vma::Area<W>& area) {
  auto structure = vma_alloc(std::move(so_far));
  so_far = std::move(structure.so_far);
  if (!structure.id)
    return {refused(std::move(so_far), vma::Refusal::no_area_structure, "vma.fork.no_structure"), std::nullopt};
  const vma::Area<W> copy = copied<W>(area, *structure.id);
  so_far = share_file<W>(std::move(so_far), area, copy);
  so_far.because.push_back("vma.fork.areas");
  if (copy.vm_flags != area.vm_flags) so_far.because.push_back("vma.fork.unlocked");
  so_far.result = vma::Success{};
  return {std::move(so_far), copy};
}

/// Copies the list of areas for a child. 2.4.0: dup_mmap.
template <Word W>
constexpr Forked<W> dup_mmap(VmaStep<W> so_far) {
  const vma::Mm<W> parent = so_far.state.mm;
  vma::Mm<W> child = mm_of_child(parent);
  for (const vma::Area<W>& area : parent.areas) {
    if (has(area.vm_flags, vma::VM_DONTCOPY)) continue;
    auto duplicated = dup_area<W>(std::move(so_far), area);
    so_far = std::move(duplicated.so_far);
    if (!duplicated.copy && mutant("vma.fork.goes_on_without_one")) continue;
    if (!duplicated.copy) return {std::move(so_far), std::move(child)};
    so_far = vm_open(std::move(so_far), *duplicated.copy);
    child.areas.push_back(*duplicated.copy);
    child.map_count = child.map_count + 1u;
  }
  so_far.result = vma::Success{};
  return {std::move(so_far), std::move(child)};
}

}  // namespace refmm::model::inline REFMM_BUILD
