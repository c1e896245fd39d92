// The theorems about demand paging: the laws of spec/fault_pages_laws.hpp, claimed of the model.
//
// Frames, slots, page tables, processes and objects are functions of words. One fresh place stands for all places, one byte of a page
// for all bytes, so nothing here is bounded.
#include <refmm/model/fault_subject.hpp>
#include <refmm/proofs/fault.hpp>
#include <refmm/proofs/symbolic/map.hpp>
#include <refmm/proofs/symbolic/record.hpp>
#include <refmm/spec/fault_pages_laws.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace refmm::symbolic {

/// One of two objects.
template <class Slots, class Disk>
fault::AnyObject<Word, Slots, Disk> select(const Bool& condition,
                                           const fault::AnyObject<Word, Slots, Disk>& when_true,
                                           const fault::AnyObject<Word, Slots, Disk>& when_false) {
  return {select(condition, when_true.shared_memory, when_false.shared_memory),
          select(condition, when_true.i_size, when_false.i_size),
          select(condition, when_true.slots, when_false.slots),
          select(condition, when_true.disk, when_false.disk)};
}

}  // namespace refmm::symbolic

namespace refmm::fault {
namespace {

using Clauses = std::vector<ClauseRef>;
using Mutants = std::vector<std::string_view>;

Theorem model(const auto& law, std::string_view scope, Mutants fails_on, Clauses reaches = {}) {
  return theorem(law, refmm::model::PagesSubject{}, scope, std::move(reaches), std::move(fails_on));
}

// What "every input" means.
constexpr std::string_view everywhere = "every number of processes, pages, frames, slots and objects, every byte";
// A fault that reads around its page, or ahead of it, does so by operations that have theorems of their own: bringing in a page of a file,
// taking a dirty bit to its page.
constexpr std::string_view of_its_page =
    "every number of processes, pages, frames, slots and objects, every byte; the fault's own page";

}  // namespace

const std::vector<Theorem>& theorems() {
  static const std::vector<Theorem> all{
      // ---- What is seen -----------------------------------------------------------------------------------------
      model(a_fault_changes_nothing_that_is_seen, of_its_page,
            {"fault.page.copies_nothing", "defect.fault.swap_read_error"},
            {"fault.anonymous.zero_page",
             "fault.anonymous.fresh",
             "fault.anonymous.no_page",
             "fault.wp.sole_owner",
             "fault.wp.swap_cache_sole",
             "fault.wp.copies",
             "fault.wp.reserved_page",
             "fault.wp.no_page",
             "fault.swap_in.cached",
             "fault.swap_in.read",
             "fault.swap_in.writable",
             "fault.swap_in.as_area",
             "fault.swap_in.unreadable",
             "fault.swap_in.no_page",
             "fault.file.beyond_end",
             "fault.file.cached",
             "fault.file.early_copy",
             "fault.file.no_page",
             "fault.file.no_copy",
             "fault.file.unreadable",
             "fault.shmem.fresh",
             "fault.shmem.from_slot",
             "fault.shmem.cached",
             "fault.shmem.beyond_end",
             "fault.present",
             "fault.no_page.written",
             "fault.no_page.as_area"}),
      model(a_store_is_seen_where_it_must_be, everywhere, {"fault.page.writes_the_next_frame"}),
      model(unmapping_changes_nothing_elsewhere, everywhere, {"fault.zap.swap_cache_though_shared"},
            {"fault.zap.page", "fault.zap.slot", "fault.zap.reserved_page", "fault.zap.swap_cache_freed"}),
      model(swapping_out_changes_nothing_that_is_seen, everywhere, {"fault.swap_out.takes_dirty_for_clean"},
            {"fault.swap_out.swap_cache", "fault.swap_out.clean", "fault.swap_out.file",
             "fault.swap_out.anonymous", "fault.swap_out.no_slot"}),
      model(protecting_changes_nothing_that_is_seen, everywhere, {"fault.protect.takes_the_next_frame"},
            {"fault.protect.entry"}),
      model(reclaiming_changes_nothing_that_is_seen, everywhere,
            {"fault.reclaim.drops_dirty_pages", "defect.fault.swap_write_error"},
            {"fault.reclaim.clean", "fault.reclaim.file", "fault.reclaim.shared_memory",
             "fault.reclaim.swap_cache", "fault.reclaim.no_slot", "fault.reclaim.unwritten"}),
      model(reading_in_changes_nothing_that_is_seen, everywhere, {"fault.file.reads_the_next_page"}),
      model(syncing_changes_nothing_that_is_seen, everywhere, {"fault.msync.forgets_the_entry"},
            {"fault.msync.dirty_bit"}),
      model(writing_back_changes_nothing_that_is_seen, everywhere, {"fault.msync.writes_the_next_page"}),
      model(fork_copies_what_is_seen, everywhere, {"fault.copy.skips_slots"},
            {"fault.copy.page", "fault.copy.slot", "fault.copy.reserved_page", "fault.copy.write_protect",
             "fault.copy.shared"}),
      model(moving_carries_along_what_is_seen, everywhere, {"fault.move.loses_the_entry"}),

      model(swapoff_shows_what_was_in_the_slot, everywhere, {"fault.swapoff.leaves_it_clean"}),

      // ---- Counts -----------------------------------------------------------------------------------------------
      model(a_write_fault_keeps_counts, of_its_page, {"fault.wp.keeps_the_old_reference"}),
      model(a_swap_in_keeps_counts, of_its_page, {"fault.swap_in.frees_the_slot_twice"}),
      model(a_first_touch_keeps_counts, of_its_page, {"fault.anonymous.takes_two_references"}),
      model(a_fault_on_an_object_keeps_counts, of_its_page, {"fault.file.keeps_the_reference_of_the_reader"}),
      model(unmapping_keeps_counts, everywhere, {"fault.zap.keeps_slots"}),
      model(swapping_out_keeps_counts, everywhere, {"fault.swap_out.forgets_the_entry"}),
      model(reading_in_keeps_counts, everywhere, {"fault.file.keeps_the_reference_of_the_reader"}),

      model(a_fault_keeps_rss, of_its_page, {"fault.anonymous.forgets_rss"}),
      model(swapping_out_keeps_rss, everywhere, {"fault.swap_out.forgets_rss"}),

      // ---- Permissions ------------------------------------------------------------------------------------------
      model(a_fault_permits_no_more, of_its_page, {"fault.anonymous.zero_page_writable"}),
      model(accesses_are_permitted_as_areas_permit, "every area, every access", {"defect.fault.write_only"},
            {"process.fault.not_writable", "process.fault.not_readable", "process.fault.write_only"}),
      model(protecting_permits_no_more, everywhere, {"fault.protect.always_writable"}),

      // ---- Owners -----------------------------------------------------------------------------------------------
      model(a_fault_keeps_owners, of_its_page, {"fault.wp.never_copies", "fault.swap_in.writable_though_shared"}),
      model(swapping_out_keeps_owners, everywhere, {"fault.swap_out.names_the_next_slot"}),
      model(protecting_keeps_owners, everywhere, {"vma.protection.private_at_once"}),
      model(syncing_keeps_owners, everywhere, {"defect.fault.msync_without_file"}),
      model(fork_keeps_owners, everywhere, {"fault.copy.protects_only_the_child"}),

      // ---- Dirty bits -------------------------------------------------------------------------------------------
      model(unmapping_loses_no_dirty_bit, everywhere, {"fault.zap.loses_the_dirty_bit"}),
      model(swapping_out_loses_no_dirty_bit, everywhere, {"fault.swap_out.loses_the_dirty_bit"}),
      model(syncing_loses_no_dirty_bit, everywhere, {"fault.msync.loses_the_dirty_bit"}),
      model(protecting_loses_no_dirty_bit, everywhere, {"fault.protect.loses_the_dirty_bit"}),

      // ---- Parts of requests ------------------------------------------------------------------------------------
      model(every_byte_of_a_request_lies_in_one_part, "every place in a file, every length, every byte",
            {"process.read.parts_as_long_as_pages"}),
  };
  return all;
}

}  // namespace refmm::fault
