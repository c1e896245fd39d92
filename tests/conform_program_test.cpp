// Sessions written as C programs: each example of the chapter on later eras compiles, and prints what the chapter has.
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/conform_kernel.hpp>
#include <refmm/tests/conform_program.hpp>
#include <refmm/tests/conform_subject.hpp>
#include <refmm/tests/conform_transcript.hpp>
#include <refmm/tests/since_sessions.hpp>
#include <refmm/tests/temporary_folder.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace refmm {
namespace {

namespace fs = std::filesystem;

/// What such a program prints, if it does what the model does.
std::string expected_output(const conform::Scripted& scripted) {
  std::string text;
  for (std::size_t at = 0; at < scripted.session.steps.size(); ++at) {
    const conform::SessionStep& step = scripted.session.steps[at];
    const std::string call = since::notation(step.command);
    if (call.starts_with("open(")) continue;  // the program makes its files
    text += step.process == 0 ? "" : fmt::format("[pid {}] ", step.process + 1);
    text += fmt::format("{} = {}\n", call, scripted.results[at]);
  }
  return text;
}

class Programs : public testing::TestWithParam<Sessions> {};

TEST_P(Programs, PrintWhatTheChapterHas) {
  if (std::system("cc --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no C compiler";
  if (const auto refusal = no_running_kernel(64)) GTEST_SKIP() << refusal->why;
  if (!conform::is_settled(conform::running_version())) GTEST_SKIP() << conform::not_settled;
  const conform::Scripted scripted =
      conform::session_of(transcript::parse(transcript::Source(GetParam().name, GetParam().text)));
  const TemporaryFolder folder;
  const fs::path source = folder.path() / "program.c", program = folder.path() / "program",
                 output = folder.path() / "output";
  std::ofstream(source) << conform::program_of(scripted.session, "", scripted.results);
  const std::string line = fmt::format("cc -O1 -Wall -Wextra -static -o {} {} && timeout 10 {} >{} 2>&1",
                                       program.string(), source.string(), program.string(), output.string());
  ASSERT_EQ(std::system(line.c_str()), 0) << contents(output) << contents(source);
  EXPECT_EQ(contents(output), expected_output(scripted));
}

/// Those whose addresses a program with a library has, too: not those of the heap, nor of limits on all that it has.
std::vector<Sessions> programs() {
  std::vector<Sessions> all = chapter_sessions();
  std::erase_if(all, [](const Sessions& sessions) {
    return sessions.text.find("brk(") != std::string::npos ||
           sessions.text.find("rlimit_as") != std::string::npos ||
           sessions.text.find("rlimit_data") != std::string::npos;
  });
  return all;
}
INSTANTIATE_TEST_SUITE_P(Chapter, Programs, testing::ValuesIn(programs()), name_of_sessions);

}  // namespace
}  // namespace refmm
