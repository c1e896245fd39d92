// Entry points for fuzzers: what laws read from bytes, what is said of a law that is broken, and that fuzzers which begin with recordings find
// mistakes.
#include <refmm/spec/example_world.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/tests/command_fixture.hpp>
#include <refmm/tests/fuzz_laws.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Verdict = Fuzzing::Verdict;
using Bytes = std::vector<std::uint8_t>;

struct NoSubject {};

template <Word W>
struct Extent {
  REFMM_RECORD(Extent, (W, start), (W, bytes));
};

Bytes words(std::initializer_list<std::uint32_t> words) {
  Bytes bytes;
  for (const std::uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  return bytes;
}

// ---- The world ----------------------------------------------------------------------------------------------------------

TEST(FuzzedWorld, ReadsWordsAsTheyStand) {
  const Bytes bytes = words({0xdeadbeef, 7, 100, 32, 33, 1, 2});
  FuzzedWorld world(bytes);
  EXPECT_EQ(world.word("any"), 0xdeadbeef);
  EXPECT_EQ(world.word("in the range", 3, 9), 7u);
  EXPECT_EQ(world.word("not in the range", 3, 9), 3 + 100 % 7);
  EXPECT_EQ(world.choose("an alternative", {16, 32, 64}), 32u);
  EXPECT_EQ(world.choose("a position", {16, 32, 64}), 16u);
  EXPECT_TRUE(world.truth("odd"));
  EXPECT_FALSE(world.truth("even"));
  EXPECT_EQ(world.word("behind the end"), 0u);
  EXPECT_EQ(world.inputs().size(), 8u);
}

TEST(FuzzedWorld, TakesWhatIsLeftOfAWord) {
  const Bytes bytes{0x34, 0x12};
  EXPECT_EQ(FuzzedWorld(bytes).word("half"), 0x1234u);
}

TEST(FuzzedWorld, ReadsListsElementByElement) {
  const Bytes bytes = words({2, 20, 4, 10, 8, 3, 5, 5, 14});
  FuzzedWorld world(bytes);
  const auto start_of = [](auto one) { return one.start; };
  const auto extents = world.sequence<Extent>("extents", SortedBy<decltype(start_of)>{start_of});
  ASSERT_EQ(extents.size(), 2u);
  EXPECT_EQ(extents[0].start, 10u);
  EXPECT_EQ(extents[1].bytes, 4u);
  EXPECT_EQ(world.words("distinct", DistinctBelow<std::uint32_t>{9}), (std::vector<std::uint32_t>{5}));
  EXPECT_EQ(to_example(world.inputs()),
            R"({{"extents.start", {10, 20}}, {"extents.bytes", {8, 4}}, {"distinct", {5}}})");
}

TEST(FuzzedWorld, ReadsNoListThatIsTooLong) {
  const Bytes bytes(4096, 0xff);
  FuzzedWorld world(bytes);
  EXPECT_LE(world.words("words", DistinctBelow<std::uint32_t>{0xffffffff}).size(), FuzzedWorld::longest);
}

/// Everything that a law can ask for.
constexpr auto all_inputs = [](auto& world) {
  std::vector<std::uint32_t> all{world.word("any"), world.word("small", 3, 9), world.truth("truth") ? 1u : 0u,
                                 world.choose("line", {16, 32, 64})};
  const auto extent = world.template record<Extent>("extent");
  all.insert(all.end(), {extent.start, extent.bytes});
  const auto start_of = [](auto one) { return one.start; };
  for (const auto& one : world.template sequence<Extent>("extents", SortedBy<decltype(start_of)>{start_of}))
    all.insert(all.end(), {one.start, one.bytes});
  const auto distinct = world.words("distinct", DistinctBelow<std::uint32_t>{9});
  all.insert(all.end(), distinct.begin(), distinct.end());
  all.push_back(world.first("seven", distinct, [](std::uint32_t word) { return word == 7; }));
  for (const auto& [key, value] : world.map("map").written) all.insert(all.end(), {key, value});
  for (const auto& [key, map] : world.maps("maps").written) {
    for (const auto& [inner, value] : map.written) all.insert(all.end(), {key, inner, value});
  }
  all.push_back(world.position("position", distinct));
  return all;
};

TEST(FuzzedWorld, SuppliesWhatItsInputsSay) {
  std::mt19937 random(1);
  int compared = 0;
  for (int run = 0; run < 2000; ++run) {
    Bytes bytes(random() % 400);
    // Small words as well: they are the lengths of lists.
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(i % 4 == 0 || random() % 4 == 0 ? random() : 0);
    FuzzedWorld world(bytes);
    try {
      const auto supplied = all_inputs(world);
      const std::vector<Given> givens = as_givens(world.inputs());
      ExampleWorld example(givens);
      EXPECT_EQ(supplied, all_inputs(example)) << to_example(world.inputs());
      ++compared;
    } catch (const FuzzedWorld::Discarded&) {
      // An empty list has no position.
    }
  }
  EXPECT_GE(compared, 500);
}

// ---- Laws ---------------------------------------------------------------------------------------------------------------

inline constexpr Law sums_do_not_wrap{"slab.order", "sums_do_not_wrap", [](auto& world, auto) {
                                        const auto a = world.word("a"), b = world.word("b", 0, 100);
                                        world.assume(b != 3);
                                        if (b == 50) throw std::runtime_error("fifty");
                                        return a <= a + b;
                                      }};

FuzzedLaw fuzzed() {
  return {sums_do_not_wrap.name, sums_do_not_wrap.clause,
          [](FuzzedWorld& world) { return sums_do_not_wrap.claim(world, NoSubject{}); }};
}

TEST(FuzzedLaw, IsKeptBrokenOrDiscarded) {
  EXPECT_EQ(fuzz(fuzzed(), {}).verdict, Verdict::held);
  EXPECT_EQ(fuzz(fuzzed(), words({7, 3})).verdict, Verdict::discarded);
  const Fuzzing broken = fuzz(fuzzed(), words({0xffffffff, 1}));
  EXPECT_EQ(broken.verdict, Verdict::broken);
  EXPECT_EQ(to_text(fuzzed(), broken),
            "sums_do_not_wrap [slab.order] is broken.\n"
            "holds_for(law, subject, {{\"a\", {4294967295}}, {\"b\", {1}}}) is false.");
  EXPECT_FALSE(holds_for(sums_do_not_wrap, NoSubject{}, as_givens(broken.inputs)));
}

TEST(FuzzedLaw, IsBrokenIfItThrows) {
  const Fuzzing thrown = fuzz(fuzzed(), words({0, 50}));
  EXPECT_EQ(thrown.verdict, Verdict::broken);
  EXPECT_THAT(to_text(fuzzed(), thrown), HasSubstr("It threw: fifty\n"));
}

TEST(FuzzedLaw, IsATargetByItsName) {
  std::vector<FuzzTarget> targets;
  add_targets(targets, "slab", std::tuple{sums_do_not_wrap}, NoSubject{});
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0].name, "slab-sums_do_not_wrap");
  EXPECT_EQ(targets[0].about, "[slab.order]");
  EXPECT_EQ(targets[0].run({}), "");
  EXPECT_THAT(targets[0].run(words({0xffffffff, 1})), HasSubstr("is broken"));
}

// ---- Programs -----------------------------------------------------------------------------------------------------------

class Fuzz : public Command {
 protected:
  static constexpr int found_by_libfuzzer = 77, aborted = 134;

  /// Of a program, as a word of the shell: with libFuzzer, or without any engine.
  static std::string with_libfuzzer(const std::string& program) {
    return std::string(REFMM_COMMAND_FOLDER) + "/bin/libfuzzer/fuzz_" + program + " ";
  }
  static std::string alone(const std::string& program) {
    return std::string(REFMM_COMMAND_FOLDER) + "/bin/fuzz_" + program + " ";
  }

  std::vector<fs::path> found() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(scratch_)) {
      if (entry.path().filename().string().starts_with("crash-")) files.push_back(entry.path());
    }
    return files;
  }
};

/// What recordings have, as inputs, in $scratch/seeds.
class FuzzWithSeeds : public Fuzz, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const Ran seeds = run("tools/fuzz-seeds $scratch/seeds " + GetParam().substr(0, GetParam().rfind('_')));
    ASSERT_EQ(seeds.exit, 0) << seeds.err;
  }
};

TEST_P(FuzzWithSeeds, FindsNothing) {
  const bool of_laws = GetParam().ends_with("_laws");
  std::string seeds = GetParam();
  seeds.replace(seeds.rfind('_'), 1, "-");
  const Ran ran = run("mkdir $scratch/corpus; cd $scratch; " + with_libfuzzer(GetParam()) +
                      (of_laws ? "-runs=10000 -max_len=512 -use_value_profile=1 -dict=seeds/" + seeds + ".dict"
                               : "-runs=300 -max_len=65536") +
                      " -max_total_time=20 corpus seeds/" + seeds);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("seed corpus: files: "), HasSubstr("INITED cov: "), HasSubstr("Done ")));
}

INSTANTIATE_TEST_SUITE_P(Programs, FuzzWithSeeds, testing::Values(REFMM_FUZZERS),
                         [](const auto& tested) { return tested.param; });

/// Both ways of saying which law it is, and what is found replays without an engine as well.
TEST_F(Fuzz, FindsAMutantOfTheModelByALaw) {
  const std::string law = "malloc-a_chunk_that_is_put_on_a_list_stands_between_two_that_were_neighbours";
  const std::string mutant = " --mutant=malloc.bins.links_one_way ";
  const Ran seeds = run("tools/fuzz-seeds $scratch/seeds malloc");
  ASSERT_EQ(seeds.exit, 0) << seeds.err;
  const Ran ran = run("cd $scratch; ln -s " + with_libfuzzer("malloc_laws") + law + "; ./" + law + mutant +
                      "-max_total_time=60 -max_len=512 -dict=seeds/malloc-laws.dict seeds/malloc-laws");
  EXPECT_EQ(ran.exit, found_by_libfuzzer);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("neighbours [malloc.bins.link] is broken.\n"),
                             HasSubstr("holds_for(law, subject, {{\"next\", {")));
  ASSERT_EQ(found().size(), 1u);
  const std::string input = "--target=" + law + " " + found().front().string();
  EXPECT_EQ(run(with_libfuzzer("malloc_laws") + mutant + input).exit, found_by_libfuzzer);
  EXPECT_EQ(run(with_libfuzzer("malloc_laws") + input).exit, 0) << "without the mutant nothing is wrong";
  const Ran replayed = run(alone("malloc_laws") + mutant + input);
  EXPECT_EQ(replayed.exit, aborted);
  EXPECT_THAT(replayed.err, HasSubstr("neighbours [malloc.bins.link] is broken.\n"));
  const Ran kept = run(alone("malloc_laws") + input);
  EXPECT_EQ(kept.exit, 0);
  EXPECT_EQ(kept.out, "1 inputs, nothing is wrong\n");
}

/// From a machine alone, through commands that the fuzzer makes up; what it keeps is a transcript.
TEST_F(Fuzz, FindsAMutantOfTheImplementationBySessions) {
  put("corpus/boot.mmt", "boot family=slab l1=32 ram_pages=2048\n");
  const std::string mutant = " --mutant=slab.impl.grow.leaks_pages ";
  const Ran ran = run("cd $scratch; " + with_libfuzzer("slab_sessions") + mutant +
                      "-seed=1 -max_total_time=60 -max_len=65536 corpus");
  EXPECT_EQ(ran.exit, found_by_libfuzzer);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("#   clause  "), HasSubstr("#   replay  ")));
  ASSERT_EQ(found().size(), 1u);
  const std::string input = found().front().string();
  EXPECT_THAT(contents(input), StartsWith("boot "));
  EXPECT_EQ(run(with_libfuzzer("slab_sessions") + mutant + input).exit, found_by_libfuzzer);
  EXPECT_EQ(run(with_libfuzzer("slab_sessions") + input).exit, 0);
  EXPECT_EQ(run("refmm run --subject impl " + input).exit, 0) << "without the mutant nothing is wrong";
}

TEST_F(Fuzz, SaysWhatItHas) {
  const Ran list = run(alone("malloc_laws") + "--list");
  EXPECT_EQ(list.exit, 0);
  EXPECT_THAT(list.out,
              StartsWith("malloc-a_block_has_as_many_bytes_as_were_asked_for_or_more  [malloc.size.chunk]\n"));
  EXPECT_EQ(list.out, run(with_libfuzzer("malloc_laws") + "--list").out);
}

TEST_F(Fuzz, SaysWhatItHasNot) {
  const Ran target = run(alone("malloc_laws") + "--target=malloc-luck tests/regressions");
  EXPECT_EQ(target.exit, 2);
  EXPECT_THAT(target.err, HasSubstr("there is no target `malloc-luck`"));
  const Ran mutant = run(alone("malloc_laws") + "--mutant=malloc.bins.links_one_wey tests/regressions");
  EXPECT_EQ(mutant.exit, 2);
  EXPECT_THAT(mutant.err,
              HasSubstr("no mutant `malloc.bins.links_one_wey`; did you mean malloc.bins.links_one_way"));
  EXPECT_THAT(run(alone("malloc_laws") + "--laws").err, HasSubstr("there is no option `--laws`"));
  EXPECT_THAT(run(alone("malloc_laws")).err, StartsWith("usage: fuzz_malloc_laws "));
  const Ran file = run(alone("malloc_laws") + "$scratch/none");
  EXPECT_EQ(file.exit, 2);
  EXPECT_THAT(file.err, HasSubstr("none cannot be read"));
}

TEST_F(Fuzz, IsRunByAScript) {
  const std::string script = "REFMM_FUZZERS=" + std::string(REFMM_COMMAND_FOLDER) +
                             "/bin/libfuzzer tools/fuzz --seconds 1 --folder $scratch/fuzzing ";
  const Ran ran = run(script + "malloc-an_alignment_is_taken_up_to_the_next_power_of_two");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(StartsWith("malloc-an_alignment_is_taken_up_to_the_next_power_of_two: "),
                             HasSubstr(" runs, nothing is wrong\n")));
  EXPECT_THAT(ran.err, IsEmpty());
  EXPECT_EQ(run(script + "malloc-luck").exit, 2);
  EXPECT_EQ(run(script + "luck").exit, 2);
  EXPECT_EQ(run(script + "--seconds").exit, 2);
  EXPECT_EQ(run("tools/fuzz-seeds $scratch/seeds luck").exit, 2);
}

/// The scripts that the guide shows.
TEST_F(Fuzz, IsWrittenForShells) {
  EXPECT_EQ(run("bash -n tools/fuzz").exit, 0);
  EXPECT_EQ(run("bash -n tools/campaigns/oss_fuzz.sh").exit, 0);
}

}  // namespace
}  // namespace refmm
