#include <refmm/spec/json.hpp>
#include <refmm/tools/book_picture.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::book {
namespace {

using story::Cell;
using story::Form;
using story::Panel;
using story::Place;
using story::Row;

constexpr double line_height = 16;
constexpr double box_height = 24;
constexpr double width_of_gap = 46;
constexpr double least_width = 3;
constexpr std::size_t squares_in_line = 64;

/// Addresses are written as such; bytes of a slab and the like as numbers.
std::string place_text(Place place, Place end) {
  return end > (Place{1} << 20) ? fmt::format("{:08x}", place) : fmt::format("{}", place);
}

/// A cell with where it is drawn.
struct Placed {
  const Cell* cell;
  double x, width;
};

/// Side by side, as wide as they are long; what is cut short has a width of its own.
std::vector<Placed> placed_to_scale(const Row& row, double width) {
  double whole = 0, room = width;
  for (const Cell& cell : row.cells) {
    if (cell.tone == "gap")
      room -= width_of_gap;
    else
      whole += static_cast<double>(cell.end - cell.begin);
  }
  std::vector<Placed> placed;
  double sum = 0;
  for (const Cell& cell : row.cells) {
    const double share = whole == 0 ? 0 : static_cast<double>(cell.end - cell.begin) / whole * room;
    placed.push_back({&cell, 0, cell.tone == "gap" ? width_of_gap : std::max(share, least_width)});
    sum += placed.back().width;
  }
  double x = 0;
  for (Placed& one : placed) {
    // Those that were too narrow to be seen have made the row too wide.
    one.width *= width / std::max(sum, width);
    one.x = x;
    x += one.width;
  }
  return placed;
}

/// The place of a free object in the chain of its slab, which its detail gives: `object 3: free, number 2 in the chain`.
std::optional<std::size_t> place_in_chain(const Cell& cell) {
  constexpr std::string_view mark = "free, number ";
  const std::size_t at = cell.detail.find(mark);
  if (at == cell.detail.npos) return std::nullopt;
  std::size_t number = 0;
  const char* begin = cell.detail.data() + at + mark.size();
  std::from_chars(begin, cell.detail.data() + cell.detail.size(), number);
  return number;
}

/// The chain of free objects: an arc below the row from each to the next.
void draw_chain(Drawing& drawing, const std::vector<Placed>& placed) {
  std::map<std::size_t, double> middles;
  for (const Placed& one : placed) {
    if (const auto number = place_in_chain(*one.cell)) middles[*number] = one.x + one.width / 2;
  }
  if (middles.empty()) return;
  double deepest = 0;
  const double y = drawing.at();
  drawing.path("link", fmt::format("M {0:.1f} {1:.1f} L {0:.1f} {2:.1f}", middles.begin()->second, y + 14, y + 2));
  drawing.text(middles.begin()->second + 4, y + 14, "tick", "free");
  for (auto one = middles.begin(), next = std::next(one); next != middles.end(); ++one, ++next) {
    const double from = one->second, to = next->second;
    const double depth = 8 + std::abs(to - from) * 0.12;
    deepest = std::max(deepest, depth);
    drawing.path("link", fmt::format("M {:.1f} {:.1f} C {:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", from, y + 1,
                                     from, y + depth, to, y + depth, to, y + 2));
  }
  drawing.go_on(std::max(18.0, deepest * 0.8 + 4));
}

void draw_scale(Drawing& drawing, const Row& row) {
  const std::vector<Placed> placed = placed_to_scale(row, drawing.width());
  const Place end = row.cells.empty() ? 0 : row.cells.back().end;
  double free_from = 0;  // for the next tick
  const bool has_chain =
      std::ranges::any_of(row.cells, [](const Cell& cell) { return place_in_chain(cell).has_value(); });
  for (const auto& [cell, x, width] : placed) {
    drawing.box(x, drawing.at(), width, box_height, cell->tone, cell->detail);
    drawing.text(x + width / 2, drawing.at() + 16, "middle", fitting(cell->label, width - 4));
  }
  if (has_chain) {
    drawing.go_on(box_height);
    draw_chain(drawing, placed);
    return;
  }
  for (const auto& [cell, x, width] : placed) {
    const std::string tick = place_text(cell->begin, end);
    const double needed = static_cast<double>(tick.size()) * 5.8 + 6;
    if (cell->tone == "blank" || x < free_from || x + needed > drawing.width()) continue;
    drawing.text(x, drawing.at() + box_height + 10, "tick", tick);
    free_from = x + needed;
  }
  drawing.go_on(box_height + 14);
}

void draw_chips(Drawing& drawing, const Row& row) {
  const double arrow = row.form == Form::chain ? 20 : 5;
  double x = 0;
  for (const Cell& cell : row.cells) {
    const double width = width_of(cell.label.size()) + 12;
    if (x > 0 && x + arrow + width > drawing.width()) {
      x = 0;
      drawing.go_on(box_height + 4);
    }
    if (row.form == Form::chain && &cell != &row.cells.front()) {
      const double y = drawing.at() + box_height / 2;
      drawing.path("arrow", fmt::format("M {:.1f} {:.1f} L {:.1f} {:.1f}", x - arrow + 4, y, x - 2, y));
    }
    drawing.box(x, drawing.at(), width, box_height, cell.tone, cell.detail);
    drawing.text(x + width / 2, drawing.at() + 16, "middle", cell.label);
    x += width + arrow;
  }
  drawing.go_on(box_height + 4);
}

void draw_table(Drawing& drawing, const Row& row) {
  std::size_t longest = 0;
  for (const Cell& cell : row.cells) longest = std::max(longest, cell.label.size());
  const double width = width_of(longest) + 12;
  for (const Cell& cell : row.cells) {
    drawing.box(0, drawing.at(), width, 18, cell.tone, cell.detail);
    drawing.text(6, drawing.at() + 13, "label", cell.label);
    drawing.paragraph(width + 10, "label", cell.detail);
    drawing.go_on(4);
  }
}

/// The squares of a cell, line by line of the grid.
void draw_squares(Drawing& drawing, const Cell& cell, double size) {
  for (Place at = cell.begin; at < cell.end;) {
    const Place line = at / squares_in_line, stop = std::min(cell.end, (line + 1) * squares_in_line);
    if (cell.tone != "empty")
      drawing.box(static_cast<double>(at % squares_in_line) * size,
                  drawing.at() + static_cast<double>(line) * size, static_cast<double>(stop - at) * size, size,
                  cell.tone, cell.detail);
    at = stop;
  }
}

void draw_grid(Drawing& drawing, const Row& row) {
  if (row.cells.empty()) return;
  const Place squares = row.cells.back().end;
  const double size = drawing.width() / static_cast<double>(squares_in_line);
  const Place lines = (squares + squares_in_line - 1) / squares_in_line;
  const double height = static_cast<double>(lines) * size;
  drawing.box(0, drawing.at(), static_cast<double>(std::min<Place>(squares, squares_in_line)) * size, height,
              "empty");
  for (const Cell& cell : row.cells) draw_squares(drawing, cell, size);
  drawing.go_on(height + 4);
}

}  // namespace

void draw(Drawing& drawing, const Row& row) {
  drawing.text(0, drawing.at() + 12, "head", row.title);
  if (row.note.size() * 6 + row.title.size() * 7 + 12 < static_cast<std::size_t>(drawing.width())) {
    drawing.text(static_cast<double>(row.title.size()) * 7.6 + 10, drawing.at() + 12, "note", row.note);
    drawing.go_on(line_height + 2);
  } else {
    drawing.go_on(line_height);
    drawing.paragraph(0, "note", row.note);
    drawing.go_on(2);
  }
  switch (row.form) {
    case Form::scale:
      draw_scale(drawing, row);
      break;
    case Form::grid:
      draw_grid(drawing, row);
      break;
    case Form::chain:
    case Form::list:
      draw_chips(drawing, row);
      break;
    case Form::table:
      draw_table(drawing, row);
      break;
  }
  drawing.go_on(6);
}

void draw(Drawing& drawing, const Panel& panel) {
  drawing.text(0, drawing.at() + 13, "title", panel.title);
  drawing.go_on(line_height + 3);
  drawing.paragraph(0, "note", panel.note);
  drawing.go_on(4);
  for (const Row& row : panel.rows) draw(drawing, row);
  drawing.go_on(4);
}

namespace {

Row row_of(const Json& json) {
  Row row{json[0].get<std::string>(), json[1].get<std::string>(), read_json<Form>(json[2], "form"), {}};
  for (const Json& cell : json[3])
    row.cells.push_back({cell[0].get<std::string>(), cell[1].get<std::string>(), cell[2].get<std::string>(),
                         cell[3].get<std::string>(), cell[4].get<Place>(), cell[5].get<Place>()});
  return row;
}

}  // namespace

story::Picture taken_down(const story::Gallery& gallery, const story::Gallery::Hung& hung) {
  story::Picture picture;
  for (const std::size_t number : hung) {
    const Json json = Json::parse(gallery.panels()[number]);
    Panel panel{json[0].get<std::string>(), json[1].get<std::string>(), {}};
    for (const Json& row : json[2])
      panel.rows.push_back(row_of(Json::parse(gallery.rows()[row.get<std::size_t>()])));
    picture.panels.push_back(std::move(panel));
  }
  return picture;
}

}  // namespace refmm::book
