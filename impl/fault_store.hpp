// Pages that are kept: the disk of a file, the contents of a swap area. Memory of the host, which costs nothing where it was never written.
#pragma once

#include <refmm/impl/host_memory.hpp>
#include <refmm/impl/paging_entries.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

class PageStore {
 public:
  PageStore() = default;

  /// So many pages of zeros. Throws std::bad_alloc if the host has no room for them.
  explicit PageStore(std::uint32_t pages) : pages_(pages) {
    if (pages == 0) return;
    start_ = static_cast<std::byte*>(host::map(bytes(), host::without_reserve));
    if (start_ == nullptr) throw std::bad_alloc();
  }
  PageStore(PageStore&& other) noexcept
      : start_(std::exchange(other.start_, nullptr)), pages_(std::exchange(other.pages_, 0)) {}
  PageStore& operator=(PageStore&& other) noexcept {
    std::swap(start_, other.start_);
    std::swap(pages_, other.pages_);
    return *this;
  }
  ~PageStore() {
    if (start_ != nullptr) host::unmap(start_, bytes());
  }

  std::uint32_t pages() const { return pages_; }
  std::byte* page(std::uint32_t index) const { return start_ + std::size_t{index} * page_size; }

  /// Has at least so many pages afterwards, those that are new full of zeros. Throws std::bad_alloc before anything has changed.
  void grow(std::uint32_t pages) {
    if (pages <= pages_) return;
    PageStore larger(pages);
    if (start_ != nullptr) std::memcpy(larger.start_, start_, bytes());
    *this = std::move(larger);
  }

  /// Fills all from byte `from` on with zeros; what is whole pages of it goes back to the host.
  void clear_from(std::uint64_t from) {
    if (from >= bytes()) return;
    const std::uint64_t whole = (from + page_size - 1) / page_size * page_size;
    std::memset(start_ + from, 0, whole - from);
    if (whole < bytes()) host::advise(start_ + whole, bytes() - whole, host::dont_need);
  }

 private:
  std::size_t bytes() const { return std::size_t{pages_} * page_size; }

  std::byte* start_ = nullptr;
  std::uint32_t pages_ = 0;
};

}  // namespace refmm::impl::inline REFMM_BUILD
