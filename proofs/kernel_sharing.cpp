// The theorems about the page directories of all processes: the laws of spec/kernel_sharing_laws.hpp, claimed of the model.
//
// Directories are functions: of a slot, and with the processes of two words. One fresh process and one fresh slot stand for all, so
// nothing here is bounded.
#include <refmm/model/kernel_sharing_subject.hpp>
#include <refmm/proofs/kernel_map.hpp>
#include <refmm/spec/kernel_sharing_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::kernel_map {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::KernelSharingSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view everywhere = "every number of processes, every length of the quick list, every slot";
constexpr std::string_view accesses = "every process, every address of the kernel, every page table";
constexpr std::string_view slots = "every slot";

}  // namespace

const std::vector<Theorem>& theorems_about_sharing() {
  static const std::vector<Theorem> all{
      // ---- Lazy: absent or equal ------------------------------------------------------------------------------------
      model(nothing_is_shared_at_boot, everywhere, {"paging.boot.quick_list_of_garbage"}),
      model(a_directory_that_is_given_out_is_absent_or_equal, everywhere,
            {"paging.quick_list.links_in_the_last_slot"}),
      model(a_directory_that_waits_is_absent_or_equal, everywhere, {"paging.quick_list.links_in_the_last_slot"}),
      model(tables_that_appear_keep_absent_or_equal, everywhere, {"paging.kernel.replaces_tables"}),
      model(vfree_keeps_absent_or_equal, everywhere, {"paging.kernel.takes_empty_tables_back"}),
      model(faults_keep_absent_or_equal, everywhere, {"paging.fault.copies_the_next_slot"}),
      model(user_writes_keep_absent_or_equal, everywhere, {"paging.user.writes_kernel_slots"}),
      model(every_operation_keeps_absent_or_equal, everywhere,
            {"paging.kernel.takes_empty_tables_back", "paging.kernel.replaces_tables",
             "paging.fault.copies_the_next_slot", "paging.user.writes_kernel_slots",
             "paging.quick_list.links_in_the_last_slot"}),

      // ---- Monotone entries -----------------------------------------------------------------------------------------
      model(kernel_entries_are_monotone, everywhere,
            {"paging.kernel.takes_empty_tables_back", "paging.kernel.replaces_tables"}),
      model(
          every_access_ends_as_in_swapper, accesses, {"paging.fault.copies_the_next_slot"},
          {"paging.kernel.synced", "paging.kernel.bad_area", "paging.walk.translates", "paging.walk.large_page"}),
      model(recycled_directories_are_not_stale, accesses, {"paging.kernel.takes_empty_tables_back"},
            {"paging.kernel.synced", "paging.kernel.bad_area", "paging.walk.translates"}),

      // ---- Faults ---------------------------------------------------------------------------------------------------
      model(a_fault_makes_the_slot_equal, everywhere, {"paging.fault.copies_the_next_slot"}),
      model(a_fault_changes_one_slot, everywhere, {"paging.fault.copies_to_another_process"}),
      model(programs_do_not_fill_directories, accesses,
            {"defect.kernel.user_fault", "paging.walk.asks_only_the_table"}, {"paging.kernel.sigsegv"}),

      // ---- Preallocated: equal, always ------------------------------------------------------------------------------
      model(boot_leaves_no_slot_behind_it_empty, slots, {"paging.kernel.preallocates_nothing"}),
      model(every_operation_keeps_directories_equal, everywhere,
            {"paging.pgd_alloc.misses_a_slot", "paging.kernel.takes_empty_tables_back",
             "paging.kernel.replaces_tables", "paging.user.writes_kernel_slots",
             "paging.quick_list.links_in_the_last_slot"}),
      model(nothing_is_left_to_fault_in, accesses, {"paging.fault.drops_what_it_cannot_copy"},
            {"paging.kernel.bad_area", "paging.walk.translates"}),
  };
  return all;
}

}  // namespace refmm::kernel_map
