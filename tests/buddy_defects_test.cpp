// Each defect of 2.4.0 breaks the laws that spec/buddy_defects.hpp says it breaks, and the corrected kernel keeps all laws where
// the kernel as it was built breaks them.

#include <refmm/model/buddy_subject.hpp>
#include <refmm/spec/buddy_defects.hpp>
#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_step_laws.hpp>
#include <refmm/tests/buddy_script.hpp>
#include <refmm/tests/defects_shown.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace refmm::buddy {
namespace {

/// Calls whose last one shows a defect, in a zone of so many frames.
struct Showing {
  BrokenBy broken_by;
  std::uint32_t zone_pages;
  void (*show)(BuddyScript& script);
};

const std::vector<Showing> showings{
    {{"defect.buddy.count_underflow", "no_count_is_negative"},
     64,
     [](BuddyScript& script) { script.alloc(1).free(63); }},
    {{"defect.buddy.larger_order", "no_release_gives_back_what_others_hold"},
     64,
     [](BuddyScript& script) { script.alloc(0).alloc(0).free(62, 1); }},
    {{"defect.buddy.larger_order", "blocks_lie_inside_the_zone"},
     65,
     [](BuddyScript& script) { script.alloc(0).free(64, 2); }},
    {{"defect.buddy.larger_order", "a_block_handed_out_has_one_reference"},
     64,
     [](BuddyScript& script) { script.alloc(0).free_ok(63).alloc(1); }},
    {{"defect.buddy.double_free", "exactly_the_frames_of_the_block_are_freed_and_none_was_free"},
     64,
     [](BuddyScript& script) { script.alloc(0).alloc(0).free_ok(62).free_ok(62); }},
    {{"defect.buddy.double_free", "no_frame_is_in_two_free_blocks"},
     64,
     [](BuddyScript& script) { script.alloc(2).free_ok(60).free_ok(61).free_ok(61); }},
    {{"defect.buddy.double_free", "no_release_looks_for_a_partner_outside_of_the_zone"},
     65,
     [](BuddyScript& script) { script.alloc(0).free_ok(64).free_ok(64); }},
    {{"defect.buddy.largest_double_free", "exactly_the_frames_of_the_block_are_freed_and_none_was_free"},
     1024,
     [](BuddyScript& script) { script.alloc(9).free_ok(512, 9).free_ok(512, 9); }},
    {{"defect.buddy.largest_double_free", "lists_come_back_to_their_heads"},
     1024,
     [](BuddyScript& script) { script.alloc(9).free_ok(512, 9).free_ok(512, 9); }},
};

/// What the last call of a showing breaks on a kernel.
Shown shown(const Showing& showing, const Kernel& kernel) {
  BuddyScript script(showing.zone_pages, kernel);
  showing.show(script);
  const Carried& made = script.last();
  const auto* state = ended_everything(made.transition()) ? nullptr : &made.after;
  return {laws_broken_by(made.transition(), step_laws, invariant, state), made.because};
}

TEST(BuddyDefects, EachBreaksTheLawsThatItIsSaidToBreak) {
  for (const Showing& showing : showings) {
    const Shown as_it_was = shown(showing, as_built);
    expect_broken_as_said(showing.broken_by, as_it_was);
    expect_to_decide(showing.broken_by, as_it_was);
  }
}

TEST(BuddyDefects, EachBreaksItsLawsAllByItself) {
  for (const Showing& showing : showings) {
    expect_broken_alone(showing.broken_by,
                        shown(showing, corrected_but_for(corrected, *showing.broken_by.defect)));
  }
}

TEST(BuddyDefects, NoLawIsBrokenByTheCorrectedKernel) {
  for (const Showing& showing : showings) expect_nothing_broken(showing.broken_by, shown(showing, corrected));
}

/// Boot is no call: its defect shows in the state that a zone begins with.
TEST(BuddyDefects, BootAsBuiltLosesTheLastFrameOfItsBitMap) {
  const auto free_frames = [](const Kernel& kernel) {
    return model::boot<std::uint32_t>({kernel, 0, 7, AtBoot::boot, 0, {}}).free_pages;
  };
  EXPECT_EQ(free_frames(corrected), 7u);
  EXPECT_EQ(free_frames(as_built), 6u);
  EXPECT_EQ(free_frames(corrected_but_for(corrected, *ClauseRef("defect.buddy.bootmap_last_frame"))), 6u);
  const auto booted = model::booted<std::uint32_t>({as_built, 0, 7, AtBoot::boot, 0, {}});
  EXPECT_NE(std::ranges::find(booted.because, ClauseRef("defect.buddy.bootmap_last_frame")), booted.because.end());
}

TEST(BuddyDefects, AllAreShownAndAllThatIsSaidIsShown) {
  expect_all_shown(clauses, broken_by, showings,
                   {"defect.buddy.bootmap_last_frame "
                    "boot_releases_as_many_frames_of_its_bit_map_as_it_kept_out_and_they_hold_all_bits"});
  std::set<std::string> found;
  for (const BrokenBy& row : found_by) found.insert(std::string(row.defect->name));
  EXPECT_EQ(found, names_of_defects(clauses));
  EXPECT_EQ(found.size(), 5u);
}

TEST(BuddyDefects, EachHasASwitchOfItsName) { expect_a_switch_for_each(clauses, all_corrected); }

}  // namespace
}  // namespace refmm::buddy
