// The machines of the vma family and what `set` changes of them, read and written. The keys are the names of the fields of
// Knobs and SetKnobs.

#include <refmm/spec/notation_values.hpp>
#include <refmm/spec/vma_flags.hpp>
#include <refmm/spec/vma_notation.hpp>
#include <refmm/spec/vma_notation_knobs.hpp>
#include <refmm/spec/vma_notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace refmm::vma {

using reading::unexpected;
using transcript::Setting;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

constexpr Word infinity = std::numeric_limits<Word>::max();

/// What a machine has of which its boot line says nothing.
constexpr Knobs<Word> usual_knobs{.free_pages = 0,
                                  .buffer_pages = 0,
                                  .cache_pages = 0,
                                  .swap_pages = 0,
                                  .overcommit = false,
                                  .physpages = 0,
                                  .rlimit_as = infinity,
                                  .rlimit_data = infinity,
                                  .rlimit_stack = 8 << 20,
                                  .rlimit_memlock = infinity,
                                  .cap_ipc_lock = true,
                                  .max_map_count = i386_2_4_0.max_map_count,
                                  .fail_vma = 0,
                                  .fail_shmem = 0,
                                  .fail_move = 0};

constexpr const char* whole_boot_line =
    "boot family=vma stack=0xbffff000-0xc0000000 free_pages=100000 physpages=131072";

/// The names of a record's fields, `file` aside, which takes two keys.
template <class R>
std::vector<std::string_view> keys_of(std::vector<std::string_view> others) {
  std::vector<std::string_view> keys;
  for_each_field(R{}, [&](std::string_view key, const auto&) {
    if (key != "file") keys.push_back(key);
  });
  keys.insert(keys.end(), others.begin(), others.end());
  return keys;
}

constexpr bool is_limit_in_bytes(std::string_view key) { return key.starts_with("rlimit_"); }
constexpr bool is_address(std::string_view key) {
  return key == "end_code" || key == "start_data" || key == "brk";
}

// ---- Reading --------------------------------------------------------------------------------------------------

template <class T>
T read_knob(const Source& source, std::string_view key, const Value& value) {
  if constexpr (std::is_same_v<T, bool>)
    return reading::number(source, value, in_backticks(key), 0, 1) != 0;
  else {
    if (is_limit_in_bytes(key) && value.text == "infinity") return infinity;
    return reading::word(source, value, in_backticks(key));
  }
}

/// Sets the fields of `record` that have a setting.
template <class R>
void read_fields(const Source& source, std::span<const Setting> settings, R& record) {
  for_each_field(record, [&]<class Field>(std::string_view key, Field& field) {
    const Value* value = reading::setting(settings, key);
    if (value == nullptr) return;
    if constexpr (std::is_same_v<Field, std::optional<Word>> || std::is_same_v<Field, std::optional<bool>>)
      field = read_knob<typename Field::value_type>(source, key, *value);
    else if constexpr (std::is_same_v<Field, Word> || std::is_same_v<Field, bool>)
      field = read_knob<Field>(source, key, *value);
  });
}

std::optional<FileAttributes> read_file(const Source& source, std::span<const Setting> settings) {
  const Value* file = reading::setting(settings, "file");
  const Value* attributes = reading::setting(settings, "attr");
  if (file == nullptr && attributes == nullptr) return std::nullopt;
  if (attributes == nullptr)
    throw unexpected(source, *file, "a file is set with its attributes", "`attr=...` as well",
                     fmt::format("file={} attr=0", file->text));
  if (file == nullptr)
    throw unexpected(source, *attributes, "these are the attributes of no file", "`file=NAME` as well",
                     fmt::format("file=a attr={}", attributes->text));
  constexpr Word all = FILE_APPEND | FILE_MANDLOCK | FILE_NOMMAP | FILE_NOWRITEPAGE | FILE_NOTREG |
                       FILE_NOREADPAGE | FILE_VMOPS | FILE_DONTEXPAND;
  const Word bits = reading::flags(source, *attributes, file_attributes());
  if ((bits & ~all) != 0)
    throw unexpected(source, *attributes, "files have no such attributes", fmt::format("bits of 0x{:x}", all));
  return FileAttributes{read_bare_file_name(source, *file), bits};
}

void check_task_size(const Source& source, const Value& value) {
  if (reading::number_of(value) != i386_2_4_0.task_size)
    throw unexpected(source, value, "user space always ends where it does",
                     in_backticks(address_notation(i386_2_4_0.task_size)));
}

/// `stack=A-B`: the area that there is from the start.
void read_stack(const Source& source, const Value& value, Boot<Word>& boot) {
  const auto* range = std::get_if<transcript::Range>(&value.form);
  if (range == nullptr)
    throw unexpected(source, value, "the stack is a range", "two addresses, `0xbffff000-0xc0000000`");
  const Machine& machine = boot.kernel.machine;
  const auto unaligned = [&](std::uint64_t address) { return address % machine.page_size != 0; };
  if (unaligned(range->first) || unaligned(range->last))
    throw unexpected(source, value, "the stack is of whole pages",
                     fmt::format("addresses that are multiples of {}", machine.page_size));
  if (range->first >= range->last || range->last > machine.task_size)
    throw unexpected(source, value, "the stack has no such range",
                     fmt::format("`A-B` with A below B, and B at most {}", address_notation(machine.task_size)));
  boot.stack_start = static_cast<Word>(range->first);
  boot.stack_end = static_cast<Word>(range->last);
}

void check_boot_keys(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  const Value* family = reading::setting(boot.settings, "family");
  if (family == nullptr)
    throw source.error({.at = line.at,
                        .message = "the machine lacks `family`",
                        .expected = "`family=...`",
                        .found = in_backticks(source.line(line.at.line)),
                        .hint = whole_boot_line});
  if (family->text != "vma") throw unexpected(source, *family, "this is a machine of another family", "`vma`");
  for (const Setting& setting : boot.settings) {
    if (setting.key.text == "file" || setting.key.text == "attr")
      throw source.error({.at = setting.key.at,
                          .message = "files come into being when the machine runs",
                          .expected = "a `set` line of its own for each file",
                          .found = in_backticks(setting.key.text + "="),
                          .hint = "set file=a attr=0"});
  }
  const auto keys =
      keys_of<Knobs<Word>>({"end_code", "start_data", "brk", "stack", "task_size", "family", "effects"});
  reading::check_settings(source, boot.settings, keys, "the machine of the vma family");
}

// ---- Writing --------------------------------------------------------------------------------------------------

template <class T>
std::string setting_notation(std::string_view key, T value) {
  if constexpr (std::is_same_v<T, bool>)
    return fmt::format(" {}={}", key, value ? 1 : 0);
  else {
    if (is_limit_in_bytes(key) && value == infinity) return fmt::format(" {}=infinity", key);
    if (is_address(key)) return fmt::format(" {}={}", key, address_notation(value));
    return fmt::format(" {}={}", key, value);
  }
}

}  // namespace

BootLine read_boot(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  check_boot_keys(source, line, boot);
  BootLine read{{as_built, 0, 0, 0, 0, 0, usual_knobs}, false};
  read_fields(source, boot.settings, read.boot);
  read_fields(source, boot.settings, read.boot.knobs);
  if (const Value* size = reading::setting(boot.settings, "task_size")) check_task_size(source, *size);
  if (const Value* stack = reading::setting(boot.settings, "stack")) read_stack(source, *stack, read.boot);
  if (const Value* effects = reading::setting(boot.settings, "effects")) {
    if (effects->text != "all")
      throw unexpected(source, *effects, "effects are listed all, or as one likes", "`all`");
    read.all_effects = true;
  }
  return read;
}

SetKnobs<Word> read_set(const Source& source, const transcript::Line& line, const transcript::Set& set) {
  const auto keys = keys_of<SetKnobs<Word>>({"file", "attr"});
  reading::check_settings(source, set.settings, keys, "an address space");
  if (set.settings.empty())
    throw source.error({.at = line.at,
                        .message = "nothing is set",
                        .expected = reading::one_of(keys),
                        .found = "`set` alone",
                        .hint = "set fail_vma=1"});
  SetKnobs<Word> knobs{};
  read_fields(source, set.settings, knobs);
  knobs.file = read_file(source, set.settings);
  return knobs;
}

std::string boot_notation(const Boot<Word>& boot, bool all_effects) {
  std::string text = fmt::format("boot family=vma{}{}", all_effects ? " effects=all" : "",
                                 fmt::format(" task_size={}", address_notation(boot.kernel.machine.task_size)));
  text += setting_notation("max_map_count", boot.knobs.max_map_count);
  for_each_field(boot, [&]<class Field>(std::string_view key, const Field& field) {
    if constexpr (std::is_same_v<Field, Word>) {
      if (is_address(key)) text += setting_notation(key, field);
    }
  });
  if (boot.stack_start != boot.stack_end)
    text += fmt::format(" stack={}-{}", address_notation(boot.stack_start), address_notation(boot.stack_end));
  text += setting_notation("free_pages", boot.knobs.free_pages);
  text += setting_notation("physpages", boot.knobs.physpages);
  for_each_field(boot.knobs, usual_knobs, [&](std::string_view key, const auto& knob, const auto& usual) {
    if (knob != usual && key != "max_map_count" && key != "free_pages" && key != "physpages")
      text += setting_notation(key, knob);
  });
  return text;
}

std::string knobs_notation(const SetKnobs<Word>& knobs) {
  std::string text = "set";
  for_each_field(knobs, [&]<class Field>(std::string_view key, const Field& knob) {
    if (!knob) return;
    if constexpr (std::is_same_v<Field, std::optional<FileAttributes>>)
      text +=
          fmt::format(" file={} attr={}", knob->name.view(), flags_notation(file_attributes(), knob->attributes));
    else
      text += setting_notation(key, *knob);
  });
  return text;
}

}  // namespace refmm::vma
