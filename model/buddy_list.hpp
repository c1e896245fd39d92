// The list of free blocks of one order: a stack from whose middle partners are taken.
//
// Read and changed through spec/sequence.hpp only, so that what is proved of it is proved of lists of every length. Follows
// memlist_add_head, memlist_next and memlist_del in mm/page_alloc.c.
#pragma once

#include <refmm/spec/mutant.hpp>
#include <refmm/spec/sequence.hpp>
#include <refmm/spec/word.hpp>

#include <utility>

namespace refmm::model::inline REFMM_BUILD {

/// The list with a block in front. [buddy.free.front]
template <class List, Word W>
constexpr List put_in_front(List list, W block) {
  const W place = mutant("buddy.list.new_block_last") ? W(length(list)) : W(0u);
  return inserted(std::move(list), place, block);
}

/// The list without the block at `place`.
template <class List, Word W>
constexpr List taken_out(List list, W place) {
  if (mutant("buddy.list.takes_the_last")) place = W(length(list)) - 1u;
  return erased(std::move(list), place);
}

}  // namespace refmm::model::inline REFMM_BUILD
