// The laws of paging and of the kernel's mappings that are held to inputs that are made up: by RapidCheck (kernel_map_laws_test.cpp) and by
// fuzzers.
#pragma once

#include <refmm/model/kernel_map_subject.hpp>
#include <refmm/model/kernel_sharing_subject.hpp>
#include <refmm/model/paging_subject.hpp>
#include <refmm/spec/kernel_map_laws.hpp>
#include <refmm/spec/kernel_map_range_laws.hpp>
#include <refmm/spec/kernel_sharing_laws.hpp>
#include <refmm/spec/paging_laws.hpp>

#include <tuple>

namespace refmm::kernel_map {

inline constexpr std::tuple sampled_laws_of_paging =
    std::tuple_cat(paging::entry_laws, paging::walk_laws, paging::directory_laws, paging::tlb_laws);

/// Calls take(laws, subject) with laws and whose they are.
void for_laws_of_the_model(auto take) {
  take(sampled_laws_of_paging, model::PagingSubject{});
  take(sharing_laws, model::KernelSharingSubject{});
  take(area_laws, model::KernelMapSubject{});
  take(io_laws, model::KernelMapSubject{});
}

}  // namespace refmm::kernel_map
