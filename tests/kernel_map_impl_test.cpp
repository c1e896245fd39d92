// The kernel's mappings of impl/ beside the model, and the mistakes that they can be told to make.
#include <refmm/model/kernel_map.hpp>
#include <refmm/spec/difference.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_impl_fixture.hpp>
#include <refmm/tests/kernel_map_mutants.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace refmm {
namespace {

using Word = std::uint32_t;
using kernel_map::Command;
using kernel_map::Refused;

struct Counts {
  std::size_t commands = 0, refused = 0, ended = 0;
};

/// What comes next, in this state; nothing at the end.
using Session = std::function<std::optional<Command<Word>>(const kernel_map::State<Word>&)>;

/// Runs a session on the subject and on the model: where they differ first, or nothing.
std::optional<std::string> first_disagreement(KernelMapSubject& subject, const kernel_map::Boot<Word>& boot,
                                              const Session& session, Counts& counts) {
  auto state = model::boot(boot);
  subject.reset(boot);
  kernel_map::State<Word> seen{};
  for (; const auto command = session(state); ++counts.commands) {
    auto expected = model::step<Word>(boot, std::move(state), *command);
    const auto answer = subject.apply(*command);
    const auto differs = [&](const Difference& difference) {
      return to_text(*command) + ": " + difference.path + " is " + difference.found + ", not " +
             difference.expected;
    };
    if (const auto result = first_difference(expected.result, answer.result, "result")) return differs(*result);
    if (const auto effects = first_difference(expected.effects, answer.effects, "effects"))
      return differs(*effects);
    if (std::holds_alternative<Refused>(answer.result)) ++counts.refused;
    if (KernelMapFamily::ends_everything(answer.result)) {
      ++counts.ended;
      return std::nullopt;
    }
    state = std::move(expected.state);
    subject.observe(seen);
    if (const auto fields = first_difference(kernel_map::canonical(state), seen)) return differs(*fields);
  }
  return std::nullopt;
}

/// A random session, on a machine that depends on the seed.
std::optional<std::string> first_disagreement(KernelMapSubject& subject, std::uint64_t seed, Counts& counts) {
  const auto boot = kernel_boot_number(seed);
  KernelCalls calls(boot, seed);
  const auto found = first_disagreement(
      subject, boot,
      [&, left = 150](const auto& now) mutable {
        return left-- == 0 ? std::nullopt : std::optional(calls.next(now));
      },
      counts);
  return found ? std::optional("seed " + std::to_string(seed) + ", " + *found) : std::nullopt;
}

/// High frames are mapped, each for a moment, until the search for an entry of the window comes round.
std::optional<std::string> first_disagreement_over_window(KernelMapSubject& subject, Counts& counts) {
  auto boot = plain_kernel_boot();
  boot.config = kernel_map::Config::highmem;
  boot.highmem_pages = 1200;
  return first_disagreement(
      subject, boot,
      [&, step = Word{0}](const auto&) mutable -> std::optional<Command<Word>> {
        const Word pfn = boot.ram_pages + step / 2;
        if (pfn == boot.ram_pages + boot.highmem_pages) return std::nullopt;
        // Some stay in use, so that they are still there when the search comes round.
        const bool unmaps = step++ % 2 == 1 && pfn % 16 != 0;
        return unmaps ? Command<Word>(kernel_map::Kunmap<Word>{pfn}) : kernel_map::Kmap<Word>{pfn};
      },
      counts);
}

TEST(KernelMapImplementation, DoesWhatTheModelDoes) {
  constexpr std::uint64_t sessions = 84;
  const auto subject = make_kernel_map_implementation();
  Counts counts;
  for (std::uint64_t seed = 1; seed <= sessions; ++seed)
    ASSERT_EQ(first_disagreement(*subject, seed, counts), std::nullopt);
  EXPECT_GT(counts.refused, counts.commands / 20);
  EXPECT_LT(counts.refused, counts.commands / 2);
  EXPECT_GT(counts.ended, 10u);
  EXPECT_LT(counts.ended, sessions / 2);
}

TEST(KernelMapImplementation, GoesRoundTheWindowAsTheModelDoes) {
  const auto subject = make_kernel_map_implementation();
  Counts counts;
  EXPECT_EQ(first_disagreement_over_window(*subject, counts), std::nullopt);
  EXPECT_EQ(counts.commands, 2400u);
}

/// Where the host has no memory for a list element, the call is refused for that, and nothing else has changed.
TEST(KernelMapImplementation, StaysAsItIsWhenTheHostHasNoMemory) {
  const auto boot = plain_kernel_boot();
  impl::HostPages few({.max_pages = 24, .huge_pages = false});
  impl::SlabAllocator<impl::HostPages> slabs(few);
  impl::SimulatedKernelMemory memory;
  memory.reset(boot);
  KernelMapMachine<impl::SimulatedKernelMemory> machine(boot, slabs, memory);
  kernel_map::State<Word> before{}, after{};
  const Command<Word> command = kernel_map::Ioremap<Word>{0xe0000000, 1, false};
  auto result = machine.apply(command);
  for (; !std::holds_alternative<Refused>(result); result = machine.apply(command)) machine.observe(before);
  machine.observe(after);
  EXPECT_GT(after.vmlist.size(), 100u);
  EXPECT_EQ(result, kernel_map::Result<Word>(Refused{kernel_map::Refusal::no_list_element}));
  ++before.objs_made;  // the layer below had given one
  EXPECT_EQ(after, before);

  machine.apply(kernel_map::Iounmap<Word>{after.vmlist[50].addr});
  EXPECT_FALSE(std::holds_alternative<Refused>(machine.apply(command)));
}

TEST(KernelMapImplementation, TheTwoBuildsAreOneUntilAMutantIsOn) {
  const auto subject = make_mutable_kernel_map_implementation();
  Counts counts;
  for (std::uint64_t seed = 1; seed <= 21; ++seed)
    ASSERT_EQ(first_disagreement(*subject, seed, counts), std::nullopt);
}

class KernelMapMutants : public testing::TestWithParam<Mutant> {};

TEST_P(KernelMapMutants, AreFoundBesideTheModel) {
  const auto subject = make_mutable_kernel_map_implementation();
  const WithMutant on(GetParam().name);
  Counts counts;
  if (GetParam().name.find(".kmap.") != std::string_view::npos && first_disagreement_over_window(*subject, counts))
    return;
  for (std::uint64_t seed = 1; seed <= 84; ++seed) {
    if (first_disagreement(*subject, seed, counts)) return;
  }
  FAIL() << "nobody notices that " << GetParam().mistake;
}

INSTANTIATE_TEST_SUITE_P(All, KernelMapMutants, testing::ValuesIn(kernel_map_mutants), [](const auto& tested) {
  std::string name(tested.param.name);
  std::ranges::replace(name, '.', '_');
  return name;
});

}  // namespace
}  // namespace refmm
