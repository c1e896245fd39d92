// The zones of the buddy family, read and written.

#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/notation_values.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::buddy {

using reading::unexpected;
using transcript::Setting;
using transcript::Source;
using transcript::Value;

namespace {

using Word = std::uint32_t;

constexpr std::array<std::string_view, 8> keys{"family",  "zone_start", "zone_pages", "free",
                                               "bootmap", "reserved",   "free_pages", "effects"};
constexpr const char* whole_boot_line = "boot family=buddy zone_start=64 zone_pages=64 free=boot bootmap=0";

/// The frames that stay reserved, written with commas; none if the line does not say.
const Setting* reserved_setting(std::span<const Setting> settings) {
  const auto found =
      std::ranges::find_if(settings, [](const Setting& setting) { return setting.key.text == "reserved"; });
  return found == settings.end() ? nullptr : &*found;
}

/// Every setting once, and each with one value, but for `reserved`.
void check_settings(const Source& source, std::span<const Setting> settings) {
  std::vector<Setting> first_values(settings.begin(), settings.end());
  for (Setting& setting : first_values) {
    if (setting.key.text == "reserved") setting.values.resize(1);
  }
  reading::check_settings(source, first_values, keys, "a zone");
}

AtBoot read_free(const Source& source, const Value* value) {
  if (value == nullptr || value->text == "boot") return AtBoot::boot;
  if (value->text == "none") return AtBoot::none;
  throw unexpected(source, *value, "this is no way to begin", "`boot` or `none`",
                   reading::nearest_name(value->text, std::array<std::string_view, 2>{"boot", "none"}));
}

bool read_effects(const Source& source, const Value* value) {
  if (value == nullptr) return false;
  if (value->text == "all") return true;
  throw unexpected(source, *value, "only all effects can be asked for", "`effects=all`, or no such setting");
}

/// `A` or `A..B` of frames of the zone behind those before.
FrameRange<Word> read_reserved(const Source& source, const Value& value, Word first_free, Word end) {
  FrameRange<Word> frames{};
  bool is_range = false;
  if (const auto number = reading::number_of(value)) {
    frames = {*number, *number};
    is_range = true;
  } else if (const auto* range = std::get_if<transcript::Range>(&value.form)) {
    is_range = range->first <= range->last && range->last < end && value.text.find("..") != std::string::npos;
    frames = {static_cast<Word>(range->first), static_cast<Word>(range->last)};
  }
  if (!is_range || frames.first < first_free || frames.last >= end)
    throw unexpected(source, value, "reserved frames are frames of the zone, in ascending order",
                     fmt::format("`A` or `A..B` from {} to {}", first_free, end - 1));
  return frames;
}

/// The frames of the bit map, none of which may lie behind the zone.
void check_bootmap(const Source& source, const Value& value, const Boot<Word>& boot) {
  const Word end = boot.zone_start + boot.zone_pages, page_size = boot.kernel.machine.page_size;
  const Word frames = ((end + 7) / 8 + page_size - 1) / page_size;
  if (*boot.bootmap + frames <= end) return;
  throw unexpected(source, value,
                   fmt::format("a bit map of {} bits has {} frame{}, and RAM ends behind frame {}", end, frames,
                               frames == 1 ? "" : "s", end - 1),
                   fmt::format("the number of a frame up to {}", end - frames));
}

void check_bootmap_apart(const Source& source, const Value& value, const FrameRange<Word>& reserved,
                         const Boot<Word>& boot) {
  if (!boot.bootmap) return;
  const Word end = boot.zone_start + boot.zone_pages, page_size = boot.kernel.machine.page_size;
  const Word last = *boot.bootmap + ((end + 7) / 8 + page_size - 1) / page_size - 1;
  if (reserved.last < *boot.bootmap || last < reserved.first) return;
  throw unexpected(source, value, "these frames are those of the bit map, which is kept out by itself",
                   fmt::format("frames but {}", range_notation(*boot.bootmap, last)));
}

}  // namespace

BootLine read_boot(const Source& source, const transcript::Line& line, const transcript::Boot& boot) {
  const std::span<const Setting> settings(boot.settings);
  check_settings(source, settings);
  const auto value = [&](std::string_view key) { return reading::setting(settings, key); };
  const Value* pages = value("zone_pages");
  if (pages == nullptr)
    throw source.error({.at = line.at,
                        .message = "the zone has no size",
                        .expected = "`zone_pages=N`",
                        .found = in_backticks(source.line(line.at.line)),
                        .hint = whole_boot_line});

  BootLine read{{as_built, 0, 0, read_free(source, value("free")), std::nullopt, {}},
                read_effects(source, value("effects")),
                std::nullopt};
  Boot<Word>& zone = read.boot;
  if (const Value* start = value("zone_start"))
    zone.zone_start = reading::number(source, *start, "`zone_start`", 0, most_frames - 1);
  zone.zone_pages = reading::number(source, *pages, "`zone_pages`", 1, most_frames - zone.zone_start);
  if (const Value* free = value("free_pages"))
    read.free_pages = reading::number(source, *free, "`free_pages`", 0, zone.zone_pages);

  const auto only_with_boot = [&](const Value& at) {
    if (zone.free == AtBoot::none)
      throw unexpected(source, at, "nothing is given to the lists with `free=none`",
                       "`free=boot`, or no such setting");
  };
  if (const Value* map = value("bootmap")) {
    only_with_boot(*map);
    zone.bootmap = reading::number(source, *map, "`bootmap`", 0, most_frames - 1);
    check_bootmap(source, *map, zone);
  }
  if (const Setting* reserved = reserved_setting(settings)) {
    only_with_boot(reserved->values[0]);
    Word first_free = zone.zone_start;
    for (const Value& frames : reserved->values) {
      zone.reserved.push_back(read_reserved(source, frames, first_free, zone.zone_start + zone.zone_pages));
      check_bootmap_apart(source, frames, zone.reserved.back(), zone);
      first_free = zone.reserved.back().last + 1;
    }
  }
  return read;
}

std::string boot_notation(const Boot<Word>& boot, bool all_effects) {
  std::string text = fmt::format("boot family=buddy zone_start={} zone_pages={} free={}", boot.zone_start,
                                 boot.zone_pages, boot.free == AtBoot::none ? "none" : "boot");
  if (boot.bootmap) text += fmt::format(" bootmap={}", *boot.bootmap);
  for (std::size_t i = 0; i != boot.reserved.size(); ++i)
    text += (i == 0 ? " reserved=" : ",") + range_notation(boot.reserved[i].first, boot.reserved[i].last);
  return text + (all_effects ? " effects=all" : "");
}

}  // namespace refmm::buddy
