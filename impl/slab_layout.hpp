// How the allocator's descriptors lie in memory: with the pointers of i386, or with those of this machine.
//
// The code of the allocator is one; a layout says how wide a word is and how a pointer is kept in a descriptor.
// Code outside descriptors works with ordinary pointers under both.
#pragma once

#include <refmm/spec/mutant.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace refmm::impl::inline REFMM_BUILD {

template <class Layout>
struct Cache;

/// A pointer of 4 bytes within an arena of 4 GB that starts at a multiple of 4 GB: its low half, the high half being
/// that of its own address. Whatever is written into one, it points into the arena. It makes sense only inside
/// the arena, so it is not copied; 0 is the null pointer.
template <class T>
class ArenaLink {
 public:
  ArenaLink() = default;
  ArenaLink(const ArenaLink&) = delete;
  ArenaLink& operator=(const ArenaLink& other) { return *this = static_cast<T*>(other); }
  ArenaLink& operator=(T* target) {
    address_ = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(target));
    return *this;
  }
  operator T*() const {
    if (address_ == 0) return nullptr;
    const auto arena = reinterpret_cast<std::uintptr_t>(this) & ~std::uintptr_t{0xffffffff};
    return reinterpret_cast<T*>(arena | address_);
  }
  T* operator->() const { return *this; }

 private:
  std::uint32_t address_;
};

/// i386: descriptors have the sizes that 2.4.0's have, and addresses wrap at 4 GB.
struct I386Layout {
  using Word = std::uint32_t;

  template <class T>
  using Link = ArenaLink<T>;

  static constexpr std::size_t cache_alignment = alignof(Word);

  /// Constructors and destructors of a simulated machine do nothing but be noticed by its page source.
  enum class Hook : std::uint32_t { none, noticed };
  static constexpr Hook no_hook = Hook::none;

  template <class T>
  static T* advance(T* base, Word elements) {
    constexpr auto low_half = std::uintptr_t{0xffffffff};
    const auto address = reinterpret_cast<std::uintptr_t>(base);
    return reinterpret_cast<T*>((address & ~low_half) |
                                (static_cast<Word>(address) + elements * static_cast<Word>(sizeof(T))));
  }
  static Word distance(const void* from, const void* to) {
    return static_cast<Word>(reinterpret_cast<std::uintptr_t>(to)) -
           static_cast<Word>(reinterpret_cast<std::uintptr_t>(from));
  }
};

/// The machine that the program runs on.
struct HostLayout {
  using Word = std::uint64_t;

  template <class T>
  using Link = T*;

  /// What alloc and free use of a cache stands in one line.
  static constexpr std::size_t cache_alignment = 64;

  /// A constructor or destructor: the object, its cache, and SLAB_CTOR_CONSTRUCTOR (with SLAB_CTOR_ATOMIC) or 0.
  using Hook = void (*)(void* object, Cache<HostLayout>* cache, std::uint32_t flags);
  static constexpr Hook no_hook = nullptr;

  template <class T>
  static T* advance(T* base, Word elements) {
    return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(base) + elements * sizeof(T));
  }
  static Word distance(const void* from, const void* to) {
    return static_cast<Word>(static_cast<const std::byte*>(to) - static_cast<const std::byte*>(from));
  }
};

}  // namespace refmm::impl::inline REFMM_BUILD
