// Which clauses the recordings show: all that decide something, but for those that are listed here.

#include <refmm/tests/replay.hpp>
#include <refmm/tests/transcript_recordings.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

namespace refmm::replay {
namespace {

/// Names, as one text: a clause that stands here alone is not tested here.
std::set<std::string, std::less<>> names_in(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

void expect_clauses(const std::string& family, const std::string& areas, const std::string& without) {
  const auto not_shown = names_in(without);
  Coverage coverage;
  for (const auto& path : recordings(family)) {
    for (const Replayed& replayed : run(transcript::parse(transcript::load(path)), {}).transcripts)
      coverage.add(replayed.coverage);
  }
  const auto clauses = clauses_to_exercise(areas);
  ASSERT_FALSE(clauses.empty());
  for (const Clause* clause : clauses)
    EXPECT_EQ(coverage.hits(*clause) != 0, !not_shown.contains(clause->name)) << clause->name;
}

/// Clauses that decide nothing by themselves: laws and the invariant keep them.
constexpr const char* kept_by_buddy_laws =
    " buddy.blocks.inside_zone buddy.blocks.aligned buddy.blocks.disjoint buddy.blocks.no_two_partners"
    " buddy.map.pair buddy.account.free_pages buddy.count.not_negative buddy.alloc.exactly buddy.free.exactly"
    " buddy.free.restores";

/// Clauses that decide, and that no recording shows.
constexpr const char* buddy_not_recorded =
    " buddy.free.bug.active buddy.free.bug.too_large buddy.damage.bug.outside_zone";

TEST(BuddyRecordings, show_all_other_clauses_deciding) {
  expect_clauses("buddy", "buddy", std::string(kept_by_buddy_laws) + buddy_not_recorded);
}

constexpr const char* kept_by_slab_laws =
    " slab.order slab.first_not_full slab.chain.permutation slab.chain.length slab.chain.links"
    " slab.layout.disjoint slab.layout.inside slab.layout.aligned slab.layout.pages slab.colour.range"
    " slab.descriptors slab.alloc.not_twice slab.free.next_alloc slab.free.keeps_pages"
    " slab.shrink.live_objects_stay slab.failure.loses_nothing slab.slabinfo";

/// Clauses that decide, and that no recording shows.
constexpr const char* slab_not_recorded =
    " slab.create.offslab_limit slab.shrink.bug.null slab.shrink.bug.in_interrupt";

TEST(SlabRecordings, show_all_other_clauses_deciding) {
  expect_clauses("slab", "slab", std::string(kept_by_slab_laws) + slab_not_recorded);
}

constexpr const char* kept_by_vma_laws =
    " vma.areas.sorted vma.areas.disjoint vma.areas.aligned vma.areas.inside_task vma.areas.may_what_they_do"
    " vma.account.total_vm vma.account.locked_vm vma.account.map_count vma.account.references"
    " vma.account.write_count vma.account.share_lists vma.lookup.no_effect";

constexpr const char* vma_not_recorded = " vma.close.not_open vma.mprotect.bug.no_page";

/// What the corrected kernel does in place of a defect; recordings are of 2.4.0 as it was built.
constexpr const char* vma_of_corrected_kernel =
    " vma.split.limit vma.stack.offset_zero vma.mremap.length_zero vma.mremap.fixed.destination_stays"
    " vma.mremap.tail_stays vma.mremap.page_offset vma.mremap.too_many_areas";

/// There is one process: no transcript of this family forks.
constexpr const char* vma_of_fork = " vma.fork.areas vma.fork.unlocked vma.fork.files vma.fork.no_structure";

TEST(VmaRecordings, show_all_other_clauses_deciding) {
  expect_clauses("vma", "vma",
                 std::string(kept_by_vma_laws) + vma_not_recorded + vma_of_corrected_kernel + vma_of_fork);
}

constexpr const char* kept_by_fault_laws =
    " fault.account.frames fault.account.slots fault.account.rss fault.owner.private fault.owner.shared"
    " fault.owner.reserved fault.entries.in_areas fault.entries.permitted fault.entries.shared"
    " fault.entries.one_process fault.cache.names fault.cache.lists fault.cache.clean fault.cache.unlocked"
    " fault.shmem.one_place";

constexpr const char* fault_not_recorded =
    " fault.swapoff.object defect.fault.willneed_without_readpage defect.fault.unreadable_buffer";

constexpr const char* fault_of_corrected_kernel =
    " fault.table.none fault.swap_in.unreadable fault.reclaim.unwritten fault.msync.shared_memory";

TEST(FaultRecordings, show_all_other_clauses_deciding) {
  expect_clauses("fault", "fault",
                 std::string(kept_by_fault_laws) + fault_not_recorded + fault_of_corrected_kernel);
}

constexpr const char* kept_by_process_laws =
    " process.memory process.memory.own_early process.memory.behind_the_end process.numbers process.areas"
    " process.files";

constexpr const char* process_not_recorded =
    " process.no_such_process process.debugger.reserved_page process.kiobuf.in_use process.kiobuf.no_page"
    " process.msync.unaligned process.msync.wraps process.msync.unknown_flags process.msync.length_zero"
    " process.msync.hole process.madvise.unaligned process.madvise.wraps process.madvise.length_zero"
    " process.madvise.unknown process.madvise.no_file process.madvise.willneed process.madvise.no_page"
    " process.madvise.too_many_areas process.swapon.in_use process.swapon.no_area";

/// pread and pwrite were not recorded: no clause of theirs is shown.
constexpr const char* process_files_not_recorded =
    " process.read process.read.again process.read.brought_in process.read.buffer process.read.cached"
    " process.read.copies process.read.end_of_file process.read.length_zero process.read.negative_offset"
    " process.read.no_page process.read.not_open process.read.not_readable process.read.outside_task"
    " process.read.unreadable process.write process.write.behind_the_end process.write.buffer"
    " process.write.copies process.write.grows process.write.length_zero process.write.looks_first"
    " process.write.negative_offset process.write.no_page process.write.not_open"
    " process.write.not_writable process.write.reads_in process.write.unreadable process.write.whole_page";

constexpr const char* process_of_corrected_kernel =
    " process.fault.write_only process.debugger.not_permitted process.madvise.shared_memory process.truncate.tail"
    " process.swapoff.unreadable";

TEST(ProcessRecordings, show_all_other_clauses_deciding) {
  expect_clauses("fault", "process",
                 std::string(kept_by_process_laws) + process_not_recorded + process_files_not_recorded +
                     process_of_corrected_kernel);
}

}  // namespace
}  // namespace refmm::replay
