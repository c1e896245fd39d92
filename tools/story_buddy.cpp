// The picture of a zone of page frames: who has them, and the free blocks of each order in the order of their lists.
#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_state.hpp>
#include <refmm/tools/story_pictures.hpp>
#include <refmm/tools/story_space.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace refmm::story {

namespace {

using State = BuddyFamily::State;

constexpr std::size_t most_squares = 4096;
constexpr std::size_t most_blocks = 48;  // of a list, one by one

std::string frames_text(std::uint32_t pfn, std::uint32_t order) {
  return order == 0 ? fmt::format("pfn {}", pfn)
                    : fmt::format("pfn {}..{}", pfn, pfn + buddy::frames_in_block(order) - 1);
}

/// The free blocks as ranges of frames, each named for its order.
std::vector<Range> free_blocks(const State& state) {
  std::vector<Range> ranges;
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    for (const std::uint32_t pfn : state.free_area[order].free_list) {
      ranges.push_back({pfn, Place{pfn} + buddy::frames_in_block(order), fmt::format("order{}", order), "",
                        fmt::format("{}: free block of order {}", frames_text(pfn, order), order)});
    }
  }
  return ranges;
}

/// Frames that are on no list, in runs of which all is alike.
void add_others(const State& state, std::vector<Range>& ranges) {
  std::vector<bool> is_free(state.pages.size());
  for (const Range& range : ranges) {
    for (Place pfn = range.begin; pfn < range.end; ++pfn) {
      const Place position = pfn - state.zone_start;
      if (position < is_free.size()) is_free[position] = true;
    }
  }
  for (std::size_t first = 0; first < state.pages.size();) {
    std::size_t end = first + 1;
    if (is_free[first]) {
      first = end;
      continue;
    }
    const buddy::Page& page = state.pages[first];
    while (end < state.pages.size() && !is_free[end] && state.pages[end] == page) ++end;
    const bool is_reserved = (page.flags & buddy::PG_reserved) != 0;
    const Place begin = state.zone_start + first, stop = state.zone_start + end;
    std::string detail =
        fmt::format("pfn {}{}: {}, count {}", begin, stop - begin > 1 ? fmt::format("..{}", stop - 1) : "",
                    is_reserved ? "reserved" : "in use", page.count);
    if (page.flags != 0) detail += fmt::format(", flags {:#x}", page.flags);
    if (page.buffers) detail += ", buffers";
    if (page.mapping) detail += ", mapping";
    ranges.push_back({begin, stop, is_reserved ? "reserved" : "used", "", std::move(detail)});
    first = end;
  }
}

/// The list of an order, front first.
Row list_of(const State& state, std::uint32_t order) {
  const auto& [list, map] = state.free_area[order];
  Row row{fmt::format("order {}", order), "", Form::chain, {}};
  row.note = fmt::format("{} blocks of {} pages", list.size(), buddy::frames_in_block(order));
  if (!map.empty()) {
    row.note += " · bits that are 1:";
    for (std::size_t i = 0; i < std::min(map.size(), most_blocks); ++i) row.note += fmt::format(" {}", map[i]);
    if (map.size() > most_blocks) row.note += fmt::format(" and {} more", map.size() - most_blocks);
  }
  for (std::size_t i = 0; i < std::min(list.size(), most_blocks); ++i)
    row.cells.push_back({fmt::format("place {}", i), fmt::format("order{}", order), fmt::format("{}", list[i]),
                         fmt::format("{}. of order {}: {}", i + 1, order, frames_text(list[i], order)), 0, 0});
  if (list.size() > most_blocks)
    row.cells.push_back({"more", "empty", fmt::format("{} more", list.size() - most_blocks),
                         fmt::format("{} more blocks", list.size() - most_blocks), 0, 0});
  return row;
}

}  // namespace

Picture picture_of(const BuddyFamily::State& state, const BuddyFamily::Boot&) {
  std::vector<Range> ranges = free_blocks(state);
  add_others(state, ranges);
  const Place end = Place{state.zone_start} + state.zone_pages;
  Place unit = 1;
  while (state.zone_pages / unit > most_squares) unit *= 2;
  Panel zone{"zone",
             fmt::format("pfn {}..{}, {} frames, {} counted free", state.zone_start, end - 1, state.zone_pages,
                         state.free_pages),
             {}};
  zone.rows.push_back(grid_of("frames",
                              unit == 1 ? "a square is a frame; a free block has the colour of its order"
                                        : fmt::format("a square is {} frames", unit),
                              ranges, state.zone_start, end, unit));
  Panel lists{"free lists", "front first", {}};
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    if (!state.free_area[order].free_list.empty() || !state.free_area[order].map.empty())
      lists.rows.push_back(list_of(state, order));
  }
  if (lists.rows.empty()) lists.note = "nothing is free";
  return {{std::move(zone), std::move(lists)}};
}

}  // namespace refmm::story
