// A main for entry points without an engine: it holds them to the files that it is given. For compilers without libFuzzer, for afl-fuzz (which
// writes a file for each run) and to replay what an engine has found.
//
//   fuzz_slab_laws [--target=NAME] [--mutant=NAME] FILE...
//
// A finding ends it by SIGABRT, as under an engine. A folder stands for the files in it.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr int agree = 0, usage = 2;

/// The file, or the files of the folder in the order of their names.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

bool run(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string input{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    fmt::print(stderr, "error: {} cannot be read\n", file.string());
    return false;
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  LLVMFuzzerInitialize(&argc, &argv);
  std::size_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--")) continue;
    try {
      for (const fs::path& file : files_of(argv[i])) {
        if (!run(file)) return usage;
        ++runs;
      }
    } catch (const fs::filesystem_error& error) {
      fmt::print(stderr, "error: {}: {}\n", argv[i], error.code().message());
      return usage;
    }
  }
  if (runs == 0) {
    fmt::print(stderr,
               "usage: {} [--target=NAME] [--mutant=NAME] FILE...\n"
               "It holds a target to inputs. --list prints its targets. There is no fuzzer in it: see "
               "spec/book/guides/fuzzing.md.\n",
               fs::path(argv[0]).filename().string());
    return usage;
  }
  fmt::print("{} inputs, nothing is wrong\n", runs);
  return agree;
}
