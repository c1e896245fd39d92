// The kernel's mappings of impl/ over a machine, driven by commands: a template over the memory below, so that the tests can drive
// them over the page allocator, too.
#pragma once

#include <refmm/impl/kernel_map.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/tests/kernel_map_subject.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::inline REFMM_BUILD {

/// `Memory` is a KernelMapLayer that its owner has reset for `boot`, and has beside: knobs(), set_reserved(first, last, reserved),
/// number_of(pgd), objs_made(), pgds_made(), stale(), frames().
template <class Memory>
class KernelMapMachine {
 public:
  using Word = std::uint32_t;
  using Result = KernelMapFamily::Result;
  using State = KernelMapFamily::State;
  using Kernel = impl::KernelMappings<Memory>;
  using Paging = impl::PageDirectories<Memory>;

  KernelMapMachine(const KernelMapFamily::Boot& boot, impl::KernelAreas::Slabs& slabs, Memory& memory)
      : memory_(memory), kernel_(boot, slabs, memory) {}

  Result apply(const KernelMapFamily::Command& command) {
    return std::visit([&](const auto& call) { return run(call); }, command);
  }

  void observe(State& seen) const {
    seen.vmlist.clear();
    for (const impl::KernelArea& area : kernel_.areas().all()) {
      seen.vmlist.push_back({area.vm_start, area.vm_end - area.vm_start, area.flags, area.obj});
      if (seen.vmlist.size() > kernel_.areas().size())
        break;  // one more than there are shows that the list does not end
    }
    observe_directories(seen);
    observe_tables(seen);
    observe_window(seen);
    seen.stale = memory_.stale();
    observe_tlb(seen);
    seen.frames = memory_.frames();
    seen.knobs = memory_.knobs();
    seen.objs_made = memory_.objs_made();
    seen.pgds_made = memory_.pgds_made();
  }

  Kernel& kernel() { return kernel_; }
  const Kernel& kernel() const { return kernel_; }

  /// The frame of a directory: 0 is swapper_pg_dir. It must exist.
  impl::Pfn pgd(std::uint32_t number) const { return number == 0 ? Paging::swapper_pg_dir : pgds_.at(number); }
  const std::map<std::uint32_t, impl::Pfn>& pgds() const { return pgds_; }

 private:
  using Entries = kernel_map::Entries<Word>;

  // ---- Observing ----------------------------------------------------------------------------------------------------

  Entries entries_in(impl::Pfn pfn) const {
    Entries seen{};
    const impl::Entry* const entries = impl::table_in(memory_, pfn);
    for (Word slot = 0; slot != impl::entries_per_table; ++slot)
      if (entries[slot] != 0) seen.written.push_back({slot, entries[slot]});
    return seen;
  }

  void observe_directories(State& seen) const {
    const Paging& paging = kernel_.paging();
    seen.swapper_pg_dir = entries_in(Paging::swapper_pg_dir);
    seen.pgds.clear();
    for (const auto& [number, pfn] : pgds_) seen.pgds.push_back({number, pfn, entries_in(pfn)});
    seen.pgd_quicklist.clear();
    paging.for_each_quick_pgd([&](impl::Pfn pfn) {
      seen.pgd_quicklist.push_back({0, pfn, updated(entries_in(pfn), 0, 0)});
    });
    seen.pte_quicklist.clear();
    paging.for_each_quick_pte([&](impl::Pfn pfn) { seen.pte_quicklist.push_back(pfn); });
    seen.pgtable_cache_size = paging.pgtable_cache_size();
  }

  /// The tables are those that a directory leads to.
  void observe_tables(State& seen) const {
    std::set<impl::Pfn> tables;
    const auto add = [&](const Entries& directory) {
      for (const auto& [slot, entry] : directory.written)
        if (impl::is_present(entry) && !impl::is_large(entry)) tables.insert(impl::pfn_of(entry));
    };
    add(seen.swapper_pg_dir);
    for (const auto& pgd : seen.pgds) add(pgd.entries);
    for (const auto& pgd : seen.pgd_quicklist) add(pgd.entries);
    seen.tables.clear();
    for (const impl::Pfn pfn : tables) seen.tables.push_back({pfn, entries_in(pfn)});
  }

  void observe_window(State& seen) const {
    const impl::KmapWindow& window = kernel_.window();
    seen.pkmap = {};
    seen.pkmap.last_pkmap_nr = window.last();
    for (Word entry = 0; entry != impl::KmapWindow::entries; ++entry)
      if (window.count(entry) != 0) seen.pkmap.count.written.push_back({entry, window.count(entry)});
    for (impl::Pfn pfn = kernel_.paging().boot().ram_pages; pfn < kernel_.num_physpages(); ++pfn)
      if (const auto entry = window.entry_of(pfn))
        seen.pkmap.address.written.push_back({pfn, window.address(*entry)});
  }

  /// What the TLB has and neither the active directory nor swapper_pg_dir has, as far as it is not known to be stale.
  void observe_tlb(State& seen) const {
    kernel_.paging().cpu().tlb().for_each([&](Word page, const impl::CachedTranslation& cached) {
      for (const impl::Pfn pgd : {kernel_.paging().cpu().cr3(), Paging::swapper_pg_dir})
        if (is_in_tables(pgd, page, cached)) return;
      const paging::StaleTranslation<Word> stale{page, cached.entry};
      if (std::ranges::find(seen.stale, stale) == seen.stale.end()) seen.stale.push_back(stale);
    });
  }
  bool is_in_tables(impl::Pfn pgd, Word page, const impl::CachedTranslation& cached) const {
    const impl::Entry pde = kernel_.paging().directory(pgd)[impl::pgd_index(page)];
    if (!impl::is_present(pde)) return false;
    if (impl::is_large(pde)) return cached.entry == pde && cached.pfn == impl::pfn_of(pde) + impl::pte_index(page);
    const impl::Entry pte = impl::table_in(memory_, impl::pfn_of(pde))[impl::pte_index(page)];
    return cached.entry == pte && cached.pfn == impl::pfn_of(pte);
  }

  // ---- Calls --------------------------------------------------------------------------------------------------------

  static Result result_of(const impl::KernelReturned<impl::Address>& address) {
    if (!address) return kernel_map::Refused{address.refusal()};
    return kernel_map::Address<Word>{*address};
  }
  static Result frame_of(const impl::KernelReturned<impl::Pfn>& pfn) {
    if (!pfn) return kernel_map::Refused{pfn.refusal()};
    return kernel_map::FrameNumber<Word>{*pfn};
  }
  bool is_known(std::uint32_t number) const { return pgds_.contains(number); }
  bool is_frame(Word pfn) const { return pfn < kernel_.num_physpages(); }

  Result run(const kernel_map::Vmalloc<Word>& c) { return result_of(kernel_.vmalloc(c.gfp, c.size)); }
  Result run(const kernel_map::Vfree<Word>& c) {
    kernel_.vfree(c.addr);
    return kernel_map::Nothing{};
  }
  Result run(const kernel_map::Ioremap<Word>& c) { return result_of(kernel_.ioremap(c.phys, c.size, c.nocache)); }
  Result run(const kernel_map::Iounmap<Word>& c) {
    kernel_.iounmap(c.addr);
    return kernel_map::Nothing{};
  }

  Result run(const kernel_map::PgdAlloc&) {
    const auto pgd = kernel_.paging().pgd_alloc();
    if (!pgd) return kernel_map::Refused{pgd.refusal()};
    const std::uint32_t number = memory_.number_of(*pgd);
    pgds_[number] = *pgd;
    return kernel_map::PgdNumber{number};
  }
  Result run(const kernel_map::PgdFree& c) {
    if (is_known(c.pgd)) kernel_.paging().pgd_free(forget(c.pgd));
    return kernel_map::Nothing{};
  }
  Result run(const kernel_map::PgdFreeFast& c) {
    if (is_known(c.pgd)) kernel_.paging().pgd_free_fast(forget(c.pgd));
    return kernel_map::Nothing{};
  }
  impl::Pfn forget(std::uint32_t number) { return pgds_.extract(number).mapped(); }
  Result run(const kernel_map::PteFreeFast&) { return frame_of(kernel_.paging().pte_free_fast()); }
  Result run(const kernel_map::CheckPgtCache& c) {
    const auto freed = kernel_.paging().check_pgt_cache(c.low, c.high);
    if (!freed) return kernel_map::Refused{freed.refusal()};
    return kernel_map::Freed{*freed};
  }
  Result run(const kernel_map::Touch<Word>& c) {
    if (c.pgd != 0 && !is_known(c.pgd)) return kernel_map::Nothing{};
    const auto synced = kernel_.paging().touch(pgd(c.pgd), c.addr, c.user);
    if (!synced) return kernel_map::Refused{synced.refusal()};
    return kernel_map::Touched{*synced};
  }

  Result run(const kernel_map::MapUser<Word>& c) {
    if (!is_known(c.pgd)) return kernel_map::Nothing{};
    return frame_of(kernel_.paging().map_user(pgd(c.pgd), c.addr, c.writable));
  }
  Result run(const kernel_map::ClearPageTables<Word>& c) {
    if (is_known(c.pgd)) kernel_.paging().clear_page_tables(pgd(c.pgd), c.first, c.nr);
    return kernel_map::Nothing{};
  }

  Result run(const kernel_map::Kmap<Word>& c) {
    if (!is_frame(c.pfn)) return kernel_map::Nothing{};
    return result_of(kernel_.kmap(c.pfn));
  }
  Result run(const kernel_map::Kunmap<Word>& c) {
    if (!is_frame(c.pfn)) return kernel_map::Nothing{};
    const auto done = kernel_.kunmap(c.pfn);
    if (!done) return kernel_map::Refused{done.refusal()};
    return kernel_map::Nothing{};
  }

  Result run(const kernel_map::Reserve<Word>& c) {
    memory_.set_reserved(c.first, c.last, true);
    return kernel_map::Nothing{};
  }
  Result run(const kernel_map::Unreserve<Word>& c) {
    memory_.set_reserved(c.first, c.last, false);
    return kernel_map::Nothing{};
  }
  Result run(const kernel_map::GetPage& c) {
    const bool high = c.high && kernel_.paging().boot().config == kernel_map::Config::highmem;
    const auto pfn = memory_.alloc_page(high ? kernel_map::Gfp::kernel_highmem : kernel_map::Gfp::kernel);
    if (!pfn) return kernel_map::Refused{kernel_map::Refusal::no_frame_left};
    return kernel_map::FrameNumber<Word>{*pfn};
  }
  Result run(const kernel_map::PutPage<Word>& c) {
    if (is_frame(c.pfn)) memory_.free_page(c.pfn);
    return kernel_map::Nothing{};
  }
  Result run(const kernel_map::SetKnobs& c) {
    kernel_map::Knobs& knobs = memory_.knobs();
    const auto set = [](std::uint32_t& knob, const auto& value) { knob = value.value_or(knob); };
    set(knobs.skip_pages, c.skip_pages);
    set(knobs.fail_pages, c.fail_pages);
    set(knobs.fail_kmalloc, c.fail_kmalloc);
    return kernel_map::Nothing{};
  }

  Memory& memory_;
  Kernel kernel_;
  std::map<std::uint32_t, impl::Pfn> pgds_;  // by number
};

}  // namespace refmm::inline REFMM_BUILD
