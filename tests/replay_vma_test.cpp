// What replaying makes of transcripts of memory areas: two kernels, structures for lookups, pictures.

#include <refmm/tests/model_subject.hpp>
#include <refmm/tests/replay.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::replay {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* machine = "boot family=vma task_size=0xc0000000 free_pages=1000\n";
constexpr const char* machine_with_effects = "boot family=vma effects=all task_size=0xc0000000 free_pages=1000\n";

constexpr const char* one_page =
    "mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x40000000\n";

/// A defect: what is not mapped can be shrunk. Here it changes nothing else.
constexpr const char* shrinks_nothing = "mremap(0x60000000, 8192, 4096, 0) = 0x60000000\n";

/// A defect that changes more: the tail is unmapped, whatever lies there.
constexpr const char* loses_page = "mremap(0x3ffff000, 8192, 4096, 0) = 0x3ffff000\n";

Report run_text(const std::string& text, const Options& options = {}) {
  return run(transcript::parse({"text.mmt", text}), options);
}

Replayed replayed(const std::string& text, const Options& options = {}) {
  Report report = run_text(text, options);
  EXPECT_EQ(report.transcripts.size(), 1u);
  return std::move(report.transcripts.at(0));
}

/// The corrected model as the implementation, with something changed in what it answers or in what it is seen to be.
class Changed final : public ModelSubject<VmaFamily> {
 public:
  std::function<void(const VmaFamily::Command&, Answer&)> answer{};
  std::function<void(VmaFamily::State&)> seen{};

  Answer apply(const VmaFamily::Command& command) override {
    Answer given = ModelSubject::apply(command);
    if (answer) answer(command, given);
    return given;
  }
  using ModelSubject::observe;
  void observe(VmaFamily::State& state) const override {
    ModelSubject::observe(state);
    if (seen) seen(state);
  }
};

// ---- Questions ------------------------------------------------------------------------------------------------

TEST(VmaScript, is_answered) {
  const std::string boot = std::string(machine_with_effects) + "set file=a attr=0\n";
  EXPECT_EQ(print(run_text(boot + "open(\"a\", O_RDWR)\nmmap(0, 8192, PROT_READ, MAP_SHARED, 3, 0)\n"
                                  "find_vma_prev(0)\nmunmap(1, 4096)\nmaps:\nmm:\ntree:\nfiles:\n"
                                  "exit_mmap()\nmaps:\n")
                      .file),
            boot +
                "open(\"a\", O_RDWR) = 3\n| i_writecount(\"a\") = 1\n"
                "mmap(0, 8192, PROT_READ, MAP_SHARED, 3, 0) = 0x40000000\n"
                "| vma_alloc()\n| get_file(\"a\")\n| file_mmap(\"a\", 0x40000000, 0x40002000) = 0\n"
                "find_vma_prev(0) = 0x40000000 prev=NULL\n"
                "munmap(1, 4096) = -1 EINVAL\n"
                "maps:\n  40000000-40002000 r--s 00000000 a may=rwx shared\n"
                "mm:\n  total_vm=2 locked_vm=0 map_count=1 brk=0x00000000 def_flags=0 tree=no\n"
                "tree: (empty)\n"
                "files:\n  inode a i_writecount=1 i_mmap=- i_mmap_shared=40000000\n  file 3 a O_RDWR f_count=2\n"
                "exit_mmap()\n| zap_page_range(0x40000000, 8192)\n| fput(\"a\")\n| vma_free()\n"
                "| clear_page_tables(0, 768)\n"
                "maps: (empty)\n");
}

TEST(VmaScript, ends_with_an_assertion_and_without_its_effects) {
  const std::string text = std::string(machine_with_effects) +
                           "mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)\n"
                           "mremap(0x40000000, 0, 0, MREMAP_MAYMOVE|MREMAP_FIXED, 0x50000000)\nexit_mmap()\n";
  EXPECT_THAT(print(run_text(text).file), testing::EndsWith("\nexit_mmap() = BUG\n"));
  EXPECT_THROW(run_text(text + "maps:\n"), InputError);
  EXPECT_TRUE(replayed(text + "", {.profile = Profile::corrected}).agrees());
}

// ---- Differences ----------------------------------------------------------------------------------------------

TEST(VmaTest, shows_what_differs) {
  const auto difference = [](const std::string& line) {
    const auto found = replayed(std::string(machine) + one_page + line).disagreements;
    EXPECT_THAT(found, SizeIs(1)) << line;
    return found.empty() ? Difference{} : found[0].field;
  };
  EXPECT_EQ(difference("munmap(1, 1) = -1 ENOMEM\n"), (Difference{"the error", "ENOMEM", "EINVAL"}));
  EXPECT_EQ(difference("munmap(1, 1) = 0\n"), (Difference{"the result", "0", "-1 EINVAL"}));
  EXPECT_EQ(difference("find_vma_prev(0) = 0x40000000 prev=0x40000000\n"),
            (Difference{"prev", "0x40000000", "NULL"}));
  EXPECT_EQ(difference(
                "munmap(0x40000000, 4096) = 0\n| vma_alloc()\n| zap_page_range(0x40000000, 8192)\n| vma_free()\n"),
            (Difference{"effects[1].size", "8192", "4096"}));
  EXPECT_EQ(difference("mm:\n  total_vm=2 locked_vm=0 map_count=1 brk=0x00000000 def_flags=0 tree=no\n"),
            (Difference{"total_vm in line 1", "2", "1"}));
  EXPECT_EQ(difference("maps: (empty)\n").path, "line 1");
}

// ---- Two kernels ----------------------------------------------------------------------------------------------

TEST(Parting, is_where_a_defect_decides) {
  Changed implementation;
  const Options options{.implementation = {.vma = &implementation}};
  const auto parted = replayed(
      std::string(machine) + one_page + loses_page + "munmap(0x40000000, 4096) = 0\n" + "find_vma(0) = NULL\n",
      options);
  EXPECT_TRUE(parted.agrees());
  ASSERT_TRUE(parted.parting);
  EXPECT_EQ(parted.parting->at, (Position{3, 1}));
  EXPECT_THAT(parted.parting->defects, ElementsAre(ClauseRef("defect.vma.remap_shrinks_checked")));
  // After the unmapping both have nothing, and the last call is compared with the transcript again.
  EXPECT_EQ(parted.parting->calls, 2u);
  EXPECT_FALSE(replayed(std::string(machine) + one_page, options).parting);
}

TEST(Parting, is_looked_for_only_where_both_kernels_take_part) {
  const std::string text = std::string(machine) + one_page + loses_page;
  EXPECT_FALSE(replayed(text).parting);
  const auto corrected = replayed(text, {.profile = Profile::corrected});
  ASSERT_TRUE(corrected.parting);
  EXPECT_EQ(corrected.parting->calls, 0u);
  ASSERT_THAT(corrected.disagreements, SizeIs(1));
  EXPECT_EQ(corrected.disagreements[0].found, std::vector<std::string>{"= -1 EFAULT"});
}

TEST(Parting, lets_the_implementation_be_wrong_no_more_than_before) {
  Changed implementation;
  implementation.answer = [](const VmaFamily::Command& command, auto& answer) {
    if (std::holds_alternative<vma::Mremap<std::uint32_t>>(command)) answer.result = vma::Success{};
  };
  const auto found =
      replayed(std::string(machine) + one_page + shrinks_nothing, {.implementation = {.vma = &implementation}});
  ASSERT_THAT(found.disagreements, SizeIs(1));
  EXPECT_EQ(found.disagreements[0].reference, "corrected model");
  EXPECT_EQ(found.disagreements[0].subject, "implementation");
  EXPECT_EQ(found.disagreements[0].field, (Difference{"the result", "-1 EFAULT", "0"}));
  EXPECT_THAT(found.disagreements[0].because, Contains(ClauseRef("vma.mremap.not_mapped")));
}

TEST(Parting, ends_where_both_are_in_the_same_state) {
  Changed implementation;
  implementation.seen = [](VmaFamily::State& state) { state.mm.areas.clear(); };
  const std::string maps = "maps:\n  40000000-40001000 r--p 00000000 - may=rwx 0\n";
  const auto reference = [&](const char* call) {
    const auto found =
        replayed(std::string(machine) + one_page + call + maps, {.implementation = {.vma = &implementation}});
    EXPECT_THAT(found.disagreements, SizeIs(1));
    return found.disagreements.empty() ? "" : found.disagreements[0].reference;
  };
  EXPECT_EQ(reference(shrinks_nothing), "transcript");
  const std::string lost = std::string(machine) + one_page + loses_page + "maps: (empty)\n";
  const auto found = replayed(lost, {.implementation = {.vma = &implementation}});
  ASSERT_THAT(found.disagreements, SizeIs(1));
  EXPECT_EQ(found.disagreements[0].reference, "corrected model");
}

TEST(Parting, of_effects_and_blocks_is_with_the_corrected_model) {
  Changed implementation;
  implementation.answer = [](const VmaFamily::Command& command, auto& answer) {
    if (std::holds_alternative<vma::Munmap<std::uint32_t>>(command)) answer.effects.pop_back();
  };
  const auto found = replayed(std::string(machine) + one_page + loses_page + "munmap(0x40000000, 4096) = 0\n",
                              {.implementation = {.vma = &implementation}});
  ASSERT_THAT(found.disagreements, SizeIs(1));
  EXPECT_EQ(found.disagreements[0].about, Disagreement::About::effects);
  EXPECT_EQ(found.disagreements[0].at, (Position{4, 1}));
}

TEST(Profile, corrected_is_a_test_of_what_transcripts_say_of_it) {
  Changed implementation;
  const std::string text = std::string(machine) + one_page + "mremap(0x60000000, 8192, 4096, 0) = -1 EFAULT\n";
  EXPECT_FALSE(replayed(text).agrees());
  const auto corrected =
      replayed(text, {.profile = Profile::corrected, .implementation = {.vma = &implementation}});
  EXPECT_TRUE(corrected.agrees());
  ASSERT_TRUE(corrected.parting);
  EXPECT_EQ(corrected.parting->calls, 0u);
}

// ---- Structures for lookups -----------------------------------------------------------------------------------

std::string many_areas() {
  std::string text = machine;
  for (int i = 0; i < 40; ++i) text += "mmap(0, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n";
  return text;
}

TEST(Lookups, are_shown_as_the_model_has_them) {
  Changed implementation;
  implementation.seen = [](VmaFamily::State& state) {
    state.lookup = {};
    for (auto& area : state.mm.areas) area.id += 1000;
  };
  const auto shown = replayed(many_areas() + "tree:\nmm:\nmaps:\n", {.implementation = {.vma = &implementation}});
  EXPECT_TRUE(shown.agrees());
  EXPECT_EQ(shown.lookups_of_model, 2u);
}

TEST(Lookups, do_not_hide_an_area_that_is_wrong) {
  Changed implementation;
  implementation.seen = [](VmaFamily::State& state) { state.mm.areas.back().vm_end += 4096; };
  for (const char* query : {"tree:\n", "maps:\n"}) {
    const auto shown = replayed(many_areas() + query, {.implementation = {.vma = &implementation}});
    EXPECT_THAT(shown.disagreements, SizeIs(1)) << query;
  }
}

// ---- What is told ---------------------------------------------------------------------------------------------

TEST(Pictures, are_drawn_after_maps_and_at_the_end) {
  const std::string text = std::string(machine) + "maps:\n" + one_page + "mm:\n";
  EXPECT_THAT(replayed(text).pictures, IsEmpty());
  const auto pictures = replayed(text, {.picture = true}).pictures;
  ASSERT_THAT(pictures, SizeIs(2));
  EXPECT_EQ(pictures[0].at, (Position{2, 1}));
  EXPECT_EQ(pictures[0].of, "maps:");
  EXPECT_EQ(pictures[1].at, (Position{4, 1}));
  EXPECT_EQ(pictures[1].of, "");
  EXPECT_NE(pictures[0].lines, pictures[1].lines);
  EXPECT_THAT(pictures[1].lines, Contains(HasSubstr("40000000-40001000")));
  EXPECT_THAT(replayed(std::string(machine) + one_page + "maps:\n", {.picture = true}).pictures, SizeIs(1));
}

TEST(VmaReplay, starts_anew_at_each_boot_whatever_the_family) {
  const Report report =
      run_text(std::string(machine) + one_page +
               "boot family=slab l1=32 ram_pages=16384\nkmalloc(10, GFP_KERNEL) = size-32:0[0]\n" + machine +
               "maps: (empty)\n");
  ASSERT_THAT(report.transcripts, SizeIs(3));
  for (const Replayed& each : report.transcripts) EXPECT_TRUE(each.agrees());
}

TEST(VmaReplay, explains_calls_if_it_is_asked_to) {
  const auto explanations =
      replayed(std::string(machine) + one_page + "munmap(0x40000000, 4096)\n", {.explain = true}).explanations;
  ASSERT_THAT(explanations, SizeIs(2));
  EXPECT_THAT(explanations[0].call, StartsWith("mmap(0x40000000"));
  EXPECT_EQ(explanations[1].result, "0");
  EXPECT_THAT(explanations[1].effects, ElementsAre("vma_alloc()", "zap_page_range(0x40000000, 4096)", "vma_free()",
                                                   "vma_free()", "clear_page_tables(256, 1)"));
  EXPECT_THAT(explanations[1].because, Contains(ClauseRef("vma.munmap.exactly")));
}

}  // namespace
}  // namespace refmm::replay
