// What replaying makes of transcripts of the user's heap: answers, ends of programs, checks, and the implementation beside the model.

#include <refmm/tests/malloc_subject.hpp>
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

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* process = "boot family=malloc\n";
constexpr const char* process_with_effects = "boot family=malloc effects=all\n";

Report run_text(const std::string& text, const Options& options = {}) {
  return run(transcript::parse({"text.mmt", text}), options);
}

Replayed replayed(const std::string& text, const Options& options = {}) {
  Report report = run_text(text, options);
  EXPECT_EQ(report.transcripts.size(), 1u);
  return std::move(report.transcripts.at(0));
}

/// What a script becomes when its questions are answered; it agrees with itself then.
std::string filled(const std::string& script) {
  const std::string text = print(run_text(script).file);
  EXPECT_TRUE(replayed(text).agrees()) << text;
  EXPECT_EQ(print(run_text(text).file), text);
  return text;
}

/// The model as the implementation, with something changed in what it answers or in what it is seen to be.
class Changed final : public ModelSubject<MallocFamily> {
 public:
  std::function<void(const MallocFamily::Command&, Answer&)> answer{};
  std::function<void(MallocFamily::State&)> seen{};

  Answer apply(const MallocFamily::Command& command) override {
    Answer given = ModelSubject::apply(command);
    if (answer) answer(command, given);
    return given;
  }
  using ModelSubject::observe;
  void observe(MallocFamily::State& state) const override {
    ModelSubject::observe(state);
    if (seen) seen(state);
  }
};

// ---- Questions ------------------------------------------------------------------------------------------------

TEST(MallocScript, is_answered) {
  EXPECT_EQ(
      filled(std::string(process_with_effects) +
             "malloc(100)\nmalloc(200000)\nrealloc(0x40000008, 300000)\nfree(0x40000008)\ncalloc(10, 2)\n"
             "memalign(64, 10)\nmalloc_usable_size(0x0804b008)\nmalloc_trim(0)\nsbrk(4096)\n"
             "store_byte(0x0804b008, 65)\nload_byte(0x0804b008)\nload_word(0x0804b008)\nset rlimit_data=4096\n"
             "malloc(20000)\nheap:\nbins:\nblocks:\nwords 0x0804b000 4:\nmaps:\n"),
      std::string(process_with_effects) +
          "malloc(100) = 0x0804b008\n| brk(0x0804c000) = 0x0804c000\n"
          "malloc(200000) = 0x40000008\n| mmap(200704) = 0x40000000\n"
          "realloc(0x40000008, 300000) = 0x40000008\n| mremap(0x40000000, 200704, 303104) = 0x40000000\n"
          "free(0x40000008)\n| munmap(0x40000000, 303104)\n"
          "calloc(10, 2) = 0x0804b070\n"
          "memalign(64, 10) = 0x0804b0c0\n"
          "malloc_usable_size(0x0804b008) = 100\n"
          "malloc_trim(0) = 0\n"
          "sbrk(4096) = 0x0804c000\n| brk(0x0804d000) = 0x0804d000\n"
          "store_byte(0x0804b008, 65)\n"
          "load_byte(0x0804b008) = 65\n"
          "load_word(0x0804b008) = 0x00000041\n"
          "set rlimit_data=4096\n"
          "malloc(20000) = 0x40000008\n| brk(0x08052000) = -1 ENOMEM\n| mmap(20480) = 0x40000000\n"
          "heap:\n  region 0804b000-0804c000\n  0804b000 104 used\n  0804b068 24 used\n  0804b080 56 free\n"
          "  0804b0b8 16 used\n  0804b0c8 3896 top\n"
          "bins:\n  7 56: 0804b080\n"
          "blocks:\n  0804b008 100 usable=100\n  0804b070 20 usable=20\n  0804b0c0 10 usable=12\n"
          "  40000008 20000 usable=20472 mapped\n"
          "words 0x0804b000 4:\n  0804b000: 00000000 00000069 00000041 00000000\n"
          "maps:\n  0804a000-0804d000 rwxp 00000000 - may=rwx 0\n"
          "  40000000-40005000 rw-p 00000000 - may=rwx 0\n");
}

TEST(MallocScript, is_answered_down_to_the_end_of_the_program) {
  const std::string text = std::string(process_with_effects) + "malloc(100)\nsbrk(-4096)\nmalloc(5000)\n";
  EXPECT_THAT(filled(text), testing::EndsWith("\nmalloc(5000) = SIGSEGV\n"));
  EXPECT_THROW(run_text(text + "heap:\n"), InputError);
  EXPECT_THAT(filled("boot family=malloc checks=all\nmalloc(1)\nfree(0x0804b008)\nfree(0x0804b008)\n"),
              testing::EndsWith("free(0x0804b008) = SIGABRT double_free\n"));
  // A list that leads back into itself.
  EXPECT_THAT(
      filled(std::string(process) +
             "malloc(600)\nmalloc(1)\nfree(0x0804b008)\nstore_word(0x0804b008, 0x0804b000)\nmalloc(1000)\n"),
      testing::EndsWith("malloc(1000) = HANG\n"));
}

/// Of a call that ends the program, what it did before is told, too.
TEST(MallocScript, has_the_effects_of_a_call_that_ends_the_program) {
  const std::string text = filled(std::string(process_with_effects) +
                                  "malloc(100)\nsbrk(4096)\nstore_word(0x0804b06c, 0x7fffff99)\nmalloc(5000)\n");
  EXPECT_THAT(text, HasSubstr("malloc(5000) = "));
}

/// Memory that is filled or copied because a damaged tag says that it is a block's has to be there.
TEST(MallocScript, ends_where_a_forged_size_reaches_beyond_memory) {
  EXPECT_THAT(filled("boot family=malloc perturb=1\nmalloc(100)\nstore_word(0x0804b004, 0x7fffff99)\n"
                     "free(0x0804b008)\n"),
              testing::EndsWith("free(0x0804b008) = SIGSEGV\n"));
  EXPECT_THAT(filled("boot family=malloc\nmalloc(100)\nstore_word(0x0804b004, 0x7fffff9b)\n"
                     "realloc(0x0804b008, 0x3f000000)\n"),
              testing::EndsWith("realloc(0x0804b008, 0x3f000000) = SIGSEGV\n"));
}

// ---- Differences ----------------------------------------------------------------------------------------------

TEST(MallocTest, shows_what_differs) {
  const auto difference = [](const std::string& line) {
    const auto found = replayed("boot family=malloc checks=all\nmalloc(1) = 0x0804b008\n" + line).disagreements;
    EXPECT_THAT(found, SizeIs(1)) << line;
    return found.empty() ? Difference{} : found[0].field;
  };
  EXPECT_EQ(difference("malloc(1) = NULL\n"), (Difference{"the result", "NULL", "0x0804b018"}));
  EXPECT_EQ(difference("free(0x0804b00c) = SIGABRT double_free\n"),
            (Difference{"the check", "double_free", "invalid_pointer"}));
  EXPECT_EQ(difference("free(0x0804b00c)\n"), (Difference{"the result", "nothing", "SIGABRT invalid_pointer"}));
  EXPECT_EQ(difference("malloc(5000) = 0x0804b018\n| brk(0x0804e000) = 0x0804e000\n").path, "effects[0].brk");
  EXPECT_EQ(difference("heap: (empty)\n").path, "line 1");
}

// ---- The implementation ---------------------------------------------------------------------------------------

constexpr const char* leaves_something =
    "malloc(600) = 0x0804b008\nmalloc(1) = 0x0804b268\nmemset(0x0804b008, 65, 600)\nfree(0x0804b008)\n"
    "malloc(100) = 0x0804b008\nwords 0x0804b068 8:\nheap:\nbins:\nblocks:\nmaps:\n";

/// What stands in free memory is no promise: an implementation is not blamed for it, but for what it says otherwise.
TEST(MallocImplementation, is_compared_in_what_is_promised) {
  const auto implementation = make_malloc_implementation();
  const Options options{.implementation = {.malloc = implementation.get()}};
  EXPECT_TRUE(replayed(std::string(process) + leaves_something, options).agrees());
  Changed tag;
  tag.seen = [](MallocFamily::State& state) {
    state.words = updated(std::move(state.words), 0x0804b06cu, 0x1f0u | 1u);
  };
  const auto found = replayed(std::string(process) + leaves_something, {.implementation = {.malloc = &tag}});
  ASSERT_THAT(found.disagreements, SizeIs(1));
  EXPECT_EQ(found.disagreements[0].at.line, 7u);
}

TEST(MallocImplementation, is_left_where_the_corrected_heap_ends) {
  const auto implementation = make_malloc_implementation();
  const auto parted = replayed(std::string(process) +
                                   "malloc(1) = 0x0804b008\nmalloc(1) = 0x0804b018\nfree(0x0804b008)\n"
                                   "free(0x0804b008)\nmalloc(1) = 0x0804b008\n",
                               {.implementation = {.malloc = implementation.get()}});
  EXPECT_TRUE(parted.agrees());
  ASSERT_TRUE(parted.parting);
  EXPECT_EQ(parted.parting->at.line, 5u);
  EXPECT_THAT(parted.parting->defects, ElementsAre(ClauseRef("defect.malloc.double_free")));
  EXPECT_EQ(parted.parting->left_out, 1u);
}

/// A product that wraps ends nothing: the implementation refuses it as the corrected model does.
TEST(MallocImplementation, is_compared_with_the_corrected_model_behind_a_product_that_wraps) {
  const std::string text = std::string(process) + "calloc(0x10000, 0x10001) = 0x0804b008\nmalloc(1)\n";
  const auto implementation = make_malloc_implementation();
  const auto parted = replayed(text, {.implementation = {.malloc = implementation.get()}});
  EXPECT_TRUE(parted.agrees());
  ASSERT_TRUE(parted.parting);
  EXPECT_EQ(parted.parting->calls, 2u);
  Changed believes;
  believes.answer = [](const MallocFamily::Command& command, auto& answer) {
    if (std::holds_alternative<malloc::Calloc<std::uint32_t>>(command))
      answer.result = malloc::Address<std::uint32_t>{0x0804b008};
  };
  const auto found = replayed(text, {.implementation = {.malloc = &believes}});
  ASSERT_THAT(found.disagreements, SizeIs(1));
  EXPECT_EQ(found.disagreements[0].reference, "corrected model");
}

}  // namespace
}  // namespace refmm::replay
