// What replaying makes of transcripts of demand paging: processes, files, ends, two kernels.

#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/replay.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <variant>

namespace refmm::replay {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* machine = "boot family=fault ram_pages=32 swap_pages=8 files=100,0\n";
constexpr const char* machine_with_effects =
    "boot family=fault ram_pages=32 swap_pages=8 files=100,0 effects=all\n";

constexpr const char* one_page = "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)";

/// A defect: what may only be written may not be read.
constexpr const char* writes_only =
    "mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000000\n"
    "load(0x40000000) = SIGSEGV\n";

Report run_text(const std::string& text, const Options& options = {}) {
  return run(transcript::parse({"text.mmt", text}), options);
}

Replayed replayed(const std::string& text, const Options& options = {}) {
  Report report = run_text(text, options);
  EXPECT_EQ(report.transcripts.size(), 1u);
  return std::move(report.transcripts.at(0));
}

/// The corrected model as the implementation, with something changed in what it answers.
class Changed final : public ModelSubject<FaultFamily> {
 public:
  std::function<void(const FaultFamily::Command&, Answer&)> answer{};

  Answer apply(const FaultFamily::Command& command) override {
    Answer given = ModelSubject::apply(command);
    if (answer) answer(command, given);
    return given;
  }
};

// ---- Questions ------------------------------------------------------------------------------------------------

TEST(FaultScript, is_answered) {
  const std::string boot = machine_with_effects;
  EXPECT_EQ(print(run_text(boot + one_page +
                           "\nstore(0x40000000, 7)\n[pid 2] exit()\nfork()\n[pid 2] store(0x40000000, 8)\n"
                           "swap_out(1, 0x40000000)\nreclaim()\npte 1 0x40000000:\nptes 2:\nrss 2:\nmm 1:\n"
                           "maps 2:\npages:\nswap:\nmem:\nmaps 9:\n[pid 2] exit()\n")
                      .file),
            boot + one_page +
                " = 0x40000000\nstore(0x40000000, 7) = ok\n"
                "| page_fault(0x40000000, write|user)\n| alloc_page(GFP_KERNEL) = pfn 2\n| clear_page(pfn 2)\n"
                "| alloc_page(GFP_USER) = pfn 3\n| clear_page(pfn 3)\n| minor_fault()\n"
                "[pid 2] exit() = -1 ESRCH\n"
                "fork() = 2\n| alloc_page(GFP_KERNEL) = pfn 4\n| alloc_page(GFP_KERNEL) = pfn 5\n"
                "| clear_page(pfn 5)\n| flush_tlb()\n"
                "[pid 2] store(0x40000000, 8) = ok\n| page_fault(0x40000000, present|write|user)\n"
                "| alloc_page(GFP_USER) = pfn 6\n| copy_page(pfn 6, pfn 3)\n| flush_tlb_page(0x40000000)\n"
                "| minor_fault()\n"
                "swap_out(1, 0x40000000) = 1\nreclaim() = 1\n| swap_write(slot 1, pfn 3)\n| free_page(pfn 3)\n"
                "pte 1 0x40000000:\n  40000000 swap slot 1\n"
                "ptes 2:\n  40000000 table pfn 5\n  40000000 pfn 6 present|rw|user|accessed|dirty\n"
                "rss 2:\n  1\n"
                "mm 1:\n  rss=0 total_vm=2 locked_vm=0 map_count=2 min_flt=1 maj_flt=0 brk=0x0804a000 "
                "esp=0xbfffff00\n"
                "maps 2:\n  40000000-40001000 rw-p 00000000 00:00 0\n  bffff000-c0000000 rwxp 00000000 00:00 0\n"
                "pages:\n  pfn 1..2 count=1 flags=0 mapping=NULL buffers=0\n"
                "  pfn 4..6 count=1 flags=0 mapping=NULL buffers=0\n"
                "swap:\n  slot 1 count=1 cache=NULL\n"
                "mem:\n  free=27 page_cache=0 swap_free=7\n"
                "maps 9: (empty)\n"
                "[pid 2] exit()\n| free_page(pfn 6)\n| free_page(pfn 5)\n| free_page(pfn 4)\n");
}

TEST(FaultScript, ends_with_a_call_that_does) {
  const std::string text = std::string(machine) +
                           "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n"
                           "madvise(0x40000000, 4096, MADV_RANDOM)\n";
  EXPECT_THAT(print(run_text(text).file), EndsWith("\nmadvise(0x40000000, 4096, MADV_RANDOM) = OOPS\n"));
  EXPECT_THROW(run_text(text + "mem:\n"), InputError);
  const std::string hangs =
      "boot family=fault swap_pages=0\n"
      "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n"
      "store(0x40000000, 1)\nmsync(0x40000000, 4096, MS_SYNC)\n";
  EXPECT_THAT(print(run_text(hangs).file), EndsWith(" = HANG\n"));
}

TEST(FaultScript, names_files_of_its_machine) {
  // A file without bytes, too, is one of them: the shared memory object comes behind it.
  EXPECT_THAT(
      print(run_text(std::string(machine) + "open(\"file2\", O_RDWR)\ntruncate(\"file1\", 0)\n"
                                            "mmap(NULL, 4096, PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0)\n"
                                            "store(0x40000000, 1)\npages:\n")
                .file),
      EndsWith("  pfn 3 count=2 flags=uptodate mapping=shm1:0 buffers=0\n"));
  EXPECT_THROW(run_text(std::string(machine) + "open(\"file3\", O_RDWR)\n"), InputError);
  EXPECT_THROW(run_text("boot family=fault\nopen(\"file1\", O_RDWR)\n"), InputError);
}

// ---- Differences ----------------------------------------------------------------------------------------------

TEST(FaultTest, shows_what_differs) {
  const auto difference = [](const std::string& line) {
    const auto found =
        replayed(std::string(machine_with_effects) + one_page + " = 0x40000000\n" + line).disagreements;
    EXPECT_THAT(found, SizeIs(1)) << line;
    return found.empty() ? Difference{} : found[0].field;
  };
  EXPECT_EQ(difference("munmap(1, 1) = -1 ENOMEM\n"), (Difference{"the error", "ENOMEM", "EINVAL"}));
  EXPECT_EQ(difference("store(0x50000000, 1) = ok\n"), (Difference{"the result", "ok", "SIGSEGV"}));
  EXPECT_EQ(difference("load(0x40000000) = 0\n| page_fault(0x40000000, user)\n"
                       "| alloc_page(GFP_KERNEL) = pfn 3\n| clear_page(pfn 2)\n| minor_fault()\n"),
            (Difference{"effects[1].pfn", "3", "2"}));
  EXPECT_EQ(difference("mem:\n  free=30 page_cache=0 swap_free=8\n"), (Difference{"free in line 1", "30", "31"}));
  EXPECT_EQ(difference("pages: (empty)\n").path, "line 1");
}

// ---- Two kernels ----------------------------------------------------------------------------------------------

TEST(FaultParting, is_where_a_defect_decides) {
  Changed implementation;
  const Options options{.implementation = {.fault = &implementation}};
  const auto parted = replayed(std::string(machine) + writes_only + "load(0x40000000) = SIGSEGV\n", options);
  EXPECT_THAT(parted.disagreements, IsEmpty());
  ASSERT_TRUE(parted.parting);
  EXPECT_EQ(parted.parting->at, (Position{3, 1}));
  EXPECT_THAT(parted.parting->defects, Contains(ClauseRef("defect.fault.write_only")));
  EXPECT_EQ(parted.parting->calls, 2u);
  EXPECT_FALSE(replayed(std::string(machine) + one_page + " = 0x40000000\n", options).parting);
}

TEST(FaultParting, lets_the_implementation_be_wrong_no_more_than_before) {
  Changed implementation;
  implementation.answer = [](const FaultFamily::Command& command, auto& answer) {
    if (!std::holds_alternative<process::OfProcess<std::uint32_t>>(command)) return;
    if (std::holds_alternative<process::Byte<std::uint32_t>>(answer.result))
      answer.result = process::Byte<std::uint32_t>{9};
  };
  const auto found =
      replayed(std::string(machine) + writes_only, {.implementation = {.fault = &implementation}}).disagreements;
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reference, "corrected model");
  EXPECT_EQ(found[0].subject, "implementation");
  EXPECT_EQ(found[0].field, (Difference{"the result", "0", "9"}));
}

TEST(FaultProfile, corrected_is_a_test_of_what_transcripts_say_of_it) {
  const auto corrected = replayed(std::string(machine) + writes_only, {.profile = Profile::corrected});
  ASSERT_THAT(corrected.disagreements, SizeIs(1));
  EXPECT_THAT(corrected.disagreements[0].found, ElementsAre("= 0"));
}

// ---- What is told ---------------------------------------------------------------------------------------------

TEST(FaultReplay, explains_calls_if_it_is_asked_to) {
  const auto explanations =
      replayed(std::string(machine) + one_page + "\n[pid 1] load(0x40000000)\n", {.explain = true}).explanations;
  ASSERT_THAT(explanations, SizeIs(2));
  EXPECT_EQ(explanations[1].call, "[pid 1] load(0x40000000)");
  EXPECT_EQ(explanations[1].result, "0");
  EXPECT_THAT(explanations[1].effects,
              ElementsAre("page_fault(0x40000000, user)", "alloc_page(GFP_KERNEL) = pfn 2", "clear_page(pfn 2)",
                          "minor_fault()"));
  EXPECT_THAT(explanations[1].because, Contains(ClauseRef("fault.anonymous.zero_page")));
}

}  // namespace
}  // namespace refmm::replay
