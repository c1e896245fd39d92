// What an address space could keep its areas in: the area tree, and what the libraries have, behind one interface.
//
// An index does not own the areas. find returns a place (an iterator, or what stands for one) of the first area that ends above
// an address, at() its area or nullptr, and what is done to an area takes the place that find returned: nothing is looked
// up twice where a program would not do it. All are ordered by the ends of areas, so that find is one upper_bound.
#pragma once

#include <refmm/impl/area_tree.hpp>
#include <refmm/impl/object_cache.hpp>

#include <boost/container/flat_map.hpp>
#include <boost/icl/interval_map.hpp>
#include <boost/intrusive/avl_set.hpp>
#include <boost/intrusive/set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace refmm::vma_benchmark {

using Word = std::uint64_t;
using Slabs = impl::SlabAllocator<impl::HostPages>;

/// One object for all indexes, of two cache lines. The first holds all that intrusive trees look at.
struct alignas(64) Area {
  using AvlHook = boost::intrusive::avl_set_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                                        boost::intrusive::optimize_size<true>>;
  using SetHook = boost::intrusive::set_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>,
                                                    boost::intrusive::optimize_size<true>>;

  Area(Word start, Word end) : vm_start(start), vm_end(end) {}

  Word vm_start;
  Word vm_end;
  AvlHook avl_hook;
  SetHook set_hook;
  Area* vm_prev = nullptr;
  Area* vm_next = nullptr;
  Word rest[6] = {};  // offset, flags, file, operations
};
static_assert(sizeof(Area) == 128);

class Tree {
 public:
  using Place = Area*;

  explicit Tree(Slabs& slabs) : nodes_(slabs, "area_tree_node", slab::SLAB_HWCACHE_ALIGN) {}

  Place find(Word addr) const { return tree_.find(addr); }
  Area* at(Place place) const { return place; }
  Place next(Place place) const { return place->vm_next; }
  void insert(Area& area) { tree_.insert(area); }
  void insert_behind(Place, Area& area) { tree_.insert(area); }
  void erase(Place place) { tree_.erase(*place); }
  void set_end(Place place, Word end) { tree_.set_end(*place, end); }

  std::size_t size() const { return tree_.size(); }
  auto& tree() { return tree_; }

 private:
  using Nodes = impl::ObjectCache<impl::AreaTreeNode<Area>>;

  Nodes nodes_;
  impl::AreaTree<Area, Nodes> tree_{nodes_};
};

/// The end of an area as a key that may change where the order does not.
struct End {
  mutable Word value;
  friend bool operator<(const End& a, const End& b) { return a.value < b.value; }
};

/// With nodes from malloc, or from slabs as the areas are.
template <class Allocator>
class StdMap {
 public:
  using Map = std::map<End, Area*, std::less<>, Allocator>;
  using Place = typename Map::iterator;

  explicit StdMap(Slabs& slabs) : map_(allocator(slabs)) {}

  Place find(Word addr) { return map_.upper_bound(End{addr}); }
  Area* at(Place place) const { return place == map_.end() ? nullptr : place->second; }
  Place next(Place place) const { return std::next(place); }
  void insert(Area& area) { map_.emplace(End{area.vm_end}, &area); }
  void insert_behind(Place place, Area& area) { map_.emplace_hint(std::next(place), End{area.vm_end}, &area); }
  void erase(Place place) { map_.erase(place); }
  void set_end(Place place, Word end) { place->first.value = place->second->vm_end = end; }
  std::size_t size() const { return map_.size(); }

 private:
  static Allocator allocator(Slabs& slabs) {
    if constexpr (std::is_default_constructible_v<Allocator>)
      return Allocator();
    else
      return Allocator(slabs);
  }

  Map map_;
};

using MallocMap = StdMap<std::allocator<std::pair<const End, Area*>>>;
using SlabMap = StdMap<impl::KmallocAllocator<std::pair<const End, Area*>>>;

class FlatMap {
 public:
  using Map = boost::container::flat_map<Word, Area*>;
  using Place = Map::iterator;

  explicit FlatMap(Slabs&) {}

  Place find(Word addr) { return map_.upper_bound(addr); }
  Area* at(Place place) const { return place == map_.end() ? nullptr : place->second; }
  Place next(Place place) const { return std::next(place); }
  void insert(Area& area) { map_.emplace(area.vm_end, &area); }
  void insert_behind(Place place, Area& area) { map_.emplace_hint(std::next(place), area.vm_end, &area); }
  void erase(Place place) { map_.erase(place); }
  void set_end(Place place, Word end) { place->first = place->second->vm_end = end; }
  std::size_t size() const { return map_.size(); }

  /// All at once, in order: one by one it would take seconds.
  void build(const std::vector<Area*>& sorted) {
    std::vector<std::pair<Word, Area*>> pairs;
    for (Area* const area : sorted) pairs.emplace_back(area->vm_end, area);
    map_.insert(boost::container::ordered_unique_range, pairs.begin(), pairs.end());
  }

 private:
  Map map_;
};

/// What an interval is mapped to; intervals that touch are joined if it is the same area.
struct Backing {
  Area* area = nullptr;

  Backing& operator+=(const Backing& other) {
    area = other.area;
    return *this;
  }
  friend bool operator==(const Backing&, const Backing&) = default;
};

class IntervalMap {
 public:
  using Interval = boost::icl::right_open_interval<Word>;
  using Map = boost::icl::interval_map<Word, Backing, boost::icl::partial_absorber, std::less,
                                       boost::icl::inplace_plus, boost::icl::inter_section, Interval>;
  using Place = Map::const_iterator;

  explicit IntervalMap(Slabs&) {}

  Place find(Word addr) const { return map_.lower_bound(Interval(addr, addr + 1)); }
  Area* at(Place place) const { return place == map_.end() ? nullptr : place->second.area; }
  Place next(Place place) const { return std::next(place); }
  void insert(Area& area) { map_.insert(segment(area.vm_start, area.vm_end, area)); }
  void insert_behind(Place, Area& area) { insert(area); }
  void erase(Place place) { map_.erase(place->first); }
  void set_end(Place place, Word end) {
    Area& area = *place->second.area;
    if (end < area.vm_end)
      map_.erase(Interval(end, area.vm_end));
    else
      map_.insert(segment(area.vm_end, end, area));
    area.vm_end = end;
  }
  std::size_t size() const { return map_.iterative_size(); }

 private:
  static Map::segment_type segment(Word start, Word end, Area& area) {
    return {Interval(start, end), Backing{&area}};
  }

  Map map_;
};

/// How intrusive trees read the key of an area.
struct EndOfArea {
  using type = Word;
  const Word& operator()(const Area& area) const { return area.vm_end; }
};

/// Boost.Intrusive's trees: the areas are their nodes. An end may change in place.
template <class Set>
class Intrusive {
 public:
  using Place = typename Set::iterator;

  explicit Intrusive(Slabs&) {}

  Place find(Word addr) { return set_.upper_bound(addr); }
  Area* at(Place place) { return place == set_.end() ? nullptr : &*place; }
  Place next(Place place) const { return std::next(place); }
  void insert(Area& area) { set_.insert(area); }
  void insert_behind(Place place, Area& area) { set_.insert_before(std::next(place), area); }
  void erase(Place place) { set_.erase(place); }
  void set_end(Place place, Word end) { place->vm_end = end; }
  std::size_t size() const { return set_.size(); }

 private:
  Set set_;
};

using AvlSet =
    Intrusive<boost::intrusive::avl_set<Area, boost::intrusive::member_hook<Area, Area::AvlHook, &Area::avl_hook>,
                                        boost::intrusive::key_of_value<EndOfArea>,
                                        boost::intrusive::constant_time_size<false>>>;
using RbSet = Intrusive<
    boost::intrusive::set<Area, boost::intrusive::member_hook<Area, Area::SetHook, &Area::set_hook>,
                          boost::intrusive::key_of_value<EndOfArea>, boost::intrusive::constant_time_size<false>>>;

/// An index behind the one-entry cache of 2.4.0, mmap_cache.
template <class Index>
class WithMmapCache {
 public:
  using Place = typename Index::Place;

  explicit WithMmapCache(Index& index) : index_(index), place_(index.find(0)) {}

  Area* find(Word addr) {
    const Area* const cached = index_.at(place_);
    if (cached == nullptr || addr < cached->vm_start || cached->vm_end <= addr) place_ = index_.find(addr);
    return index_.at(place_);
  }

 private:
  Index& index_;
  Place place_;
};

}  // namespace refmm::vma_benchmark
