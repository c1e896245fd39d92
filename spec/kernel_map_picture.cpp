#include <refmm/spec/kernel_map_picture.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

namespace refmm::kernel_map {
namespace {

using to_scale::Bytes;
using to_scale::counted;
using to_scale::size_of;
using Word = std::uint32_t;
using Lines = std::vector<std::string>;

constexpr Bytes end_of_addresses = Bytes{1} << 32;
constexpr std::size_t longest_list = 12;  // lines

void append(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

/// `1..3,7`. Ascending.
std::string runs_of(std::span<const Word> numbers) {
  std::string text;
  for (std::size_t first = 0, behind = 0; first != numbers.size(); first = behind) {
    for (behind = first + 1; behind != numbers.size() && numbers[behind] == numbers[behind - 1] + 1;) ++behind;
    text += fmt::format("{}{}", text.empty() ? "" : ",", numbers[first]);
    if (behind - first > 1) text += fmt::format("..{}", numbers[behind - 1]);
  }
  return text;
}

// ---- Page directories -----------------------------------------------------------------------------------------

constexpr std::size_t grid_columns = 32;
constexpr std::size_t most_grids = 8;
constexpr std::size_t fewest_left_out = 3;  // lines without an entry

/// Directories of which every slot has the same character.
struct Grid {
  std::string_view kind;  // "swapper", "pgd ", "quick list, pfn "
  std::vector<Word> numbers;
  std::string slots;

  std::string heading() const {
    const std::string text = std::string(kind) + runs_of(numbers);
    if (text.size() <= grid_columns + 2) return text;
    const std::string total = fmt::format(".. ({})", numbers.size());
    return text.substr(0, grid_columns + 2 - total.size()) + total;
  }
};

/// What an entry leads to: a table, a page of 4 MB, the stand-in table; a lower-case letter.
char letter_of(const Machine& machine, Word entry) {
  if ((entry & paging::PAGE_PSE) != 0) return 'm';
  return frame_of<Word>(machine, entry) == stand_in_table<Word> ? 's' : 'k';
}

char capital(char letter) { return static_cast<char>(letter - 'a' + 'A'); }

std::string slots_of_swapper(const Machine& machine, const Entries<Word>& swapper) {
  std::string slots(machine.entries_per_table, '.');
  for (const auto& [slot, entry] : swapper.written) slots[slot] = capital(letter_of(machine, entry));
  return slots;
}

std::string slots_of(const Machine& machine, const Entries<Word>& swapper, const Entries<Word>& directory) {
  std::string slots(machine.entries_per_table, '.');
  for (Word slot = 0; slot != machine.entries_per_table; ++slot) {
    const Word own = lookup(directory, slot), of_swapper = lookup(swapper, slot);
    if (slot < user_slots(machine)) {
      if (own != 0) slots[slot] = 'U';
    } else if (own != of_swapper) {
      slots[slot] = own == 0 ? '-' : '!';
    } else if (own != 0) {
      slots[slot] = letter_of(machine, own);
    }
  }
  return slots;
}

/// swapper_pg_dir, then what looks different of the others.
std::vector<Grid> grids_of(const Machine& machine, const State<Word>& state) {
  std::vector<Grid> grids{{"swapper", {}, slots_of_swapper(machine, state.swapper_pg_dir)}};
  const auto add = [&](std::string_view kind, Word number, const Entries<Word>& entries) {
    std::string slots = slots_of(machine, state.swapper_pg_dir, entries);
    const auto same =
        std::ranges::find_if(grids, [&](const Grid& grid) { return grid.kind == kind && grid.slots == slots; });
    if (same == grids.end())
      grids.push_back({kind, {number}, std::move(slots)});
    else
      same->numbers.push_back(number);
  };
  for (const Pgd<Word>& pgd : state.pgds) add("pgd ", pgd.number, pgd.entries);
  for (const Pgd<Word>& pgd : state.pgd_quicklist) add("quick list, pfn ", pgd.pfn, pgd.entries);
  return grids;
}

/// How many lines from slot `first` on are empty in all grids.
std::size_t empty_lines(std::span<const Grid> grids, std::size_t first) {
  std::size_t behind = grids.front().slots.size();
  for (const Grid& grid : grids) behind = std::min(behind, grid.slots.find_first_not_of('.', first));
  return (behind - first) / grid_columns;
}

/// One or two grids beside each other. Of many lines without an entry the size is given.
Lines side_by_side(std::span<const Grid> grids, Bytes bytes_of_slot) {
  constexpr std::size_t width = grid_columns + 4;  // with bars and a gap
  std::string heading(11, ' ');
  for (const Grid& grid : grids) heading += fmt::format("{:{}}", grid.heading(), width);
  Lines lines{heading.substr(0, heading.find_last_not_of(' ') + 1)};
  for (std::size_t first = 0; first < grids.front().slots.size(); first += grid_columns) {
    if (const std::size_t empty = empty_lines(grids, first); empty >= fewest_left_out) {
      const std::string size = size_of(empty * grid_columns * bytes_of_slot);
      lines.push_back(fmt::format("{:11}:{:^{}}:", "", size + " without an entry", width * grids.size() - 4));
      first += (empty - 1) * grid_columns;
      continue;
    }
    std::string line = fmt::format("  {:08x} ", first * bytes_of_slot);
    for (const Grid& grid : grids)
      line += fmt::format("{}|{}|", &grid == &grids.front() ? "" : "  ", grid.slots.substr(first, grid_columns));
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines directories(const Machine& machine, const State<Word>& state) {
  const Bytes bytes_of_slot = Bytes{machine.page_size} * machine.entries_per_table;
  std::vector<Grid> grids = grids_of(machine, state);
  std::span<const Grid> drawn = grids;
  Lines lines{fmt::format("Page directories: a character is a slot of {}, a line {}", size_of(bytes_of_slot),
                          size_of(grid_columns * bytes_of_slot))};
  for (drawn = drawn.first(std::min(drawn.size(), most_grids)); !drawn.empty();) {
    const std::size_t count = std::min<std::size_t>(drawn.size(), 2);
    append(lines, side_by_side(drawn.first(count), bytes_of_slot));
    drawn = drawn.subspan(count);
    if (!drawn.empty()) lines.emplace_back();
  }
  if (grids.size() > most_grids)
    lines.push_back(fmt::format("  (left out: directories that look like none of these, in {})",
                                counted(grids.size() - most_grids, "more way")));
  lines.emplace_back(
      "  of the kernel: K table, M page of 4M, S stand-in table; in lower case: shared, the entry of");
  lines.emplace_back("  swapper; - absent, a fault copies it; ! stale, not the entry of swapper; U user; . empty");
  return lines;
}

// ---- Areas ----------------------------------------------------------------------------------------------------

std::string description(const Machine& machine, const State<Word>& state, const VmStruct<Word>& area) {
  if (area.flags == AreaKind::vmalloc) return "vmalloc";
  const auto first = translation<Word>(machine, state, area.addr);
  return first ? fmt::format("ioremap of {:08x}", first->phys) : "ioremap, nothing mapped";
}

/// The areas from low to high.
std::vector<to_scale::Area> drawn_areas(const Machine& machine, const State<Word>& state) {
  std::vector<to_scale::Area> drawn;
  for (const VmStruct<Word>& area : state.vmlist) {
    const bool vmalloc = area.flags == AreaKind::vmalloc;
    drawn.push_back({.start = area.addr,
                     .end = std::min(Bytes{area.addr} + area.size, end_of_addresses),
                     .guard = std::min(area.size, machine.page_size),
                     .letter = vmalloc ? 'v' : 'i',
                     .access = "",
                     .what = description(machine, state, area),
                     .kind = ""});
  }
  std::ranges::stable_sort(drawn, {}, &to_scale::Area::start);
  return drawn;
}

Lines areas_to_scale(const Boot<Word>& boot, const std::vector<to_scale::Area>& areas) {
  const Machine& machine = boot.kernel.machine;
  const Bytes slot = Bytes{machine.page_size} * machine.entries_per_table;
  const Bytes start = vmalloc_start(boot), end = vmalloc_end(boot);
  Lines lines{fmt::format("Range for areas, {:08x}-{:08x}, {}: a column is {}", start, end, size_of(end - start),
                          size_of(slot))};
  std::vector<to_scale::Area> in_range;
  std::ranges::copy_if(areas, std::back_inserter(in_range),
                       [&](const to_scale::Area& area) { return area.start >= start; });
  append(lines, to_scale::strip(in_range, start / slot * slot, end_of_addresses, slot));
  lines.emplace_back("  v vmalloc, i ioremap, - guard pages; a capital: all of the column is of areas");
  if (boot.config == Config::highmem)
    lines.push_back(fmt::format("  (the window for high frames begins at {:08x})", Bytes{machine.pkmap_base}));
  if (!areas.empty()) lines.emplace_back();
  append(lines, to_scale::drawings(areas, machine.page_size));
  return lines;
}

// ---- What should not be ---------------------------------------------------------------------------------------

struct Pages {
  Bytes start, end;
};

/// True if a page of the kernel's half may be mapped without an area: the direct mapping, and the window for high frames.
bool needs_no_area(const Boot<Word>& boot, Word addr) {
  const Machine& machine = boot.kernel.machine;
  if (addr < vmalloc_start(boot)) return true;
  return boot.config == Config::highmem &&
         slot_of<Word>(machine, addr) == slot_of<Word>(machine, machine.pkmap_base);
}

/// Pages that swapper_pg_dir maps in the range for areas though they are of none. Defects leave them behind.
std::vector<Pages> without_an_area(const Boot<Word>& boot, const State<Word>& state,
                                   std::span<const to_scale::Area> areas) {
  const Machine& machine = boot.kernel.machine;
  std::vector<Pages> found;
  Bytes areas_up_to = 0;
  for (const auto& [slot, pde] : state.swapper_pg_dir.written) {
    const Table<Word>* table =
        (pde & paging::PAGE_PSE) == 0 ? table_in(state, frame_of<Word>(machine, pde)) : nullptr;
    if (table == nullptr) continue;
    for (const auto& [page, entry] : table->entries.written) {
      const Word addr = (slot * machine.entries_per_table + page) * machine.page_size;
      for (; !areas.empty() && areas.front().start <= addr; areas = areas.subspan(1))
        areas_up_to = std::max(areas_up_to, areas.front().end);
      if (needs_no_area(boot, addr) || addr < areas_up_to) continue;
      if (found.empty() || found.back().end != addr) found.push_back({addr, addr});
      found.back().end += machine.page_size;
    }
  }
  return found;
}

/// The lines, as far as they are not too many.
Lines shortened(Lines lines) {
  if (lines.size() <= longest_list) return lines;
  const std::size_t more = lines.size() - longest_list + 1;
  lines.resize(longest_list - 1);
  lines.push_back(fmt::format("  (and {} more)", more));
  return lines;
}

Lines leftovers(const std::vector<Pages>& pages) {
  Lines lines;
  for (const auto& [start, end] : pages)
    lines.push_back(fmt::format("  {:08x}-{:08x} {:>6}", start, end, size_of(end - start)));
  return shortened(std::move(lines));
}

Lines stale_translations(const Machine& machine, const State<Word>& state) {
  Lines lines;
  for (const auto& [page, entry] : state.stale)
    lines.push_back(fmt::format("  {:08x} frame {}", page, frame_of<Word>(machine, entry)));
  return shortened(std::move(lines));
}

}  // namespace

std::vector<std::string> picture(const Boot<Word>& boot, const State<Word>& state) {
  const Machine& machine = boot.kernel.machine;
  const auto areas = drawn_areas(machine, state);
  const auto directories_of = [](std::size_t count) {
    return fmt::format("{} director{}", count, count == 1 ? "y" : "ies");
  };
  Lines lines{fmt::format("{}, {} of processes; {} of {} frames free", counted(areas.size(), "area"),
                          directories_of(state.pgds.size()), free_frames(boot, state), num_physpages(boot)),
              fmt::format("on the quick lists {} and {}", directories_of(state.pgd_quicklist.size()),
                          counted(state.pte_quicklist.size(), "table"))};
  lines.emplace_back();
  append(lines, directories(machine, state));
  lines.emplace_back();
  append(lines, areas_to_scale(boot, areas));
  if (const auto pages = without_an_area(boot, state, areas); !pages.empty()) {
    lines.insert(lines.end(), {"", "Mapped without an area:"});
    append(lines, leftovers(pages));
  }
  if (!state.stale.empty()) {
    lines.insert(lines.end(), {"", "The processor may still use, though the tables have lost it:"});
    append(lines, stale_translations(machine, state));
  }
  return lines;
}

}  // namespace refmm::kernel_map
