// Each defect of 2.4.0 in the kernel's mappings breaks the laws that spec/kernel_map_defects.hpp says it breaks, and the corrected
// kernel keeps all laws where the kernel as it was built breaks them.

#include <refmm/spec/kernel_map_defects.hpp>
#include <refmm/spec/kernel_map_invariant.hpp>
#include <refmm/spec/kernel_map_step_laws.hpp>
#include <refmm/spec/record.hpp>
#include <refmm/tests/kernel_map_script.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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

/// The laws that the last call of a script breaks.
std::vector<std::string_view> broken_laws(const Carried& made) {
  std::vector<std::string_view> broken;
  for (const auto& conjunct : invariant) {
    if (!ended_everything(made.transition()) && !conjunct.holds({made.boot, made.after}))
      broken.push_back(conjunct.name);
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

TEST(KernelMapDefects, EachBreaksTheLawsThatItIsSaidToBreak) {
  for (const Showing& showing : showings) {
    KernelMapScript script(machine_for(showing, as_built));
    showing.show(script);
    const auto broken = broken_laws(script.last());
    EXPECT_TRUE(has(broken, showing.broken_by.law)) << showing.broken_by.law << " is not broken by "
                                                    << showing.broken_by.defect->name << ", but" << listed(broken);
    EXPECT_NE(std::ranges::find(script.last().because, showing.broken_by.defect), script.last().because.end())
        << showing.broken_by.defect->name << " does not decide";
  }
}

TEST(KernelMapDefects, EachBreaksItsLawsAllByItself) {
  for (const Showing& showing : showings) {
    if (!showing.by_itself) continue;
    KernelMapScript script(machine_for(showing, corrected_but_for(switch_of(*showing.broken_by.defect))));
    showing.show(script);
    const auto broken = broken_laws(script.last());
    EXPECT_TRUE(has(broken, showing.broken_by.law))
        << showing.broken_by.law << " is not broken by " << showing.broken_by.defect->name << " alone, but"
        << listed(broken);
  }
}

TEST(KernelMapDefects, NoLawIsBrokenByTheCorrectedKernel) {
  for (const Showing& showing : showings) {
    KernelMapScript script(machine_for(showing, corrected));
    showing.show(script);
    EXPECT_EQ(listed(broken_laws(script.last())), "") << showing.broken_by.defect->name;
  }
}

TEST(KernelMapDefects, AllAreShownAndAllThatIsSaidIsShown) {
  std::set<std::string> defects, said, shown, said_defects;
  for (const Clause& clause : clauses) {
    if (clause.kind == ClauseKind::defect) defects.insert(std::string(clause.name));
  }
  for (const BrokenBy& row : broken_by) {
    said.insert(std::string(row.defect->name) + " " + std::string(row.law));
    said_defects.insert(std::string(row.defect->name));
  }
  for (const Showing& showing : showings)
    shown.insert(std::string(showing.broken_by.defect->name) + " " + std::string(showing.broken_by.law));
  EXPECT_EQ(shown, said);
  EXPECT_EQ(said_defects, defects);
  EXPECT_EQ(defects.size(), 14u);
}

TEST(KernelMapDefects, EachHasASwitchOfItsName) {
  std::set<std::string> switches, defects;
  for_each_field(all_corrected, [&](const char* field, bool) { switches.insert(field); });
  for (const Clause& clause : clauses) {
    if (clause.kind == ClauseKind::defect) defects.insert(std::string(switch_of(clause)));
  }
  EXPECT_EQ(defects, switches);
}

}  // namespace
}  // namespace refmm::kernel_map
