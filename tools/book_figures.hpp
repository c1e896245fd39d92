// The figures of the book: states of the model, drawn when the book is made. Each is the state behind some line of a recording; none is
// drawn by hand.
#pragma once

#include <refmm/spec/transcript.hpp>
#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/story_picture.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::book {

struct Figure {
  std::string name;       // a page asks for it by <!--figure NAME-->
  std::string title;      // a few words
  std::string caption;    // Markdown, with clauses in brackets
  std::string recording;  // that it is of, from the root of the tree on
  std::string svg;
};

/// All figures, bottom up; `root` is the folder of the tree. Throws InputError where a recording cannot be read.
std::vector<Figure> figures(const std::filesystem::path& root);

/// The first lines of a recording, as a transcript of its own.
transcript::Source first_lines(const std::filesystem::path& recording, std::uint32_t lines);

/// The two levels of a translation: the address, the entries that it selects, and the byte (book_walk_figure.cpp).
std::string walk_figure(const transcript::Source& source, std::uint32_t addr, std::string_view title);

/// A state of two processes, and what has just happened.
struct SharedState {
  std::string heading;
  story::Picture picture;
};

/// Which entries of two processes lead to which frames, state by state, and whether they may write (book_sharing_figure.cpp).
std::string sharing_figure(const std::vector<SharedState>& states, std::string_view title,
                           std::string_view description);

/// The heading of a part of a figure, with a line below it.
void draw_heading(Drawing& drawing, std::string_view heading);

}  // namespace refmm::book
