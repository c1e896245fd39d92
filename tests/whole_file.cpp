#include <refmm/tests/whole_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace refmm {

namespace {

/// A file beside another, gone again unless it took its place.
class FileBeside {
 public:
  explicit FileBeside(const std::filesystem::path& path) : path_(path) {
    static std::atomic<unsigned> count = 0;
    do {
      name_ = path.string() + '.' + std::to_string(getpid()) + '-' + std::to_string(count++);
      file_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (file_ < 0 && errno == EEXIST);
    if (file_ < 0) {
      name_.clear();
      fail();
    }
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

  void take_place(std::optional<mode_t> mode) {
    check(!mode || fchmod(file_, *mode) == 0);
    check(fsync(file_) == 0);
    check(close(std::exchange(file_, -1)) == 0);
    check(rename(name_.c_str(), path_.c_str()) == 0);
    name_.clear();
  }

 private:
  [[noreturn]] void fail() const {
    throw std::filesystem::filesystem_error("cannot be written", path_,
                                            std::error_code(errno, std::generic_category()));
  }
  void check(bool done) const {
    if (!done) fail();
  }

  std::filesystem::path path_;
  std::string name_{};
  int file_ = -1;
};

}  // namespace

void write_whole(const std::filesystem::path& path, std::string_view text, std::optional<mode_t> mode) {
  FileBeside beside(path);
  beside.write(text);
  beside.take_place(mode);
}

}  // namespace refmm
