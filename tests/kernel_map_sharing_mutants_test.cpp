// What holds the laws of sharing against many processes can fail: each of these mistakes breaks one of them.
#include <refmm/spec/mutant.hpp>
#include <refmm/tests/kernel_map_impl_fixture.hpp>
#include <refmm/tests/kernel_map_processes.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace refmm {
namespace {

using kernel_processes::Act;
using kernel_processes::Processes;

/// The law that is broken first in some random histories.
std::optional<std::string> broken_law(kernel_map::Sharing sharing) {
  auto boot = plain_kernel_boot(sharing);
  boot.ram_pages = 4096;
  const auto acts = rc::gen::arbitrary<Act>();
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    KernelMapWorld world;
    world.memory.reset(boot);
    rc::Random random(seed);
    try {
      Processes<impl::SimulatedKernelMemory> processes(boot, world.slabs, world.memory);
      for (int i = 0; i < 150; ++i) processes.run(acts(random.split(), 100).value());
    } catch (const kernel_processes::Broken& broken) {
      return broken.what();
    }
  }
  return std::nullopt;
}

struct Mistake {
  const char* mutant;
  const char* law;
  kernel_map::Sharing sharing = kernel_map::Sharing::lazy;

  friend void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.mutant; }
};

class KernelSharingMutants : public testing::TestWithParam<Mistake> {};

TEST_P(KernelSharingMutants, BreakALaw) {
  const WithMutant on(GetParam().mutant);
  EXPECT_EQ(broken_law(GetParam().sharing), GetParam().law);
}

INSTANTIATE_TEST_SUITE_P(
    All, KernelSharingMutants,
    testing::Values(
        // Monotonicity dropped: a directory that has copied the entry leads to a frame that is somebody else's.
        Mistake{"kernel.impl.vfree.takes_tables_back", "entries of swapper_pg_dir change once"},
        Mistake{"paging.impl.fault.marks_global", "a slot of a directory is absent or equal"},
        Mistake{"paging.impl.fault.copies_for_user", "a program's fault copies nothing"},
        Mistake{"paging.impl.pgd_alloc.misses_a_slot", "a slot of a directory is equal",
                kernel_map::Sharing::preallocated},
        Mistake{"paging.impl.pgd_alloc.keeps_user_half", "a process reads what it has mapped"},
        Mistake{"paging.impl.pgd_free_fast.gives_frame_back", "no directory is in a free frame"},
        Mistake{"kernel.impl.vfree.forgets_flush", "every kernel access ends as swapper_pg_dir has it"},
        Mistake{"paging.impl.tlb.keeps_global_pages", "every kernel access ends as swapper_pg_dir has it"},
        Mistake{"paging.impl.clear_page_tables.forgets_flush", "no translation of the TLB leads to a free frame"},
        Mistake{"paging.impl.walk.ignores_user", "programs do not read the kernel's memory"},
        Mistake{"kernel.impl.ioremap.loses_last_page", "the last byte that ioremap was asked for is mapped"},
        Mistake{"kernel.impl.vfree.keeps_last_page", "what is unmapped is an oops in every process"}),
    [](const auto& tested) {
      std::string name(tested.param.mutant);
      std::ranges::replace(name, '.', '_');
      return name;
    });

/// Why entries of swapper_pg_dir must not change: a table is taken back, and its frame becomes somebody else's; a directory that has
/// copied the entry goes on using it, and there is no fault that could bring it up to date.
std::optional<impl::Address> read_after_table_was_taken_back(impl::Address& meant) {
  KernelMapWorld world;
  const auto boot = plain_kernel_boot();
  world.memory.reset(boot);
  impl::KernelMappings<impl::SimulatedKernelMemory> kernel(boot, world.slabs, world.memory);
  const auto pgd = kernel.paging().pgd_alloc();
  const auto area = kernel.vmalloc(kernel_map::VmallocGfp::any, 4096);
  if (!pgd || !area || !kernel.paging().read(*pgd, *area, false)) return std::nullopt;
  kernel.vfree(*area);
  const auto others = world.memory.alloc_page(kernel_map::Gfp::kernel);
  if (!others) return std::nullopt;
  impl::table_in(world.memory, *others)[impl::pte_index(*area)] = 0xbad00063;  // whatever it is to them
  const auto again = kernel.vmalloc(kernel_map::VmallocGfp::any, 4096);
  if (!again || *again != *area) return std::nullopt;
  // In this order: the entry that swapper_pg_dir leads to is global, and would outlive the switch to the other directory.
  const auto read = kernel.paging().read(*pgd, *again, false);
  const auto swapper = kernel.paging().read(kernel.paging().swapper_pg_dir, *again, false);
  if (!swapper || !read) return std::nullopt;
  meant = *swapper;
  return *read;
}

TEST(KernelSharingWithoutMonotonicity, ADirectoryIsStaleWhereTablesAreTakenBack) {
  impl::Address meant = 0;
  EXPECT_EQ(read_after_table_was_taken_back(meant), meant);
  const WithMutant on("kernel.impl.vfree.takes_tables_back");
  EXPECT_EQ(read_after_table_was_taken_back(meant), 0xbad00000);
  EXPECT_NE(meant, 0xbad00000);
}

TEST(KernelSharingWithoutMutants, HoldsAllLaws) {
  EXPECT_EQ(broken_law(kernel_map::Sharing::lazy), std::nullopt);
  EXPECT_EQ(broken_law(kernel_map::Sharing::preallocated), std::nullopt);
}

}  // namespace
}  // namespace refmm
