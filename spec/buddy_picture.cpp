#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_picture.hpp>
#include <refmm/spec/buddy_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace refmm::buddy {
namespace {

using Word = std::uint32_t;

constexpr std::size_t most_columns = 64;
constexpr std::size_t most_names = 26;  // columns for the blocks of a list by their numbers

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// ---- Frames ---------------------------------------------------------------------------------------------------

/// How a frame is drawn by itself.
enum class Use { free, in_use, reserved, on_two_lists };

std::vector<Use> uses_of(const State<Word>& state) {
  std::vector<Use> uses(state.zone_pages);
  for (std::size_t i = 0; i != uses.size(); ++i)
    uses[i] = (state.pages[i].flags & PG_reserved) != 0 ? Use::reserved : Use::in_use;
  std::vector<bool> is_free(uses.size());
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    for (const Word pfn : state.free_area[order].free_list) {
      const std::size_t first = position_of(state, pfn);
      for (std::size_t i = first; i < std::min<std::size_t>(first + frames_in_block(order), uses.size()); ++i) {
        uses[i] = is_free[i] ? Use::on_two_lists : Use::free;
        is_free[i] = true;
      }
    }
  }
  return uses;
}

char letter(Use use) {
  switch (use) {
    case Use::free:
      return '.';
    case Use::in_use:
      return '#';
    case Use::reserved:
      return 'r';
    case Use::on_two_lists:
      break;
  }
  return '!';
}

/// The columns of all frames: the letter of a column's frames where they are alike, else `+`; `!` if one of them is on two lists.
std::string columns_of(const std::vector<Use>& uses, std::size_t unit) {
  std::string text;
  for (std::size_t first = 0; first < uses.size(); first += unit) {
    const auto begin = uses.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(unit, uses.size() - first));
    const bool is_damaged = std::find(begin, end, Use::on_two_lists) != end;
    const bool alike = std::all_of(begin, end, [&](Use use) { return use == *begin; });
    text += is_damaged ? '!' : alike ? letter(*begin) : '+';
  }
  return text;
}

// ---- Blocks ---------------------------------------------------------------------------------------------------

/// The columns of the blocks of one order: `[==]` where a block takes several, `o` where it takes one, and where several share one
/// their number.
std::string columns_of(const State<Word>& state, std::uint32_t order, std::size_t unit, std::size_t columns) {
  const std::size_t frames = frames_in_block(order);
  std::string text(columns, ' ');
  for (const Word pfn : state.free_area[order].free_list) {
    const std::size_t first = position_of(state, pfn) / unit;
    if (frames < unit) {
      char& shared = text[first];
      shared = shared == ' ' ? '1' : shared == '9' || shared == '*' ? '*' : static_cast<char>(shared + 1);
    } else if (frames == unit) {
      text[first] = 'o';
    } else {
      const std::size_t last = std::min(first + frames / unit, columns) - 1;
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(first),
                text.begin() + static_cast<std::ptrdiff_t>(last), '=');
      text[first] = '[';
      text[last] = ']';
    }
  }
  return text;
}

/// The blocks of a list by their numbers, front first, as many as there is room for.
std::string names_of(const std::vector<Word>& list) {
  std::string text;
  for (const Word pfn : list) {
    const std::string name = fmt::format("{}{}", text.empty() ? "" : ",", pfn);
    if (text.size() + name.size() > most_names) return text + ",...";
    text += name;
  }
  return text;
}

std::string heading(const State<Word>& state, const std::vector<Use>& uses) {
  std::size_t blocks = 0;
  for (const FreeArea<Word>& area : state.free_area) blocks += area.free_list.size();
  const auto count = [&](Use use) { return static_cast<std::size_t>(std::ranges::count(uses, use)); };
  std::string text =
      fmt::format("{}, pfn {}: {} free in {}, {} in use, {} reserved", counted(uses.size(), "frame"),
                  range_notation(state.zone_start, state.zone_start + state.zone_pages - 1),
                  count(Use::free) + count(Use::on_two_lists), counted(blocks, "block"), count(Use::in_use),
                  count(Use::reserved));
  if (const std::size_t twice = count(Use::on_two_lists)) text += fmt::format("; {} on two lists", twice);
  if (state.free_pages != frames_on_lists(state)) text += fmt::format("; counted are {}", state.free_pages);
  return text;
}

}  // namespace

std::vector<std::string> picture(const State<Word>& state) {
  const std::vector<Use> uses = uses_of(state);
  std::size_t unit = 1;
  while ((uses.size() + unit - 1) / unit > most_columns) unit *= 2;
  const std::string frames = columns_of(uses, unit);

  std::vector<std::string> lines{
      heading(state, uses), "",
      fmt::format("A column is {}: . free, # in use, r reserved, + some of these{}", counted(unit, "frame"),
                  frames.find('!') == std::string::npos ? "" : ", ! on two lists"),
      fmt::format("  {:5} |{}|", "", frames),
      "Free lists by order, front first: a block is [==], or o in one column; a number counts smaller ones"};
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    const std::vector<Word>& list = state.free_area[order].free_list;
    lines.push_back(fmt::format("  {:5} |{}| {:3}{}{}{}", order, columns_of(state, order, unit, frames.size()),
                                list.size(), list.empty() ? "" : ": ", names_of(list),
                                never_ends(state, order) ? " loop" : ""));
  }
  return lines;
}

}  // namespace refmm::buddy
