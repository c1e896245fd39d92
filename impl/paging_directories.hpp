// PageDirectories: what it can be asked, what it holds, and what is short enough to be inlined. paging.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/kernel_map_layer.hpp>
#include <refmm/impl/paging_processor.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_state.hpp>
#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace refmm::impl::inline REFMM_BUILD {

template <KernelMapLayer Layer>
class PageDirectories {
 public:
  using Boot = kernel_map::Boot<std::uint32_t>;

  static constexpr Pfn swapper_pg_dir = kernel_map::swapper_pfn<std::uint32_t>;

  /// As boot leaves them. `layer` must outlive it, and has just been reset. Throws std::invalid_argument if the machine has other
  /// tables, or the kernel's half no room for its mappings.
  PageDirectories(const Boot& boot, Layer& layer)
      : boot_(boot),
        layer_(layer),
        first_kernel_slot_(pgd_index(boot.kernel.machine.page_offset)),
        cpu_(layer, kernel_map::has_global_pages(boot)) {
    set_up();
  }
  PageDirectories(const PageDirectories&) = delete;
  PageDirectories& operator=(const PageDirectories&) = delete;

  const Boot& boot() const { return boot_; }

  /// The flags of a page of the kernel's half. 2.4.0: PAGE_KERNEL.
  std::uint32_t page_kernel() const {
    return paging::KERNPG_TABLE | (kernel_map::has_global_pages(boot_) ? paging::PAGE_GLOBAL : 0);
  }

  // ---- Directories of processes (paging_pgd.hpp) ----

  /// A directory: the first one of the quick list, or a new one; Refused if there is no frame for it.
  KernelReturned<Pfn> pgd_alloc();
  /// Its frame goes back. Whoever calls has cleared the user's half.
  void pgd_free(Pfn pgd);
  /// It goes to the quick list, with what it holds.
  void pgd_free_fast(Pfn pgd);
  /// A frame goes to the quick list of tables.
  KernelReturned<Pfn> pte_free_fast();
  /// Trims both quick lists if they have more than `high` together, until they have no more than `low`: how many frames were freed.
  KernelReturned<std::uint32_t> check_pgt_cache(std::int32_t low, std::int32_t high);

  // ---- The user's half (paging_user.hpp) ----

  /// Maps a frame at the page of `addr`: which one, or Refused.
  KernelReturned<Pfn> map_user(Pfn pgd, Address addr, bool writable);
  /// The tables of `nr` slots from `first` on go, with what they map; the kernel's half stays.
  void clear_page_tables(Pfn pgd, std::uint32_t first, std::uint32_t nr);

  // ---- Accesses (paging_fault.hpp) ----

  /// A read of a byte while a directory is active, through cold TLB and tables: whether it took a fault that brought the directory up
  /// to date, or Refused.
  KernelReturned<bool> touch(Pfn pgd, Address addr, bool user);

  /// The same through the TLB as it is, faults included: where the byte is, or Refused.
  KernelReturned<Address> read(Pfn pgd, Address addr, bool user);

  // ---- Tables of the kernel (paging_table.hpp) ----

  /// The table of a slot of swapper_pg_dir, made if there is none; nullptr if it cannot be made.
  Entry* pte_alloc_kernel(std::uint32_t slot);
  /// The table of a slot, or nullptr.
  Entry* kernel_table(std::uint32_t slot) const {
    const Entry pde = directory(swapper_pg_dir)[slot];
    return is_present(pde) ? table_in(layer_, pfn_of(pde)) : nullptr;
  }

  /// What a kernel would do that takes tables back: directories that have copied the entry then lead to a frame that is somebody
  /// else's. Only a mutant does it ([paging.kernel.monotone]).
  void take_empty_table_back(std::uint32_t slot);

  /// Forgets all translations: until then the processor may use entries that are gone. 2.4.0: flush_tlb_all.
  void flush_tlb_all() { flush(kernel_map::has_global_pages(boot_)); }

  // ---- What an observer sees ----

  const Processor<Layer>& cpu() const { return cpu_; }
  const Entry* directory(Pfn pgd) const { return table_in(layer_, pgd); }
  std::uint32_t pgtable_cache_size() const { return pgtable_cache_size_; }

  /// Calls `see(frame)` for the frames of a quick list, first one first; at most for as many as there should be, and one.
  template <class See>
  void for_each_quick_pgd(See see) const {
    for_each_linked(pgd_quicklist_, see);
  }
  template <class See>
  void for_each_quick_pte(See see) const {
    for_each_linked(pte_quicklist_, see);
  }

 private:
  Entry* entries_of(Pfn pgd) { return table_in(layer_, pgd); }
  void flush(bool global) {
    cpu_.flush(global);
    layer_.flush_tlb(global);
  }
  void set_pde(Pfn pgd, std::uint32_t slot, Entry entry) {
    entries_of(pgd)[slot] = entry;
    layer_.set_pde(pgd, slot, entry);
  }

  // ---- Quick lists: the first entry of a frame leads to the next one, as if to a table that is not present ----

  void push(Pfn& list, Pfn pfn) {
    entries_of(pfn)[0] = mk_entry(list, 0);
    list = pfn;
    ++pgtable_cache_size_;
  }
  Pfn pop(Pfn& list) {
    const Pfn pfn = list;
    list = pfn_of(entries_of(pfn)[0]);
    --pgtable_cache_size_;
    return pfn;
  }
  template <class See>
  void for_each_linked(Pfn list, See& see) const {
    for (std::size_t seen = 0; list != 0 && seen <= pgtable_cache_size_; ++seen) {
      see(list);
      list = pfn_of(directory(list)[0]);
    }
  }
  void leave(Pfn pgd) {
    if (cpu_.cr3() == pgd) cpu_.load_cr3(swapper_pg_dir);
  }

  // ---- paging_boot.hpp ----

  void check_machine() const;
  void set_up();
  void map_ram();
  Entry* boot_table(std::uint32_t slot);
  void preallocate_tables();

  // ---- paging_table.hpp ----

  std::optional<Pfn> new_table();

  // ---- paging_user.hpp ----

  template <class See>
  void for_each_user_table(Pfn pgd, std::uint32_t first, std::uint32_t nr, See see);

  // ---- paging_fault.hpp ----

  std::optional<kernel_map::Refusal> do_page_fault(Pfn pgd, Address addr, std::uint32_t error_code);

  const Boot boot_;
  Layer& layer_;
  const std::uint32_t first_kernel_slot_;  // 2.4.0: USER_PTRS_PER_PGD
  Processor<Layer> cpu_;
  Pfn next_boot_table_ = kernel_map::first_boot_table<std::uint32_t>;
  Pfn pgd_quicklist_ = 0;  // 0 for none
  Pfn pte_quicklist_ = 0;
  std::uint32_t pgtable_cache_size_ = 0;  // frames on both
};

}  // namespace refmm::impl::inline REFMM_BUILD
