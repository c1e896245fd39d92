// The machine of all directories that the theorems about sharing speak of (model/kernel_directories.hpp) is the model's: what a call
// does to the list of directories is what its operations do to the map of them.

#include <refmm/model/kernel_directories.hpp>
#include <refmm/spec/kernel_directories.hpp>
#include <refmm/spec/kernel_map_transition.hpp>
#include <refmm/tests/kernel_map_script.hpp>
#include <refmm/tests/sampled_world.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>

namespace refmm::kernel_map {
namespace {

using Directories = AllDirectories<Word32, LawEntries, Map<Word32, LawEntries>, Map<Word32, Word32>>;

/// The directories of a state, as maps.
Directories directories_of(const LawState& state) {
  Directories all{state.swapper_pg_dir, {}, {}, {}, static_cast<Word32>(state.pgd_quicklist.size())};
  for (const auto& pgd : state.pgds) {
    all.pgds = updated(std::move(all.pgds), pgd.number, pgd.entries);
    all.alive = updated(std::move(all.alive), pgd.number, 1u);
  }
  Word32 position = all.quick_list_length;
  for (const auto& pgd : state.pgd_quicklist)
    all.quick_list = updated(std::move(all.quick_list), --position, pgd.entries);
  return all;
}

/// What a call does, as operations on the maps: an operation for each directory entry that it sets.
Directories carried_out(const Transition& t) {
  const MachineOf<Word32> machine = law_machine;
  Directories all = directories_of(t.before);
  if (std::holds_alternative<PgdNumber>(t.result))
    return model::pgd_given<Directories, Word32>(machine, std::move(all), std::get<PgdNumber>(t.result).number);
  const auto is_there = [&](std::uint32_t number) { return pgd_numbered(t.before, number) != nullptr; };
  if (const auto* freed = call<PgdFree>(t); freed && is_there(freed->pgd))
    return model::pgd_freed<Directories, Word32>(std::move(all), freed->pgd);
  if (const auto* freed = call<PgdFreeFast>(t); freed && is_there(freed->pgd))
    return model::pgd_kept<Directories, Word32>(std::move(all), freed->pgd);
  if (call<CheckPgtCache>(t)) {
    while (all.quick_list_length > t.after.pgd_quicklist.size()) all = model::quick_list_trimmed(std::move(all));
    return all;
  }
  if (const auto* touch = call<Touch>(t); touch && is_there(touch->pgd)) {
    return model::fault_handled<Directories, Word32>(t.boot.kernel.sharing, std::move(all), touch->pgd,
                                                     touch->addr / slot_bytes);
  }
  if (const LawArea* area = area_freed(t))
    all = model::kernel_table_emptied<Directories, Word32>(std::move(all), area->addr / slot_bytes);
  for (const auto& set : effects_of<SetPde>(t)) {
    all = set.pgd == 0 ? model::kernel_table_made<Directories, Word32>(std::move(all), set.slot, set.entry)
                       : model::user_entry_written<Directories, Word32>(machine, std::move(all), set.pgd, set.slot,
                                                                        set.entry);
  }
  return all;
}

/// True if the directories that are there are the same.
bool same(const Directories& left, const Directories& right) {
  if (left.swapper != right.swapper || left.alive != right.alive) return false;
  if (left.quick_list_length != right.quick_list_length) return false;
  for (const auto& [process, alive] : left.alive.written) {
    if (lookup(left.pgds, process) != lookup(right.pgds, process)) return false;
  }
  for (Word32 position = 0; position < left.quick_list_length; ++position) {
    if (lookup(left.quick_list, position) != lookup(right.quick_list, position)) return false;
  }
  return true;
}

/// Any call that has to do with directories; `process` is a number that has been given out, if one has.
Command<Word32> any_call(SampledWorld& world, const std::string& name, const LawState& state) {
  const std::uint32_t process =
      state.pgds.empty() ? 1 : state.pgds[world.word(name + ".process") % state.pgds.size()].number;
  const Word32 slot = world.word(name + ".slot", 0, 3);
  const Word32 area = state.vmlist.empty() ? areas_begin : state.vmlist[slot % state.vmlist.size()].addr;
  switch (world.choose(name + ".call", {0, 1, 2, 3, 4, 5, 6, 7, 8})) {
    case 0:
    case 1:
      return PgdAlloc{};
    case 2:
      return PgdFree{process};
    case 3:
      return PgdFreeFast{process};
    case 4:
      return Vmalloc<Word32>{VmallocGfp::any, (1 + slot) * page_bytes};
    case 5:
      return Vfree<Word32>{area};
    case 6:
      return Touch<Word32>{process, area + slot * slot_bytes, false};
    case 7:
      return MapUser<Word32>{process, slot * slot_bytes + 0x1000, true};
    default:
      return ClearPageTables<Word32>{process, slot, 2};
  }
}

TEST(KernelDirectories, AreTheOnesOfTheModel) {
  std::map<std::string, int> count;
  const Sampling sampling = sample_claim(
      "all directories",
      [&](SampledWorld& world) {
        Kernel kernel = corrected;
        if (world.choose("sharing", {0, 1}) != 0) kernel.sharing = Sharing::preallocated;
        KernelMapScript script(small_machine(kernel));
        for (int step = 0; step < 30; ++step) {
          script.run(any_call(world, "step" + std::to_string(step), script.state()));
          const Transition t = script.last().transition();
          if (!same(carried_out(t), directories_of(t.after))) return false;
          count["calls"] += 1;
          count["recycled"] += call<PgdAlloc>(t) && !t.before.pgd_quicklist.empty();
          count["tables made"] += call<Vmalloc>(t) && t.before.swapper_pg_dir != t.after.swapper_pg_dir;
          count["synced"] += call<Touch>(t) && t.before.pgds != t.after.pgds;
          count["user tables"] += call<MapUser>(t) && t.before.pgds != t.after.pgds;
        }
        return true;
      },
      {.runs = 400});
  ASSERT_TRUE(sampling.held()) << to_text(sampling);
  EXPECT_EQ(count.size(), 5u);
  for (const auto& [what, times] : count) EXPECT_GE(times, 10) << what;
}

}  // namespace
}  // namespace refmm::kernel_map
