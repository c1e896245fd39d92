#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/fault_picture_frames.hpp>
#include <refmm/spec/fault_picture_runs.hpp>
#include <refmm/spec/process_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace refmm::process {
namespace {

using Word = std::uint32_t;
using Lines = std::vector<std::string>;

const References no_references{};

const References& of(const std::map<Word, References>& by_number, Word number) {
  const auto found = by_number.find(number);
  return found == by_number.end() ? no_references : found->second;
}

fault::Frame<Word> frame(const Drawn& drawn, Word pfn) { return lookup(drawn.state.memory.mem_map, pfn); }
Word count_of_slot(const Drawn& drawn, Word slot) { return lookup(drawn.state.memory.swap.swap_map, slot); }

}  // namespace

const References& Drawn::of_frame(Word pfn) const { return of(references.frames, pfn); }
const References& Drawn::of_slot(Word slot) const { return of(references.slots, slot); }

namespace {

/// The numbers of both, ascending.
std::vector<Word> numbers_of(const auto& counted, const std::map<Word, References>& referred_to) {
  std::vector<Word> numbers;
  for (const auto& [number, value] : counted) numbers.push_back(number);
  for (const auto& [number, references] : referred_to) numbers.push_back(number);
  std::ranges::sort(numbers);
  const auto again = std::ranges::unique(numbers);
  numbers.erase(again.begin(), again.end());
  return numbers;
}

}  // namespace

std::vector<Word> frames_to_show(const Drawn& drawn) {
  auto numbers = numbers_of(drawn.state.memory.mem_map.written, drawn.references.frames);
  std::erase_if(numbers, [&](Word pfn) {
    const References& references = drawn.of_frame(pfn);
    return frame(drawn, pfn).count == 0 && references.total() == 0 && references.places.empty();
  });
  return numbers;
}

std::vector<Word> slots_to_show(const Drawn& drawn) {
  return numbers_of(drawn.state.memory.swap.swap_map.written, drawn.references.slots);
}

bool is_explained(const Drawn& drawn, Word pfn) {
  const auto page = frame(drawn, pfn);
  return page.count == counted(drawn.of_frame(pfn), page).total();
}

bool is_explained_slot(const Drawn& drawn, Word slot) {
  return count_of_slot(drawn, slot) == drawn.of_slot(slot).total();
}

namespace {

constexpr std::array<char, 9> letters{'d', 't', 'm', 'f', 'z', 'w', 'i', '?', '.'};
constexpr std::array<std::string_view, 7> kind_names{
    "page directory", "page table", "memory", "file", "shared memory", "swap cache", "held for input or output"};

}  // namespace

Kind kind_of(const Drawn& drawn, Word pfn) {
  const References& references = drawn.of_frame(pfn);
  const auto page = frame(drawn, pfn);
  if (!references.directory_of.empty()) return Kind::directory;
  if (!references.table_of.empty()) return Kind::table;
  if (page.mapping == fault::swapper_space) return Kind::swap_cache;
  if (page.mapping != fault::none) return page.mapping <= files_of(drawn.state) ? Kind::file : Kind::shared_memory;
  if (references.entries != 0) return Kind::memory;
  if (references.held != 0) return Kind::held;
  return page.count == 0 ? Kind::free : Kind::lost;
}

namespace {

/// Whose a frame is: the processes that have it.
std::vector<Word> owners_of(const References& references) {
  std::vector<Word> pids = references.directory_of;
  for (const Place& place : references.table_of) pids.push_back(place.pid);
  for (const Place& place : references.places) pids.push_back(place.pid);
  std::ranges::sort(pids);
  const auto again = std::ranges::unique(pids);
  pids.erase(again.begin(), again.end());
  return pids;
}

// ---- All frames -----------------------------------------------------------------------------------------------

constexpr std::size_t strip_columns = 64;
constexpr std::size_t longest_strip = 8;  // times a line of columns

/// The columns of all frames, in three rows.
struct Strip {
  std::string what, whose, count;
};

char letter_of(const Drawn& drawn, Word pfn) {
  if (!is_explained(drawn, pfn)) return '?';
  const char letter = letters[static_cast<std::size_t>(kind_of(drawn, pfn))];
  return drawn.of_frame(pfn).places.size() > 1 ? static_cast<char>(letter - 'a' + 'A') : letter;
}

/// A character for each process: the last digit of its pid, or a letter where two have the same.
std::map<Word, char> characters_of(const State<Word>& state) {
  std::map<Word, char> characters;
  std::string digits;
  for (const Process<Word>& process : state.processes) digits += static_cast<char>('0' + process.pid % 10);
  std::string sorted = digits;
  std::ranges::sort(sorted);
  const bool unique = std::ranges::adjacent_find(sorted) == sorted.end();
  for (std::size_t i = 0; i != state.processes.size(); ++i)
    characters[state.processes[i].pid] = unique ? digits[i] : i < 26 ? static_cast<char>('a' + i) : '#';
  return characters;
}

char owner_of(const Drawn& drawn, Word pfn, const std::map<Word, char>& characters) {
  const auto pids = owners_of(drawn.of_frame(pfn));
  if (pids.empty()) return frame(drawn, pfn).count == 0 ? '.' : '-';
  return pids.size() > 1 ? '+' : characters.at(pids.front());
}

char digit_of(Word count) { return count == 0 ? '.' : count <= 9 ? static_cast<char>('0' + count) : '*'; }

Strip strip_of(const Drawn& drawn) {
  const auto characters = characters_of(drawn.state);
  Strip strip;
  for (Word pfn = 1; pfn <= drawn.state.memory.ram_pages; ++pfn) {
    strip.what += letter_of(drawn, pfn);
    strip.whose += owner_of(drawn, pfn, characters);
    strip.count += digit_of(frame(drawn, pfn).count);
  }
  return strip;
}

/// A column for each `unit` frames: what all of them have, `~` if they differ, `?` if one has it.
std::string scaled(const std::string& row, std::size_t unit) {
  std::string columns;
  for (std::size_t first = 0; first < row.size(); first += unit) {
    const std::string frames = row.substr(first, unit);
    const bool alike = frames.find_first_not_of(frames.front()) == frames.npos;
    columns += frames.find('?') != frames.npos ? '?' : alike ? frames.front() : '~';
  }
  return columns;
}

/// What the letters mean that occur.
Lines legend(const Drawn& drawn, const std::string& what, const std::string& whose) {
  std::vector<std::string> meanings;
  const auto add = [&](bool occurs, const std::string& meaning) {
    if (occurs) meanings.push_back(meaning);
  };
  const auto is_in = [](const std::string& row, char letter) { return row.find(letter) != row.npos; };
  bool several = false;
  for (std::size_t i = 0; i != kind_names.size(); ++i) {
    const bool capital = is_in(what, static_cast<char>(letters[i] - 'a' + 'A'));
    add(capital || is_in(what, letters[i]), fmt::format("{} {}", letters[i], kind_names[i]));
    several = several || capital;
  }
  add(several, "a capital: mapped more than once");
  add(is_in(whose, '+'), "+ of several");
  add(is_in(whose, '-'), "- of none");
  for (const auto& [pid, character] : characters_of(drawn.state))
    add(pid > 9 && is_in(whose, character), fmt::format("{} pid {}", character, pid));
  add(is_in(what, '~'), "~ not alike");
  add(is_in(what, '?'), "? its count is not explained");
  return legend_lines(meanings, ", ");
}

}  // namespace

Lines frames_strip(const Drawn& drawn) {
  const Strip strip = strip_of(drawn);
  std::size_t unit = 1;
  while ((strip.what.size() + unit - 1) / unit > strip_columns * longest_strip) unit *= 2;
  const std::string what = scaled(strip.what, unit), whose = scaled(strip.whose, unit),
                    count = scaled(strip.count, unit);
  Lines lines{fmt::format("Frames: a column is {}", unit == 1 ? "one" : fmt::format("{} of them", unit))};
  std::size_t free = 0;
  const auto leave_out = [&] {
    if (free != 0) lines.push_back(fmt::format("{:12}:{:^64}:", "", fmt::format("{} free", free)));
    free = 0;
  };
  for (std::size_t first = 0; first < what.size(); first += strip_columns) {
    const auto part = [&](const std::string& row) { return row.substr(first, strip_columns); };
    if (part(what).find_first_not_of('.') == what.npos) {
      free += std::min(strip_columns * unit, strip.what.size() - first * unit);
      continue;
    }
    leave_out();
    lines.push_back(fmt::format("  {:<9} |{}|", fmt::format("pfn {}", first * unit + 1), part(what)));
    lines.push_back(fmt::format("  {:<9} |{}|", "of pid", part(whose)));
    lines.push_back(fmt::format("  {:<9} :{}:", "count", part(count)));
  }
  leave_out();
  const Lines meanings = legend(drawn, what, whose);
  lines.insert(lines.end(), meanings.begin(), meanings.end());
  return lines;
}

}  // namespace refmm::process
