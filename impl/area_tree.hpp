// Areas in the order of their addresses: disjoint ranges, found by address.
//
// What an address space keeps its areas in. It is intrusive: the areas are the caller's objects, hold their own range, and are
// linked in the order of their addresses; the tree never makes or frees one.
//
//   struct Area {
//     std::uint64_t vm_start, vm_end;  // bytes, vm_end exclusive
//     Area* vm_prev;                   // these two belong to the tree
//     Area* vm_next;
//     ...
//   };
//
//   HostPages pages;
//   SlabAllocator slabs(pages);
//   ObjectCache<AreaTreeNode<Area>> nodes(slabs, "area_tree_node", slab::SLAB_HWCACHE_ALIGN);
//   AreaTree<Area, ObjectCache<AreaTreeNode<Area>>> areas(nodes);
//
//   if (!areas.reserve(2)) return ENOMEM;     // the next two inserts cannot fail
//   areas.insert(*area);
//   Area* found = areas.find(address);        // the first that ends above the address, as find_vma
//   areas.set_end(*found, new_end);           // ranges change through the tree only, order kept
//   for (Area& area : areas.meeting(start, end)) ...
//   for (Area* area = areas.take_out(start, end); area != nullptr;) ...   // a chain by vm_next, no longer in the tree
//
// One thread at a time may use a tree, for lookups too: they remember where they were.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <type_traits>
#include <vector>

namespace refmm::impl::inline REFMM_BUILD {

/// What an area must have to stand in a tree.
template <class Area>
concept OrderedArea = requires(Area& area) {
  requires std::unsigned_integral<decltype(area.vm_start)>;
  requires std::same_as<decltype(area.vm_start), decltype(area.vm_end)>;
  requires std::same_as<decltype(area.vm_prev), Area*>;
  requires std::same_as<decltype(area.vm_next), Area*>;
};

/// The memory of a node: what the source of nodes hands out.
template <class Area>
struct alignas(64) AreaTreeNode {
  std::byte bytes[512];
};

/// `Nodes` has allocate(), which returns memory for an AreaTreeNode<Area> or nullptr, and release(void*): an ObjectCache.
template <class Area, class Nodes>
class AreaTree {
 public:
  static_assert(OrderedArea<Area>);
  using Word = decltype(Area::vm_start);

  /// Areas one behind the other, for a range-for; the areas may be changed, not taken out, on the way.
  class Run {
   public:
    class Iterator {
     public:
      using iterator_category = std::forward_iterator_tag;
      using value_type = Area;
      using difference_type = std::ptrdiff_t;
      using pointer = Area*;
      using reference = Area&;

      Iterator() = default;
      explicit Iterator(Area* area) : area_(area) {}
      Area& operator*() const { return *area_; }
      Area* operator->() const { return area_; }
      Iterator& operator++() {
        area_ = area_->vm_next;
        return *this;
      }
      Iterator operator++(int) {
        const Iterator before = *this;
        ++*this;
        return before;
      }
      friend bool operator==(Iterator, Iterator) = default;

     private:
      Area* area_ = nullptr;
    };

    Run(Area* first, Area* behind) : first_(first), behind_(behind) {}
    Iterator begin() const { return Iterator(first_); }
    Iterator end() const { return Iterator(behind_); }
    bool empty() const { return first_ == behind_; }

   private:
    Area* first_;
    Area* behind_;
  };

  /// An empty tree. `nodes` must outlive it.
  explicit AreaTree(Nodes& nodes) : nodes_(&nodes) {}
  ~AreaTree() = default;
  AreaTree(const AreaTree&) = delete;
  AreaTree& operator=(const AreaTree&) = delete;

  std::size_t size() const { return areas_.size(); }
  bool empty() const { return areas_.empty(); }

  /// The areas at the two ends, or nullptr of an empty tree.
  Area* first() const { return empty() ? nullptr : areas_.front(); }
  Area* last() const { return empty() ? nullptr : areas_.back(); }

  /// All of them.
  Run all() const { return Run(first(), nullptr); }

  /// The area in front of `area`, or the last one in front of nullptr, which stands for the end; nullptr if there is none. With
  /// find, this is find_vma_prev.
  Area* in_front_of(const Area* area) const { return area == nullptr ? last() : area->vm_prev; }

  /// The first area that ends above `addr`, which may be in it or below it; nullptr if there is none. 2.4.0: find_vma.
  Area* find(Word addr) const {
    const auto place = place_of(addr);
    return place == areas_.end() ? nullptr : *place;
  }

  /// The first area with a byte in [start, end), or nullptr. start < end. 2.4.0: find_vma_intersection.
  Area* find_meeting(Word start, Word end) const {
    Area* const area = find(start);
    return area != nullptr && area->vm_start < end ? area : nullptr;
  }

  /// All areas with a byte in [start, end). start < end.
  Run meeting(Word start, Word end) const {
    Area* const first_one = find(start);
    Area* behind = first_one;
    while (behind != nullptr && behind->vm_start < end) behind = behind->vm_next;
    return Run(first_one, behind);
  }

  /// Makes sure that the next `count` inserts succeed, whatever is erased or changed between them. False if there is no
  /// memory for that; then nothing has changed.
  [[nodiscard]] bool reserve(std::size_t count) {
    areas_.reserve(areas_.size() + count);
    return true;
  }

  /// Puts `area` in its place, and sets its links. It must not be empty nor meet an area of the tree. False if there is no
  /// memory; then nothing has changed. Cannot fail after reserve.
  bool insert(Area& area) {
    if (!reserve(1)) return false;
    const auto place = place_of(area.vm_start);
    area.vm_next = place == areas_.end() ? nullptr : *place;
    area.vm_prev = in_front_of(area.vm_next);
    link(area.vm_prev, &area);
    link(&area, area.vm_next);
    areas_.insert(place, &area);
    return true;
  }

  /// Takes `area` out. Its own links are then null. Never fails.
  void erase(Area& area) {
    areas_.erase(place_of(area.vm_end - 1));
    link(area.vm_prev, area.vm_next);
    area.vm_prev = area.vm_next = nullptr;
  }

  /// Takes all areas with a byte in [start, end) out at once, and returns them as a chain: in order, by vm_next, ending with
  /// nullptr. start < end. Never fails. Pieces that shall stay are cut and put back by insert, for which a reservation holds.
  Area* take_out(Word start, Word end) {
    const auto from = place_of(start);
    auto to = from;
    while (to != areas_.end() && (*to)->vm_start < end) ++to;
    if (from == to) return nullptr;
    Area* const chain = *from;
    Area* const last_one = *(to - 1);
    link(chain->vm_prev, last_one->vm_next);
    chain->vm_prev = last_one->vm_next = nullptr;
    areas_.erase(from, to);
    return chain;
  }

  /// Takes all areas out, and returns them as take_out does.
  Area* clear() {
    Area* const chain = first();
    areas_.clear();
    return chain;
  }

  /// Moves an end of an area of the tree. The area must stay non-empty and meet no other. Never fails.
  void set_start(Area& area, Word vm_start) { area.vm_start = vm_start; }
  void set_end(Area& area, Word vm_end) { area.vm_end = vm_end; }

  /// The lowest address at or above `from` at which `length` bytes lie in no area and end at or below `limit`; nothing if there
  /// is none. The search of get_unmapped_area.
  std::optional<Word> find_hole(Word from, Word length, Word limit) const {
    if (length > limit) return std::nullopt;
    Word candidate = from;
    for (const Area* area = find(from); area != nullptr; area = area->vm_next) {
      if (candidate <= area->vm_start && area->vm_start - candidate >= length) break;
      candidate = area->vm_end;
    }
    return candidate > limit - length ? std::nullopt : std::optional(candidate);
  }

  /// The name of the first law that does not hold of the structure, or nullptr if all do: for tests; takes linear time.
  const char* broken_law() const {
    const Area* before = nullptr;
    for (const Area* area : areas_) {
      if (area->vm_start >= area->vm_end) return "areas_are_not_empty";
      if (before != nullptr && before->vm_end > area->vm_start) return "areas_are_sorted_and_disjoint";
      if (area->vm_prev != before || (before != nullptr && before->vm_next != area)) return "areas_are_linked";
      before = area;
    }
    return nullptr;
  }

 private:
  using Places = std::vector<Area*>;

  static void link(Area* before, Area* behind) {
    if (before != nullptr) before->vm_next = behind;
    if (behind != nullptr) behind->vm_prev = before;
  }

  typename Places::const_iterator place_of(Word addr) const {
    return std::ranges::upper_bound(areas_, addr, {}, &Area::vm_end);
  }

  Nodes* nodes_;
  Places areas_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
