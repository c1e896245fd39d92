#include <refmm/spec/to_scale.hpp>
#include <refmm/tools/story_space.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace refmm::story {

namespace {

using to_scale::size_of;

constexpr Place smallest_gap = 16;  // pages of a hole that may be cut short

Cell hole(Place begin, Place end, Place longest) {
  const bool is_cut = end - begin > longest;
  return {fmt::format("hole {:08x}", begin),
          is_cut ? "gap" : "hole",
          is_cut ? size_of(end - begin) : "",
          fmt::format("{} nothing, {}", range_text(begin, end), size_of(end - begin)),
          begin,
          end};
}

/// One row of ranges that do not overlap; those that do are left in `ranges`.
Row row_of(std::string title, std::vector<Range>& ranges, Place longest) {
  Row row{std::move(title), "", Form::scale, {}};
  std::vector<Range> left;
  for (Range& range : ranges) {
    const bool is_first = row.cells.empty();
    if (!is_first && range.begin < row.cells.back().end) {
      left.push_back(std::move(range));
      continue;
    }
    if (!is_first && range.begin > row.cells.back().end)
      row.cells.push_back(hole(row.cells.back().end, range.begin, longest));
    std::string key = fmt::format("{:08x}", range.begin);
    if (!is_first && row.cells.back().key == key) key += " again";  // a range without pages stands there
    row.cells.push_back({std::move(key), std::move(range.tone), std::move(range.label), std::move(range.detail),
                         range.begin, range.end});
  }
  ranges = std::move(left);
  return row;
}

/// Blank ends, so that what overlaps stands below what it overlaps; not where a cut hole has moved that.
void put_below(const Row& first, Row& row) {
  const auto is_cut = [](const Cell& cell) { return cell.tone == "gap"; };
  if (std::ranges::any_of(first.cells, is_cut) || std::ranges::any_of(row.cells, is_cut)) return;
  const Place begin = first.cells.front().begin, end = first.cells.back().end;
  if (row.cells.front().begin > begin)
    row.cells.insert(row.cells.begin(), {"before", "blank", "", "", begin, row.cells.front().begin});
  if (row.cells.back().end < end) row.cells.push_back({"behind", "blank", "", "", row.cells.back().end, end});
}

/// How much of the square is of which tone.
struct Square {
  std::map<std::string, Place> tones{};
  std::vector<std::string> details{};
};

}  // namespace

std::string range_text(Place begin, Place end) { return fmt::format("{:08x}-{:08x}", begin, end); }

std::vector<Row> rows_to_scale(std::string title, std::vector<Range> ranges, Place page_size) {
  std::ranges::stable_sort(ranges, {}, &Range::begin);
  Place longest = smallest_gap * page_size;
  for (const Range& range : ranges) longest = std::max(longest, range.end - range.begin);
  std::vector<Row> rows;
  while (!ranges.empty()) {
    std::string name = rows.empty() ? title : fmt::format("{}, overlapping {}", title, rows.size());
    rows.push_back(row_of(std::move(name), ranges, longest));
    if (rows.size() > 1) put_below(rows.front(), rows.back());
  }
  return rows;
}

Row grid_of(std::string title, std::string note, const std::vector<Range>& ranges, Place begin, Place end,
            Place unit) {
  std::map<Place, Square> squares;
  for (const Range& range : ranges) {
    const Place stop = std::min(std::max(range.end, range.begin + 1), end);
    for (Place at = begin + (std::max(range.begin, begin) - begin) / unit * unit; at < stop; at += unit) {
      Square& square = squares[at];
      square.tones[range.tone] += std::min(stop, at + unit) - std::max(range.begin, at);
      square.details.push_back(range.detail);
    }
  }
  Row row{std::move(title), std::move(note), Form::grid, {}};
  const auto add = [&](Place first, Place last, const std::string& tone, const std::string& detail) {
    const bool goes_on = !row.cells.empty() && row.cells.back().tone == tone && row.cells.back().detail == detail;
    if (goes_on)
      row.cells.back().end = (last - begin) / unit;
    else
      row.cells.push_back(
          {fmt::format("{:08x}", first), tone, "", detail, (first - begin) / unit, (last - begin) / unit});
  };
  Place at = begin;
  for (const auto& [place, square] : squares) {
    if (at < place) add(at, place, "empty", "nothing");
    const auto most = std::ranges::max_element(square.tones, {}, [](const auto& tone) { return tone.second; });
    const std::string detail =
        square.details.size() == 1 ? square.details.front() : fmt::format("{} areas", square.details.size());
    add(place, place + unit, most->first, detail);
    at = place + unit;
  }
  if (at < end) add(at, end, "empty", "nothing");
  return row;
}

}  // namespace refmm::story
