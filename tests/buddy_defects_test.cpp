// Each defect of 2.4.0 breaks the laws that spec/buddy_defects.hpp says it breaks, and the corrected kernel keeps all laws where
// the kernel as it was built breaks them.

#include <refmm/model/buddy_subject.hpp>
#include <refmm/spec/buddy_defects.hpp>
#include <refmm/spec/buddy_invariant.hpp>
#include <refmm/spec/buddy_step_laws.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/tests/buddy_script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
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

/// The laws that the last call of a script breaks.
std::vector<std::string_view> broken_laws(const Carried& made) {
  std::vector<std::string_view> broken;
  for (const auto& conjunct : invariant) {
    if (!ended_everything(made.transition()) && !conjunct.holds(made.after)) broken.push_back(conjunct.name);
  }
  for (const auto& law : step_laws) {
    if (!law.holds(made.transition())) broken.push_back(law.name);
  }
  return broken;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += " " + std::string(name);
  return text;
}

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// The last part of the name: that of the switch.
std::string_view switch_of(const Clause& defect) { return defect.name.substr(defect.name.rfind('.') + 1); }

/// The corrected kernel but for one switch.
Kernel corrected_but_for(std::string_view name) {
  Kernel kernel = corrected;
  for_each_field(kernel.corrected, [&](const char* field, bool& mended) { mended = field != name; });
  return kernel;
}

BuddyScript shown(const Showing& showing, const Kernel& kernel) {
  BuddyScript script(showing.zone_pages, kernel);
  showing.show(script);
  return script;
}

TEST(BuddyDefects, EachBreaksTheLawsThatItIsSaidToBreak) {
  for (const Showing& showing : showings) {
    const BuddyScript script = shown(showing, as_built);
    const auto broken = broken_laws(script.last());
    EXPECT_TRUE(has(broken, showing.broken_by.law)) << showing.broken_by.law << " is not broken by "
                                                    << showing.broken_by.defect->name << ", but" << listed(broken);
    EXPECT_NE(std::ranges::find(script.last().because, showing.broken_by.defect), script.last().because.end())
        << showing.broken_by.defect->name << " does not decide";
  }
}

TEST(BuddyDefects, EachBreaksItsLawsAllByItself) {
  for (const Showing& showing : showings) {
    const BuddyScript script = shown(showing, corrected_but_for(switch_of(*showing.broken_by.defect)));
    const auto broken = broken_laws(script.last());
    EXPECT_TRUE(has(broken, showing.broken_by.law))
        << showing.broken_by.law << " is not broken by " << showing.broken_by.defect->name << " alone, but"
        << listed(broken);
  }
}

TEST(BuddyDefects, NoLawIsBrokenByTheCorrectedKernel) {
  for (const Showing& showing : showings)
    EXPECT_EQ(listed(broken_laws(shown(showing, corrected).last())), "") << showing.broken_by.defect->name;
}

/// Boot is no call: its defect shows in the state that a zone begins with.
TEST(BuddyDefects, BootAsBuiltLosesTheLastFrameOfItsBitMap) {
  const auto free_frames = [](const Kernel& kernel) {
    return model::boot<std::uint32_t>({kernel, 0, 7, AtBoot::boot, 0, {}}).free_pages;
  };
  EXPECT_EQ(free_frames(corrected), 7u);
  EXPECT_EQ(free_frames(as_built), 6u);
  EXPECT_EQ(free_frames(corrected_but_for("bootmap_last_frame")), 6u);
  const auto booted = model::booted<std::uint32_t>({as_built, 0, 7, AtBoot::boot, 0, {}});
  EXPECT_NE(std::ranges::find(booted.because, ClauseRef("defect.buddy.bootmap_last_frame")), booted.because.end());
}

TEST(BuddyDefects, AllAreShownAndAllThatIsSaidIsShown) {
  std::set<std::string> defects, said, said_defects, found;
  std::set<std::string> shown_rows{
      "defect.buddy.bootmap_last_frame "
      "boot_releases_as_many_frames_of_its_bit_map_as_it_kept_out_and_they_hold_all_bits"};
  for (const Clause& clause : clauses) {
    if (clause.kind == ClauseKind::defect) defects.insert(std::string(clause.name));
  }
  for (const BrokenBy& row : broken_by) {
    said.insert(std::string(row.defect->name) + " " + std::string(row.law));
    said_defects.insert(std::string(row.defect->name));
  }
  for (const BrokenBy& row : found_by) found.insert(std::string(row.defect->name));
  for (const Showing& showing : showings)
    shown_rows.insert(std::string(showing.broken_by.defect->name) + " " + std::string(showing.broken_by.law));
  EXPECT_EQ(shown_rows, said);
  EXPECT_EQ(said_defects, defects);
  EXPECT_EQ(found, defects);
  EXPECT_EQ(defects.size(), 5u);
}

TEST(BuddyDefects, EachHasASwitchOfItsName) {
  std::set<std::string> switches, defects;
  for_each_field(all_corrected, [&](const char* field, bool) { switches.insert(field); });
  for (const Clause& clause : clauses) {
    if (clause.kind == ClauseKind::defect) defects.insert(std::string(switch_of(clause)));
  }
  EXPECT_EQ(defects, switches);
}

}  // namespace
}  // namespace refmm::buddy
