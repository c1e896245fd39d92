// The theorems of paging: the laws of spec/paging_laws.hpp, claimed of model/paging.hpp and its neighbours.
#include <refmm/model/paging_subject.hpp>
#include <refmm/proofs/paging.hpp>
#include <refmm/spec/paging_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::paging {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::PagingSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view words = "every 32-bit word";
constexpr std::string_view walks = "every address, directory and page table, every access";
constexpr std::string_view slots = "every directory, every slot";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      // ---- Addresses and entries ------------------------------------------------------------------------------------
      model(indexes_partition_the_address, words, {"paging.index.table_slot_too_wide"}),
      model(entries_are_frame_and_flags, words, {"paging.entry.drops_flags"}),
      model(tables_of_the_kernel_are_not_the_users, words, {"paging.entry.gives_tables_to_the_user"}),

      // ---- The walk -------------------------------------------------------------------------------------------------
      model(users_reach_what_is_theirs, walks, {"paging.walk.asks_only_the_table"},
            {"paging.walk.user_in_both", "paging.walk.translates", "paging.walk.large_page"}),
      model(programs_write_what_is_writable, walks, {"paging.walk.asks_only_the_table"},
            {"paging.walk.rw_in_both"}),
      model(the_kernel_heeds_read_only_where_it_is_told_to, walks, {"paging.walk.ignores_write_protect"},
            {"paging.walk.write_protect"}),
      model(what_is_mapped_is_reached, walks,
            {"paging.walk.large_page_is_small", "paging.walk.asks_only_the_table",
             "paging.walk.ignores_write_protect"},
            {"paging.walk.translates", "paging.walk.large_page", "paging.walk.no_table", "paging.walk.no_page"}),
      model(without_a_table_there_is_a_fault, walks, {"paging.fault.always_protection"}, {"paging.walk.no_table"}),
      model(without_a_page_there_is_a_fault, walks, {"paging.fault.always_protection"}, {"paging.walk.no_page"}),
      model(large_pages_have_no_table, walks, {"paging.walk.large_page_is_small"}, {"paging.walk.large_page"}),
      model(faults_say_what_was_tried, walks, {"paging.fault.forgets_write"}, {"paging.walk.error_code"}),
      model(accesses_leave_marks, words, {"paging.walk.marks_tables_dirty"}),

      // ---- New directories --------------------------------------------------------------------------------------------
      model(new_directories_have_an_empty_users_half, slots,
            {"paging.pgd_alloc.copies_all_of_swapper", "paging.pgd_alloc.misses_a_slot"}),
      model(recycled_directories_are_as_they_were, slots,
            {"paging.pgd_alloc.keeps_the_link", "paging.quick_list.links_in_the_last_slot"}),

      // ---- The TLB ----------------------------------------------------------------------------------------------------
      model(what_leaves_the_tables_may_be_used, words, {"paging.tlb.forgets_global_pages"}),
      model(a_global_flush_leaves_nothing, words, {"paging.tlb.global_flush_keeps_global_pages"}),
      model(a_flush_leaves_global_pages, words, {"paging.tlb.flush_reaches_global_pages"}),
  };
  return all;
}

}  // namespace refmm::paging
