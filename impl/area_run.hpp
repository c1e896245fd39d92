// Areas one behind the other: what a lookup over a range of addresses returns (area_tree.hpp).
#pragma once

#include <cstddef>
#include <iterator>

namespace refmm::impl {

/// Areas one behind the other, for a range-for; the areas may be changed, not taken out, on the way.
template <class Area>
class AreaRun {
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

  AreaRun(Area* first, Area* behind) : first_(first), behind_(behind) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(behind_); }
  bool empty() const { return first_ == behind_; }

 private:
  Area* first_;
  Area* behind_;
};

}  // namespace refmm::impl
