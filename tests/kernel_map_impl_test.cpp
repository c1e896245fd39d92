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
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

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

/// Where the host has no memory for a list element, the call is refused for that, and nothing else has changed: whether it is the
/// element that there is no memory for, or its place among the others.
TEST(KernelMapImplementation, StaysAsItIsWhenTheHostHasNoMemory) {
  const auto boot = plain_kernel_boot();
  for (const std::size_t max_pages : {12u, 14u}) {
    impl::HostPages few({.max_pages = max_pages, .huge_pages = false});
    impl::SlabAllocator<impl::HostPages> slabs(few);
    impl::SimulatedKernelMemory memory;
    memory.reset(boot);
    KernelMapMachine<impl::SimulatedKernelMemory> machine(boot, slabs, memory);
    kernel_map::State<Word> before{}, after{};
    const Command<Word> command = kernel_map::Ioremap<Word>{0xe0000000, 1, false};
    auto result = machine.apply(command);
    for (; !std::holds_alternative<Refused>(result); result = machine.apply(command)) machine.observe(before);
    machine.observe(after);
    EXPECT_GT(after.vmlist.size(), 1000u);
    EXPECT_EQ(after.vmlist.size() + 1, after.objs_made) << "of all calls but the last one there is an area";
    EXPECT_EQ(result, kernel_map::Result<Word>(Refused{kernel_map::Refusal::no_list_element}));
    ++before.objs_made;  // the layer below had given one
    EXPECT_EQ(after, before);

    for (const auto& area : after.vmlist) machine.apply(kernel_map::Iounmap<Word>{area.addr});
    EXPECT_FALSE(std::holds_alternative<Refused>(machine.apply(command)));
  }
}

// ---- Machines, and the memory below -----------------------------------------------------------------------------------------

/// Whether there can be a kernel on such a machine.
bool can_be(const kernel_map::Boot<Word>& boot) {
  KernelMapWorld world;
  world.memory.reset(boot);
  try {
    const impl::KernelMappings<impl::SimulatedKernelMemory> kernel(boot, world.slabs, world.memory);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

TEST(KernelMapImplementation, RefusesMachinesThatItIsNotMadeFor) {
  EXPECT_TRUE(can_be(plain_kernel_boot()));
  auto boot = plain_kernel_boot();
  boot.kernel.machine.page_size = 8192;
  EXPECT_FALSE(can_be(boot));
  boot = plain_kernel_boot();
  boot.kernel.machine.entries_per_table = 512;
  EXPECT_FALSE(can_be(boot));
  boot = plain_kernel_boot();
  boot.highmem_pages = 1;
  EXPECT_FALSE(can_be(boot)) << "without a window for high frames";
  // Behind RAM there is a hole of up to two vmalloc_offset; then there must be something left.
  boot = plain_kernel_boot();
  const auto& machine = boot.kernel.machine;
  boot.ram_pages = (kernel_map::vmalloc_end(boot) - machine.page_offset - 2 * machine.vmalloc_offset) / 4096;
  EXPECT_FALSE(can_be(boot));
  --boot.ram_pages;
  EXPECT_TRUE(can_be(boot));
}

/// As built, areas may lie where the window for high frames is.
TEST(KernelMapImplementation, IsTheCorrectedKernelWhateverTheBootAsksFor) {
  auto boot = plain_kernel_boot();
  boot.config = kernel_map::Config::highmem;
  boot.highmem_pages = 8;
  const Word room = kernel_map::vmalloc_end(boot) - kernel_map::vmalloc_start(boot);
  boot.kernel.corrected = kernel_map::as_built.corrected;
  const auto subject = make_kernel_map_implementation();
  subject->reset(boot);
  EXPECT_EQ(subject->apply(kernel_map::Ioremap<Word>{0x40000000, room, false}).result,
            kernel_map::Result<Word>(Refused{kernel_map::Refusal::no_room}));
}

/// Where all tables are there from boot, as far as there were frames, none is asked for later.
TEST(KernelMapImplementation, MakesNoTableAfterBootWhereAllAreMadeThen) {
  auto boot = plain_kernel_boot(kernel_map::Sharing::preallocated);
  boot.ram_pages = boot.first_free + 4;
  const auto subject = make_kernel_map_implementation();
  subject->reset(boot);
  const Command<Word> command = kernel_map::Ioremap<Word>{0xe0000000, 16 << 22, false};
  const auto expected = model::step<Word>(boot, model::boot(boot), command);
  EXPECT_EQ(expected.result, kernel_map::Result<Word>(Refused{kernel_map::Refusal::no_table}));
  EXPECT_EQ(subject->apply(command), (KernelMapSubject::Answer{expected.result, expected.effects}));
}

/// Frames hold whatever was in them.
TEST(KernelMapImplementation, DoesNotDependOnWhatIsInMemory) {
  for (const std::uint64_t number : {0u, 2u, 4u}) {
    auto boot = kernel_boot_number(number);
    boot.ram_pages = boot.first_free + 600;
    KernelMapWorld world;
    world.memory.reset(boot);
    for (impl::Pfn pfn = 0; pfn < boot.ram_pages; ++pfn)
      std::memset(world.memory.frame(pfn), 0xff, impl::page_size);
    KernelMapMachine<impl::SimulatedKernelMemory> machine(boot, world.slabs, world.memory);
    KernelCalls calls(boot, number);
    auto state = model::boot(boot);
    kernel_map::State<Word> seen{};
    for (Command<Word> command = kernel_map::Touch<Word>{0, 0xe0000000, false};; command = calls.next(state)) {
      machine.observe(seen);
      ASSERT_EQ(kernel_map::canonical(state), seen) << number;
      if (state.objs_made > 20) break;
      auto expected = model::step<Word>(boot, std::move(state), command);
      ASSERT_EQ(machine.apply(command), expected.result) << number << ": " << to_text(command);
      if (KernelMapFamily::ends_everything(expected.result)) break;
      state = std::move(expected.state);
    }
    EXPECT_EQ(world.memory.frame(0)[5], std::byte{0xff}) << "boot's, and no table";
  }
}

// ---- What the layer below is told -------------------------------------------------------------------------------------------

/// Memory that looks at the tables while the TLB is flushed.
class FlushedMemory : public impl::SimulatedKernelMemory {
 public:
  void flush_tlb(bool global) {
    lost = stale();
    at_flush();
    SimulatedKernelMemory::flush_tlb(global);
  }

  State::Stale lost;  // by the tables, before the last flush
  std::function<void()> at_flush = [] {};
};

class KernelMapFlushes : public testing::Test {
 protected:
  KernelMapFlushes() {
    boot.config = kernel_map::Config::highmem;
    boot.highmem_pages = 1100;
    memory.reset(boot);
    kernel.emplace(boot, slabs, memory);
  }

  impl::Entry* directory(impl::Pfn pgd) { return impl::table_in(memory, pgd); }

  using Stale = kernel_map::State<Word>::Stale;

  kernel_map::Boot<Word> boot = plain_kernel_boot();
  impl::HostPages pages{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs{pages};
  FlushedMemory memory;
  std::optional<impl::KernelMappings<FlushedMemory>> kernel;
};

/// [paging.tlb.flushed_before_reuse]
TEST_F(KernelMapFlushes, ComeWhenTheEntriesOfAnAreaAreGone) {
  const auto addr = kernel->vmalloc(kernel_map::VmallocGfp::any, 3 * 4096);
  ASSERT_TRUE(addr);
  const impl::Entry* const first = kernel->paging().kernel_table(*addr >> 22) + impl::pte_index(*addr);
  const Stale expected{{*addr, first[0]}, {*addr + 4096, first[1]}, {*addr + 8192, first[2]}};
  memory.at_flush = [&] { EXPECT_TRUE(std::none_of(first, first + 4, impl::is_present)); };
  kernel->vfree(*addr);
  EXPECT_EQ(memory.lost, expected);
}

TEST_F(KernelMapFlushes, ComeWhenTheEntriesOfAProgramAreGone) {
  const impl::Pfn pgd = *kernel->paging().pgd_alloc();
  const impl::Pfn one = *kernel->paging().map_user(pgd, 0x400000, false);
  const impl::Pfn other = *kernel->paging().map_user(pgd, 0x405000, true);
  const impl::Entry* const table = directory(impl::pfn_of(directory(pgd)[1]));
  const Stale expected{{0x400000, table[0]}, {0x405000, table[5]}};
  memory.at_flush = [&] {
    EXPECT_FALSE(impl::is_present(directory(pgd)[1]));
    EXPECT_FALSE(impl::is_present(table[0]));
    EXPECT_FALSE(impl::is_present(table[5]));
    EXPECT_FALSE(memory.is_free(one) || memory.is_free(other));
  };
  kernel->paging().clear_page_tables(pgd, 0, 768);
  EXPECT_EQ(memory.lost, expected);
}

TEST_F(KernelMapFlushes, ComeWhenTheEntriesOfTheWindowAreGone) {
  Stale expected;
  for (impl::Pfn pfn = boot.ram_pages; pfn != boot.ram_pages + 1024; ++pfn) {
    const auto addr = kernel->kmap(pfn);
    ASSERT_TRUE(addr);
    const impl::Entry* const table = kernel->paging().kernel_table(*addr >> 22);
    expected.push_back({*addr, table[impl::pte_index(*addr)]});
    EXPECT_TRUE(kernel->kunmap(pfn));
  }
  expected.pop_back();  // of the last one, which has come behind the flush
  EXPECT_EQ(memory.lost, expected);
}

/// The processor is in no directory that has gone, whose frame may be somebody else's.
TEST_F(KernelMapFlushes, TheProcessorLeavesADirectoryThatGoes) {
  auto& paging = kernel->paging();
  EXPECT_EQ(paging.cpu().cr3(), paging.swapper_pg_dir);
  for (const bool fast : {false, true}) {
    const impl::Pfn pgd = *paging.pgd_alloc();
    EXPECT_NE(memory.number_of(pgd), 0u);
    ASSERT_TRUE(paging.read(pgd, 0xc0000000, false));
    EXPECT_EQ(paging.cpu().cr3(), pgd);
    fast ? paging.pgd_free_fast(pgd) : paging.pgd_free(pgd);
    EXPECT_EQ(paging.cpu().cr3(), paging.swapper_pg_dir);
    EXPECT_EQ(memory.number_of(pgd), 0u);
  }
}

// ---- Mistakes ---------------------------------------------------------------------------------------------------------------

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
