// PagedMemory: what it can be asked, what it holds, and what is short enough to be inlined. fault.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/fault_cache.hpp>
#include <refmm/impl/fault_frames.hpp>
#include <refmm/impl/fault_page.hpp>
#include <refmm/impl/fault_swap_area.hpp>
#include <refmm/impl/fault_tracer.hpp>
#include <refmm/impl/paging_processor.hpp>
#include <refmm/impl/vma_area.hpp>
#include <refmm/impl/vma_mprotect.hpp>
#include <refmm/spec/fault.hpp>
#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

template <FaultTracer Tracer = NoTracer>
class PagedMemory {
 public:
  using Frames = PageFrames<Tracer>;
  using Cache = PageCache<Frames>;
  using Area = VmArea<Address>;
  using Handled = fault::Handled;

  struct Sizes {
    std::uint32_t ram_pages;     // frames that can be allocated
    std::uint32_t swap_pages;    // slots; 0: no swap area
    std::uint32_t page_cluster;  // pages are read in groups of 2 to the power of this
  };

  /// Throws std::bad_alloc or std::system_error if the host has no memory. `tracer` must outlive it.
  PagedMemory(const Sizes& sizes, Tracer& tracer)
      : tracer_(tracer),
        frames_(sizes.ram_pages, tracer),
        cache_(frames_, sizes.ram_pages),
        swap_(sizes.swap_pages),
        cpu_(frames_, false),
        group_(1u << sizes.page_cluster) {
    swapper_space_.number = fault::swapper_space;
  }

  // ---- Tables of a process (fault_tables.hpp) ----

  /// A page directory for a new process; false if there is no frame.
  bool pgd_alloc(PageTables& tables);
  /// It goes; no area may be left, and no page table.
  void pgd_free(PageTables& tables);
  /// Frees the tables of `count` slots of the directory.
  void clear_page_tables(PageTables& tables, std::uint32_t first, std::uint32_t count);
  /// The entry for an address, or nullptr where there is no table.
  Entry* pte_offset(const PageTables& tables, Address addr) const;
  Entry* directory(const PageTables& tables) const { return table_in(frames_, tables.pgd); }

  // ---- Faults (fault_handle.hpp) ----

  /// Gives the page of an address to a process. Permissions are not looked at.
  Handled handle_mm_fault(Space space, Area& area, Address addr, bool write);
  /// Faults a range of an area in; ends silently at the first page that cannot be had.
  void make_pages_present(Space space, Area& area, Address start, Address end);

  // ---- Ranges of a process (fault_unmap.hpp, fault_copy.hpp, fault_move.hpp, fault_sync.hpp) ----

  /// The pages are given up, and the TLB is flushed.
  void zap_page_range(Space space, Address start, Address end);
  void change_protection(Space space, Address start, Address end, Entry protection);
  /// Copies the entries of an area to the same places of a child; false if a table cannot be had. Flushes nothing.
  bool copy_page_range(PageTables& parent, PageTables& child, const Area& area);
  /// Moves the entries of a range to an empty one; false if a table cannot be had, and then nothing has moved. Flushes if it moved.
  bool move_page_tables(Space space, Address from, Address to, Address len);
  /// Dirty bits of entries become dirty pages; flushes.
  void filemap_sync(Space space, Address start, Address end);

  /// The processor forgets what it remembers of the tables; an effect if they are those of the caller.
  void flush_tlb(Space space);

  // ---- Objects (fault_object.hpp) ----

  /// Writes the dirty pages of a file. Shared memory stays where it is.
  void sync_pages(MemoryObject& object);
  struct ClusterRead {
    bool had_frames;
    std::uint32_t last;  // the page that found none
  };
  /// Brings a page of a file into the cache with its group, or alone; false if there is no frame.
  ClusterRead read_cluster(MemoryObject& file, std::uint32_t index);
  bool page_cache_read(MemoryObject& file, std::uint32_t index);
  /// A page of a file with a reference to it; 0 if there is no frame, or it could not be read.
  struct FilePage {
    Pfn pfn;
    bool had_frame;
  };
  /// Up to date, from the cache or brought into it alone.
  FilePage page_to_read(MemoryObject& file, std::uint32_t index);
  /// To be written in `bytes` bytes: it has what the rest of it must have.
  FilePage page_to_write(MemoryObject& file, std::uint32_t index, std::uint32_t bytes);
  /// It was written: it is up to date and dirty.
  void commit_page(Pfn pfn);
  /// Drops the pages from `start` on; in the page in front of them the bytes from `partial` on become zeros if that is not 0.
  void truncate_inode_pages(MemoryObject& object, std::uint32_t start, Address partial);
  /// A page that is in memory ends at byte `from`; zeros follow.
  void clear_tail(const MemoryObject& object, std::uint32_t index, Address from);
  /// A shared memory object loses its pages and its slots.
  void release_object(MemoryObject& object);

  // ---- Reclaiming (fault_reclaim.hpp, fault_swapoff.hpp) ----

  /// Unmaps a page that can be had back; false if it stays.
  bool try_to_swap_out(PageTables& tables, Address addr);
  /// Frees every page that only its cache has. Returns how many.
  std::uint32_t reclaim();

  /// Brings all slots into memory. `for_each_area(visit)` calls visit(tables, area) for all areas of all processes.
  template <class ForEachArea>
  EndOfUse swapoff(ForEachArea for_each_area);

  // ---- References from outside ----

  void get_page(Pfn pfn) { frames_.get_page(frames_.page(pfn)); }
  void put_page(Pfn pfn) { frames_.put_page(frames_.page(pfn)); }

  // ---- What there is ----

  Frames& frames() { return frames_; }
  const Frames& frames() const { return frames_; }
  const Cache& cache() const { return cache_; }
  SwapArea& swap() { return swap_; }
  const SwapArea& swap() const { return swap_; }
  Processor<Frames>& cpu() { return cpu_; }
  std::uint32_t group() const { return group_; }
  Tracer& tracer() { return tracer_; }

  /// So many transfers fail from now on ([process.settings]).
  std::uint32_t fail_read = 0;
  std::uint32_t fail_swap_read = 0;
  std::uint32_t fail_swap_write = 0;

 private:
  // ---- Entries ----

  static bool is_shared(const Area& area) { return area.has(vma::VM_SHARED); }
  static MemoryObject* object_of(const Area& area) {
    return area.vm_file == nullptr ? nullptr : area.vm_file->inode->i_mapping;
  }
  static std::uint32_t page_index(const Area& area, Address addr) {
    return ((addr - area.vm_start) >> page_shift) + area.vm_pgoff;
  }
  /// With the protection that follows from the flags of the area.
  static Entry entry_for(const Area& area, Pfn pfn) { return mk_entry(pfn, page_protection(area.vm_flags)); }

  Entry* pte_alloc(PageTables& tables, Address addr);
  void free_table(PageTables& tables, std::uint32_t slot);
  /// Calls visit(entries, addr, count) for each part of a range that has a page table, upwards, as long as it returns true.
  template <class Visit>
  void for_each_table(const PageTables& tables, Address start, Address end, Visit visit) const;
  void flush_tlb_page(Space space, Address addr);
  void forget(const PageTables& tables, Address addr);

  // ---- Faults ----

  /// A page for a fault, with a reference to it; or why there is none.
  struct NoPage {
    Pfn pfn;          // or 0
    Handled refusal;  // if it is 0
  };
  static NoPage no_page(Handled refusal) { return {0, refusal}; }

  Handled do_anonymous_page(PageTables& tables, const Area& area, Entry* pte, bool write);
  Handled do_no_page(Space space, Area& area, Address addr, Entry* pte, bool write);
  Handled do_swap_page(Space space, const Area& area, Entry* pte, bool write);
  Handled do_wp_page(Space space, const Area& area, Address addr, Entry* pte);
  NoPage filemap_nopage(Space space, Area& area, MemoryObject& file, Address addr, bool no_share);
  NoPage shmem_nopage(const Area& area, MemoryObject& object, Address addr);
  NoPage shmem_swapped_in(MemoryObject& object, std::uint32_t index, SwapSlot& slot);
  NoPage copied_early(Pfn pfn);
  bool read_in(const Area& area, MemoryObject& file, std::uint32_t index);
  void sequential_readahead(Space space, Area& area, MemoryObject& file, std::uint32_t index);

  // ---- Entries given up ----

  bool free_pte(Entry entry);
  void entry_given_up(PageTables& tables, Entry* pte, Address addr, Page& page, Entry entry);
  void copy_pte(const Area& area, Entry* from, Entry* to);
  void filemap_sync_pte(Space space, Entry* pte, Address addr);
  bool move_one_page(PageTables& tables, Address from, Address to);

  // ---- The caches (fault_object.hpp, fault_swap.hpp) ----

  void add_to_page_cache(Pfn pfn, MemoryObject& mapping, std::uint32_t index);
  void remove_from_page_cache(Page& page);
  void set_page_dirty(Page& page);
  static bool transfer_fails(std::uint32_t& fails_left) { return fails_left != 0 && fails_left-- != 0; }
  static void page_read(Page& page, bool done);
  void read_page(Pfn pfn);
  void write_page(Page& page);

  void add_to_swap_cache(Pfn pfn, std::uint32_t slot);
  void delete_from_swap_cache(Page& page);
  bool is_page_shared(const Page& page) const;
  void free_page_and_swap_cache(Page& page);
  void attach_buffer(Page& page);
  void swap_read(Pfn pfn);
  bool swap_write(Page& page);
  Pfn read_swap_cache(std::uint32_t slot);
  void swapin_readahead(std::uint32_t slot);
  Pfn swapped_in(std::uint32_t slot);
  void forget_unread_page(Page& page);
  bool shmem_writepage(Page& page);

  // ---- Reclaiming ----

  bool launder(Page& page);
  bool reclaim_page(Page& page);

  /// An entry that leads to a slot, or to its page while that is in the swap cache; the last one of the slot found before.
  struct EntryOfSlot {
    Entry* pte;
    PageTables* tables;
    Entry protection;
    std::size_t next;  // place of the one found before, + 1; 0 if there is none
  };
  void unuse_pte(const EntryOfSlot& entry, std::uint32_t slot, Pfn pfn);
  void unuse_object(std::uint32_t slot, Pfn pfn);

  Tracer& tracer_;
  Frames frames_;
  Cache cache_;
  SwapArea swap_;
  MemoryObject swapper_space_;  // whose pages are those of the swap cache, by slot
  Processor<Frames> cpu_;
  std::uint32_t group_;  // pages that are read together
};

}  // namespace refmm::impl::inline REFMM_BUILD
