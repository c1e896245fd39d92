#include <refmm/spec/to_scale.hpp>

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace refmm::to_scale {

Bytes rounded_up(Bytes address, Bytes unit) { return (address + unit - 1) / unit * unit; }

std::string size_of(Bytes bytes) {
  constexpr Bytes K = 1024, M = K * 1024, G = M * 1024;
  const auto in = [&](Bytes unit, char name, int decimals) {
    return bytes % unit == 0
               ? fmt::format("{}{}", bytes / unit, name)
               : fmt::format("{:.{}f}{}", static_cast<double>(bytes) / static_cast<double>(unit), decimals, name);
  };
  if (bytes >= G) return in(G, 'G', 2);
  return bytes >= 10 * M || (bytes >= M && bytes % M == 0) ? in(M, 'M', 1) : in(K, 'K', 1);
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

namespace {

// ---- Columns --------------------------------------------------------------------------------------------------

/// Areas over columns that stand for `unit` bytes each, from `start` on, a multiple of it.
class Columns {
 public:
  Columns(std::span<const Area> areas, Bytes start, Bytes end, Bytes unit)
      : start_(start), unit_(unit), columns_(static_cast<std::size_t>((end - start) / unit)) {
    for (const Area& area : areas) add(area);
  }

  std::string letters(std::size_t first, std::size_t count) const {
    std::string text;
    for (std::size_t column = first; column < std::min(first + count, columns_.size()); ++column)
      text += letter(columns_[column]);
    text.resize(count, ' ');
    return text;
  }

  /// How much is mapped in these columns.
  Bytes mapped(std::size_t first, std::size_t count) const {
    Bytes all = 0;
    for (std::size_t column = first; column < std::min(first + count, columns_.size()); ++column)
      all += mapped_in(columns_[column]);
    return all;
  }

  bool is_empty(std::size_t first, std::size_t count) const {
    return letters(first, count).find_first_not_of(". ") == std::string::npos;
  }

 private:
  struct Column {
    std::array<Bytes, 26> mapped{};  // by letter
    Bytes guard = 0;
    bool pageless = false;
  };

  void add(const Area& area) {
    if (columns_.empty()) return;
    if (area.start == area.end)
      columns_[std::min<std::size_t>((area.start - start_) / unit_, columns_.size() - 1)].pageless = true;
    const auto letter = static_cast<std::size_t>(area.letter - 'a');
    add(area.start, area.end - area.guard, [&](Column& column) -> Bytes& { return column.mapped[letter]; });
    add(area.end - area.guard, area.end, [](Column& column) -> Bytes& { return column.guard; });
  }

  void add(Bytes from, Bytes end, const auto& bytes_of) {
    while (from < end) {
      const Bytes column = (from - start_) / unit_, to = std::min(end, start_ + (column + 1) * unit_);
      bytes_of(columns_[column]) += to - from;
      from = to;
    }
  }

  static Bytes mapped_in(const Column& column) {
    return std::accumulate(column.mapped.begin(), column.mapped.end(), Bytes{0});
  }

  char letter(const Column& column) const {
    if (column.pageless) return '!';
    const Bytes mapped = mapped_in(column);
    if (mapped == 0) return column.guard == 0 ? '.' : '-';
    const auto most = std::ranges::max_element(column.mapped) - column.mapped.begin();
    return static_cast<char>((mapped + column.guard >= unit_ ? 'A' : 'a') + most);
  }

  Bytes start_, unit_;
  std::vector<Column> columns_;
};

// ---- Drawings of a range --------------------------------------------------------------------------------------

constexpr std::size_t strip_columns = 64;
constexpr std::size_t longest_strip = 32;  // lines
constexpr std::size_t longest_list = 48;   // lines
constexpr std::size_t bar_columns = 36;

}  // namespace

std::vector<std::string> strip(std::span<const Area> areas, Bytes start, Bytes end, Bytes unit) {
  const Columns columns(areas, start, end, unit);
  const Bytes line_bytes = unit * strip_columns;
  const auto count = static_cast<std::size_t>((end - start) / unit);
  std::vector<std::string> lines;
  Bytes empty = 0;
  const auto leave_out = [&] {
    if (empty == 0) return;
    lines.push_back(fmt::format("{:11}:{:^64}:", "", size_of(empty) + " without an area"));
    empty = 0;
  };
  for (std::size_t first = 0; first < count; first += strip_columns) {
    const Bytes line_start = start + first * unit;
    if (columns.is_empty(first, strip_columns)) {
      empty += std::min(line_bytes, end - line_start);
      continue;
    }
    leave_out();
    const auto in_line = std::ranges::count_if(areas, [&](const Area& area) {
      return area.start < line_start + line_bytes && (area.end > line_start || area.start >= line_start);
    });
    lines.push_back(fmt::format("  {:08x} |{}| {}, {}", line_start, columns.letters(first, strip_columns),
                                counted(static_cast<std::size_t>(in_line), "area"),
                                size_of(columns.mapped(first, strip_columns))));
  }
  leave_out();
  return lines;
}

namespace {

/// A line of a list: where, how large, what may be done, what it is, and where that lies in its group.
std::string list_line(Bytes start, Bytes end, const std::string& size, const std::string& access,
                      const std::string& what, const std::string& bar) {
  constexpr std::size_t widest = 28;
  const std::string cut = what.size() <= widest ? what : what.substr(0, widest - 2) + "..";
  return fmt::format("  {:08x}-{:08x} {:>6} {:4} {:<28} |{}|", start, end, size, access, cut, bar);
}

/// How many areas from the first on are alike and equally far apart; 1 if that is not worth a line of its own.
std::size_t series(std::span<const Area> areas) {
  constexpr std::size_t shortest = 4;
  std::size_t count = 1;
  while (count < areas.size() && areas[count].alike(areas[0]) && areas[count].start >= areas[count - 1].end &&
         areas[count].start - areas[count - 1].end == areas[1].start - areas[0].end)
    ++count;
  return count < shortest ? 1 : count;
}

/// A line for each area, each series and each hole.
class List {
 public:
  List(std::span<const Area> areas, Bytes start, Bytes end, Bytes unit) : start_(start), end_(end), unit_(unit) {
    Bytes mapped_up_to = areas.front().start;
    while (!areas.empty() && lines_.size() <= longest_list) {
      if (areas.front().start > mapped_up_to) hole(mapped_up_to, areas.front().start);
      const std::size_t count = series(areas);
      add(areas.first(count), areas.front().start < mapped_up_to ? ", overlaps" : "");
      mapped_up_to = std::max(mapped_up_to, areas[count - 1].end);
      areas = areas.subspan(count);
    }
  }

  /// The lines; none if they are too many.
  std::optional<std::vector<std::string>> lines() const {
    return lines_.size() > longest_list ? std::nullopt : std::optional(lines_);
  }

 private:
  void hole(Bytes from, Bytes to) {
    lines_.push_back(list_line(from, to, size_of(to - from), "", "hole", bar({})));
  }

  void add(std::span<const Area> alike, std::string_view remark) {
    const Area& first = alike.front();
    std::string what = first.what;
    if (alike.size() > 1) {
      const Bytes gap = alike[1].start - first.end;
      what = fmt::format("{} of {}{} {}", alike.size(), size_of(first.end - first.start),
                         gap == 0 ? "" : fmt::format(" +{}", size_of(gap)), what);
    }
    what += remark;
    lines_.push_back(list_line(first.start, alike.back().end, size_of(alike.size() * (first.end - first.start)),
                               first.access, what, bar(alike)));
  }

  std::string bar(std::span<const Area> areas) const {
    return Columns(areas, start_, end_, unit_).letters(0, static_cast<std::size_t>((end_ - start_) / unit_));
  }

  Bytes start_, end_, unit_;
  std::vector<std::string> lines_;
};

// ---- Groups of areas that lie close together ------------------------------------------------------------------

using Group = std::span<const Area>;

Bytes end_of(Group group) {
  Bytes end = group.front().end;
  for (const Area& area : group) end = std::max(end, area.end);
  return end;
}

/// The largest hole between the areas of a group: its size, and how many areas lie below it.
struct Hole {
  Bytes size;
  std::size_t below;
};

Hole largest_hole(Group group) {
  Hole largest{0, 0};
  Bytes mapped_up_to = group.front().end;
  for (std::size_t i = 1; i < group.size(); ++i) {
    if (group[i].start > mapped_up_to && group[i].start - mapped_up_to > largest.size)
      largest = {group[i].start - mapped_up_to, i};
    mapped_up_to = std::max(mapped_up_to, group[i].end);
  }
  return largest;
}

/// Cuts the areas into groups, at the largest holes first, wherever a hole takes more than half of its group.
std::vector<Group> groups_of(std::span<const Area> areas) {
  constexpr std::size_t most_groups = 10;
  std::vector<Group> groups{areas};
  while (groups.size() < most_groups) {
    std::size_t cut = groups.size();
    Hole at{0, 0};
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const Hole hole = largest_hole(groups[i]);
      if (hole.size > at.size && hole.size > (end_of(groups[i]) - groups[i].front().start) / 2) {
        cut = i;
        at = hole;
      }
    }
    if (cut == groups.size()) break;
    const Group whole = groups[cut];
    groups[cut] = whole.first(at.below);
    groups.insert(groups.begin() + static_cast<std::ptrdiff_t>(cut) + 1, whole.subspan(at.below));
  }
  return groups;
}

/// The smallest scale, a power of two of pages a column, at which start..end takes no more than `columns`.
Bytes scale(Bytes start, Bytes end, Bytes page_size, std::size_t columns) {
  Bytes unit = page_size;
  while ((rounded_up(end, unit) - start / unit * unit) / unit > columns) unit *= 2;
  return unit;
}

std::vector<std::string> drawing(Group group, Bytes page_size) {
  const Bytes start = group.front().start, end = std::max(end_of(group), start + page_size);
  const auto heading = [&](Bytes unit) {
    return fmt::format("{:08x}-{:08x}, {}: a column is {}", start, end_of(group), counted(group.size(), "area"),
                       size_of(unit));
  };
  const auto drawn_from = [&](Bytes unit) { return start / unit * unit; };
  Bytes unit = scale(start, end, page_size, bar_columns);
  const List list(group, drawn_from(unit), rounded_up(end, unit), unit);
  std::vector<std::string> lines;
  if (const auto listed = list.lines()) {
    lines.push_back(heading(unit));
    lines.insert(lines.end(), listed->begin(), listed->end());
    return lines;
  }
  // Lines begin at multiples of their length, so one more than fits exactly may be needed.
  unit = scale(start, end, page_size, strip_columns * (longest_strip - 1));
  lines.push_back(heading(unit));
  const auto drawn =
      strip(group, start / (unit * strip_columns) * (unit * strip_columns), rounded_up(end, unit), unit);
  lines.insert(lines.end(), drawn.begin(), drawn.end());
  return lines;
}

}  // namespace

std::vector<std::string> drawings(std::span<const Area> areas, Bytes page_size) {
  if (areas.empty()) return {};
  std::vector<std::string> lines;
  Bytes mapped_up_to = 0;
  for (const Group group : groups_of(areas)) {
    if (!lines.empty()) lines.emplace_back();
    if (group.front().start > mapped_up_to && mapped_up_to != 0) {
      lines.push_back(fmt::format("{:08x}-{:08x}, a hole of {}", mapped_up_to, group.front().start,
                                  size_of(group.front().start - mapped_up_to)));
      lines.emplace_back();
    }
    const auto drawn = drawing(group, page_size);
    lines.insert(lines.end(), drawn.begin(), drawn.end());
    mapped_up_to = std::max(mapped_up_to, end_of(group));
  }
  return lines;
}

// ---- Colours --------------------------------------------------------------------------------------------------

namespace {

fmt::terminal_color on_terminal(Colour colour) {
  switch (colour) {
    case Colour::red:
      return fmt::terminal_color::red;
    case Colour::green:
      return fmt::terminal_color::green;
    case Colour::yellow:
      return fmt::terminal_color::yellow;
    case Colour::blue:
      return fmt::terminal_color::bright_blue;
    case Colour::magenta:
      return fmt::terminal_color::magenta;
    case Colour::cyan:
      return fmt::terminal_color::cyan;
  }
  return fmt::terminal_color::white;
}

const Ink* ink_of(char letter, std::span<const Ink> inks) {
  const auto found =
      std::ranges::find_if(inks, [&](const Ink& ink) { return ink.letters.find(letter) != ink.letters.npos; });
  return found == inks.end() ? nullptr : &*found;
}

}  // namespace

std::string coloured(std::string_view line, std::span<const Ink> inks) {
  std::string text;
  bool between_bars = false;
  while (!line.empty()) {
    const Ink* ink = between_bars ? ink_of(line.front(), inks) : nullptr;
    const std::size_t alike = ink == nullptr ? 1 : std::min(line.find_first_not_of(ink->letters), line.size());
    if (line.front() == '|') between_bars = !between_bars;
    text += ink == nullptr ? std::string(line.substr(0, 1))
                           : fmt::format(fmt::fg(on_terminal(ink->colour)), "{}", line.substr(0, alike));
    line.remove_prefix(alike);
  }
  return text;
}

}  // namespace refmm::to_scale
