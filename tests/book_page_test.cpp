// The pieces that the site is made with: pages in MyST, definitions that are cut out of sources, drawings.
#include <refmm/spec/diagnostic.hpp>
#include <refmm/tests/temporary_folder.hpp>
#include <refmm/tools/book_definitions.hpp>
#include <refmm/tools/book_drawing.hpp>
#include <refmm/tools/book_figures.hpp>
#include <refmm/tools/book_page.hpp>
#include <refmm/tools/book_picture.hpp>
#include <refmm/tools/law_list.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm::book {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// ---- Pages ------------------------------------------------------------------------------------------------------------

TEST(BookPages, LinkTheClausesThatAreNamed) {
  EXPECT_EQ(linked("see [slab.order].", {}), "see {ref}`slab.order`.");
  EXPECT_EQ(linked("see [slab.reap.*]", {}), "see {ref}`slab.reap.* <slab.reap.scan>`");
}

TEST(BookPages, LeaveAloneWhatIsNoReference) {
  for (const char* text : {"`[slab.order]`", "``a ` [slab.order]``", "[no.clause]",
                           "[slab.order](https://example.org)", "a[i]", "[open"})
    EXPECT_EQ(linked(text, {}), text);
}

TEST(BookPages, DropComments) { EXPECT_EQ(linked("4<!--pages--> pages", {}), "4 pages"); }

TEST(BookPages, FindTerms) {
  std::vector<std::string> terms;
  const std::string text =
      "**Two kernels.** An **area** is a **page\noffset** in **`vmlist`**, **TLB**; **Examples** `**no**`";
  linked(text, {}, [&](std::string term) { terms.push_back(std::move(term)); });
  EXPECT_THAT(terms, ElementsAre("area", "page offset", "vmlist", "TLB"));
}

TEST(BookPages, HaveTheAnchorsOfGitHub) {
  EXPECT_EQ(slug("CVE-2003-0961: do_brk without a bound"), "cve-2003-0961-do_brk-without-a-bound");
  EXPECT_EQ(label_of("scenarios/fork", "The question"), "scenarios-fork--the-question");
  EXPECT_EQ(label_of_source("mm/slab.c:kmem_cache_grow"), "functions--mm-slab-c");
}

Pages pages_without_figures() {
  return {.evidence = [](const Clause& clause) { return "tied to " + std::string(clause.name) + "\n"; },
          .figures = {}};
}

constexpr auto page = R"(# The slab allocator

An **object** is small; [below](#the-words).

## The words

### slab.order
*must* · mm/slab.c: slab_t

Slabs are in order.

```mmt corrected
boot family=slab
# [slab.order] is not a link here
```

## The end
)";

TEST(BookPages, HaveClausesWithWhatIsTiedToThem) {
  Pages pages = pages_without_figures();
  const std::string text = myst("slab", "slab.md", page, pages);
  EXPECT_THAT(text, HasSubstr("(slab)=\n# The slab allocator\n"));
  EXPECT_THAT(text, HasSubstr("{ref}`below <slab--the-words>`"));
  EXPECT_THAT(
      text,
      HasSubstr("(slab.order)=\n### slab.order\n\n*must* · {ref}`mm/slab.c: slab_t <functions--mm-slab-c>`\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "```{code-block} mmt\n:class: corrected\nboot family=slab\n# [slab.order] is not a link here\n```\n"));
  EXPECT_LT(text.find("Slabs are in order."), text.find("tied to slab.order"));
  EXPECT_LT(text.find("tied to slab.order"), text.find("## The end"));
  ASSERT_EQ(pages.terms.size(), 1u);
  EXPECT_EQ(pages.terms[0].label, "slab");
  EXPECT_THAT(pages.titles, ElementsAre("The slab allocator"));
}

TEST(BookPages, BringTheirImages) {
  Pages pages = pages_without_figures();
  const std::string text = myst("guides/a", "spec/book/guides/a.md",
                                "# A\n\n![how it\ngrows](../../../impl/growth.svg) ![b](b.svg)\n", pages);
  EXPECT_THAT(text, HasSubstr("![how it\ngrows](/images/growth.svg) ![b](/images/b.svg)"));
  EXPECT_EQ(pages.images.at("growth.svg"), "impl/growth.svg");
  EXPECT_EQ(pages.images.at("b.svg"), "spec/book/guides/b.svg");
  EXPECT_THROW(myst("c", "spec/book/c.md", "# C\n\n![b](b.svg)\n", pages), InputError);
}

TEST(BookPages, RefuseWhatLeadsNowhere) {
  Pages pages = pages_without_figures();
  try {
    myst("slab", "slab.md", "# A\n\nSee\n[this](#that).\n", pages);
    FAIL() << "a heading that there is not";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("slab.md:3"));
    EXPECT_THAT(error.what(), HasSubstr("#that"));
  }
  EXPECT_THROW(myst("slab", "slab.md", "# A\n\n<!--figure nothing-->\n", pages), InputError);
}

// ---- Definitions --------------------------------------------------------------------------------------------------------

TEST(BookDefinitions, EndWhereTheirBracketIsClosed) {
  const std::string_view text = "f(a) { return '}' + \"}\" + g([] { return 1'000; }); /* } */ }  // }\nrest";
  EXPECT_EQ(text.substr(0, end_of_definition(text, 0, '{', '}')), text.substr(0, text.find("  //")));
  EXPECT_EQ(end_of_definition(text, 0, '(', ')'), 4u);
  EXPECT_THROW(end_of_definition("f() {", 0, '{', '}'), std::invalid_argument);
}

/// A tree with one law of each form, a theorem, and a second function of the same name in another area.
class SmallTree : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  void SetUp() override {
    put("spec/slab_laws.hpp",
        "// A file.\n\n/// What it says.\ninline constexpr Law one_law{\n    \"slab.order\", \"one_law_of_\"\n    "
        "\"two_words\",\n"
        "    [](auto& world) { return world; }};\n\nint other;\n");
    put("spec/slab_step_laws.hpp",
        "\nconstexpr bool is_kept(const Transition& t) {\n  return t.kept;\n}\n\n"
        "Conjunct<State>{\"slab.order\", \"kept\", holds::is_kept}\n");
    put("spec/vma_step_laws.hpp", "\nconstexpr bool is_kept(const Transition& t) {\n  return false;\n}\n");
    put("proofs/slab.cpp",
        "  return {\n      model(one_law, words, {},\n            {\"slab.mutant\"}),\n      model(other, "
        "words)};\n");
  }
  TemporaryFolder folder_;
};

TEST_F(SmallTree, HasLawsAndTheoremsByTheirNames) {
  const Definitions definitions(folder_.path());
  const Definition law = definitions.of({"slab.order", "one_law_of_two_words", LawForm::every_input});
  EXPECT_EQ(law.file, "spec/slab_laws.hpp");
  EXPECT_EQ(law.line, 4u);
  EXPECT_THAT(law.text, testing::StartsWith("/// What it says.\ninline constexpr Law one_law{\n"));
  EXPECT_THAT(law.text, testing::EndsWith("[](auto& world) { return world; }};\n"));
  const Definition state = definitions.of({"slab.order", "kept", LawForm::every_state});
  EXPECT_EQ(state.text, "constexpr bool is_kept(const Transition& t) {\n  return t.kept;\n}\n");
  const Definition theorem = definitions.of_theorem("one_law_of_two_words");
  EXPECT_EQ(theorem.text, "model(one_law, words, {},\n      {\"slab.mutant\"})\n");
  EXPECT_THROW(definitions.of({"slab.order", "no_law", LawForm::every_input}), std::invalid_argument);
  EXPECT_THROW(definitions.of_theorem("no_law"), std::invalid_argument);
}

TEST(BookDefinitions, OfEveryLawAndTheoremAreFound) {
  const Definitions definitions(".");
  for (const LawEntry& law : all_laws()) {
    const Definition definition = definitions.of(law);
    EXPECT_GE(std::ranges::count(definition.text, '\n'), 1) << law.name;
    EXPECT_LE(std::ranges::count(definition.text, '\n'), 60) << law.name;
    if (law.form == LawForm::every_input) {
      EXPECT_THAT(definitions.of_theorem(law.name).text, HasSubstr("model(")) << law.name;
    }
  }
}

// ---- Drawings -----------------------------------------------------------------------------------------------------------

TEST(BookDrawings, PutTextIn) {
  EXPECT_EQ(xml("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
  EXPECT_EQ(fitting("r-xp app", 200), "r-xp app");
  EXPECT_EQ(fitting("r-xp app", 40), "r-xp");
  EXPECT_EQ(fitting("r-xp app", 10), "");
}

TEST(BookDrawings, AreToScale) {
  Drawing drawing(100);
  draw(drawing, story::Row{"row",
                           "",
                           story::Form::scale,
                           {{"a", "used", "", "first", 0, 30}, {"b", "free", "", "second", 30, 40}}});
  const std::string svg = drawing.svg("title", "description");
  EXPECT_THAT(svg, HasSubstr("width=\"75.0\" height=\"24.0\"><title>first</title>"));
  EXPECT_THAT(svg, HasSubstr("x=\"75.0\""));
  EXPECT_THAT(svg, HasSubstr(".refmm-figure .used, .refmm-figure .full { --h: 215; --s: 60%; }"));
}

TEST(BookFigures, AreOfRecordingsAndCiteClauses) {
  const std::vector<Figure> all = figures(".");
  EXPECT_GE(all.size(), 7u);
  for (const Figure& figure : all) {
    EXPECT_TRUE(fs::exists(figure.recording)) << figure.name;
    EXPECT_THAT(figure.svg, HasSubstr("<title>" + xml(figure.title) + "</title>"));
    EXPECT_THAT(figure.caption, HasSubstr("[")) << figure.name;
    EXPECT_THAT(linked(figure.caption, {}), Not(HasSubstr("[")))
        << figure.name << " names a clause that there is not";
  }
}

}  // namespace
}  // namespace refmm::book
