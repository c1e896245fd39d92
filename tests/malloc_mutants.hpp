// The mistakes that the user's heap can be told to make, by name: malloc.impl.* by the implementation, the others by the model, as far as
// no theorem fails on them. Each stands beside the line that it changes (malloc*.hpp in impl/ and model/); a test holds this list and
// the lines together.
#pragma once

#include <refmm/tests/malloc_subject.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <array>
#include <memory>

namespace refmm {

inline constexpr std::array malloc_mutants{
    Mutant{"malloc.bins.equal_ones_last", "of equal chunks the one that was freed first is taken"},
    Mutant{"malloc.bins.skips_own_list", "the list of the size that is asked for is not looked at"},
    Mutant{"malloc.calloc.leaves_last_word", "the last word of a block is not cleared"},
    Mutant{"malloc.grow.always_new_region", "the heap that grows begins anew, though nobody moved its end"},
    Mutant{"malloc.impl.bins.first_in_first_out", "of equal small chunks the one that was freed first is taken"},
    Mutant{"malloc.impl.bins.keeps_bit", "a list that has become empty passes for one with chunks"},
    Mutant{"malloc.impl.calloc.believes_top",
           "memory from the top is never cleared, though it may have been used"},
    Mutant{"malloc.impl.calloc.leaves_last_word", "the last word of a block is not cleared"},
    Mutant{"malloc.impl.grow.forgets_top", "the heap grows by what is asked for, with no room for a top"},
    Mutant{"malloc.impl.grow.one_fence", "one tag stands at the end of an old region instead of two"},
    Mutant{"malloc.impl.malloc.threshold_one_late", "a request of just the threshold is not mapped"},
    Mutant{"malloc.impl.mapped.forgets_count", "blocks that were unmapped still count as mapped"},
    Mutant{"malloc.impl.mapped.forgets_leader",
           "a block that was aligned in its mapping grows when it is remapped"},
    Mutant{"malloc.impl.mapped.no_word_behind", "a mapping has no room for the word behind its chunk"},
    Mutant{"malloc.impl.memalign.leader_of_any_size",
           "a piece that is no chunk is left in front of an aligned block"},
    Mutant{"malloc.impl.merge.not_before", "a chunk does not merge with the one in front"},
    Mutant{"malloc.impl.merge.not_behind", "a chunk does not merge with the one behind"},
    Mutant{"malloc.impl.realloc.copies_too_little", "the last word of a block stays behind when it moves"},
    Mutant{"malloc.impl.size.two_words_of_tag", "the word behind a chunk is not used for its block"},
    Mutant{"malloc.impl.split.keeps_small_rest",
           "a rest that would be a small chunk is handed out with the block"},
    Mutant{"malloc.impl.split.loses_rest", "what a block that shrinks does not need is on no list"},
    Mutant{"malloc.impl.tags.forgets_in_use", "the chunk behind is not told that this one is in use again"},
    Mutant{"malloc.impl.tags.stays_in_use", "the chunk behind is not told that this one is free"},
    Mutant{"malloc.impl.top.takes_all", "a block may take all of the top"},
    Mutant{"malloc.impl.tree.first_in_first_out", "of equal large chunks the one that was freed first is taken"},
    Mutant{"malloc.impl.tree.forgets_larger", "larger chunks beside the way to a size are not looked at"},
    Mutant{"malloc.impl.tree.forgets_others", "a large chunk is put in place of the tree that it belongs to"},
    Mutant{"malloc.impl.tree.loses_child", "a node that leaves takes one half of what is below it along"},
    Mutant{"malloc.impl.trim.takes_one_page_more", "trimming gives back a page of what should stay"},
    Mutant{"malloc.realloc.forgets_last_word", "the last word of a block stays behind when it moves"},
    Mutant{"malloc.size.mapped_block_has_word_behind", "a block in a mapping has a word behind its chunk"},
    Mutant{"malloc.split.forgets_rest", "what a block does not need is on no list"},
    Mutant{"malloc.threshold.one_byte_late", "a request of just the threshold is not mapped"},
    Mutant{"malloc.trim.keeps_size", "the top is as large after trimming as it was"},
};

/// The implementation, or the model where the mutant that is on is one of the model; both compiled with REFMM_MUTANTS.
std::unique_ptr<MallocSubject> make_mistaken_malloc_subject();

}  // namespace refmm
