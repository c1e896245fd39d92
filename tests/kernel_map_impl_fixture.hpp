// What the tests of the kernel's mappings of impl/ begin with: a boot, random commands, and memory for list elements.
#pragma once

#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/kernel_map_simulated.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_machine.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>

namespace refmm {

inline kernel_map::Boot<std::uint32_t> plain_kernel_boot(kernel_map::Sharing sharing = kernel_map::Sharing::lazy) {
  return {.kernel = {i386_2_4_0, kernel_map::all_corrected, sharing},
          .ram_pages = 16384,
          .highmem_pages = 0,
          .first_free = 1024,
          .pse = true,
          .pge = true,
          .config = kernel_map::Config::up};
}

/// Machines that differ in all that boot can differ in.
inline kernel_map::Boot<std::uint32_t> kernel_boot_number(std::uint64_t number) {
  auto boot = plain_kernel_boot(number % 3 == 2 ? kernel_map::Sharing::preallocated : kernel_map::Sharing::lazy);
  boot.pse = number % 5 != 4;
  boot.pge = boot.pse && number % 4 != 3;
  boot.config = static_cast<kernel_map::Config>(number % 3);
  if (boot.config == kernel_map::Config::highmem) boot.highmem_pages = number % 2 == 0 ? 8 : 1508;
  if (number % 7 == 6) boot.ram_pages = 1024 + 64 + static_cast<std::uint32_t>(number % 256);
  return boot;
}

/// Commands with arguments from few places: they meet often. It frees and gives back only what is its own. The refinement test
/// has the generator that reaches everything; this one is small enough to be read.
class KernelCalls {
 public:
  using Word = std::uint32_t;
  using State = kernel_map::State<Word>;
  using Command = kernel_map::Command<Word>;

  KernelCalls(const kernel_map::Boot<Word>& boot, std::uint64_t seed) : boot_(boot), random_(seed) {}

  /// The next command, in this state.
  Command next(const State& now) {
    switch (below(26)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return kernel_map::Vmalloc<Word>{static_cast<kernel_map::VmallocGfp>(below(3)), size()};
      case 4:
      case 5:
      case 6:
        return kernel_map::Vfree<Word>{one_in(8) ? place(now) : start_of_area(now)};
      case 7:
      case 8:
      case 9:
        return ioremap(now);
      case 10:
        return kernel_map::Iounmap<Word>{one_in(3) ? place(now) : start_of_area(now) + below(4096)};
      case 11:
      case 12:
        return kernel_map::PgdAlloc{};
      case 13:
        return one_in(2) ? Command(kernel_map::PgdFree{pgd(now)}) : kernel_map::PgdFreeFast{pgd(now)};
      case 14:
        return one_in(2) ? Command(kernel_map::PteFreeFast{})
                         : kernel_map::CheckPgtCache{static_cast<std::int32_t>(below(4)),
                                                     static_cast<std::int32_t>(below(6))};
      case 15:
      case 16:
      case 17:
        return kernel_map::Touch<Word>{one_in(6) ? 0 : pgd(now), place(now), one_in(3)};
      case 18:
      case 19:
        return kernel_map::MapUser<Word>{pgd(now), user_place(), one_in(2)};
      case 20:
        return kernel_map::ClearPageTables<Word>{pgd(now), one_in(2) ? 0 : below(3), one_in(2) ? 768 : below(4)};
      case 21:
        return reserve(now);
      case 22:
        return get_or_put(now);
      case 23:
      case 24:
        return kmap();
      default:
        return knobs();
    }
  }

 private:
  Word below(std::size_t limit) { return static_cast<Word>(random_() % limit); }
  bool one_in(Word count) { return below(count) == 0; }
  Word range_start() const { return kernel_map::vmalloc_start(boot_); }

  Word size() {
    if (one_in(150)) return 0;
    if (one_in(50)) return 0x400000 + below(3) * 4096;
    if (one_in(60)) return kernel_map::num_physpages(boot_) * 4096 + below(2);
    return one_in(4) ? 1 + below(20000) : (1 + below(5)) * 4096;
  }
  Word start_of_area(const State& now) {
    return now.vmlist.empty() ? range_start() : now.vmlist[below(now.vmlist.size())].addr;
  }
  /// An address of the kernel.
  Word place(const State& now) {
    switch (below(8)) {
      case 0:
        return 0xc0000000 + below(boot_.ram_pages) * 4096 + below(4096);
      case 1:
        return kernel_map::high_memory(boot_) + below(3) - 1;
      case 2:
        return 0u - below(3) * 4096 - 1;
      case 3:
        return range_start() + below(4) * 0x400000;
      case 4:
        return boot_.kernel.machine.pkmap_base + below(5) * 4096;
      default:
        return start_of_area(now) + below(6) * 4096 + (one_in(2) ? below(4096) : 0);
    }
  }
  Command ioremap(const State& now) {
    Word phys = 0x80000000 + below(16) * 4096;
    if (one_in(8)) phys = 0xa0000 - 0x1000 + below(4) * 0x1000 + below(2);
    if (one_in(8)) phys = 0x100000 - (1 + below(6)) * 4096;
    if (one_in(6)) phys = (boot_.ram_pages + below(4) - 2) * 4096;
    if (one_in(6)) phys = (kernel_map::num_physpages(boot_) + below(4) - 2) * 4096;
    if (one_in(6)) phys = 0u - (1 + below(4)) * 4096;
    if (one_in(8)) phys = 2000 * 4096;
    if (one_in(3)) phys += below(4096);
    Word size = one_in(4) ? 1 + below(3) : size_of_device();
    if (one_in(20)) size = 0u - phys;
    if (one_in(12)) return kernel_map::Ioremap<Word>{0x40000000, left_behind(now) + below(3) * 4096, false};
    return kernel_map::Ioremap<Word>{phys, size, one_in(2)};
  }
  /// Bytes from the last area to the end of the range, less a guard page and one more.
  Word left_behind(const State& now) const {
    const Word last = now.vmlist.empty() ? range_start() : now.vmlist.back().addr + now.vmlist.back().size;
    return kernel_map::vmalloc_end(boot_) - last - 2 * 4096;
  }
  Word size_of_device() {
    if (one_in(40)) return 0x30000000 + below(0x10000000);
    if (one_in(8)) return 0x400000 + below(3) * 4096;
    return 1 + below(5) * 4096 + (one_in(2) ? below(4096) : 4095);
  }
  std::uint32_t pgd(const State& now) { return now.pgds.empty() ? 1 : now.pgds[below(now.pgds.size())].number; }
  Word user_place() { return one_in(30) ? 0xc0000000 + below(4096) : below(3) * 0x400000 + below(3) * 4096; }

  Command reserve(const State& now) {
    const Word first = one_in(2) ? 2000 : mapped_frame(now);
    const Word last = first + below(3);
    if (one_in(2)) return kernel_map::Reserve<Word>{first, last};
    return kernel_map::Unreserve<Word>{first, last};
  }
  /// The frame of a page of an area, as one that is mapped.
  Word mapped_frame(const State& now) {
    const auto at = kernel_map::translation<Word>(boot_.kernel.machine, now, start_of_area(now));
    return at ? at->phys / 4096 : boot_.first_free;
  }
  Command get_or_put(const State& now) {
    // Frames that the commands have got are known by their count: no table, no area has them.
    if (one_in(2)) return kernel_map::GetPage{one_in(2)};
    for (const auto& [pfn, frame] : now.frames.written)
      if (frame.count == 1 && !frame.reserved && is_free_of_roles(now, pfn) && one_in(2))
        return kernel_map::PutPage<Word>{pfn};
    return kernel_map::GetPage{false};
  }
  static bool is_free_of_roles(const State& now, Word pfn) {
    const auto leads = [&](const auto& entries) {
      return std::ranges::any_of(entries.written, [&](const auto& entry) { return entry.second / 4096 == pfn; });
    };
    const auto is_in = [&](const auto& list) {
      return std::ranges::any_of(list, [&](const auto& one) { return one.pfn == pfn || leads(one.entries); });
    };
    return !leads(now.swapper_pg_dir) && !is_in(now.tables) && !is_in(now.pgds) && !is_in(now.pgd_quicklist) &&
           std::ranges::find(now.pte_quicklist, pfn) == now.pte_quicklist.end();
  }

  Command kmap() {
    if (boot_.config != kernel_map::Config::highmem) return kernel_map::Kmap<Word>{below(boot_.ram_pages)};
    const Word pfn = one_in(8) ? below(boot_.ram_pages) : boot_.ram_pages + below(boot_.highmem_pages);
    if (one_in(3) || users_[pfn] == 0) {
      if (pfn >= boot_.ram_pages) ++users_[pfn];
      return kernel_map::Kmap<Word>{pfn};
    }
    --users_[pfn];
    return kernel_map::Kunmap<Word>{pfn};
  }
  Command knobs() {
    kernel_map::SetKnobs set{};
    set.skip_pages = one_in(2) ? below(8) : 0;
    set.fail_pages = one_in(2) ? below(3) : 0;
    if (one_in(3)) set.fail_kmalloc = below(2);
    return set;
  }

  kernel_map::Boot<Word> boot_;
  std::mt19937_64 random_;
  std::map<Word, std::uint32_t> users_;
};

/// A machine and what it stands on.
struct KernelMapWorld {
  impl::HostPages pages{{.huge_pages = false}};
  impl::SlabAllocator<impl::HostPages> slabs{pages};
  impl::SimulatedKernelMemory memory;
};

}  // namespace refmm
