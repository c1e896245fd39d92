// Laws about what the kernel does of itself, and about the machine around the processes: what spec/process_step_laws.hpp lists of them.
#pragma once

#include <refmm/spec/fault_swap_out_step_laws.hpp>
#include <refmm/spec/process_touches.hpp>
#include <refmm/spec/process_transition.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace refmm::process::holds {

// ---- The machine ----------------------------------------------------------------------------------------------------

constexpr bool the_machine_stays_as_large_as_it_was_booted(const Transition& t) {
  const auto& memory = t.after.memory;
  return memory.ram_pages == t.boot.ram_pages && memory.page_cluster == t.boot.page_cluster &&
         memory.swap.pages == t.boot.swap_pages && is_reserved(t.after, fault::ZERO_PAGE) &&
         is_reserved(t.after, fault::BAD_PAGE) && is_reserved(t.after, fault::BAD_PAGETABLE) &&
         std::ranges::count_if(memory.mem_map.written, [](const auto& numbered) {
           return has_flag(numbered.second.flags, fault::PG_reserved);
         }) == 3;
}

constexpr bool the_files_are_those_of_the_boot_line(const Transition& t) {
  const auto number_of_files = t.boot.files.size();
  if (files_of(t.after) != number_of_files || t.after.inodes.size() < number_of_files) return false;
  for (std::uint32_t number = 1; number <= number_of_files; ++number) {
    const vma::Inode& inode = t.after.inodes.at(number - 1);
    if (inode.shared_memory || !inode.name.view().starts_with("file") || number_at_end(inode.name) != number)
      return false;
  }
  return true;
}

/// All are descendants of the first, which has its data from here on.
constexpr bool the_break_of_every_process_is_above_its_data(const Transition& t) {
  constexpr std::uint32_t data = 0x08049000;
  return std::ranges::all_of(t.after.processes, [](const LawProcess& process) {
    return process.mm.start_data == data && process.mm.end_code == data && process.mm.brk >= data;
  });
}

/// What is given in place of what was.
constexpr auto replaced(const auto& given, const auto& was) { return given ? *given : was; }

constexpr bool what_is_set_is_as_it_was_set_and_all_else_as_it_was(const Transition& t) {
  const auto* set = call<Set>(t);
  if (!set) return true;
  LawState expected = t.before;
  auto& faults = expected.memory.faults;
  faults = {replaced(set->fail_alloc, faults.fail_alloc), replaced(set->fail_alloc_all, faults.fail_alloc_all),
            replaced(set->fail_read, faults.fail_read), replaced(set->fail_swap_read, faults.fail_swap_read),
            replaced(set->fail_swap_write, faults.fail_swap_write)};
  auto& settings = expected.settings;
  settings.overcommit = replaced(set->overcommit, settings.overcommit);
  settings.rlimit_stack = replaced(set->rlimit_stack, settings.rlimit_stack);
  settings.rlimit_as = replaced(set->rlimit_as, settings.rlimit_as);
  settings.rlimit_data = replaced(set->rlimit_data, settings.rlimit_data);
  settings.rlimit_memlock = replaced(set->rlimit_memlock, settings.rlimit_memlock);
  settings.fail_vma = replaced(set->fail_vma, settings.fail_vma);
  return t.after == expected && t.effects.empty();
}

constexpr std::uint32_t less(std::uint32_t number, std::size_t by) {
  return number > by ? number - static_cast<std::uint32_t>(by) : 0;
}

/// The first transfers of a kind fail, as many as are to, and no more of it; what is left to fail is counted.
template <class Kind>
constexpr bool as_many_fail_as_are_to(const Transition& t, fault::Transfer way, std::uint32_t to_fail,
                                      std::uint32_t left) {
  std::uint32_t seen = 0;
  for (const Kind& transfer : effects_of<Kind>(t)) {
    if (transfer.way != way) continue;
    if (transfer.done == (seen < to_fail)) return false;
    ++seen;
  }
  return left == less(to_fail, seen);
}

constexpr bool ordered_failures_are_counted(const Transition& t) {
  if (call<Set>(t)) return true;
  const auto &before = t.before.memory.faults, &after = t.after.memory.faults;
  using enum fault::Transfer;
  return after.fail_alloc == less(before.fail_alloc, count_effects<AllocPage>(t)) &&
         after.fail_alloc_all == before.fail_alloc_all &&
         as_many_fail_as_are_to<FileTransfer>(t, read, before.fail_read, after.fail_read) &&
         as_many_fail_as_are_to<SwapTransfer>(t, read, before.fail_swap_read, after.fail_swap_read) &&
         as_many_fail_as_are_to<SwapTransfer>(t, write, before.fail_swap_write, after.fail_swap_write);
}

constexpr bool calls_of_and_about_processes_that_are_not_there_do_nothing(const Transition& t) {
  const auto* of_process = std::get_if<OfProcess<std::uint32_t>>(&t.command);
  bool is_there = !of_process || exists(t.before, of_process->pid);
  if (const auto* peek = call<Peek>(t)) is_there = is_there && exists(t.before, peek->pid);
  if (const auto* poke = call<Poke>(t)) is_there = is_there && exists(t.before, poke->pid);
  if (const auto* out = call<SwapOut>(t)) is_there = exists(t.before, out->pid);
  return (refusal(t) == Refusal::no_such_process) == !is_there && (is_there || nothing_changed(t));
}

constexpr bool esp_sets_the_stack_pointer_and_nothing_else(const Transition& t) {
  const auto* esp = call<Esp>(t);
  if (!esp || !exists(t.before, caller(t))) return true;
  LawState expected = t.before;
  expected.processes.at(position_of(expected, caller(t))).esp = esp->addr;
  return t.after == expected && t.effects.empty();
}

/// Neither does a call follow a null pointer, nor does it never return.
constexpr bool no_call_ends_the_machine(const Transition& t) { return !ended_everything(t); }

// ---- Memory that the kernel wants back ------------------------------------------------------------------------------

constexpr bool what_is_not_mapped_is_not_swapped_out(const Transition& t) {
  const auto* out = call<SwapOut>(t);
  if (!out || !exists(t.before, out->pid) || area_at(t.before, out->pid, out->addr)) return true;
  return pages(t) == 0u && nothing_changed(t);
}

constexpr bool locked_memory_is_not_swapped_out(const Transition& t) {
  const auto* out = call<SwapOut>(t);
  const LawArea* area = out ? area_at(t.before, out->pid, out->addr) : nullptr;
  return !area || !is_locked(*area) || (pages(t) == 0u && nothing_changed(t));
}

/// Processes do not notice.
constexpr bool reclaim_returns_how_many_frames_it_has_freed(const Transition& t) {
  if (!call<Reclaim>(t)) return true;
  const auto freed = effects_of<FreePage>(t);
  return pages(t) == freed.size() && std::ranges::is_sorted(freed, {}, &FreePage::pfn) &&
         t.before.processes == t.after.processes && t.before.memory.tables == t.after.memory.tables;
}

// ---- The swap area --------------------------------------------------------------------------------------------------

constexpr bool swapoff_refuses_what_is_not_in_use(const Transition& t) {
  if (!call<Swapoff>(t)) return true;
  const bool in_use = t.before.memory.swap.in_use;
  return (refusal(t) == Refusal::swap_not_in_use) == !in_use && (in_use || nothing_changed(t));
}

constexpr bool swapoff_leaves_no_page_in_the_swap_area(const Transition& t) {
  if (!call<Swapoff>(t) || was_refused(t)) return true;
  const auto read = slots_read(t);
  return succeeded(t) && !t.after.memory.swap.in_use && t.after.memory.swap.swap_map.written.empty() &&
         lookup(t.after.memory.page_cache, fault::swapper_space).written.empty() &&
         std::ranges::is_sorted(read, {}, &SwapTransfer::slot);
}

/// The area stays in use.
constexpr bool swapoff_fails_where_there_is_no_frame_for_a_page(const Transition& t) {
  if (!call<Swapoff>(t)) return true;
  return (refusal(t) == Refusal::no_room_for_slots) == lacked_a_frame(t, GFP_USER) &&
         (!was_refused(t) || t.after.memory.swap.in_use == t.before.memory.swap.in_use);
}

constexpr bool swapoff_stops_at_a_slot_that_cannot_be_read(const Transition& t) {
  if (!call<Swapoff>(t)) return true;
  const bool failed = had_effect<SwapTransfer>(t, [](const SwapTransfer& transfer) { return !transfer.done; });
  if (refusal(t) != Refusal::slot_unreadable) return !failed;
  return t.after.memory.swap.in_use && !t.after.memory.swap.swap_map.written.empty();
}

constexpr bool swapon_refuses_an_area_in_use(const Transition& t) {
  if (!call<Swapon>(t)) return true;
  const bool in_use = t.before.memory.swap.in_use;
  return (refusal(t) == Refusal::swap_in_use) == in_use && (!in_use || nothing_changed(t));
}

constexpr bool swapon_refuses_where_there_is_no_area(const Transition& t) {
  if (!call<Swapon>(t)) return true;
  const bool none = t.before.memory.swap.pages == 0;
  return (refusal(t) == Refusal::swap_not_in_use) == none && (!none || nothing_changed(t));
}

constexpr bool swapon_gives_an_empty_area(const Transition& t) {
  if (!call<Swapon>(t) || was_refused(t)) return true;
  LawState expected = t.before;
  expected.memory.swap.in_use = true;
  expected.memory.swap.cluster_next = expected.memory.swap.cluster_nr = 0;
  return succeeded(t) && t.after == expected && t.effects.empty() && t.after.memory.swap.swap_map.written.empty();
}

}  // namespace refmm::process::holds
