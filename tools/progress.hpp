// A line of progress for people who watch. In a pipe or a file there is none.
#pragma once

#include <string_view>

namespace refmm::command {

/// True if people are watching: standard output and standard error are a terminal.
bool on_terminal();

/// True if what is printed may have colours: people are watching, and have not set NO_COLOR (no-color.org).
bool shows_colours();

class ProgressLine {
 public:
  ProgressLine() = default;
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows `text` in place of what was shown before.
  void show(std::string_view text);
  /// Takes the line away, before something is printed that stays.
  void clear();

 private:
  bool shown_ = false;
};

}  // namespace refmm::command
