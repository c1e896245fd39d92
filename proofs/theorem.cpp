#include <refmm/proofs/buddy.hpp>
#include <refmm/proofs/fault.hpp>
#include <refmm/proofs/kernel_map.hpp>
#include <refmm/proofs/malloc.hpp>
#include <refmm/proofs/paging.hpp>
#include <refmm/proofs/slab.hpp>
#include <refmm/proofs/theorem.hpp>
#include <refmm/proofs/vma.hpp>

#include <algorithm>

namespace refmm {

const std::vector<Theorem>& all_theorems() {
  static const std::vector<Theorem> all = [] {
    std::vector<Theorem> theorems;
    for (const auto* chapter : {&buddy::theorems(), &slab::theorems(), &paging::theorems(),
                                &kernel_map::theorems_about_sharing(), &kernel_map::theorems(), &vma::theorems(),
                                &vma::theorems_about_calls(), &fault::theorems(), &malloc::theorems()})
      theorems.insert(theorems.end(), chapter->begin(), chapter->end());
    return theorems;
  }();
  return all;
}

const Theorem* find_theorem(std::string_view name) {
  const auto found = std::ranges::find(all_theorems(), name, &Theorem::name);
  return found == all_theorems().end() ? nullptr : &*found;
}

std::string_view area_of(const Theorem& theorem) { return area_of(theorem.clause->name); }

}  // namespace refmm
