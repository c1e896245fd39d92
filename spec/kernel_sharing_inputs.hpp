// What the laws about sharing start from: all page directories, in any state that the policy allows.
//
// That a state is lawful is no assumption about some places, it is built in: an entry of the kernel's half is absent or equal by
// construction, in every slot of every directory. Every lawful state can be written so, and no other.
#pragma once

#include <refmm/spec/kernel_directories.hpp>
#include <refmm/spec/kernel_map.hpp>
#include <refmm/spec/kernel_map_pages.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/map.hpp>

#include <string_view>
#include <type_traits>

namespace refmm::kernel_map {

template <class World>
using WordOf = typename std::remove_cvref_t<World>::word_type;

/// A place in all directories: a process, a position of the quick list, a slot of the kernel's half.
template <Word W>
struct Anywhere {
  W process, position, slot;
};

template <class World>
constexpr auto anywhere(World& world) {
  using W = WordOf<World>;
  return Anywhere<W>{world.word("process"), world.word("position"), world.word("slot", first_slot, last_slot)};
}

/// Any slot of the kernel's half.
template <class World>
constexpr auto any_kernel_slot(World& world, std::string_view name) {
  return world.word(name, first_slot, last_slot);
}

/// Any state of the lazy policy: in the kernel's half each entry of each directory, those on the quick list included, is absent or
/// the one of swapper_pg_dir. The user's halves are anything.
template <class World>
constexpr auto any_lazy_directories(World& world) {
  using W = WordOf<World>;
  const auto swapper = world.map("swapper");
  const auto lawful = [swapper](const auto& any) { return joined(W(first_slot), any, only_where(any, swapper)); };
  const auto pgds = with_each(world.maps("pgds"), lawful);
  const auto quick_list = with_each(world.maps("quick_list"), lawful);
  const auto alive = world.map("alive");
  return AllDirectories<W, std::remove_const_t<decltype(swapper)>, std::remove_const_t<decltype(pgds)>,
                        std::remove_const_t<decltype(alive)>>{swapper, pgds, alive, quick_list,
                                                              world.word("quick_list_length", 0, 0x7fffffff)};
}

/// Any state of the preallocated policy: every slot of the kernel's half has a table, and each directory has it, too.
template <class World>
constexpr auto any_preallocated_directories(World& world) {
  using W = WordOf<World>;
  const auto swapper =
      with_each(world.map("swapper"), [](const W& entry) { return entry | W(paging::PAGE_PRESENT); });
  const auto lawful = [swapper](const auto& any) { return joined(W(first_slot), any, swapper); };
  const auto pgds = with_each(world.maps("pgds"), lawful);
  const auto quick_list = with_each(world.maps("quick_list"), lawful);
  const auto alive = world.map("alive");
  return AllDirectories<W, std::remove_const_t<decltype(swapper)>, std::remove_const_t<decltype(pgds)>,
                        std::remove_const_t<decltype(alive)>>{swapper, pgds, alive, quick_list,
                                                              world.word("quick_list_length", 0, 0x7fffffff)};
}

// ---- Operations -----------------------------------------------------------------------------------------------------

/// Any operation on any of the directories, carried out. The sharing decides what a fault does.
template <class World, class All>
constexpr All any_operation(World& world, auto subject, Sharing sharing, const All& all) {
  using W = WordOf<World>;
  const MachineOf<W> machine = law_machine;
  const W process = world.word("of_process"), slot = world.word("of_slot", 0, last_slot),
          entry = world.word("entry");
  switch (world.choose("operation", {0, 1, 2, 3, 4, 5, 6, 7})) {
    case 0:  // fork
      return subject.pgd_given(machine, all, process);
    case 1:  // exit
      return subject.pgd_freed(all, process);
    case 2:  // exit to the quick list
      return subject.pgd_kept(all, process);
    case 3:  // check_pgt_cache
      world.assume(all.quick_list_length > W(0u));
      return subject.quick_list_trimmed(all);
    case 4:  // vmalloc, ioremap
      return subject.kernel_table_made(all, slot, entry);
    case 5:  // vfree, iounmap
      return subject.kernel_table_emptied(all, slot);
    case 6:  // a fault
      world.assume(slot >= W(first_slot));
      return subject.fault_handled(sharing, all, process, slot);
    default:  // a write to the user's half
      return subject.user_entry_written(machine, all, process, slot, entry);
  }
}

// ---- Claims ---------------------------------------------------------------------------------------------------------

template <Word W>
constexpr auto absent_or_equal(const W& entry, const W& of_swapper) {
  return either(entry == W(0u), entry == of_swapper);
}

/// The entry of a directory of a process, or of one on the quick list.
template <Word W>
constexpr W entry_of(const auto& directories, const W& key, const W& slot) {
  return lookup(lookup(directories, key), slot);
}

/// Absent or equal, anywhere.
template <class All, Word W>
constexpr auto shared_lazily(const All& all, const Anywhere<W>& at) {
  const W of_swapper = lookup(all.swapper, at.slot);
  return both(absent_or_equal<W>(entry_of<W>(all.pgds, at.process, at.slot), of_swapper),
              implies(at.position < all.quick_list_length,
                      absent_or_equal<W>(entry_of<W>(all.quick_list, at.position, at.slot), of_swapper)));
}

/// Equal, and a table, anywhere.
template <class All, Word W>
constexpr auto shared_from_boot(const All& all, const Anywhere<W>& at) {
  const W of_swapper = lookup(all.swapper, at.slot);
  return refmm::all(
      of_swapper != W(0u),
      implies(lookup(all.alive, at.process) != W(0u), entry_of<W>(all.pgds, at.process, at.slot) == of_swapper),
      implies(at.position < all.quick_list_length,
              entry_of<W>(all.quick_list, at.position, at.slot) == of_swapper));
}

}  // namespace refmm::kernel_map
