#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/tests/kernel_map_check.hpp>
#include <refmm/tests/kernel_map_mutants.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <system_error>

namespace refmm {

namespace {

using W = std::uint32_t;
using State = KernelMapFamily::State;

constexpr W page = i386_2_4_0.page_size;
constexpr W slot_bytes = page * i386_2_4_0.entries_per_table;

/// `pgds[1].entries[786]`: 1 and `.entries[786]` of `pgds`.
struct Element {
  std::size_t position;
  std::string_view rest;
};

std::optional<Element> element_of(std::string_view list, std::string_view path) {
  if (!path.starts_with(list) || !path.substr(list.size()).starts_with('[')) return std::nullopt;
  const char* const begin = path.data() + list.size() + 1;
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(begin, path.data() + path.size(), position);
  const std::string_view rest(end, static_cast<std::size_t>(path.data() + path.size() - end));
  if (error != std::errc{} || !rest.starts_with(']')) return std::nullopt;
  return Element{position, rest.substr(1)};
}

/// The page that the entry at `path` maps, through swapper_pg_dir; nothing if the path leads to no entry of such a table.
std::optional<W> page_behind(std::string_view path, const State& state) {
  const auto table = element_of("tables", path);
  if (!table || table->position >= state.tables.size()) return std::nullopt;
  const auto entry = element_of(".entries", table->rest);
  if (!entry) return std::nullopt;
  for (const auto& [slot, pde] : state.swapper_pg_dir.written) {
    if (!(pde & paging::PAGE_PSE) && pde / page == state.tables[table->position].pfn)
      return slot * slot_bytes + static_cast<W>(entry->position) * page;
  }
  return std::nullopt;
}

W number_at_end(std::string_view query) {
  W number = 0;
  const std::string_view digits = query.substr(query.rfind(' ') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// A machine that has every frame, for blocks about one of them.
constexpr KernelMapFamily::Boot with_all_frames{.kernel = kernel_map::corrected,
                                                .ram_pages = ~W{0},
                                                .highmem_pages = 0,
                                                .first_free = 0,
                                                .pse = true,
                                                .pge = true,
                                                .config = kernel_map::Config::up};

}  // namespace

std::string Checking<KernelMapFamily>::query_that_shows(const Finding& finding, const State& state) {
  if (finding.kind != Finding::Kind::state) return "";
  const std::string_view path = finding.difference.path;
  // No block shows which number a list element has.
  if (path.starts_with("vmlist")) return path.ends_with(".obj") ? "" : "vmlist";
  if (path.starts_with("swapper_pg_dir")) return "pde swapper";
  if (path.starts_with("pgd_quicklist") || path.starts_with("pte_quicklist") || path == "pgtable_cache_size")
    return path.find("].entries") == path.npos ? "cache" : "";
  if (const auto addr = page_behind(path, state)) return fmt::format("map 0x{:08x}-0x{:08x}", *addr, *addr + page);
  if (const auto pgd = element_of("pgds", path); pgd && pgd->position < state.pgds.size() && !pgd->rest.empty())
    return pgd->rest.starts_with(".entries") ? fmt::format("pde pgd {}", state.pgds[pgd->position].number)
                                             : "pgds";
  // How many there have been so far is in no block.
  if (path == "pgds" || element_of("pgds", path)) return "pgds";
  if (const auto frame = element_of("frames", path)) return fmt::format("frame {}", frame->position);
  return "";
}

std::vector<std::string> Checking<KernelMapFamily>::block_of(std::string_view query, const State& state) {
  using namespace kernel_map;
  if (query == "vmlist") return vmlist_block(state);
  if (query == "pde swapper") return pde_block(i386_2_4_0, state.swapper_pg_dir);
  if (query == "cache") return cache_block(state);
  if (query == "pgds") return pgds_block(state);
  if (query.starts_with("frame ")) return frame_block(with_all_frames, state, number_at_end(query));
  if (query.starts_with("pde pgd ")) {
    const auto* pgd = pgd_numbered(state, number_at_end(query));
    return pgd ? pde_block(i386_2_4_0, pgd->entries) : std::vector<std::string>{};
  }
  constexpr std::string_view map = "map 0x";
  if (!query.starts_with(map)) return {};
  W first = 0;
  std::from_chars(query.data() + map.size(), query.data() + query.size(), first, 16);
  return map_block(i386_2_4_0, state, first, first + page);
}

std::string Checking<KernelMapFamily>::place_in_words(std::string_view path, const State& state) {
  if (const auto area = element_of("vmlist", path);
      area && area->position < state.vmlist.size() && area->rest.starts_with('.')) {
    const auto& found = state.vmlist[area->position];
    return fmt::format("{:08x}-{:08x}: {}", found.addr, found.addr + found.size, area->rest.substr(1));
  }
  if (const auto pgd = element_of("pgds", path);
      pgd && pgd->position < state.pgds.size() && pgd->rest.starts_with('.'))
    return fmt::format("pgd {}: {}", state.pgds[pgd->position].number, pgd->rest.substr(1));
  if (const auto addr = page_behind(path, state)) return fmt::format("page {:08x}: entry", *addr);
  return std::string(path);
}

std::string Checking<KernelMapFamily>::notation(const KernelMapFamily::Command& command) {
  return kernel_map::notation(command);
}
std::string Checking<KernelMapFamily>::notation(const KernelMapFamily::Command&,
                                                const KernelMapFamily::Result& result) {
  return kernel_map::notation(result);
}
std::string Checking<KernelMapFamily>::notation(const KernelMapFamily::Effect& effect) {
  return kernel_map::notation(effect);
}
std::string Checking<KernelMapFamily>::boot_notation(const KernelMapFamily::Boot& boot, bool all_effects) {
  return kernel_map::boot_notation(boot, all_effects);
}

std::span<const Mutant> Checking<KernelMapFamily>::mutants() { return kernel_map_mutants; }

}  // namespace refmm
