#include <refmm/spec/fault_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <variant>
#include <vector>

namespace refmm::process {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

struct Named {
  std::string_view name;
  std::uint32_t number;
};

constexpr std::array<Named, 3> frames{
    {{"ZERO_PAGE", fault::ZERO_PAGE}, {"BAD_PAGE", fault::BAD_PAGE}, {"BAD_PAGETABLE", fault::BAD_PAGETABLE}}};

constexpr std::array<Named, 5> advices{{{"MADV_NORMAL", fault::MADV_NORMAL},
                                        {"MADV_RANDOM", fault::MADV_RANDOM},
                                        {"MADV_SEQUENTIAL", fault::MADV_SEQUENTIAL},
                                        {"MADV_WILLNEED", fault::MADV_WILLNEED},
                                        {"MADV_DONTNEED", fault::MADV_DONTNEED}}};

template <std::size_t N>
std::array<std::string_view, N> names_of(const std::array<Named, N>& named) {
  std::array<std::string_view, N> names{};
  std::ranges::transform(named, names.begin(), &Named::name);
  return names;
}

constexpr std::string_view file_prefix = "file";

}  // namespace

std::uint32_t read_frame(const Source& source, const Value& value) {
  if (const auto pfn = reading::number_of(value, "pfn")) return *pfn;
  const auto frame = std::ranges::find(frames, value.text, &Named::name);
  if (frame != frames.end()) return frame->number;
  const auto names = names_of(frames);
  const std::string near = reading::nearest_name(value.text, names);
  throw unexpected(source, value, "this is no page frame", "`pfn N`, " + reading::one_of(names),
                   near.empty() ? "pfn 1" : near);
}

std::string frame_notation(std::uint32_t pfn) {
  const auto frame = std::ranges::find(frames, pfn, &Named::number);
  return frame == frames.end() ? fmt::format("pfn {}", pfn) : std::string(frame->name);
}

std::optional<std::uint32_t> file_numbered(std::string_view name) {
  if (!name.starts_with(file_prefix)) return std::nullopt;
  const std::string_view digits = name.substr(file_prefix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.starts_with('0')) return std::nullopt;
  return number;
}

std::uint32_t read_file_of(const Source& source, const Value& value, std::size_t files) {
  const auto* text = std::get_if<transcript::Text>(&value.form);
  if (text == nullptr)
    throw unexpected(source, value, "the name of a file is a text", "a text in quotes", '"' + value.text + '"');
  const auto number = file_numbered(text->text);
  if (number && *number <= files) return *number;
  if (files == 0)
    throw unexpected(source, value, "this machine has no files", "a machine whose boot line names sizes of files",
                     "boot family=fault files=4096");
  throw unexpected(source, value, "this machine has no such file",
                   files == 1 ? "`\"file1\"`" : fmt::format("`\"file1\"` to `\"file{}\"`", files), "\"file1\"");
}

std::string file_notation(std::uint32_t number) { return fmt::format("{}{}", file_prefix, number); }

std::uint32_t read_offset(const Source& source, const Value& value) {
  const auto* number = std::get_if<transcript::Number>(&value.form);
  const bool fits =
      number != nullptr && number->magnitude <= std::uint64_t{largest_file} + (number->negative ? 1 : 0);
  if (!fits)
    throw unexpected(source, value, "this is no place in a file",
                     fmt::format("a number from -{} to {}", std::uint64_t{largest_file} + 1, largest_file));
  const auto magnitude = static_cast<std::uint32_t>(number->magnitude);
  return number->negative ? 0 - magnitude : magnitude;
}

std::string offset_notation(std::uint32_t offset) { return std::to_string(static_cast<std::int32_t>(offset)); }

std::uint32_t read_advice(const Source& source, const Value& value) {
  if (const auto number = reading::number_of(value)) return *number;
  const auto advice = std::ranges::find(advices, value.text, &Named::name);
  if (advice != advices.end()) return advice->number;
  const auto names = names_of(advices);
  throw unexpected(source, value, "there is no such advice", reading::one_of(names) + ", or a number",
                   reading::nearest_name(value.text, names));
}

std::string advice_notation(std::uint32_t number) {
  const auto advice = std::ranges::find(advices, number, &Named::number);
  return advice == advices.end() ? std::to_string(number) : std::string(advice->name);
}

// ---- Names of flags -------------------------------------------------------------------------------------------

const FlagNames& msync_flags() {
  static const FlagNames flags{
      "msync",
      {{"MS_ASYNC", fault::MS_ASYNC}, {"MS_INVALIDATE", fault::MS_INVALIDATE}, {"MS_SYNC", fault::MS_SYNC}}};
  return flags;
}

const FlagNames& fault_codes() {
  static const FlagNames flags{
      "a page fault",
      {{"present", paging::FAULT_PROTECTION}, {"write", paging::FAULT_WRITE}, {"user", paging::FAULT_USER}}};
  return flags;
}

const FlagNames& entry_flags() {
  static const FlagNames flags{"an entry",
                               {{"present", fault::PAGE_PRESENT},
                                {"rw", fault::PAGE_RW},
                                {"user", fault::PAGE_USER},
                                {"accessed", fault::PAGE_ACCESSED},
                                {"dirty", fault::PAGE_DIRTY},
                                {"protnone", fault::PAGE_PROTNONE}}};
  return flags;
}

const FlagNames& page_flags() {
  static const FlagNames flags{"a page",
                               {{"locked", fault::PG_locked},
                                {"error", fault::PG_error},
                                {"uptodate", fault::PG_uptodate},
                                {"dirty", fault::PG_dirty},
                                {"swap_cache", fault::PG_swap_cache}}};
  return flags;
}

}  // namespace refmm::process
