// The picture of a heap: its chunks to scale, and the lists of free ones.
#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/spec/malloc_walks.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_space.hpp>
#include <refmm/tools/story_vma.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace refmm::story {

namespace {

using State = MallocFamily::State;
using Word = std::uint32_t;
using to_scale::size_of;

constexpr std::size_t most_chunks = 256;  // of a region, one by one

/// The block that a program has in a chunk, in words.
std::string block_in(const State& state, const malloc::Chunk<Word>& chunk) {
  const auto* block = malloc::block_at(state.blocks, malloc::block_of(chunk.addr));
  return block == nullptr ? "" : fmt::format(", block {:08x} of {} bytes", block->addr, block->bytes);
}

Cell cell_of(const State& state, const malloc::Chunk<Word>& chunk) {
  std::string detail =
      fmt::format("{}, {} bytes, {}{}", range_text(chunk.addr, Place{chunk.addr} + chunk.size), chunk.size,
                  chunk.in_use ? "in use" : "free", chunk.in_use ? block_in(state, chunk) : "");
  if (!malloc::has_flag(state, chunk.addr, malloc::PREV_INUSE)) detail += ", the chunk before it is free";
  return {fmt::format("{:08x}", chunk.addr),
          chunk.in_use ? "used" : "free",
          fmt::format("{}", chunk.size),
          std::move(detail),
          chunk.addr,
          Place{chunk.addr} + chunk.size};
}

/// Chunks in a row that are all in use or all free, as one cell: of heaps with too many.
std::vector<Cell> in_runs(const std::vector<Cell>& cells) {
  std::vector<Cell> runs;
  std::size_t chunks = 0;
  for (const Cell& cell : cells) {
    const bool goes_on = !runs.empty() && runs.back().tone == cell.tone;
    chunks = goes_on ? chunks + 1 : 1;
    if (!goes_on) runs.push_back(cell);
    runs.back().end = cell.end;
    if (chunks > 1) {
      runs.back().label = fmt::format("{} chunks", chunks);
      runs.back().detail = fmt::format("{}, {} chunks {}", range_text(runs.back().begin, cell.end), chunks,
                                       cell.tone == "used" ? "in use" : "free");
    }
  }
  return runs;
}

/// What stands behind the last chunk of a region.
Cell last_of(const State& state, const malloc::Region<Word>& region) {
  using Ends = malloc::Region<Word>::Ends;
  const std::string key = fmt::format("{:08x}", region.last), range = range_text(region.last, region.end);
  switch (region.ends) {
    case Ends::top:
      return {key,         "top",
              "top",       fmt::format("{}, the top, {} bytes", range, malloc::size_of_top(state)),
              region.last, region.end};
    case Ends::fence:
      return {key,         "head",    "", fmt::format("{}, two tags that fence the region off", range),
              region.last, region.end};
    case Ends::damaged:
      break;
  }
  return {
      key,
      "bad",
      "?",
      fmt::format("{}, a tag that says {} bytes: the walk ends here", range, malloc::size_of(state, region.last)),
      region.last,
      region.end};
}

Panel heap(const State& state) {
  Panel panel{"heap",
              state.regions.empty() ? "no heap yet"
                                    : fmt::format("top {:08x}, {} bytes; ends at {:08x}", state.top,
                                                  malloc::size_of_top(state), state.top_end),
              {}};
  for (auto region : malloc::regions_of(state)) {
    region.end = std::max(region.end, region.last);  // of a heap that is damaged it may be anywhere
    Row row{fmt::format("region {:08x}", region.start), size_of(region.end - region.start), Form::scale, {}};
    for (const auto& chunk : region.chunks) row.cells.push_back(cell_of(state, chunk));
    if (row.cells.size() > most_chunks) row.cells = in_runs(row.cells);
    row.cells.push_back(last_of(state, region));
    // The top would dwarf the chunks before it.
    const Place chunks = row.cells.back().begin - region.start;
    if (region.ends == malloc::Region<Word>::Ends::top && chunks > 0 &&
        row.cells.back().end - row.cells.back().begin > 2 * chunks)
      row.cells.back().tone = "top gap", row.note += ", the top is cut short";
    panel.rows.push_back(std::move(row));
  }
  return panel;
}

Panel lists(const State& state) {
  Panel panel{"free lists", "front first", {}};
  for (std::uint32_t number = 0; number < malloc::number_of_lists<Word>(); ++number) {
    const Word head = malloc::head_of_list(state.bins, number);
    const auto list = malloc::walked_list(state, head);
    if (list.chunks.empty() && list.leads_back) continue;
    const auto sizes = malloc::sizes_of_list<Word>(number);
    Row row{fmt::format("list {}", number), "", Form::chain, {}};
    row.note = sizes.first == sizes.last ? fmt::format("chunks of {} bytes", sizes.first)
                                         : fmt::format("chunks of {} to {} bytes", sizes.first, sizes.last);
    if (list.is_endless)
      row.note += "; it leads back into itself";
    else if (!list.leads_back)
      row.note += "; its links disagree";
    for (std::size_t i = 0; i < std::min(list.chunks.size(), most_chunks); ++i) {
      const auto& [addr, is_memory, leads_back] = list.chunks[i];
      row.cells.push_back({fmt::format("place {}", i), is_memory && leads_back ? "free" : "bad",
                           fmt::format("{:08x}", addr),
                           fmt::format("{}. on the list: {:08x}{}", i + 1, addr,
                                       !is_memory    ? ", where no memory is"
                                       : !leads_back ? ", whose link back leads elsewhere"
                                                     : fmt::format(", {} bytes", malloc::size_of(state, addr))),
                           0, 0});
    }
    panel.rows.push_back(std::move(row));
  }
  if (panel.rows.empty()) panel.note = "all empty";
  return panel;
}

/// Blocks that have a mapping of their own.
Row mapped(const State& state) {
  Row row{"mapped blocks", "each with a mapping of its own", Form::table, {}};
  for (const auto& block : state.blocks) {
    const auto range = malloc::own_mapping_of(state, block.addr);
    if (range && row.cells.size() < most_chunks)
      row.cells.push_back({fmt::format("{:08x}", block.addr), "shared", range_text(range->start, range->end),
                           fmt::format("block {:08x} of {} bytes", block.addr, block.bytes), 0, 0});
  }
  return row;
}

}  // namespace

Picture picture_of(const MallocFamily::State& state, const MallocFamily::Boot& boot) {
  Picture picture{{heap(state), lists(state)}};
  if (state.mapped_blocks != 0)
    picture.panels.front().note += fmt::format("; {} mapped", to_scale::counted(state.mapped_blocks, "block"));
  if (Row row = mapped(state); !row.cells.empty()) picture.panels.front().rows.push_back(std::move(row));
  picture.panels.push_back(
      {"address space", note_on(state.space.mm),
       rows_of_areas(state.space.mm, state.space.inodes, state.space.files, boot.allocator.kernel.machine)});
  return picture;
}

}  // namespace refmm::story
