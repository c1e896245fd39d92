// Object caches: the slab allocator for a program's own types.
//
// This program is tests/object_cache_example.cpp, which the tests run:
//
//   #include <refmm/impl/object_cache.hpp>
//
//   #include <cstdio>
//
//   using refmm::impl::HostPages;
//   using refmm::impl::ObjectCache;
//   using refmm::impl::SlabAllocator;
//
//   struct Session {
//     Session(int user_id, const char* host_name) : user(user_id), host(host_name) {}
//     int user;
//     const char* host;
//     char line[80];
//   };
//
//   int main() {
//     HostPages pages;
//     SlabAllocator slabs(pages);
//     ObjectCache<Session> sessions(slabs, "session");
//
//     Session* const first = sessions.make(1, "alpha");
//     if (first == nullptr) return 1;  // out of memory
//     sessions.destroy(first);
//
//     Session* const second = sessions.make(2, "beta");
//     std::printf("user %d on %s, %s\n", second->user, second->host,
//                 second == first ? "in the memory that was freed last" : "in other memory");
//     sessions.destroy(second);
//   }
//
// It prints: user 2 on beta, in the memory that was freed last
//
// make and destroy take constant time: 14 and 24 instructions of x86-64 beside the constructor and the destructor. When no
// slab has a free object, pages are asked for; they are given back by shrink, by a reap when memory is short, and at
// the end of the cache. Nothing else allocates. An object takes sizeof(T) bytes, rounded up to words, and 4 bytes
// of the descriptor of its slab.
//
// Out of memory is an answer, not an exception: nullptr. One thread at a time may use an allocator and its caches.
#pragma once

#include <refmm/impl/host_pages.hpp>
#include <refmm/impl/slab.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace refmm::impl::inline REFMM_BUILD {

/// A cache with an owner: memory for objects of one size, without a type.
template <PageSource Pages>
class KmemCache {
 public:
  using Slabs = SlabAllocator<Pages>;
  using Word = typename Slabs::Word;
  using Hook = typename Slabs::Hook;

  /// A new cache of `slabs`, which must outlive it. `name` has at most 18 characters and is no other cache's; the rest is
  /// as kmem_cache_create takes it. Throws std::invalid_argument where the kernel has a BUG, and std::bad_alloc if
  /// there is no memory for the descriptor.
  KmemCache(Slabs& slabs, const char* name, Word size, std::uint32_t flags, Hook ctor = {}, Hook dtor = {})
      : slabs_(&slabs) {
    // Usage errors are refused before anything has changed, but for a taken name: that costs a descriptor for good.
    if (name != nullptr && is_taken(name))
      throw std::invalid_argument(std::string("object cache: there is a cache named ") + name + " already");
    cache_ = slabs.kmem_cache_create(name, size, 0, flags, ctor, dtor);
    if (cache_ != nullptr) return;
    switch (slabs.refusal()) {
      case slab::Refusal::no_descriptor:
        throw std::bad_alloc();
      case slab::Refusal::name_missing:
      case slab::Refusal::name_too_long:
        throw std::invalid_argument("object cache: its name must have 0 to 18 characters");
      case slab::Refusal::unknown_create_flag:
        throw std::invalid_argument("object cache: its flags must be of slab::CREATE_MASK");
      default:
        throw std::invalid_argument("object cache: objects must have from one word to 32 pages");
    }
  }

  /// Gives its slabs back. All objects should have come back by now. If some have not, the cache stays with the allocator, as
  /// kmem_cache_destroy leaves a busy one: the objects keep their memory as long as the allocator has it.
  ~KmemCache() {
    if (cache_ != nullptr) slabs_->kmem_cache_destroy(cache_);
  }
  KmemCache(KmemCache&& other) noexcept : slabs_(other.slabs_), cache_(std::exchange(other.cache_, nullptr)) {}
  KmemCache& operator=(KmemCache&& other) noexcept {
    std::swap(slabs_, other.slabs_);
    std::swap(cache_, other.cache_);
    return *this;
  }

  /// An object, or nullptr if there is no memory. With slab::SLAB_ATOMIC no cache is reaped for it.
  void* allocate(std::uint32_t flags = slab::SLAB_KERNEL) { return slabs_->kmem_cache_alloc(cache_, flags); }

  /// Takes back an object that allocate returned; not nullptr.
  void release(void* object) { slabs_->kmem_cache_free(cache_, object); }

  /// Gives back the pages of all slabs without an object in use. True if no slab is left.
  bool shrink() { return slabs_->kmem_cache_shrink(cache_) == 0u; }

  /// How many objects are in use; takes time proportional to the number of slabs.
  std::size_t in_use() const {
    std::size_t count = 0;
    for (const ListNode<Layout>* node = cache_->slabs.next; node != &cache_->slabs; node = node->next)
      count += static_cast<const typename Slabs::Slab*>(node)->inuse;
    return count;
  }

  const typename Slabs::Cache& descriptor() const { return *cache_; }

 private:
  using Layout = typename Slabs::Layout;

  bool is_taken(const char* name) const {
    const typename Slabs::Cache* const head = &slabs_->cache_cache();
    const typename Slabs::Cache* cache = head;
    do {
      if (std::strcmp(cache->name, name) == 0) return true;
      cache = cache->next;
    } while (cache != head);
    return false;
  }

  Slabs* slabs_;
  typename Slabs::Cache* cache_ = nullptr;
};

/// What a type must be for objects of it to come from a slab, and the size that they take.
template <class T>
struct SlabObject {
  static_assert(alignof(T) <= host_machine.l1_cache_bytes,
                "slab objects are aligned to a cache line of 64 bytes at most, and this type asks for more");
  static_assert(sizeof(T) <= host_machine.page_size << host_machine.max_gfp_order,
                "a slab has at most 32 pages, and an object of this type does not fit into them");

  /// Object 0 of a slab starts a line, and sizeof(T) is a multiple of alignof(T): so every object is aligned.
  static constexpr std::size_t size = std::max<std::size_t>(sizeof(T), host_machine.word_size);
};

/// Objects that are constructed when they are made and destroyed when they are given back.
template <class T, PageSource Pages = HostPages>
class ObjectCache {
 public:
  /// As KmemCache; `flags` such as slab::SLAB_HWCACHE_ALIGN, for objects that shall not share lines.
  ObjectCache(SlabAllocator<Pages>& slabs, const char* name, std::uint32_t flags = 0)
      : cache_(slabs, name, SlabObject<T>::size, flags) {}

  /// T(arguments...), or nullptr if there is no memory. What the constructor throws goes to the caller.
  template <class... Arguments>
  T* make(Arguments&&... arguments) {
    void* const memory = cache_.allocate();
    if (memory == nullptr) [[unlikely]]
      return nullptr;
    if constexpr (std::is_nothrow_constructible_v<T, Arguments...>) {
      return ::new (memory) T(std::forward<Arguments>(arguments)...);
    } else {
      try {
        return ::new (memory) T(std::forward<Arguments>(arguments)...);
      } catch (...) {
        cache_.release(memory);
        throw;
      }
    }
  }

  /// Takes back an object of this cache; nullptr is allowed.
  void destroy(T* object) {
    if (object == nullptr) return;
    std::destroy_at(object);
    cache_.release(object);
  }

  /// Memory for a T, or nullptr; given back with release.
  void* allocate(std::uint32_t flags = slab::SLAB_KERNEL) { return cache_.allocate(flags); }
  void release(void* memory) { cache_.release(memory); }

  bool shrink() { return cache_.shrink(); }
  std::size_t in_use() const { return cache_.in_use(); }
  const Cache<typename Pages::Layout>& descriptor() const { return cache_.descriptor(); }

 private:
  KmemCache<Pages> cache_;
};

/// Objects that keep their constructed state while nobody uses them, which is what Bonwick's slabs are for: T() is run on
/// all objects of a slab when it is made, ~T() when it goes, and neither when an object is got or put. Whoever puts
/// an object must leave it as the next one may find it: locks open, lists empty, buffers allocated.
///
/// T() must not throw, and neither T() nor ~T() may use this allocator.
template <class T, PageSource Pages = HostPages>
class ConstructedCache {
 public:
  static_assert(std::is_nothrow_default_constructible_v<T>,
                "a slab cannot be made of objects whose T() may throw");
  static_assert(std::is_nothrow_destructible_v<T>);

  ConstructedCache(SlabAllocator<Pages>& slabs, const char* name, std::uint32_t flags = 0)
      : cache_(slabs, name, SlabObject<T>::size, flags, construct, destroy) {}

  /// An object as T() or its last user left it, or nullptr if there is no memory.
  T* get() {
    void* const memory = cache_.allocate();
    return memory == nullptr ? nullptr : std::launder(static_cast<T*>(memory));
  }

  /// Takes back an object of this cache; nullptr is allowed.
  void put(T* object) {
    if (object != nullptr) cache_.release(object);
  }

  bool shrink() { return cache_.shrink(); }
  std::size_t in_use() const { return cache_.in_use(); }
  const Cache<typename Pages::Layout>& descriptor() const { return cache_.descriptor(); }

 private:
  static void construct(void* memory, Cache<HostLayout>*, std::uint32_t) { ::new (memory) T(); }
  static void destroy(void* object, Cache<HostLayout>*, std::uint32_t) {
    std::destroy_at(static_cast<T*>(object));
  }

  KmemCache<Pages> cache_;
};

/// A standard allocator over kmalloc, for containers: std::map<K, V, Compare, KmallocAllocator<...>>. Allocations of more
/// than 131072 bytes and without memory throw std::bad_alloc. The SlabAllocator must outlive the container.
template <class T, PageSource Pages = HostPages>
class KmallocAllocator {
 public:
  using value_type = T;
  static_assert(alignof(T) <= host_machine.l1_cache_bytes,
                "kmalloc aligns to a cache line of 64 bytes, and this type asks for more");

  explicit KmallocAllocator(SlabAllocator<Pages>& slabs) noexcept : slabs_(&slabs) {}
  template <class U>
  KmallocAllocator(const KmallocAllocator<U, Pages>& other) noexcept : slabs_(other.slabs_) {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    void* const memory = slabs_->kmalloc(count * sizeof(T), slab::SLAB_KERNEL);
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) noexcept { slabs_->kfree(memory); }

  friend bool operator==(const KmallocAllocator&, const KmallocAllocator&) = default;

 private:
  template <class, PageSource>
  friend class KmallocAllocator;

  SlabAllocator<Pages>* slabs_;
};

}  // namespace refmm::impl::inline REFMM_BUILD
