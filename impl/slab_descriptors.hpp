// The descriptors of slabs and caches, and the list that slabs stand in.
//
// Source: mm/slab.c of 2.4.0: slab_t, kmem_bufctl_t, kmem_cache_t. The fields and their order are those of 2.4.0;
// two words that a uniprocessor kernel carries for nothing (spinlock, failures) hold what saves a division in
// kmem_cache_free and a multiplication in kmem_cache_grow.
#pragma once

#include <refmm/impl/slab_layout.hpp>
#include <refmm/spec/machine.hpp>

#include <cstddef>
#include <cstdint>

namespace refmm::impl::inline REFMM_BUILD {

/// The end of a chain of free objects.
inline constexpr std::uint32_t BUFCTL_END = 0xffffffff;

/// Set in `dflags` when a cache grows, taken off when the reap clock passes.
inline constexpr std::uint32_t DFLGS_GROWN = 0x1;

/// A node of a ring; an empty ring is a head that is linked to itself.
template <class Layout>
struct ListNode {
  typename Layout::template Link<ListNode> next;
  typename Layout::template Link<ListNode> prev;
};

template <class Layout>
void list_init(ListNode<Layout>& head) {
  head.next = &head;
  head.prev = &head;
}

template <class Layout>
void list_insert_before(ListNode<Layout>* place, ListNode<Layout>* node) {
  ListNode<Layout>* const before = place->prev;
  node->next = place;
  node->prev = before;
  before->next = node;
  place->prev = node;
}

template <class Layout>
void list_remove(ListNode<Layout>* node) {
  ListNode<Layout>* const before = node->prev;
  ListNode<Layout>* const after = node->next;
  before->next = after;
  after->prev = before;
}

/// A slab: 2^gfporder pages with `num` objects. Its bufctl array follows it: for each free object the index of the
/// next one.
template <class Layout>
struct Slab : ListNode<Layout> {
  typename Layout::Word colouroff;                  // bytes from the first page to object 0
  typename Layout::template Link<std::byte> s_mem;  // object 0
  std::uint32_t inuse;                              // objects handed out
  std::uint32_t free;                               // the object to hand out next, or BUFCTL_END

  std::uint32_t& bufctl(std::uint32_t index) {
    return *Layout::advance(reinterpret_cast<std::uint32_t*>(this + 1), index);
  }
  std::byte* first_page() { return Layout::advance(static_cast<std::byte*>(s_mem), -colouroff); }
};

/// A cache.
template <class Layout>
struct alignas(Layout::cache_alignment) Cache {
  using Word = typename Layout::Word;

  // Used by every alloc and free.
  ListNode<Layout> slabs;  // full slabs, partial ones, free ones
  typename Layout::template Link<ListNode<Layout>> firstnotfull;
  std::uint32_t objsize;
  std::uint32_t flags;
  std::uint32_t num;         // objects in a slab
  std::uint32_t reciprocal;  // reciprocal_of(objsize)

  // Used when slabs come and go.
  std::uint32_t gfporder;
  std::uint32_t gfpflags;
  Word colour;
  std::uint32_t colour_off;
  std::uint32_t colour_next;
  typename Layout::template Link<Cache> slabp_cache;
  std::uint32_t growing;
  std::uint32_t dflags;
  typename Layout::Hook ctor;
  typename Layout::Hook dtor;
  Word slab_size;  // bytes of a slab descriptor, whole lines

  // Used when caches come and go.
  char name[20];
  typename Layout::template Link<Cache> next;
  typename Layout::template Link<Cache> prev;

  /// The object `index` of `slab`.
  std::byte* object(Slab<Layout>* slab, std::uint32_t index) const {
    return Layout::advance(static_cast<std::byte*>(slab->s_mem), static_cast<Word>(index) * objsize);
  }

  /// 2^32 / objsize, rounded up. An objsize is at least one word.
  static constexpr std::uint32_t reciprocal_of(std::uint32_t objsize) {
    return static_cast<std::uint32_t>(((std::uint64_t{1} << 32) + objsize - 1) / objsize);
  }

  /// The index of an object of `slab`. Exact: with m = 2^32 / d rounded up, (q d m) >> 32 = q as long as q d < 2^32.
  std::uint32_t index_of(Slab<Layout>* slab, const void* object) const {
    const Word offset = Layout::distance(static_cast<std::byte*>(slab->s_mem), object);
    return static_cast<std::uint32_t>((std::uint64_t{offset} * reciprocal) >> 32);
  }
};

static_assert(sizeof(Slab<I386Layout>) == 24, "a slab descriptor of 2.4.0 on i386 has 24 bytes");
static_assert(sizeof(Cache<I386Layout>) == 100, "a cache descriptor of 2.4.0 on i386 has 100 bytes");
static_assert(sizeof(Slab<HostLayout>) == native_64.sizeof_slab);
static_assert(sizeof(Cache<HostLayout>) == native_64.sizeof_kmem_cache);
static_assert(HostLayout::cache_alignment == native_64.l1_cache_bytes);

}  // namespace refmm::impl::inline REFMM_BUILD
