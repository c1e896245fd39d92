// The machines of the fault family and what `set` changes of them, read and written. The keys of `set` are the names of the fields
// of Set.

#include <refmm/spec/fault_notation.hpp>
#include <refmm/spec/fault_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

namespace refmm::process {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

constexpr Word infinity = std::numeric_limits<Word>::max();
constexpr std::string_view infinity_name = "RLIM_INFINITY";

/// What a machine has of which its boot line says nothing.
constexpr Word usual_ram_pages = 64, usual_swap_pages = 16;

// The frames with names lie above all others, and an entry holds the number of a slot in its upper 24 bits.
constexpr Word most_ram_pages = fault::ZERO_PAGE - 1, most_swap_pages = 0xffffff;
/// Groups of as many pages as a page table maps.
constexpr Word highest_page_cluster = 10;

constexpr std::array<std::string_view, 8> boot_keys{"family", "ram_pages",  "swap_pages", "page_cluster",
                                                    "files",  "overcommit", "oom",        "effects"};
constexpr std::array<std::string_view, 2> ways_out_of_memory{"kill", "survive"};

bool read_switch(const Source& source, std::string_view key, const Value& value) {
  return reading::number(source, value, in_backticks(key), 0, 1) != 0;
}

bool read_survive(const Source& source, const Value& value) {
  const auto way = std::ranges::find(ways_out_of_memory, value.text);
  if (way == ways_out_of_memory.end())
    throw unexpected(source, value, "a process that runs out of memory has no such fate",
                     reading::one_of(ways_out_of_memory), reading::nearest_name(value.text, ways_out_of_memory));
  return *way == "survive";
}

void check_boot_keys(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  const Value* family = reading::setting(boot.settings, "family");
  if (family == nullptr)
    throw source.error({.at = line.at,
                        .message = "the machine lacks `family`",
                        .expected = "`family=...`",
                        .found = in_backticks(source.line(line.at.line)),
                        .hint = "boot family=fault ram_pages=32 swap_pages=8"});
  if (family->text != "fault") throw unexpected(source, *family, "this is a machine of another family", "`fault`");
  reading::check_settings(source, boot.settings, boot_keys, "the machine of the fault family", "files");
}

/// A knob of `set` by its type and key.
template <class T>
T read_knob(const Source& source, std::string_view key, const Value& value) {
  if constexpr (std::is_same_v<T, bool>)
    return read_switch(source, key, value);
  else {
    if (key.starts_with("rlimit_") && value.text == infinity_name) return infinity;
    return reading::word(source, value, in_backticks(key));
  }
}

template <class T>
std::string setting_notation(std::string_view key, T value) {
  if constexpr (std::is_same_v<T, bool>)
    return fmt::format(" {}={}", key, value ? 1 : 0);
  else {
    if (key.starts_with("rlimit_") && value == infinity) return fmt::format(" {}={}", key, infinity_name);
    return fmt::format(" {}={}", key, value);
  }
}

std::vector<std::string_view> set_keys() {
  std::vector<std::string_view> keys;
  for_each_field(Set<Word>{}, [&](std::string_view key, const auto&) { keys.push_back(key); });
  return keys;
}

}  // namespace

// ---- Reading --------------------------------------------------------------------------------------------------

BootLine read_boot(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  check_boot_keys(source, line, boot);
  const auto given = [&](std::string_view key) { return reading::setting(boot.settings, key); };
  const auto number = [&](std::string_view key, Word usual, Word lowest, Word highest) {
    const Value* value = given(key);
    return value == nullptr ? usual : reading::number(source, *value, in_backticks(key), lowest, highest);
  };
  BootLine read{{.kernel = fault::as_built,
                 .ram_pages = number("ram_pages", usual_ram_pages, 1, most_ram_pages),
                 .swap_pages = number("swap_pages", usual_swap_pages, 0, most_swap_pages),
                 .page_cluster = number("page_cluster", 0, 0, highest_page_cluster),
                 .files = {},
                 .overcommit = true,
                 .survive = false},
                false};
  for (const Value& size : reading::list_setting(boot.settings, "files"))
    read.boot.files.push_back(reading::number(source, size, "the size of a file", 0, largest_file));
  if (const Value* value = given("overcommit")) read.boot.overcommit = read_switch(source, "overcommit", *value);
  if (const Value* value = given("oom")) read.boot.survive = read_survive(source, *value);
  if (const Value* value = given("effects")) {
    if (value->text != "all") throw unexpected(source, *value, "effects are listed all, or as one likes", "`all`");
    read.all_effects = true;
  }
  return read;
}

Set<Word> read_set(const Source& source, const transcript::Line& line, const transcript::Set& set) {
  const auto keys = set_keys();
  reading::check_settings(source, set.settings, keys, "a machine with processes");
  if (set.settings.empty())
    throw source.error({.at = line.at,
                        .message = "nothing is set",
                        .expected = reading::one_of(keys),
                        .found = "`set` alone",
                        .hint = "set fail_alloc=1"});
  Set<Word> read{};
  for_each_field(read, [&]<class Field>(std::string_view key, Field& field) {
    if (const Value* value = reading::setting(set.settings, key))
      field = read_knob<typename Field::value_type>(source, key, *value);
  });
  return read;
}

// ---- Writing --------------------------------------------------------------------------------------------------

std::string boot_notation(const Boot<Word>& boot, bool all_effects) {
  std::string text = fmt::format("boot family=fault ram_pages={} swap_pages={}", boot.ram_pages, boot.swap_pages);
  if (boot.page_cluster != 0) text += setting_notation("page_cluster", boot.page_cluster);
  if (!boot.files.empty()) text += fmt::format(" files={}", fmt::join(boot.files, ","));
  if (!boot.overcommit) text += setting_notation("overcommit", boot.overcommit);
  if (boot.survive) text += " oom=survive";
  if (all_effects) text += " effects=all";
  return text;
}

std::string set_notation(const Set<Word>& set) {
  std::string text = "set";
  for_each_field(set, [&](std::string_view key, const auto& field) {
    if (field) text += setting_notation(key, *field);
  });
  return text;
}

}  // namespace refmm::process
