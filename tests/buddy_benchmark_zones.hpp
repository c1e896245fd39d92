// What a zone could be kept in: the page allocator of impl/, the scheme of 2.4.0, and the state of the model.
//
// The scheme is written here from what is known of mm/page_alloc.c: a list_head in the page structure, a bit map of pairs for
// each order, lists tried one after the other. It runs on one processor, so there is no lock, and its bit operations are
// plain ones. It is measured with page structures of two sizes: all fields of 2.4.0 with the pointers of the host, and only
// those that the page allocator uses.
#pragma once

#include <refmm/impl/buddy.hpp>
#include <refmm/model/buddy.hpp>
#include <refmm/spec/machine.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace refmm::buddy_benchmark {

using Pfn = std::uint64_t;
inline constexpr std::uint32_t orders = 10;

/// Positions are page frame numbers: zones begin at frame 0.
class Ours {
 public:
  explicit Ours(std::uint32_t frames) : zone_(native_64, 0, frames) {}

  std::optional<Pfn> take(std::uint32_t order) { return zone_.alloc_pages(order); }
  void give(Pfn pfn, std::uint32_t order) {
    if (!zone_.free_pages(pfn, order)) throw std::logic_error("a lawful release was refused");
  }
  void boot_free(Pfn first, Pfn last) { zone_.boot_free(first, last); }

 private:
  impl::BuddyAllocator<impl::UnobservedZone<std::uint64_t>> zone_;
};

/// Each call is a step of the model, which also says what changed and why.
class Model {
 public:
  explicit Model(std::uint32_t frames)
      : state_(model::boot<std::uint32_t>({.kernel = buddy::corrected,
                                           .zone_start = 0,
                                           .zone_pages = frames,
                                           .free = buddy::AtBoot::none,
                                           .bootmap = {},
                                           .reserved = {}})) {}

  std::optional<Pfn> take(std::uint32_t order) {
    const auto result = step(buddy::AllocPages{order});
    const auto* const frame = std::get_if<buddy::Frame<std::uint32_t>>(&result);
    return frame ? std::optional<Pfn>(frame->pfn) : std::nullopt;
  }
  void give(Pfn pfn, std::uint32_t order) {
    if (std::holds_alternative<buddy::Refused>(
            step(buddy::FreePages<std::uint32_t>{static_cast<std::uint32_t>(pfn), order})))
      throw std::logic_error("a lawful release was refused");
  }
  void boot_free(Pfn first, Pfn last) {
    step(buddy::BootFree<std::uint32_t>{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)});
  }

 private:
  buddy::Result<std::uint32_t> step(const buddy::Command<std::uint32_t>& command) {
    auto stepped = model::step<std::uint32_t>(buddy::corrected, std::move(state_), command);
    state_ = std::move(stepped.state);
    return stepped.result;
  }

  buddy::State<std::uint32_t> state_;
};

struct ListHead {
  ListHead* next;
  ListHead* prev;
};

inline void list_add(ListHead* entry, ListHead* head) {
  ListHead* const next = head->next;
  next->prev = entry;
  entry->next = next;
  entry->prev = head;
  head->next = entry;
}

inline void list_del(ListHead* entry) {
  entry->next->prev = entry->prev;
  entry->prev->next = entry->next;
}

/// The fields that the page allocator uses.
struct SmallPage {
  ListHead list{};
  std::int32_t count = 0;
  std::uint32_t flags = 0;
  std::uint32_t age = 0;
  const void* buffers = nullptr;
  const void* mapping = nullptr;
};
static_assert(sizeof(SmallPage) == 48);

/// All the fields of 2.4.0's struct page.
struct alignas(64) WholePage : SmallPage {
  const void* index = nullptr;
  const void* next_hash = nullptr;
  ListHead lru{};
  const void* pprev_hash = nullptr;
  ListHead wait{};
  const void* virtual_address = nullptr;
  const void* zone = nullptr;
};
static_assert(sizeof(WholePage) == 128);

template <class Page>
class Scheme {
 public:
  explicit Scheme(std::uint32_t frames) : pages_(frames) {
    for (std::uint32_t order = 0; order < orders; ++order) {
      areas_[order].free_list = {&areas_[order].free_list, &areas_[order].free_list};
      areas_[order].map.resize((frames >> (order + 1)) / word_bits + 1);
    }
    for (Page& page : pages_) page.flags = reserved;
  }
  Scheme(const Scheme&) = delete;
  Scheme& operator=(const Scheme&) = delete;

  std::optional<Pfn> take(std::uint32_t order) {
    for (std::uint32_t from = order; from < orders; ++from) {
      ListHead* const first = areas_[from].free_list.next;
      if (first == &areas_[from].free_list) continue;
      Page* page = page_of(first);
      check_range(page);
      list_del(first);
      change_bit(position_of(page), from);
      free_pages_ -= 1u << order;
      while (from > order) {
        check_range(page);
        --from;
        list_add(&page->list, &areas_[from].free_list);
        change_bit(position_of(page), from);
        page += std::ptrdiff_t{1} << from;
      }
      check_range(page);
      page->count = 1;
      if ((page->flags & (active | inactive_dirty | inactive_clean)) != 0) bug();
      return position_of(page);
    }
    return std::nullopt;
  }

  void give(Pfn pfn, std::uint32_t order) {
    Page& page = pages_[pfn];
    if ((page.flags & reserved) == 0 && --page.count == 0)
      give_whatever_its_count(page, static_cast<std::uint32_t>(pfn), order);
  }

  void boot_free(Pfn first, Pfn last) {
    for (Pfn pfn = first; pfn <= last; ++pfn) {
      pages_[pfn].flags &= ~reserved;
      pages_[pfn].count = 1;
      give(pfn, 0);
    }
  }

 private:
  static constexpr std::uint32_t word_bits = 32;
  static constexpr std::uint32_t referenced = 0x4, dirty = 0x10, active = 0x40, inactive_dirty = 0x80,
                                 inactive_clean = 0x800, swap_cache = 0x200, locked = 0x1, decr_after = 0x20,
                                 reserved = 0x2000;

  struct FreeArea {
    ListHead free_list;
    std::vector<std::uint32_t> map;
  };

  [[noreturn, gnu::cold, gnu::noinline]] static void bug() { throw std::logic_error("BUG"); }

  static Page* page_of(ListHead* entry) { return reinterpret_cast<Page*>(entry); }
  std::uint32_t position_of(const Page* page) const { return static_cast<std::uint32_t>(page - pages_.data()); }
  void check_range(const Page* page) const {
    if (page < pages_.data() || page >= pages_.data() + pages_.size()) bug();
  }

  void change_bit(std::uint32_t position, std::uint32_t order) {
    const std::uint32_t bit = position >> (order + 1);
    areas_[order].map[bit / word_bits] ^= 1u << (bit % word_bits);
  }
  bool test_and_change_bit(std::uint32_t position, std::uint32_t order) {
    const std::uint32_t bit = position >> (order + 1);
    std::uint32_t& word = areas_[order].map[bit / word_bits];
    const bool before = (word >> (bit % word_bits) & 1) != 0;
    word ^= 1u << (bit % word_bits);
    return before;
  }

  void give_whatever_its_count(Page& page, std::uint32_t position, std::uint32_t order) {
    if (page.buffers != nullptr || page.mapping != nullptr) bug();
    if ((page.flags & (swap_cache | locked | decr_after | active | inactive_dirty | inactive_clean)) != 0) bug();
    page.flags &= ~(referenced | dirty);
    page.age = 2;
    if ((position & ((1u << order) - 1)) != 0) bug();
    free_pages_ += 1u << order;
    while (order < orders - 1 && test_and_change_bit(position, order)) {
      Page* const partner = pages_.data() + (position ^ 1u << order);
      check_range(partner);
      check_range(pages_.data() + position);
      list_del(&partner->list);
      position &= ~(1u << order);
      ++order;
    }
    list_add(&pages_[position].list, &areas_[order].free_list);
  }

  std::uint32_t free_pages_ = 0;
  std::array<FreeArea, orders> areas_;
  std::vector<Page> pages_;
};

}  // namespace refmm::buddy_benchmark
