#include <refmm/spec/diagnostic.hpp>
#include <refmm/tests/conform_areas.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <utility>

namespace refmm::conform {
namespace {

/// What is left of a line, and where in the text it is.
class LineReader {
 public:
  LineReader(std::string_view file, std::uint32_t number, std::string_view line)
      : file_(file), number_(number), line_(line), rest_(line) {}

  [[noreturn]] void refuse(std::string expected) const {
    throw InputError({.file = std::string(file_),
                      .at = {number_, static_cast<std::uint32_t>(line_.size() - rest_.size() + 1)},
                      .message = "this is not what the kernel is known to write",
                      .expected = std::move(expected),
                      .source_line = std::string(line_)});
  }

  template <std::unsigned_integral Number>
  Number number(int base, const char* expected) {
    Number value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc{}) refuse(expected);
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  void skip(char character) {
    if (!rest_.starts_with(character)) refuse(fmt::format("'{}'", character));
    rest_.remove_prefix(1);
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  /// Whether the letter is there, or a dash in its place (`without`).
  bool letter(char with, char without) {
    if (!rest_.starts_with(with) && !rest_.starts_with(without))
      refuse(fmt::format("'{}' or '{}'", with, without));
    const bool there = rest_.front() == with;
    rest_.remove_prefix(1);
    return there;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string_view file_;
  std::uint32_t number_;
  std::string_view line_;
  std::string_view rest_;
};

SeenArea read_head(LineReader reader) {
  SeenArea area;
  area.start = reader.number<std::uint64_t>(16, "the first address of an area");
  reader.skip('-');
  area.end = reader.number<std::uint64_t>(16, "the address after an area");
  if (area.end <= area.start) reader.refuse("an end after the start");
  reader.skip(' ');
  area.read = reader.letter('r', '-');
  area.write = reader.letter('w', '-');
  area.execute = reader.letter('x', '-');
  area.shared = reader.letter('s', 'p');
  reader.skip(' ');
  area.offset = reader.number<std::uint64_t>(16, "the offset of an area in its file");
  reader.skip(' ');
  area.device_major = reader.number<std::uint32_t>(16, "the major number of a device");
  reader.skip(':');
  area.device_minor = reader.number<std::uint32_t>(16, "the minor number of a device");
  reader.skip(' ');
  area.inode = reader.number<std::uint64_t>(10, "the number of an inode");
  reader.skip_blanks();
  area.path = reader.rest();
  return area;
}

VmFlags read_flags(LineReader reader) {
  VmFlags flags;
  for (reader.skip_blanks(); !reader.rest().empty(); reader.skip_blanks()) {
    const std::string_view code = reader.rest().substr(0, 2);
    const auto* const found = std::ranges::find(vm_flag_codes, code);
    if (found == vm_flag_codes.end()) reader.refuse("a flag of an area, of two letters (vm_flag_codes)");
    flags.add(static_cast<VmFlag>(found - vm_flag_codes.begin()));
    reader.skip(code[0]);
    reader.skip(code[1]);
  }
  return flags;
}

/// "Rss:                   8 kB", "THPeligible:           0", "VmFlags: rd wr mr mw me ac".
void read_detail(LineReader reader, AreaDetail& detail) {
  const std::string_view name = reader.rest().substr(0, reader.rest().find(':'));
  for (const char character : name) reader.skip(character);
  reader.skip(':');
  if (name == "VmFlags") {
    detail.flags = read_flags(reader);
    return;
  }
  reader.skip_blanks();
  const std::uint64_t amount = reader.number<std::uint64_t>(10, "an amount");
  if (!reader.rest().empty() && reader.rest() != " kB") reader.refuse("\" kB\"");
  if (name == "Rss") detail.resident = amount * 1024;
  if (name == "Anonymous") detail.anonymous = amount * 1024;
  if (name == "Locked") detail.locked = amount * 1024;
  if (name == "Swap") detail.swapped = amount * 1024;
}

/// Details begin with a capital letter, areas with a digit of their address.
bool is_detail(std::string_view line) { return !line.empty() && line[0] >= 'A' && line[0] <= 'Z'; }

std::vector<SeenArea> read(std::string_view file, std::string_view text, bool with_details) {
  std::vector<SeenArea> areas;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const LineReader reader(file, number, line);
    if (!with_details || !is_detail(line)) {
      areas.push_back(read_head(reader));
      if (with_details) areas.back().detail.emplace();
    } else if (areas.empty()) {
      reader.refuse("an area");
    } else {
      read_detail(reader, *areas.back().detail);
    }
  }
  std::erase_if(areas, [](const SeenArea& area) { return area.path == "[vsyscall]"; });
  return areas;
}

}  // namespace

std::string VmFlags::codes() const {
  std::string codes;
  for (std::size_t i = 0; i != vm_flag_codes.size(); ++i) {
    if (!has(static_cast<VmFlag>(i))) continue;
    if (!codes.empty()) codes += ' ';
    codes += vm_flag_codes[i];
  }
  return codes;
}

std::vector<SeenArea> read_maps(std::string_view text) { return read("maps", text, false); }

std::vector<SeenArea> read_smaps(std::string_view text) { return read("smaps", text, true); }

std::string in_words(const SeenArea& area) {
  std::string words =
      fmt::format("{:08x}-{:08x} {}{}{}{} {:08x} {:02x}:{:02x} {}", area.start, area.end, area.read ? 'r' : '-',
                  area.write ? 'w' : '-', area.execute ? 'x' : '-', area.shared ? 's' : 'p', area.offset,
                  area.device_major, area.device_minor, area.inode);
  if (!area.path.empty()) words += " " + area.path;
  if (area.detail) words += " {" + area.detail->flags.codes() + "}";
  return words;
}

}  // namespace refmm::conform
