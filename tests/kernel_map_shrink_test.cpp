// The shrinking of sessions on kernel mappings: the order of scripts, what keeps its meaning, and one script for one defect.
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_commands.hpp>
#include <refmm/tests/kernel_map_shrink.hpp>
#include <refmm/tests/kernel_map_shrink_changes.hpp>
#include <refmm/tests/kernel_map_shrink_order.hpp>
#include <refmm/tests/shrink.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::kernel_map {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using W = std::uint32_t;
using Commands = std::vector<Command<W>>;
constexpr W page = 4096;

Script plain_script(const Commands& commands) { return script_of(plain_machine, commands); }

Vmalloc<W> vmalloc_of(W pages) { return {VmallocGfp::any, pages * page}; }

std::vector<std::string> in_notation(const Script& script) {
  std::vector<std::string> commands;
  for (const Command<W>& command : shrink::commands_of(script)) commands.push_back(notation(command));
  return commands;
}

// ---- The order of scripts -----------------------------------------------------------------------------------------------------

TEST(KernelMapRank, PutsFewerCommandsThenPlainerOnesThenPlainerArgumentsFirst) {
  const std::vector<Script> ascending{plain_script({}),
                                      plain_script({vmalloc_of(1)}),
                                      plain_script({vmalloc_of(2)}),
                                      plain_script({Vmalloc<W>{VmallocGfp::dma, 2 * page}}),
                                      plain_script({Vmalloc<W>{VmallocGfp::any, 2 * page + 1}}),
                                      plain_script({GetPage{false}}),
                                      plain_script({Kmap<W>{0}}),
                                      plain_script({vmalloc_of(1), vmalloc_of(1)})};
  for (std::size_t i = 0; i + 1 < ascending.size(); ++i)
    EXPECT_LT(rank(ascending[i]), rank(ascending[i + 1])) << i;
}

TEST(KernelMapRank, CountsAnotherMachineAsACommand) {
  Script script = plain_script({vmalloc_of(1)});
  const shrink::Rank plain = rank(script);
  script.boot.config = Config::highmem;
  EXPECT_LT(plain, rank(script));
  EXPECT_LT(rank(plain_script({vmalloc_of(1), vmalloc_of(1)})), rank(script));
  EXPECT_LT(rank(script), rank(plain_script({vmalloc_of(1), vmalloc_of(1), vmalloc_of(1)})));
}

TEST(KernelMapRank, TellsAllScriptsApart) {
  std::vector<shrink::Rank> ranks;
  Script script = plain_script({vmalloc_of(1), vmalloc_of(1), Vfree<W>{0xc4800000}});
  const auto another = [&] { ranks.push_back(rank(script)); };
  another();
  script.items[2].value_of = script.items[1].id;
  another();
  script.items[2].offset = 1;
  another();
  script.items[2].value_of = 0;
  another();
  script.boot.pge = false;
  another();
  script.boot.kernel.sharing = Sharing::preallocated;
  another();
  script.boot.kernel.corrected = nothing_corrected;
  another();
  std::ranges::sort(ranks);
  EXPECT_EQ(std::ranges::adjacent_find(ranks), ranks.end());
}

// ---- What keeps its meaning ---------------------------------------------------------------------------------------------------

TEST(KernelMapScript, LetsAnAddressFollowItsArea) {
  const Script script =
      plain_script({vmalloc_of(1), vmalloc_of(1), Touch<W>{0, 0xc4803001, false}, Vfree<W>{0xc4802000}});
  EXPECT_EQ(shrink::commands_of(script).back(), Command<W>(Vfree<W>{0xc4802000}));
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})),
              ElementsAre(vmalloc_of(1), Touch<W>{0, 0xc4801001, false}, Vfree<W>{0xc4800000}));
  // Without its area it has no meaning.
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {1})), ElementsAre(vmalloc_of(1)));
}

TEST(KernelMapScript, LetsADirectoryFollowItsPgdAlloc) {
  const Script script =
      plain_script({PgdAlloc{}, PgdAlloc{}, Touch<W>{2, 0xc0000000, false}, PgdFree{2}, PgdFree{2}});
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})),
              ElementsAre(PgdAlloc{}, Touch<W>{1, 0xc0000000, false}, PgdFree{1}))
      << "what is done to a directory that is gone is left out";
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {1})), ElementsAre(PgdAlloc{}));
}

TEST(KernelMapScript, LetsAFrameFollowItsGetPage) {
  const Script script = plain_script({GetPage{false}, GetPage{false}, Reserve<W>{1025, 1025},
                                      Ioremap<W>{1025 * page + 7, 100, false}, PutPage<W>{1024}});
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})),
              ElementsAre(GetPage{false}, Reserve<W>{1024, 1024}, Ioremap<W>{1024 * page + 7, 100, false}));
}

TEST(KernelMapScript, LetsAnAccessFollowThePageThatTheProgramMapped) {
  const Script script = plain_script({PgdAlloc{}, PgdAlloc{}, MapUser<W>{2, 1024 * page + 5, false},
                                      Touch<W>{2, 1024 * page + 7, true}, Touch<W>{2, 0xc0000000, true}});
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})),
              ElementsAre(PgdAlloc{}, MapUser<W>{1, 1024 * page + 5, false}, Touch<W>{1, 1024 * page + 7, true},
                          Touch<W>{1, 0xc0000000, true}));
  EXPECT_THAT(shrink::commands_of(shrink::with(script, 2, {MapUser<W>{2, 0, true}, 3, 2})),
              ElementsAre(PgdAlloc{}, PgdAlloc{}, MapUser<W>{2, 0, true}, Touch<W>{2, 7, true},
                          Touch<W>{2, 0xc0000000, true}));
  // Without the page it has no meaning; one of the kernel's half stays there.
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {2})),
              ElementsAre(PgdAlloc{}, PgdAlloc{}, Touch<W>{2, 0xc0000000, true}));
}

TEST(KernelMapScript, LeavesOutPagesThatNobodyInItWasGiven) {
  EXPECT_THAT(in_notation(plain_script({vmalloc_of(1), PutPage<W>{1025}})), ElementsAre("vmalloc(0x1000)"));
  EXPECT_THAT(in_notation(plain_script({GetPage{false}, PutPage<W>{1024}})),
              ElementsAre("get_page()", "put_page(pfn 1024)"));
}

TEST(KernelMapScript, LeavesOutWhatCallersMustNotDo) {
  // A directory goes with what a program has mapped; a frame that ioremap has mapped is given back.
  const Script script =
      plain_script({PgdAlloc{}, MapUser<W>{1, 0, true}, ClearPageTables<W>{1, 0, 768}, PgdFree{1}});
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {2})), ElementsAre(PgdAlloc{}, MapUser<W>{1, 0, true}));
  const Script mapped = plain_script({GetPage{false}, Reserve<W>{1024, 1024}, Ioremap<W>{1024 * page, page, false},
                                      Iounmap<W>{0xc4800000}, Unreserve<W>{1024, 1024}, PutPage<W>{1024}});
  EXPECT_EQ(shrink::commands_of(mapped).size(), 6u);
  EXPECT_EQ(shrink::commands_of(shrink::without(mapped, {3})).size(), 4u);
}

// ---- Plainer arguments --------------------------------------------------------------------------------------------------------

TEST(KernelMapArguments, ArePlainerInWhatIsOfferedInTheirPlace) {
  const Script before = plain_script({Vmalloc<W>{VmallocGfp::dma, 0xcb1}});
  std::vector<W> sizes, levels;
  for (const Script& after : with_plainer_argument_at(before, 0)) {
    const auto& call = std::get<Vmalloc<W>>(after.items[0].command);
    if (call.size != 0xcb1) sizes.push_back(call.size);
    if (call.gfp == VmallocGfp::any) levels.push_back(call.size);
    EXPECT_LT(rank(after), rank(before));
  }
  EXPECT_THAT(sizes, testing::IsSupersetOf({page, 1u, page - 1}));
  EXPECT_THAT(levels, ElementsAre(0xcb1u));
}

/// Wherever a size begins that is not of whole pages, it ends at one byte.
TEST(KernelMapArguments, EndAtThePlainestThatFails) {
  const shrink::Fails<KernelMapFamily> fails = [](const Script& script) -> std::optional<Script> {
    for (const Command<W>& command : shrink::commands_of(script)) {
      const auto* vmalloc = std::get_if<Vmalloc<W>>(&command);
      if (vmalloc && vmalloc->size % page != 0) return script;
    }
    return std::nullopt;
  };
  for (const W size : {0xfffu, 0xcb1u, 0x1a3au, 0x801001u}) {
    const Script before = plain_script({Vmalloc<W>{VmallocGfp::any, size}});
    const auto shrunk = shrink::simplify(before, fails, [](const Script&, std::uint64_t) { return true; });
    EXPECT_THAT(in_notation(shrunk.script), ElementsAre("vmalloc(0x1)")) << size;
  }
}

/// A frame that is high is RAM in use, whether or not a call was given it first.
TEST(KernelMapArguments, NameAPlaceThatNoOtherCommandHasToMake) {
  Script before = plain_script({});
  before.boot.config = Config::highmem;
  before.boot.highmem_pages = 1;
  before = script_of(before.boot, Commands{GetPage{true}, Ioremap<W>{16384 * page, page, false}});
  ASSERT_EQ(before.items[1].value_of, 1u);
  const shrink::Fails<KernelMapFamily> fails = [](const Script& script) -> std::optional<Script> {
    for (const Command<W>& command : shrink::commands_of(script)) {
      const auto* ioremap = std::get_if<Ioremap<W>>(&command);
      if (ioremap && ioremap->phys / page - 16384 < script.boot.highmem_pages) return script;
    }
    return std::nullopt;
  };
  const auto shrunk = shrink::simplify(before, fails, [](const Script&, std::uint64_t) { return true; });
  EXPECT_THAT(in_notation(shrunk.script), ElementsAre("ioremap(0x04000000, 0x1000)"));
}

/// Two calls of which pages fail, and another way that no change leads away from.
TEST(KernelMapPlainScripts, HaveAnyCallLastWherePagesFail) {
  const shrink::Fails<KernelMapFamily> fails = [](const Script& script) -> std::optional<Script> {
    const std::vector<std::string> commands = in_notation(script);
    const std::vector<std::string> plain{"set fail_pages=2", "ioremap(0xe0000000, 0x3ff000)", "vmalloc(0x1000)"};
    const bool sets = !commands.empty() && commands.front().starts_with("set ");
    const bool fails_so = sets && std::ranges::count(commands, "get_page()") == 4;
    return fails_so || (commands == plain && script.boot == plain_machine) ? std::optional(script) : std::nullopt;
  };
  SetKnobs set{};
  set.fail_pages = 7;
  const Script before = plain_script({set, GetPage{false}, GetPage{false}, GetPage{false}, GetPage{false}});
  ASSERT_TRUE(fails(before)) << testing::PrintToString(in_notation(before));
  const auto shrunk = shrink::simplify(before, fails, [](const Script&, std::uint64_t) { return true; });
  EXPECT_EQ(shrunk.script.items.size(), 3u) << testing::PrintToString(in_notation(shrunk.script));
}

// ---- One defect, one script ---------------------------------------------------------------------------------------------------

struct KnownDefect {
  const char* name;
  bool Corrections::*correction;
  std::vector<std::string> commands;
};

void PrintTo(const KnownDefect& defect, std::ostream* stream) { *stream << defect.name; }

/// Fails where the corrected kernel and one with a defect differ.
shrink::Fails<KernelMapFamily> fails_with(bool Corrections::*correction) {
  return [correction](const Script& script) -> std::optional<Script> {
    Boot<W> defective = script.boot;
    defective.kernel.corrected.*correction = false;
    Script failing{script.boot, {}};
    State<W> good = KernelMapFamily::boot(script.boot), bad = good;
    Resolver resolver;
    for (const Item& item : script.items) {
      const auto command = resolver.resolve(item, good);
      if (!command) continue;
      failing.items.push_back(item);
      auto expected = KernelMapFamily::step(script.boot, std::move(good), *command);
      auto found = KernelMapFamily::step(defective, std::move(bad), *command);
      good = std::move(expected.state);
      bad = std::move(found.state);
      resolver.note(item, expected.result);
      if (!(expected.result == found.result && expected.effects == found.effects &&
            canonical(good) == canonical(bad)))
        return failing;
      if (KernelMapFamily::ends_everything(expected.result)) break;
    }
    return std::nullopt;
  };
}

/// The commands of a session, as a script.
Script random_script(std::uint64_t seed, std::uint64_t run) {
  Session session = draw_session(seed, run);
  const Boot<W> boot = session.boot;
  Caller caller(std::move(session));
  State<W> state = KernelMapFamily::boot(boot);
  Commands commands;
  while (const auto command = caller.next(state)) {
    auto outcome = KernelMapFamily::step(boot, std::move(state), *command);
    state = std::move(outcome.state);
    caller.answered(*command, outcome.result);
    commands.push_back(*command);
    if (KernelMapFamily::ends_everything(outcome.result)) break;
  }
  return script_of(boot, commands);
}

class ShrinkingOfKernelDefects : public testing::TestWithParam<KnownDefect> {};

TEST_P(ShrinkingOfKernelDefects, EndsInOneScriptWhereverItBegins) {
  const auto fails = fails_with(GetParam().correction);
  std::uint32_t found = 0;
  for (std::uint64_t run = 0; found < 3; ++run) {
    ASSERT_LT(run, 4000u) << "no session shows the defect";
    const Script script = random_script(11, run);
    if (script.items.size() > 400 || !fails(script)) continue;
    ++found;
    const auto shrunk = shrink::simplify(script, fails, [](const Script&, std::uint64_t) { return true; });
    EXPECT_TRUE(shrunk.finished);
    EXPECT_LT(shrunk.tries, 100'000u);
    EXPECT_THAT(in_notation(shrunk.script), ElementsAreArray(GetParam().commands)) << "run " << run;
    EXPECT_EQ(shrunk.script.boot, plain_machine) << "run " << run;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Defects, ShrinkingOfKernelDefects,
    testing::Values(
        // Not flush_before_free: it ends in one of two scripts, vmalloc and vfree of a page, or one vmalloc that finds too few
        // frames and gives back what it has mapped. No move leads from the first to the second, which has fewer commands.
        KnownDefect{"ioremap_last_page", &Corrections::ioremap_last_page, {"ioremap(0xe0000000, 0x1001)"}},
        KnownDefect{"ioremap_one_byte", &Corrections::ioremap_one_byte, {"ioremap(0xe0000000, 0x1)"}},
        KnownDefect{"stand_in_table", &Corrections::stand_in_table, {"set fail_pages=1", "vmalloc(0x1000)"}},
        KnownDefect{"user_fault",
                    &Corrections::user_fault,
                    {"pgd_alloc()", "vmalloc(0x1000)", "touch_user(pgd 1, 0xc4800000)"}}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace refmm::kernel_map
