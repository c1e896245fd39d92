// Many processes over one kernel: forks, exits and accesses while the kernel maps and unmaps, and the laws that hold meanwhile.
//
// Whatever a law says is looked up in the tables themselves, by a walk of its own through swapper_pg_dir, or in the memory behind
// them: not by the processor under test.
#pragma once

#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/kernel_map.hpp>
#include <refmm/impl/kernel_map_simulated.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace refmm::kernel_processes {

/// One thing that happens. `who` is a process, `what` an area or a page, both modulo how many there are.
struct Act {
  enum Kind {
    start,
    fork,
    exit,
    exit_fast,
    vmalloc,
    vfree,
    ioremap,
    kernel_reads,
    user_reads,
    user_writes,
    user_unmaps,
    trim
  };
  Kind kind;
  std::uint32_t who, what;
  std::uint32_t pages;
};

inline std::ostream& operator<<(std::ostream& stream, const Act& act) {
  constexpr const char* names[] = {"start",   "fork",         "exit",       "exit_fast",   "vmalloc",     "vfree",
                                   "ioremap", "kernel_reads", "user_reads", "user_writes", "user_unmaps", "trim"};
  return stream << names[act.kind] << '(' << act.who << ", " << act.what << ", " << act.pages << ')';
}

}  // namespace refmm::kernel_processes

namespace rc {

template <>
struct Arbitrary<refmm::kernel_processes::Act> {
  static Gen<refmm::kernel_processes::Act> arbitrary() {
    using refmm::kernel_processes::Act;
    const auto kind = gen::weightedElement<Act::Kind>({{3, Act::start},
                                                       {4, Act::fork},
                                                       {4, Act::exit},
                                                       {4, Act::exit_fast},
                                                       {7, Act::vmalloc},
                                                       {6, Act::vfree},
                                                       {4, Act::ioremap},
                                                       {12, Act::kernel_reads},
                                                       {6, Act::user_reads},
                                                       {6, Act::user_writes},
                                                       {3, Act::user_unmaps},
                                                       {1, Act::trim}});
    const auto pages = gen::oneOf(gen::inRange(1u, 4u), gen::inRange(1u, 40u), gen::inRange(900u, 1100u));
    return gen::build<Act>(gen::set(&Act::kind, kind), gen::set(&Act::who, gen::inRange(0u, 1000u)),
                           gen::set(&Act::what, gen::inRange(0u, 1000u)), gen::set(&Act::pages, pages));
  }
};

}  // namespace rc

namespace refmm::kernel_processes::inline REFMM_BUILD {

/// Which frames are free, by pfn.
inline std::vector<bool> free_frames(const impl::SimulatedKernelMemory& memory, impl::Pfn frames) {
  std::vector<bool> free(frames);
  for (impl::Pfn pfn = 0; pfn < frames; ++pfn) free[pfn] = memory.is_free(pfn);
  return free;
}

/// A law does not hold.
struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};
inline void require(bool holds, const char* law) {
  if (!holds) throw Broken(law);
}

template <class Memory>
class Processes {
 public:
  using Kernel = impl::KernelMappings<Memory>;
  using Paging = impl::PageDirectories<Memory>;
  using Address = impl::Address;
  using Pfn = impl::Pfn;
  using Entry = impl::Entry;

  static constexpr std::uint32_t first_kernel_slot = 768;
  static constexpr std::size_t at_start = 36, at_most = 96;

  /// With so many processes at the start. `memory` has been reset for `boot`.
  Processes(const kernel_map::Boot<std::uint32_t>& boot, impl::KernelAreas::Slabs& slabs, Memory& memory)
      : boot_(boot), memory_(memory), kernel_(boot, slabs, memory) {
    for (std::size_t i = 0; i < at_start; ++i) run({Act::start, 0, 0, 0});
  }

  std::size_t number() const { return processes_.size(); }
  Kernel& kernel() { return kernel_; }

  /// Which frames are free, by pfn.
  std::vector<bool> free() const { return free_frames(memory_, kernel_.num_physpages()); }

  /// Does it, and then looks whether the laws hold; throws Broken if not.
  void run(const Act& act) {
    const std::vector<Entry> before = kernel_half(Paging::swapper_pg_dir);
    carry_out(act);
    require_laws(before);
  }

  /// Everything goes that can go: what is left are the kernel's tables.
  void end() {
    while (!processes_.empty()) run({Act::exit, 0, 0, 0});
    while (!areas_.empty()) run({Act::vfree, 0, 0, 0});
    run({Act::trim, 0, 0, 0});
  }

 private:
  struct Process {
    Pfn pgd;
    std::vector<Address> pages;  // that it has mapped
  };
  struct Area {
    Address addr;
    std::uint32_t pages;
    std::uint32_t stamp;  // in each page, plus its number; 0 for a device
  };

  // ---- What happens ---------------------------------------------------------------------------------------------------

  void carry_out(const Act& act) {
    switch (act.kind) {
      case Act::start:
        return start();
      case Act::fork:
        return fork(act);
      case Act::exit:
      case Act::exit_fast:
        return exit(act);
      case Act::vmalloc:
        return vmalloc(act);
      case Act::vfree:
        return vfree(act);
      case Act::ioremap:
        return ioremap(act);
      case Act::kernel_reads:
        return kernel_reads(act);
      case Act::user_reads:
        return user_reads(act);
      case Act::user_writes:
        return user_writes(act);
      case Act::user_unmaps:
        return user_unmaps(act);
      case Act::trim:
        require(static_cast<bool>(kernel_.paging().check_pgt_cache(0, 0)), "trimming ends");
        return;
    }
  }

  void start() {
    if (processes_.size() == at_most) return;
    if (const auto pgd = kernel_.paging().pgd_alloc()) processes_.push_back({*pgd, {}});
  }

  /// A process with copies of the pages of another one.
  void fork(const Act& act) {
    if (processes_.empty() || processes_.size() == at_most) return;
    const std::size_t parent = act.who % processes_.size();
    const auto pgd = kernel_.paging().pgd_alloc();
    if (!pgd) return;
    Process child{*pgd, {}};
    for (const Address page : processes_[parent].pages) {
      const auto copy = kernel_.paging().map_user(child.pgd, page, true);
      if (!copy) break;
      const auto original = kernel_.paging().read(processes_[parent].pgd, page, true);
      require(static_cast<bool>(original), "a process reads what it has mapped");
      std::memcpy(memory_.frame(*copy), memory_.frame(*original >> impl::page_shift), impl::page_size);
      child.pages.push_back(page);
    }
    processes_.push_back(std::move(child));
  }

  void exit(const Act& act) {
    if (processes_.empty()) return;
    const std::size_t who = act.who % processes_.size();
    const Pfn pgd = processes_[who].pgd;
    kernel_.paging().clear_page_tables(pgd, 0, first_kernel_slot);
    act.kind == Act::exit ? kernel_.paging().pgd_free(pgd) : kernel_.paging().pgd_free_fast(pgd);
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(who));
  }

  void vmalloc(const Act& act) {
    const auto addr = kernel_.vmalloc(kernel_map::VmallocGfp::any, act.pages * impl::page_size);
    if (!addr) return;
    areas_.push_back({*addr, act.pages, ++stamps_ << 12});
    for (std::uint32_t page = 0; page < act.pages; ++page) {
      const auto phys = read(act.who, *addr + page * impl::page_size);
      require(static_cast<bool>(phys), "the kernel reads what vmalloc has mapped");
      std::memcpy(memory_.frame(*phys >> impl::page_shift), &(stamp_ = areas_.back().stamp + page), sizeof stamp_);
    }
  }

  void vfree(const Act& act) {
    if (areas_.empty()) return;
    const std::size_t what = act.what % areas_.size();
    const Area area = areas_[what];
    kernel_.vfree(area.addr);
    areas_.erase(areas_.begin() + static_cast<std::ptrdiff_t>(what));
    require(!read(act.who, area.addr), "what is unmapped is an oops in every process");
  }

  void ioremap(const Act& act) {
    const Address phys = 0xe0000000 + act.what * impl::page_size;
    const auto addr = kernel_.ioremap(phys + 1, act.pages * impl::page_size, false);
    if (!addr) return;
    areas_.push_back({*addr - 1, act.pages, 0});
    const auto last = read(act.who, *addr + act.pages * impl::page_size - 1);
    require(last && *last == phys + act.pages * impl::page_size,
            "the last byte that ioremap was asked for is mapped");
  }

  void kernel_reads(const Act& act) {
    if (areas_.empty()) return;
    const Area& area = areas_[act.what % areas_.size()];
    const std::uint32_t page = act.pages % (area.pages + 2);  // behind the pages, there is the guard page
    const Address addr = area.addr + page * impl::page_size;
    const auto phys = read(act.who, addr);
    if (page >= area.pages || area.stamp == 0) return;
    require(static_cast<bool>(phys), "the kernel reads what is mapped");
    std::memcpy(&stamp_, memory_.frame(*phys >> impl::page_shift), sizeof stamp_);
    require(stamp_ == area.stamp + page, "an area holds what was written to it, in every process");
  }

  /// A program that reads the kernel's memory gets a signal, and its directory stays as it is.
  void user_reads(const Act& act) {
    if (processes_.empty() || areas_.empty()) return;
    const Pfn pgd = processes_[act.who % processes_.size()].pgd;
    const std::vector<Entry> before = kernel_half(pgd);
    const auto phys = kernel_.paging().read(pgd, areas_[act.what % areas_.size()].addr, true);
    require(!phys && phys.refusal() == kernel_map::Refusal::sigsegv, "programs do not read the kernel's memory");
    require(kernel_half(pgd) == before, "a program's fault copies nothing");
  }

  void user_writes(const Act& act) {
    if (processes_.empty()) return;
    Process& process = processes_[act.who % processes_.size()];
    const Address page = act.what % 3 * impl::pgdir_size + act.pages % 8 * impl::page_size;
    const auto frame = kernel_.paging().map_user(process.pgd, page, true);
    if (frame) {
      process.pages.push_back(page);
      std::memcpy(memory_.frame(*frame), &(stamp_ = process.pgd ^ page), sizeof stamp_);
    }
    if (std::ranges::find(process.pages, page) == process.pages.end()) return;
    const auto phys = kernel_.paging().read(process.pgd, page, true);
    require(phys && (!frame || *phys >> impl::page_shift == *frame), "a process reads what it has mapped");
  }

  /// A program unmaps what one of its tables maps, having read it, and goes on.
  void user_unmaps(const Act& act) {
    if (processes_.empty()) return;
    Process& process = processes_[act.who % processes_.size()];
    const std::uint32_t slot = act.what % 3;
    for (const Address page : process.pages)
      require(static_cast<bool>(kernel_.paging().read(process.pgd, page, true)),
              "a process reads what it has mapped");
    kernel_.paging().clear_page_tables(process.pgd, slot, 1);
    std::erase_if(process.pages, [&](Address page) { return page / impl::pgdir_size == slot; });
  }

  // ---- Laws -----------------------------------------------------------------------------------------------------------

  /// The entry that maps an address through swapper_pg_dir, read from the tables.
  std::optional<Address> through_swapper(Address addr) const {
    const Entry pde = kernel_.paging().directory(Paging::swapper_pg_dir)[addr >> 22];
    if ((pde & 1) == 0) return std::nullopt;
    if ((pde & 0x80) != 0) return (pde & 0xffc00000) + (addr & 0x3fffff);
    Entry pte;
    std::memcpy(&pte, memory_.frame(pde >> 12) + (addr >> 12 & 1023) * sizeof pte, sizeof pte);
    if ((pte & 1) == 0) return std::nullopt;
    return (pte & 0xfffff000) + (addr & 0xfff);
  }

  /// The kernel reads while a process is active: what it gets is what swapper_pg_dir has, or an oops where that has nothing.
  /// [paging.kernel.ends_as_swapper]
  impl::KernelReturned<Address> read(std::uint32_t who, Address addr) {
    const Pfn pgd = processes_.empty() ? Paging::swapper_pg_dir : processes_[who % processes_.size()].pgd;
    const auto phys = kernel_.paging().read(pgd, addr, false);
    const std::optional<Address> meant = through_swapper(addr);
    require(phys ? meant == *phys : !meant, "every kernel access ends as swapper_pg_dir has it");
    return phys;
  }

  std::vector<Entry> kernel_half(Pfn pgd) const {
    const Entry* const entries = kernel_.paging().directory(pgd);
    return {entries + first_kernel_slot, entries + impl::entries_per_table};
  }

  void require_laws(const std::vector<Entry>& before) {
    const std::vector<Entry> swapper = kernel_half(Paging::swapper_pg_dir);
    for (std::size_t slot = 0; slot < swapper.size(); ++slot)
      require(before[slot] == 0 || swapper[slot] == before[slot], "entries of swapper_pg_dir change once");
    std::vector<Pfn> directories;
    for (const Process& process : processes_) directories.push_back(process.pgd);
    kernel_.paging().for_each_quick_pgd([&](Pfn pgd) { directories.push_back(pgd); });
    for (const Pfn pgd : directories) require_shared(kernel_half(pgd), swapper);
    require_no_free_frame_mapped(directories);
  }

  /// [paging.kernel.absent_or_equal], [paging.kernel.preallocated.equal]
  void require_shared(const std::vector<Entry>& half, const std::vector<Entry>& swapper) const {
    const bool lazy = boot_.kernel.sharing == kernel_map::Sharing::lazy;
    for (std::size_t slot = 0; slot < half.size(); ++slot)
      require(half[slot] == swapper[slot] || (lazy && half[slot] == 0),
              lazy ? "a slot of a directory is absent or equal" : "a slot of a directory is equal");
  }

  /// [kernel.frames.free_or_mapped], and for tables, directories and what the TLB remembers likewise.
  void require_no_free_frame_mapped(const std::vector<Pfn>& directories) const {
    const std::vector<bool> frames = free();
    const auto is_free = [&](Pfn pfn) { return pfn < frames.size() && frames[pfn]; };
    for (const Pfn pgd : directories) {
      require(!is_free(pgd), "no directory is in a free frame");
      require_tables(pgd, 0, first_kernel_slot, is_free);
    }
    const std::uint32_t behind_ram = kernel_map::high_memory(boot_) - 1u;
    require_tables(Paging::swapper_pg_dir, (behind_ram >> 22) + 1, impl::entries_per_table, is_free);
    kernel_.paging().cpu().tlb().for_each([&](Address page, const impl::CachedTranslation& cached) {
      const bool direct = page >= 0xc0000000 && page < kernel_map::high_memory(boot_);
      require(direct || !is_free(cached.pfn), "no translation of the TLB leads to a free frame");
    });
  }
  template <class IsFree>
  void require_tables(Pfn pgd, std::uint32_t first, std::uint32_t end, const IsFree& is_free) const {
    for (std::uint32_t slot = first; slot < end; ++slot) {
      const Entry pde = kernel_.paging().directory(pgd)[slot];
      if ((pde & 1) == 0) continue;
      require(!is_free(pde >> 12), "no page table is in a free frame");
      const Entry* const table = kernel_.paging().directory(pde >> 12);
      for (std::uint32_t page = 0; page < impl::entries_per_table; ++page)
        require((table[page] & 1) == 0 || !is_free(table[page] >> 12), "no frame is both free and mapped");
    }
  }

  const kernel_map::Boot<std::uint32_t> boot_;
  Memory& memory_;
  Kernel kernel_;
  std::vector<Process> processes_;
  std::vector<Area> areas_;
  std::uint32_t stamps_ = 0;
  std::uint32_t stamp_ = 0;
};

}  // namespace refmm::kernel_processes::inline REFMM_BUILD
