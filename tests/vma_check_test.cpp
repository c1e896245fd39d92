// What the random check finds of memory areas, and how it shows it.
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/defect_search.hpp>
#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/vma_check.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using namespace vma;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using W = std::uint32_t;
using Own = Checking<VmaFamily>;
using Report = CheckReport<VmaFamily>;

// ---- Calls ----------------------------------------------------------------------------------------------------------------

VmaFamily::Boot empty_boot() {
  VmaFamily::Boot boot{};
  boot.kernel = corrected;
  boot.knobs.free_pages = 1000;
  boot.knobs.rlimit_as = boot.knobs.rlimit_data = boot.knobs.rlimit_memlock = boot.knobs.rlimit_stack = ~0u;
  boot.knobs.max_map_count = 65536;
  boot.knobs.cap_ipc_lock = true;
  return boot;
}

VmaFamily::Command mmap_fixed(W addr, W len) {
  return Mmap<W>{addr, len, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0};
}

VmaFamily::State state_after(const std::vector<VmaFamily::Command>& commands) {
  const VmaFamily::Boot boot = empty_boot();
  VmaFamily::State state = VmaFamily::boot(boot);
  for (const auto& command : commands) state = VmaFamily::step(boot, std::move(state), command).state;
  return state;
}

// ---- Subjects that are the model, but for one thing -------------------------------------------------------------------------

using Mistake =
    std::function<void(const VmaFamily::Command&, Subject<VmaFamily>::Answer&, VmaFamily::State& seen)>;

class MistakenModel final : public ModelSubject<VmaFamily> {
 public:
  explicit MistakenModel(Mistake mistake) : mistake_(std::move(mistake)) {}

  void reset(const VmaFamily::Boot& boot) override {
    ModelSubject::reset(boot);
    shown_ = state_;
  }
  Answer apply(const VmaFamily::Command& command) override {
    Answer answer = ModelSubject::apply(command);
    shown_ = state_;
    mistake_(command, answer, shown_);
    return answer;
  }
  void observe(VmaFamily::State& seen) const override { seen = shown_; }

 private:
  Mistake mistake_;
  VmaFamily::State shown_{};
};

Report check_with(Mistake mistake) {
  return check<VmaFamily>({.subject = [mistake] { return std::make_unique<MistakenModel>(mistake); },
                           .replay = "--subject theirs",
                           .seed = 1,
                           .jobs = 2,
                           .runs = 500});
}

const Finding& finding_of(const Report& report) { return report.failure->counterexample.testimony.finding; }

TEST(VmaCheck, AgreesWithASubjectThatIsRight) {
  const Report report = check_with([](const auto&, auto&, auto&) {});
  EXPECT_FALSE(report.failure) << report.failure->counterexample.text;
  EXPECT_EQ(report.runs, 500u);
}

TEST(VmaCheck, FindsAnotherResult) {
  const Report report = check_with([](const auto& command, auto& answer, auto&) {
    if (std::holds_alternative<Munmap<W>>(command) &&
        answer.result == VmaFamily::Result(Refused{Refusal::length_zero}))
      answer.result = Success{};
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::result);
  EXPECT_EQ(finding_of(report).clause->name, "vma.munmap.length_zero");
  EXPECT_THAT(report.failure->counterexample.text,
              AllOf(HasSubstr(", 0) = -1 EINVAL\n"), HasSubstr("\n# ! munmap("),
                    HasSubstr("result is -1 EINVAL in the reference, 0 in")));
}

TEST(VmaCheck, TellsRefusalsApartThatReadAlike) {
  const Report report = check_with([](const auto&, auto& answer, auto&) {
    if (answer.result == VmaFamily::Result(Refused{Refusal::length_zero}))
      answer.result = Refused{Refusal::range_wraps};
  });
  ASSERT_TRUE(report.failure);
  EXPECT_THAT(report.failure->counterexample.text,
              HasSubstr("is length_zero in the reference, range_wraps in the subject"));
}

TEST(VmaCheck, FindsOtherEffects) {
  const Report report = check_with([](const auto&, auto& answer, auto&) {
    if (!answer.effects.empty() && std::holds_alternative<ClearPageTables<W>>(answer.effects.back()))
      answer.effects.pop_back();
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::effects);
  EXPECT_THAT(report.failure->counterexample.text, AllOf(HasSubstr("effects=all"), HasSubstr("clear_page_tables("),
                                                         HasSubstr("absent in the subject")));
}

TEST(VmaCheck, FindsAnotherState) {
  const Report report = check_with([](const auto&, auto&, auto& seen) {
    if (!seen.mm.areas.empty()) seen.mm.areas[0].vm_pgoff += 1;
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::state);
  EXPECT_THAT(report.failure->counterexample.text,
              AllOf(HasSubstr(": vm_pgoff is 0 in the reference, 1 in the subject"), HasSubstr("\nmaps:\n"),
                    HasSubstr("# ! maps:\n")));
  EXPECT_LE(report.failure->shrunk.script.items.size(), 1u);
}

TEST(VmaCheck, FindsACrash) {
  const Report report = check_with([](const auto& command, auto&, auto&) {
    if (std::holds_alternative<ExitMmap>(command)) std::raise(SIGSEGV);
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::crash);
  EXPECT_THAT(report.failure->counterexample.text, HasSubstr("# ! exit_mmap(): killed by signal 11"));
  EXPECT_EQ(report.failure->shrunk.script.items.size(), 1u);
}

TEST(VmaCheck, TheSameSeedMakesTheSameRunsHoweverManyProcesses) {
  const auto run_with = [](unsigned jobs) { return check<VmaFamily>({.seed = 7, .jobs = jobs, .runs = 120}); };
  const Report one = run_with(1), three = run_with(3);
  EXPECT_EQ(one.commands, three.commands);
  for (const Clause* clause : clauses_to_exercise("vma"))
    EXPECT_EQ(one.coverage.hits(*clause), three.coverage.hits(*clause)) << clause->name;
}

// ---- The companion ------------------------------------------------------------------------------------------------------

/// What the companion says of a call that the kernel makes after others.
std::optional<BrokenLaw> companion_says(VmaCompanion& companion, const VmaFamily::State& before,
                                        const VmaFamily::Command& command, auto change) {
  const VmaFamily::Boot boot = empty_boot();
  auto outcome = VmaFamily::step(boot, before, command);
  change(outcome);
  return companion.step({boot, before, command, outcome.result, outcome.effects, outcome.state});
}

TEST(VmaCompanion, AgreesWhereNoDefectDecides) {
  VmaCompanion companion(empty_boot());
  const auto before = state_after({mmap_fixed(0x40000000, 0x3000)});
  EXPECT_FALSE(companion_says(companion, before, Munmap<W>{0x40001000, 0x1000}, [](auto&) {}));
}

TEST(VmaCompanion, SeesWhereTheKernelsPartWithoutADefect) {
  VmaCompanion companion(empty_boot());
  const auto before = state_after({mmap_fixed(0x40000000, 0x3000)});
  const auto broken = companion_says(companion, before, Munmap<W>{0x40001000, 0x1000},
                                     [](auto& outcome) { outcome.state.mm.areas.pop_back(); });
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->name, "without_a_defect_the_kernel_as_built_does_the_same");
}

TEST(VmaCompanion, FollowsTheDefectsToWhereTheyLead) {
  VmaCompanion companion(empty_boot());
  Coverage coverage;
  // As built, an area without pages comes of it; the end of the address space runs into an assertion.
  const auto before = state_after({mmap_fixed(0x40000000, 0x1000)});
  const Mremap<W> remap{0x40000000, 0, 0, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50000000};
  EXPECT_FALSE(companion_says(companion, before, remap, [](auto&) {}));
  companion.count(coverage);
  EXPECT_EQ(coverage.hits(*find_clause("defect.vma.remap_zero_length")), 1u);
  EXPECT_EQ(coverage.hits(*find_clause("vma.munmap.bug.no_page")), 0u);
  EXPECT_FALSE(companion_says(companion, before, ExitMmap{}, [](auto&) {}));
  companion.count(coverage);
  EXPECT_EQ(coverage.hits(*find_clause("vma.munmap.bug.no_page")), 1u);
}

TEST(VmaCompanion, CopiesTheAddressSpace) {
  VmaCompanion companion(empty_boot());
  Coverage coverage;
  const VmaFamily::State nothing = VmaFamily::boot(empty_boot());
  EXPECT_FALSE(companion_says(companion, nothing, mmap_fixed(0x40000000, 0x1000), [](auto&) {}));
  companion.count(coverage);
  EXPECT_EQ(coverage.hits(*find_clause("vma.fork.areas")), 1u);
}

TEST(Defects, AreKnownByTheirClauses) {
  EXPECT_TRUE(decided_by_defect({"vma.mmap.fixed", "defect.vma.map_count_limit"}));
  EXPECT_FALSE(decided_by_defect({"vma.mmap.fixed"}));
}

// ---- Laws, blame, views -------------------------------------------------------------------------------------------------

TEST(VmaLaws, HoldBothToThem) {
  const VmaFamily::Boot boot = empty_boot();
  const auto before = state_after({mmap_fixed(0x40000000, 0x1000)});
  const VmaFamily::Command command = Munmap<W>{0x40000000, 0x1000};
  auto outcome = VmaFamily::step(boot, before, command);
  EXPECT_FALSE(Own::broken_law({boot, before, command, outcome.result, outcome.effects, outcome.state}));
  // A transition that the model would never make.
  const auto broken = Own::broken_law({boot, before, command, outcome.result, outcome.effects, before});
  ASSERT_TRUE(broken);
  EXPECT_EQ(area_of(broken->clause->name), "vma");
  outcome.state.mm.total_vm = 7;
  EXPECT_FALSE(Own::keeps_invariant(boot, outcome.state));
}

TEST(VmaBlame, NamesTheClauseThatSpeaksOfTheField) {
  const Because because{"vma.munmap.exactly", "vma.munmap.hole", "vma.munmap.page_tables"};
  const auto blamed = [&](std::string_view path) {
    return Own::clause_to_blame(Finding::Kind::state, path, because).name;
  };
  EXPECT_EQ(blamed("mm.areas[1].vm_pgoff"), "vma.munmap.hole");
  EXPECT_EQ(blamed("mm.areas[1]"), "vma.munmap.hole");
  EXPECT_EQ(blamed("mm.total_vm"), "vma.munmap.exactly");
  EXPECT_EQ(blamed("effects[3].nr"), "vma.munmap.page_tables");
  EXPECT_EQ(blamed("what nothing speaks of"), "vma.munmap.page_tables");
}

TEST(VmaView, ChoosesTheQueryThatShowsTheField) {
  const auto state = state_after({mmap_fixed(0x40000000, 0x2000)});
  const auto query = [&](const char* path) {
    return Own::query_that_shows({.kind = Finding::Kind::state, .difference = {path, "", ""}, .clause = nullptr},
                                 state);
  };
  EXPECT_EQ(query("mm.areas[0].vm_flags"), "maps");
  EXPECT_EQ(query("mm.areas[1]"), "maps");
  EXPECT_EQ(query("mm.locked_vm"), "mm");
  EXPECT_EQ(query("inodes[0].i_writecount"), "files");
  EXPECT_EQ(query("files[0].f_count"), "files");
  EXPECT_EQ(query("knobs.fail_vma"), "");
  EXPECT_EQ(query("mm.areas[0].mapped_noreserve"), "");
  EXPECT_EQ(query("mm.end_code"), "");
  EXPECT_EQ(Own::place_in_words("mm.areas[0].vm_flags", state), "40000000-40002000: vm_flags");
  EXPECT_EQ(Own::place_in_words("mm.areas[9].vm_flags", state), "mm.areas[9].vm_flags");
}

TEST(VmaView, AnswersTheQuery) {
  const auto state = state_after({mmap_fixed(0x40000000, 0x2000)});
  EXPECT_THAT(Own::block_of("maps", state), testing::ElementsAre("40000000-40002000 r--p 00000000 - may=rwx 0"));
  EXPECT_EQ(Own::block_of("mm", state).size(), 1u);
  EXPECT_THAT(Own::block_of("files", state), IsEmpty());
  EXPECT_THAT(Own::block_of("", state), IsEmpty());
}

TEST(VmaTrials, LeaveOutMachinesThatNobodyCanBoot) {
  VmaFamily::Boot boot = empty_boot();
  boot.stack_start = 0xfffff000;  // to 0: not inside the task
  Trials<VmaFamily> trials(
      [] {
        return std::make_unique<MistakenModel>(
            [](const auto&, auto& answer, auto&) { answer.result = Nothing{}; });
      },
      std::chrono::seconds(10));
  EXPECT_EQ(trials.failing_part({boot, {{mmap_fixed(0x40000000, 0x1000), 1}}}), std::nullopt);
  EXPECT_TRUE(trials.failing_part({empty_boot(), {{mmap_fixed(0x40000000, 0x1000), 1}}}));
}

}  // namespace
}  // namespace refmm
