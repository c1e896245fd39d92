// Dozens of processes over one kernel: what of its tables they share holds whatever happens, over any memory.
#include <refmm/tests/kernel_map_impl_fixture.hpp>
#include <refmm/tests/kernel_map_over_buddy.hpp>
#include <refmm/tests/kernel_map_processes.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace refmm {
namespace {

using kernel_map::Sharing;
using kernel_processes::Act;
using kernel_processes::Processes;

kernel_map::Boot<std::uint32_t> boot_with(Sharing sharing, std::uint32_t highmem_pages) {
  auto boot = plain_kernel_boot(sharing);
  boot.ram_pages = 4096;
  boot.highmem_pages = highmem_pages;
  if (highmem_pages != 0) boot.config = kernel_map::Config::highmem;
  return boot;
}

/// Many acts, and then everything goes: no frame is lost but those of the kernel's tables.
template <class Memory>
void run(const kernel_map::Boot<std::uint32_t>& boot, Memory& memory, const std::vector<Act>& acts) {
  impl::HostPages pages{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs{pages};
  Processes<Memory> processes(boot, slabs, memory);
  std::size_t most = processes.number();
  for (const Act& act : acts) {
    processes.run(act);
    most = std::max(most, processes.number());
  }
  RC_ASSERT(most >= processes.at_start);
  RC_CLASSIFY(most > 40, "more than 40 processes");
  RC_CLASSIFY(processes.kernel().areas().size() > 6, "more than 6 areas at the end");
  processes.end();
  std::size_t tables = 0;
  for (std::uint32_t slot = 768; slot < 1024; ++slot) {
    const impl::Entry pde = processes.kernel().paging().directory(257)[slot];
    if (impl::is_present(pde) && !impl::is_large(pde) && impl::pfn_of(pde) >= boot.first_free) ++tables;
  }
  const auto free = processes.free();
  RC_ASSERT(static_cast<std::size_t>(std::ranges::count(free, true)) + tables ==
            boot.ram_pages + boot.highmem_pages - boot.first_free);
}

void run_over_simulated_frames(Sharing sharing, std::uint32_t highmem_pages, const std::vector<Act>& acts) {
  const auto boot = boot_with(sharing, highmem_pages);
  impl::SimulatedKernelMemory memory;
  memory.reset(boot);
  run(boot, memory, acts);
}

void run_over_buddy(Sharing sharing, std::uint32_t highmem_pages, const std::vector<Act>& acts) {
  const auto boot = boot_with(sharing, highmem_pages);
  KernelMemoryOverBuddy memory(boot);
  run(boot, memory, acts);
}

RC_GTEST_PROP(KernelSharing, is_absent_or_equal_where_tables_appear_on_demand, (const std::vector<Act>& acts)) {
  run_over_simulated_frames(Sharing::lazy, 0, acts);
}
RC_GTEST_PROP(KernelSharing, is_absent_or_equal_with_high_memory, (const std::vector<Act>& acts)) {
  run_over_simulated_frames(Sharing::lazy, 512, acts);
}
RC_GTEST_PROP(KernelSharing, is_equal_where_tables_are_there_from_boot, (const std::vector<Act>& acts)) {
  run_over_simulated_frames(Sharing::preallocated, 0, acts);
}
RC_GTEST_PROP(KernelSharing, holds_over_the_page_allocator, (const std::vector<Act>& acts)) {
  run_over_buddy(Sharing::lazy, 0, acts);
}
RC_GTEST_PROP(KernelSharing, holds_over_the_page_allocator_with_high_memory, (const std::vector<Act>& acts)) {
  run_over_buddy(Sharing::lazy, 512, acts);
}
RC_GTEST_PROP(KernelSharing, holds_over_the_page_allocator_with_all_tables, (const std::vector<Act>& acts)) {
  run_over_buddy(Sharing::preallocated, 0, acts);
}

}  // namespace
}  // namespace refmm
