#include <refmm/spec/diagnostic.hpp>
#include <refmm/tools/run_files.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
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

/// A file beside another, gone again unless it took its place.
class FileBeside {
 public:
  explicit FileBeside(const fs::path& path) : path_(path), name_(path.string() + ".XXXXXX") {
    file_ = mkstemp(name_.data());
    if (file_ < 0) throw not_written(path, errno);
  }
  ~FileBeside() {
    if (file_ >= 0) close(file_);
    if (!name_.empty()) unlink(name_.c_str());
  }
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      check(written > 0);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void take_place(mode_t mode) {
    check(fchmod(file_, mode) == 0);
    check(fsync(file_) == 0);
    check(close(std::exchange(file_, -1)) == 0);
    check(rename(name_.c_str(), path_.c_str()) == 0);
    name_.clear();
  }

 private:
  void check(bool done) const {
    if (!done) throw not_written(path_, errno);
  }

  fs::path path_;
  std::string name_;
  int file_ = -1;
};

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
  FileBeside beside(target);
  beside.write(text);
  beside.take_place(status.st_mode & 07777);
}

}  // namespace refmm::command
