// The end of the heap: the top, which grows by brk and is trimmed by it.
#pragma once

#include <refmm/impl/malloc_user_heap.hpp>

namespace refmm::impl::inline REFMM_BUILD {

/// True if a chunk of `needed` bytes can be taken from the top, and a top be left. [malloc.check.top]
template <MallocLayer Layer>
inline bool UserHeap<Layer>::has_room_in_top(Word needed) {
  if (top_ == 0) return false;
  const Word size = top_end_ - top_;
  if (size_of(top_) != size) [[unlikely]]
    ends(malloc::Refusal::corrupted_top, "malloc", top_);
  const Word smallest = mutant("malloc.impl.top.takes_all") ? 0 : Layout::smallest;
  return size >= needed && size - needed >= smallest;
}

/// The front of the top, which has room, as a chunk in use. [malloc.top.front]
template <MallocLayer Layer>
inline typename UserHeap<Layer>::Word UserHeap<Layer>::take_from_top(Word needed) {
  const Word chunk = top_, size = top_end_ - chunk;
  top_ = chunk + needed;
  if (touched_ < Layout::block_of(top_)) touched_ = Layout::block_of(top_);
  set_size_word(top_, (size - needed) | Layout::prev_in_use);
  set_size_word(chunk, needed | Layout::prev_in_use);
  return chunk;
}

/// An old top behind which the heap does not go on: two tags of chunks in use stand at its end, so that nothing ever merges beyond
/// it, and what is in front of them is given back. [malloc.grow.fence]
template <MallocLayer Layer>
void UserHeap<Layer>::fence(Word top, Word size) {
  const Word tag = Layout::alignment, rest = size - 2 * tag, first = top + rest;
  top_ = 0;
  if (mutant("malloc.impl.grow.one_fence")) {
    set_size_word(first + tag, tag | Layout::prev_in_use);
    give_back(top, rest + tag);
    return;
  }
  set_size_word(first, tag | Layout::prev_in_use);
  set_size_word(first + tag, tag | Layout::prev_in_use);
  if (rest == 0) return;
  // What cannot be a chunk stays in use.
  if (rest < Layout::smallest)
    set_size_word(top, rest | Layout::prev_in_use);
  else
    give_back(top, rest);
}

/// Makes the heap larger, so that `needed` bytes can be taken from the top; false if the kernel refuses. [malloc.grow.to_page]
/// [malloc.grow.goes_on] [malloc.grow.new_region]
template <MallocLayer Layer>
bool UserHeap<Layer>::grow(Word needed) {
  const Word brk = layer_.brk();
  const bool goes_on = top_ != 0 && brk == top_end_;
  const Word begins = goes_on ? top_ : Layout::rounded_up(brk, Layout::alignment);
  const Word smallest = mutant("malloc.impl.grow.forgets_top") ? 0 : Layout::smallest;
  const Word least = needed + smallest;
  const Word with_top = least + parameters_.top_pad;
  const Word end = Layout::rounded_up(begins + with_top, Layer::page_size);
  if (with_top < least || end < begins || end - begins < with_top) return false;
  if (!layer_.move_break(end)) return false;

  if (bins_ == 0) begin();
  if (!goes_on) {
    if (begin_ == 0) begin_ = begins;
    layer_.region_begins(begins);
    if (top_ != 0) fence(top_, size_of(top_));
    // Whoever moved the break may have written up to the end of the page.
    touched_ = Layout::rounded_up(Layout::block_of(begins), Layer::page_size);
  }
  top_ = begins;
  top_end_ = end;
  set_size_word(top_, (end - begins) | Layout::prev_in_use);
  return true;
}

/// [malloc.trim.whole_pages]
template <MallocLayer Layer>
bool UserHeap<Layer>::trim(Word pad) {
  if (top_ == 0) return false;
  const Word size = size_of(top_);
  if (size < Layout::smallest || size - Layout::smallest <= pad) return false;
  const Word one_more = mutant("malloc.impl.trim.takes_one_page_more") ? Layer::page_size : 0;
  const Word spare = size - Layout::smallest - pad - 1 + one_more;
  const Word bytes = spare & ~(Layer::page_size - 1);
  if (bytes == 0) return false;
  if (layer_.brk() != top_end_) return false;
  if (!layer_.move_break(top_end_ - bytes)) return false;
  top_end_ = top_end_ - bytes;
  if (touched_ > top_end_) touched_ = top_end_;
  set_size_word(top_, (top_end_ - top_) | Layout::prev_in_use);
  return true;
}

}  // namespace refmm::impl::inline REFMM_BUILD
