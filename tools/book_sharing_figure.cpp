#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/book_figures.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm::book {
namespace {

constexpr double width = 760, row_height = 30, box_height = 24;
constexpr double left = 0, middle = 300, right = 550;  // entries of process 1, frames, entries of process 2
constexpr double entry_width = 210, frame_width = 160;

/// An entry of a page table that leads to a page.
struct Entry {
  std::string address;
  std::uint32_t pfn;
  bool writable;
};

const story::Row& row_called(const story::Picture& picture, std::string_view panel, std::string_view row) {
  const auto found = std::ranges::find(picture.panels, panel, &story::Panel::title);
  if (found != picture.panels.end()) {
    const auto in_panel = std::ranges::find(found->rows, row, &story::Row::title);
    if (in_panel != found->rows.end()) return *in_panel;
  }
  throw std::logic_error(fmt::format("the picture has no row {} of {}", row, panel));
}

/// The number behind the first `pfn ` of a text.
std::uint32_t pfn_in(std::string_view text) {
  std::uint32_t pfn = 0;
  const std::size_t at = text.find("pfn ");
  if (at == text.npos || std::from_chars(text.data() + at + 4, text.data() + text.size(), pfn).ec != std::errc{})
    throw std::logic_error(fmt::format("no frame in {}", text));
  return pfn;
}

std::vector<Entry> entries_of(const story::Picture& picture, std::string_view process) {
  std::vector<Entry> entries;
  for (const story::Cell& cell : row_called(picture, process, "page tables").cells) {
    if (cell.tone == "table-page") continue;
    entries.push_back({cell.label, pfn_in(cell.detail), cell.detail.find("rw") != cell.detail.npos});
  }
  return entries;
}

/// The frames that hold memory of processes, with what counts them.
std::map<std::uint32_t, std::string> frames_of(const story::Picture& picture) {
  std::map<std::uint32_t, std::string> frames;
  for (const story::Cell& cell : row_called(picture, "page frames", "in use").cells) {
    if (cell.tone == "memory") frames.emplace(pfn_in(cell.label), cell.detail);
  }
  return frames;
}

/// `count 2` of `count 2 = 2 entries; ...`.
std::string count_in(std::string_view detail) { return std::string(detail.substr(0, detail.find(" ="))); }

/// An arrow from an entry to its frame.
void draw_arrow(Drawing& drawing, const Entry& entry, double from_x, double from_y, double to_x, double to_y) {
  const double bend = (from_x + to_x) / 2;
  drawing.path(entry.writable ? "link" : "arrow",
               fmt::format("M {0:.1f} {1:.1f} C {2:.1f} {1:.1f} {2:.1f} {3:.1f} {4:.1f} {3:.1f}", from_x, from_y,
                           bend, to_y, to_x));
}

void draw(Drawing& drawing, const story::Picture& picture) {
  const std::array columns{entries_of(picture, "process 1"), entries_of(picture, "process 2")};
  const auto frames = frames_of(picture);
  drawing.text(left, drawing.at() + 12, "head", "page table of process 1");
  drawing.text(middle, drawing.at() + 12, "head", "frames");
  drawing.text(right, drawing.at() + 12, "head", "page table of process 2");
  drawing.go_on(20);
  const double top = drawing.at();
  std::map<std::uint32_t, double> middles;
  for (const auto& [pfn, detail] : frames) {
    const double y = top + static_cast<double>(middles.size()) * row_height;
    middles[pfn] = y + box_height / 2;
    drawing.box(middle, y, frame_width, box_height, "memory", detail);
    drawing.text(middle + frame_width / 2, y + 16, "middle", fmt::format("pfn {}, {}", pfn, count_in(detail)));
  }
  for (std::size_t column = 0; column < columns.size(); ++column) {
    for (std::size_t i = 0; i < columns[column].size(); ++i) {
      const Entry& entry = columns[column][i];
      const double x = column == 0 ? left : right, y = top + static_cast<double>(i) * row_height;
      drawing.box(x, y, entry_width, box_height, "table-page");
      drawing.text(x + 8, y + 16, "label",
                   fmt::format("{}  {}", entry.address, entry.writable ? "read and write" : "read only"));
      draw_arrow(drawing, entry, column == 0 ? entry_width : right, y + box_height / 2,
                 column == 0 ? middle : middle + frame_width, middles.at(entry.pfn));
    }
  }
  drawing.go_on(static_cast<double>(std::max({frames.size(), columns[0].size(), columns[1].size()})) * row_height +
                10);
}

}  // namespace

std::string sharing_figure(const std::vector<SharedState>& states, std::string_view title,
                           std::string_view description) {
  Drawing drawing(width);
  for (const SharedState& state : states) {
    draw_heading(drawing, state.heading);
    draw(drawing, state.picture);
  }
  return drawing.svg(title, description);
}

}  // namespace refmm::book
