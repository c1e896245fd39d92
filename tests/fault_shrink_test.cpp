// The shrinking of sessions on machines that run processes: the order of scripts, what keeps its meaning, and one script for one defect.
#include <refmm/spec/fault_flags.hpp>
#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/process_canonical.hpp>
#include <refmm/tests/fault_commands.hpp>
#include <refmm/tests/fault_shrink.hpp>
#include <refmm/tests/fault_shrink_changes.hpp>
#include <refmm/tests/fault_shrink_order.hpp>
#include <refmm/tests/fault_shrink_parts.hpp>
#include <refmm/tests/shrink.hpp>
#include <refmm/tests/vma_shrink_order.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace refmm::process {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

constexpr W page = 4096, stack = 0xbffff000;

Boot<W> plain_boot(std::vector<W> files = {}) { return plain_machine(fault::corrected, std::move(files)); }

Command<W> by(W pid, Call<W> call) { return OfProcess<W>{pid, std::move(call)}; }
Command<W> store(W addr, W byte = 1) { return by(1, Store<W>{addr, byte}); }
Command<W> mapped(W addr, W len) {
  return by(1, vma::Mmap<W>{addr, len, vma::PROT_READ | vma::PROT_WRITE, vma::plain_map_flags, -1, 0});
}
Command<W> opened(const char* name) { return by(1, vma::Open{name, vma::FMODE_READ}); }
Command<W> mapped_file(std::int32_t fd) {
  return by(1, vma::Mmap<W>{0x40000000, page, vma::PROT_READ, vma::MAP_PRIVATE | vma::MAP_FIXED, fd, 0});
}

Script plain_script(const Commands& commands) { return script_of(plain_boot(), commands); }

std::vector<std::string> in_notation(const Script& script) {
  std::vector<std::string> commands;
  for (const Command<W>& command : shrink::commands_of(script)) commands.push_back(notation(command));
  return commands;
}

// ---- The order of scripts -----------------------------------------------------------------------------------------------------

TEST(FaultRank, PutsFewerCommandsThenPlainerOnesThenPlainerArgumentsFirst) {
  const std::vector<Script> ascending{plain_script({}),
                                      plain_script({store(0x40000000)}),
                                      plain_script({store(0x40000000, 2)}),
                                      plain_script({store(0x40001000)}),
                                      plain_script({store(0x40000000, 0)}),
                                      plain_script({store(stack)}),
                                      plain_script({store(0x40000001)}),
                                      plain_script({mapped(0x40000000, page)}),
                                      plain_script({by(1, PutUser<W>{0x40000000, 1})}),
                                      plain_script({by(1, Peek<W>{1, 0x40000000})}),
                                      plain_script({by(2, Peek<W>{1, 0x40000000})}),
                                      plain_script({store(0x40000000), store(0x40000000)})};
  for (std::size_t i = 0; i + 1 < ascending.size(); ++i)
    EXPECT_LT(rank(ascending[i]), rank(ascending[i + 1])) << i;
}

TEST(FaultRank, PutsPlainerMachinesFirst) {
  Script script = plain_script({store(stack)});
  const shrink::Rank plain = rank(script);
  script.boot.ram_pages = 3;
  const shrink::Rank small = rank(script);
  script.boot.ram_pages = 4;
  EXPECT_LT(plain, small);
  EXPECT_LT(small, rank(script));
  script.boot = plain_boot({page});
  const shrink::Rank with_file = rank(script);
  script.boot = plain_boot({page + 1});
  EXPECT_LT(plain, with_file);
  EXPECT_LT(with_file, rank(script));
}

TEST(FaultRank, TellsAllScriptsApart) {
  std::vector<shrink::Rank> ranks;
  Script script = script_of(plain_boot({page}), Commands{by(1, Fork{}), opened("file1"), mapped_file(3),
                                                         by(2, Load<W>{stack}), SwapOut<W>{2, stack}});
  const auto another = [&] { ranks.push_back(rank(script)); };
  another();
  script.items[2].opened_by = 0;
  another();
  script.items[3].by_child_of = 0;
  another();
  script.items[4].of_child_of = 0;
  another();
  script.items[4].command = SwapOut<W>{1, stack};
  another();
  script.boot.page_cluster = 1;
  another();
  script.boot.survive = true;
  another();
  script.boot.files = {page + 1};
  another();
  script.boot.kernel = fault::as_built;
  another();
  std::ranges::sort(ranks);
  EXPECT_EQ(std::ranges::adjacent_find(ranks), ranks.end());
}

// ---- What keeps its meaning ---------------------------------------------------------------------------------------------------

TEST(FaultScript, LetsAProcessFollowItsFork) {
  const Script script = plain_script(
      {by(1, Fork{}), by(1, Fork{}), by(3, Store<W>{stack, 1}), SwapOut<W>{3, stack}, by(1, Peek<W>{3, stack})});
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})),
              ElementsAre(by(1, Fork{}), by(2, Store<W>{stack, 1}), Command<W>(SwapOut<W>{2, stack}),
                          by(1, Peek<W>{2, stack})));
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {1})), ElementsAre(by(1, Fork{})))
      << "what a process does that is not there has no meaning";
  EXPECT_EQ(shrink::commands_of(numbered_from_one(script)), shrink::commands_of(script));
}

TEST(FaultScript, LetsADescriptorFollowItsOpen) {
  const Script script =
      script_of(plain_boot({page, page}), Commands{opened("file1"), opened("file2"), mapped_file(4)});
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})), ElementsAre(opened("file2"), mapped_file(3)));
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {1})), ElementsAre(opened("file1")));
}

TEST(FaultScript, LeavesOutFilesThatThereAreNot) {
  Script script = script_of(plain_boot({page}), Commands{opened("file1"), by(1, Truncate<W>{1, 0}), store(stack)});
  script.boot.files.clear();
  EXPECT_THAT(shrink::commands_of(script), ElementsAre(store(stack)));
}

TEST(FaultScript, RenamesFilesFromOne) {
  const Script script =
      script_of(plain_boot({100, page, 200}), Commands{opened("file2"), mapped_file(3), by(1, Truncate<W>{2, 0})});
  std::vector<std::vector<std::string>> scripts;
  for (const Script& other : with_other_files(script)) {
    if (other.boot.files == std::vector<W>{page, 200}) scripts.push_back(in_notation(other));
  }
  EXPECT_THAT(scripts,
              Contains(ElementsAre("[pid 1] open(\"file1\", O_RDONLY)",
                                   "[pid 1] mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0)",
                                   "[pid 1] truncate(\"file1\", 0)")));
}

TEST(FaultScript, MovesAddressesTogetherAndLeavesTheStack) {
  const Script script =
      plain_script({mapped(0x50000000, 2 * page), store(0x50001000), store(stack),
                    by(1, Msync<W>{0x50000000, page, fault::MS_SYNC}), SwapOut<W>{1, 0x50001000}});
  std::vector<Commands> moved;
  for (const Script& other : with_closer_addresses(script)) moved.push_back(shrink::commands_of(other));
  EXPECT_THAT(moved,
              Contains(Commands{mapped(0x40000000, 2 * page), store(0x40001000), store(stack),
                                by(1, Msync<W>{0x40000000, page, fault::MS_SYNC}), SwapOut<W>{1, 0x40001000}}));
}

TEST(FaultScript, UsesTheStackWhereAMappingIsNotNeeded) {
  const Script script = plain_script({mapped(0x40000000, page), store(0x40000800), SwapOut<W>{1, 0x40000000}});
  const auto on_stack = with_stack_for_mappings(script);
  ASSERT_EQ(on_stack.size(), 1u);
  EXPECT_THAT(shrink::commands_of(on_stack.front()),
              ElementsAre(store(stack + 0x800), Command<W>(SwapOut<W>{1, stack})));
}

TEST(FaultScript, MapsWhatWasMappedAnywhereWhereItTurnedOutToBe) {
  const Command<W> anywhere =
      by(1, vma::Mmap<W>{0, page, vma::PROT_READ, vma::MAP_PRIVATE | vma::MAP_ANONYMOUS, -1, 0});
  const auto fixed = with_fixed_addresses(plain_script({anywhere, anywhere}));
  const auto at = [](W addr) {
    return by(1, vma::Mmap<W>{addr, page, vma::PROT_READ, vma::plain_map_flags, -1, 0});
  };
  EXPECT_THAT(shrink::commands_of(fixed.front()), ElementsAre(at(0x40000000), at(0x40001000)));
}

TEST(FaultScript, LetsTheFirstProcessDoEverything) {
  const Script script = plain_script({by(1, Fork{}), by(2, Store<W>{stack, 1}), by(1, Peek<W>{2, stack})});
  EXPECT_THAT(shrink::commands_of(with_other_processes(script).front()),
              ElementsAre(by(1, Fork{}), by(1, Store<W>{stack, 1}), by(1, Peek<W>{1, stack})));
}

TEST(FaultScript, SetsAFailureLaterAndSoSooner) {
  Set<W> third{}, first{};
  third.fail_alloc = 3;
  first.fail_alloc = 1;
  const Script script = plain_script({third, store(stack), by(1, Fork{})});
  std::vector<Commands> later;
  for (const Script& other : with_other_knobs(script)) later.push_back(shrink::commands_of(other));
  EXPECT_THAT(later, Contains(Commands{store(stack), first, by(1, Fork{})}));
}

// ---- One defect, one script ---------------------------------------------------------------------------------------------------

struct KnownDefect {
  const char* name;
  bool fault::Corrections::*correction;
  std::vector<std::string> commands;
  std::vector<W> files{};
};

void PrintTo(const KnownDefect& defect, std::ostream* stream) { *stream << defect.name; }

State<W> canonical(const State<W>& state) { return canonical(state, i386_2_4_0); }

/// Fails where the corrected kernel and one with a defect differ.
shrink::Fails<FaultFamily> fails_with(bool fault::Corrections::*correction) {
  return [correction](const Script& script) -> std::optional<Script> {
    Boot<W> defective = script.boot;
    defective.kernel.corrected.*correction = false;
    Script failing{script.boot, {}};
    State<W> good = FaultFamily::boot(script.boot), bad = good;
    Resolver resolver;
    for (const Item& item : script.items) {
      const auto command = resolver.resolve(item, good);
      if (!command) continue;
      failing.items.push_back(item);
      auto expected = FaultFamily::step(script.boot, std::move(good), *command);
      auto found = FaultFamily::step(defective, std::move(bad), *command);
      good = std::move(expected.state);
      bad = std::move(found.state);
      resolver.note(item, expected.result);
      const bool same = expected.result == found.result && expected.effects == found.effects;
      if (!same || (good != bad && canonical(good) != canonical(bad))) return failing;
    }
    return std::nullopt;
  };
}

/// The commands of a session, as a script.
Script random_script(std::uint64_t seed, std::uint64_t run) {
  Session session = draw_session(seed, run);
  const Boot<W> boot = session.boot;
  Caller caller(std::move(session));
  State<W> state = FaultFamily::boot(boot);
  Commands commands;
  while (const auto command = caller.next(state)) {
    state = FaultFamily::step(boot, std::move(state), *command).state;
    commands.push_back(*command);
  }
  return script_of(boot, commands);
}

class ShrinkingOfFaultDefects : public testing::TestWithParam<KnownDefect> {};

TEST_P(ShrinkingOfFaultDefects, EndsInOneScriptWhereverItBegins) {
  const auto fails = fails_with(GetParam().correction);
  std::uint32_t found = 0;
  for (std::uint64_t run = 0; found < 3; ++run) {
    ASSERT_LT(run, 4000u) << "no session shows the defect";
    const Script script = random_script(11, run);
    if (!fails(script)) continue;
    ++found;
    const auto shrunk = shrink::simplify(script, fails, [](const Script&, std::uint64_t) { return true; });
    EXPECT_TRUE(shrunk.finished);
    EXPECT_LT(shrunk.tries, 150'000u);
    EXPECT_THAT(in_notation(shrunk.script), ElementsAreArray(GetParam().commands)) << "run " << run;
    EXPECT_EQ(shrunk.script.boot, plain_boot(GetParam().files)) << "run " << run;
  }
}

const std::string shared_memory =
    "[pid 1] mmap(0x40000000, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED|MAP_ANONYMOUS, -1, 0)";

INSTANTIATE_TEST_SUITE_P(
    Defects, ShrinkingOfFaultDefects,
    testing::Values(
        KnownDefect{"zero_page", &fault::Corrections::zero_page, {"[pid 1] map_kiobuf(WRITE, 0xbffff000, 4096)"}},
        KnownDefect{
            "swap_write_error",
            &fault::Corrections::swap_write_error,
            {"[pid 1] store(0xbffff000, 1)", "swap_out(1, 0xbffff000)", "set fail_swap_write=1", "reclaim()"}},
        KnownDefect{"debugger_write",
                    &fault::Corrections::debugger_write,
                    {"[pid 1] mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)",
                     "[pid 1] poke(1, 0x40000000, 1)"}},
        KnownDefect{"debugger_end_of_file",
                    &fault::Corrections::debugger_end_of_file,
                    {"[pid 1] fork()",
                     "[pid 1] mmap(0x40000000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED|MAP_ANONYMOUS, -1, 4096)",
                     "[pid 2] peek(1, 0x40000000)"}},
        KnownDefect{"write_only",
                    &fault::Corrections::write_only,
                    {"[pid 1] mmap(0x40000000, 4096, PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)",
                     "[pid 1] load(0x40000000)"}},
        KnownDefect{"msync_swap_cache",
                    &fault::Corrections::msync_swap_cache,
                    {shared_memory, "[pid 1] store(0x40000000, 1)", "[pid 1] msync(0x40000000, 4096, MS_SYNC)"}}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace refmm::process
