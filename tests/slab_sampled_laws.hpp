// The laws of the slab allocator that are held to inputs that are made up: by RapidCheck (slab_laws_test.cpp) and by fuzzers.
#pragma once

#include <refmm/model/slab_subject.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/tests/slab_law_subject.hpp>

#include <tuple>

namespace refmm::slab {

inline constexpr std::tuple sampled_laws =
    std::tuple_cat(boot_laws, list_laws, chain_laws, geometry_laws, kmalloc_laws, reap_laws);

// The implementation has no function of its own for the next colour.
inline constexpr std::tuple sampled_laws_of_the_implementation =
    std::tuple_cat(boot_laws, kmalloc_laws,
                   std::tuple{every_slab_holds_an_object,
                              descriptor_objects_and_rest_are_the_slab,
                              objects_are_disjoint,
                              objects_are_aligned,
                              slabs_are_powers_of_two_pages,
                              no_other_object_fits,
                              waste_has_a_reason,
                              larger_orders_are_forced,
                              sizes_are_rounded_to_words,
                              words_without_line_alignment,
                              lines_for_large_objects,
                              halves_for_small_objects,
                              large_objects_have_outside_descriptors,
                              small_objects_have_inside_descriptors,
                              descriptors_move_back,
                              offslab_limit_is_never_reached,
                              optimize_means_one_page_and_inside,
                              no_offset_means_a_line,
                              an_offset_is_rounded_to_the_alignment,
                              every_colour_fits});

/// Calls take(laws, subject) with laws and whose they are.
void for_laws_of_the_model(auto take) { take(sampled_laws, model::SlabSubject{}); }
void for_laws_of_the_implementation(auto take) {
  take(sampled_laws_of_the_implementation, impl::SlabLawSubject{});
}

}  // namespace refmm::slab
