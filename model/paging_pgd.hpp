// Page directories of processes, and the quick lists of directories and tables.
//
// Follows get_pgd_slow, get_pgd_fast, free_pgd_slow and free_pgd_fast in include/asm-i386/pgalloc.h, and do_check_pgt_cache in
// arch/i386/mm/init.c.
#pragma once

#include <refmm/model/kernel_map_step.hpp>
#include <refmm/model/kernel_sharing.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// A directory becomes the one of a process; the result is its number.
template <Word W>
constexpr KernelMapStep<W> directory_given(KernelMapStep<W> so_far, W pfn, kernel_map::Entries<W> entries,
                                           ClauseRef clause) {
  const std::uint32_t number = ++so_far.state.pgds_made;
  so_far.state.pgds.push_back({number, pfn, std::move(entries)});
  return succeeded<W>(std::move(so_far), kernel_map::PgdNumber{number}, clause);
}

/// The first directory of the quick list as it is, else a new one; the result is its number, or Refused. 2.4.0: pgd_alloc.
template <Word W>
constexpr KernelMapStep<W> pgd_alloc(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far) {
  // find
  auto& list = so_far.state.pgd_quicklist;
  if (!list.empty()) {
    kernel_map::Pgd<W> pgd = std::move(list.front());
    list.erase(list.begin());
    --so_far.state.pgtable_cache_size;
    so_far.because.push_back("paging.kernel.recycled");
    return directory_given<W>(std::move(so_far), pgd.pfn, recycled<W>(pgd.entries), "paging.pgd_alloc.quick_list");
  }
  TakenFrame<W> taken = get_free_page<W>(boot, std::move(so_far));

  // refuse
  if (!taken.pfn)
    return refused(std::move(taken.so_far), kernel_map::Refusal::no_frame_left, "paging.pgd_alloc.null");

  // change
  auto entries = kernel_half_copied<W>(boot.kernel.machine, taken.so_far.state.swapper_pg_dir);
  return directory_given<W>(std::move(taken.so_far), *taken.pfn, std::move(entries), "paging.pgd_alloc.fresh");
}

/// Whether a directory has something in the user's half: who gives it back must have cleared that.
template <Word W>
constexpr bool has_user_entries(const MachineOf<W>& machine, const kernel_map::Entries<W>& entries) {
  const W first = first_kernel_slot(machine);
  return std::ranges::any_of(entries.written, [&](const auto& written) { return written.first < first; });
}

/// The directory of a process is no longer its own.
template <Word W>
struct DirectoryTaken {
  KernelMapStep<W> so_far;
  kernel_map::Pgd<W> pgd;
};

template <Word W>
constexpr DirectoryTaken<W> directory_taken(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                            std::uint32_t number) {
  kernel_map::Pgd<W> pgd = process_directory(so_far.state, number);
  std::erase_if(so_far.state.pgds, [&](const auto& other) { return other.number == number; });
  if (has_user_entries<W>(boot.kernel.machine, pgd.entries)) so_far.because.push_back("paging.pgd_free.user_half");
  so_far.result = kernel_map::Nothing{};
  return {std::move(so_far), std::move(pgd)};
}

/// True if there is no directory of this number.
template <Word W>
constexpr bool is_unknown(const kernel_map::State<W>& state, std::uint32_t number) {
  return !kernel_map::pgd_numbered(state, number);
}

template <Word W>
constexpr KernelMapStep<W> pgd_unknown(KernelMapStep<W> so_far) {
  return succeeded<W>(std::move(so_far), kernel_map::Nothing{}, "paging.pgd.unknown");
}

/// The frame of a directory goes back to the page source. 2.4.0: free_pgd_slow.
template <Word W>
constexpr KernelMapStep<W> pgd_free(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                    std::uint32_t number) {
  if (is_unknown(so_far.state, number)) return pgd_unknown(std::move(so_far));
  DirectoryTaken<W> taken = directory_taken<W>(boot, std::move(so_far), number);
  taken.so_far.because.push_back("paging.pgd_free");
  return free_page<W>(boot, std::move(taken.so_far), taken.pgd.pfn);
}

/// It goes to the front of the quick list, with what it holds. 2.4.0: free_pgd_fast.
template <Word W>
constexpr KernelMapStep<W> pgd_free_fast(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                         std::uint32_t number) {
  if (is_unknown(so_far.state, number)) return pgd_unknown(std::move(so_far));
  DirectoryTaken<W> taken = directory_taken<W>(boot, std::move(so_far), number);
  taken.pgd.number = 0;
  taken.pgd.entries = recycled<W>(taken.pgd.entries);
  auto& list = taken.so_far.state.pgd_quicklist;
  list.insert(list.begin(), std::move(taken.pgd));
  ++taken.so_far.state.pgtable_cache_size;
  taken.so_far.because.push_back("paging.pgd_free_fast");
  return std::move(taken.so_far);
}

// ---- The quick lists ------------------------------------------------------------------------------------------------

/// One round of trimming: a directory and a table, if there are any, go back to the page source. The number of frames freed
/// so far is counted on.
template <Word W>
constexpr KernelMapStep<W> trimmed_once(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                        std::uint32_t& freed) {
  const auto free_first = [&](auto& list, W pfn) {
    list.erase(list.begin());
    --so_far.state.pgtable_cache_size;
    ++freed;
    so_far = free_page<W>(boot, std::move(so_far), pfn);
  };
  if (!so_far.state.pgd_quicklist.empty())
    free_first(so_far.state.pgd_quicklist, so_far.state.pgd_quicklist.front().pfn);
  if (!so_far.state.pte_quicklist.empty())
    free_first(so_far.state.pte_quicklist, so_far.state.pte_quicklist.front());
  return so_far;
}

/// Trims both quick lists if their common counter is above `high`, until it is not above `low`: the result is the number of
/// frames freed. 2.4.0: do_check_pgt_cache.
template <Word W>
constexpr KernelMapStep<W> check_pgt_cache(const kernel_map::Boot<W>& boot, KernelMapStep<W> so_far,
                                           const kernel_map::CheckPgtCache& call) {
  const auto counter = [&] { return static_cast<std::int32_t>(so_far.state.pgtable_cache_size); };

  // refuse
  if (counter() <= call.high)
    return succeeded<W>(std::move(so_far), kernel_map::Freed{0}, "paging.quick_lists.kept");
  if (call.low < 0)
    return refused(std::move(so_far), kernel_map::Refusal::quick_lists_empty, "paging.quick_lists.hang");

  // change
  std::uint32_t freed = 0;
  do {
    so_far = trimmed_once<W>(boot, std::move(so_far), freed);
  } while (counter() > call.low);

  // report
  return succeeded<W>(std::move(so_far), kernel_map::Freed{freed}, "paging.quick_lists.trimmed");
}

}  // namespace refmm::model::inline REFMM_BUILD
