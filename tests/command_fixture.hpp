// Lines of a shell with `refmm` on the path, for the tests of the command.
#pragma once

#include <refmm/tests/temporary_folder.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace refmm {

inline std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// What a line of the shell led to.
struct Ran {
  int exit;
  std::string out, err;
};

/// Runs lines in the root of the project, with `refmm` on the path and a folder of its own as $scratch.
class Command : public testing::Test {
 protected:
  Ran run(const std::string& line) const {
    const std::filesystem::path script = scratch_ / "script", out = scratch_ / "out", err = scratch_ / "err";
    std::ofstream(script) << "set -o pipefail\nPATH=" << REFMM_COMMAND_FOLDER
                          << ":$PATH\nscratch=" << scratch_.string() << "\n"
                          << line << "\n";
    const std::string shell = "bash " + script.string() + " >" + out.string() + " 2>" + err.string();
    const int status = std::system(shell.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(out), contents(err)};
  }

  /// Puts a file into the folder; its path.
  std::filesystem::path put(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = scratch_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  TemporaryFolder folder_;
  const std::filesystem::path scratch_ = folder_.path();
};

}  // namespace refmm
