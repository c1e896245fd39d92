// Calls as strace prints them in one line, with each of its options. Lines are what strace 6.1 printed.

#include <refmm/spec/strace_clone.hpp>
#include <refmm/tests/strace_lines.hpp>

#include <gmock/gmock.h>

namespace refmm::strace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> arguments_of(std::string_view line) {
  std::vector<std::string> texts;
  for (const Argument& argument : call_of(line).arguments) texts.push_back(argument.text);
  return texts;
}

TEST(StraceCall, has_a_name_arguments_and_a_result) {
  const Call call =
      call_of("mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f3aecbbe000");
  EXPECT_EQ(call.name, "mmap");
  ASSERT_EQ(call.arguments.size(), 6u);
  EXPECT_EQ(call.arguments[2].text, "PROT_READ|PROT_WRITE");
  EXPECT_EQ(call.arguments[2].at, (Position{1, 18}));
  EXPECT_EQ(call.result.kind, Result::Kind::value);
  EXPECT_EQ(call.result.value, 0x7f3aecbbe000u);
  EXPECT_FALSE(call.cut_short);
}

TEST(StraceCall, of_every_kind_that_is_about_memory) {
  EXPECT_EQ(shown(call_of("brk(NULL)                         = 0x57fc2000")), "brk(NULL) = 0x57fc2000");
  EXPECT_EQ(shown(call_of("munlockall()                      = 0")), "munlockall() = 0x0");
  for (const std::string_view line :
       {"mmap2(0xf7ce4000, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED, 3, 0x22000) = 0xf7ce4000",
        "old_mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000000",
        "old_mmap({addr=NULL, len=4096, prot=PROT_READ, flags=MAP_PRIVATE|MAP_ANONYMOUS, fd=-1, offset=0}) = "
        "0x40000000",
        "old_mmap(0x10) = -1 EFAULT (Bad address)", "munmap(0xf7eea000, 46659)         = 0",
        "mprotect(0xf7edd000, 8192, PROT_READ) = 0",
        "pkey_mprotect(0x7fa958e87000, 4096, PROT_READ|PROT_WRITE, -1) = 0",
        "mremap(0xf7ef2000, 16384, 8192, 0) = 0xf7ef2000",
        "mremap(0x7f1000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x7f5000) = 0x7f5000",
        "madvise(0xf7cb2000, 8192, 0x3e7 /* MADV_??? */) = -1 EINVAL (Invalid argument)",
        "mlock(0xf7cb2000, 4096)           = 0", "mlock2(0xf7cb3000, 4096, MLOCK_ONFAULT) = 0",
        "munlock(0xf7cb2000, 8192)         = 0", "mlockall(MCL_CURRENT|MCL_FUTURE)  = 0",
        "msync(0xf7ef2000, 4096, MS_ASYNC|MS_INVALIDATE) = 0", "mincore(0xf7cb2000, 16384, [1, 1, 1, 1]) = 0",
        "mincore(0xf7cb2000, 16384, 0x7ffe0000) = -1 EFAULT (Bad address)",
        "remap_file_pages(0x7f6f2d00d000, 4096, PROT_NONE, 1, 0) = 0"}) {
    EXPECT_FALSE(call_of(line).name.empty()) << line;
  }
}

TEST(StraceCall, of_old_mmap_has_the_arguments_that_stand_in_memory) {
  const Call call = call_of(
      "old_mmap({addr=NULL, len=8192, prot=PROT_READ, flags=MAP_PRIVATE, fd=3, offset=0x1000}) = 0x40000000");
  ASSERT_EQ(call.arguments.size(), 6u);
  EXPECT_EQ(call.arguments[1].name, "len");
  EXPECT_EQ(call.arguments[1].text, "8192");
  EXPECT_EQ(call.arguments[1].at, (Position{1, 26}));
  EXPECT_EQ(call.arguments[5].text, "0x1000");
}

TEST(StraceCall, of_every_kind_that_is_about_descriptors_and_processes) {
  for (const std::string_view line :
       {"open(\"/etc/ld.so.cache\", O_RDONLY) = 3",
        "openat(AT_FDCWD, \"file\", O_RDWR|O_CREAT|O_TRUNC|O_CLOEXEC, 0644) = 3",
        "openat2(AT_FDCWD, \"file\", {flags=O_RDONLY, resolve=0}, 24) = 3",
        "creat(\"file\", 0644) = 3",
        "close(3)                          = 0",
        "close_range(20, 40, 0)            = 0",
        "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC) = 0",
        "dup(3)                            = 4",
        "dup2(4, 20)                       = 20",
        "dup3(4, 21, O_CLOEXEC)            = 21",
        "fcntl(3, F_DUPFD_CLOEXEC, 30)     = 30",
        "fcntl64(3, F_DUPFD, 30)           = 30",
        "fcntl(3, F_GETFD)                 = 0x1 (flags FD_CLOEXEC)",
        "pipe([3, 4])                      = 0",
        "pipe2([3, 4], O_CLOEXEC)          = 0",
        "memfd_create(\"memory, (named)\", MFD_CLOEXEC) = 3",
        "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3",
        "fork()                            = 4712",
        "vfork()                           = 4712",
        "clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7fa958ca0a10) = 8678",
        "clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[30265]}, 88) = 30265",
        "execve(\"/bin/true\", [\"/bin/true\"], 0x7ffc3b3b1528 /* 41 vars */) = 0",
        "execveat(AT_FDCWD, \"true\", [\"true\"], NULL, AT_EMPTY_PATH) = -1 ENOENT (No such file or directory)",
        "exit(0)                           = ?",
        "exit_group(0)                     = ?"}) {
    EXPECT_FALSE(call_of(line).name.empty()) << line;
  }
}

TEST(StraceCall, of_any_other_kind_has_any_arguments) {
  EXPECT_THAT(arguments_of("frobnicate(0x1, FROB_???, {a=[1, 2], b=\"}\"}, ~[KILL STOP], 3 => 4) = 7"),
              ElementsAre("0x1", "FROB_???", "{a=[1, 2], b=\"}\"}", "~[KILL STOP]", "3 => 4"));
  EXPECT_THAT(arguments_of("syscall_0x1b1(0x1, 0x2)           = -1 ENOSYS (Function not implemented)"),
              ElementsAre("0x1", "0x2"));
  EXPECT_THAT(arguments_of("restart_syscall(<... resuming interrupted read ...>) = 0"),
              ElementsAre("<... resuming interrupted read ...>"));
}

TEST(StraceCall, may_have_commas_parentheses_and_marks_in_its_strings) {
  EXPECT_THAT(arguments_of(R"(openat(AT_FDCWD, "a, b) = 3 <unfinished ...>", O_RDONLY) = 3)"),
              ElementsAre("AT_FDCWD", R"("a, b) = 3 <unfinished ...>")", "O_RDONLY"));
  EXPECT_THAT(arguments_of(R"(write(1, "\"\\", 2) = 2)"), ElementsAre("1", R"("\"\\")", "2"));
  EXPECT_THAT(arguments_of(R"(read(3, "\177ELF\1\1(["..., 512) = 512)"),
              ElementsAre("3", R"("\177ELF\1\1(["...)", "512"));
}

TEST(StraceCall, may_name_its_arguments) {
  const Call call = call_of("clone(child_stack=NULL, flags=CLONE_VM|SIGCHLD) = 8678");
  ASSERT_EQ(call.arguments.size(), 2u);
  EXPECT_EQ(call.arguments[1].name, "flags");
  EXPECT_EQ(number(call.arguments[1]), 0x111u);
  EXPECT_EQ(call.arguments[1].at, (Position{1, 31}));
}

TEST(StraceParts, are_what_stands_in_braces_or_brackets) {
  const auto parts_of = [](std::string_view text) {
    std::vector<std::string> found;
    for (const Argument& part : parts({.text = std::string(text), .at = {1, 7}})) {
      found.push_back(fmt::format("{} {}={}", part.at.column, part.name, part.text));
    }
    return found;
  };
  EXPECT_THAT(parts_of("[3, 4]"), ElementsAre("8 =3", "11 =4"));
  EXPECT_THAT(parts_of("{a=[1, 2], b=\"}\"} => {c=1}"), ElementsAre("10 a=[1, 2]", "20 b=\"}\""));
  EXPECT_THAT(parts_of("[]"), ElementsAre());
  EXPECT_THAT(parts_of("PROT_READ"), ElementsAre());
  EXPECT_THROW(parts_of("[3, 4"), InputError);
}

TEST(StraceClone, has_flags_wherever_they_stand) {
  const auto flags_of = [](std::string_view line) { return clone_flags(call_of(line)); };
  EXPECT_EQ(flags_of("fork() = 4712"), 17u);
  EXPECT_EQ(flags_of("vfork() = 4712"), clone_vm | clone_vfork | 17u);
  EXPECT_EQ(flags_of("clone(child_stack=NULL, flags=CLONE_VM|CLONE_FILES|SIGCHLD) = 8678"),
            clone_vm | clone_files | 17u);
  EXPECT_EQ(flags_of("clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[3]}, 88) = 3"),
            clone_vm | clone_thread);
  EXPECT_EQ(only_diagnostic(log_of({"clone3(0x7f1000, 88) = 3"})).message, "clone3 has no flags");
  EXPECT_EQ(only_diagnostic(log_of({"clone() = 3"})).message, "clone has no flags");
}

TEST(StraceResult, may_be_an_error) {
  const Call call = call_of("msync(0xf7ef2001, 4096, MS_SYNC)  = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(call.result.kind, Result::Kind::error);
  EXPECT_EQ(call.result.error, "EINVAL");
  EXPECT_EQ(call.result.note, "(Invalid argument)");
  EXPECT_EQ(call_of("frob()  = -1 (errno 516)").result.kind, Result::Kind::error);
}

TEST(StraceResult, may_be_missing) {
  EXPECT_EQ(call_of("exit_group(0)                     = ?").result.kind, Result::Kind::none);
  const Call restarted =
      call_of("wait4(-1, 0x7ffc, 0, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
  EXPECT_EQ(restarted.result.kind, Result::Kind::none);
  EXPECT_EQ(restarted.result.error, "ERESTARTSYS");
  EXPECT_EQ(call_of("futex(0x7f, FUTEX_WAIT, 1, NULL) = ? <unavailable>").result.kind, Result::Kind::none);
}

TEST(StraceResult, may_have_something_behind_it) {
  EXPECT_EQ(call_of("brk(NULL) = 0x56457c526000 (DELAYED)").result.note, "(DELAYED)");
  EXPECT_EQ(call_of("brk(0x1) = -1 ENOMEM (Cannot allocate memory) (INJECTED)").result.note,
            "(Cannot allocate memory) (INJECTED)");
  EXPECT_EQ(call_of("fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)").result.value, 1u);
  EXPECT_EQ(call_of("poll([{fd=3}], 1, 0) = 1 ([{fd=3, revents=POLLIN}])").result.value, 1u);
  EXPECT_EQ(call_of("read(3, \"\", 1) = -1 EAGAIN (Resource temporarily unavailable) <0.000005>").result.error,
            "EAGAIN");
}

TEST(StraceResult, may_be_a_descriptor_with_what_it_is) {
  const Call call = call_of("dup2(4</tmp/strace-demo/a file>, 20) = 20</tmp/strace-demo/a file>");
  EXPECT_EQ(call.result.value, 20u);
  EXPECT_EQ(call.result.descriptor, "/tmp/strace-demo/a file");
  EXPECT_EQ(descriptor(call.arguments[0]), "/tmp/strace-demo/a file");
  EXPECT_EQ(call_of("dup(3<TCP:[1.2.3.4:5->6.7.8.9:10]>) = 4<TCP:[1.2.3.4:5->6.7.8.9:10]>").result.value, 4u);
}

TEST(StraceResult, may_have_the_time_in_the_call) {
  EXPECT_EQ(call_of("brk(NULL) = 0x57d01000 <0.000008>").seconds, 0.000008);
  EXPECT_EQ(call_of("brk(NULL) = 0x57d01000 <0.000007902>").seconds, 0.000007902);
  EXPECT_EQ(call_of("brk(NULL) = 0x57d01000").seconds, std::nullopt);
  EXPECT_EQ(call_of("exit_group(0) = ? <unavailable>").seconds, std::nullopt);
}

TEST(StraceNumberOfACall, is_a_number_or_says_why_not) {
  const Log log = understood({"openat(AT_FDCWD, \"file\", O_RDONLY) = 3"});
  const Call& call = *log.records[0].call();
  EXPECT_EQ(std::get<std::uint64_t>(log.number(call, 2)), 0u);
  const Diagnostic no_number = std::get<Diagnostic>(log.number(call, 1));
  EXPECT_EQ(no_number.file, "session.strace");
  EXPECT_EQ(no_number.at, (Position{1, 18}));
  EXPECT_EQ(no_number.source_line, log.source.line(1));
  EXPECT_THAT(std::get<Diagnostic>(log.number(call, 3)).message, HasSubstr("no argument 4"));
}

}  // namespace
}  // namespace refmm::strace
