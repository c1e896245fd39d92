// Who uses which frames: tables, directories, areas of vmalloc, programs.
//
// Frames behind an area of ioremap are no use of them: whoever has them keeps them. Frames below the first free one are boot's,
// and have no references.
#pragma once

#include <refmm/spec/kernel_map_pages.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace refmm::kernel_map {

/// The frames of all tables and directories, the quick lists included, in ascending order.
inline std::vector<Word32> frames_of_tables(const LawState& state) {
  std::vector<Word32> frames = state.pte_quicklist;
  frames.push_back(swapper_pfn<Word32>);
  for (const auto& table : state.tables) frames.push_back(table.pfn);
  for (const auto& pgd : state.pgds) frames.push_back(pgd.pfn);
  for (const auto& pgd : state.pgd_quicklist) frames.push_back(pgd.pfn);
  std::ranges::sort(frames);
  return frames;
}

/// Calls `visit(entry)` for every entry of the user's half of every process.
inline void for_each_users_entry(const LawState& state, auto visit) {
  for (const auto& pgd : state.pgds) {
    for (const auto& [slot, entry] : pgd.entries.written) {
      if (slot < first_slot) visit(entry);
    }
  }
}

/// The frames of the user's tables of all processes.
inline std::vector<Word32> frames_of_users_tables(const LawState& state) {
  std::vector<Word32> frames;
  for_each_users_entry(state, [&](Word32 entry) { frames.push_back(pfn_in(entry)); });
  return frames;
}

/// The frames that programs map, in all processes.
inline std::vector<Word32> frames_of_users_pages(const LawState& state) {
  std::vector<Word32> frames;
  for (const auto& pgd : state.pgds) {
    for_each_page(state, pgd.entries, 0, law_machine.page_offset,
                  [&](Word32, Word32 entry) { frames.push_back(pfn_in(entry)); });
  }
  return frames;
}

/// How often a frame is used.
struct Uses {
  Word32 pfn;
  std::int32_t times;
};

/// Of every frame that is used, in ascending order.
inline std::vector<Uses> uses_of_frames(const LawBoot& boot, const LawState& state) {
  std::vector<Word32> frames = frames_of_tables(state);
  for (const Word32 pfn : frames_of_users_pages(state)) frames.push_back(pfn);
  for (const LawArea& area : state.vmlist) {
    if (area.flags != AreaKind::vmalloc) continue;
    for (const MappedPage& mapped : pages_of(state, area)) frames.push_back(pfn_in(mapped.entry));
  }
  std::ranges::sort(frames);
  std::vector<Uses> uses;
  for (const Word32 pfn : frames) {
    if (pfn < boot.first_free) continue;
    if (uses.empty() || uses.back().pfn != pfn) uses.push_back({pfn, 0});
    ++uses.back().times;
  }
  return uses;
}

}  // namespace refmm::kernel_map
