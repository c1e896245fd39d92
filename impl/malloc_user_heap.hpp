// UserHeap: what it can be asked, what it holds, and what is short enough to be inlined. malloc.hpp has all of it, and says how to use it.
#pragma once

#include <refmm/impl/malloc_layer.hpp>
#include <refmm/impl/malloc_layout.hpp>
#include <refmm/spec/malloc_allocator.hpp>
#include <refmm/spec/malloc_refusal.hpp>
#include <refmm/spec/mutant.hpp>

#include <array>
#include <cstdint>
#include <limits>

namespace refmm::impl::inline REFMM_BUILD {

/// Addresses and sizes in bytes; 0 is NULL. A call that answers 0 for want of memory says why in refusal().
template <MallocLayer Layer>
class UserHeap {
 public:
  using Word = typename Layer::Word;
  using Layout = MallocLayout<Word>;
  using Parameters = malloc::BasicParameters<Word>;

  /// Empty; `layer` must outlive it. Nothing is asked of the layer before the first call.
  constexpr UserHeap(Layer& layer, const Parameters& parameters) : layer_(layer) { set_parameters(parameters); }
  UserHeap(const UserHeap&) = delete;
  UserHeap& operator=(const UserHeap&) = delete;

  /// Writes the heads of the lists. Otherwise that is done when the heap gets its first memory.
  void begin();

  /// They may change at any time.
  constexpr void set_parameters(const Parameters& parameters) {
    parameters_ = parameters;
    const Word too_large = Layout::largest_request(Layer::page_size) + 1;
    ordinary_ = parameters.mmap_threshold < too_large ? parameters.mmap_threshold : too_large;
  }
  const Parameters& parameters() const { return parameters_; }

  // ---- Calls ----

  /// malloc: at least `bytes` bytes, aligned to two words.
  Word allocate(Word bytes);
  /// free; of NULL nothing.
  void release(Word block);
  /// calloc: all bytes are 0.
  Word allocate_zero(Word count, Word size);
  /// realloc: 0 where `bytes` is 0 and the block was given back, and where there is no memory: then it is as it was.
  Word resize(Word block, Word bytes);
  /// memalign: `alignment` is taken up to a power of two.
  Word allocate_aligned(Word alignment, Word bytes);
  /// malloc_usable_size; of NULL 0.
  Word usable_bytes(Word block);
  /// malloc_trim: true if something went back to the kernel.
  bool trim(Word pad);

  /// What `count` calls of allocate do, but faster; calls `see(block)` for each, as long as there is memory.
  template <class See>
  void allocate_many(Word bytes, Word count, See see);
  /// What a call of release does for each block that `next()` answers, up to NULL, but faster if neighbours come together.
  template <class Next>
  void release_many(Next next);

  /// Why the last call that answered 0 did. NULL of `resize` with 0 bytes is no refusal.
  malloc::Refusal refusal() const { return refusal_; }

  // ---- What an observer sees ----

  Word top() const { return top_; }                      // 0 while there is no heap
  Word top_end() const { return top_end_; }              // where the heap ends
  Word mapped_blocks() const { return mapped_blocks_; }  // mappings that are chunks

  /// Calls `see(chunk, size)` for the free chunks on the lists of many sizes; of equal ones for that which was freed last first.
  template <class See>
  void for_large_free_chunks(See see) const;

 private:
  // ---- Tags ----

  Word size_word(Word chunk) const { return layer_.load(Layout::at_size(chunk)); }
  Word size_of(Word chunk) const { return size_word(chunk) & ~Layout::flags; }
  void set_size_word(Word chunk, Word size_and_flags) { layer_.store(Layout::at_size(chunk), size_and_flags); }
  Word fd_of(Word chunk) const { return layer_.load(Layout::at_fd(chunk)); }
  Word bk_of(Word chunk) const { return layer_.load(Layout::at_bk(chunk)); }
  void set_fd(Word chunk, Word fd) { layer_.store(Layout::at_fd(chunk), fd); }
  void set_bk(Word chunk, Word bk) { layer_.store(Layout::at_bk(chunk), bk); }
  Word child_of(Word chunk, unsigned bit) const { return layer_.load(Layout::at_child(chunk, bit)); }
  Word parent_of(Word chunk) const { return layer_.load(Layout::at_parent(chunk)); }
  void set_child(Word chunk, unsigned bit, Word child) { layer_.store(Layout::at_child(chunk, bit), child); }
  void set_parent(Word chunk, Word parent) { layer_.store(Layout::at_parent(chunk), parent); }
  Word usable_of(Word chunk) const;

  Word refuse(malloc::Refusal refusal) {
    refusal_ = refusal;
    return 0;
  }
  [[gnu::cold, gnu::noinline]] void ends(malloc::Refusal refusal, const char* call, Word addr) const {
    layer_.ends(refusal, call, addr);
  }

  // ---- malloc_bins.hpp: rings of one size each ----

  Word head_of(unsigned bin) const { return bins_ + bin * Layout::alignment; }
  void push(Word chunk, Word size);
  void unlink(Word chunk, Word size);
  void push_exact(Word chunk, Word size);
  void unlink_exact(Word chunk, Word size);
  Word take_smallest_from(Word size);

  // ---- malloc_tree.hpp: trees of the sizes from a power of two to below the next ----

  static constexpr unsigned top_bit = std::numeric_limits<Word>::digits - 1;
  static Word key_of(Word size);
  void push_large(Word chunk, Word size);
  void unlink_large(Word chunk, Word size);
  void replace_node(Word node, Word size, Word replacement);
  Word leaf_below(Word node, Word size);
  Word smallest_below(Word node, Word best, Word best_size, Word size) const;
  Word smallest_in(Word root, Word size) const;
  Word smallest_large_from(Word size);
  template <class See>
  void for_chunks_of_tree(Word node, Word& limit, See& see) const;

  // ---- malloc_merge.hpp ----

  void tag_in_use(Word chunk, Word size);
  void keep(Word chunk, Word size);
  void give_back(Word chunk, Word size);
  void use(Word chunk, Word size, Word needed);
  void use_unlinked(Word chunk, Word size, Word needed);
  void merge_before(Word& chunk, Word& size);
  bool merge_behind(Word chunk, Word& size);
  void keep_unless_none(Word chunk, Word size);

  // ---- malloc_top.hpp ----

  bool has_room_in_top(Word needed);
  Word take_from_top(Word needed);
  bool grow(Word needed);
  void fence(Word top, Word size);
  bool should_trim() const { return top_ != 0 && top_end_ - top_ >= parameters_.trim_threshold; }

  // ---- malloc_mapped.hpp ----

  struct Mapping {
    Word start, len, leader;
  };
  Mapping mapping_of(Word chunk) const;
  Word bytes_to_map(Word leader, Word size) const;
  Word map_block(Word size);
  void unmap_block(Word chunk);
  Word remap_block(Word chunk, Word size);

  // ---- malloc_alloc.hpp, malloc_resize.hpp ----

  Word take(Word size);
  Word allocate_grown(Word size, bool may_be_mapped);
  Word allocate_mapped_or_not(Word bytes);
  Word handed_out(Word chunk);
  void examine(Word chunk, Word size_and_flags, const char* call);
  void release_chunk(Word chunk, Word size_and_flags);
  void fill_new(Word start, Word end);
  Word resize_in_place(Word chunk, Word size, Word needed);
  Word move_block(Word block, Word bytes);
  Word cut_to_alignment(Word block, Word alignment, Word size);

  Layer& layer_;
  Word bins_ = 0;            // 0: not begun
  Word ordinary_ = 0;        // requests below this are neither mapped nor refused for their size
  std::uint64_t exact_ = 0;  // bit by bit, whether a list of one size has chunks
  std::uint64_t large_ = 0;  // and a list of many sizes
  Word top_ = 0;
  Word top_end_ = 0;
  Word begin_ = 0;    // of the first region
  Word touched_ = 0;  // from here to the end of the heap no byte was ever handed out: they are 0
  Word mapped_blocks_ = 0;
  Parameters parameters_{};
  malloc::Refusal refusal_ = malloc::Refusal::no_memory;
  std::array<Word, Layout::large_bins> roots_{};
};

}  // namespace refmm::impl::inline REFMM_BUILD
