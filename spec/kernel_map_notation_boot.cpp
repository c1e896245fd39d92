// The machines of the kernel family and what `set` changes of them, read and written.

#include <refmm/spec/kernel_map_boot.hpp>
#include <refmm/spec/kernel_map_notation.hpp>
#include <refmm/spec/kernel_map_notation_values.hpp>
#include <refmm/spec/kernel_map_state.hpp>

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <vector>

namespace refmm::kernel_map {

using reading::unexpected;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

constexpr std::array<std::string_view, 12> keys{"family",      "ram_pages",     "highmem_pages", "first_free",
                                                "pse",         "pge",           "config",        "sharing",
                                                "high_memory", "vmalloc_start", "vmalloc_end",   "effects"};

constexpr const char* whole_boot_line = "boot family=kernel ram_pages=16384";

/// RAM that leaves room for areas behind the direct mapping.
Word most_ram_pages(const Boot<Word>& boot) {
  const Machine& machine = boot.kernel.machine;
  return (vmalloc_end_as_built(boot) - machine.page_offset - 2 * machine.vmalloc_offset) / machine.page_size;
}

Word number_or(const Source& source, const transcript::Boot& boot, std::string_view key, Word otherwise,
               Word lowest, Word highest) {
  const Value* value = reading::setting(boot.settings, key);
  return value == nullptr ? otherwise : reading::number(source, *value, in_backticks(key), lowest, highest);
}

/// One of the names of an enumeration, in the order of its values.
template <class Enum>
Enum name_or(const Source& source, const transcript::Boot& boot, std::string_view key, Enum otherwise,
             std::span<const std::string_view> names) {
  const Value* value = reading::setting(boot.settings, key);
  if (value == nullptr) return otherwise;
  for (std::size_t i = 0; i != names.size(); ++i) {
    if (names[i] == value->text) return static_cast<Enum>(i);
  }
  throw unexpected(source, *value, fmt::format("{} has no such value", in_backticks(key)), reading::one_of(names),
                   reading::nearest_name(value->text, names));
}

constexpr std::array<std::string_view, 3> configs{"up", "apic", "highmem"};
constexpr std::array<std::string_view, 2> sharings{"lazy", "preallocated"};

void check_family(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  const auto lacks = [&](std::string_view key) {
    return source.error({.at = line.at,
                         .message = fmt::format("the machine lacks `{}`", key),
                         .expected = fmt::format("`{}=...`", key),
                         .found = in_backticks(source.line(line.at.line)),
                         .hint = whole_boot_line});
  };
  const Value* family = reading::setting(boot.settings, "family");
  if (family == nullptr) throw lacks("family");
  if (family->text != "kernel")
    throw unexpected(source, *family, "this is a machine of another family", "`kernel`");
  reading::check_settings(source, boot.settings, keys, "the machine of the kernel family");
  if (reading::setting(boot.settings, "ram_pages") == nullptr) throw lacks("ram_pages");
}

/// What the kernel computes is what the line says, if it says so.
void check_computed(const Source& source, const transcript::Boot& boot, std::string_view key, Word computed) {
  const Value* value = reading::setting(boot.settings, key);
  if (value == nullptr || reading::number_of(*value) == computed) return;
  throw unexpected(source, *value, fmt::format("the kernel computes another {}", in_backticks(key)),
                   fmt::format("`0x{:08x}`, or to leave it out", computed));
}

}  // namespace

BootLine read_boot(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  check_family(source, line, boot);
  constexpr Word all_frames = 1 << 20;  // of 4 GB
  Boot<Word> read{as_built, 0, 0, 0, true, true, Config::up};
  read.kernel.sharing = name_or(source, boot, "sharing", Sharing::lazy, sharings);
  read.config = name_or(source, boot, "config", Config::up, configs);
  read.pse = number_or(source, boot, "pse", 1, 0, 1) != 0;
  read.pge = number_or(source, boot, "pge", 1, 0, 1) != 0;
  read.ram_pages = number_or(source, boot, "ram_pages", 0, frames_of_boot(read), most_ram_pages(read));
  read.highmem_pages = number_or(source, boot, "highmem_pages", 0, 0,
                                 read.config == Config::highmem ? all_frames - 1 - read.ram_pages : 0);
  read.first_free = number_or(source, boot, "first_free", 1024, frames_of_boot(read), read.ram_pages);
  if (!boot_has_room(read))
    throw unexpected(
        source, *reading::setting(boot.settings, "ram_pages"), "the frames below pfn 1024 are boot's",
        fmt::format("`ram_pages` of 1024 or more, or `first_free` from {} to `ram_pages`", frames_of_boot(read)));
  check_computed(source, boot, "high_memory", high_memory(read));
  check_computed(source, boot, "vmalloc_start", vmalloc_start(read));
  check_computed(source, boot, "vmalloc_end", vmalloc_end_as_built(read));
  const Value* effects = reading::setting(boot.settings, "effects");
  if (effects != nullptr && effects->text != "all")
    throw unexpected(source, *effects, "effects are listed all, or as one likes", "`all`");
  return {read, effects != nullptr};
}

SetKnobs read_set(const Source& source, const transcript::Line& line, const transcript::Set& set) {
  constexpr std::array<std::string_view, 3> names{"skip_pages", "fail_pages", "fail_kmalloc"};
  reading::check_settings(source, set.settings, names, "what lies below");
  if (set.settings.empty())
    throw source.error({.at = line.at,
                        .message = "nothing is set",
                        .expected = reading::one_of(names),
                        .found = "`set` alone",
                        .hint = "set fail_pages=1"});
  SetKnobs knobs{};
  for_each_field(knobs, [&](std::string_view key, SetKnobs::Value& knob) {
    if (const Value* value = reading::setting(set.settings, key))
      knob = reading::word(source, *value, in_backticks(key));
  });
  return knobs;
}

std::string boot_notation(const Boot<Word>& boot, bool all_effects) {
  std::string text = fmt::format("boot family=kernel ram_pages={}", boot.ram_pages);
  if (boot.highmem_pages != 0) text += fmt::format(" highmem_pages={}", boot.highmem_pages);
  text += fmt::format(" first_free={} pse={:d} pge={:d} config={}", boot.first_free, boot.pse, boot.pge,
                      configs[static_cast<std::size_t>(boot.config)]);
  if (boot.kernel.sharing != Sharing::lazy)
    text += fmt::format(" sharing={}", sharings[static_cast<std::size_t>(boot.kernel.sharing)]);
  text += fmt::format(" high_memory=0x{:08x} vmalloc_start=0x{:08x} vmalloc_end=0x{:08x}", high_memory(boot),
                      vmalloc_start(boot), vmalloc_end_as_built(boot));
  return text + (all_effects ? " effects=all" : "");
}

}  // namespace refmm::kernel_map
