#include <refmm/spec/strace_line.hpp>

#include <algorithm>
#include <charconv>

namespace refmm::strace {
namespace {

constexpr std::uint32_t largest_pid = 1u << 22;  // PID_MAX_LIMIT; a larger number is seconds of -ttt

constexpr std::string_view decimal = "0123456789";
constexpr std::string_view of_pointers = "0123456789abcdef?";

/// The end of the characters out of `set` that stand from `begin` on.
std::size_t past(std::string_view line, std::size_t begin, std::string_view set) {
  return std::min(line.find_first_not_of(set, begin), line.size());
}

bool blank_at(std::string_view line, std::size_t place) { return place < line.size() && line[place] == ' '; }

/// Behind the name of the command that -Y prints behind a process, if there is one.
std::size_t past_command(std::string_view line, std::size_t place, std::string_view closing) {
  if (place >= line.size() || line[place] != '<') return place;
  const std::size_t end = line.find(closing, place);
  return end == line.npos ? place : end + 1;
}

/// `[pid  4711] `, `[pid 4711<sh>] `, `4711 ` or `4711<sh> `.
void read_pid(std::string_view line, Head& head) {
  constexpr std::string_view opening = "[pid";
  const bool in_brackets = line.starts_with(opening);
  const std::size_t begin = in_brackets ? past(line, opening.size(), " ") : 0;
  const std::uint32_t pid = leading_number(line.substr(begin));
  std::size_t end = past(line, begin, decimal);
  if (pid == 0 || pid > largest_pid) return;
  end = past_command(line, end, in_brackets ? ">] " : "> ");
  if (in_brackets) {
    if (end >= line.size() || line[end] != ']') return;
    ++end;
  }
  if (!blank_at(line, end)) return;
  head.pid = pid;
  head.body = past(line, end, " ");  // short numbers are padded
}

/// `08:55:05 `, `08:55:05.391052 `, `1795856105.405605 `, `0.000293 `, `1795856105 `.
void read_time(std::string_view line, Head& head) {
  const std::size_t begin = past(line, head.body, " ");
  const std::size_t end = past(line, begin, "0123456789:.");
  if (end == begin || !blank_at(line, end)) return;
  const std::string_view digits = line.substr(begin, end - begin);
  const bool of_a_clock = digits.size() >= 8 && digits[2] == ':' && digits[5] == ':';
  const bool in_seconds = digits.find('.') != digits.npos || digits.size() >= 8;
  if (!of_a_clock && !in_seconds) return;
  head.time = digits;
  head.body = end + 1;
}

/// `(+     0.000293) `, between time and call where -r is given beside -t.
void read_time_since(std::string_view line, Head& head) {
  if (!line.substr(head.body).starts_with("(+")) return;
  const std::size_t end = past(line, head.body + 2, " 0123456789.");
  if (end < line.size() && line[end] == ')' && blank_at(line, end + 1)) head.body = end + 2;
}

/// `[  45] `, `[00007f3f4aafead7] `, `[f7f7ea47] `, `[????????] `; false if there is none.
bool read_bracket(std::string_view line, Head& head) {
  if (!line.substr(head.body).starts_with("[")) return false;
  const std::size_t begin = past(line, head.body + 1, " ");
  const std::size_t end = past(line, begin, of_pointers);
  if (end == begin || end >= line.size() || line[end] != ']' || !blank_at(line, end + 1)) return false;
  const std::size_t digits = end - begin;
  if ((digits == 8 || digits == 16) && line[begin] != '?') head.digits_of_pointer = digits;
  head.body = end + 2;
  return true;
}

}  // namespace

std::uint32_t leading_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : 0;
}

Head read_head(std::string_view line) {
  Head head;
  read_pid(line, head);
  read_time(line, head);
  read_time_since(line, head);
  while (read_bracket(line, head)) {
  }
  return head;
}

}  // namespace refmm::strace
