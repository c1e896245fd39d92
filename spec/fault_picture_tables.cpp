#include <refmm/spec/fault_picture_runs.hpp>
#include <refmm/spec/fault_picture_tables.hpp>
#include <refmm/spec/process_state.hpp>
#include <refmm/spec/to_scale.hpp>
#include <refmm/spec/vma_notation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using Lines = std::vector<std::string>;
using ProcessesBeside = std::span<const Process<Word>>;

constexpr std::size_t columns_of_line = 100;
constexpr std::size_t longest_table = 160;  // lines
constexpr Word windows = fault::as_built.machine().task_size / window_size;
constexpr Word entries_per_table = fault::as_built.machine().entries_per_table;

/// What a process has at an address.
struct Cell {
  Phrase name{};
  std::string flags{};

  friend bool operator==(const Cell&, const Cell&) = default;
};

/// What all processes have there.
struct Row {
  Phrase name;
  std::vector<Cell> cells{};
  std::string area{};

  bool is_followed_by(const Row& other, Word further) const {
    if (later(name, further) != other.name || area != other.area) return false;
    return std::ranges::equal(cells, other.cells, [&](const Cell& cell, const Cell& next) {
      return Cell{later(cell.name, further), cell.flags} == next;
    });
  }
};

/// Rows that are alike but for their numbers.
struct Run {
  Row first;
  Word count;
};

// ---- Cells ----------------------------------------------------------------------------------------------------

/// `rwuad`; a letter is `-` where the flag is not set, and `n` where there is a page that nobody may access.
std::string flags_text(Word entry) {
  constexpr std::array<std::pair<Word, char>, 4> others{
      {{fault::PAGE_RW, 'w'}, {fault::PAGE_USER, 'u'}, {fault::PAGE_ACCESSED, 'a'}, {fault::PAGE_DIRTY, 'd'}}};
  std::string text((entry & fault::PAGE_PRESENT) != 0 ? "r" : "n");
  for (const auto& [flag, letter] : others) text += (entry & flag) != 0 ? letter : '-';
  return text;
}

std::string_view mark_of(Sharing sharing) {
  switch (sharing) {
    case Sharing::alone:
      return "";
    case Sharing::shared:
      return " =";
    case Sharing::copied:
      return " c";
    case Sharing::unlawful:
      break;
  }
  return " !";
}

/// Here frames are what is spoken of, and there is little room.
Phrase frame_phrase(Word pfn) {
  if (pfn == fault::ZERO_PAGE) return {"zero"};
  if (pfn > fault::ZERO_PAGE) return {"bad"};
  return {Number{pfn}};
}

/// What the areas permit, and of what: `rw-p`, `r--s file1`. Where those of the processes differ, all of it.
std::string areas_text(const Drawn& drawn, std::span<const Place> places) {
  std::string text;
  std::vector<std::string> said;
  for (const Place& place : places) {
    const auto* area = area_at(process_of(drawn.state, place.pid), place.addr);
    std::string is = area == nullptr ? "none" : vma::access_notation(area->vm_flags);
    const Word object = area == nullptr ? fault::none : object_of(drawn.state, *area);
    if (object != fault::none) is += ' ' + object_notation(drawn.state, object);
    if (std::ranges::find(said, is) != said.end()) continue;
    text += fmt::format("{}{}", said.empty() ? "" : "/", is);
    said.push_back(std::move(is));
  }
  return text;
}

Cell cell_of(const Drawn& drawn, const Place& place) {
  if (!is_for_frame(place.entry)) {
    const bool has_area = area_at(process_of(drawn.state, place.pid), place.addr) != nullptr;
    return {{"slot ", Number{slot_in(place.entry)}}, has_area ? "" : "!"};
  }
  const Word pfn = frame_in(place.entry);
  const Sharing sharing = sharing_of(drawn.kernel, drawn.state, drawn.of_frame(pfn), place);
  return {frame_phrase(pfn), flags_text(place.entry) + std::string(mark_of(sharing))};
}

// ---- Rows -----------------------------------------------------------------------------------------------------

Word table_of(const Drawn& drawn, Word pid, Word window) {
  return frame_in(lookup(drawn.state.memory.pgds, pid, window));
}

/// The page tables of one window, of all processes beside each other.
class Window {
 public:
  Window(const Drawn& drawn, ProcessesBeside processes, Word window)
      : drawn_(drawn), processes_(processes), window_(window) {
    for (const Process<Word>& process : processes) {
      tables_.push_back(table_of(drawn, process.pid, window));
      entries_.push_back(lookup(drawn.state.memory.tables, tables_.back()));
    }
  }

  bool has_tables() const {
    return std::ranges::any_of(tables_, [](Word table) { return table != fault::none; });
  }

  std::vector<Row> rows() const {
    Row tables{{fmt::format("{:08x} table", window_ * window_size)}};
    for (const Word table : tables_)
      tables.cells.push_back({table == fault::none ? Phrase{"-"} : frame_phrase(table), ""});
    std::vector<Row> rows{std::move(tables)};
    for (Word index = 0; index != entries_per_table; ++index) {
      if (is_shown(index)) rows.push_back(row(index));
    }
    return rows;
  }

 private:
  /// The entry; 0 also where the table that stands in has an entry for the bad page.
  Word entry(std::size_t process, Word index) const {
    const Word entry = lookup(entries_[process], index);
    const bool stands_in = tables_[process] == fault::BAD_PAGETABLE && frame_in(entry) == fault::BAD_PAGE;
    return tables_[process] == fault::none || stands_in ? 0 : entry;
  }

  bool is_shown(Word index) const {
    for (std::size_t process = 0; process != processes_.size(); ++process) {
      if (entry(process, index) != 0) return true;
    }
    return false;
  }

  Row row(Word index) const {
    const Word addr = window_ * window_size + index * page_size;
    Row row{{PageAddress{addr}}};
    std::vector<Place> places;
    for (std::size_t process = 0; process != processes_.size(); ++process) {
      const Word found = entry(process, index);
      if (found != 0) {
        places.push_back({processes_[process].pid, addr, found});
        row.cells.push_back(cell_of(drawn_, places.back()));
      } else {
        row.cells.push_back({{tables_[process] == fault::none ? "" : "."}, ""});
      }
    }
    row.area = areas_text(drawn_, places);
    return row;
  }

  const Drawn& drawn_;
  ProcessesBeside processes_;
  Word window_;
  std::vector<Word> tables_{};
  std::vector<paging::Entries<Word>> entries_{};
};

/// `2 pages`, or where the process has another number of them in its tables `2 pages, 1 found ?`.
std::string rss_text(const Drawn& drawn, Word pid) {
  const Word rss = lookup(drawn.state.memory.rss, pid), found = pages_of(drawn.state, pid);
  return to_scale::counted(rss, "page") + (rss == found ? "" : fmt::format(", {} found ?", found));
}

std::vector<Run> runs_of(const Drawn& drawn, ProcessesBeside processes) {
  Row heading{{""}, {}, "area"}, directories{{"directory"}}, rss{{"rss"}};
  for (const Process<Word>& process : processes) {
    heading.cells.push_back({{fmt::format("pid {}", process.pid)}, ""});
    directories.cells.push_back({frame_phrase(process.pgd), ""});
    rss.cells.push_back({{rss_text(drawn, process.pid)}, ""});
  }
  std::vector<Run> runs{{std::move(heading), 1}, {std::move(directories), 1}, {std::move(rss), 1}};
  for (Word window = 0; window != windows; ++window) {
    const Window tables(drawn, processes, window);
    if (!tables.has_tables()) continue;
    for (Row& row : tables.rows()) {
      if (runs.back().first.is_followed_by(row, runs.back().count))
        ++runs.back().count;
      else
        runs.push_back({std::move(row), 1});
    }
  }
  return runs;
}

// ---- Lines ----------------------------------------------------------------------------------------------------

/// A column of the rows: names and flags stand below each other.
struct Column {
  std::size_t names = 0, flags = 0;

  void fit(const Cell& cell, Word count) {
    // What has no flags may reach into their column.
    if (!cell.flags.empty()) names = std::max(names, text_of(cell.name, count).size() + 1);
    flags = std::max(flags, cell.flags.size());
  }
  std::string text(const Cell& cell, Word count) const {
    return fmt::format("{:<{}}{}", text_of(cell.name, count), names, cell.flags);
  }
};

Lines lines_of(const std::vector<Run>& runs) {
  std::size_t names = 0;
  std::vector<Column> columns(runs.front().first.cells.size());
  for (const auto& [row, count] : runs) {
    names = std::max(names, text_of(row.name, count).size());
    for (std::size_t i = 0; i != columns.size(); ++i) columns[i].fit(row.cells[i], count);
  }
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i != columns.size(); ++i) {
    widths.push_back(0);
    for (const auto& [row, count] : runs)
      widths[i] = std::max(widths[i], columns[i].text(row.cells[i], count).size());
  }
  Lines lines;
  for (const auto& [row, count] : runs) {
    std::string line = fmt::format("  {:<{}}", text_of(row.name, count), names);
    for (std::size_t i = 0; i != columns.size(); ++i)
      line += fmt::format("  {:<{}}", columns[i].text(row.cells[i], count), widths[i]);
    line += fmt::format("  {}", row.area);
    line.resize(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

/// The lines of the first processes, as many as there is room for, and how many they are.
std::pair<Lines, std::size_t> beside_each_other(const Drawn& drawn, ProcessesBeside processes) {
  for (std::size_t count = processes.size();; --count) {
    Lines lines = lines_of(runs_of(drawn, processes.first(count)));
    if (count == 1 || std::ranges::max(lines, {}, &std::string::size).size() <= columns_of_line)
      return {std::move(lines), count};
  }
}

/// What is in the lines, as far as it occurs.
Lines legend(const Lines& lines) {
  std::vector<std::string> meanings{"rwuad: present, writable, for user mode, accessed, dirty"};
  const auto add = [&](std::string_view mark, std::string_view meaning) {
    const auto occurs = [&](const std::string& line) { return (line + "  ").find(mark) != std::string::npos; };
    if (std::ranges::any_of(lines, occurs)) meanings.emplace_back(meaning);
  };
  add(" n-", "n: there, but nobody may access it");
  add(" -  ", "-: no table");
  add(" .  ", ".: no entry");
  add(" c ", "c: a write gets a copy");
  add(" = ", "=: other entries lead to it, too");
  add("! ", "!: its area does not permit this, or there is none");
  add(" bad", "bad: BAD_PAGETABLE, BAD_PAGE");
  return legend_lines(meanings, "; ");
}

}  // namespace

Lines page_tables(const Drawn& drawn) {
  Lines lines{"Page tables, their frames by number"};
  for (ProcessesBeside processes = drawn.state.processes; !processes.empty();) {
    if (lines.size() > 1) lines.emplace_back();
    auto [more, count] = beside_each_other(drawn, processes);
    if (more.size() > longest_table) {
      const std::size_t left_out = more.size() - longest_table + 1;
      more.resize(longest_table - 1);
      more.push_back(fmt::format("  (and {} more lines)", left_out));
    }
    lines.insert(lines.end(), more.begin(), more.end());
    processes = processes.subspan(count);
  }
  const Lines meanings = legend(lines);
  lines.insert(lines.end(), meanings.begin(), meanings.end());
  return lines;
}

}  // namespace refmm::process
