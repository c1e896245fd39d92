#include <refmm/tests/buddy_mutants.hpp>
#include <refmm/tests/fault_mutants.hpp>
#include <refmm/tests/kernel_map_mutants.hpp>
#include <refmm/tests/malloc_mutants.hpp>
#include <refmm/tests/slab_mutants.hpp>
#include <refmm/tests/vma_mutants.hpp>
#include <refmm/tools/run_subjects.hpp>

namespace refmm::command {

std::vector<std::string_view> mutant_names() {
  std::vector<std::string_view> names;
  for (const auto& mutant : buddy_mutants) names.push_back(mutant.name);
  for (const auto& mutant : slab_mutants) names.push_back(mutant.name);
  for (const auto& mutant : vma_mutants) names.push_back(mutant.name);
  for (const auto& mutant : kernel_map_mutants) names.push_back(mutant.name);
  for (const auto& mutant : fault_mutants) names.push_back(mutant.name);
  for (const auto& mutant : malloc_mutants) names.push_back(mutant.name);
  return names;
}

Subjects::Subjects(bool implementation, const std::string& mutant) {
  if (!mutant.empty()) mistake_.emplace(mutant);
  if (!implementation) return;
  buddy_ = mistake_ ? make_mutable_buddy_implementation() : make_buddy_implementation();
  slab_ = mistake_ ? make_mutable_slab_implementation() : make_slab_implementation();
  vma_ = mistake_ ? make_mutable_vma_implementation() : make_vma_implementation();
  kernel_map_ = mistake_ ? make_mutable_kernel_map_implementation() : make_kernel_map_implementation();
  fault_ = mistake_ ? make_mistaken_fault_subject() : make_fault_implementation();
  since_ = make_since_implementation();
  malloc_ = mistake_ ? make_mistaken_malloc_subject() : make_malloc_implementation();
}

replay::Implementations Subjects::implementations() const {
  return {.buddy = buddy_.get(),
          .slab = slab_.get(),
          .kernel_map = kernel_map_.get(),
          .vma = vma_.get(),
          .fault = fault_.get(),
          .malloc = malloc_.get(),
          .since = since_.get()};
}

void Subjects::take_running_kernel() { since_ = make_running_kernel(); }

}  // namespace refmm::command
