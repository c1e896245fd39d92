// Page frames, the files and objects that pages belong to, slots of the swap area, and the tables that lead to pages.
//
// Source: include/linux/mm.h (struct page), include/linux/fs.h (struct address_space), include/linux/swap.h of 2.4.0.
#pragma once

#include <refmm/impl/fault_store.hpp>
#include <refmm/impl/paging_entries.hpp>
#include <refmm/spec/fault.hpp>
#include <refmm/spec/mutant.hpp>

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/set.hpp>

#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

namespace intrusive = boost::intrusive;

struct MemoryObject;

/// The place of a page among the clean or the dirty pages of its object: it can leave without knowing which of the two.
using PageHook =
    intrusive::list_base_hook<intrusive::tag<class PageTag>, intrusive::link_mode<intrusive::auto_unlink>>;
/// The place of a slot among those of its object.
using SlotHook =
    intrusive::set_base_hook<intrusive::tag<class SlotTag>, intrusive::link_mode<intrusive::auto_unlink>,
                             intrusive::optimize_size<true>>;

/// A page frame. 2.4.0: struct page.
struct Page : PageHook {
  MemoryObject* mapping = nullptr;  // whose page it is, or nullptr
  std::uint32_t count = 0;          // references; 0: free
  std::uint32_t flags = 0;          // PG_*
  std::uint32_t index = 0;          // which page of it, or which slot
  Pfn next_hash = 0;                // behind it in the chain of the page cache, or 0
  bool buffers = false;             // it has a buffer, which is a reference

  bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
  bool is_in_swap_cache() const { return has(fault::PG_swap_cache); }
};

/// Newest first.
using PageList = intrusive::list<Page, intrusive::base_hook<PageHook>, intrusive::constant_time_size<false>>;

/// A slot of the swap area. Most say so by their count alone; one that holds a page of a shared memory object knows which.
struct SwapSlot : SlotHook {
  MemoryObject* object = nullptr;
  std::uint32_t index = 0;  // which page of it
  std::uint32_t count = 0;  // references; 0: free
};

struct IndexOfSlot {
  using type = std::uint32_t;
  type operator()(const SwapSlot& slot) const { return slot.index; }
};
/// Ascending by the pages that they hold.
using SlotSet = intrusive::set<SwapSlot, intrusive::base_hook<SlotHook>, intrusive::key_of_value<IndexOfSlot>,
                               intrusive::constant_time_size<false>>;

/// A file, a shared memory object, or the swap area as far as its pages are in memory. 2.4.0: struct address_space.
struct MemoryObject {
  std::uint32_t number = 0;  // as in fault::Memory
  bool shared_memory = false;
  Address i_size = 0;  // bytes
  PageList clean_pages;
  PageList dirty_pages;
  SlotSet slots;   // of shared memory: of the pages that are in the swap area
  PageStore disk;  // of a file

  /// The last one counts as whole.
  std::uint32_t pages() const { return (i_size + (page_size - 1)) >> page_shift; }
};

/// The tables of a process. 2.4.0: pgd and rss of mm_struct.
struct PageTables {
  Pfn pgd = 0;            // the frame of the directory
  std::uint32_t rss = 0;  // pages that they lead to
};

/// Tables, and whether they are those of the process that makes the call: what it flushes is an effect of the call.
struct Space {
  PageTables& tables;
  bool current;
};

// ---- Entries --------------------------------------------------------------------------------------------------------------

/// True of an entry for a page in memory, whether or not the processor sees it. 2.4.0: pte_present.
constexpr bool pte_present(Entry entry) { return has_flag(entry, fault::PAGE_PRESENT | fault::PAGE_PROTNONE); }

/// The entry for a slot, and the slot of an entry. 2.4.0: swp_entry_to_pte, pte_to_swp_entry.
inline constexpr unsigned slot_shift = 8;
constexpr Entry entry_of_slot(std::uint32_t slot) { return slot << slot_shift; }
constexpr std::uint32_t slot_of_entry(Entry entry) { return entry >> slot_shift; }
constexpr bool is_swapped(Entry entry) { return entry != 0 && !pte_present(entry); }

}  // namespace refmm::impl::inline REFMM_BUILD
