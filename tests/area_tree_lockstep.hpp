// AreaTree beside a sorted vector: steps that change both, and what must be the same afterwards.
//
// What differs is thrown as std::logic_error, for RapidCheck and for the test of the mutants.
#pragma once

#include <refmm/impl/area_tree.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace refmm::area_tree {

/// An area and nothing else.
template <class W>
struct Area {
  W vm_start;
  W vm_end;
  Area* vm_prev;
  Area* vm_next;
};

/// Memory of nodes that can be refused.
template <class Node>
class LimitedNodes {
 public:
  LimitedNodes() = default;
  LimitedNodes(const LimitedNodes&) = delete;
  LimitedNodes& operator=(const LimitedNodes&) = delete;
  ~LimitedNodes() {
    if (in_use_ != 0) std::terminate();  // a tree has not given its nodes back
  }

  void* allocate() {
    if (allowed_ == 0) return nullptr;
    --allowed_;
    ++in_use_;
    return ::operator new(sizeof(Node), std::align_val_t(alignof(Node)));
  }
  void release(void* node) {
    --in_use_;
    ::operator delete(node, std::align_val_t(alignof(Node)));
  }

  void allow(std::size_t number) { allowed_ = number; }
  void allow_all() { allowed_ = SIZE_MAX; }
  std::size_t in_use() const { return in_use_; }

 private:
  std::size_t allowed_ = SIZE_MAX;
  std::size_t in_use_ = 0;
};

// ---- The oracle -------------------------------------------------------------------------------------------------

/// A sorted vector of areas, which it owns; and the same questions, answered by looking at all of them.
template <class W>
class SortedAreas {
 public:
  using A = Area<W>;

  std::size_t size() const { return areas_.size(); }
  A* at(std::size_t place) const { return place < size() ? areas_[place].get() : nullptr; }

  std::size_t place_of(W addr) const {
    std::size_t place = 0;
    while (place < size() && areas_[place]->vm_end <= addr) ++place;
    return place;
  }
  bool is_free(W start, W end) const {
    const A* const area = at(place_of(start));
    return area == nullptr || end <= area->vm_start;
  }
  A& add(W start, W end) {
    const auto place = areas_.begin() + static_cast<std::ptrdiff_t>(place_of(start));
    return **areas_.insert(place, std::make_unique<A>(A{start, end, nullptr, nullptr}));
  }
  std::unique_ptr<A> take(std::size_t place) {
    std::unique_ptr<A> area = std::move(areas_[place]);
    areas_.erase(areas_.begin() + static_cast<std::ptrdiff_t>(place));
    return area;
  }
  std::optional<W> find_hole(W from, W length, W limit) const {
    for (W candidate = from; candidate <= limit && limit - candidate >= length; ++candidate) {
      const std::size_t place = place_of(candidate);
      if (place == size()) return candidate;
      const A& area = *areas_[place];
      if (area.vm_start >= candidate && area.vm_start - candidate >= length) return candidate;
      candidate = area.vm_end - 1;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::unique_ptr<A>> areas_;
};

// ---- Steps ------------------------------------------------------------------------------------------------------

/// Addresses are below this, so that few areas fill the space and many steps meet.
constexpr std::uint32_t space = 8192;

struct Step {
  enum Kind { fill, insert, erase, thin, unmap, move_start, move_end, reserve, clear };

  Kind kind;
  std::uint32_t addr;
  std::uint32_t length;
  std::uint32_t number;
};

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  static const char* const names[] = {"fill",       "insert",   "erase",   "thin", "unmap",
                                      "move_start", "move_end", "reserve", "clear"};
  return out << names[step.kind] << "(" << step.addr << ", " << step.length << ", " << step.number << ")";
}

}  // namespace refmm::area_tree

namespace rc {

template <>
struct Arbitrary<refmm::area_tree::Step> {
  static Gen<refmm::area_tree::Step> arbitrary() {
    using refmm::area_tree::Step;
    const auto kind = gen::weightedElement<Step::Kind>({{12, Step::fill},
                                                        {8, Step::insert},
                                                        {8, Step::erase},
                                                        {6, Step::thin},
                                                        {8, Step::unmap},
                                                        {6, Step::move_start},
                                                        {6, Step::move_end},
                                                        {4, Step::reserve},
                                                        {1, Step::clear}});
    const auto length = gen::oneOf(gen::inRange(1u, 8u), gen::inRange(1u, 8u), gen::inRange(1u, 1000u));
    return gen::build<Step>(gen::set(&Step::kind, kind),
                            gen::set(&Step::addr, gen::inRange(0u, refmm::area_tree::space)),
                            gen::set(&Step::length, length), gen::set(&Step::number, gen::inRange(1u, 400u)));
  }
};

}  // namespace rc

namespace refmm::area_tree {

// ---- Tree and oracle side by side -------------------------------------------------------------------------------

inline void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

template <class W, std::size_t entries>
class Lockstep {
 public:
  using A = Area<W>;
  using Nodes = LimitedNodes<impl::AreaTreeNode<A, entries>>;
  using Tree = impl::AreaTree<A, Nodes, entries>;

  /// Carries out one step on both and compares them.
  void run(const Step& step) {
    const auto addr = static_cast<W>(step.addr);
    const auto length = static_cast<W>(step.length);
    carry_out(step, addr, length);
    expect_same(addr);
    expect_same_hole(addr, length, static_cast<W>(step.number * 80));
    most_nodes_ = std::max(most_nodes_, nodes_.in_use());
  }

  /// How many nodes there were at most.
  std::size_t most_nodes() const { return most_nodes_; }

 private:
  void carry_out(const Step& step, W addr, W length) {
    switch (step.kind) {
      case Step::fill:
        return fill(addr, length % 8 + 1, step.number);
      case Step::insert:
        return insert(addr, addr + length);
      case Step::erase:
        return erase(oracle_.place_of(addr));
      case Step::thin:
        return thin(oracle_.place_of(addr), length % 5 + 1, step.number);
      case Step::unmap:
        return unmap(addr, addr + length);
      case Step::move_start:
        return move_start(oracle_.place_of(addr), length);
      case Step::move_end:
        return move_end(oracle_.place_of(addr), length);
      case Step::reserve:
        return reserve(addr, length % 8 + 1, step.number);
      case Step::clear:
        return clear();
    }
  }

  // ---- What must be the same

  void expect_lawful() const {
    if (const char* const broken = tree_.broken_law()) throw std::logic_error(broken);
  }

  void expect_same(W addr) const {
    expect_lawful();
    require(tree_.size() == oracle_.size() && tree_.empty() == (oracle_.size() == 0), "size");
    std::size_t place = 0;
    for (const A& area : tree_.all()) require(&area == oracle_.at(place++), "all");
    require(place == oracle_.size(), "all of them");
    require(tree_.first() == oracle_.at(0), "first");
    require(tree_.last() == oracle_.at(oracle_.size() - 1), "last");
    for (const W near : {addr, static_cast<W>(addr + 1), static_cast<W>(addr + 7), W{0}, W{space / 2},
                         std::numeric_limits<W>::max()})
      expect_same_lookups(near);
  }

  void expect_same_lookups(W addr) const {
    const std::size_t place = oracle_.place_of(addr);
    const A* const area = oracle_.at(place);
    require(tree_.find(addr) == area, "find");
    require(tree_.in_front_of(area) == (place == 0 ? nullptr : oracle_.at(place - 1)), "in_front_of");
    const W end = addr > space ? std::numeric_limits<W>::max() : static_cast<W>(addr + 40);
    const A* const met = area != nullptr && area->vm_start < end ? area : nullptr;
    require(tree_.find_meeting(addr, end) == met, "find_meeting");
    std::size_t behind = place;
    for (const A& one : tree_.meeting(addr, end)) require(&one == oracle_.at(behind++), "meeting");
    require(oracle_.at(behind) == nullptr || oracle_.at(behind)->vm_start >= end, "meeting all");
    require(tree_.meeting(addr, end).empty() == (behind == place), "meeting none");
  }

  void expect_same_hole(W from, W length, W limit) const {
    require(tree_.find_hole(from, length, limit) == oracle_.find_hole(from, length, limit), "find_hole");
    require(tree_.find_hole(0, length, limit) == oracle_.find_hole(0, length, limit), "find_hole from 0");
    require(tree_.find_hole(from, 0, limit) == oracle_.find_hole(from, 0, limit), "find_hole of 0 bytes");
  }

  // ---- Steps

  void insert(W start, W end) {
    if (oracle_.is_free(start, end)) require(tree_.insert(oracle_.add(start, end)), "insert");
  }

  void fill(W start, W length, std::uint32_t number) {
    for (; number != 0; --number, start += static_cast<W>(length + number % 3)) insert(start, start + length);
  }

  void erase(std::size_t place) {
    if (place >= oracle_.size()) return;
    const auto area = oracle_.take(place);
    tree_.erase(*area);
    require(area->vm_prev == nullptr && area->vm_next == nullptr, "links of an erased area");
  }

  void thin(std::size_t place, std::size_t stride, std::uint32_t number) {
    for (; number != 0; --number, place += stride - 1) erase(place);
  }

  /// Takes a chain from the front of `place` on out of the oracle, as the tree handed it out.
  std::vector<std::unique_ptr<A>> take_chain(const A* chain, std::size_t place) {
    std::vector<std::unique_ptr<A>> areas;
    for (const A* before = nullptr; chain != nullptr; chain = chain->vm_next) {
      require(chain == oracle_.at(place), "areas of a chain");
      require(chain->vm_prev == before, "links of a chain");
      before = areas.emplace_back(oracle_.take(place)).get();
    }
    return areas;
  }

  /// What munmap does: all areas that meet the range come out, what stays of them is put back.
  void unmap(W start, W end) {
    if (!tree_.reserve(2)) throw std::logic_error("reserve");
    nodes_.allow(0);
    const auto areas = take_chain(tree_.take_out(start, end), oracle_.place_of(start));
    expect_same(start);
    for (const auto& area : areas) {
      if (area->vm_start < start) insert(area->vm_start, start);
      if (area->vm_end > end) insert(end, area->vm_end);
    }
    require(oracle_.is_free(start, end), "areas left by take_out");
    nodes_.allow_all();
  }

  void move_start(std::size_t place, W by) {
    A* const area = oracle_.at(place);
    if (area == nullptr) return;
    const W lowest = place == 0 ? 0 : oracle_.at(place - 1)->vm_end;
    tree_.set_start(*area, static_cast<W>(lowest + by % (area->vm_end - lowest)));
  }

  void move_end(std::size_t place, W by) {
    A* const area = oracle_.at(place);
    if (area == nullptr) return;
    const A* const behind = oracle_.at(place + 1);
    const W highest = behind == nullptr ? area->vm_end + 100 : behind->vm_start;
    tree_.set_end(*area, static_cast<W>(area->vm_start + 1 + by % (highest - area->vm_start)));
  }

  /// With memory for few nodes: a refused reservation or insert changes nothing, one that is given holds without memory.
  void reserve(W start, W length, std::uint32_t number) {
    nodes_.allow(number % 4);
    const std::size_t before = nodes_.in_use();
    const bool reserved = tree_.reserve(number % 16);
    require(reserved || nodes_.in_use() == before, "nodes of a refused reservation");
    expect_same(start);
    nodes_.allow(0);
    for (std::uint32_t left = number % 16; left != 0 && start < 2 * space; start += length * 2) {
      if (!oracle_.is_free(start, start + length)) continue;
      const bool inserted = tree_.insert(oracle_.add(start, start + length));
      require(inserted || !reserved, "an insert after a reservation");
      if (!inserted) oracle_.take(oracle_.place_of(start));
      if (left % 5 == 0) erase(oracle_.place_of(start / 2));
      --left;
    }
    nodes_.allow_all();
  }

  void clear() {
    take_chain(tree_.clear(), 0);
    require(oracle_.size() == 0, "areas left by clear");
  }

  SortedAreas<W> oracle_;
  Nodes nodes_;
  Tree tree_{nodes_};
  std::size_t most_nodes_ = 0;
};

}  // namespace refmm::area_tree
