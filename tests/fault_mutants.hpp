// The mistakes in demand paging that the model can be told to make, by name. Each stands beside the line that it changes
// (model/fault*.hpp, model/process*.hpp); a test holds this list and the lines together.
#pragma once

#include <refmm/tests/fault_subject.hpp>
#include <refmm/tests/museum_mutant.hpp>

#include <array>
#include <memory>

namespace refmm {

inline constexpr std::array fault_mutants{
    Mutant{"fault.anonymous.clears_nothing", "a new page has what its frame had before"},
    Mutant{"fault.anonymous.forgets_rss", "a new page does not count in rss"},
    Mutant{"fault.anonymous.takes_two_references", "a new page has a reference too many"},
    Mutant{"fault.anonymous.zero_page_writable", "the entry for the zero page can be written"},
    Mutant{"fault.cache.keeps_the_name", "a page that has left its cache is still found there"},
    Mutant{"fault.copy.forgets_the_reference", "fork takes no reference for the entry of the child"},
    Mutant{"fault.copy.forgets_the_slots", "fork takes no reference to a slot for the entry of the child"},
    Mutant{"fault.copy.protects_only_the_child", "fork leaves the parent writable entries"},
    Mutant{"fault.copy.skips_slots", "the child does not get what is in the swap area"},
    Mutant{"fault.file.has_no_end", "a mapping shows pages behind the end of its file"},
    Mutant{"fault.file.keeps_the_reference_of_the_reader",
           "a page that was read into a cache keeps the reference of who read it"},
    Mutant{"fault.file.keeps_what_was_copied", "the page that an early copy is made of keeps its reference"},
    Mutant{"fault.file.never_copies", "a private mapping writes into the page of the file"},
    Mutant{"fault.file.takes_no_reference", "a page of a cache is mapped without a reference"},
    Mutant{"fault.move.leaves_the_entry", "mremap leaves the old entry where it was"},
    Mutant{"fault.move.loses_the_entry", "mremap takes the old entry away and makes no new one"},
    Mutant{"fault.msync.loses_the_dirty_bit", "msync clears the dirty bit and forgets it"},
    Mutant{"fault.no_page.writable_at_once", "a page that was only read can be written at once"},
    Mutant{"fault.page.copies_nothing", "a copy is a frame with what it had before"},
    Mutant{"fault.page.writes_the_next_frame", "a copy goes into the frame behind the one that was meant"},
    Mutant{"fault.present.only_reads", "locking brings pages in as if they were read only"},
    Mutant{"fault.protect.always_writable", "mprotect makes every entry writable"},
    Mutant{"fault.protect.loses_the_dirty_bit", "mprotect forgets that a page was written"},
    Mutant{"fault.protect.takes_the_next_frame", "mprotect makes entries lead to the frame behind theirs"},
    Mutant{"fault.reclaim.drops_dirty_pages", "dirty pages are dropped and not written"},
    Mutant{"fault.reclaim.takes_mapped_pages", "pages that are mapped are reclaimed"},
    Mutant{"fault.shmem.comes_back_clean", "a page of shared memory that comes back from its slot is not dirty"},
    Mutant{"fault.shmem.keeps_the_slot", "shared memory keeps its reference to the slot that a page came from"},
    Mutant{"fault.shmem.leaves_its_slots", "shared memory that goes leaves its slots behind"},
    Mutant{"fault.slot.keeps_the_buffer", "the reference of a buffer that goes stays"},
    Mutant{"fault.slot.reads_the_next", "a page is read from the slot behind its own"},
    Mutant{"fault.swap_in.counts_no_page", "a page that comes back from its slot does not count in rss"},
    Mutant{"fault.swap_in.frees_the_slot_twice", "the entry gives up its slot twice"},
    Mutant{"fault.swap_in.keeps_the_slot", "the entry does not give up its slot"},
    Mutant{"fault.swap_in.writable_though_shared", "a page from the swap area is writable though others have it"},
    Mutant{"fault.swap_out.forgets_rss", "a page that is swapped out still counts in rss"},
    Mutant{"fault.swap_out.forgets_the_entry",
           "the slot of a page that is swapped out has no reference of the entry"},
    Mutant{"fault.swap_out.loses_the_dirty_bit", "a page of the swap cache that was written again is not dirty"},
    Mutant{"fault.swap_out.names_the_next_slot", "the entry holds the slot behind that of the page"},
    Mutant{"fault.swap_out.takes_dirty_for_clean", "a page that was written is dropped as if it had not been"},
    Mutant{"fault.swapoff.forgets_shared_memory", "swapoff leaves shared memory its slots"},
    Mutant{"fault.swapoff.leaves_it_clean", "swapoff leaves entries clean whose page has left the swap cache"},
    Mutant{"fault.table.frees_the_next", "the page table behind the freed ones goes, too"},
    Mutant{"fault.table.keeps_the_frame", "the frame of a page table that goes is not given back"},
    Mutant{"fault.truncate.keeps_the_tail", "what stood behind the new end of a file stays in its last page"},
    Mutant{"fault.wp.counts_no_page", "the page that takes the place of the zero page does not count in rss"},
    Mutant{"fault.wp.keeps_the_old_reference", "the page that was copied keeps the reference of who has a copy"},
    Mutant{"fault.wp.never_copies", "a write to a page that others have, too, goes through to all of them"},
    Mutant{"fault.wp.writes_the_zero_page", "the zero page becomes writable"},
    Mutant{"fault.zap.counts_reserved_pages", "unmapping the zero page takes one from rss"},
    Mutant{"fault.zap.keeps_slots", "unmapping does not give up slots"},
    Mutant{"fault.zap.loses_the_dirty_bit", "unmapping forgets that a page was written"},
    Mutant{"fault.zap.swap_cache_though_shared", "unmapping takes a page out of the swap cache that others have"},
    Mutant{"process.debugger.writes_through", "a debugger writes into a page that others have, too"},
    Mutant{"process.exit.keeps_the_directory", "the page directory of a process that is gone is not given back"},
    Mutant{"process.fault.permits_every_write", "a fault makes read-only memory writable"},
    Mutant{"process.fork.counts_no_pages", "the rss of a child begins at 0"},
    Mutant{"process.fork.forgets_the_last_area",
           "a fork that fails leaves what it had copied of the area under way"},
    Mutant{"process.kiobuf.keeps_what_it_held", "what is held stays held when a page further on cannot be had"},
    Mutant{"process.kiobuf.takes_no_reference", "pages are held without a reference"},
    Mutant{"process.stack.ignores_the_limit", "a stack grows beyond its limit"},
    Mutant{"process.stack.one_byte_less", "a stack grows for 31 bytes below the pointer, not for 32"},
    Mutant{"process.stack.stops_the_kernel", "the kernel, too, must stay close to the stack pointer"},
    Mutant{"process.store.leaves_it_clean", "a store does not set the dirty bit"},
    Mutant{"process.swap_out.takes_locked_pages", "locked pages are swapped out"},
    Mutant{"process.truncate.leaves_private_mappings",
           "private mappings keep what they showed behind the new end"},
};

/// Who makes the mistake that WithMutant names: the model if it is one of these, else the implementation.
std::unique_ptr<FaultSubject> make_mistaken_fault_subject();

}  // namespace refmm
