// Pictures of states (story_picture.hpp), drawn as SVG: what pages of stories show on a screen, for a printed page.
#pragma once

#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/story_picture.hpp>

namespace refmm::book {

/// Draws a row below what there is: its title and its note, and its cells in their form.
void draw(Drawing& drawing, const story::Row& row);

/// Draws a panel: its title and its note, and its rows.
void draw(Drawing& drawing, const story::Panel& panel);

/// The panels of a picture that hangs in a gallery.
story::Picture taken_down(const story::Gallery& gallery, const story::Gallery::Hung& hung);

}  // namespace refmm::book
