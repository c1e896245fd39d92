#include <refmm/spec/error_names.hpp>
#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <variant>
#include <vector>

namespace refmm::vma {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

struct Mode {
  std::string_view name;
  std::uint32_t f_mode;
};

/// By the numbers that they have in user space, from 0 on.
constexpr std::array<Mode, 4> modes{
    {{"O_RDONLY", FMODE_READ}, {"O_WRONLY", FMODE_WRITE}, {"O_RDWR", FMODE_READ | FMODE_WRITE}, {"O_ACCMODE", 0}}};

constexpr std::string_view map_count_complaint = "exit_mmap: map count is ";

/// True of a name that stands for a shared memory object: `dev/zero:12`.
bool is_shared_memory_name(std::string_view name) {
  constexpr std::string_view prefix = "dev/zero:";
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  return std::ranges::all_of(name.substr(prefix.size()), [](char c) { return c >= '0' && c <= '9'; });
}

Name file_name(const Source& source, const Value& value, const std::string& name) {
  if (name.size() > Name::capacity)
    throw unexpected(source, value, "the name of the file is too long",
                     fmt::format("at most {} characters", Name::capacity));
  // `-` is no file in `maps`, and a name with a colon and a number is a shared memory object.
  if (!transcript::is_name(name) || name == "-")
    throw unexpected(
        source, value, "no transcript can write the name of this file",
        "a name of letters, digits and the like that is neither a number, `-`, `dev/zero:N` nor `NULL`");
  return name;
}

const std::string& text_of(const Source& source, const Value& value) {
  const auto* text = std::get_if<transcript::Text>(&value.form);
  if (text == nullptr)
    throw unexpected(source, value, "the name of a file is a text", "a text in quotes", '"' + value.text + '"');
  return text->text;
}

}  // namespace

std::uint32_t read_address(const Source& source, const Value& value) {
  return reading::is_null(value) ? 0 : reading::word(source, value, "an address");
}

std::int32_t read_descriptor(const Source& source, const Value& value) {
  constexpr std::uint64_t highest = std::numeric_limits<std::int32_t>::max();
  const auto* number = std::get_if<transcript::Number>(&value.form);
  if (number != nullptr && number->negative && number->magnitude == 1) return -1;
  if (number == nullptr || number->negative || number->magnitude > highest)
    throw unexpected(source, value, "this is no descriptor",
                     fmt::format("a number from 0 to {}, or -1 for none", highest));
  return static_cast<std::int32_t>(number->magnitude);
}

std::uint32_t read_mode(const Source& source, const Value& value) {
  const auto number = reading::number_of(value);
  if (number && *number < modes.size()) return modes[*number].f_mode;
  std::vector<std::string_view> names;
  for (const auto& [name, f_mode] : modes) {
    if (value.text == name) return f_mode;
    names.push_back(name);
  }
  throw unexpected(source, value, "files are not opened like this", reading::one_of(names),
                   reading::nearest_name(value.text, names));
}

std::string_view mode_notation(std::uint32_t f_mode) {
  const auto mode = std::ranges::find(modes, f_mode, &Mode::f_mode);
  return mode == modes.end() ? "?" : mode->name;
}

Name read_file_name(const Source& source, const Value& value) {
  return file_name(source, value, text_of(source, value));
}

Name read_bare_file_name(const Source& source, const Value& value) {
  if (const auto* text = std::get_if<transcript::Text>(&value.form))
    throw unexpected(source, value, "in a setting the name of a file has no quotes", "a name without quotes",
                     text->text);
  return file_name(source, value, value.text);
}

Name read_any_file_name(const Source& source, const Value& value) {
  const std::string& name = text_of(source, value);
  if (is_shared_memory_name(name) && name.size() <= Name::capacity) return name;
  return file_name(source, value, name);
}

std::optional<std::uint32_t> read_error(const Source& source, const transcript::Result& result) {
  if (result.values.size() != 2 || result.values[0].key || result.values[1].key) return std::nullopt;
  const auto* minus_one = std::get_if<transcript::Number>(&result.values[0].value.form);
  const Value& name = result.values[1].value;
  if (minus_one == nullptr || !minus_one->negative || minus_one->magnitude != 1) return std::nullopt;
  if (const auto number = error_number(name.text)) return number;
  throw unexpected(source, name, "there is no such error", "the name of an error, `ENOMEM`",
                   nearest_error_name(name.text));
}

Printk read_complaint(const Source& source, const Value& value) {
  const auto* text = std::get_if<transcript::Text>(&value.form);
  using enum Complaint;
  for (const Complaint complaint : {find_vma_prev_inconsistent, insert_vm_struct_inconsistent}) {
    if (text != nullptr && text->text == complaint_notation({complaint, 0})) return {complaint, 0};
  }
  if (text != nullptr && text->text.starts_with(map_count_complaint)) {
    const std::string_view digits = std::string_view(text->text).substr(map_count_complaint.size());
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{} && end == digits.data() + digits.size()) return {exit_map_count, number};
  }
  throw unexpected(source, value, "the kernel has no such complaint about areas",
                   fmt::format("\"{}\", \"{}\" or \"{}N\"", complaint_notation({find_vma_prev_inconsistent, 0}),
                               complaint_notation({insert_vm_struct_inconsistent, 0}), map_count_complaint));
}

std::string complaint_notation(const Printk& printk) {
  switch (printk.complaint) {
    case Complaint::find_vma_prev_inconsistent:
      return "find_vma_prev: tree inconsistent with list";
    case Complaint::insert_vm_struct_inconsistent:
      return "insert_vm_struct: tree inconsistent with list";
    case Complaint::exit_map_count:
      return fmt::format("{}{}", map_count_complaint, printk.number);
  }
  return "";
}

std::string error_notation(std::uint32_t number) { return "-1 " + error_name(number); }

std::string address_notation(std::uint32_t address) { return fmt::format("0x{:08x}", address); }

std::string length_notation(std::uint32_t length) {
  constexpr std::uint32_t first_hexadecimal = 0x10000000;
  return length < first_hexadecimal ? fmt::format("{}", length) : fmt::format("0x{:x}", length);
}

std::string prot_notation(std::uint32_t flags) {
  return flags == PROT_NONE ? "PROT_NONE" : flags_notation(prot_flags(), flags);
}

}  // namespace refmm::vma
