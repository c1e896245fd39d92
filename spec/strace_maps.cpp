#include <refmm/spec/strace_maps.hpp>
#include <refmm/spec/strace_text.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace refmm::strace {
namespace {

/// Takes one line apart, from left to right.
class MapsLine {
 public:
  MapsLine(const transcript::Source& source, std::uint32_t number)
      : source_(source), number_(number), line_(source.line(number)) {}

  Mapping read() {
    Mapping mapping;
    mapping.begin = digits(16, "an address");
    take("-");
    mapping.end = digits(16, "an address");
    take(" ");
    mapping.readable = permission('r');
    mapping.writable = permission('w');
    mapping.executable = permission('x');
    mapping.shared = sharing();
    take(" ");
    mapping.offset = digits(16, "an offset");
    take(" ");
    mapping.device = word();
    take(" ");
    mapping.inode = digits(10, "the number of a file");
    mapping.name = trimmed(line_.substr(place_));
    if (mapping.begin >= mapping.end) refuse(0, "an area of one byte at least");
    return mapping;
  }

  [[noreturn]] void refuse(std::size_t place, const char* expected) const {
    const std::string_view found = line_.substr(std::min(place, line_.size()));
    throw source_.error({.at = {number_, static_cast<std::uint32_t>(place + 1)},
                         .message = "this is no line of /proc/PID/maps",
                         .expected = expected,
                         .found = found.empty() ? "the end of the line" : in_backticks(found)});
  }

 private:
  std::uint64_t digits(int base, const char* expected) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(line_.data() + place_, line_.data() + line_.size(), number, base);
    if (error != std::errc()) refuse(place_, expected);
    place_ = static_cast<std::size_t>(end - line_.data());
    return number;
  }

  void take(const char* text) {
    if (!line_.substr(place_).starts_with(text)) refuse(place_, *text == ' ' ? "a blank" : "`-`");
    ++place_;
  }

  bool permission(char letter) {
    const char found = next();
    if (found != letter && found != '-') refuse(place_ - 1, "permissions, like `rw-p`");
    return found == letter;
  }

  bool sharing() {
    const char found = next();
    if (found != 's' && found != 'p') refuse(place_ - 1, "`p` or `s`, private or shared");
    return found == 's';
  }

  /// The next byte; where there is none, one that nothing expects.
  char next() { return place_++ < line_.size() ? line_[place_ - 1] : '\0'; }

  std::string word() {
    const std::size_t begin = place_;
    place_ = std::min(line_.find(' ', begin), line_.size());
    return std::string(line_.substr(begin, place_ - begin));
  }

  const transcript::Source& source_;
  std::uint32_t number_;
  std::string_view line_;
  std::size_t place_ = 0;
};

}  // namespace

std::vector<Mapping> read_maps(const transcript::Source& source) {
  std::vector<Mapping> mappings;
  for (std::uint32_t number = 1; number <= source.lines(); ++number) {
    MapsLine line(source, number);
    Mapping mapping = line.read();
    if (!mappings.empty() && mapping.begin < mappings.back().end)
      line.refuse(0, "an area behind the one in the line before");
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

}  // namespace refmm::strace
