// Each defect of 2.4.0 in the kernel's mappings breaks the laws that spec/kernel_map_defects.hpp says it breaks, and the corrected
// kernel keeps all laws where the kernel as it was built breaks them.

#include <refmm/spec/kernel_map_defects.hpp>
#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/tests/defects_shown.hpp>
#include <refmm/tests/kernel_map_script.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace refmm::kernel_map {
namespace {

/// Calls whose last one shows a defect.
struct Showing {
  BrokenBy broken_by;
  void (*show)(KernelMapScript& script);
  bool by_itself = true;  // false where other defects have to lead to the state in which it shows
};

/// Of the machine without a window, an area from the start of the range on that ends, with its guard page, at the top of memory.
void area_to_the_top(KernelMapScript& script) { script.ioremap(0x80000000, 0x3b7ff000); }

/// A slot that has the stand-in table; as built.
void stand_in(KernelMapScript& script) { script.fail_page().vmalloc(4096); }

const Showing showings[] = {
    {{"defect.kernel.first_area_limit", "areas_are_refused_exactly_where_there_is_no_room"}, area_to_the_top},
    {{"defect.kernel.first_area_limit", "areas_lie_inside_the_range"}, area_to_the_top},
    {{"defect.kernel.area_at_zero", "areas_are_refused_exactly_where_there_is_no_room"},
     [](KernelMapScript& script) {
       area_to_the_top(script);
       script.vmalloc(4096);
     },
     false},
    {{"defect.kernel.area_at_zero", "areas_lie_inside_the_range"},
     [](KernelMapScript& script) {
       area_to_the_top(script);
       script.vmalloc(4096);
     },
     false},
    {{"defect.kernel.area_wraps", "no_assertion_about_pages_to_map"},
     [](KernelMapScript& script) { script.ioremap(0x80000000, 0x3b800000); }},
    {{"defect.kernel.flush_before_free", "no_frame_is_given_back_before_the_flush"},
     [](KernelMapScript& script) { script.vmalloc(4096).vfree(areas_begin); }},
    {{"defect.kernel.vfree_to_the_top", "nothing_of_an_area_stays_mapped"},
     [](KernelMapScript& script) {
       area_to_the_top(script);
       script.vfree(areas_begin);
     },
     false},
    {{"defect.kernel.ioremap_last_page", "every_byte_asked_for_is_mapped_to_the_byte_meant"},
     [](KernelMapScript& script) { script.ioremap(device, 0x1001); }},
    {{"defect.kernel.ioremap_last_page", "a_new_area_has_the_bytes_asked_for_and_a_guard_page"},
     [](KernelMapScript& script) { script.ioremap(device, 0x1001); }},
    {{"defect.kernel.ioremap_one_byte", "no_assertion_about_pages_to_map"},
     [](KernelMapScript& script) { script.ioremap(device, 1); }},
    {{"defect.kernel.stand_in_table", "a_slot_without_a_table_stays_empty"}, stand_in},
    {{"defect.kernel.stand_in_table", "other_tables_come_from_the_page_source"}, stand_in},
    {{"defect.kernel.stand_in_table", "nothing_is_mapped_outside_areas"}, stand_in},
    {{"defect.kernel.stand_in_refilled", "a_vmalloc_that_fails_half_way_leaves_nothing_but_tables"},
     [](KernelMapScript& script) {
       stand_in(script);
       script.vmalloc(4096).fail_page(1022).vmalloc(0x3ff000);
     },
     false},
    {{"defect.kernel.stand_in_aliases", "a_new_area_has_the_bytes_asked_for_and_a_guard_page"},
     [](KernelMapScript& script) {
       stand_in(script);
       script.fail_page(1024).vmalloc(0x401000).vmalloc(4096).ioremap(device, 0x3fd000).vmalloc(4096);
     },
     false},
    {{"defect.kernel.user_fault", "an_access_of_a_program_to_the_kernels_half_ends_with_the_signal"},
     [](KernelMapScript& script) { script.fork().vmalloc(4096).touch(1, areas_begin, true); }},
    {{"defect.kernel.kmap_window", "areas_lie_inside_the_range"},
     [](KernelMapScript& script) { script.ioremap(0x80000000, 0x39800000).ioremap(device, 0x2000); }},
    {{"defect.kernel.kmap_window", "areas_are_refused_exactly_where_there_is_no_room"},
     [](KernelMapScript& script) { script.ioremap(0x80000000, 0x39800000); }},
    {{"defect.kernel.ioremap_high_ram", "ioremap_refuses_ram_in_use"},
     [](KernelMapScript& script) { script.run(GetPage{true}).ioremap(0x04000000, 0x1000); }},
    {{"defect.kernel.iounmap_frees_ram", "what_ioremap_has_mapped_is_not_given_back"},
     [](KernelMapScript& script) {
       script.run(GetPage{false}).run(Reserve<Word32>{1024, 1024}).ioremap(1024 * 4096, 0x1000);
       script.run(Unreserve<Word32>{1024, 1024}).iounmap(areas_begin);
     }},
};

/// The machine on which a defect shows: with the window where that is it.
LawBoot machine_for(const Showing& showing, const Kernel& kernel) {
  const std::string_view defect = showing.broken_by.defect->name;
  const bool window = defect == "defect.kernel.kmap_window" || defect == "defect.kernel.ioremap_high_ram";
  return small_machine(kernel, window ? Config::highmem : Config::up);
}

/// What the last call of a showing breaks on a kernel.
Shown shown(const Showing& showing, const Kernel& kernel) {
  KernelMapScript script(machine_for(showing, kernel));
  showing.show(script);
  const Carried& made = script.last();
  const Observed after{made.boot, made.after};
  const auto* state = ended_everything(made.transition()) ? nullptr : &after;
  return {laws_broken_by(made.transition(), step_laws, invariant, state), made.because};
}

TEST(KernelMapDefects, EachBreaksTheLawsThatItIsSaidToBreak) {
  for (const Showing& showing : showings) {
    const Shown as_it_was = shown(showing, as_built);
    expect_broken_as_said(showing.broken_by, as_it_was);
    expect_to_decide(showing.broken_by, as_it_was);
  }
}

TEST(KernelMapDefects, EachBreaksItsLawsAllByItself) {
  for (const Showing& showing : showings) {
    if (!showing.by_itself) continue;
    expect_broken_alone(showing.broken_by,
                        shown(showing, corrected_but_for(corrected, *showing.broken_by.defect)));
  }
}

TEST(KernelMapDefects, NoLawIsBrokenByTheCorrectedKernel) {
  for (const Showing& showing : showings) expect_nothing_broken(showing.broken_by, shown(showing, corrected));
}

TEST(KernelMapDefects, AllAreShownAndAllThatIsSaidIsShown) {
  expect_all_shown(clauses, broken_by, showings);
  EXPECT_EQ(names_of_defects(clauses).size(), 14u);
}

TEST(KernelMapDefects, EachHasASwitchOfItsName) { expect_a_switch_for_each(clauses, all_corrected); }

}  // namespace
}  // namespace refmm::kernel_map
