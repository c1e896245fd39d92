#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/fault_picture_lists.hpp>
#include <refmm/spec/fault_references.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>
#include <refmm/tools/run_report.hpp>
#include <refmm/tools/walk_fault_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::command {
namespace {

using Word = std::uint32_t;
using State = FaultFamily::State;
using process::page_size;
using process::window_size;

/// What a flag of an entry means where it is set, and where it is not.
struct FlagMeaning {
  Word flag;
  std::string_view name, set, clear;
};
constexpr std::array<FlagMeaning, 5> flag_meanings{
    {{fault::PAGE_PRESENT, "present", "the processor finds the page", "the processor finds nothing"},
     {fault::PAGE_RW, "rw", "it may be written", "a write faults"},
     {fault::PAGE_USER, "user", "programs may use it", "programs may not use it"},
     {fault::PAGE_ACCESSED, "accessed", "it has been used through this entry",
      "it has not been used through this entry"},
     {fault::PAGE_DIRTY, "dirty", "it has been written through this entry",
      "it has not been written through this entry"}}};
constexpr FlagMeaning protnone{fault::PAGE_PROTNONE, "protnone", "there is a page that nobody may access", ""};

std::string flag_line(const FlagMeaning& flag, Word entry) {
  const bool set = (entry & flag.flag) != 0;
  return walk_line("", fmt::format("{:<9} {:<4} {}", flag.name, set ? "yes" : "no", set ? flag.set : flag.clear));
}

/// What an entry of a page table leads to.
std::string leads_to(Word entry) {
  if (entry == 0) return "none";
  if (!process::is_for_frame(entry)) return fmt::format("slot {}", process::slot_in(entry));
  return "page in " + process::frame_notation(process::frame_in(entry));
}

std::string flags_notation(Word entry) {
  if (!process::is_for_frame(entry)) return "";
  return vma::flags_notation(process::entry_flags(), entry % page_size);
}

/// An entry on the way to an address: of the directory, of the page table.
struct Step {
  std::string_view of;
  Word pfn, slot, entry;
  std::string leads_to;
  friend bool operator==(const Step&, const Step&) = default;

  std::string line(std::string_view label) const {
    return walk_entry_line(label, fmt::format("{}, slot {}", process::frame_notation(pfn), slot), entry, leads_to,
                           flags_notation(entry));
  }
};

std::vector<Step> steps_to(const State& state, const WalkOfProcess& walk) {
  const Word pgd = process::process_of(state, walk.pid).pgd, slot = walk.addr / window_size;
  const Word pde = lookup(state.memory.pgds, walk.pid, slot);
  if (pde == 0) return {{"directory", pgd, slot, pde, "empty: there is no page table"}};
  const Word table = process::frame_in(pde), table_slot = walk.addr % window_size / page_size;
  const Word entry = lookup(state.memory.tables, table, table_slot);
  return {{"directory", pgd, slot, pde, "table in " + process::frame_notation(table)},
          {"table", table, table_slot, entry, leads_to(entry)}};
}

std::string lines_of(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) text += step.line(step.of);
  return text;
}

/// The steps that are others than before.
std::string changed(const std::vector<Step>& before, const std::vector<Step>& after) {
  std::string text;
  for (std::size_t i = 0; i != after.size(); ++i) {
    if (i >= before.size() || after[i] != before[i]) text += after[i].line(text.empty() ? "then" : "");
  }
  return text.empty() ? walk_line("then", "the entries are as they were") : text;
}

/// The entry for the page; 0 where there is no table.
Word entry_in(const std::vector<Step>& steps) { return steps.size() < 2 ? 0 : steps.back().entry; }

/// The entry flag by flag, or what kind of entry it is that has none.
std::string meaning_of(const State& state, const process::Drawn& drawn, Word entry, Word addr) {
  if (entry == 0) return "";
  if (!process::is_for_frame(entry)) {
    const Word slot = process::slot_in(entry);
    return walk_line("", "not present, but not empty: its bits from 8 on are the number of a slot") +
           walk_line("slot", fmt::format("{}: {}", slot, process::slot_text(drawn, slot)));
  }
  const Word pfn = process::frame_in(entry), offset = addr % page_size;
  std::string text;
  for (const FlagMeaning& flag : flag_meanings) text += flag_line(flag, entry);
  if ((entry & fault::PAGE_PROTNONE) != 0) text += flag_line(protnone, entry);
  text += walk_line("page", fmt::format("{}: {}", process::frame_notation(pfn), process::frame_text(drawn, pfn)));
  if (pfn < fault::ZERO_PAGE) text += walk_line("physical", fmt::format("0x{:08x}", pfn * page_size + offset));
  return text + walk_line("byte", std::to_string(lookup(lookup(state.memory.contents, pfn), offset)));
}

// ---- Areas ----------------------------------------------------------------------------------------------------

std::string area_text(const State& state, const vma::Area<Word>& area) {
  std::string text =
      fmt::format("{:08x}-{:08x} {}", area.vm_start, area.vm_end, vma::access_notation(area.vm_flags));
  if ((area.vm_flags & vma::VM_GROWSDOWN) != 0) text += ", grows down";
  if ((area.vm_flags & vma::VM_LOCKED) != 0) text += ", locked";
  const Word object = process::object_of(state, area);
  return object == fault::none ? text : text + ", of " + process::object_notation(state, object);
}

/// The area that the address lies in, or which could grow to it.
std::string area_line(const State& state, const process::Process<Word>& process, Word addr) {
  if (const auto* area = process::area_at(process, addr)) {
    const std::string text = area_text(state, *area);
    const Word object = process::object_of(state, *area);
    if (object == fault::none) return walk_line("area", text);
    const Word index = area->vm_pgoff + (addr - area->vm_start) / page_size;
    return walk_line("area", fmt::format("{}, page {}", text, index));
  }
  const auto above =
      std::ranges::find_if(process.mm.areas, [&](const auto& area) { return area.vm_start > addr; });
  if (above == process.mm.areas.end()) return walk_line("area", "none, nor any above it");
  const bool grows = (above->vm_flags & vma::VM_GROWSDOWN) != 0;
  return walk_line("area", fmt::format("none; the next one above is {}{}", area_text(state, *above),
                                       grows ? fmt::format("; esp is {:08x}", process.esp) : ""));
}

// ---- Accesses -------------------------------------------------------------------------------------------------

/// What an access would do: carried out on a copy of the state.
struct Carried {
  std::string text;
  bool faults;
};

Carried carried_out(const WalkOfProcess& walk, const replay::End<FaultFamily>& end,
                    const process::Call<Word>& access) {
  const FaultFamily::Command command = process::OfProcess<Word>{walk.pid, access};
  const auto outcome = FaultFamily::step(end.boot, end.state, command);
  std::string text =
      fmt::format("  {} = {}\n", process::notation(command), process::notation(command, outcome.result));
  for (const auto& effect : outcome.effects) text += fmt::format("  | {}\n", process::notation(effect));
  text += text_of(outcome.because, "because");
  if (!process::exists(outcome.state, walk.pid)) {
    text += walk_line("then", fmt::format("process {} is gone", walk.pid));
  } else if (walk.addr < end.boot.kernel.machine().task_size && !FaultFamily::ends_everything(outcome.result)) {
    text += changed(steps_to(end.state, walk), steps_to(outcome.state, walk));
  }
  const bool faults = std::ranges::any_of(
      outcome.effects, [](const auto& effect) { return std::holds_alternative<fault::PageFault<Word>>(effect); });
  return {std::move(text), faults || process::is_refused(outcome.result)};
}

}  // namespace

WalkText text_of(const WalkOfProcess& walk, const replay::End<FaultFamily>& end) {
  const State& state = end.state;
  std::string text = fmt::format("0x{:08x} of process {}\n\n", walk.addr, walk.pid);
  if (walk.addr >= end.boot.kernel.machine().task_size) {
    text += walk_line("kernel", "memory is there, but not for programs");
  } else {
    const process::Drawn drawn{end.boot.kernel, state, process::all_references(state)};
    const auto steps = steps_to(state, walk);
    text += lines_of(steps) + meaning_of(state, drawn, entry_in(steps), walk.addr);
    const auto& process = process::process_of(state, walk.pid);
    if (entry_in(steps) == 0 && process::area_at(process, walk.addr) != nullptr)
      text += walk_line("", "the page has not been touched yet, or it was given up and can be had again");
    text += area_line(state, process, walk.addr);
  }
  constexpr Word byte = 1;
  const Carried load = carried_out(walk, end, process::Load<Word>{walk.addr});
  const Carried store = carried_out(walk, end, process::Store<Word>{walk.addr, byte});
  return {text + "\na load would do this:\n" + load.text + "\na store would do this:\n" + store.text,
          !load.faults};
}

}  // namespace refmm::command
