// The shrinking of sessions on memory areas: the order of scripts, what keeps its meaning, and one script for one defect.
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_state.hpp>
#include <refmm/tests/shrink.hpp>
#include <refmm/tests/vma_commands.hpp>
#include <refmm/tests/vma_shrink.hpp>
#include <refmm/tests/vma_shrink_changes.hpp>
#include <refmm/tests/vma_shrink_order.hpp>
#include <refmm/tests/vma_shrink_parts.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace refmm::vma {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

Boot<W> plain_boot() {
  Boot<W> boot{};
  boot.kernel = corrected;
  boot.knobs = plain_knobs;
  return boot;
}

Mmap<W> mapped(W addr, W len, W prot = PROT_READ) { return {addr, len, prot, plain_map_flags, -1, 0}; }

Script plain_script(const Commands& commands) { return script_of(plain_boot(), commands); }

// ---- The order of scripts -----------------------------------------------------------------------------------------------------

TEST(VmaRank, PutsFewerCommandsThenPlainerOnesThenPlainerArgumentsFirst) {
  const std::vector<Script> ascending{plain_script({}),
                                      plain_script({Munmap<W>{0x40000000, 4096}}),
                                      plain_script({mapped(0x40000000, 4096)}),
                                      plain_script({mapped(0x40000000, 8192)}),
                                      plain_script({mapped(0x40001000, 8192)}),
                                      plain_script({mapped(0x00000000, 4096)}),
                                      plain_script({mapped(0x7654b000, 4096)}),
                                      plain_script({mapped(0x40000001, 4096)}),
                                      plain_script({Mremap<W>{0x40000000, 4096, 4096, 0, 0}}),
                                      plain_script({mapped(0x40000000, 4096), mapped(0x40000000, 4096)})};
  for (std::size_t i = 0; i + 1 < ascending.size(); ++i)
    EXPECT_LT(rank(ascending[i]), rank(ascending[i + 1])) << i;
}

TEST(VmaRank, PutsPlainerBootsFirstAndCountsAStackAsACommand) {
  Script script = plain_script({mapped(0x40000000, 4096)});
  const shrink::Rank plain = rank(script);
  script.boot.knobs.swap_pages = 2;
  const shrink::Rank with_swap = rank(script);
  script.boot.knobs.swap_pages = 0;
  script.boot.knobs.free_pages = 2;
  const shrink::Rank with_memory = rank(script);
  EXPECT_LT(plain, with_memory);
  EXPECT_LT(with_memory, with_swap);
  script.boot = plain_boot();
  script.boot.stack_start = 0xbffff000;
  script.boot.stack_end = 0xc0000000;
  EXPECT_LT(rank(plain_script({mapped(0x40000000, 4096), mapped(0x40000000, 4096)})), rank(script));
}

TEST(VmaRank, TellsAllScriptsApart) {
  std::vector<shrink::Rank> ranks;
  Script script = plain_script({Open{"a", FMODE_READ}, Close{3}});
  ranks.push_back(rank(script));
  script.items[1].opened_by = 0;
  ranks.push_back(rank(script));
  script.items[0].command = Open{"b", FMODE_READ};
  ranks.push_back(rank(script));
  script.items[0].command = Open{"b", FMODE_READ | FMODE_WRITE};
  ranks.push_back(rank(script));
  script.boot.knobs.fail_move = 1;
  ranks.push_back(rank(script));
  script.boot.kernel = as_built;
  ranks.push_back(rank(script));
  std::ranges::sort(ranks);
  EXPECT_EQ(std::ranges::adjacent_find(ranks), ranks.end());
}

// ---- What keeps its meaning ---------------------------------------------------------------------------------------------------

TEST(VmaScript, LetsADescriptorFollowItsOpen) {
  const Mmap<W> mapping{0x40000000, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, 4, 0};
  const Script script = plain_script({Open{"a", FMODE_READ}, Open{"b", FMODE_READ}, mapping, Close{4}});
  Mmap<W> through_lower = mapping;
  through_lower.fd = 3;
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {0})),
              ElementsAre(Open{"b", FMODE_READ}, through_lower, Close{3}));
  EXPECT_THAT(shrink::commands_of(shrink::without(script, {1})), ElementsAre(Open{"a", FMODE_READ}))
      << "what used the descriptor has no meaning";
  EXPECT_EQ(shrink::commands_of(numbered_from_one(script)), shrink::commands_of(script));
}

TEST(VmaScript, MovesAddressesTogether) {
  const Script script =
      plain_script({mapped(0x50000000, 8192), Munmap<W>{0x50001000, 0x20000000},
                    Mremap<W>{0x50000000, 4096, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x60000000}});
  const Script moved = with_addresses(script, [](W address) { return address - 0x10000000; });
  EXPECT_THAT(shrink::commands_of(moved),
              ElementsAre(mapped(0x40000000, 8192), Munmap<W>{0x40001000, 0x20000000},
                          Mremap<W>{0x40000000, 4096, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50000000}));
  // The gap between 0x50002000 and 0x60000000 goes.
  const auto closer = with_closer_addresses(script);
  const Commands without_gap{mapped(0x50000000, 8192), Munmap<W>{0x50001000, 0x20000000 - 0xfffe000},
                             Mremap<W>{0x50000000, 4096, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50002000}};
  std::vector<Commands> commands;
  for (const Script& candidate : closer) commands.push_back(shrink::commands_of(candidate));
  EXPECT_THAT(commands, Contains(without_gap));
}

TEST(VmaScript, SetsAtTheBootWhatFailsLater) {
  SetKnobs<W> set{};
  set.fail_vma = 1;
  const Script script = plain_script({mapped(0x40000000, 4096), set, mapped(0x40001000, 4096)});
  const auto at_boot = with_knobs_at_boot(script);
  ASSERT_EQ(at_boot.size(), 1u);
  EXPECT_EQ(at_boot.front().boot.knobs.fail_vma, 2u) << "the first request is that of the first mmap";
  EXPECT_EQ(at_boot.front().items.size(), 2u);
}

TEST(VmaScript, MapsWhatWasMappedAnywhereWhereItTurnedOutToBe) {
  Mmap<W> anywhere = mapped(0, 4096);
  anywhere.flags = MAP_PRIVATE | MAP_ANONYMOUS;
  const auto fixed = with_fixed_addresses(plain_script({anywhere, anywhere}));
  EXPECT_THAT(shrink::commands_of(fixed.front()), ElementsAre(mapped(0x40000000, 4096), mapped(0x40001000, 4096)));
}

// ---- One defect, one script ---------------------------------------------------------------------------------------------------

struct KnownDefect {
  const char* name;
  bool Corrections::*correction;
  std::vector<std::string> commands;
  std::optional<Knobs<W>> knobs{};
};

void PrintTo(const KnownDefect& defect, std::ostream* stream) { *stream << defect.name; }

Knobs<W> with_knob(W Knobs<W>::*knob, W value) {
  Knobs<W> knobs = plain_knobs;
  knobs.*knob = value;
  return knobs;
}

/// Fails where the corrected kernel and one with a defect differ.
shrink::Fails<VmaFamily> fails_with(bool Corrections::*correction) {
  return [correction](const Script& script) -> std::optional<Script> {
    Boot<W> defective = script.boot;
    defective.kernel.corrected.*correction = false;
    Script failing{script.boot, {}};
    State<W> good = VmaFamily::boot(script.boot), bad = good;
    Resolver resolver;
    for (const Item& item : script.items) {
      const auto command = resolver.resolve(item, good);
      if (!command) continue;
      failing.items.push_back(item);
      auto expected = VmaFamily::step(script.boot, std::move(good), *command);
      auto found = VmaFamily::step(defective, std::move(bad), *command);
      good = std::move(expected.state);
      bad = std::move(found.state);
      resolver.note(item, expected.result);
      if (!(expected.result == found.result && expected.effects == found.effects &&
            canonical(good) == canonical(bad)))
        return failing;
    }
    return std::nullopt;
  };
}

/// The commands of a session, as a script.
Script random_script(std::uint64_t seed, std::uint64_t run) {
  Session session = draw_session(seed, run);
  const Boot<W> boot = session.boot;
  Caller caller(std::move(session));
  State<W> state = VmaFamily::boot(boot);
  Commands commands;
  while (const auto command = caller.next(state)) {
    state = VmaFamily::step(boot, std::move(state), *command).state;
    commands.push_back(*command);
  }
  return script_of(boot, commands);
}

class ShrinkingOfDefects : public testing::TestWithParam<KnownDefect> {};

TEST_P(ShrinkingOfDefects, EndsInOneScriptWhereverItBegins) {
  const auto fails = fails_with(GetParam().correction);
  std::uint32_t found = 0;
  for (std::uint64_t run = 0; found < 3; ++run) {
    ASSERT_LT(run, 4000u) << "no session shows the defect";
    const Script script = random_script(11, run);
    if (!fails(script)) continue;
    ++found;
    const auto shrunk = shrink::simplify(script, fails, [](const Script&, std::uint64_t) { return true; });
    EXPECT_TRUE(shrunk.finished);
    EXPECT_LT(shrunk.tries, 100'000u);
    std::vector<std::string> commands;
    for (const Command<W>& command : shrink::commands_of(shrunk.script)) commands.push_back(notation(command));
    EXPECT_THAT(commands, ElementsAreArray(GetParam().commands)) << "run " << run;
    Boot<W> boot = plain_boot();
    boot.knobs = GetParam().knobs.value_or(boot.knobs);
    EXPECT_EQ(shrunk.script.boot, boot) << "run " << run;
  }
}

const std::string one_page = "mmap(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)";
const std::string two_pages = "mmap(0x40000000, 8192, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0)";

INSTANTIATE_TEST_SUITE_P(
    Defects, ShrinkingOfDefects,
    testing::Values(
        KnownDefect{
            "map_count_limit", &Corrections::map_count_limit, {one_page}, with_knob(&Knobs<W>::max_map_count, 0)},
        KnownDefect{"split_limit",
                    &Corrections::split_limit,
                    {two_pages, "mprotect(0x40000000, 4096, PROT_READ|PROT_WRITE)"},
                    with_knob(&Knobs<W>::max_map_count, 1)},
        KnownDefect{"lock_future",
                    &Corrections::lock_future,
                    {one_page, "mlock(0x40000000, 4096)", "mlockall(MCL_FUTURE)"},
                    with_knob(&Knobs<W>::physpages, 2)},
        KnownDefect{"remap_shrinks_and_moves",
                    &Corrections::remap_shrinks_and_moves,
                    {two_pages, "mremap(0x40000000, 8192, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x40002000)"}},
        KnownDefect{"remap_zero_length", &Corrections::remap_zero_length, {"mremap(0x40000000, 4096, 0, 0)"}},
        KnownDefect{"remap_destination",
                    &Corrections::remap_destination,
                    {two_pages, "mremap(0x40000000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x40001000)"},
                    with_knob(&Knobs<W>::fail_vma, 2)},
        KnownDefect{"remap_offset",
                    &Corrections::remap_offset,
                    {"mmap2(0x40000000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0xfffffffe)",
                     "mremap(0x40000000, 4096, 8192, 0)"}}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace refmm::vma
