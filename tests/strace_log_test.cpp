// Logs: what stands in front of lines, calls in two lines, ends of processes. Lines are what strace 6.1 printed.

#include <refmm/tests/strace_lines.hpp>

#include <gmock/gmock.h>

namespace refmm::strace {
namespace {

using testing::ElementsAre;

/// `4711 close(3) = 0x0`, by record.
std::vector<std::string> records_of(const Log& log) {
  std::vector<std::string> found;
  for (const Record& record : log.records) {
    const Call* const call = record.call();
    if (call != nullptr) found.push_back(fmt::format("{} {}", record.pid, shown(*call)));
  }
  return found;
}

/// The one record of a log that is understood.
Record only_record(std::string_view line) {
  const Log log = understood({line});
  EXPECT_EQ(log.records.size(), 1u) << line;
  return log.records.empty() ? Record{} : log.records[0];
}

TEST(StraceLine, may_name_the_process) {
  for (const std::string_view line :
       {"8588  close(3)                          = 0", "8588 close(3) = 0", "[pid  8588] close(3) = 0",
        "8588<sh> close(3) = 0", "[pid 8588<a ] b>] close(3) = 0", "8588 08:55:05 close(3) = 0",
        "[pid 8588] 08:55:05.391052 [00007f3f4aafead7] close(3) = 0", "8588       0.000293 [   3] close(3) = 0"}) {
    const Record record = only_record(line);
    EXPECT_EQ(record.pid, 8588u) << line;
    EXPECT_NE(record.call(), nullptr) << line;
  }
  EXPECT_EQ(only_record("close(3) = 0").pid, 0u);
}

TEST(StraceLine, may_have_the_time) {
  EXPECT_EQ(only_record("08:55:05 brk(NULL) = 0x573aa000").time, "08:55:05");
  EXPECT_EQ(only_record("08:55:05.391390 brk(NULL) = 0x573aa000").time, "08:55:05.391390");
  EXPECT_EQ(only_record("1795856105.406056 brk(NULL) = 0x573aa000").time, "1795856105.406056");
  EXPECT_EQ(only_record("1795856105 brk(NULL) = 0x573aa000").time, "1795856105");
  EXPECT_EQ(only_record("1795856105.788448065 brk(NULL) = 0x573aa000").time, "1795856105.788448065");
  EXPECT_EQ(only_record("     0.000008 brk(NULL) = 0x573aa000").time, "0.000008");
  EXPECT_EQ(
      only_record("8781  1795856784.965089 (+     0.000720) [  12] [00007fd7011f8c47] brk(NULL) = 0x573aa000")
          .time,
      "1795856784.965089");
}

TEST(StraceLine, may_have_the_pointer_and_the_number_of_the_call) {
  EXPECT_EQ(only_record("[f7f7ea47] brk(NULL) = 0x58498000").mode, Mode::bits_32);
  EXPECT_EQ(only_record("[00007f3f4aafead7] brk(NULL) = 0x58498000").mode, Mode::bits_64);
  EXPECT_EQ(only_record("[  45] brk(NULL) = 0x58498000").mode, Mode::unknown);
  EXPECT_EQ(only_record("[????????] +++ exited with 0 +++").mode, Mode::unknown);
}

TEST(StraceLine, may_say_nothing_new) {
  const Log log = understood({"# strace /bin/true", "", "  ", "brk(NULL) = 0x58498000\r",
                              " > /usr/lib/x86_64-linux-gnu/libc.so.6(brk+0x7) [0x1ab70]",
                              " > unexpected_backtracing_error [0x7ffe282ee750]"});
  EXPECT_THAT(records_of(log), ElementsAre("0 brk(NULL) = 0x58498000"));
  EXPECT_EQ(log.records[0].line, 4u);
  EXPECT_EQ(log.place(log.records[0]), "session.strace:4");
}

TEST(StraceLog, has_a_call_where_it_returned) {
  const Log log = understood(
      {"29738 mmap2(NULL, 8392704, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_STACK, -1, 0 <unfinished ...>",
       "29739 munmap(0xf6d00000, 8192)          = 0", "29738 <... mmap2 resumed>)              = 0xf63ff000"});
  EXPECT_THAT(records_of(log),
              ElementsAre("29739 munmap(0xf6d00000, 8192) = 0x0",
                          "29738 mmap2(NULL, 8392704, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_STACK, "
                          "-1, 0) = 0xf63ff000"));
  EXPECT_EQ(log.records[1].line, 3u);
  EXPECT_EQ(log.records[1].begun, 1u);
}

TEST(StraceLog, joins_arguments_of_both_lines) {
  const Log log =
      understood({"29741 read(3,  <unfinished ...>", "29738 clone3({flags=CLONE_VM|CLONE_THREAD} <unfinished ...>",
                  "29741 <... read resumed>\"0-1\\n\", 1024)  = 4",
                  "29738 <... clone3 resumed> => {parent_tid=[29740]}, 88) = 29740",
                  "29740 vfork( <unfinished ...>", "29740 <... vfork resumed> )  = 29742"});
  EXPECT_THAT(records_of(log),
              ElementsAre("29741 read(3, \"0-1\\n\", 1024) = 0x4",
                          "29738 clone3({flags=CLONE_VM|CLONE_THREAD} => {parent_tid=[29740]}, 88) = 0x742c",
                          "29740 vfork() = 0x742e"));
  EXPECT_EQ(log.records[0].call()->arguments[1].at, (Position{3, 25}));
}

TEST(StraceLog, has_the_end_of_processes) {
  const Log log =
      understood({"8678  --- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=0x7fa958c9f000} ---",
                  "8678  +++ killed by SIGSEGV (core dumped) +++", "8670  exit_group(3)                     = ?",
                  "8670  +++ exited with 3 +++", "8671  --- stopped by SIGTTIN ---",
                  "8671  --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=8678} ---",
                  "8671  --- SIGTERM (Terminated) ---"});
  ASSERT_EQ(log.records.size(), 7u);
  EXPECT_EQ(std::get<Signal>(log.records[0].event).address, 0x7fa958c9f000u);
  EXPECT_EQ(std::get<Signal>(log.records[0].event).name, "SIGSEGV");
  EXPECT_TRUE(std::get<Killed>(log.records[1].event).core_dumped);
  EXPECT_EQ(std::get<Killed>(log.records[1].event).signal, "SIGSEGV");
  EXPECT_EQ(std::get<Exited>(log.records[3].event).status, 3u);
  EXPECT_EQ(std::get<Stopped>(log.records[4].event).signal, "SIGTTIN");
  EXPECT_EQ(std::get<Signal>(log.records[5].event).address, std::nullopt);
}

TEST(StraceLog, has_calls_that_never_returned_in_front_of_the_end_of_the_process) {
  const Log log =
      understood({"8671  mmap(NULL, 4096, PROT_READ <unfinished ...>", "8672  read(0, \"ab <unfinished ...>",
                  "8671  +++ killed by SIGKILL +++", "8673  wait4(-1,  <unfinished ...>) = ?",
                  "8673  +++ killed by SIGKILL +++", "8674  pause( <detached ...>"});
  EXPECT_THAT(records_of(log), ElementsAre("8671 mmap(NULL, 4096, PROT_READ ...", "8673 wait4(-1 ... = ?",
                                           "8674 pause( ...", "8672 read(0, \"ab ..."));
  EXPECT_EQ(log.records[0].line, 1u);
  EXPECT_TRUE(log.records[0].call()->cut_short);
}

TEST(StraceLog, follows_a_thread_that_calls_execve) {
  const Log log = understood(
      {"30256 execve(\"/bin/true\", [\"true\"], 0x7ffd801a3c48 /* 41 vars */ <pid changed to 30255 ...>",
       "30255 +++ superseded by execve in pid 30256 +++", "30255 <... execve resumed>)             = 0"});
  EXPECT_THAT(records_of(log),
              ElementsAre("30255 execve(\"/bin/true\", [\"true\"], 0x7ffd801a3c48 /* 41 vars */) = 0x0"));
  EXPECT_EQ(std::get<Superseded>(log.records[0].event).by, 30256u);
}

TEST(StraceLog, follows_it_also_where_strace_does_not_say_that_the_pid_changes) {
  const Log log = understood(
      {"30255 pause( <unfinished ...>", "30256 execve(\"/bin/true\", [\"true\"], NULL <unfinished ...>",
       "30255 +++ superseded by execve in pid 30256 +++", "30255 <... execve resumed>)             = 0"});
  EXPECT_THAT(records_of(log),
              ElementsAre("30255 pause( ...", "30255 execve(\"/bin/true\", [\"true\"], NULL) = 0x0"));
}

TEST(StraceTerminal, names_the_first_process_when_there_are_others) {
  const Log log =
      understood({"brk(NULL)                               = 0x555e6f9c5000",
                  "clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>", "strace: Process 30107 attached",
                  "[pid 30107] close(4)                    = 0",
                  "[pid 30106] <... clone resumed>, child_tidptr=0x7f0956864a10) = 30107",
                  "[pid 30107] exit_group(0)               = ?", "[pid 30106] close(5 <unfinished ...>",
                  "[pid 30107] +++ exited with 0 +++", "<... close resumed>)                    = 0",
                  "close(6)                                = 0"});
  EXPECT_THAT(records_of(log),
              ElementsAre("30106 brk(NULL) = 0x555e6f9c5000", "30107 close(4) = 0x0",
                          "30106 clone(child_stack=NULL, flags=SIGCHLD, child_tidptr=0x7f0956864a10) = 0x759b",
                          "30107 exit_group(0) = ?", "30106 close(5) = 0x0", "30106 close(6) = 0x0"));
  EXPECT_EQ(std::get<Attached>(log.records[1].event).pid, 30107u);
}

TEST(StraceTerminal, names_only_the_last_process_not) {
  const Log log = understood({"vfork(strace: Process 9807 attached", " <unfinished ...>",
                              "[pid  9807] close(3)                    = 0",
                              "[pid  9806] <... vfork resumed>)            = 9807",
                              "[pid  9806] exit_group(0)               = ?", "[pid  9806] +++ exited with 0 +++",
                              "close(4)                                = 0", "+++ exited with 0 +++"});
  EXPECT_THAT(records_of(log), ElementsAre("9807 close(3) = 0x0", "9806 vfork() = 0x264f",
                                           "9806 exit_group(0) = ?", "9807 close(4) = 0x0"));
}

TEST(StraceTerminal, writes_messages_into_the_middle_of_lines) {
  const Log log =
      understood({"clone(child_stack=NULL, flags=SIGCHLDstrace: Process 30107 attached",
                  ", child_tidptr=0x7f0956864a10) = 30107", "[pid 30107] close(4strace: Process 30108 attached",
                  "strace: Process 30109 attached", ")                                = 0",
                  "[pid 30108] pause(strace: Process 30108 detached", " <detached ...>"});
  EXPECT_THAT(records_of(log),
              ElementsAre("0 clone(child_stack=NULL, flags=SIGCHLD, child_tidptr=0x7f0956864a10) = 0x759b",
                          "30107 close(4) = 0x0", "30108 pause( ..."));
  EXPECT_EQ(log.records[1].begun, 2u);
}

TEST(StraceTerminal, named_itself_not_in_its_messages_once) {
  const Log log = understood({"clone(child_stack=0, flags=SIGCHLDProcess 30107 attached", ") = 30107",
                              "[pid 30107] close(4) = 0", "Process 30107 detached"});
  EXPECT_THAT(records_of(log),
              ElementsAre("0 clone(child_stack=0, flags=SIGCHLD) = 0x759b", "30107 close(4) = 0x0"));
  EXPECT_EQ(log.records.size(), 4u);
}

TEST(StraceLog, may_not_say_that_a_call_is_resumed_in_the_next_line) {
  const Log log =
      understood({"22627 munmap(0x7f095df03000, 8523776 <unfinished ...>",
                  ")                                       = 0", "22627 close(0)                          = 0"});
  EXPECT_THAT(records_of(log), ElementsAre("22627 munmap(0x7f095df03000, 8523776) = 0x0", "22627 close(0) = 0x0"));
  EXPECT_EQ(log.records[0].begun, 1u);
  EXPECT_EQ(log_of({"22627 close(0 <unfinished ...>", "hello", ") = 0"}).diagnostics.size(), 2u);
}

TEST(StraceTerminal, says_what_strace_attached_to) {
  const Log log = understood({"strace: Process 4711 attached", "close(4) = 0",
                              "strace: Exit of unknown pid 4713 ignored", "strace: Process 4711 detached"});
  EXPECT_THAT(records_of(log), ElementsAre("4711 close(4) = 0x0"));
  EXPECT_EQ(std::get<Note>(log.records[2].event).text, "Exit of unknown pid 4713 ignored");
  EXPECT_EQ(std::get<Detached>(log.records[3].event).pid, 4711u);
}

std::vector<Mode> modes_of(std::initializer_list<std::string_view> lines) {
  std::vector<Mode> modes;
  for (const Record& record : understood(lines).records) modes.push_back(record.mode);
  return modes;
}

TEST(StraceMode, is_what_strace_says) {
  EXPECT_THAT(
      modes_of({"execve(\"/bin/a\", [\"a\"], NULL) = 0", "[ Process PID=29809 runs in 32 bit mode. ]",
                "brk(NULL) = 0x58183000", "execve(\"/bin/b\", [\"b\"], NULL) = 0",
                "[ Process PID=29809 runs in 64 bit mode. ]", "brk(NULL) = 0x58183000"}),
      ElementsAre(Mode::bits_32, Mode::bits_32, Mode::bits_32, Mode::bits_64, Mode::bits_64, Mode::bits_64));
  EXPECT_THAT(modes_of({"08:55:05 [ Process PID=29842 runs in x32 mode. ]"}), ElementsAre(Mode::x32));
}

TEST(StraceMode, is_shown_by_calls_and_addresses) {
  EXPECT_EQ(only_record("mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7ef4000").mode,
            Mode::bits_32);
  EXPECT_EQ(only_record("fcntl64(3, F_DUPFD, 30) = 30").mode, Mode::bits_32);
  EXPECT_EQ(only_record("brk(NULL) = 0x5637e46f8000").mode, Mode::bits_64);
  EXPECT_EQ(only_record("munmap(0x5637e46f8000, 4096) = 0").mode, Mode::bits_64);
  EXPECT_EQ(only_record("brk(NULL) = 0x4c9000").mode, Mode::unknown);
  EXPECT_EQ(only_record("close(3) = 0").mode, Mode::unknown);
}

TEST(StraceMode, is_that_of_the_parent_until_execve) {
  EXPECT_THAT(
      modes_of({"30 brk(NULL) = 0x5637e46f8000", "31 close(3) = 0", "30 fork() = 31",
                "31 execve(\"/bin/b\", [\"b\"], NULL) = -1 ENOENT (No such file or directory)",
                "31 execve(\"/bin/a\", [\"a\"], NULL) = 0", "31 fcntl64(3, F_DUPFD, 30) = 30", "30 close(3) = 0"}),
      ElementsAre(Mode::bits_64, Mode::bits_64, Mode::bits_64, Mode::bits_64, Mode::bits_32, Mode::bits_32,
                  Mode::bits_64));
}

TEST(StraceMode, is_no_circle_even_if_the_log_is_one) {
  EXPECT_THAT(modes_of({"30 fork() = 31", "31 fork() = 30", "31 fork() = 31", "30 close(3) = 0"}),
              ElementsAre(Mode::unknown, Mode::unknown, Mode::unknown, Mode::unknown));
}

}  // namespace
}  // namespace refmm::strace
