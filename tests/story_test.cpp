// Stories as data: what is told of each step, what of a failure, and how large that may become.
#include <refmm/spec/mutant.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/tests/slab_subject.hpp>
#include <refmm/tests/vma_subject.hpp>
#include <refmm/tools/story.hpp>
#include <refmm/tools/story_head.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace refmm::story {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* counterexample =
    "# The last call leaves the subject in another state than the reference.\n"
    "#\n"
    "#   clause   slab.order\n"
    "#   law      slabs_ordered_full_partial_free\n"
    "#   field    size-4096: slabs[0].number is 1 in the reference, 0 in the subject\n"
    "#   decided  slab.kfree.any_cache slab.free.head_of_chain\n"
    "#            slab.free.was_full\n"
    "#   replay   refmm run a.mmt --subject impl --mutant slab.impl.free.leaves_full_slab_in_place\n"
    "\n"
    "boot family=slab l1=32 ram_pages=16384\n"
    "kmalloc(4096, GFP_KERNEL) = size-4096:0[0]\n"
    "#     size = 4096 (any 2049..4096)\n"
    "# The second:\n"
    "kmalloc(4096, GFP_KERNEL) = size-4096:1[0]\n"
    "kfree(size-4096:0[0])\n"
    "slabs size-4096:\n"
    "  1 inuse=1 free=END colouroff=0 mgmt=size-32:0[1]\n"
    "  *0 inuse=0 free=0 colouroff=0 mgmt=size-32:0[0]\n"
    "# ! slabs size-4096:\n"
    "# !   *0 inuse=0 free=0 colouroff=0 mgmt=size-32:0[0]\n"
    "# !   1 inuse=1 free=END colouroff=0 mgmt=size-32:0[1]\n";

constexpr const char* mutant = "slab.impl.free.leaves_full_slab_in_place";

Story told(const std::string& text, const Options& options = {}) {
  return tell(transcript::Source("a.mmt", text), options);
}

std::vector<std::string> names_of(const Because& because) {
  std::vector<std::string> names;
  for (const ClauseRef clause : because) names.emplace_back(clause->name);
  return names;
}

// ---- Steps ------------------------------------------------------------------------------------------------------

TEST(Story, TellsEachStep) {
  const Story story = told(counterexample);
  ASSERT_THAT(story.sections, SizeIs(1));
  const auto& steps = story.sections[0].steps;
  ASSERT_THAT(steps, SizeIs(4));
  EXPECT_EQ(steps[0].call, "boot family=slab l1=32 ram_pages=16384");
  EXPECT_THAT(names_of(steps[0].because), ElementsAre("slab.boot"));
  EXPECT_EQ(steps[1].call, "kmalloc(4096, GFP_KERNEL)");
  EXPECT_EQ(steps[1].result, "size-4096:0[0]");
  EXPECT_EQ(steps[1].line, 11u);
  EXPECT_THAT(steps[1].effects, Contains(HasSubstr("get_pages(size-4096")));
  EXPECT_THAT(steps[1].notes, ElementsAre("size = 4096 (any 2049..4096)"));
  EXPECT_THAT(steps[2].lead, ElementsAre("The second:"));
  EXPECT_EQ(steps[3].result, "");
  EXPECT_THAT(names_of(steps[3].because), Contains("slab.free.was_full"));
  ASSERT_THAT(steps[3].asked, SizeIs(1));
  EXPECT_EQ(steps[3].asked[0].query, "slabs size-4096:");
  EXPECT_THAT(steps[3].asked[0].lines, SizeIs(2));
}

TEST(Story, KeepsWhatDoesNotChangeOnce) {
  std::string text = "boot family=slab l1=32 ram_pages=16384\n";
  for (int i = 0; i < 100; ++i) text += "kmalloc(4096, GFP_KERNEL)\nkfree(size-4096:0[0])\n";
  const Story story = told(text);
  EXPECT_THAT(story.sections[0].steps, SizeIs(201));
  EXPECT_LT(story.gallery.rows().size(), 20u);
  EXPECT_EQ(story.sections[0].steps[1].picture, story.sections[0].steps[199].picture);
  EXPECT_NE(story.sections[0].steps[1].picture, story.sections[0].steps[2].picture);
}

TEST(Story, SaysWhereItHasNoPictures) {
  const Story story = told(counterexample, {.most_bytes = 10});
  EXPECT_EQ(story.sections[0].undrawn, 3u);
  EXPECT_THAT(story.sections[0].steps[0].picture, Not(IsEmpty()));
  EXPECT_THAT(story.sections[0].steps[1].picture, IsEmpty());
}

TEST(Story, HasASectionForEachBoot) {
  const Story story = told(
      "boot family=slab l1=32 ram_pages=16384\nkmem_cache_create(NULL, 8, 0, 0, NULL, NULL) = BUG\n"
      "boot family=vma\nmmap(0, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n");
  ASSERT_THAT(story.sections, SizeIs(2));
  EXPECT_TRUE(story.agrees());
  EXPECT_EQ(headline(story), "2 transcripts, 2 steps: no difference.");
  EXPECT_THAT(story.sections[0].steps[1].picture, IsEmpty());  // behind a usage error nothing is defined
  EXPECT_EQ(story.sections[1].family, "vma");
  EXPECT_EQ(story.sections[1].steps[1].result, "0x40000000");  // a question is answered
}

// ---- Failures -----------------------------------------------------------------------------------------------------

TEST(Story, TellsWhatTheFileSaysOfAnAbsentSubject) {
  const Story story = told(counterexample);
  ASSERT_TRUE(story.sections[0].failure);
  const Failure& failure = *story.sections[0].failure;
  EXPECT_EQ(failure.step, 3u);
  EXPECT_EQ(failure.headline, "The last call leaves the subject in another state than the reference.");
  EXPECT_EQ(failure.clause, "slab.order");
  EXPECT_EQ(failure.law, "slabs_ordered_full_partial_free");
  EXPECT_THAT(failure.field, HasSubstr("slabs[0].number is 1 in the reference"));
  EXPECT_EQ(failure.expected[1], "  1 inuse=1 free=END colouroff=0 mgmt=size-32:0[1]");
  EXPECT_EQ(failure.found[1], "  *0 inuse=0 free=0 colouroff=0 mgmt=size-32:0[0]");
  EXPECT_FALSE(failure.picture);
}

TEST(Story, CarriesTheSubjectOut) {
  const auto subject = make_mutable_slab_implementation();
  const WithMutant mistake(mutant);
  const Story story = told(counterexample, {.subject = {.slab = subject.get()}, .drawings = true});
  ASSERT_TRUE(story.sections[0].failure);
  const Failure& failure = *story.sections[0].failure;
  EXPECT_EQ(failure.step, 3u);
  EXPECT_EQ(failure.headline, "The subject is left in another state than the reference.");
  EXPECT_EQ(failure.clause, "slab.order");
  EXPECT_EQ(failure.law, "slabs_ordered_full_partial_free");
  EXPECT_EQ(failure.field, "size-4096: slabs[0].number is 1 in the reference, 0 in the subject");
  ASSERT_TRUE(failure.picture);
  EXPECT_NE(*failure.picture, story.sections[0].steps[3].picture);
  EXPECT_THAT(failure.drawing, Contains(HasSubstr("slab 0")));
}

/// An effect that one side has not, as transcripts write it.
struct Silent final : Subject<SlabFamily> {
  void reset(const Machine& machine) override { inner->reset(machine); }
  Answer apply(const slab::Command& command) override { return {inner->apply(command).result, {}}; }
  void observe(slab::State& seen) const override { inner->observe(seen); }
  std::unique_ptr<SlabSubject> inner = make_slab_implementation();
};

TEST(Story, TellsOfEffectsInTheNotationOfTranscripts) {
  Silent subject;
  const Story story = told(counterexample, {.subject = {.slab = &subject}});
  ASSERT_TRUE(story.sections[0].failure);
  const Failure& failure = *story.sections[0].failure;
  EXPECT_THAT(failure.field,
              HasSubstr("effects[0] is get_pages(size-4096:0, order=0, gfp=0x7) in the reference, absent in"));
  EXPECT_THAT(failure.found, Contains("(no effects)"));
}

TEST(Story, EndsWhereTheSubjectFails) {
  const auto subject = make_mutable_slab_implementation();
  const WithMutant mistake(mutant);
  const Story story =
      told(std::string(counterexample) + "kfree(size-4096:1[0])\n", {.subject = {.slab = subject.get()}});
  EXPECT_THAT(story.sections[0].steps, SizeIs(4));
  EXPECT_EQ(story.sections[0].left_out, 1u);
}

TEST(Story, SaysThatTheSubjectAgrees) {
  const auto subject = make_slab_implementation();
  const Story story = told(counterexample, {.subject = {.slab = subject.get()}});
  EXPECT_FALSE(story.sections[0].failure);
  EXPECT_EQ(story.sections[0].remark, "The subject agrees with the reference to the end.");
}

/// A subject that does not survive a kfree.
struct Frail final : Subject<SlabFamily> {
  void reset(const Machine& machine) override { inner->reset(machine); }
  Answer apply(const slab::Command& command) override {
    if (std::holds_alternative<slab::Kfree>(command)) std::abort();
    return inner->apply(command);
  }
  void observe(slab::State& seen) const override { inner->observe(seen); }
  std::unique_ptr<SlabSubject> inner = make_slab_implementation();
};

TEST(Story, SurvivesASubjectThatDoesNot) {
  Frail subject;
  const Story story = told(counterexample, {.subject = {.slab = &subject}});
  ASSERT_TRUE(story.sections[0].failure);
  const Failure& failure = *story.sections[0].failure;
  EXPECT_EQ(failure.step, 3u);
  EXPECT_EQ(failure.headline, "The subject does not survive this call.");
  EXPECT_THAT(failure.found, ElementsAre(HasSubstr("killed by signal 6")));
  EXPECT_FALSE(failure.picture);
}

TEST(Story, TellsWhereTranscriptAndModelDiffer) {
  const Story story = told(
      "boot family=slab l1=32 ram_pages=16384\nkmalloc(4096, GFP_KERNEL) = size-4096:7[0]\nkmalloc(32, "
      "GFP_KERNEL)\n");
  ASSERT_TRUE(story.sections[0].failure);
  const Failure& failure = *story.sections[0].failure;
  EXPECT_EQ(failure.step, 1u);
  EXPECT_EQ(failure.headline, "The transcript and the model differ.");
  EXPECT_EQ(failure.field, "the slab is 7 in the transcript, 0 in the model");
  EXPECT_EQ(story.sections[0].left_out, 1u);
  EXPECT_FALSE(story.agrees());
}

TEST(Story, TakesTheProfileThatACounterexampleWasMadeWith) {
  const std::string text =
      "# A sentence.\n#   clause   vma.mremap.refuse.zero_length\n#   replay   refmm run a.mmt --profile "
      "corrected --subject impl\n"
      "boot family=vma\nmmap(0x40000000, 8192, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)\n"
      "mremap(0x40000000, 8192, 0, 0)\n";
  EXPECT_EQ(told(text).sections[0].steps[2].result, "-1 EINVAL");
  EXPECT_EQ(told(text, {.profile = replay::Profile::as_built}).sections[0].steps[2].result, "0x40000000");
}

// ---- The head of a counterexample -----------------------------------------------------------------------------------

TEST(StoryHead, ReadsWhatCounterexamplesSayOfThemselves) {
  const Head head = read_head(transcript::parse(transcript::Source("a.mmt", counterexample)));
  EXPECT_TRUE(head.is_of_counterexample());
  EXPECT_THAT(head.sentences,
              ElementsAre("The last call leaves the subject in another state than the reference."));
  EXPECT_EQ(head.field("decided"), "slab.kfree.any_cache slab.free.head_of_chain slab.free.was_full");
  EXPECT_THAT(head.found, SizeIs(3));
  EXPECT_EQ(option_in(head.field("replay"), "--mutant"), mutant);
  EXPECT_EQ(option_in(head.field("replay"), "--profile"), std::nullopt);
}

TEST(StoryHead, IsEmptyOfOtherFiles) {
  const Head head =
      read_head(transcript::parse(transcript::Source("a.mmt", "#   clause   or not\nboot family=vma\n")));
  EXPECT_FALSE(head.is_of_counterexample());
}

// ---- HTML and text --------------------------------------------------------------------------------------------------

TEST(StoryHtml, IsOnePageWithoutMarkupFromTheFile) {
  const std::string page = html("<b>.mmt", std::string("# </script><script>alert(1)</script>\n") + counterexample);
  EXPECT_THAT(page, HasSubstr("<title>&lt;b>.mmt</title>"));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("The slabs of a cache stand in one list"));
  for (const char* part : {"@TITLE@", "@STYLE@", "@STORY@", "@SCRIPT@"}) EXPECT_THAT(page, Not(HasSubstr(part)));
}

TEST(StoryText, PutsTheSidesBesideOrBelowEachOther) {
  const auto subject = make_mutable_slab_implementation();
  const WithMutant mistake(mutant);
  const Story story = told(counterexample, {.subject = {.slab = subject.get()}, .drawings = true});
  const std::string wide = text(story, 200, false), narrow = text(story, 60, false);
  EXPECT_THAT(wide, HasSubstr(" ¦ "));
  EXPECT_THAT(narrow, Not(HasSubstr(" ¦ ")));
  for (const std::string& told : {wide, narrow}) {
    EXPECT_THAT(told, HasSubstr("step 3 of 3, line 15: kfree(size-4096:0[0])"));
    EXPECT_THAT(told, HasSubstr("violated: [slab.order]"));
    EXPECT_THAT(told, HasSubstr("replay: refmm run a.mmt"));
  }
}

}  // namespace
}  // namespace refmm::story
