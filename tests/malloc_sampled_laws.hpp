// The laws of the user's heap that are held to inputs that are made up: by RapidCheck (malloc_laws_test.cpp) and by fuzzers.
#pragma once

#include <refmm/model/malloc_subject.hpp>
#include <refmm/spec/malloc_merge_laws.hpp>
#include <refmm/spec/malloc_size_laws.hpp>

#include <tuple>

namespace refmm::malloc {

// In memory that is drawn hardly any node is on a ring, and hardly any four places are in order: the other laws of lists and merging are
// held by examples (malloc_laws_example.cpp), by theorems (proofs/malloc.cpp) and, of whole heaps, by random sessions.
inline constexpr std::tuple sampled_laws =
    std::tuple_cat(size_laws, check_laws,
                   std::tuple{taking_out_closes_the_ring, putting_on_makes_a_ring, lists_stay_in_order,
                              free_chunks_are_tagged_at_both_ends});

/// Calls take(laws, subject) with laws and whose they are.
void for_laws_of_the_model(auto take) { take(sampled_laws, model::MallocSubject{}); }

}  // namespace refmm::malloc
