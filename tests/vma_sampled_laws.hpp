// The laws of memory areas that are held to inputs that are made up: by RapidCheck (vma_laws_test.cpp) and by fuzzers.
#pragma once

#include <refmm/model/vma_subject.hpp>
#include <refmm/spec/vma_laws.hpp>
#include <refmm/spec/vma_range_laws.hpp>

#include <tuple>

namespace refmm::vma {

inline constexpr std::tuple sampled_laws =
    std::tuple_cat(piece_laws, split_laws, flag_laws, fork_laws, range_laws, search_laws, page_table_laws);

/// Calls take(laws, subject) with laws and whose they are.
void for_laws_of_the_model(auto take) { take(sampled_laws, model::VmaSubject{}); }

}  // namespace refmm::vma
