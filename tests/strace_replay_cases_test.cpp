// Replays of small logs: what is not known, descriptors, threads, processes, programs.
#include <refmm/tests/strace_replayed.hpp>

#include <gmock/gmock.h>

namespace refmm::strace {
namespace {

using enum Verdict;
using testing::ElementsAre;

// ---- What is not known ----------------------------------------------------------------------------------------------

TEST(StraceUnknown, success_shows_what_was_there) {
  EXPECT_THAT(verdicts({"mprotect(0x10000000, 8192, PROT_READ) = 0",  //
                        "mprotect(0x10000000, 4096, PROT_READ|PROT_WRITE) = 0",
                        "mprotect(0x10001000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)",
                        "munmap(0x10000000, 8192) = 0",  //
                        "mprotect(0x10000000, 4096, PROT_READ) = -1 ENOMEM (Cannot allocate memory)"}),
              ElementsAre(learnt, allowed, learnt, allowed, allowed));
}

TEST(StraceUnknown, what_was_unmapped_is_a_hole) {
  const Mistake mistake = only_mistake(understood({"munmap(0x10000000, 8192) = 0",  //
                                                   "mprotect(0x10001000, 4096, PROT_READ) = 0"}));
  EXPECT_EQ(mistake.line, 2u);
  EXPECT_EQ(mistake.clause, "since.mprotect.hole");
}

TEST(StraceUnknown, what_was_learnt_to_be_there_is_not_chosen) {
  const Mistake mistake =
      only_mistake(understood({"mprotect(0x10000000, 8192, PROT_READ) = 0",  //
                               "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x10001000"}));
  EXPECT_EQ(mistake.line, 2u);
  EXPECT_EQ(mistake.clause, "since.unmapped.anywhere");
}

TEST(StraceUnknown, errors_of_arguments_are_judged) {
  EXPECT_THAT(verdicts({"munmap(0x10000001, 4096) = -1 EINVAL (Invalid argument)",  //
                        "mprotect(0x10000001, 4096, PROT_READ) = -1 EINVAL (Invalid argument)"}),
              ElementsAre(allowed, allowed));
  EXPECT_EQ(
      only_mistake(understood({"mprotect(0x10000000, 4096, PROT_READ) = -1 EINVAL (Invalid argument)"})).line, 1u);
}

TEST(StraceUnknown, old_mmap_is_mmap_however_it_is_printed) {
  EXPECT_THAT(verdicts({"old_mmap({addr=0x20000000, len=4096, prot=PROT_READ, "
                        "flags=MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, fd=-1, "
                        "offset=0}) = 0x20000000",
                        "mprotect(0x20000000, 4096, PROT_READ|PROT_WRITE) = 0"}),
              ElementsAre(allowed, allowed));
  const Mistake mistake = only_mistake(understood(
      {"old_mmap({addr=0x20000000, len=4096, prot=PROT_READ, flags=MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, fd=-1, "
       "offset=0}) = 0x20001000"}));
  EXPECT_EQ(mistake.line, 1u);
}

TEST(StraceUnknown, the_break_is_learnt_once) {
  EXPECT_THAT(verdicts({R"(execve("./a", ["./a"], 0x7ffe0 /* 1 var */) = 0)",  //
                        "brk(NULL) = 0x5000000", "brk(0x5021000) = 0x5021000", "brk(NULL) = 0x5021000",
                        "brk(0x5000000) = 0x5000000", "brk(0x1000) = 0x5000000"}),
              ElementsAre(learnt, learnt, allowed, allowed, allowed));
  EXPECT_EQ(only_mistake(understood({"brk(NULL) = 0x5000000", "brk(NULL) = 0x5001000"})).line, 2u);
}

/// Of a process that was attached to, the heap began somewhere below.
TEST(StraceUnknown, a_heap_can_have_begun_below_the_first_break) {
  EXPECT_THAT(verdicts({"brk(NULL) = 0x5021000", "brk(0x5010000) = 0x5010000", "brk(NULL) = 0x5010000"}),
              ElementsAre(learnt, learnt, allowed));
}

TEST(StraceUnknown, growing_in_place_or_not_shows_what_is_behind) {
  EXPECT_THAT(verdicts({"mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                        "mremap(0x20000000, 4096, 8192, MREMAP_MAYMOVE) = 0x30000000",
                        "mremap(0x30000000, 8192, 16384, MREMAP_MAYMOVE) = 0x30000000",
                        "mremap(0x30000000, 16384, 20480, 0) = -1 ENOMEM (Cannot allocate memory)",
                        "munmap(0x30004000, 4096) = 0",  //
                        "mremap(0x30000000, 16384, 20480, MREMAP_MAYMOVE) = 0x30000000"}),
              ElementsAre(learnt, learnt, learnt, learnt, allowed, allowed));
}

/// Whether areas that may have been written to are one is left to the kernel.
TEST(StraceUnknown, areas_that_touch_may_be_one) {
  const auto moved = [](std::string_view result) {
    return verdicts(
        {"mmap(0x20000000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20000000",
         "mmap(0x20002000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20002000",
         "mmap(0x20001000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20001000",
         "munmap(0x30000000, 65536) = 0", result});
  };
  EXPECT_EQ(moved("mremap(0x20000000, 12288, 16384, MREMAP_MAYMOVE) = 0x30000000").back(), learnt);
  EXPECT_EQ(moved("mremap(0x20000000, 12288, 16384, MREMAP_MAYMOVE) = -1 EFAULT (Bad address)").back(), allowed);
}

TEST(StraceUnknown, nothing_is_known_behind_a_line_that_is_not_understood) {
  const Log log = log_of({"mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                          "mmap(NULL, 4096, PROT_RAED, MAP_PRIVATE",
                          "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000"});
  const ReplayReport report = replay(log, {});
  EXPECT_EQ(report.gaps, 1u);
  EXPECT_EQ(report.count(learnt), 2u);
}

TEST(StraceUnknown, what_is_not_modelled_is_counted_by_name) {
  const Log log =
      understood({"mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                  "madvise(0x20000000, 4096, MADV_HUGEPAGE) = 0",  //
                  "msync(0x20000000, 4096, MS_SYNC) = 0", "msync(0x20000000, 4096, MS_SYNC) = 0",
                  "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB, -1, 0) = 0x40000000"});
  using Counts = std::map<std::string, std::size_t>;
  EXPECT_EQ(replay(log, {}).not_modelled,
            (Counts{{"madvise MADV_HUGEPAGE", 1}, {"msync", 2}, {"mmap MAP_HUGETLB", 1}}));
}

// ---- Descriptors ----------------------------------------------------------------------------------------------------

TEST(StraceDescriptor, is_what_open_made_it) {
  const Mistake mistake =
      only_mistake(understood({R"(openat(AT_FDCWD, "file", O_RDONLY) = 3)",  //
                               "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x20000000"}));
  EXPECT_EQ(mistake.line, 2u);
  EXPECT_EQ(mistake.clause, "vma.mmap.shared.not_writable");
  EXPECT_EQ(mistake.allowed, "-1 EACCES");
}

TEST(StraceDescriptor, follows_dup_and_close) {
  EXPECT_THAT(
      verdicts({R"(open("file", O_RDWR) = 3)", "dup2(3, 9) = 9", "close(3) = 0",  //
                "mmap(0x20000000, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, 9, 0) = 0x20000000",
                "mmap(0x30000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 3, 0) = -1 EBADF (Bad file descriptor)"}),
      ElementsAre(allowed, allowed));
  EXPECT_EQ(
      only_mistake(understood({R"(open("file", O_RDWR) = 3)",
                               "mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0) = -1 EBADF (Bad file descriptor)"}))
          .line,
      2u);
}

TEST(StraceDescriptor, that_was_never_opened_is_learnt) {
  EXPECT_THAT(
      verdicts({"mmap(0x20000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 3, 0) = 0x20000000",
                "mmap(0x20000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 3, 0) = 0x20000000",
                "mmap(0x20000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 4, 0) = -1 EBADF (Bad file descriptor)"}),
      ElementsAre(learnt, allowed, learnt));
}

/// The same open is one file object, and another is another: areas of both are not one.
TEST(StraceDescriptor, opens_are_told_apart) {
  const auto moved = [](std::string_view second) {
    return verdicts({R"(open("file", O_RDONLY) = 3)", R"(open("file", O_RDONLY) = 4)", "dup(3) = 5",
                     "mmap(0x20000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x20000000", second,
                     "mremap(0x20000000, 8192, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x30000000) = 0x30000000",
                     "mmap(0x20000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x20000000", second,
                     "mremap(0x20000000, 8192, 12288, MREMAP_MAYMOVE) = -1 EFAULT (Bad address)"})
        .back();
  };
  EXPECT_EQ(moved("mmap(0x20001000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 4, 0x1000) = 0x20001000"), allowed);
  EXPECT_EQ(moved("mmap(0x20001000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 5, 0x1000) = 0x20001000"),
            not_allowed);
}

TEST(StraceDescriptor, is_closed_by_execve_if_it_is_to_be) {
  EXPECT_THAT(
      verdicts({R"(open("file", O_RDONLY|O_CLOEXEC) = 3)", R"(open("file", O_RDONLY) = 4)",
                R"(execve("./a", ["./a"], 0x7ffe0 /* 1 var */) = 0)",
                "mmap(0x20000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 4, 0) = 0x20000000",
                "mmap(0x20000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 3, 0) = -1 EBADF (Bad file descriptor)"}),
      ElementsAre(allowed, allowed));
}

// ---- Processes ------------------------------------------------------------------------------------------------------

constexpr std::string_view mapped_by_10 =
    "10 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000";
constexpr std::string_view thread_20 =
    "10 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 20";
constexpr std::string_view child_20 = "10 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 20";

TEST(StraceProcess, threads_share_memory) {
  EXPECT_THAT(verdicts({mapped_by_10, thread_20, "20 munmap(0x20000000, 4096) = 0",
                        "10 mprotect(0x20000000, 4096, PROT_READ) = -1 ENOMEM (Cannot allocate memory)"}),
              ElementsAre(learnt, allowed, allowed));
}

TEST(StraceProcess, children_have_a_copy) {
  EXPECT_THAT(verdicts({mapped_by_10, child_20, "20 munmap(0x20000000, 8192) = 0", "20 +++ exited with 0 +++",
                        "10 mprotect(0x20000000, 4096, PROT_READ) = 0"}),
              ElementsAre(learnt, allowed, allowed));
  EXPECT_EQ(
      only_mistake(understood({mapped_by_10, child_20, "10 munmap(0x20000000, 8192) = 0",
                               "20 mprotect(0x20000000, 4096, PROT_READ) = -1 ENOMEM (Cannot allocate memory)",
                               "20 munmap(0x20000000, 4096) = -1 EINVAL (Invalid argument)"}))
          .line,
      5u);
}

TEST(StraceProcess, children_do_not_get_what_madvise_keeps_from_them) {
  EXPECT_THAT(verdicts({mapped_by_10, "10 madvise(0x20000000, 4096, MADV_DONTFORK) = 0", child_20,
                        "20 mprotect(0x20000000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)",
                        "20 mprotect(0x20001000, 4096, PROT_READ) = 0"}),
              ElementsAre(learnt, not_modelled, allowed, allowed));
}

TEST(StraceProcess, a_child_may_run_before_the_call_that_made_it_returns) {
  EXPECT_THAT(verdicts({mapped_by_10, "10 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>",
                        "20 mprotect(0x20000000, 8192, PROT_READ) = 0", "10 <... clone resumed>) = 20"}),
              ElementsAre(learnt, allowed));
}

TEST(StraceProcess, vfork_shares_until_execve) {
  EXPECT_THAT(verdicts({mapped_by_10, "10 vfork( <unfinished ...>", "20 munmap(0x20001000, 4096) = 0",
                        R"(20 execve("./a", ["./a"], 0x7ffe0 /* 1 var */) = 0)", "10 <... vfork resumed>) = 20",
                        "20 mprotect(0x20000000, 4096, PROT_READ) = -1 ENOMEM (Cannot allocate memory)",
                        "10 mprotect(0x20000000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)"}),
              ElementsAre(learnt, allowed, learnt, allowed));
}

TEST(StraceProcess, execve_begins_anew) {
  EXPECT_THAT(verdicts({mapped_by_10, R"(10 execve("./a", ["./a"], 0x7ffe0 /* 1 var */) = 0)",
                        "10 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000"}),
              ElementsAre(learnt, learnt));
}

/// They may be threads of one process: one may have unmapped what another one mapped.
TEST(StraceProcess, strangers_may_share_memory) {
  const Log log = understood({mapped_by_10, "30 munmap(0x20000000, 8192) = 0",
                              "10 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000"});
  const ReplayReport report = replay(log, {});
  EXPECT_TRUE(report.agrees());
  EXPECT_EQ(report.strangers, 1u);
}

TEST(StraceProcess, of_32_bits_has_less_addresses) {
  EXPECT_EQ(
      only_mistake(
          understood(
              {"mmap2(0xffffe000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0xffffe000"}))
          .clause,
      "since.mmap.range");
  EXPECT_THAT(
      verdicts({"mmap(0xffffe000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0xffffe000",
                "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000"}),
      ElementsAre(allowed, learnt));
}

// ---- Order ----------------------------------------------------------------------------------------------------------

/// The place that is mapped again is free as soon as the kernel has unmapped it, before strace sees the call return.
TEST(StraceOrder, a_call_under_way_may_have_been_done) {
  EXPECT_THAT(verdicts({mapped_by_10, thread_20, "10 munmap(0x20000000, 8192 <unfinished ...>",
                        "20 mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                        "10 <... munmap resumed>) = 0", "10 mprotect(0x20000000, 8192, PROT_READ) = 0"}),
              ElementsAre(learnt, allowed, allowed, allowed));
}

/// One makes room for another, and that for a third.
TEST(StraceOrder, several_calls_under_way_may_have_been_done) {
  EXPECT_THAT(verdicts({"10 munmap(0x20000000, 0x40000000) = 0",
                        "10 mmap(NULL, 8192, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                        "10 mmap(NULL, 8192, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x30000000", thread_20,
                        "10 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 30",
                        "10 mremap(0x20000000, 8192, 16384, MREMAP_MAYMOVE <unfinished ...>",
                        "30 munmap(0x30000000, 8192 <unfinished ...>", "30 <... munmap resumed>) = 0",
                        "10 <... mremap resumed>) = 0x20000000"}),
              ElementsAre(allowed, allowed, allowed, allowed, allowed));
  EXPECT_THAT(
      verdicts({"10 munmap(0x20000000, 0x40000000) = 0",
                "10 mmap(NULL, 8192, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                "10 mmap(0x20002000, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20002000",
                "10 mmap(NULL, 16384, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x30000000", thread_20,
                "10 clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 30",
                "10 mremap(0x20000000, 8192, 16384, MREMAP_MAYMOVE <unfinished ...>",
                "30 munmap(0x30000000, 16384 <unfinished ...>",
                "20 mmap(NULL, 4096, PROT_READ, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x20001000",
                "10 <... mremap resumed>) = 0x30000000", "30 <... munmap resumed>) = 0"}),
      ElementsAre(allowed, allowed, allowed, allowed, allowed, allowed, allowed));
}

TEST(StraceOrder, a_call_that_returned_late_may_have_been_first) {
  EXPECT_THAT(verdicts({mapped_by_10, thread_20, "10 mprotect(0x20000000, 8192, PROT_NONE <unfinished ...>",
                        "20 munmap(0x20000000, 8192) = 0", "10 <... mprotect resumed>) = 0",
                        "10 mprotect(0x20000000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)"}),
              ElementsAre(learnt, allowed, allowed, allowed));
}

TEST(StraceOrder, what_had_returned_before_is_not_moved) {
  EXPECT_EQ(
      only_mistake(understood({mapped_by_10, thread_20,
                               "20 mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000",
                               "10 munmap(0x20000000, 8192 <unfinished ...>", "20 brk(NULL) = 0x1000",
                               "10 <... munmap resumed>) = 0"}))
          .line,
      3u);
}

/// Which of the two the kernel copied is not in the log.
TEST(StraceOrder, a_child_may_have_what_was_before_a_call_under_way_or_after) {
  const auto of_child = [](std::string_view by_child) {
    return verdicts({mapped_by_10, thread_20, "20 munmap(0x20000000, 8192 <unfinished ...>",
                     "10 clone(child_stack=NULL, flags=SIGCHLD) = 30", "20 <... munmap resumed>) = 0", by_child})
        .back();
  };
  EXPECT_EQ(of_child("30 mprotect(0x20000000, 8192, PROT_READ) = 0"), learnt);
  EXPECT_EQ(of_child("30 mprotect(0x20000000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)"), learnt);
  EXPECT_EQ(of_child("30 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000"), learnt);
}

// ---- Eras -----------------------------------------------------------------------------------------------------------

TEST(StraceEra, is_of_the_version_that_is_asked_for) {
  const Log log =
      understood({"mmap(0x20000000, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20000000",
                  "mmap(0x20001000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE, -1, 0) = -1 "
                  "EEXIST (File exists)"});
  EXPECT_TRUE(replay(log, {}).agrees());
  EXPECT_FALSE(replay(log, {.version = {4, 16}}).agrees());
}

/// The model of 2.4 looks for a place of its own; that of the log is allowed if it is free.
TEST(StraceEra, moves_to_any_free_place_in_all_versions) {
  for (const since::Version version :
       {since::Version{2, 4, 20}, since::Version{2, 6, 0}, since::Version{5, 10}, since::linux_6_18}) {
    const ReplayReport report = replay(
        understood({"mmap(0x20000000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20000000",
                    "mmap(0x20001000, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x20001000",
                    "mremap(0x20000000, 4096, 8192, MREMAP_MAYMOVE) = 0x7f0000000000"}),
        {.version = version});
    EXPECT_TRUE(report.agrees());
  }
}

}  // namespace
}  // namespace refmm::strace
