// Bytes that processes of later eras store: in pages of their own, which copies of a process share until one is written to, and in
// objects, which are files and memory that is shared without one. Part of impl/since.hpp.
//
// A page holds the bytes that were stored to it, or to the object that it was copied from. The others are what they began with: what
// the file had there, or 0.
#pragma once

#include <refmm/impl/vma_area.hpp>
#include <refmm/spec/since_memory.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

/// Addresses of later eras: the kernel counts in 64 bits, also for programs of 32.
using EraWord = std::uint64_t;

/// Bytes in a page of x86.
inline constexpr EraWord era_page_size = 4096;

/// What was stored in a page, and where.
class EraPage {
 public:
  bool is_stored(std::size_t offset) const { return (stored_[offset / 64] >> offset % 64 & 1) != 0; }
  std::uint8_t byte(std::size_t offset) const { return bytes_[offset]; }
  void store(std::size_t offset, std::uint8_t value) {
    bytes_[offset] = value;
    stored_[offset / 64] |= std::uint64_t{1} << offset % 64;
  }

  /// Calls visit(offset, byte) for each byte that was stored, in their order.
  template <class Visit>
  void for_each_stored(Visit visit) const {
    for (std::size_t word = 0; word < stored_.size(); ++word) {
      for (std::uint64_t rest = stored_[word]; rest != 0; rest &= rest - 1) {
        const std::size_t offset = word * 64 + static_cast<std::size_t>(std::countr_zero(rest));
        visit(offset, bytes_[offset]);
      }
    }
  }

 private:
  std::array<std::uint8_t, era_page_size> bytes_{};
  std::array<std::uint64_t, era_page_size / 64> stored_{};  // a bit a byte
};

/// A file, or memory that is shared without one. 2.4.0: address_space.
class EraObject {
 public:
  EraWord size = 0;        // bytes
  bool patterned = false;  // it begins with since::initial_byte, else with 0

  std::uint8_t load(EraWord offset) const {
    const EraPage* const page = find(offset);
    if (page != nullptr && page->is_stored(offset % era_page_size)) return page->byte(offset % era_page_size);
    return first_byte(offset);
  }
  /// What was there before anything was stored.
  std::uint8_t first_byte(EraWord offset) const {
    return patterned && offset < size ? since::initial_byte(offset) : std::uint8_t{0};
  }
  void store(EraWord offset, std::uint8_t value) {
    pages_[offset / era_page_size].store(offset % era_page_size, value);
  }

  /// What was stored in the page that holds `offset`, or nullptr.
  const EraPage* find(EraWord offset) const {
    const auto found = pages_.find(offset / era_page_size);
    return found == pages_.end() ? nullptr : &found->second;
  }

  /// True of an offset behind the last page that the object has a byte in: who goes there gets SIGBUS.
  bool ends_before(EraWord offset) const {
    const EraWord up = era_page_size - 1;
    return offset >= ((size + up) & ~up);
  }

  /// What was stored, by page.
  const std::map<EraWord, EraPage>& pages() const { return pages_; }

 private:
  std::map<EraWord, EraPage> pages_;  // by their number
};

/// The objects of a machine, by their inodes.
class EraObjects {
 public:
  EraObject* find(const Inode<EraWord>& inode) {
    const auto found = objects_.find(&inode);
    return found == objects_.end() ? nullptr : &found->second;
  }
  const EraObject* find(const Inode<EraWord>& inode) const {
    const auto found = objects_.find(&inode);
    return found == objects_.end() ? nullptr : &found->second;
  }

  /// An object of `size` bytes for an inode, unless it has one.
  void add(const Inode<EraWord>& inode, EraWord size, bool patterned) {
    const auto [place, is_new] = objects_.try_emplace(&inode);
    if (!is_new) return;
    place->second.size = size;
    place->second.patterned = patterned;
  }

  void remove(const Inode<EraWord>& inode) { objects_.erase(&inode); }

 private:
  std::unordered_map<const Inode<EraWord>*, EraObject> objects_;
};

/// A page that belongs to no object; processes that share it count their references.
struct OwnPage : EraPage, boost::intrusive_ref_counter<OwnPage, boost::thread_unsafe_counter> {};

/// The pages of a process's own, by their addresses: its page tables, as far as they lead to such pages.
class OwnPages {
 public:
  using Reference = boost::intrusive_ptr<OwnPage>;
  using Table = std::map<EraWord, Reference>;

  /// The page of this address, or nullptr.
  const OwnPage* find(EraWord page) const {
    const auto found = table_.find(page);
    return found == table_.end() ? nullptr : found->second.get();
  }

  /// The page of this address for writing: one that no other process has. Where there is none, a new one with what `below`, which
  /// may be nullptr, holds. Follows do_wp_page and do_cow_fault in mm/memory.c.
  OwnPage& for_writing(EraWord page, const EraPage* below) {
    Reference& reference = table_[page];
    if (!reference) {
      reference = new OwnPage;
      if (below != nullptr) static_cast<EraPage&>(*reference) = *below;
    } else if (reference->use_count() > 1) {
      reference = new OwnPage(*reference);
    }
    return *reference;
  }

  /// Drops the pages of a range.
  void zap(EraWord start, EraWord end) { table_.erase(table_.lower_bound(start), table_.lower_bound(end)); }

  /// The pages of a range move to one that has none. Follows move_page_tables in mm/mremap.c.
  void move(EraWord from, EraWord to, EraWord len) {
    const auto last = table_.lower_bound(from + len);
    Table moved;
    for (auto page = table_.lower_bound(from); page != last;) {
      auto node = table_.extract(page++);
      node.key() += to - from;
      moved.insert(moved.end(), std::move(node));
    }
    table_.merge(moved);
  }

  /// The pages that another process has in a range become those of this one, too. Follows copy_page_range in mm/memory.c.
  void share(const OwnPages& other, EraWord start, EraWord end) {
    table_.insert(other.table_.lower_bound(start), other.table_.lower_bound(end));
  }

  const Table& table() const { return table_; }

 private:
  Table table_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
