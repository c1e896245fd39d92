#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/tests/fault_check.hpp>
#include <refmm/tests/fault_mutants.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <system_error>

namespace refmm {

namespace {

using W = std::uint32_t;
using State = FaultFamily::State;

// ---- Paths of differences -------------------------------------------------------------------------------------------------

/// `memory.mem_map[3].count`: 3 and `.count` of `memory.mem_map`.
struct Element {
  W number;
  std::string_view rest;
};

std::optional<Element> element_of(std::string_view list, std::string_view path) {
  if (!path.starts_with(list) || !path.substr(list.size()).starts_with('[')) return std::nullopt;
  const char* const begin = path.data() + list.size() + 1;
  W number = 0;
  const auto [end, error] = std::from_chars(begin, path.data() + path.size(), number);
  const std::string_view rest(end, static_cast<std::size_t>(path.data() + path.size() - end));
  if (error != std::errc{} || !rest.starts_with(']')) return std::nullopt;
  return Element{number, rest.substr(1)};
}

/// The process and the address of an entry that a path leads to, if it does and a process has its table.
struct EntryPlace {
  W pid, addr;
};
std::optional<EntryPlace> entry_at(std::string_view path, const State& state) {
  const auto table = element_of("memory.tables", path);
  if (!table) return std::nullopt;
  const auto slot = element_of("", table->rest);
  constexpr W page = i386_2_4_0.page_size, per_table = page / sizeof(W);
  for (const auto& [pid, pgd] : state.memory.pgds.written) {
    for (const auto& [place, pde] : pgd.written) {
      if (pde / page == table->number)
        return EntryPlace{pid, (place * per_table + (slot ? slot->number : 0)) * page};
    }
  }
  return std::nullopt;
}

/// The process that a path leads into, and what of it.
struct ProcessPlace {
  const process::Process<W>& process;
  std::string_view field;
};
std::optional<ProcessPlace> process_at(std::string_view path, const State& state) {
  const auto element = element_of("processes", path);
  if (!element || element->number >= state.processes.size() || element->rest.empty()) return std::nullopt;
  return ProcessPlace{state.processes[element->number], element->rest.substr(1)};
}

bool is_one_of(std::string_view field, auto... names) { return ((field == names) || ...); }

std::string query_about(const ProcessPlace& place) {
  const W pid = place.process.pid;
  if (place.field.starts_with("mm.areas"))
    return is_one_of(place.field.substr(place.field.rfind('.') + 1), "vm_ops", "mapped_noreserve", "id", "vm_file")
               ? ""
               : fmt::format("maps {}", pid);
  if (is_one_of(place.field, "mm.total_vm", "mm.locked_vm", "mm.map_count", "mm.brk", "min_flt", "maj_flt", "esp"))
    return fmt::format("mm {}", pid);
  return "";
}

std::string page_in_words(std::string_view owner, W number, std::string_view rest) {
  const auto byte = element_of(".written", rest);
  return byte ? fmt::format("{} {}: byte {}", owner, number, byte->number)
              : fmt::format("{} {}: bytes{}", owner, number, rest);
}

}  // namespace

// ---- Queries ----------------------------------------------------------------------------------------------------------------

std::string Checking<FaultFamily>::query_that_shows(const Finding& finding, const State& state) {
  if (finding.kind != Finding::Kind::state) return "";
  const std::string_view path = finding.difference.path;
  if (const auto process = process_at(path, state)) return query_about(*process);
  if (const auto entry = entry_at(path, state)) return fmt::format("ptes {}", entry->pid);
  if (const auto pgd = element_of("memory.pgds", path)) return fmt::format("ptes {}", pgd->number);
  if (const auto rss = element_of("memory.rss", path)) return fmt::format("rss {}", rss->number);
  if (path.starts_with("memory.mem_map") || path.starts_with("memory.page_cache")) return "pages";
  if (path.starts_with("memory.swap.swap_map")) return "swap";
  return path == "memory.swap.in_use" ? "mem" : "";
}

std::vector<std::string> Checking<FaultFamily>::block_of(std::string_view query, const State& state) {
  using namespace process;
  if (query == "pages") return pages_block(state);
  if (query == "swap") return swap_block(state);
  if (query == "mem") return mem_block(state);
  const W pid = number_at_end(query);
  if (query.empty() || !exists(state, pid)) return {};
  if (query.starts_with("ptes ")) return ptes_block(state, pid);
  if (query.starts_with("maps ")) return maps_block(state, pid);
  if (query.starts_with("rss ")) return rss_block(state, pid);
  return mm_block(state, pid);
}

std::string Checking<FaultFamily>::place_in_words(std::string_view path, const State& state) {
  if (const auto process = process_at(path, state)) {
    const W pid = process->process.pid;
    const auto area = element_of("mm.areas", process->field);
    if (!area || area->number >= process->process.mm.areas.size() || area->rest.empty())
      return fmt::format("[pid {}] {}", pid, process->field);
    const auto& found = process->process.mm.areas[area->number];
    return fmt::format("[pid {}] {:08x}-{:08x}: {}", pid, found.vm_start, found.vm_end, area->rest.substr(1));
  }
  if (const auto entry = entry_at(path, state))
    return fmt::format("[pid {}] {:08x}: entry", entry->pid, entry->addr);
  if (const auto rss = element_of("memory.rss", path)) return fmt::format("[pid {}] rss", rss->number);
  if (const auto frame = element_of("memory.mem_map", path))
    return fmt::format("pfn {}: {}", frame->number, frame->rest.empty() ? "" : frame->rest.substr(1));
  if (const auto frame = element_of("memory.contents", path))
    return page_in_words("pfn", frame->number, frame->rest);
  if (const auto slot = element_of("memory.swap.swap_map", path))
    return fmt::format("slot {}: count", slot->number);
  if (const auto slot = element_of("memory.swap.contents", path))
    return page_in_words("slot", slot->number, slot->rest);
  return std::string(path);
}

std::string Checking<FaultFamily>::notation(const FaultFamily::Command& command) {
  return process::notation(command);
}
std::string Checking<FaultFamily>::notation(const FaultFamily::Command& command,
                                            const FaultFamily::Result& result) {
  return process::notation(command, result);
}
std::string Checking<FaultFamily>::notation(const FaultFamily::Effect& effect) {
  return process::notation(effect);
}
std::string Checking<FaultFamily>::boot_notation(const FaultFamily::Boot& boot, bool all_effects) {
  return process::boot_notation(boot, all_effects);
}

// ---- Mutants ----------------------------------------------------------------------------------------------------------------

std::unique_ptr<FaultSubject> Checking<FaultFamily>::make_mutable_implementation() {
  return make_mistaken_fault_subject();
}

std::span<const Mutant> Checking<FaultFamily>::mutants() { return fault_mutants; }

}  // namespace refmm
