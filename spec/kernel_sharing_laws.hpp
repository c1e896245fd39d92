// Laws about the page directories of all processes: for every number of processes and every slot of the kernel's half.
//
// Lazy, as in 2.4.0: an entry of a process is absent or the one of swapper_pg_dir; every operation keeps that, and a fault makes it
// equal. Preallocated: it is equal, always. Each is an induction over the operations: nothing_is_shared_at_boot and
// boot_leaves_no_slot_behind_it_empty are the bases, the other laws the steps. Directories on the quick list are part of the state,
// so that what is proved of a process is proved of one with a recycled directory, too.
#pragma once

#include <refmm/spec/kernel_sharing_inputs.hpp>
#include <refmm/spec/law.hpp>
#include <refmm/spec/logic.hpp>
#include <refmm/spec/paging.hpp>

#include <tuple>
#include <variant>

namespace refmm::kernel_map {

// ---- Lazy: absent or equal ------------------------------------------------------------------------------------------

inline constexpr Law nothing_is_shared_at_boot{
    "paging.kernel.absent_or_equal", "boot_leaves_no_directory_that_could_differ_from_swapper_pg_dir",
    [](auto& world, auto subject) {
      const auto at = anywhere(world);
      auto all = any_lazy_directories(world);
      all.quick_list = world.maps("garbage");
      const auto booted = subject.without_processes(all);
      return both(lookup(booted.alive, at.process) == 0u,
                  implies(at.position < booted.quick_list_length,
                          absent_or_equal(entry_of(booted.quick_list, at.position, at.slot),
                                          lookup(booted.swapper, at.slot))));
    }};

/// A step: what `operate` makes of any lazy directories is absent or equal anywhere.
constexpr auto keeps_absent_or_equal(auto operate) {
  return [operate](auto& world, auto subject) {
    const auto at = anywhere(world);
    return shared_lazily(operate(world, subject, any_lazy_directories(world)), at);
  };
}

inline constexpr Law a_directory_that_is_given_out_is_absent_or_equal{
    "paging.pgd_alloc.fresh", "a_new_directory_and_a_recycled_one_are_absent_or_equal_in_every_slot",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      return subject.pgd_given(MachineOf<WordOf<decltype(world)>>(law_machine), all, world.word("of_process"));
    })};

inline constexpr Law a_directory_that_waits_is_absent_or_equal{
    "paging.kernel.recycled", "a_directory_on_the_quick_list_is_absent_or_equal_in_every_slot",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      return subject.pgd_kept(all, world.word("of_process"));
    })};

inline constexpr Law tables_that_appear_keep_absent_or_equal{
    "paging.kernel.absent_or_equal",
    "a_table_that_vmalloc_or_ioremap_makes_leaves_every_directory_absent_or_equal",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      return subject.kernel_table_made(all, world.word("of_slot", 0, last_slot), world.word("entry"));
    })};

inline constexpr Law vfree_keeps_absent_or_equal{
    "paging.kernel.absent_or_equal", "a_table_that_vfree_empties_leaves_every_directory_absent_or_equal",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      return subject.kernel_table_emptied(all, world.word("of_slot", 0, last_slot));
    })};

inline constexpr Law faults_keep_absent_or_equal{
    "paging.kernel.absent_or_equal", "a_fault_leaves_every_directory_absent_or_equal",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      const auto process = world.word("of_process"), slot = any_kernel_slot(world, "of_slot");
      return subject.fault_handled(Sharing::lazy, all, process, slot);
    })};

inline constexpr Law user_writes_keep_absent_or_equal{
    "paging.user.isolated", "what_a_process_writes_in_its_half_leaves_every_directory_absent_or_equal",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("of_process"), slot = world.word("of_slot", 0, last_slot);
      return subject.user_entry_written(MachineOf<W>(law_machine), all, process, slot, world.word("entry"));
    })};

inline constexpr Law every_operation_keeps_absent_or_equal{
    "paging.kernel.absent_or_equal", "whatever_happens_next_every_directory_is_absent_or_equal_in_every_slot",
    keeps_absent_or_equal([](auto& world, auto subject, const auto& all) {
      return any_operation(world, subject, Sharing::lazy, all);
    })};

// ---- Monotone entries, and why recycled directories are safe ---------------------------------------------------------

inline constexpr Law kernel_entries_are_monotone{
    "paging.kernel.monotone", "an_entry_of_swapper_pg_dir_that_is_set_is_never_cleared_or_changed",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const auto at = anywhere(world);
      const auto before = any_lazy_directories(world);
      const auto after = any_operation(world, subject, Sharing::lazy, before);
      const W was = lookup(before.swapper, at.slot);
      return implies(was != W(0u), lookup(after.swapper, at.slot) == was);
    }};

/// What becomes of an access of the kernel, in a process and in swapper_pg_dir.
template <Word W>
struct TwoEnds {
  std::variant<paging::Translation<W>, paging::PageFault> in_process, in_swapper;
};

/// The same address, or an oops in both.
template <Word W>
constexpr auto end_alike(const TwoEnds<W>& ends) {
  const auto* here = std::get_if<paging::Translation<W>>(&ends.in_process);
  const auto* there = std::get_if<paging::Translation<W>>(&ends.in_swapper);
  if (here && there) return both(here->phys == there->phys, here->entry == there->entry);
  if (here || there) return W(1u) == W(0u);
  return W(std::get<paging::PageFault>(ends.in_process).error_code) ==
         W(std::get<paging::PageFault>(ends.in_swapper).error_code);
}

/// An access of the kernel to any address of its half in a process, faults included, and through swapper_pg_dir.
template <class World, class All, Word W>
constexpr TwoEnds<W> access_both(World& world, auto subject, Sharing sharing, const All& all, const W& process,
                                 const W& addr) {
  const MachineOf<W> machine = law_machine;
  const auto tables = world.maps("tables");
  const auto table_in = [tables](const W& pfn) { return lookup(tables, pfn); };
  const paging::Access access{
      .user = false, .write = world.choose("write", {0, 1}) != 0, .wp = world.choose("wp", {0, 1}) != 0};
  auto accessed =
      subject.accessed(machine, sharing, all.swapper, lookup(all.pgds, process), table_in, addr, access);
  world.reached(accessed.because);
  const auto direct = subject.walk(machine, all.swapper, table_in, addr, access);
  return {accessed.walked, direct.value};
}

template <class World>
constexpr auto any_kernel_address(World& world) {
  return world.word("addr", law_machine.page_offset, 0xffffffff);
}

inline constexpr Law every_access_ends_as_in_swapper{
    "paging.kernel.ends_as_swapper",
    "every_access_of_the_kernel_in_every_process_ends_with_the_translation_of_swapper_or_an_oops_where_that_has_"
    "none",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("process"), addr = any_kernel_address(world);
      const auto all = any_lazy_directories(world);
      return end_alike<W>(access_both(world, subject, Sharing::lazy, all, process, addr));
    }};

inline constexpr Law recycled_directories_are_not_stale{
    "paging.kernel.recycled",
    "a_recycled_directory_means_what_swapper_means_whatever_was_freed_and_made_while_it_waited",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("process"), addr = any_kernel_address(world);
      const W freed = any_kernel_slot(world, "freed"), made = any_kernel_slot(world, "made");
      auto all = any_lazy_directories(world);
      world.assume(all.quick_list_length > W(0u));
      all = subject.kernel_table_emptied(all, freed);
      all = subject.kernel_table_made(all, made, world.word("entry"));
      all = subject.pgd_given(MachineOf<W>(law_machine), all, process);
      return end_alike<W>(access_both(world, subject, Sharing::lazy, all, process, addr));
    }};

// ---- Faults -----------------------------------------------------------------------------------------------------------

inline constexpr Law a_fault_makes_the_slot_equal{
    "paging.kernel.synced",
    "a_fault_copies_the_slot_exactly_if_it_is_absent_and_swapper_has_it_and_then_it_is_equal",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("process"), slot = any_kernel_slot(world, "slot");
      const auto all = any_lazy_directories(world);
      const auto pgd = lookup(all.pgds, process);
      const auto synced = subject.vmalloc_fault(Sharing::lazy, all.swapper, pgd, slot);
      const W was = lookup(pgd, slot), of_swapper = lookup(all.swapper, slot), is = lookup(synced.pgd, slot);
      const auto present = [](const W& entry) { return (entry & W(paging::PAGE_PRESENT)) != W(0u); };
      const auto missing = both(negation(present(was)), present(of_swapper));
      return synced.copied ? both(missing, is == of_swapper) : both(negation(missing), is == was);
    }};

inline constexpr Law a_fault_changes_one_slot{
    "paging.kernel.synced", "a_fault_leaves_all_other_slots_and_all_other_processes_as_they_are",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("process"), slot = any_kernel_slot(world, "slot");
      const W other = world.word("other"), other_slot = world.word("other_slot", 0, last_slot);
      const auto before = any_lazy_directories(world);
      const auto after = subject.fault_handled(Sharing::lazy, before, process, slot);
      return implies(either(other != process, other_slot != slot),
                     entry_of(after.pgds, other, other_slot) == entry_of(before.pgds, other, other_slot));
    }};

inline constexpr Law programs_do_not_fill_directories{
    "paging.kernel.sigsegv", "an_access_of_a_program_to_the_kernels_half_ends_with_the_signal_and_copies_nothing",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("process"), addr = any_kernel_address(world),
              slot = any_kernel_slot(world, "slot");
      auto all = any_lazy_directories(world);
      // Whatever the kernel puts in its half is not the user's: kernel_entries_are_not_the_users.
      const auto kernels = [](const auto& any) {
        return with_each(any, [](const W& entry) { return entry & ~W(paging::PAGE_USER); });
      };
      all.swapper = kernels(all.swapper);
      const auto pgd = kernels(lookup(all.pgds, process));
      const auto tables = world.maps("tables");
      const auto table_in = [tables](const W& pfn) { return lookup(tables, pfn); };
      const paging::Access access{.user = true, .write = world.choose("write", {0, 1}) != 0, .wp = true};
      auto accessed =
          subject.accessed(MachineOf<W>(law_machine), Sharing::lazy, all.swapper, pgd, table_in, addr, access);
      world.reached(accessed.because);
      if (!std::holds_alternative<paging::PageFault>(accessed.walked)) return W(1u) == W(0u);
      return lookup(accessed.pgd, slot) == lookup(pgd, slot);
    }};

// ---- Preallocated: equal, always --------------------------------------------------------------------------------------

inline constexpr Law boot_leaves_no_slot_behind_it_empty{
    "paging.kernel.preallocated",
    "the_slots_that_boot_has_given_a_table_all_have_one_when_it_has_given_one_to_the_next",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W slot = any_kernel_slot(world, "slot"), next = any_kernel_slot(world, "next");
      const W entry = world.word("entry") | W(paging::PAGE_PRESENT);
      const auto before = world.map("swapper");
      world.assume(implies(slot < next, lookup(before, slot) != W(0u)));
      const auto after = subject.preallocated(before, next, entry);
      return implies(slot <= next, lookup(after, slot) != W(0u));
    }};

inline constexpr Law every_operation_keeps_directories_equal{
    "paging.kernel.preallocated.equal",
    "where_all_tables_are_there_from_boot_every_directory_is_equal_in_every_slot_always",
    [](auto& world, auto subject) {
      const auto at = anywhere(world);
      const auto all = any_preallocated_directories(world);
      return shared_from_boot(any_operation(world, subject, Sharing::preallocated, all), at);
    }};

inline constexpr Law nothing_is_left_to_fault_in{
    "paging.kernel.preallocated.equal", "where_all_tables_are_there_from_boot_no_access_changes_a_directory",
    [](auto& world, auto subject) {
      using W = WordOf<decltype(world)>;
      const W process = world.word("process"), addr = any_kernel_address(world);
      const auto all = any_preallocated_directories(world);
      const auto tables = world.maps("tables");
      const auto table_in = [tables](const W& pfn) { return lookup(tables, pfn); };
      const paging::Access access{.user = false, .write = world.choose("write", {0, 1}) != 0, .wp = true};
      const MachineOf<W> machine = law_machine;
      const auto pgd = lookup(all.pgds, process);
      auto accessed = subject.accessed(machine, Sharing::preallocated, all.swapper, pgd, table_in, addr, access);
      world.reached(accessed.because);
      const W slot = any_kernel_slot(world, "slot");
      const auto ends =
          TwoEnds<W>{accessed.walked, subject.walk(machine, all.swapper, table_in, addr, access).value};
      return both(end_alike<W>(ends), lookup(accessed.pgd, slot) == lookup(pgd, slot));
    }};

/// The laws of this file.
inline constexpr std::tuple sharing_laws{nothing_is_shared_at_boot,
                                         a_directory_that_is_given_out_is_absent_or_equal,
                                         a_directory_that_waits_is_absent_or_equal,
                                         tables_that_appear_keep_absent_or_equal,
                                         vfree_keeps_absent_or_equal,
                                         faults_keep_absent_or_equal,
                                         user_writes_keep_absent_or_equal,
                                         every_operation_keeps_absent_or_equal,
                                         kernel_entries_are_monotone,
                                         every_access_ends_as_in_swapper,
                                         recycled_directories_are_not_stale,
                                         a_fault_makes_the_slot_equal,
                                         a_fault_changes_one_slot,
                                         programs_do_not_fill_directories,
                                         boot_leaves_no_slot_behind_it_empty,
                                         every_operation_keeps_directories_equal,
                                         nothing_is_left_to_fault_in};

}  // namespace refmm::kernel_map
