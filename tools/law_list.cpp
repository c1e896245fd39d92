#include <refmm/spec/buddy_call_laws.hpp>
#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_laws.hpp>
#include <refmm/spec/buddy_list_laws.hpp>
#include <refmm/spec/buddy_merge_laws.hpp>
#include <refmm/spec/buddy_step_laws.hpp>
#include <refmm/spec/fault_pages_laws.hpp>
#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/spec/kernel_map_laws.hpp>
#include <refmm/spec/kernel_map_range_laws.hpp>
#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/spec/kernel_sharing_laws.hpp>
#include <refmm/spec/malloc_invariant.hpp>
#include <refmm/spec/malloc_merge_laws.hpp>
#include <refmm/spec/malloc_size_laws.hpp>
#include <refmm/spec/malloc_step_laws.hpp>
#include <refmm/spec/paging_laws.hpp>
#include <refmm/spec/process_invariant.hpp>
#include <refmm/spec/process_step_laws.hpp>
#include <refmm/spec/slab_chain_laws.hpp>
#include <refmm/spec/slab_geometry_laws.hpp>
#include <refmm/spec/slab_invariant.hpp>
#include <refmm/spec/slab_laws.hpp>
#include <refmm/spec/slab_step_laws.hpp>
#include <refmm/spec/vma_call_laws.hpp>
#include <refmm/spec/vma_invariant.hpp>
#include <refmm/spec/vma_laws.hpp>
#include <refmm/spec/vma_list_laws.hpp>
#include <refmm/spec/vma_range_laws.hpp>
#include <refmm/spec/vma_remap_call_laws.hpp>
#include <refmm/spec/vma_step_laws.hpp>
#include <refmm/tools/law_list.hpp>

#include <tuple>

namespace refmm {
namespace {

template <class... Claims>
void append(std::vector<LawEntry>& entries, const std::tuple<Law<Claims>...>& laws) {
  std::apply(
      [&](const auto&... law) {
        (entries.push_back({law.clause, law.name, LawForm::every_input}), ...);
      },
      laws);
}

void append(std::vector<LawEntry>& entries, const auto& laws, LawForm form) {
  for (const auto& law : laws) entries.push_back({law.clause, law.name, form});
}

std::vector<LawEntry> collect() {
  std::vector<LawEntry> entries;
  append(entries, buddy::invariant, LawForm::every_state);
  append(entries, buddy::block_laws);
  append(entries, buddy::list_laws);
  append(entries, buddy::merge_laws);
  append(entries, buddy::call_laws);
  append(entries, buddy::step_laws, LawForm::every_step);
  append(entries, slab::invariant, LawForm::every_state);
  append(entries, slab::boot_laws);
  append(entries, slab::list_laws);
  append(entries, slab::chain_laws);
  append(entries, slab::geometry_laws);
  append(entries, slab::kmalloc_laws);
  append(entries, slab::reap_laws);
  append(entries, slab::step_laws, LawForm::every_step);
  append(entries, kernel_map::invariant, LawForm::every_state);
  append(entries, paging::entry_laws);
  append(entries, paging::walk_laws);
  append(entries, paging::directory_laws);
  append(entries, paging::tlb_laws);
  append(entries, kernel_map::sharing_laws);
  append(entries, kernel_map::area_laws);
  append(entries, kernel_map::io_laws);
  append(entries, kernel_map::step_laws, LawForm::every_step);
  append(entries, vma::invariant, LawForm::every_state);
  append(entries, vma::piece_laws);
  append(entries, vma::split_laws);
  append(entries, vma::list_laws);
  append(entries, vma::call_laws);
  append(entries, vma::remap_laws);
  append(entries, vma::flag_laws);
  append(entries, vma::fork_laws);
  append(entries, vma::range_laws);
  append(entries, vma::search_laws);
  append(entries, vma::page_table_laws);
  append(entries, vma::step_laws, LawForm::every_step);
  append(entries, process::invariant, LawForm::every_state);
  append(entries, fault::page_laws);
  append(entries, process::step_laws, LawForm::every_step);
  append(entries, malloc::invariant, LawForm::every_state);
  append(entries, malloc::size_laws);
  append(entries, malloc::list_laws);
  append(entries, malloc::merge_laws);
  append(entries, malloc::check_laws);
  append(entries, malloc::step_laws, LawForm::every_step);
  return entries;
}

}  // namespace

const std::vector<LawEntry>& all_laws() {
  static const std::vector<LawEntry> entries = collect();
  return entries;
}

}  // namespace refmm
