#include <refmm/tools/clause_text.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <sstream>

namespace refmm {

std::optional<std::size_t> terminal_columns() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1) return std::nullopt;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::istringstream words{std::string(text)};
  const std::string margin(indent, ' ');
  std::string lines, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > columns) {
      lines.append(margin).append(line).append("\n");
      line.clear();
    }
    line.append(line.empty() ? "" : " ").append(word);
  }
  return line.empty() ? lines : lines.append(margin).append(line).append("\n");
}

std::string without_fences(std::string_view prose) {
  std::istringstream lines{std::string(prose)};
  std::string text;
  bool in_block = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      in_block = !in_block;
    } else {
      text.append(in_block && !line.empty() ? "    " : "").append(line).append("\n");
    }
  }
  return text;
}

}  // namespace refmm
