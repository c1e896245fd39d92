// A name for a file of the command's own, which is gone in the end.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace refmm::command {

class TemporaryName {
 public:
  TemporaryName()
      : path_(std::filesystem::temp_directory_path() / ("refmm-" + std::to_string(getpid()) + ".strace")) {}
  ~TemporaryName() {
    std::error_code ignored;  // by a destructor, which must not throw
    std::filesystem::remove(path_, ignored);
  }
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace refmm::command
