// What replaying makes of transcripts that are questions, that are wrong, and that have no meaning.

#include <refmm/spec/mutant.hpp>
#include <refmm/tests/replay.hpp>
#include <refmm/tests/slab_subject.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace refmm::replay {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* machine = "boot family=slab l1=32 ram_pages=16384\n";
constexpr const char* machine_with_effects = "boot family=slab l1=32 ram_pages=16384 effects=all\n";

Report run_text(const std::string& text, const Options& options = {}) {
  return run(transcript::parse({"text.mmt", text}), options);
}

std::string filled(const std::string& text) { return print(run_text(text).file); }

std::vector<Disagreement> disagreements(const std::string& text, const Options& options = {}) {
  return run_text(text, options).transcripts.at(0).disagreements;
}

/// The implementation, making a mistake.
class Mistaken {
 public:
  explicit Mistaken(std::string_view mutant) : mutant_(mutant) {}
  Options options(bool model = false) const {
    return {.model = model, .implementation = {.slab = implementation_.get()}};
  }

 private:
  WithMutant mutant_;
  std::unique_ptr<SlabSubject> implementation_ = make_mutable_slab_implementation();
};

// ---- Questions ------------------------------------------------------------------------------------------------

TEST(Script, is_answered) {
  EXPECT_EQ(filled(std::string(machine) + "kmem_cache_create(\"conn\", 300, 0, 0, ctor, NULL)\n"
                                          "kmem_cache_alloc(conn, SLAB_KERNEL)\n"
                                          "kmem_cache_free(conn, conn:0[0])\n"
                                          "slabs conn:\n"
                                          "kmem_cache_shrink(conn)\n"
                                          "kmem_cache_destroy(conn)\n"
                                          "kmem_cache_shrink(NULL)\n"),
            std::string(machine) +
                "kmem_cache_create(\"conn\", 300, 0, 0, ctor, NULL) = conn\n"
                "kmem_cache_alloc(conn, SLAB_KERNEL) = conn:0[0]\n"
                "kmem_cache_free(conn, conn:0[0])\n"
                "slabs conn:\n"
                "  *0 inuse=0 free=0..12 colouroff=96 mgmt=+0\n"
                "kmem_cache_shrink(conn) = 0\n"
                "kmem_cache_destroy(conn) = 0\n"
                "kmem_cache_shrink(NULL) = BUG\n");
}

TEST(Script, keeps_its_layout_and_comments) {
  const std::string text =
      std::string("# why\n\n") + machine + "\nkmalloc( 10,  GFP_KERNEL )\n# and\nkfree(size-32:0[0])";
  EXPECT_EQ(filled(text), std::string("# why\n\n") + machine +
                              "\nkmalloc( 10,  GFP_KERNEL ) = size-32:0[0]\n# and\nkfree(size-32:0[0])");
}

TEST(Script, is_told_effects_if_it_wants_all) {
  EXPECT_EQ(
      filled(std::string(machine_with_effects) + "kmalloc(10, GFP_KERNEL)\n# grown\nkmem_cache_shrink(size-32)\n"),
      std::string(machine_with_effects) +
          "kmalloc(10, GFP_KERNEL) = size-32:0[0]\n"
          "| get_pages(size-32:0, order=0, gfp=0x7)\n"
          "# grown\n"
          "kmem_cache_shrink(size-32) = 1\n");
}

TEST(Script, is_told_the_effects_of_calls_that_return_nothing) {
  const std::string reap = "kmem_cache_reap(GFP_KERNEL)\n";
  EXPECT_THAT(
      filled(
          machine_with_effects +
          ("kmem_cache_create(\"a\", 100, 0, 0, NULL, NULL)\nkmem_cache_alloc(a, SLAB_KERNEL)\nkfree(a:0[0])\n" +
           reap + reap + reap)),
      HasSubstr(reap + reap + reap + "| free_pages(a:0, order=0)\n"));
}

TEST(Script, may_ask_only_some_things) {
  const Report report =
      run_text(std::string(machine) + "kmalloc(10, GFP_KERNEL) = size-32:0[0]\nkmalloc(10, GFP_KERNEL)\n");
  EXPECT_EQ(report.transcripts.at(0).filled, 1u);
  EXPECT_THAT(print(report.file), HasSubstr("kmalloc(10, GFP_KERNEL) = size-32:0[1]\n"));
}

TEST(Script, of_several_transcripts_starts_anew_at_each_boot) {
  const Report report =
      run_text(std::string(machine) + "kmalloc(10, GFP_KERNEL)\n" + machine + "kmalloc(10, GFP_KERNEL)\n");
  ASSERT_EQ(report.transcripts.size(), 2u);
  EXPECT_EQ(report.transcripts[1].boot, (Position{3, 1}));
  EXPECT_EQ(report.transcripts[1].calls, 1u);
  EXPECT_THAT(print(report.file), HasSubstr("kmalloc(10, GFP_KERNEL) = size-32:0[0]\nboot"));
}

TEST(Script, is_compared_between_model_and_implementation) {
  const Mistaken mistaken("slab.impl.kmalloc.takes_next_class");
  const auto found = disagreements(std::string(machine) + "kmalloc(64, GFP_KERNEL)\n", mistaken.options(true));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].reference, "model");
  EXPECT_EQ(found[0].subject, "implementation");
  EXPECT_THAT(found[0].expected, ElementsAre("= size-64:0[0]"));
  EXPECT_THAT(found[0].found, ElementsAre("= size-128:0[0]"));
}

// ---- Differences ----------------------------------------------------------------------------------------------

TEST(Test, shows_a_result_that_differs) {
  const Report report =
      run_text(std::string(machine) + "kmalloc(10, GFP_KERNEL) = size-32:0[1]\nkfree(NULL)\nkfree(NULL)\n");
  const Replayed& replayed = report.transcripts.at(0);
  EXPECT_FALSE(replayed.agrees());
  EXPECT_EQ(replayed.calls, 1u);
  EXPECT_EQ(replayed.not_compared, 2u);
  ASSERT_EQ(replayed.disagreements.size(), 1u);
  const Disagreement& disagreement = replayed.disagreements[0];
  EXPECT_EQ(disagreement.about, Disagreement::About::result);
  EXPECT_EQ(disagreement.at, (Position{2, 1}));
  EXPECT_EQ(disagreement.line, "kmalloc(10, GFP_KERNEL)");
  EXPECT_EQ(disagreement.reference, "transcript");
  EXPECT_EQ(disagreement.subject, "model");
  EXPECT_EQ(disagreement.field, (Difference{"the index", "1", "0"}));
  EXPECT_THAT(disagreement.because, Contains(ClauseRef("slab.kmalloc.smallest")));
}

TEST(Test, shows_effects_that_differ_where_it_lists_them) {
  const std::string call = "kmalloc(10, GFP_KERNEL) = size-32:0[0]\n";
  const std::string effect = "| get_pages(size-32:0, order=1, gfp=0x7)\n";
  EXPECT_THAT(disagreements(machine + call), IsEmpty());
  for (const char* boot : {machine, machine_with_effects}) {
    const auto found = disagreements(boot + call + effect);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].about, Disagreement::About::effects);
    EXPECT_EQ(found[0].field, (Difference{"effects[0].order", "1", "0"}));
  }
  const auto missing = disagreements(machine_with_effects + call);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_THAT(missing[0].expected, ElementsAre("(no effects)"));
  EXPECT_THAT(missing[0].found, ElementsAre("| get_pages(size-32:0, order=0, gfp=0x7)"));
}

TEST(Test, shows_a_block_that_differs) {
  const auto found = disagreements(std::string(machine) +
                                   "kmalloc(10, GFP_KERNEL) = size-32:0[0]\nslabs size-32:\n"
                                   "  *0 inuse=2 free=1..111 colouroff=512 mgmt=+0\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].about, Disagreement::About::block);
  EXPECT_EQ(found[0].line, "slabs size-32:");
  EXPECT_EQ(found[0].field.path, "inuse in line 1");
  EXPECT_EQ(found[0].field.expected, "2");
  EXPECT_EQ(found[0].field.found, "1");
}

TEST(Test, shows_a_block_that_is_not_empty) {
  const auto found = disagreements(std::string(machine) + "slabs size-32: (empty)\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].field, (Difference{"line 1", "absent", "*end"}));
}

TEST(Test, has_one_difference_of_both_subjects_where_they_agree) {
  const auto implementation = make_slab_implementation();
  const auto found = disagreements(std::string(machine) + "kmalloc(10, GFP_KERNEL) = NULL\n",
                                   {.model = true, .implementation = {.slab = implementation.get()}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].subject, "model and implementation");
  EXPECT_EQ(found[0].field, (Difference{"the result", "NULL", "size-32:0[0]"}));
}

TEST(Test, of_the_implementation_is_of_the_model_as_far_as_calls_depend_on_it) {
  const Mistaken mistaken("slab.impl.kmalloc.takes_next_class");
  const auto found =
      disagreements(std::string(machine) + "kmalloc(64, GFP_KERNEL) = size-128:0[0]\nkfree(size-128:0[0])\n",
                    mistaken.options());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].subject, "model");
}

TEST(Test, shows_a_mistake_of_the_implementation) {
  const Mistaken mistaken("slab.impl.alloc.keeps_firstnotfull");
  const std::string text = std::string(machine) +
                           "kmem_cache_create(\"a\", 4096, 0, 0, NULL, NULL) = a\n"
                           "kmem_cache_alloc(a, SLAB_KERNEL) = a:0[0]\n"
                           "order a:\n  full 0\n  partial none\n  free none\n  firstnotfull end\n";
  EXPECT_THAT(disagreements(text), IsEmpty());
  const auto found = disagreements(text, mistaken.options(true));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].subject, "implementation");
  EXPECT_THAT(found[0].found, Contains("firstnotfull 0"));
}

TEST(Test, is_not_stopped_by_a_subject_that_loses_a_cache) {
  const Mistaken mistaken("slab.impl.destroy.busy_cache_keeps_place");
  EXPECT_THAT(disagreements(std::string(machine) + "kmem_cache_create(\"a\", 100, 0, 0, NULL, NULL) = a\n"
                                                   "kmem_cache_create(\"b\", 100, 0, 0, NULL, NULL) = b\n"
                                                   "kmem_cache_alloc(a, SLAB_KERNEL) = a:0[0]\n"
                                                   "kmem_cache_destroy(a) = 1\nchain:\n",
                            mistaken.options(true)),
              testing::SizeIs(1));
}

// ---- Subjects that do not survive -----------------------------------------------------------------------------

/// Dies of the first call of the second transcript.
class Mortal final : public SlabSubject {
 public:
  void reset(const Machine& machine) override {
    ++boots_;
    implementation_->reset(machine);
  }
  Answer apply(const slab::Command& command) override {
    if (boots_ == 2) std::abort();
    return implementation_->apply(command);
  }
  using SlabSubject::observe;
  void observe(slab::State& seen) const override { implementation_->observe(seen); }

 private:
  int boots_ = 0;
  std::unique_ptr<SlabSubject> implementation_ = make_slab_implementation();
};

TEST(Rehearsal, finds_where_a_subject_dies) {
  const std::string text = std::string(machine) + "kfree(NULL)\n" + machine + "# here\nkfree(NULL)\nkfree(NULL)\n";
  const auto file = transcript::parse({"text.mmt", text});
  Mortal mortal;
  Options options{.implementation = {.slab = &mortal}};
  options.death = rehearse(file, options);
  ASSERT_TRUE(options.death);
  EXPECT_EQ(options.death->at, (Position{5, 1}));
  EXPECT_THAT(options.death->how, AnyOf(HasSubstr("signal"), HasSubstr("status")));

  const Report report = run(file, options);
  ASSERT_EQ(report.transcripts.size(), 2u);
  EXPECT_TRUE(report.transcripts[0].agrees());
  ASSERT_EQ(report.transcripts[1].disagreements.size(), 1u);
  EXPECT_EQ(report.transcripts[1].disagreements[0].about, Disagreement::About::end);
  EXPECT_EQ(report.transcripts[1].disagreements[0].line, "kfree(NULL)");
}

TEST(Rehearsal, finds_nothing_where_a_subject_lives) {
  const auto implementation = make_slab_implementation();
  const Options options{.implementation = {.slab = implementation.get()}};
  EXPECT_FALSE(rehearse(transcript::parse({"", std::string(machine) + "kfree(NULL)\n"}), options));
  EXPECT_FALSE(rehearse(transcript::parse({"", std::string(machine) + "kfree(nonsense)\n"}), options));
}

// ---- What is told ---------------------------------------------------------------------------------------------

TEST(Replay, explains_calls_if_it_is_asked_to) {
  const std::string text = std::string(machine) + "kmalloc(10, GFP_KERNEL)\nset fail_pages=1\nkfree(NULL)\n";
  EXPECT_THAT(run_text(text).transcripts.at(0).explanations, IsEmpty());
  const auto explanations = run_text(text, {.explain = true}).transcripts.at(0).explanations;
  ASSERT_EQ(explanations.size(), 2u);
  EXPECT_EQ(explanations[0].call, "kmalloc(10, GFP_KERNEL)");
  EXPECT_EQ(explanations[0].result, "size-32:0[0]");
  EXPECT_THAT(explanations[0].effects, ElementsAre("get_pages(size-32:0, order=0, gfp=0x7)"));
  EXPECT_THAT(explanations[1].because, ElementsAre(ClauseRef("slab.kfree.null")));
}

TEST(Replay, counts_the_clauses_that_decide) {
  const Coverage coverage =
      run_text(std::string(machine) + "kfree(NULL)\nkfree(NULL)\n").transcripts.at(0).coverage;
  EXPECT_EQ(coverage.hits(*find_clause("slab.kfree.null")), 2u);
  EXPECT_EQ(coverage.hits(*find_clause("slab.boot")), 1u);
  EXPECT_EQ(coverage.hits(*find_clause("slab.reap.scan")), 0u);
}

TEST(Replay, tells_every_line_before_it_is_carried_out) {
  std::vector<std::uint32_t> lines;
  Options options;
  options.progress = [&](Position at) { lines.push_back(at.line); };
  run_text(std::string(machine) + "kfree(NULL)\n# comment\nset fail_pages=1\nchain:\n", options);
  EXPECT_THAT(lines, ElementsAre(1u, 2u, 4u, 5u));
}

// ---- What has no meaning --------------------------------------------------------------------------------------

TEST(Replay, refuses_what_stands_behind_a_usage_error) {
  for (const char* line : {"kfree(NULL)\n", "chain:\n", "set fail_pages=1\n"}) {
    try {
      run_text(std::string(machine) + "kmem_cache_shrink(NULL)\n" + line);
      FAIL() << line;
    } catch (const InputError& error) {
      EXPECT_EQ(error.diagnostic().at, (Position{3, 1}));
      EXPECT_THAT(error.diagnostic().message, HasSubstr("line 2"));
    }
  }
  EXPECT_EQ(run_text(std::string(machine) + "kmem_cache_shrink(NULL)\n# comment\n" + machine).transcripts.size(),
            2u);
}

TEST(Replay, refuses_families_that_it_cannot_replay) {
  for (const char* family : {"pipe", "nonsense"}) {
    try {
      run_text(std::string(machine) + "boot family=" + family + " x=1\n");
      FAIL() << family;
    } catch (const InputError& error) {
      EXPECT_EQ(error.diagnostic().at, (Position{2, 13}));
      EXPECT_THAT(error.diagnostic().message, HasSubstr("cannot be replayed yet"));
      EXPECT_THAT(error.diagnostic().expected, HasSubstr("buddy, fault, kernel, malloc, since, slab, vma"));
    }
  }
}

TEST(Replay, refuses_more_than_the_machine_of_the_implementation_holds) {
  std::string text = machine;
  for (int i = 0; i < 40000; ++i) text += "kmalloc(131072, GFP_KERNEL)\n";
  EXPECT_EQ(run_text(text).transcripts.at(0).calls, 40000u);
  const auto implementation = make_slab_implementation();
  EXPECT_THROW(run_text(text, {.implementation = {.slab = implementation.get()}}), InputError);
}

}  // namespace
}  // namespace refmm::replay
