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
    std::tuple_cat(boot_laws, kmalloc_laws, layout_laws);

/// Calls take(laws, subject) with laws and whose they are.
void for_laws_of_the_model(auto take) { take(sampled_laws, model::SlabSubject{}); }
void for_laws_of_the_implementation(auto take) {
  take(sampled_laws_of_the_implementation, impl::SlabLawSubject{});
}

}  // namespace refmm::slab
