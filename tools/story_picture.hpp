// Pictures of a state: what the families draw with, and what one small renderer (story.js) shows.
//
// A picture is made of panels, a panel of rows, a row of cells. Two pictures are compared by the titles of panels and rows and by
// the keys of cells: a cell that says something else than the one of its name before has changed.
#pragma once

#include <refmm/spec/record.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace refmm::story {

/// Addresses, page frames, slots: the end of a drawing may be the end of 32-bit addresses.
using Place = std::uint64_t;

struct Cell {
  REFMM_RECORD(Cell, (std::string, key),       // what it is a cell of; unique in its row
               (std::string, tone),            // its colour, by what it means: a class of story.css
               (std::string, label),           // a word or two, shown where there is room
               (std::string, detail),          // in words, and complete: what is not said here is not compared
               (Place, begin), (Place, end));  // where the row is drawn to scale or as a grid; else 0
};

/// How the cells of a row are laid out.
enum class Form {
  scale,  // side by side, as wide as they are long; a cell of the tone `gap` is cut short
  grid,   // one square for each unit, 64 in a line
  chain,  // one after the other, with arrows
  list,   // likewise without arrows
  table,  // one below the other, with their details
};

struct Row {
  REFMM_RECORD(Row, (std::string, title),  // unique in its panel
               (std::string, note), (Form, form), (std::vector<Cell>, cells));
};

struct Panel {
  REFMM_RECORD(Panel, (std::string, title),  // unique in its picture
               (std::string, note), (std::vector<Row>, rows));
};

struct Picture {
  REFMM_RECORD(Picture, (std::vector<Panel>, panels));
};

/// Pictures that have much in common, each panel and each row of them kept once, as the renderer reads it.
class Gallery {
 public:
  /// The panels of a picture, by their numbers.
  using Hung = std::vector<std::size_t>;

  Hung hang(const Picture& picture);

  /// JSON arrays: a row is [title, note, form, cells], a cell [key, tone, label, detail, begin, end]; a panel [title, note, rows by
  /// their numbers].
  const std::vector<std::string>& rows() const { return rows_; }
  const std::vector<std::string>& panels() const { return panels_; }

  /// Bytes of all of them.
  std::size_t size() const { return size_; }

 private:
  std::size_t keep(const Row& row);
  std::size_t keep(const Panel& panel);
  std::size_t keep(std::map<std::string, std::size_t>& numbers, std::vector<std::string>& texts, std::string text);

  std::map<std::string, std::size_t> row_numbers_{}, panel_numbers_{};
  std::vector<std::string> rows_{}, panels_{};
  /// What was hung last, and its numbers: most of a picture is as it was in the one before.
  std::map<std::string, std::pair<Panel, std::size_t>> last_panels_{};
  std::map<std::pair<std::string, std::string>, std::pair<Row, std::size_t>> last_rows_{};
  std::size_t size_ = 0;
};

}  // namespace refmm::story
