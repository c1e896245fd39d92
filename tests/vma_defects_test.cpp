// Each defect of 2.4.0 breaks the laws that spec/vma_defects.hpp says it breaks, and the corrected kernel keeps all laws where
// the kernel as it was built breaks them.

#include <refmm/spec/vma_defects.hpp>
#include <refmm/spec/vma_invariant.hpp>
#include <refmm/spec/vma_step_laws.hpp>
#include <refmm/tests/defects_shown.hpp>
#include <refmm/tests/vma_script.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace refmm::vma {
namespace {

using Word32 = std::uint32_t;
constexpr auto at = VmaScript::at;
constexpr auto bytes = VmaScript::bytes;
constexpr Word32 fixed = MREMAP_MAYMOVE | MREMAP_FIXED;

/// Calls whose last one shows a defect.
struct Showing {
  BrokenBy broken_by;
  void (*show)(VmaScript& script);
  bool from_lawful_states = true;  // of the kernel as built; false where the defect takes another one to show
};

/// An area for each of `pages`, one page long, with a hole behind it.
void map_apart(VmaScript& script, Word32 first, Word32 count) {
  for (Word32 area = 0; area < count; ++area) script.map(first + 2 * area, 1);
}

const Showing showings[] = {
    {{"defect.vma.map_count_limit", "mmap_stays_within_the_number_of_areas"},
     [](VmaScript& script) { map_apart(script.limit_areas(2), 0, 3); }},
    {{"defect.vma.map_count_limit", "do_brk_stays_within_the_number_of_areas"},
     [](VmaScript& script) {
       map_apart(script.limit_areas(2), 0, 2);
       script.run(DoBrk<Word32>{at(8), 4096});
     }},
    {{"defect.vma.split_limit", "splits_stay_within_the_number_of_areas"},
     [](VmaScript& script) { script.limit_areas(2).map(0, 3).protect(1, 1, PROT_READ); }},
    {{"defect.vma.split_limit", "mremap_stays_within_the_number_of_areas"},
     [](VmaScript& script) {
       map_apart(script.limit_areas(2), 0, 2);
       script.remap(0, 0, 1);
     }},
    {{"defect.vma.stack_offset", "no_stack_grows_below_the_beginning_of_its_file"},
     [](VmaScript& script) {
       script.open("a").map_file(2, 1, 3, 0, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN);
       script.run(FindExtendVma<Word32>{at(1)});
     }},
    {{"defect.vma.lock_future", "locking_what_is_to_come_leaves_what_is"},
     [](VmaScript& script) { script.map(0, 1).lock(0, 1).run(Mlockall<Word32>{MCL_FUTURE}); }},
    {{"defect.vma.find_vma_prev", "find_vma_prev_finds_the_area_in_front_too"},
     [](VmaScript& script) {
       map_apart(script, 0, 32);
       script.run(FindVmaPrev<Word32>{at(100)});
     }},
    // Areas of no pages at the end of another give nodes of the tree one key; of three the last in the list is met first.
    {{"defect.vma.tree_keys", "the_tree_holds_the_areas_in_the_order_of_the_list"},
     [](VmaScript& script) {
       map_apart(script, 0, 32);
       script.remap(2, 0, 0, fixed, 1).remap(4, 0, 0, fixed, 1).unmap(0, 1);
     },
     false},
    {{"defect.vma.remap_shrinks_and_moves", "mremap_of_more_than_one_area_does_nothing"},
     [](VmaScript& script) { script.map(0, 2).remap(0, 2, 1, fixed, 16); }},
    {{"defect.vma.remap_zero_length", "mremap_makes_no_area_of_no_pages"},
     [](VmaScript& script) { script.map(0, 1).remap(0, 0, 0, fixed, 16); }},
    {{"defect.vma.remap_zero_length", "areas_have_a_page"},
     [](VmaScript& script) { script.map(0, 1).remap(0, 0, 0, fixed, 16); }},
    {{"defect.vma.remap_zero_length", "no_assertion_about_pages_to_fault_in"},
     [](VmaScript& script) { script.map(0, 1).lock(0, 1).remap(0, 0, 0, fixed, 16); }},
    {{"defect.vma.remap_destination", "a_destination_that_stays_ends_the_call"},
     [](VmaScript& script) { script.map(0, 1).map(16, 3).fail_vma(1).remap(0, 1, 1, fixed, 17); }},
    {{"defect.vma.remap_destination", "no_address_is_in_two_areas"},
     [](VmaScript& script) { script.map(0, 1).map(16, 3).limit_areas(2).remap(0, 1, 1, fixed, 17); }},
    {{"defect.vma.remap_source", "what_is_moved_means_what_it_meant"},
     [](VmaScript& script) { script.map(0, 3).fail_vma(2).remap(1, 1, 1, fixed, 16); }},
    {{"defect.vma.remap_shrinks_checked", "mremap_of_what_is_not_mapped_does_nothing"},
     [](VmaScript& script) { script.map(1, 1).remap(0, 2, 1, 0); }},
    {{"defect.vma.remap_shrinks_checked", "mremap_of_more_than_one_area_does_nothing"},
     [](VmaScript& script) { script.map(0, 2).map(3, 1).remap(0, 4, 1, 0); }},
    {{"defect.vma.remap_shrinks_checked", "a_tail_that_stays_ends_the_call"},
     [](VmaScript& script) { script.map(0, 3).fail_vma(1).remap(0, 3, 1, 0); }},
    {{"defect.vma.remap_tail", "a_tail_that_stays_ends_the_call"},
     [](VmaScript& script) { script.map(0, 2, PROT_READ).fail_vma(1).remap(0, 2, 1, fixed, 16); }},
    {{"defect.vma.remap_looks_first", "mremap_of_what_is_not_mapped_does_nothing"},
     [](VmaScript& script) { script.map(16, 1).remap(0, 1, 1, fixed, 16); }},
    {{"defect.vma.remap_looks_first", "mremap_of_more_than_one_area_does_nothing"},
     [](VmaScript& script) { script.map(0, 1).map(16, 1).remap(0, 2, 3, fixed, 16); }},
    {{"defect.vma.remap_looks_first", "mremap_lengthens_no_area_that_must_not_expand"},
     [](VmaScript& script) {
       script.open("a").attributes("a", FILE_DONTEXPAND).map_file(0, 1, 3, 0).map(16, 1);
       script.remap(0, 1, 2, fixed, 16);
     }},
    {{"defect.vma.remap_offset", "mremap_lengthens_no_area_over_the_last_page_offset"},
     [](VmaScript& script) {
       script.run(Mmap2<Word32>{at(0), bytes(1), PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, ~1u});
       script.remap(0, 1, 4, 0);
     }},
    {{"defect.vma.remap_noreserve", "mremap_of_charged_memory_takes_free_pages"},
     [](VmaScript& script) {
       script.map(0, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
       script.set(&SetKnobs<Word32>::free_pages, 0u).remap(0, 1, 2);
     }},
};

/// What the last call of a showing breaks on a kernel.
Shown shown(const Showing& showing, const Kernel& kernel) {
  VmaScript script(kernel);
  showing.show(script);
  const Carried& made = script.last();
  const auto* state = ended_everything(made.transition()) ? nullptr : &made.after;
  return {laws_broken_by(made.transition(), step_laws, invariant, state), made.because};
}

TEST(VmaDefects, EachBreaksTheLawsThatItIsSaidToBreak) {
  for (const Showing& showing : showings) {
    const Shown as_it_was = shown(showing, as_built);
    expect_broken_as_said(showing.broken_by, as_it_was);
    expect_to_decide(showing.broken_by, as_it_was);
  }
}

TEST(VmaDefects, EachBreaksItsLawsAllByItself) {
  for (const Showing& showing : showings) {
    if (!showing.from_lawful_states) continue;
    expect_broken_alone(showing.broken_by,
                        shown(showing, corrected_but_for(corrected, *showing.broken_by.defect)));
  }
}

TEST(VmaDefects, NoLawIsBrokenByTheCorrectedKernel) {
  for (const Showing& showing : showings) expect_nothing_broken(showing.broken_by, shown(showing, corrected));
}

TEST(VmaDefects, AllAreShownAndAllThatIsSaidIsShown) {
  expect_all_shown(clauses, broken_by, showings);
  EXPECT_EQ(names_of_defects(clauses).size(), 15u);
}

TEST(VmaDefects, EachHasASwitchOfItsName) { expect_a_switch_for_each(clauses, all_corrected); }

}  // namespace
}  // namespace refmm::vma
