// The logs in tests/strace: all of them are understood, and whatever they are turned into is understood or refused at a place within.

#include <refmm/spec/strace_maps.hpp>
#include <refmm/tests/strace_lines.hpp>
#include <refmm/tests/transcript_damage.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace refmm::strace {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Ge;
using testing::Pair;

std::string path_of(const std::string& name) { return "tests/strace/" + name + ".strace"; }

std::vector<std::string> recorded() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("tests/strace")) {
    if (entry.path().extension() == ".strace") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string name_for_test(const std::string& name) {
  std::string found = name;
  std::ranges::replace(found, '-', '_');
  return found;
}

class StraceRecording : public testing::TestWithParam<std::string> {
 protected:
  const Log log = read(transcript::load(path_of(GetParam())));
};

TEST_P(StraceRecording, is_understood) {
  for (const Diagnostic& diagnostic : log.diagnostics) ADD_FAILURE() << print(diagnostic);
  EXPECT_EQ(log.more_diagnostics, 0u);
  EXPECT_GT(log.records.size(), 20u);
}

/// Calls are left behind only by what ends a process, or by strace where it says so.
TEST_P(StraceRecording, has_all_calls_whole) {
  for (std::size_t i = 0; i < log.records.size(); ++i) {
    const Call* const call = log.records[i].call();
    if (call == nullptr || !call->cut_short) continue;
    const bool ends = i + 1 < log.records.size() && log.records[i + 1].pid == log.records[i].pid &&
                      (std::holds_alternative<Exited>(log.records[i + 1].event) ||
                       std::holds_alternative<Killed>(log.records[i + 1].event));
    EXPECT_TRUE(ends) << log.place(log.records[i]);
  }
}

TEST_P(StraceRecording, has_one_record_of_every_call_and_end) {
  const std::string& text = log.source.text();
  const auto count = [&](std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  const auto calls = calls_by_name(log);
  for (const std::string name : {"mremap", "munmap", "mprotect", "clone3"}) {
    const auto found = calls.find(name);
    EXPECT_EQ(found == calls.end() ? 0u : found->second, count(" " + name + "(") + count("\n" + name + "("))
        << name;
  }
  const auto is_end = [](const Record& record) { return std::holds_alternative<Exited>(record.event); };
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count_if(log.records, is_end)), count("+++ exited with"));
}

TEST_P(StraceRecording, has_processes_with_numbers_and_programs_with_bits) {
  const bool of_32_bits = GetParam().ends_with("-32");
  for (const Record& record : log.records) {
    EXPECT_NE(record.pid, 0u) << log.place(record);
    EXPECT_LE(record.begun, record.line);
    if (GetParam() == "terminal") {
      EXPECT_NE(record.mode, Mode::unknown) << log.place(record);
    } else {
      EXPECT_EQ(record.mode, of_32_bits ? Mode::bits_32 : Mode::bits_64) << log.place(record);
    }
  }
}

/// The first call of a program: its address space as it was then is kept beside the log.
TEST_P(StraceRecording, begins_with_execve_and_brk) {
  ASSERT_NE(log.records[0].call(), nullptr);
  EXPECT_EQ(log.records[0].call()->name, "execve");
  const auto calls_brk = [](const Record& record) {
    return record.call() != nullptr && record.call()->name == "brk";
  };
  const auto brk = std::ranges::find_if(log.records, calls_brk);
  ASSERT_NE(brk, log.records.end());
  EXPECT_EQ(brk->call()->result.note, "(DELAYED)");
  const std::vector<Mapping> maps = read_maps(transcript::load("tests/strace/" + GetParam() + ".maps"));
  EXPECT_TRUE(std::ranges::any_of(maps, [](const Mapping& mapping) { return mapping.name == "[stack]"; }));
  EXPECT_TRUE(
      std::ranges::any_of(maps, [](const Mapping& mapping) { return mapping.executable && mapping.inode != 0; }));
  // The heap is empty, and nothing lies at its place.
  const std::uint64_t heap = brk->call()->result.value;
  const auto holds = [&](const Mapping& mapping) { return mapping.begin <= heap && heap < mapping.end; };
  EXPECT_FALSE(std::ranges::any_of(maps, holds));
}

TEST_P(StraceRecording, is_understood_or_refused_when_it_is_damaged) {
  constexpr std::uint32_t seed = 20010104;
  constexpr std::size_t mutants = 300;
  constexpr std::size_t longest = 4000;  // bytes that are damaged, and lost in front or behind
  Draw draw(seed);
  const std::string& original = log.source.text();
  for (std::size_t i = 0; i < mutants; ++i) {
    const std::string text = damaged(original.substr(draw.below(original.size()), 1 + draw.below(longest)), draw);
    SCOPED_TRACE(fmt::format("seed {}, mutant {}:\n{}", seed, i, text));
    const Log mutant = read(transcript::Source("damaged.strace", text));
    for (const Diagnostic& diagnostic : mutant.diagnostics) {
      EXPECT_GE(diagnostic.at.line, 1u);
      EXPECT_LE(diagnostic.at.line, mutant.source.lines());
      EXPECT_GE(diagnostic.at.column, 1u);
      EXPECT_LE(diagnostic.at.column, mutant.source.line(diagnostic.at.line).size() + 1);
      EXPECT_FALSE(diagnostic.message.empty());
      EXPECT_FALSE(diagnostic.expected.empty());
      EXPECT_FALSE(diagnostic.found.empty());
    }
    const auto is_gap = [](const Record& record) { return std::holds_alternative<Gap>(record.event); };
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count_if(mutant.records, is_gap)),
              mutant.diagnostics.size() + mutant.more_diagnostics);
    if (HasFailure()) return;
  }
}

/// No line is lost: in what was cut up, every line that says something is in a record, or goes on in one.
TEST_P(StraceRecording, loses_no_line_when_lines_are_cut_off) {
  constexpr std::uint32_t seed = 20010104;
  Draw draw(seed);
  for (std::uint32_t number = 1; number <= log.source.lines(); ++number) {
    const std::string_view whole = log.source.line(number);
    const std::string line(whole.substr(0, draw.below(whole.size() + 1)));
    SCOPED_TRACE(fmt::format("seed {}, line {}: {}", seed, number, line));
    const Log cut = read(transcript::Source("cut.strace", line));
    const bool says_nothing = trimmed(line).empty() || line.starts_with('#') || line.starts_with(" >");
    if (!says_nothing) {
      EXPECT_FALSE(cut.records.empty());
    }
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, StraceRecording, testing::ValuesIn(recorded()),
                         [](const auto& name) { return name_for_test(name.param); });

TEST(StraceRecordings, are_of_many_kinds_of_programs) { EXPECT_GE(recorded().size(), 12u); }

TEST(StraceRecordings, have_the_calls_that_their_programs_make) {
  const auto calls = [](const std::string& name) { return calls_by_name(read(transcript::load(path_of(name)))); };
  for (const std::string bits : {"32", "64"}) {
    EXPECT_THAT(calls("allocator-" + bits),
                AllOf(Contains(Pair("clone3", 4u)), Contains(Pair("mremap", Ge(10u)))));
    EXPECT_THAT(calls("server-" + bits), AllOf(Contains(Pair("mremap", 18u)), Contains(Pair("munmap", 13u))));
    EXPECT_THAT(calls("calls-" + bits), AllOf(Contains(Pair("mremap", 9u)), Contains(Pair("madvise", 7u)),
                                              Contains(Pair("mlock2", 1u)), Contains(Pair("mlockall", 1u)),
                                              Contains(Pair("munlockall", 1u)), Contains(Pair("msync", 3u)),
                                              Contains(Pair("mincore", 2u)), Contains(Pair("pkey_mprotect", 1u))));
  }
  EXPECT_THAT(calls("calls-32"), Contains(Pair("mmap", 1u)));
  EXPECT_THAT(calls("compiler"), Contains(Pair("execve", 3u)));
  EXPECT_THAT(calls("pipeline"), Contains(Pair("execve", 4u)));
}

TEST(StraceRecordings, have_the_crash_of_the_child) {
  const Log log = read(transcript::load(path_of("calls-64")));
  const auto crashed = std::ranges::find_if(log.records, [](const Record& record) {
    const auto* const signal = std::get_if<Signal>(&record.event);
    return signal != nullptr && signal->name == "SIGSEGV";
  });
  ASSERT_NE(crashed, log.records.end());
  const auto mapped = std::ranges::find_if(log.records, [&](const Record& record) {
    return record.call() != nullptr && record.call()->name == "mmap" &&
           record.call()->result.value == std::get<Signal>(crashed->event).address;
  });
  EXPECT_NE(mapped, log.records.end());
}

}  // namespace
}  // namespace refmm::strace
