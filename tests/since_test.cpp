// Later eras: without a change the model is 2.4.0; versions have the changes that came by then; some results that matter.
#include <refmm/model/since_memory.hpp>
#include <refmm/spec/since_eras.hpp>
#include <refmm/spec/since_notation.hpp>
#include <refmm/spec/transcript.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace refmm::since {
namespace {

// ---- Without a change -----------------------------------------------------------------------------------------------

using Word = std::uint32_t;

/// 2.4.0 in the words of eras: no change is in.
constexpr BasicKernel<Word> without_a_change{.base = vma::corrected,
                                             .era = {},
                                             .lowest_address = 4096,
                                             .lowest_hint = 65536,
                                             .stack_guard_gap = 1 << 20,
                                             .huge_page = 0};

/// A command as one of eras; nothing of those that only recordings have.
std::optional<Command<Word>> as_of_eras(const vma::Command<Word>& command) {
  return std::visit(
      [](const auto& call) -> std::optional<Command<Word>> {
        if constexpr (std::is_constructible_v<Command<Word>, decltype(call)>) return Command<Word>(call);
        return std::nullopt;
      },
      command);
}

std::string result_of(const Result<Word>& result) {
  return std::visit(
      [](const auto& one) -> std::string {
        using One = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::is_same_v<One, vma::Address<Word>>) return fmt::format("{:#010x}", one.value);
        if constexpr (std::is_same_v<One, vma::Descriptor>) return fmt::format("{}", one.fd);
        if constexpr (std::is_same_v<One, vma::Refused>) return notation(one.refusal);
        if constexpr (std::is_same_v<One, vma::Success>) return "0";
        return "something of a later era";
      },
      result);
}

struct Compared {
  std::size_t calls = 0, of_eras = 0;
};

/// Carries a recording out in both models, the corrected one of 2.4.0 and that of eras without a change.
Compared compare(const std::filesystem::path& path) {
  const transcript::File file = transcript::parse(transcript::load(path));
  vma::State<Word> state;
  Compared compared;
  for (const transcript::Line& line : file.lines) {
    vma::Command<Word> command;
    if (const auto* boot = std::get_if<transcript::Boot>(&line.content)) {
      state = model::boot(vma::read_boot(*file.source, line, *boot).boot);
      continue;
    } else if (const auto* set = std::get_if<transcript::Set>(&line.content)) {
      command = vma::read_set(*file.source, line, *set);
    } else if (const auto* call = std::get_if<transcript::Call>(&line.content)) {
      command = vma::read_call(*file.source, *call);
    } else {
      continue;
    }
    auto expected = model::step<Word>(vma::corrected, state, command);
    ++compared.calls;
    if (const auto later = as_of_eras(command)) {
      auto found = model::step<Word>(without_a_change, {state, 0, {}, false, {}}, *later);
      ++compared.of_eras;
      const std::string where = fmt::format("{}:{}", path.string(), line.at.line);
      EXPECT_EQ(found.state.base, expected.state) << where;
      EXPECT_EQ(found.effects, expected.effects) << where;
      EXPECT_EQ(found.because, expected.because) << where;
      EXPECT_EQ(result_of(found.result), vma::notation(command, expected.result)) << where;
    }
    const auto* refused = std::get_if<vma::Refused>(&expected.result);
    if (refused && vma::ends_everything(refused->refusal)) break;
    state = std::move(expected.state);
  }
  return compared;
}

TEST(Eras, WithoutAChangeAreTheCorrected2_4_0InEveryRecording) {
  Compared all;
  for (const auto& path : recordings("vma")) {
    const Compared one = compare(path);
    all.calls += one.calls;
    all.of_eras += one.of_eras;
    if (testing::Test::HasFailure()) return;
  }
  fmt::print("{} of {} calls are calls of programs\n", all.of_eras, all.calls);
  EXPECT_GT(all.of_eras, 1000u);
}

// ---- Versions -------------------------------------------------------------------------------------------------------

TEST(Eras, Of2_4_0HaveNoChange) { EXPECT_EQ(era_of(linux_2_4_0), Era{}); }

TEST(Eras, Of6_18HaveAll) {
  for_each_field(era_of(linux_6_18), [](const char* name, bool is_in) { EXPECT_TRUE(is_in) << name; });
}

TEST(Eras, HaveOneChangeForEachSwitch) {
  std::set<std::string> clauses;
  std::size_t switches = 0;
  for_each_field(Era{}, [&](const char*, bool) { ++switches; });
  for (const Change& change : changes) {
    EXPECT_TRUE(clauses.insert(std::string(change.clause->name)).second) << change.clause->name;
    Era only{};
    only.*change.is_in = true;
    std::size_t on = 0;
    for_each_field(only, [&](const char*, bool is_in) { on += is_in ? 1 : 0; });
    EXPECT_EQ(on, 1u);
  }
  EXPECT_EQ(clauses.size(), switches);
}

TEST(Eras, BringNothingBeforeItsVersion) {
  constexpr Era before = era_of({4, 16}), after = era_of({4, 17});
  EXPECT_FALSE(before.mmap_noreplace);
  EXPECT_TRUE(after.mmap_noreplace);
  EXPECT_TRUE(before.mmap_length_zero);
}

// ---- Results that matter --------------------------------------------------------------------------------------------

using W = std::uint64_t;

/// A process of today.
struct Program {
  BasicKernel<W> kernel = kernel_of(linux_6_18, 64);
  World<W> world = model::boot<W>({kernel, 64, 0x500000, ~W{0}, ~W{0}, 8 << 20, 8 << 20});
  std::string call(const WorldCommand<W>& command, std::size_t process = 0) {
    auto step = model::step<W>(kernel, std::move(world), process, command);
    world = std::move(step.world);
    return notation(step.result);
  }
  std::string map(W addr, W len, W prot, W flags) {
    return call(Command<W>(vma::Mmap<W>{addr, len, prot, flags, -1, 0}));
  }
  std::size_t areas(std::size_t process = 0) const { return world.processes[process].state.base.mm.areas.size(); }
};

constexpr W anonymous = vma::MAP_PRIVATE | vma::MAP_ANONYMOUS;

TEST(EraOfToday, JoinsWhatIsAlikeOnlyWhereACallHasChangedSomething) {
  Program program;
  program.map(0x10000000, 0x3000, 3, anonymous | vma::MAP_FIXED);
  EXPECT_EQ(program.call(Command<W>(vma::Mlock<W>{0x10001000, 0x1000})), "0");
  EXPECT_EQ(program.areas(), 3u);
  EXPECT_EQ(program.call(Fork{}), "2");
  EXPECT_EQ(program.areas(1), 3u) << "a child's memory is not locked, yet stays in three areas";
  EXPECT_EQ(program.call(Command<W>(vma::Munlock<W>{0x10001000, 0x1000})), "0");
  EXPECT_EQ(program.areas(), 1u);
}

TEST(EraOfToday, GivesAChildItsOwnCopyOfWhatIsPrivate) {
  Program program;
  program.map(0x10000000, 0x1000, 3, anonymous | vma::MAP_FIXED);
  program.map(0x20000000, 0x1000, 3, vma::MAP_SHARED | vma::MAP_ANONYMOUS | vma::MAP_FIXED);
  program.call(Store<W>{0x10000000, 7});
  program.call(Fork{});
  program.call(Store<W>{0x10000000, 8});
  program.call(Store<W>{0x20000000, 9}, 1);
  EXPECT_EQ(program.call(Load<W>{0x10000000}, 1), "7");
  EXPECT_EQ(program.call(Load<W>{0x10000000}), "8");
  EXPECT_EQ(program.call(Load<W>{0x20000000}), "9");
}

TEST(EraOfToday, TakesAChosenAddressThatIsAllowedAndNoOther) {
  Program program;
  program.map(0x10000000, 0x2000, 3, anonymous | vma::MAP_FIXED);
  const auto choose = [&](W address) {
    const Command<W> mmap = vma::Mmap<W>{0, 0x1000, 3, anonymous, -1, 0};
    return notation(
        WorldResult<W>(model::step<W>(program.kernel, program.world.processes[0].state, mmap, address).result));
  };
  EXPECT_EQ(choose(0x7f0000000000), "0x7f0000000000");
  EXPECT_EQ(choose(0x10001000), "an address that may not be chosen") << "something is mapped there";
  EXPECT_EQ(choose(0x10002800), "an address that may not be chosen") << "not a whole number of pages";
  EXPECT_EQ(choose(0x7ffffffff000), "an address that may not be chosen") << "not in the task";
}

TEST(EraOfToday, BehindTheEndOfAFileIsABusError) {
  Program program;
  EXPECT_EQ(program.call(Command<W>(vma::Open{"A", vma::FMODE_READ | vma::FMODE_WRITE})), "3");
  EXPECT_EQ(program.call(Command<W>(vma::Mmap<W>{0x10000000, 0x6000, 3, vma::MAP_SHARED | vma::MAP_FIXED, 3, 0})),
            "0x10000000");
  EXPECT_EQ(program.call(Load<W>{0x10000000}), fmt::format("{}", initial_byte(0)));
  EXPECT_EQ(program.call(Load<W>{0x10003fff}), "0") << "behind the end, in the last page";
  EXPECT_EQ(program.call(Load<W>{0x10004000}), "SIGBUS");
}

}  // namespace
}  // namespace refmm::since
