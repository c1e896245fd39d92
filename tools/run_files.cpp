#include <refmm/spec/diagnostic.hpp>
#include <refmm/tests/whole_file.hpp>
#include <refmm/tools/run_files.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace refmm::command {

namespace fs = std::filesystem;

namespace {

InputError unusable(const fs::path& path, std::string message, std::string expected = "", std::string hint = "") {
  return InputError({.file = path.string(),
                     .at = {1, 1},
                     .message = std::move(message),
                     .expected = std::move(expected),
                     .hint = std::move(hint)});
}

InputError not_written(const fs::path& path, int error) {
  return unusable(path, std::string("the file cannot be written: ") + std::strerror(error));
}

}  // namespace

std::vector<fs::path> transcripts_at(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> found;
  fs::recursive_directory_iterator entry(path, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code vanished;
    if (entry->path().extension() == ".mmt" && entry->is_regular_file(vanished)) found.push_back(entry->path());
  }
  if (error) throw unusable(path, "the folder cannot be read: " + error.message());
  if (found.empty()) throw unusable(path, "there are no transcripts in this folder", "files called `*.mmt`");
  std::ranges::sort(found);
  return found;
}

void replace_text(const fs::path& path, std::string_view text) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) throw not_written(path, error.value());
  struct stat status {};
  if (stat(target.c_str(), &status) != 0) throw not_written(path, errno);
  if (!S_ISREG(status.st_mode)) throw unusable(path, "this is not a file that can be written", "a file");
  if (access(target.c_str(), W_OK) != 0) throw not_written(path, errno);
  try {
    write_whole(target, text, status.st_mode & 07777);
  } catch (const fs::filesystem_error& failed) {
    throw not_written(path, failed.code().value());
  }
}

void write_text(const fs::path& path, std::string_view text) {
  std::error_code error;
  if (fs::exists(path, error)) return replace_text(path, text);
  try {
    write_whole(path, text);
  } catch (const fs::filesystem_error& failed) {
    throw not_written(path, failed.code().value());
  }
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || fs::is_directory(path))
    throw unusable(
        path, "the file cannot be read: " + std::string(std::strerror(fs::is_directory(path) ? EISDIR : errno)));
  return text;
}

}  // namespace refmm::command
