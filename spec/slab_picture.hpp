// Caches as people see them: their slabs in the order of the list, with the objects of each.
//
//   size-4096: 1 object of 4096 bytes in 1 page, 1 colour, next 0, slab_t from size-32
//       slab 1  |#|  full     1 of 1   free chain END  colour 0  slab_t size-32:0[1]
//     > slab 0  |+|  free     0 of 1   free chain 0  colour 0  slab_t size-32:0[0]
//
// `>` stands before the slab that firstnotfull points to, or before `head`. Caches that never had a slab are only counted.
#pragma once

#include <refmm/spec/slab.hpp>
#include <refmm/spec/to_scale.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace refmm::slab {

std::vector<std::string> picture(const State& state);

/// The free chain in the order of bufctl, `2 -> 0 -> 5..9`; `END` of a slab that is full.
std::string chain_in_words(const Slab& slab);

/// `full`, `partial` or `free`.
std::string_view filling_of(const Cache& cache, const Slab& slab);

inline constexpr std::array<to_scale::Ink, 3> picture_inks{
    {{"#", to_scale::Colour::blue}, {".", to_scale::Colour::green}, {"+", to_scale::Colour::yellow}}};

}  // namespace refmm::slab
