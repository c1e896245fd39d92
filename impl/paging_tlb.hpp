// A translation lookaside buffer: what the processor remembers of the tables.
//
// Four ways of sixteen sets, as the Pentium has for data. An entry may be used until it is flushed, whatever the tables say
// meanwhile ([paging.tlb.stale]): who takes an entry out of the tables flushes before the frame is somebody else's.
#pragma once

#include <refmm/impl/paging_entries.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// What a walk found out about a page.
struct CachedTranslation {
  Entry entry = 0;  // that maps the page: of the table, or of the directory for a 4 MB page
  Pfn pfn = 0;      // of the page of 4 KiB
  Entry permitted =
      0;  // PAGE_USER and PAGE_RW, as both levels have them; PAGE_DIRTY once it was written through this
  bool global = false;  // kept by a flush that is not a global one
};

class Tlb {
 public:
  static constexpr std::size_t sets = 16;
  static constexpr std::size_t ways = 4;

  Tlb() {
    for (Set& set : sets_) set.page.fill(no_page);
  }

  /// What is remembered of the page of an address, or nullptr.
  const CachedTranslation* lookup(Address addr) const {
    const Set& set = set_of(addr);
    const Address page = page_of(addr);
    for (std::size_t way = 0; way < ways; ++way)
      if (set.page[way] == page) return &set.translation[way];
    return nullptr;
  }

  /// Remembers a page, in place of what was remembered of it, or of the page of its set that came first.
  void insert(Address addr, const CachedTranslation& translation) {
    Set& set = set_of(addr);
    std::size_t place = set.next;
    for (std::size_t way = 0; way < ways; ++way)
      if (set.page[way] == page_of(addr)) place = way;
    if (place == set.next) set.next = (set.next + 1) % ways;
    set.page[place] = page_of(addr);
    set.translation[place] = translation;
  }

  /// Forgets all but global pages: a load of CR3. [paging.tlb.flush]
  void flush() {
    for (Set& set : sets_) {
      for (std::size_t way = 0; way < ways; ++way)
        if (!set.translation[way].global) set.page[way] = no_page;
    }
  }

  /// Forgets everything: a change of CR4.PGE. [paging.tlb.flush_global]
  void flush_global() {
    if (mutant("paging.impl.tlb.keeps_global_pages")) return flush();
    for (Set& set : sets_) set.page.fill(no_page);
  }

  /// Forgets one page, global or not: invlpg.
  void flush_one(Address addr) {
    Set& set = set_of(addr);
    for (Address& page : set.page)
      if (page == page_of(addr)) page = no_page;
  }

  /// Calls `see(page, translation)` for all that is remembered.
  template <class See>
  void for_each(See see) const {
    for (const Set& set : sets_) {
      for (std::size_t way = 0; way < ways; ++way)
        if (set.page[way] != no_page) see(set.page[way], set.translation[way]);
    }
  }

 private:
  static constexpr Address no_page = 1;  // no address of a page

  struct Set {
    std::array<Address, ways> page;
    std::array<CachedTranslation, ways> translation{};
    std::size_t next = 0;  // the way that is given up next
  };

  const Set& set_of(Address addr) const { return sets_[(addr >> page_shift) % sets]; }
  Set& set_of(Address addr) { return sets_[(addr >> page_shift) % sets]; }

  std::array<Set, sets> sets_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
