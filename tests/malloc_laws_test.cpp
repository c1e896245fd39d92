// Every law of the user's heap that can be sampled, as a property of the model. One case for each law, under the law's own name.

#include <refmm/model/malloc_subject.hpp>
#include <refmm/spec/malloc_merge_laws.hpp>
#include <refmm/spec/malloc_size_laws.hpp>
#include <refmm/tests/law_properties.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <tuple>

namespace refmm::malloc {
namespace {

// In memory that is drawn hardly any node is on a ring, and hardly any four places are in order: the other laws of lists and merging are
// held by examples (malloc_laws_example.cpp), by theorems (proofs/malloc.cpp) and, of whole heaps, by random sessions.
constexpr std::tuple laws_of_the_model =
    std::tuple_cat(size_laws, check_laws,
                   std::tuple{taking_out_closes_the_ring, putting_on_makes_a_ring, lists_stay_in_order,
                              free_chunks_are_tagged_at_both_ends});

[[maybe_unused]] const int added = add_properties("TheModelKeeps", laws_of_the_model, model::MallocSubject{});

}  // namespace
}  // namespace refmm::malloc
