// Scenarios carried out: what their figures are, and what is no figure.
#include <refmm/tests/input_error.hpp>
#include <refmm/tests/scenario_run.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace refmm::scenario {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto session =
    "#: title T\n"
    "boot family=fault ram_pages=8 swap_pages=0 effects=all\n"
    "#: read ram = ram_pages\n"
    "[pid 1] mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n"
    "#: read address = result\n"
    "#: read length = argument 2\n"
    "[pid 1] store(0x40000000, 1)\n"
    "#: count first = effects page_fault\n"
    "#: from here\n"
    "[pid 1] store(0x40001000, 2)\n"
    "[pid 1] load(0x40001000)\n"
    "#: count calls = calls\n"
    "#: count stores = calls store\n"
    "#: count stores_there = calls store(0x40001000)\n"
    "#: count faults = effects page_fault\n"
    "#: count frames = effects alloc_page\n"
    "#: count tables = effects alloc_page(GFP_KERNEL)\n"
    "#: count fresh = decisions fault.anonymous.fresh\n"
    "mem:\n"
    "#: read free = free\n"
    "rss 1:\n"
    "#: read pages = answer\n"
    "#: figure used = ram - free\n"
    "#: picture end\n"
    "# {ram} {address} {length} {first} {calls} {stores} {stores_there} {faults} {frames} {tables} {fresh} "
    "{pages} {used}\n";

Performed perform_text(const std::string& text) { return perform(read("test", {"test.mmt", text})); }

Diagnostic error_of_text(const std::string& text) {
  SCOPED_TRACE(text);
  return error_of([&] { perform_text(text); });
}

std::string figure(const Performed& performed, const std::string& name) {
  const auto found = performed.figures.find(name);
  return found == performed.figures.end() ? "none" : found->second.text;
}

TEST(ScenarioRun, CountsFromWhereItIsTold) {
  const Performed performed = perform_text(session);
  ASSERT_TRUE(performed.agrees());
  EXPECT_EQ(figure(performed, "first"), "1");
  EXPECT_EQ(figure(performed, "calls"), "2");
  EXPECT_EQ(figure(performed, "stores"), "1");
  EXPECT_EQ(figure(performed, "stores_there"), "1");
  EXPECT_EQ(figure(performed, "faults"), "1");
  EXPECT_EQ(figure(performed, "frames"), "1");
  EXPECT_EQ(figure(performed, "tables"), "0");
  EXPECT_EQ(figure(performed, "fresh"), "1");
}

TEST(ScenarioRun, ReadsTheLineAbove) {
  const Performed performed = perform_text(session);
  EXPECT_EQ(figure(performed, "ram"), "8");
  EXPECT_EQ(figure(performed, "address"), "0x40000000");
  EXPECT_EQ(figure(performed, "length"), "8192");
  EXPECT_EQ(figure(performed, "free"), "4");
  EXPECT_EQ(figure(performed, "pages"), "2");
  EXPECT_EQ(figure(performed, "used"), "4");
}

TEST(ScenarioRun, KeepsExplanationsAndPictures) {
  const Scenario scenario = read("test", {"test.mmt", session});
  const Performed performed = perform(scenario);
  EXPECT_EQ(performed.explanations.at(7).effects.size(), 6u);
  const Pictures pictures = pictures_of(scenario, performed);
  ASSERT_THAT(pictures, SizeIs(1));
  EXPECT_THAT(pictures.at("end").front(), HasSubstr("4 of 8 frames in use"));
}

TEST(ScenarioRun, FillsFiguresIn) {
  const transcript::Source source("test.mmt", "");
  const Figures figures{{"a", figure_of(12000)}, {"b", figure_of("ok")}};
  EXPECT_EQ(with_figures(source, {{1, 3}, "{a} and {b}, {a}"}, figures), "12,000 and ok, 12,000");
  EXPECT_EQ(with_figures(source, {{1, 3}, "none"}, figures), "none");
}

TEST(ScenarioRun, CountsAnewAtEachMachine) {
  const std::string machine = "boot family=fault ram_pages=8 swap_pages=0\n[pid 1] load(0x40000000) = SIGSEGV\n";
  const Performed performed = perform_text("#: title T\n" + machine + machine + "#: count n = calls\n# {n}\n");
  EXPECT_EQ(figure(performed, "n"), "1");
}

TEST(ScenarioRun, StopsWhereTheModelDiffers) {
  const Performed performed = perform_text(
      "#: title T\nboot family=fault ram_pages=8 swap_pages=0\n[pid 1] load(0x40000000) = 7\n"
      "#: count n = calls\n# {n}\n");
  EXPECT_FALSE(performed.agrees());
  EXPECT_THAT(performed.figures, IsEmpty());
}

TEST(ScenarioRun, HasTheFiguresOfAKeptRun) {
  const Scenario scenario = read(
      "test",
      {"test.mmt", "#: title T\n# {n}\nboot family=fault ram_pages=8 swap_pages=0\n#: figure n = speed + 1\n"},
      transcript::Source(
          "test.figures",
          R"({"command": "c", "machine": "m", "figures": {"speed": 4}, "pictures": {"p": ["x"]}})"));
  const Performed performed = perform(scenario);
  EXPECT_EQ(figure(performed, "speed"), "4");
  EXPECT_EQ(figure(performed, "n"), "5");
  EXPECT_THAT(pictures_of(scenario, performed).at("p"), testing::ElementsAre("x"));
}

TEST(ScenarioRun, CountsNothingThatNeverHappens) {
  const std::string begin =
      "#: title T\nboot family=fault ram_pages=8 swap_pages=0\n[pid 1] load(0x40000000) = SIGSEGV\n# {n}\n";
  const Diagnostic effect = error_of_text(begin + "#: count n = effects page_falt\n");
  EXPECT_EQ(effect.message, "this happens nowhere in the scenario, so it cannot be counted");
  EXPECT_EQ(effect.at, (Position{5, 22}));
  EXPECT_EQ(effect.hint, "page_fault");
  EXPECT_EQ(error_of_text(begin + "#: count n = calls lod\n").hint, "load");
  EXPECT_EQ(error_of_text(begin + "#: count n = calls loa\n").hint, "load");
  EXPECT_EQ(error_of_text(begin + "#: count n = calls load(0x4000000)\n").found, "`load(0x4000000)`");
  EXPECT_THAT(error_of_text(begin + "#: count n = decisions fault.wp.copies\n").message, HasSubstr("nowhere"));
}

TEST(ScenarioRun, ReadsNothingThatIsNotThere) {
  const std::string begin = "#: title T\nboot family=fault ram_pages=8 swap_pages=0\n";
  EXPECT_EQ(error_of_text(begin + "mem:\n#: read n = fre\n# {n}\n").message, "line 3 says nothing of it");
  EXPECT_EQ(error_of_text(begin + "mem:\n#: read n = answer\n# {n}\n").message, "line 3 says it more than once");
  EXPECT_EQ(error_of_text(begin + "[pid 1] exit()\n#: read n = result\n# {n}\n").message,
            "line 3 says nothing of it");
  EXPECT_EQ(error_of_text(begin + "#: read n = rampages\n# {n}\n").message, "line 2 says nothing of it");
}

TEST(ScenarioRun, DrawsNothingThatHasNoPicture) {
  const Diagnostic slab = error_of_text(
      "#: title T\nboot family=slab l1=32 ram_pages=16384\nkmem_cache_create(NULL, 8, 0, 0, NULL, NULL) = BUG\n#: "
      "picture "
      "p\n");
  EXPECT_EQ(slab.message, "there is nothing to draw here");
  EXPECT_EQ(slab.at, (Position{4, 12}));
  EXPECT_EQ(
      error_of_text("#: title T\nboot family=kernel ram_pages=16384\nvmalloc(0) = BUG\n#: picture p\n").message,
      "there is nothing to draw here");
}

}  // namespace
}  // namespace refmm::scenario
