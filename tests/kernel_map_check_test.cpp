// What the random check finds of kernel mappings, and how it shows it.
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/model_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using namespace kernel_map;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using W = std::uint32_t;
using Own = Checking<KernelMapFamily>;
using Report = CheckReport<KernelMapFamily>;

constexpr W page = 4096;
constexpr Boot<W> machine{corrected, 16384, 0, 1024, true, true, Config::up};

KernelMapFamily::State state_after(const std::vector<Command<W>>& commands) {
  KernelMapFamily::State state = KernelMapFamily::boot(machine);
  for (const auto& command : commands) state = KernelMapFamily::step(machine, std::move(state), command).state;
  return state;
}

Command<W> vmalloc_of(W pages) { return Vmalloc<W>{VmallocGfp::any, pages * page}; }

// ---- Subjects that are the model, but for one thing -------------------------------------------------------------------------

using Mistake =
    std::function<void(const Command<W>&, Subject<KernelMapFamily>::Answer&, KernelMapFamily::State& seen)>;

class MistakenModel final : public ModelSubject<KernelMapFamily> {
 public:
  explicit MistakenModel(Mistake mistake) : mistake_(std::move(mistake)) {}

  void reset(const KernelMapFamily::Boot& boot) override {
    ModelSubject::reset(boot);
    shown_ = state_;
  }
  Answer apply(const KernelMapFamily::Command& command) override {
    Answer answer = ModelSubject::apply(command);
    shown_ = state_;
    mistake_(command, answer, shown_);
    return answer;
  }
  void observe(KernelMapFamily::State& seen) const override { seen = shown_; }

 private:
  Mistake mistake_;
  KernelMapFamily::State shown_{};
};

Report check_with(Mistake mistake) {
  return check<KernelMapFamily>({.subject = [mistake] { return std::make_unique<MistakenModel>(mistake); },
                                 .replay = "--subject theirs",
                                 .seed = 1,
                                 .jobs = 2,
                                 .runs = 60,
                                 .explain = false});
}

const Finding& finding_of(const Report& report) { return report.failure->counterexample.testimony.finding; }

TEST(KernelMapChecking, AgreesWithASubjectThatIsRight) {
  const Report report = check_with([](const auto&, auto&, auto&) {});
  EXPECT_FALSE(report.failure) << report.failure->counterexample.text;
  EXPECT_EQ(report.runs, 60u);
}

TEST(KernelMapChecking, FindsAnotherResult) {
  const Report report = check_with([](const auto&, auto& answer, auto&) {
    if (answer.result == KernelMapFamily::Result(Refused{Refusal::bad_area})) answer.result = Touched{true};
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::result);
  // The law that the subject breaks is cited, and what decided the reference's result stands beside it.
  EXPECT_EQ(finding_of(report).clause->name, "paging.kernel.ends_as_swapper");
  EXPECT_EQ(finding_of(report).law, finding_of(report).clause);
  EXPECT_THAT(report.failure->counterexample.text, HasSubstr("paging.kernel.bad_area"));
  EXPECT_THAT(report.failure->counterexample.text,
              HasSubstr("is bad_area in the reference, synced in the subject"));
}

TEST(KernelMapChecking, FindsOtherEffects) {
  const Report report = check_with([](const auto& command, auto& answer, auto&) {
    if (std::holds_alternative<Vfree<W>>(command) && answer.effects.size() > 2) answer.effects.pop_back();
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::effects);
  EXPECT_THAT(report.failure->counterexample.text,
              AllOf(HasSubstr("effects=all"), HasSubstr("| kfree(obj 0)"), HasSubstr("absent in the subject")));
}

TEST(KernelMapChecking, FindsAnotherState) {
  const Report report = check_with([](const auto&, auto&, auto& seen) {
    if (!seen.vmlist.empty()) seen.vmlist[0].size += page;
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::state);
  EXPECT_THAT(report.failure->counterexample.text, AllOf(HasSubstr(": size is "), HasSubstr("\nvmlist:\n")));
  EXPECT_EQ(report.failure->shrunk.script.items.size(), 1u);
}

// ---- Laws, blame, views -------------------------------------------------------------------------------------------------

TEST(KernelMapLaws, HoldBothToThem) {
  const auto before = state_after({vmalloc_of(1)});
  const Command<W> command = Vfree<W>{0xc4800000};
  auto outcome = KernelMapFamily::step(machine, before, command);
  const Carried<KernelMapFamily> lawful{machine, before, command, outcome.result, outcome.effects, outcome.state};
  EXPECT_FALSE(Own::broken_law(lawful));
  // A transition that the model would never make.
  const Carried<KernelMapFamily> unlawful{machine, before, command, outcome.result, outcome.effects, before};
  const auto broken = Own::broken_law(unlawful);
  ASSERT_TRUE(broken);
  EXPECT_FALSE(Own::broken_law(unlawful, &unlawful)) << "the reference breaks it as well";
  EXPECT_TRUE(Own::broken_law(unlawful, &lawful));
  outcome.state.vmlist.push_back({0, page, AreaKind::vmalloc, 9});
  EXPECT_FALSE(Own::keeps_invariant(machine, outcome.state));
  EXPECT_TRUE(Own::keeps_invariant(machine, before));
}

TEST(KernelMapBlame, NamesTheClauseThatSpeaksOfThePart) {
  const Because because{"kernel.vfree.unmaps", "kernel.vfree.frames", "paging.tlb.flush_global"};
  const auto blamed = [&](std::string_view path) {
    return Own::clause_to_blame(Finding::Kind::state, path, because).name;
  };
  EXPECT_EQ(blamed("vmlist[0].size"), "kernel.vfree.unmaps");
  EXPECT_EQ(blamed("tables[1].entries[3]"), "kernel.vfree.unmaps");
  EXPECT_EQ(blamed("frames[1025].count"), "kernel.vfree.frames");
  EXPECT_EQ(blamed("stale[0]"), "paging.tlb.flush_global");
  EXPECT_EQ(blamed("what nothing speaks of"), "paging.tlb.flush_global");
}

TEST(KernelMapView, ChoosesTheQueryThatShowsThePart) {
  const auto state = state_after({PgdAlloc{}, vmalloc_of(2)});
  const auto query = [&](const std::string& path) {
    return Own::query_that_shows({.kind = Finding::Kind::state, .difference = {path, "", ""}, .clause = nullptr},
                                 state);
  };
  EXPECT_EQ(query("vmlist[0].size"), "vmlist");
  EXPECT_EQ(query("vmlist[0].obj"), "") << "no block shows it";
  EXPECT_EQ(query("swapper_pg_dir[786]"), "pde swapper");
  EXPECT_EQ(query("pgds[0].entries[786]"), "pde pgd 1");
  EXPECT_EQ(query("pgds[0].pfn"), "pgds");
  EXPECT_EQ(query("pgds_made"), "");
  EXPECT_EQ(query("pte_quicklist[0]"), "cache");
  EXPECT_EQ(query("frames[1025].count"), "frame 1025");
  EXPECT_EQ(query("tables[1].entries[1]"), "map 0xc4801000-0xc4802000");
  EXPECT_EQ(query("knobs.skip_pages"), "");
  EXPECT_EQ(Own::place_in_words("vmlist[0].size", state), "c4800000-c4803000: size");
  EXPECT_EQ(Own::place_in_words("pgds[0].entries[786]", state), "pgd 1: entries[786]");
  EXPECT_EQ(Own::place_in_words("tables[1].entries[1]", state), "page c4801000: entry");
  EXPECT_EQ(Own::place_in_words("vmlist[7].size", state), "vmlist[7].size");
}

TEST(KernelMapView, AnswersTheQuery) {
  const auto state = state_after({PgdAlloc{}, vmalloc_of(2)});
  EXPECT_THAT(Own::block_of("vmlist", state), ElementsAre("c4800000-c4803000 0x00003000 vmalloc"));
  EXPECT_THAT(Own::block_of("pgds", state), ElementsAre("pgd 1 pfn 1024"));
  EXPECT_THAT(Own::block_of("frame 1025", state), ElementsAre("count 1"));
  EXPECT_THAT(Own::block_of("map 0xc4801000-0xc4802000", state),
              ElementsAre("c4801000-c4802000 pfn 1027 present|rw|accessed|dirty|global"));
  EXPECT_EQ(Own::block_of("cache", state).size(), 3u);
  EXPECT_FALSE(Own::block_of("pde pgd 1", state).empty());
  EXPECT_THAT(Own::block_of("pde pgd 9", state), IsEmpty());
  EXPECT_THAT(Own::block_of("", state), IsEmpty());
}

// ---- The companion ------------------------------------------------------------------------------------------------------

TEST(KernelMapCompanion, TriesAccessesThatNoCallMakes) {
  const Report report = check<KernelMapFamily>({.seed = 3, .jobs = 2, .runs = 60});
  EXPECT_FALSE(report.failure);
  for (const char* name : {"paging.index", "paging.walk.marks", "paging.walk.error_code"})
    EXPECT_GT(report.coverage.hits(*find_clause(name)), 0u) << name;
}

}  // namespace
}  // namespace refmm
