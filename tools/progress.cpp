#include <refmm/tools/progress.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace refmm::command {

namespace {
constexpr std::string_view begin_and_erase_line = "\r\x1b[K";
}

bool on_terminal() { return isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1; }

bool shows_colours() {
  const char* unwanted = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (unwanted == nullptr || *unwanted == '\0');
}

void ProgressLine::show(std::string_view text) {
  if (!on_terminal()) return;
  fmt::print(stderr, "{}{}", begin_and_erase_line, text);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) fmt::print(stderr, "{}", begin_and_erase_line);
  shown_ = false;
}

}  // namespace refmm::command
