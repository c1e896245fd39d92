// The logs in tests/strace: the semantics allows what they show, and does not allow what they are changed into.
#include <refmm/tests/strace_replayed.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

namespace refmm::strace {
namespace {

using testing::HasSubstr;

std::string path_of(const std::string& name) { return "tests/strace/" + name; }

std::vector<std::string> recorded() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("tests/strace")) {
    if (entry.path().extension() == ".strace") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

ReplayOptions with_maps(const std::string& name) {
  return {.maps = read_maps(transcript::load(path_of(name + ".maps")))};
}

class StraceReplay : public testing::TestWithParam<std::string> {
 protected:
  const Log log = read(transcript::load(path_of(GetParam() + ".strace")));
};

TEST_P(StraceReplay, agrees_without_maps) { expect_agreement(log, replay(log, {})); }

TEST_P(StraceReplay, agrees_with_maps) { expect_agreement(log, replay(log, with_maps(GetParam()))); }

/// No call is left out: what is about areas has a verdict, and each once.
TEST_P(StraceReplay, accounts_for_every_call) {
  const ReplayReport report = replay(log, {});
  const auto calls = static_cast<std::size_t>(
      std::ranges::count_if(log.records, [](const Record& record) { return record.call() != nullptr; }));
  EXPECT_EQ(report.calls, calls);
  EXPECT_EQ(report.calls - report.other_calls, report.judged.size());
  std::vector<std::size_t> records;
  for (const Judged& judged : report.judged) records.push_back(judged.record);
  std::ranges::sort(records);
  EXPECT_EQ(std::ranges::adjacent_find(records), records.end());
  EXPECT_EQ(report.gaps, 0u);
  EXPECT_EQ(report.strangers, 0u);
}

/// Of the calls in the first program, only the first brk teaches where something is that was not known.
TEST_P(StraceReplay, judges_nearly_all_calls_of_the_program_whose_maps_are_known) {
  const ReplayReport report = replay(log, with_maps(GetParam()));
  std::size_t learnt = 0;
  const auto last = std::ranges::find_if(log.records, [&, first = true](const Record& record) mutable {
    const bool executes = record.call() != nullptr && record.call()->name == "execve" &&
                          record.call()->result.kind == Result::Kind::value;
    return executes && !std::exchange(first, false);
  });
  for (const Judged& judged : report.judged) {
    if (judged.verdict == Verdict::learnt && log.records[judged.record].pid == log.records[0].pid &&
        judged.record < static_cast<std::size_t>(last - log.records.begin()))
      ++learnt;
  }
  EXPECT_LE(learnt, 2u);
  EXPECT_GE(learnt, 1u);
}

INSTANTIATE_TEST_SUITE_P(logs, StraceReplay, testing::ValuesIn(recorded()), [](const auto& test) {
  std::string name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

/// All recorded logs together: how much is judged by what is known, and how much teaches.
TEST(StraceReplay, judges_most_calls_of_all_logs) {
  std::size_t allowed = 0, learnt = 0, others = 0;
  for (const std::string& name : recorded()) {
    const ReplayReport report = replay(read(transcript::load(path_of(name + ".strace"))), with_maps(name));
    allowed += report.count(Verdict::allowed);
    learnt += report.count(Verdict::learnt);
    others += report.judged.size() - report.count(Verdict::allowed) - report.count(Verdict::learnt);
  }
  RecordProperty("allowed", static_cast<int>(allowed));
  RecordProperty("learnt", static_cast<int>(learnt));
  RecordProperty("others", static_cast<int>(others));
  EXPECT_GT(allowed, 6 * learnt);
  EXPECT_LT(others, (allowed + learnt) / 20);
}

// ---- Planted mistakes -----------------------------------------------------------------------------------------------

/// A recorded log in which the only line that holds `call` has another result.
Log with_result(const std::string& name, const std::string& call, const std::string& result) {
  const transcript::Source source = transcript::load(path_of(name));
  std::string text;
  std::size_t changed = 0;
  for (std::uint32_t line = 1; line <= source.lines(); ++line) {
    std::string characters(source.line(line));
    if (characters.find(call) != std::string::npos) {
      characters = characters.substr(0, characters.find(" = ") + 3) + result;
      ++changed;
    }
    text += characters + "\n";
  }
  EXPECT_EQ(changed, 1u) << call;
  return read(transcript::Source(name, text));
}

TEST(StraceMistake, mapping_over_a_known_area) {
  const Log log = with_result("calls-64.strace", "mmap(NULL, 65536", "0x7f4acbeb0000");
  const Mistake mistake = only_mistake(log);
  EXPECT_EQ(mistake.line, 45u);
  EXPECT_EQ(mistake.clause, "since.unmapped.anywhere");
  EXPECT_EQ(mistake.remark, "there is 7f4acbeae000-7f4acbeb1000 rw-p");
}

/// Only with its maps is it known what the program begins with.
TEST(StraceMistake, mapping_over_the_loader) {
  const Log log = with_result("calls-64.strace", "mmap(NULL, 4096, PROT_NONE", "0x7f4acc0aa000");
  EXPECT_TRUE(replay(log, {}).agrees());
  const Mistake mistake = only_mistake(log, with_maps("calls-64"));
  EXPECT_EQ(mistake.clause, "since.unmapped.anywhere");
  EXPECT_THAT(mistake.remark, HasSubstr("r-xp of /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"));
}

TEST(StraceMistake, mapping_at_an_odd_address) {
  const Log log = with_result("calls-64.strace", "mmap(NULL, 65536", "0x7f4acbe9e010");
  EXPECT_EQ(only_mistake(log).clause, "since.unmapped.anywhere");
}

TEST(StraceMistake, fault_where_success_is_due) {
  const Log log = with_result("calls-64.strace", "mremap(0x7f4acbe6a000, 16384, 4096", "-1 EFAULT (Bad address)");
  const Mistake mistake = only_mistake(log);
  EXPECT_EQ(mistake.line, 81u);
  EXPECT_EQ(mistake.clause, "vma.mremap.shrinks");
  EXPECT_EQ(mistake.allowed, "0x7f4acbe6a000");
}

TEST(StraceMistake, protecting_a_hole) {
  const Log log = with_result("calls-64.strace", "mprotect(0x7f4acbeac000, 8192", "0");
  const Mistake mistake = only_mistake(log);
  EXPECT_EQ(mistake.line, 63u);
  EXPECT_EQ(mistake.clause, "since.mprotect.hole");
  EXPECT_EQ(mistake.allowed, "-1 ENOMEM");
  EXPECT_EQ(mistake.remark, "nothing is mapped at 0x7f4acbead000");
}

TEST(StraceMistake, unmapping_refused) {
  const Log log = with_result("calls-64.strace", "munmap(0x7f4acbea3000, 4096)", "-1 EINVAL (Invalid argument)");
  const Mistake mistake = only_mistake(log);
  EXPECT_EQ(mistake.line, 66u);
  EXPECT_EQ(mistake.allowed, "0");
}

TEST(StraceMistake, unmapping_an_odd_address) {
  const Log log = with_result("calls-64.strace", "munmap(0x7f4acbe9e001", "0");
  EXPECT_EQ(only_mistake(log).clause, "vma.munmap.unaligned");
}

TEST(StraceMistake, another_errno) {
  const Log log = with_result("calls-64.strace", "mmap(NULL, 0, PROT_READ", "-1 ENODEV (No such device)");
  const Mistake mistake = only_mistake(log);
  EXPECT_EQ(mistake.clause, "since.mmap.length_zero");
  EXPECT_EQ(mistake.allowed, "-1 EINVAL");
}

TEST(StraceMistake, break_that_is_neither_the_old_nor_the_new) {
  const Log log = with_result("calls-64.strace", "brk(0x55de18f17000)", "0x55de18f16000");
  EXPECT_EQ(only_mistake(log).line, 93u);
}

TEST(StraceMistake, in_a_program_of_32_bits) {
  const Log log = with_result("calls-32.strace", "mmap2(NULL, 65536", "0xfffff000");
  const Mistake mistake = only_mistake(log);
  EXPECT_EQ(mistake.clause, "since.unmapped.anywhere");
  EXPECT_EQ(mistake.remark, "it is not an address of programs");
}

/// Refusals that may be for want of memory are counted, and are no mistakes.
TEST(StraceMistake, is_not_a_limit) {
  const Log log = with_result("calls-64.strace", "mmap(NULL, 65536", "-1 ENOMEM (Cannot allocate memory)");
  EXPECT_EQ(replay(log, {}).count(Verdict::limited), 1u);
}

// ---- Every result changed -------------------------------------------------------------------------------------------

/// What a call may be made to have returned.
strace::Result changed(const strace::Result& result) {
  strace::Result other = result;
  const bool was_error = result.kind == strace::Result::Kind::error;
  other.kind = was_error ? strace::Result::Kind::value : strace::Result::Kind::error;
  other.value = 0;
  other.error = was_error ? "" : "EXDEV";
  return other;
}

/// Every single result that was judged by what is known is noticed when it is another one: an error of no such call, or success.
TEST_P(StraceReplay, notices_every_other_result_of_a_judged_call) {
  const ReplayOptions options = with_maps(GetParam());
  for (const Judged& judged : replay(log, options).judged) {
    if (judged.verdict != Verdict::allowed) continue;
    Log tampered = log;
    Call& call = std::get<Call>(tampered.records[judged.record].event);
    if (call.name == "brk") continue;            // it returns the break, whatever happens
    if (call.result.error == "EBADF") continue;  // descriptors also come by calls that are not in the log
    call.result = changed(call.result);
    const ReplayReport report = replay(tampered, options);
    const auto found = std::ranges::find(report.judged, judged.record, &Judged::record);
    ASSERT_NE(found, report.judged.end());
    EXPECT_EQ(found->verdict, Verdict::not_allowed) << described(tampered, *found);
  }
}

/// And so is a mapping at the place of another area, wherever it is the kernel that chooses.
TEST_P(StraceReplay, notices_every_mapping_over_another_area) {
  const ReplayOptions options = with_maps(GetParam());
  const Mapping& loader = (*options.maps)[1];
  const std::uint32_t first = log.records[0].pid;
  std::size_t moved = 0;
  for (const Judged& judged : replay(log, options).judged) {
    const Record& record = log.records[judged.record];
    if (record.pid != first || judged.verdict != Verdict::allowed || !record.call()->name.starts_with("mmap") ||
        record.call()->arguments[0].text != "NULL" || record.call()->result.kind != strace::Result::Kind::value)
      continue;
    Log tampered = log;
    std::get<Call>(tampered.records[judged.record].event).result.value = loader.begin;
    const ReplayReport report = replay(tampered, options);
    const auto found = std::ranges::find(report.judged, judged.record, &Judged::record);
    EXPECT_EQ(found->verdict, Verdict::not_allowed) << described(tampered, *found);
    EXPECT_EQ(found->because.back()->name, "since.unmapped.anywhere");
    ++moved;
  }
  EXPECT_GE(moved, 3u);
}

}  // namespace
}  // namespace refmm::strace
