// The random check itself: what it finds of subjects that differ, crash, hang or share a mistake with the model.
#include <refmm/model/slab.hpp>
#include <refmm/spec/slab_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/check.hpp>
#include <refmm/tests/check_lockstep.hpp>
#include <refmm/tests/slab_check.hpp>
#include <refmm/tests/temporary_folder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm {
namespace {

using namespace slab;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Report = CheckReport<SlabFamily>;
using Own = Checking<SlabFamily>;

// ---- A subject that is the model, but for one thing ---------------------------------------------------------------------

/// What it does to an answer, and to what is observed afterwards; called after each command.
using Mistake = std::function<void(const Command&, SlabSubject::Answer&, State&)>;

class MistakenModel final : public SlabSubject {
 public:
  explicit MistakenModel(Mistake mistake) : mistake_(std::move(mistake)) {}

  void reset(const Machine& machine) override {
    machine_ = machine;
    state_ = model::boot(machine);
    shown_ = state_;
  }
  Answer apply(const Command& command) override {
    auto outcome = model::step(machine_, std::move(state_), command);
    state_ = std::move(outcome.state);
    Answer answer{std::move(outcome.result), std::move(outcome.effects)};
    shown_ = state_;
    mistake_(command, answer, shown_);
    return answer;
  }
  void observe(State& seen) const override { seen = shown_; }

 private:
  Mistake mistake_;
  Machine machine_{};
  State state_{}, shown_{};
};

MakeSubject<SlabFamily> with_mistake(Mistake mistake) {
  return [mistake = std::move(mistake)] { return std::make_unique<MistakenModel>(mistake); };
}

Report check_with(Mistake mistake, std::chrono::milliseconds patience = 10s) {
  return check<SlabFamily>({.subject = with_mistake(std::move(mistake)),
                            .replay = "--subject theirs",
                            .seed = 1,
                            .jobs = 2,
                            .runs = 500,
                            .patience = patience});
}

const Finding& finding_of(const Report& report) { return report.failure->counterexample.testimony.finding; }

bool reaps(const Command& command) { return std::holds_alternative<CacheReap>(command); }

TEST(Check, AgreesWithASubjectThatIsRight) {
  const Report report = check_with([](const Command&, SlabSubject::Answer&, State&) {});
  EXPECT_FALSE(report.failure);
  EXPECT_EQ(report.runs, 500u);
  EXPECT_GT(report.generated_per_second, report.commands_per_second);
}

TEST(Check, FindsAnotherResult) {
  const Report report = check_with([](const Command& command, SlabSubject::Answer& answer, State&) {
    if (std::holds_alternative<CacheShrink>(command) && answer.result == Result(Status{1}))
      answer.result = Status{0};
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::result);
  EXPECT_EQ(finding_of(report).clause->name, "slab.shrink.result");
  EXPECT_THAT(report.failure->counterexample.text,
              AllOf(HasSubstr("kmalloc(32, GFP_KERNEL) = size-32:0[0]\n"),
                    HasSubstr("kmem_cache_shrink(size-32) = 1\n# ! kmem_cache_shrink(size-32) = 0\n"),
                    HasSubstr("replay   refmm run slab.shrink.result-"), HasSubstr(".mmt --subject theirs\n")));
}

/// Of each call it says which arguments might be others, and what comes of the last one without it.
TEST(Check, ExplainsWhatMatters) {
  const Report report = check_with([](const Command& command, SlabSubject::Answer& answer, State&) {
    if (std::holds_alternative<CacheShrink>(command) && answer.result == Result(Status{1}))
      answer.result = Status{0};
  });
  ASSERT_TRUE(report.failure);
  EXPECT_THAT(report.failure->counterexample.text,
              HasSubstr("kmalloc(32, GFP_KERNEL) = size-32:0[0]\n"
                        "#     size = 32 (any 0..32), flags with or without GFP_ATOMIC, GFP_KSWAPD\n"
                        "#     without it: both answer 0\n"
                        "kmem_cache_shrink(size-32) = 1\n"
                        "# ! kmem_cache_shrink(size-32) = 0\n"));
}

TEST(Check, NamesABugAlikeWithAndWithoutItsExplanation) {
  const Mistake mistake = [](const Command& command, SlabSubject::Answer& answer, State&) {
    if (std::holds_alternative<CacheShrink>(command) && answer.result == Result(Status{1}))
      answer.result = Status{0};
  };
  const CheckRequest<SlabFamily> request{
      .subject = with_mistake(mistake), .seed = 1, .runs = 500, .explain = false};
  const Report report = check(request);
  ASSERT_TRUE(report.failure);
  EXPECT_THAT(report.failure->counterexample.text, Not(HasSubstr("#     ")));
  EXPECT_EQ(report.failure->counterexample.file_name, check_with(mistake).failure->counterexample.file_name);
}

TEST(Check, SaysWhereThereWasNoTimeToExplain) {
  const Mistake mistake = [](const Command& command, SlabSubject::Answer& answer, State&) {
    if (std::holds_alternative<Kmalloc>(command)) answer.result = Status{77};
  };
  const Report report =
      check<SlabFamily>({.subject = with_mistake(mistake), .seed = 1, .runs = 5, .shrink_time = 0ms});
  ASSERT_TRUE(report.failure);
  EXPECT_THAT(report.failure->counterexample.text,
              HasSubstr("#   matters  was not looked into: there was no more time\n"));
}

/// Whoever ends the check while it shrinks has what was found so far.
TEST(Check, ShowsTheFailingRunBeforeItIsShrunk) {
  std::vector<std::string> events;
  std::size_t commands = 0;
  CheckRequest<SlabFamily> request{
      .subject = with_mistake([](const Command& command, SlabSubject::Answer& answer, State&) {
        if (reaps(command)) answer.result = Status{77};
      }),
      .seed = 1,
      .runs = 500};
  request.ran = [&](const Report& report) {
    EXPECT_TRUE(report.differs);
    EXPECT_FALSE(report.failure);
    events.push_back("ran");
  };
  request.keep = [&](const UnderWay<SlabFamily>& failing) {
    if (events.back() == "ran") commands = failing.best.script.items.size();
    events.push_back("kept");
    EXPECT_THAT(failing.best.text, HasSubstr("boot family=slab"));
    EXPECT_FALSE(failing.best.summary.empty());
  };
  const Report report = check(request);
  ASSERT_TRUE(report.failure);
  ASSERT_GE(events.size(), 2u);
  EXPECT_EQ(events[0], "ran");
  EXPECT_EQ(events[1], "kept");
  EXPECT_GT(commands, report.failure->shrunk.script.items.size());
}

TEST(Check, FindsOtherEffects) {
  const Report report = check_with([](const Command&, SlabSubject::Answer& answer, State&) {
    if (!answer.effects.empty() && std::holds_alternative<MgmtFree>(answer.effects.back()))
      answer.effects.pop_back();
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::effects);
  EXPECT_EQ(finding_of(report).clause->name, "slab.release.management");
  EXPECT_THAT(report.failure->counterexample.text,
              AllOf(HasSubstr("effects=all"), HasSubstr(" is mgmt_free("), HasSubstr("absent in the subject")));
}

TEST(Check, FindsAnotherState) {
  const Report report = check_with([](const Command&, SlabSubject::Answer&, State& seen) {
    for (Cache& cache : seen.chain) {
      if (cache.slabs.size() == 2) cache.firstnotfull = 0;
    }
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::state);
  EXPECT_EQ(finding_of(report).clause->name, "slab.first_not_full");
  EXPECT_EQ(finding_of(report).sentence, "first_not_full_is_first_slab_with_a_free_object");
  EXPECT_THAT(report.failure->counterexample.text,
              HasSubstr("size-4096: firstnotfull is 2 in the reference, 0 in the subject"));
}

TEST(Check, FindsACrash) {
  const Report report = check_with([](const Command& command, SlabSubject::Answer&, State&) {
    if (reaps(command)) std::raise(SIGSEGV);
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::crash);
  EXPECT_THAT(
      report.failure->counterexample.text,
      AllOf(HasSubstr("does not survive"), HasSubstr("# ! kmem_cache_reap(GFP_KERNEL): killed by signal 11")));
  EXPECT_EQ(report.failure->shrunk.script.items.size(), 1u);
}

TEST(Check, FindsAnExit) {
  const Report report = check_with([](const Command& command, SlabSubject::Answer&, State&) {
    if (reaps(command)) _exit(7);
  });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::crash);
  EXPECT_THAT(report.failure->counterexample.text, HasSubstr("exited with status 7"));
}

TEST(Check, FindsAHang) {
  const Report report = check_with(
      [](const Command& command, SlabSubject::Answer&, State&) {
        if (std::holds_alternative<CacheDestroy>(command)) pause();
      },
      100ms);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::hang);
  EXPECT_THAT(
      report.failure->counterexample.text,
      AllOf(HasSubstr("does not come back"), HasSubstr("#   matters  was not looked into: each try would take")));
}

class FailsToBoot final : public SlabSubject {
 public:
  void reset(const Machine&) override { std::raise(SIGABRT); }
  Answer apply(const Command&) override { return {Nothing{}, {}}; }
  void observe(State&) const override {}
};

TEST(Check, FindsASubjectThatDoesNotBoot) {
  const Report report =
      check<SlabFamily>({.subject = [] { return std::make_unique<FailsToBoot>(); }, .seed = 1, .runs = 3});
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(finding_of(report).kind, Finding::Kind::crash);
  EXPECT_EQ(finding_of(report).clause->name, "slab.boot");
  EXPECT_TRUE(report.failure->shrunk.script.items.empty());
  EXPECT_THAT(report.failure->counterexample.text, HasSubstr("killed by signal 6"));
}

TEST(Check, GivesTheSameCounterexampleHoweverManyProcesses) {
  const auto run_with = [](unsigned jobs) {
    return check<SlabFamily>(
        {.subject = with_mistake([](const Command& command, SlabSubject::Answer& answer, State&) {
           if (reaps(command) && answer.effects.size() > 3) answer.effects.pop_back();
         }),
         .seed = 3,
         .jobs = jobs,
         .runs = 2000});
  };
  const Report one = run_with(1), four = run_with(4);
  ASSERT_TRUE(one.failure && four.failure);
  EXPECT_EQ(one.failure->run, four.failure->run);
  EXPECT_EQ(one.failure->commands, four.failure->commands);
  EXPECT_EQ(one.failure->counterexample.text, four.failure->counterexample.text);
}

TEST(Check, NeedsAnEnd) { EXPECT_THROW(check<SlabFamily>({}), std::invalid_argument); }

TEST(Check, EndsWhenItsTimeIsUp) {
  const auto begin = std::chrono::steady_clock::now();
  int called = 0;
  const Report report =
      check<SlabFamily>({.seed = 1, .time = 300ms, .progress = [&](const CheckProgress& progress) {
                           ++called;
                           EXPECT_EQ(progress.doing, "running");
                           EXPECT_LE(progress.left.value_or(0ms), 300ms);
                         }});
  EXPECT_GT(report.runs, 0u);
  EXPECT_GT(called, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

// ---- Lockstep, laws, coverage -------------------------------------------------------------------------------------------

TEST(Lockstep, HoldsBothToTheLaws) {
  // A transition that the model would never make: an object was handed out that was in use.
  const State before = model::step(i386_2_4_0, model::boot(i386_2_4_0), Kmalloc{32, SLAB_KERNEL}).state;
  const Command command = Kmalloc{32, SLAB_KERNEL};
  const Result result = Object{"size-32", 0, 0};
  const std::vector<Effect> effects;
  const auto broken = Own::broken_law({i386_2_4_0, before, command, result, effects, before});
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->clause->name, "slab.alloc.not_twice");
}

TEST(Lockstep, HoldsNewCachesToTheLawsOfGeometry) {
  const State before = model::boot(i386_2_4_0);
  const Command command =
      CacheCreate{.name = "a", .size = 100, .offset = 0, .flags = 0, .ctor = false, .dtor = false};
  auto outcome = model::step(i386_2_4_0, before, command);
  EXPECT_FALSE(Own::broken_law({i386_2_4_0, before, command, outcome.result, outcome.effects, outcome.state}));
  outcome.state.chain[1].geometry.objsize = 102;
  const auto broken =
      Own::broken_law({i386_2_4_0, before, command, outcome.result, outcome.effects, outcome.state});
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->clause->name, "slab.create.order.fits_well");
}

TEST(Coverage, CountsWhatDecidedAndWhatWasClaimed) {
  const auto subject = make_slab_implementation();
  Lockstep<SlabFamily> lockstep(i386_2_4_0, *subject);
  Coverage coverage;
  lockstep.count(coverage);
  EXPECT_EQ(coverage.hits(*find_clause("slab.boot")), 1u);
  EXPECT_EQ(coverage.hits(*find_clause("slab.order")), 1u);  // of every state
  EXPECT_EQ(coverage.hits(*find_clause("slab.alloc.not_twice")), 0u);
  ASSERT_TRUE(lockstep.step(Kmalloc{32, SLAB_KERNEL}));
  lockstep.count(coverage);
  EXPECT_EQ(coverage.hits(*find_clause("slab.order")), 2u);
  EXPECT_EQ(coverage.hits(*find_clause("slab.alloc.not_twice")), 1u);
  EXPECT_EQ(coverage.hits(*find_clause("slab.create.offslab_limit")), 0u);
  Coverage sum;
  sum.add(coverage);
  sum.add(coverage);
  EXPECT_EQ(sum.hits(*find_clause("slab.order")), 4u);
}

TEST(Coverage, AsksForNothingThatIsUnspecified) {
  for (const Clause* clause : clauses_to_exercise("slab")) {
    EXPECT_NE(clause->kind, ClauseKind::unspecified) << clause->name;
    EXPECT_THAT(clause->name, StartsWith("slab."));
  }
  EXPECT_TRUE(clauses_to_exercise("sla").empty());
}

// ---- Blame --------------------------------------------------------------------------------------------------------------

TEST(Blame, NamesTheClauseThatSpeaksOfTheField) {
  const Because because{"slab.alloc.grows", "slab.grow.colour", "slab.grow.mask", "slab.alloc.first_not_full"};
  const auto blamed = [&](Finding::Kind kind, std::string_view path) {
    return Own::clause_to_blame(kind, path, because).name;
  };
  EXPECT_EQ(blamed(Finding::Kind::state, "chain[3].colour_next"), "slab.grow.colour");
  EXPECT_EQ(blamed(Finding::Kind::effects, "effects[0].gfp"), "slab.grow.mask");
  EXPECT_EQ(blamed(Finding::Kind::result, "result.slab"), "slab.alloc.first_not_full");
  EXPECT_EQ(blamed(Finding::Kind::state, "what nothing speaks of"), "slab.alloc.first_not_full");
}

// ---- Views --------------------------------------------------------------------------------------------------------------

Finding state_finding(const char* path) {
  return {.kind = Finding::Kind::state, .difference = {path, "", ""}, .clause = find_clause("slab.boot")};
}

TEST(View, ChoosesTheQueryThatShowsTheField) {
  const State state = model::boot(i386_2_4_0);
  EXPECT_EQ(Own::query_that_shows(state_finding("chain[26].slabs[0].inuse"), state), "slabs size-32");
  EXPECT_EQ(Own::query_that_shows(state_finding("chain[26].firstnotfull"), state), "slabs size-32");
  EXPECT_EQ(Own::query_that_shows(state_finding("chain[26].geometry.num"), state), "cache size-32");
  EXPECT_EQ(Own::query_that_shows(state_finding("chain[26].name"), state), "chain");
  EXPECT_EQ(Own::query_that_shows(state_finding("clock_searchp"), state), "chain");
  EXPECT_EQ(Own::query_that_shows(state_finding("pages.fail_pages"), state), "");
  EXPECT_EQ(Own::query_that_shows(state_finding("chain[26].slabs_created"), state), "");
  EXPECT_EQ(Own::query_that_shows(state_finding("chain[99].name"), state), "chain");
  EXPECT_EQ(Own::place_in_words("chain[26].slabs[0].inuse", state), "size-32: slabs[0].inuse");
  EXPECT_EQ(Own::place_in_words("clock_searchp", state), "clock_searchp");
}

TEST(View, AnswersTheQuery) {
  const State state = model::boot(i386_2_4_0);
  EXPECT_EQ(Own::block_of("slabs size-32", state), slabs_block(state.chain[26]));
  EXPECT_EQ(Own::block_of("cache size-32", state), cache_block(state.chain[26]));
  EXPECT_EQ(Own::block_of("chain", state), chain_block(state));
  EXPECT_TRUE(Own::block_of("slabs nothing", state).empty());
  EXPECT_TRUE(Own::block_of("", state).empty());
}

// ---- Counterexamples as files -------------------------------------------------------------------------------------------

TEST(Counterexample, IsWrittenIntoAFolderThatIsMade) {
  const Report report = check_with([](const Command& command, SlabSubject::Answer& answer, State&) {
    if (std::holds_alternative<FindGeneralCachep>(command)) answer.result = Nothing{};
  });
  ASSERT_TRUE(report.failure);
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path() / "a" / "b";
  const auto path = write(report.failure->counterexample, folder);
  EXPECT_EQ(path.parent_path(), folder);
  const transcript::File file = transcript::parse(transcript::load(path));
  EXPECT_EQ(transcript::print(file), report.failure->counterexample.text);
  EXPECT_THROW(write(report.failure->counterexample, "/proc/nothing"), std::runtime_error);
}

}  // namespace
}  // namespace refmm
