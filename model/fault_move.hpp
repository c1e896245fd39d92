// Entries moved to other addresses of the same process.
//
// Follows move_page_tables in mm/mremap.c.
#pragma once

#include <refmm/model/fault_unmap.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace refmm::model::inline REFMM_BUILD {

template <class M>
struct Moved {
  MemoryStep<M> so_far;
  bool had_table;  // or the entry is where it was
};

/// An entry stands at another place, and no more at its own. [fault.move.entry]
template <class M>
constexpr MemoryStep<M> entry_moved(MemoryStep<M> so_far, const PtePlace<WordOf<M>>& from,
                                    const PtePlace<WordOf<M>>& to) {
  const auto entry = pte_at(so_far.memory, from);
  so_far = set_pte(std::move(so_far), to, entry);
  if (!mutant("fault.move.leaves_the_entry")) so_far = set_pte(std::move(so_far), from, WordOf<M>(0u));
  if (mutant("fault.move.loses_the_entry")) so_far = set_pte(std::move(so_far), to, WordOf<M>(0u));
  return cited(std::move(so_far), "fault.move.entry");
}

/// Moves the entry of an address, if there is one. 2.4.0: move_one_page.
template <class M>
constexpr Moved<M> move_pte(const fault::KernelOf<WordOf<M>>& kernel, MemoryStep<M> so_far, const WordOf<M>& pid,
                            const WordOf<M>& from, const WordOf<M>& to) {
  const auto source = pte_offset(kernel.machine(), so_far.memory, pid, from);
  if (!is_there(source) || is_none(pte_at(so_far.memory, source))) return {std::move(so_far), true};
  auto target = pte_alloc(kernel, std::move(so_far), pid, to);
  so_far = std::move(target.so_far);
  if (!is_there(target.place)) return {cited(std::move(so_far), "fault.move.no_table"), false};
  return {entry_moved(std::move(so_far), source, target.place), true};
}

/// Moves the entries of a range, the highest first. If a table is missing, what was moved is moved back; as built, so are the entries that
/// the table has that stands in: [defect.fault.bad_table_moves_back]. 2.4.0: move_page_tables, without the flushes.
template <Word W>
constexpr Moved<fault::Memory<W>> move_page_tables(const fault::KernelOf<W>& kernel,
                                                   MemoryStep<fault::Memory<W>> so_far, W pid, W from, W to,
                                                   W len) {
  const W page_size = kernel.machine().page_size;
  std::vector<W> moved;
  W offset = len;
  while (offset != 0u) {
    offset = offset - page_size;
    const bool was_there = !is_none(pte_of(kernel.machine(), so_far.memory, pid, from + offset));
    auto one = move_pte(kernel, std::move(so_far), pid, from + offset, to + offset);
    so_far = std::move(one.so_far);
    if (!one.had_table) break;
    if (was_there) moved.push_back(offset);
    if (offset == 0u) return {std::move(so_far), true};
  }
  if (len == 0u) return {std::move(so_far), true};

  so_far = cited(std::move(so_far), "fault.move.back");
  for (offset = offset + page_size; offset != len; offset = offset + page_size) {
    if (std::ranges::find(moved, offset) == moved.end()) {
      if (is_none(pte_of(kernel.machine(), so_far.memory, pid, to + offset))) continue;
      if (kernel.corrected.bad_table_moves_back) continue;
      so_far = cited(std::move(so_far), "defect.fault.bad_table_moves_back");
    }
    so_far = move_pte(kernel, std::move(so_far), pid, to + offset, from + offset).so_far;
  }
  return {std::move(so_far), false};
}

}  // namespace refmm::model::inline REFMM_BUILD
