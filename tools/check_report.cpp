#include <refmm/tools/check_report.hpp>

#include <system_error>

namespace refmm::command {

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, ",");
  return text;
}

std::string in_words(const CheckProgress& progress) {
  std::string text =
      fmt::format("{}: {} runs, {} commands, {} of {} clauses", progress.doing, thousands(progress.runs),
                  thousands(progress.commands), progress.clauses, progress.clauses_of);
  if (progress.left) text += fmt::format(", {} s left", progress.left->count() / 1000);
  if (progress.length > 0) text += fmt::format(", down to {} commands", progress.length);
  return text;
}

void UnderWayFile::remove() {
  std::error_code error;
  if (!path_.empty()) std::filesystem::remove(path_, error);
}

}  // namespace refmm::command
