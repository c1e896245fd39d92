// Lines that cannot be understood: each is a diagnostic for people, and a gap; what stands behind it is read.

#include <refmm/tests/strace_lines.hpp>

#include <gmock/gmock.h>

namespace refmm::strace {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

bool is_gap(const Record& record) { return std::holds_alternative<Gap>(record.event); }

/// What is said of a line that stands between two others.
Diagnostic said_of(std::string_view line) {
  const Log log = log_of({"4711 brk(NULL) = 0x58498000", line, "4711 close(3) = 0"});
  EXPECT_EQ(log.records.size(), 3u) << line;
  if (log.records.size() == 3) {
    EXPECT_TRUE(is_gap(log.records[1])) << line;
    EXPECT_EQ(log.records[1].line, 2u);
    EXPECT_EQ(log.records[1].pid, 4711u);
  }
  Diagnostic diagnostic = only_diagnostic(log);
  EXPECT_EQ(diagnostic.at.line, 2u) << line;
  EXPECT_EQ(diagnostic.file, "session.strace");
  EXPECT_EQ(diagnostic.source_line, line);
  EXPECT_FALSE(diagnostic.expected.empty()) << line;
  EXPECT_FALSE(diagnostic.found.empty()) << line;
  return diagnostic;
}

TEST(StraceMalformed, is_said_with_line_column_and_what_to_try) {
  const Log log = log_of({"4711 mprotect(0x7f1000, 4096, PROT_RAED) = 0"});
  EXPECT_EQ(print(only_diagnostic(log)),
            "session.strace:1:31: error: there is no such flag; did you mean PROT_READ, PROT_EXEC or PROT_SEM?\n"
            "  1 | 4711 mprotect(0x7f1000, 4096, PROT_RAED) = 0\n"
            "    |                               ^\n"
            "  expected a number, or a flag that Linux has on x86\n"
            "  found `PROT_RAED`\n"
            "  try: strace -X raw, which prints numbers in place of names\n");
}

TEST(StraceMalformed, may_be_no_line_of_strace) {
  EXPECT_THAT(said_of("4711 hello, world").hint, StartsWith("strace -o FILE"));
  EXPECT_THAT(said_of("4711 <unfinished ...>").message, "strace prints no such line");
  EXPECT_THAT(said_of("4711 (3) = 0").message, "strace prints no such line");
  EXPECT_THAT(said_of("4711 close 3 = 0").message, "strace prints no such line");
  EXPECT_THAT(said_of("4711 ").message, "strace prints no such line");
  EXPECT_THAT(said_of("4711 <... close resumed").message, "strace prints no such line");
}

TEST(StraceMalformed, may_be_bytes) {
  using namespace std::string_view_literals;
  EXPECT_THAT(said_of("4711 \0\x01\xff\x7f"
                      "ELF\x80"sv)
                  .found,
              HasSubstr("\\x00\\x01\\xff\\x7f"));
  std::string garbage;
  for (std::size_t i = 0; i < 100000; ++i) garbage += static_cast<char>((i * i * 7919) >> 5);
  const Log log = read(transcript::Source("garbage", garbage));
  EXPECT_EQ(log.diagnostics.size(), most_diagnostics);
  EXPECT_GT(log.more_diagnostics, 100u);
  EXPECT_EQ(log.records.size(), log.diagnostics.size() + log.more_diagnostics);
}

TEST(StraceMalformed, may_lack_a_parenthesis) {
  const Diagnostic diagnostic = said_of("4711 mprotect(0x7f1000, 4096, PROT_READ = 0");
  EXPECT_EQ(diagnostic.message, "the line breaks off");
  EXPECT_EQ(diagnostic.expected, "`)` for the `(` at column 14");
  EXPECT_THAT(said_of("4711 frob({1, [2}) = 0").expected, "`]` of the bracket at 2:15");
  EXPECT_THAT(said_of("4711 frob(1]) = 0").message, "the brackets do not match");
  EXPECT_THAT(said_of("4711 write(1, \"abc) = 3").expected, HasSubstr("quotation mark"));
  EXPECT_THAT(said_of("4711 frob(1 /* 2) = 3").expected, HasSubstr("`*/`"));
  EXPECT_THAT(said_of("4711 close(3</tmp/a) = 3").expected, HasSubstr("`>`"));
}

TEST(StraceMalformed, may_lack_an_argument) {
  EXPECT_EQ(said_of("4711 dup2(3, ) = 0").message, "an argument is missing");
  EXPECT_EQ(said_of("4711 dup2(, 3) = 0").message, "an argument is missing");
  const Diagnostic few = said_of("4711 munmap(0x7f1000) = 0");
  EXPECT_EQ(few.message, "munmap has too few arguments");
  EXPECT_EQ(few.expected, "2 arguments");
  EXPECT_EQ(few.found, "1");
}

TEST(StraceMalformed, may_lack_a_result) {
  EXPECT_EQ(said_of("4711 close(3)").message, "the result is missing");
  EXPECT_EQ(said_of("4711 close(3) 0").message, "the result is missing");
  EXPECT_EQ(said_of("4711 close(3) = ").message, "the result is missing");
  EXPECT_EQ(said_of("4711 close(3) = zero").message, "this is no number");
  EXPECT_EQ(said_of("4711 close(3) = PROT_READ").message, "this is no number");
  EXPECT_EQ(said_of("4711 close(3) = 3</tmp").message, "the result is missing");
}

TEST(StraceMalformed, may_have_an_argument_that_is_no_number_or_no_string) {
  EXPECT_EQ(said_of("4711 munmap({a=1}, 4096) = 0").message, "this is no number");
  EXPECT_EQ(said_of("4711 openat(AT_FDCWD, file, O_RDONLY) = 3").message, "this is no string");
}

TEST(StraceMalformed, may_be_a_report) {
  EXPECT_THAT(said_of("4711 +++ exited +++").expected, HasSubstr("+++ exited with 0 +++"));
  EXPECT_THAT(said_of("4711 +++ exited with 0").expected, HasSubstr("+++ exited with 0 +++"));
  EXPECT_THAT(said_of("4711 +++ killed by bears +++").expected, HasSubstr("+++ killed by SIGSEGV +++"));
  EXPECT_THAT(said_of("4711 --- SIGSEGV {si_signo=SIGSEGV ---").expected, HasSubstr("--- SIGSEGV {"));
  EXPECT_THAT(said_of("4711 --- SIGSEGV {si_signo=SIGSEGV, si_addr=here} ---").message, "there is no such flag");
  EXPECT_THAT(said_of("4711 [ Process PID=4711 runs in 16 bit mode. ]").expected, HasSubstr("32 bit mode"));
}

TEST(StraceMalformed, may_resume_what_did_not_begin) {
  const Diagnostic diagnostic = said_of("4711 <... mmap resumed>) = 0x7f1000");
  EXPECT_EQ(diagnostic.message, "`mmap` of process 4711 did not begin");
  EXPECT_EQ(diagnostic.at, (Position{2, 6}));
  const Log other =
      log_of({"4711 close(3 <unfinished ...>", "4711 <... dup resumed>) = 4", "4711 <... close resumed>) = 0"});
  EXPECT_EQ(only_diagnostic(other).expected, "`<... close resumed>`, for the call that began in line 1");
  EXPECT_EQ(shown(*other.records.back().call()), "close(3) = 0x0");
}

TEST(StraceMalformed, may_not_resume_what_began) {
  const Log log = log_of({"4711 close(3 <unfinished ...>", "4711 dup(4) = 5", "4711 <... close resumed>) = 0"});
  ASSERT_EQ(log.diagnostics.size(), 2u);
  EXPECT_EQ(log.diagnostics[0].message, "process 4711 is in another call");
  EXPECT_EQ(log.diagnostics[0].expected, "`<... close resumed>`, for the call that began in line 1");
  EXPECT_EQ(log.diagnostics[1].message, "`close` of process 4711 did not begin");
  ASSERT_EQ(log.records.size(), 4u);
  EXPECT_EQ(shown(*log.records[1].call()), "close(3 ...");
  EXPECT_EQ(shown(*log.records[2].call()), "dup(4) = 0x5");
}

TEST(StraceMalformed, may_end_in_the_middle_of_a_line) {
  const std::string text = "4711 brk(NULL) = 0x58498000\n4711 mmap(NULL, 8192, PROT_RE";
  const Log log = read(transcript::Source("session.strace", text));
  EXPECT_THAT(only_diagnostic(log).message, "the line breaks off; the log ends in the middle of this line");
  EXPECT_EQ(only_diagnostic(log).at, (Position{2, 30}));
  EXPECT_THAT(only_diagnostic(log).hint, StartsWith("the log without its last line"));
  EXPECT_TRUE(read(transcript::Source("session.strace", "4711 close(3) = 0")).diagnostics.empty());
  EXPECT_TRUE(read(transcript::Source("session.strace", "")).records.empty());
}

TEST(StraceMalformed, may_be_very_long) {
  const std::string deep(1000000, '['), wide(1000000, ','), many(1000000, '|');
  EXPECT_EQ(said_of("4711 frob(" + deep + ") = 0").message, "the brackets do not match");
  EXPECT_EQ(said_of("4711 frob(" + wide + ") = 0").message, "an argument is missing");
  EXPECT_EQ(said_of("4711 mprotect(1, 2, " + many + ") = 0").message, "this is no number");
  EXPECT_EQ(said_of("4711 " + std::string(1000000, 'a')).message, "strace prints no such line");
  EXPECT_LT(print(said_of("4711 " + std::string(1000000, 'a'))).size(), 1000u);
}

TEST(StraceMalformed, may_be_a_summary) {
  const std::vector<std::string_view> summary = {
      "% time     seconds  usecs/call     calls    errors syscall",
      "------ ----------- ----------- --------- --------- ----------------",
      "100.00    0.000000           0         1           execve",
      "100.00    0.000000           0         1           total"};
  const Log log = log_of({summary[0], summary[1], summary[2], summary[3]});
  EXPECT_EQ(only_diagnostic(log).message, "this is a summary of calls, not a log of them");
  EXPECT_THAT(only_diagnostic(log).hint, StartsWith("strace without -c"));
  EXPECT_EQ(log.records.size(), 1u);
  const Log behind_a_log =
      understood({"close(3) = 0", summary[0], summary[1], summary[2], summary[3], "close(4) = 0"});
  EXPECT_EQ(behind_a_log.records.size(), 2u);
}

TEST(StraceMalformed, is_counted_where_it_is_not_told) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "nonsense\nclose(3) = 0\n";
  const Log log = read(transcript::Source("session.strace", text));
  EXPECT_EQ(log.diagnostics.size(), most_diagnostics);
  EXPECT_EQ(log.more_diagnostics, 100 - most_diagnostics);
  EXPECT_EQ(log.records.size(), 200u);
}

}  // namespace
}  // namespace refmm::strace
