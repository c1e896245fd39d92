// A drawing as SVG: boxes, texts and lines, with the colours of the pages that tell stories (story.css), light and dark.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::book {

/// Text as XML has it.
std::string xml(std::string_view text);

/// What a text of so many characters takes in the drawing, in its units, which are pixels at the size it was made for.
double width_of(std::size_t characters);

/// `text` without what does not fit into a width, with a mark where something is missing; empty where nothing would be left of it.
std::string fitting(std::string_view text, double width);

class Drawing {
 public:
  explicit Drawing(double width) : width_(width) {}

  double width() const { return width_; }

  /// Where the next row begins; whoever draws below it moves it on.
  double at() const { return at_; }
  void go_on(double height) { at_ += height; }

  /// A box in the colour of a tone; `detail` is shown where the pointer is.
  void box(double x, double y, double width, double height, std::string_view tone, std::string_view detail = "");

  /// Text from x on; `kind` is a class of the style: title, head, note, label, tick, middle (around x).
  void text(double x, double y, std::string_view kind, std::string_view text);

  /// A line through the points of an SVG path; with an arrow at its end where the kind says so: arrow, link, edge.
  void path(std::string_view kind, std::string_view points);

  /// Lines of text from x on, as many as it takes; moves on below them.
  void paragraph(double x, std::string_view kind, std::string_view text);

  /// The colours that were used, with what they are called; moves on below it.
  void legend();

  /// The drawing; `title` and `description` are for those who do not see it.
  std::string svg(std::string_view title, std::string_view description) const;

 private:
  double width_, at_ = 0;
  std::string elements_{};
  std::vector<std::string> tones_{};  // in the order of their first use
};

}  // namespace refmm::book
