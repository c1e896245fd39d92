// Names of caches, files and the like: short text as a plain value.
//
// std::string would do, but neither compiler of Debian 12 evaluates it dependably in constant expressions, and
// states are full of names that are compared and copied.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace refmm {

/// Text of at most 31 characters; what is longer is cut. 2.4.0 itself takes names of caches of at most 18.
class Name {
 public:
  static constexpr std::size_t capacity = 31;

  constexpr Name() = default;
  constexpr Name(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), capacity))) {
    std::copy_n(text.begin(), size_, text_.begin());
  }
  constexpr Name(const char* text) : Name(std::string_view(text)) {}
  Name(const std::string& text) : Name(std::string_view(text)) {}

  constexpr std::string_view view() const { return {text_.data(), size_}; }
  constexpr operator std::string_view() const { return view(); }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  std::string str() const { return std::string(view()); }

  // As words: states are full of names, and what is behind the text of a name is zero.
  friend constexpr bool operator==(const Name& a, const Name& b) {
    using Words = std::array<std::uint64_t, (capacity + 1) / sizeof(std::uint64_t)>;
    const auto left = std::bit_cast<Words>(a), right = std::bit_cast<Words>(b);
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i] != right[i]) return false;
    }
    return true;
  }
  friend constexpr bool operator==(const Name& a, std::string_view b) { return a.view() == b; }
  friend constexpr bool operator==(const Name& a, const char* b) { return a.view() == b; }
  friend constexpr auto operator<=>(const Name& a, const Name& b) { return a.view() <=> b.view(); }

 private:
  std::array<char, capacity> text_{};
  std::uint8_t size_ = 0;
};

}  // namespace refmm
