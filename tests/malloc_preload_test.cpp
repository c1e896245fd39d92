// The user's heap in place of malloc: in programs of this system, which then print what they print without it, and in programs that
// look whether malloc keeps its promises, or that misuse it.
//
// This program is those programs, too: malloc_preload_test --call NAME.
#include <refmm/tests/malloc_calls.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Finished {
  int status;  // as waitpid gives it
  std::string output;
};

/// What a command of the shell prints on standard output.
Finished run(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  Finished result{-1, {}};
  if (pipe == nullptr) return result;
  char piece[4096];
  for (std::size_t bytes = 0; (bytes = std::fread(piece, 1, sizeof piece, pipe)) != 0;)
    result.output.append(piece, bytes);
  result.status = pclose(pipe);
  return result;
}

/// A file that is empty, and gone in the end.
class TemporaryFile {
 public:
  TemporaryFile() : path_((fs::temp_directory_path() / "refmm-malloc-XXXXXX").string()) {
    const int descriptor = mkstemp(path_.data());
    if (descriptor >= 0) close(descriptor);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { fs::remove(path_); }

  const std::string& path() const { return path_; }
  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(std::string_view text) const { std::ofstream(path_) << text; }

 private:
  std::string path_;
};

/// Blocks that all processes of a run were handed, by their own account.
std::uint64_t blocks_handed_out(const std::string& statistics) {
  static const std::regex line("refmm malloc: ([0-9]+) blocks handed out, [0-9]+ given back, [0-9]+ mapped; .*");
  std::uint64_t blocks = 0;
  for (std::sregex_iterator match(statistics.begin(), statistics.end(), line), end; match != end; ++match)
    blocks += std::stoull((*match)[1]);
  return blocks;
}

bool is_there(const std::string& program) { return run("command -v " + program + " >/dev/null").status == 0; }

/// With the heap in place of malloc, and `settings` in the environment; `statistics` is a file.
std::string preloaded(const std::string& command, const std::string& statistics,
                      const std::string& settings = "") {
  return fmt::format("{} REFMM_MALLOC_STATISTICS='{}' LD_PRELOAD='{}' {}", settings, statistics,
                     REFMM_MALLOC_LIBRARY, command);
}

/// The same output and status with the heap as without it, and with each of its settings; and the heap was in use.
void expect_same_with_the_heap(const std::string& command, std::uint64_t at_least_blocks) {
  const Finished expected = run(command);
  ASSERT_EQ(expected.status, 0) << command;
  ASSERT_NE(expected.output, "") << command;
  for (const char* const settings :
       {"", "REFMM_MALLOC_CACHE=0", "REFMM_MALLOC_PERTURB=165", "REFMM_MALLOC_MMAP_THRESHOLD=2000"}) {
    const TemporaryFile statistics;
    const Finished with_heap = run(preloaded(command, statistics.path(), settings));
    EXPECT_EQ(with_heap.status, expected.status) << settings << " " << command;
    EXPECT_EQ(with_heap.output, expected.output) << settings << " " << command;
    EXPECT_GE(blocks_handed_out(statistics.text()), at_least_blocks) << statistics.text();
  }
}

// ---- Programs of this system --------------------------------------------------------------------------------------------

TEST(MallocPreload, Ls) { expect_same_with_the_heap("ls -lR spec impl tests", 1000); }

TEST(MallocPreload, Sort) {
  expect_same_with_the_heap("sort --parallel=4 --buffer-size=1M spec/*.hpp spec/book/*.md", 20);
}

TEST(MallocPreload, Python) {
  ASSERT_TRUE(is_there("python3")) << "tools/setup installs python3";
  const TemporaryFile program;
  program.write(R"(
import os, subprocess, threading
sums = {}
def churn(number):
    kept = {}
    for i in range(20000):
        kept[i % 977] = [str(i * number)] * (i % 7) + [{j: j for j in range(i % 11)}]
        if i % 3 == 0: kept.pop(i * 7 % 977, None)
    sums[number] = sum(len(value) for value in kept.values())
threads = [threading.Thread(target=churn, args=(number,)) for number in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sorted(sums.items()))
arrays = [bytearray(1 << k) for k in range(23)]
for times in range(4): arrays = [array + array[:100] for array in arrays]
print(sum(map(len, arrays)))
child = os.fork()
if child == 0:
    churn(7)
    os._exit(sums[7] % 100)
print(os.waitpid(child, 0)[1] >> 8)
print(subprocess.run(['echo', 'done'], capture_output=True).stdout)
)");
  // With malloc for every object, not for Python's own arenas.
  expect_same_with_the_heap("env PYTHONMALLOC=malloc python3 " + program.path(), 300'000);
}

TEST(MallocPreload, Perl) {
  ASSERT_TRUE(is_there("perl")) << "tools/setup installs perl";
  expect_same_with_the_heap(
      R"(perl -e 'my %seen; for my $i (1..30000) { push @{$seen{$i % 1013}}, "x" x ($i % 300); delete $seen{$i * 7 % 1013} if $i % 5 == 0 }
  print scalar(keys %seen), " ", length(join("", map { @$_ } values %seen)), "\n"')",
      30'000);
}

TEST(MallocPreload, Git) {
  ASSERT_TRUE(is_there("git")) << "tools/setup installs git";
  expect_same_with_the_heap("git diff --no-index --stat --find-copies-harder spec model | cat", 1000);
}

/// The compiler proper, cc1plus, is a process below the one that is run.
TEST(MallocPreload, Compiler) {
  expect_same_with_the_heap("'" REFMM_COMPILER "' -std=c++20 -O1 -S -o - -I '" REFMM_INCLUDE "' spec/nearest.cpp",
                            100'000);
}

// ---- Promises, and misuse -------------------------------------------------------------------------------------------------

std::string self() { return fs::read_symlink("/proc/self/exe").string(); }

class MallocPromises : public testing::TestWithParam<CallsOfMalloc> {};

TEST_P(MallocPromises, AreKept) {
  for (const char* const settings : {"", "REFMM_MALLOC_CACHE=0", "REFMM_MALLOC_MMAP_THRESHOLD=2000"}) {
    const TemporaryFile statistics;
    const Finished called =
        run(preloaded(fmt::format("'{}' --call {} 2>&1", self(), GetParam().name), statistics.path(), settings));
    EXPECT_EQ(called.status, 0) << settings << "\n" << called.output;
    EXPECT_GT(blocks_handed_out(statistics.text()), 0u) << "the heap was not in use";
  }
}

INSTANTIATE_TEST_SUITE_P(All, MallocPromises, testing::ValuesIn(calls_of_malloc),
                         [](const auto& tested) { return std::string(tested.param.name); });

class MallocMisuse : public testing::TestWithParam<CallsOfMalloc> {};

TEST_P(MallocMisuse, IsNoticed) {
  for (const char* const settings : {"", "REFMM_MALLOC_CACHE=0"}) {
    const Finished called =
        run(preloaded(fmt::format("'{}' --call {} 2>&1", self(), GetParam().name), "/dev/null", settings));
    // The shell says so of a program that a signal ended, if it is not the signal itself.
    const bool is_aborted = (WIFSIGNALED(called.status) && WTERMSIG(called.status) == SIGABRT) ||
                            (WIFEXITED(called.status) && WEXITSTATUS(called.status) == 128 + SIGABRT);
    EXPECT_TRUE(is_aborted) << settings << " " << called.status << "\n" << called.output;
    EXPECT_THAT(called.output, HasSubstr("refmm malloc: ")) << settings;
    EXPECT_THAT(called.output, HasSubstr(std::string(GetParam().ends_with))) << settings;
  }
}

INSTANTIATE_TEST_SUITE_P(All, MallocMisuse, testing::ValuesIn(misuse_of_malloc),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(MallocPreload, SaysWhichSettingIsNoNumber) {
  const Finished said = run(preloaded("ls / 2>&1 >/dev/null", "/dev/null", "REFMM_MALLOC_TOP_PAD=much"));
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.output, "refmm malloc: REFMM_MALLOC_TOP_PAD is not a number: much\n");
}

int call(std::string_view name) {
  for (const auto& calls : calls_of_malloc) {
    if (calls.name == name) return calls.run(), 0;
  }
  for (const auto& calls : misuse_of_malloc) {
    if (calls.name == name) return calls.run(), 0;
  }
  fmt::print(stderr, "malloc_preload_test: there are no calls of this name: {}\n", name);
  return 2;
}

}  // namespace
}  // namespace refmm

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--call") return refmm::call(argv[2]);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
